"""Feed-forward layers: each token alone goes wide and comes back.

In: widths and the names a model gives its projections. Out: blocks whose
`inner` is the width one token meets, with the elements one token uses marked
on the experts that hold them.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import prod

from tabfit.light_dataclass import dataclass, replace
from tabfit.model.blocks.block import Block, beside, joined, vector
from tabfit.model.blocks.linear import linear, transposed
from tabfit.model.tensors import Role, Tensor

GATED_NAMES = ("gate_proj", "up_proj", "down_proj")


def gated(
    hidden: int, inner: int, *, names: tuple[str, str, str] = GATED_NAMES, bias: bool = False
) -> Block:
    """Return a gated feed-forward layer: an activated gate scales what goes up (GLU).

    Source: Shazeer 2020, arXiv:2002.05202.
    """
    gate, up, down = names
    return widened(
        {
            gate: linear(hidden, inner, Role.GATE, bias=bias),
            up: linear(hidden, inner, Role.UP, bias=bias),
            down: linear(inner, hidden, Role.DOWN, bias=bias),
        },
        inner,
    )


def fused_gated(
    hidden: int,
    inner: int,
    *,
    names: tuple[str, str] = ("gate_up_proj", "down_proj"),
    bias: bool = False,
) -> Block:
    """Return a gated feed-forward layer whose gate and up projection are one array."""
    return widened(
        {
            names[0]: linear(hidden, 2 * inner, Role.GATE_UP, bias=bias),
            names[1]: linear(inner, hidden, Role.DOWN, bias=bias),
        },
        inner,
    )


def plain(
    hidden: int,
    inner: int,
    *,
    names: tuple[str, str],
    bias: bool = True,
    rows_are_inputs: bool = False,
) -> Block:
    """Return a feed-forward layer of two projections with an activation between."""
    if rows_are_inputs:
        up, down = transposed(hidden, inner, Role.UP), transposed(inner, hidden, Role.DOWN)
    else:
        up = linear(hidden, inner, Role.UP, bias=bias)
        down = linear(inner, hidden, Role.DOWN, bias=bias)
    return widened({names[0]: up, names[1]: down}, inner)


def widened(parts: Mapping[str, Block], inner: int) -> Block:
    """Return named parts as one block of this inner width."""
    return replace(joined(parts), inner=inner)


@dataclass(frozen=True, slots=True, kw_only=True)
class Experts:
    """How many experts there are, how many one token uses, and how wide each is."""

    count: int
    chosen: int
    inner: int

    def held(self, name: str, *shape: int, role: Role, bias: bool = False) -> Tensor:
        """Return one array that holds a matrix (or bias) for every expert."""
        active = min(self.chosen, self.count) * prod(shape)
        return Tensor(name=name, shape=(self.count, *shape), role=role, bias=bias, active=active)

    @property
    def met(self) -> int:
        """Return the inner width one token meets in all its experts."""
        return min(self.chosen, self.count) * self.inner


def gated_experts(hidden: int, experts: Experts) -> Block:
    """Return gated experts as transformers holds them: one array for all of them.

    Gate and up projection lie together, one row per output.
    """
    inner = experts.inner
    return Block(
        (
            experts.held("gate_up_proj", 2 * inner, hidden, role=Role.EXPERT_GATE_UP),
            experts.held("down_proj", hidden, inner, role=Role.EXPERT_DOWN),
        ),
        inner=experts.met,
    )


def experts_by_input(hidden: int, experts: Experts, *, bias: bool) -> Block:
    """Return gated experts stored one row per input (gpt-oss, Llama 4)."""
    inner = experts.inner
    up = experts.held("gate_up_proj", hidden, 2 * inner, role=Role.EXPERT_GATE_UP)
    down = experts.held("down_proj", inner, hidden, role=Role.EXPERT_DOWN)
    if not bias:
        return Block((up, down), inner=experts.met)
    up_bias = experts.held("gate_up_proj_bias", 2 * inner, role=Role.EXPERT_GATE_UP, bias=True)
    down_bias = experts.held("down_proj_bias", hidden, role=Role.EXPERT_DOWN, bias=True)
    return Block((up, up_bias, down, down_bias), inner=experts.met)


def plain_experts(hidden: int, experts: Experts) -> Block:
    """Return experts of two projections without a gate, one array for all of them."""
    inner = experts.inner
    return Block(
        (
            experts.held("up_proj", inner, hidden, role=Role.EXPERT_UP),
            experts.held("down_proj", hidden, inner, role=Role.EXPERT_DOWN),
        ),
        inner=experts.met,
    )


def router(hidden: int, count: int, *, correction: bool = False, bias: bool = False) -> Block:
    """Return a router: one score per expert, perhaps with a stored correction (DeepSeek-V3)."""
    scores = linear(hidden, count, Role.ROUTER, bias=bias)
    if not correction:
        return scores
    return beside(scores, vector("e_score_correction_bias", count, Role.ROUTER, buffer=True))
