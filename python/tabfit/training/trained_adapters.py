"""Low-rank adapters: two narrow matrices beside each frozen one.

In: an architecture, a rank and which matrices. Out: the matrices adapted, and how many
parameters their adapters have.

Source: Hu et al. 2021, arXiv:2106.09685.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from tabfit.errors import UnsupportedCombination
from tabfit.i18n.language import _
from tabfit.model.architecture import Architecture
from tabfit.model.layers import KeyValue
from tabfit.model.tensors import Role, Tensor
from tabfit.training.plan import TARGETS, Targets
from tabfit.units import Parameters

_ATTENTION: Final = {
    Role.QUERY,
    Role.KEY,
    Role.VALUE,
    Role.QUERY_KEY_VALUE,
    Role.ATTENTION_OUTPUT,
}
_FEED_FORWARD: Final = {Role.GATE, Role.UP, Role.GATE_UP, Role.DOWN}

#: The roles each choice adapts; a fused matrix is adapted for the thirds that are wanted.
ROLES: Final[dict[Targets, frozenset[Role]]] = {
    Targets.QUERY_VALUE: frozenset({Role.QUERY, Role.VALUE, Role.QUERY_KEY_VALUE}),
    Targets.ATTENTION: frozenset(_ATTENTION),
    Targets.LINEAR: frozenset(_ATTENTION | _FEED_FORWARD),
}


@dataclass(frozen=True, slots=True)
class Adapted:
    """One frozen matrix and the widths that its adapter goes between."""

    tensor: Tensor
    inputs: int
    outputs: tuple[int, ...]

    def parameters(self, rank: int) -> Parameters:
        """Return what adapters of this rank hold: rank × (inputs + outputs) each."""
        return Parameters(sum(rank * (self.inputs + each) for each in self.outputs))


def adapted(architecture: Architecture, targets: Targets) -> tuple[Adapted, ...]:
    """Return the matrices that get an adapter, in the model's order.

    Raises `UnsupportedCombination` where the model has none of them.
    """
    found = tuple(_adapted(architecture, targets))
    if not found:
        raise UnsupportedCombination(
            _(
                "{family} has no matrices for adapters on {targets}",
                family=architecture.family,
                targets=TARGETS[targets],
            ),
            [each for each in Targets if each is not targets],
        )
    return found


def _adapted(architecture: Architecture, targets: Targets) -> Iterator[Adapted]:
    for tensor in architecture.inventory.stored:
        matrix = len(tensor.shape) == 2 and not tensor.bias and tensor.layer is not None
        if matrix and tensor.role in ROLES[targets]:
            outputs, inputs = tensor.shape
            split = tensor.role is Role.QUERY_KEY_VALUE and targets is Targets.QUERY_VALUE
            thirds = _thirds(architecture, tensor) if split else None
            if thirds is None:
                yield Adapted(tensor, inputs, (outputs,))
            else:  # some models store inputs first: what is no output is the input
                yield Adapted(tensor, inputs + outputs - sum(thirds), (thirds[0], thirds[2]))


def _thirds(architecture: Architecture, tensor: Tensor) -> tuple[int, int, int] | None:
    """Return the widths of queries, keys and values inside a fused matrix, if they are known."""
    tower = architecture.tower(tensor.part)
    if tower is None or tensor.layer is None or tensor.layer >= len(tower.layers):
        return None
    layer = tower.layers[tensor.layer]
    queries = layer.attention_heads * layer.head_width
    kept = next((each for each in layer.keeps if isinstance(each, KeyValue)), None)
    if kept is None:
        return queries, queries, queries
    heads = kept.key_value_heads
    return queries, heads * kept.key_width, heads * kept.value_width


def count(architecture: Architecture, rank: int, targets: Targets) -> Parameters:
    """Return the parameters of all adapters of one rank.

    >>> from tabfit.model.textbook import Widths, textbook
    >>> count(textbook(Widths()), 4, Targets.QUERY_VALUE)  # 12 x 2 x 4 x (768 + 768)
    147456
    """
    return Parameters(sum(each.parameters(rank) for each in adapted(architecture, targets)))
