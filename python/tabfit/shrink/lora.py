"""LoRA: what an adapter of a rank adds to a model, as the paper adapts it.

In: an architecture, which matrices to adapt and a rank. Out: what the adapter adds.
It makes no model smaller: it makes a second task small, because the model itself is
frozen and shared.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from tabfit.errors import UnsupportedCombination
from tabfit.i18n.language import Message
from tabfit.light_dataclass import dataclass
from tabfit.model.architecture import Architecture
from tabfit.model.lora import RANKS, AdaptedMatrix, adapted_matrices
from tabfit.model.tensors import EXPERTS, FEED_FORWARD, Role
from tabfit.units import Bytes, Parameters

#: What may be adapted, and the roles that it names.
TARGETS: Final[dict[str, frozenset[Role]]] = {
    "query": frozenset({Role.QUERY}),
    "key": frozenset({Role.KEY}),
    "value": frozenset({Role.VALUE}),
    "output": frozenset({Role.ATTENTION_OUTPUT}),
    "feed-forward": FEED_FORWARD | EXPERTS,
}  # fmt: skip
#: The paper's choice (arXiv:2106.09685, section 7.1).
USUAL_TARGETS: Final = ("query", "value")


@dataclass(frozen=True, slots=True, kw_only=True)
class LoraAdapter:
    """A low-rank adapter: how many matrices it stands beside, and what it adds.

    Source: Hu et al. 2021, arXiv:2106.09685, section 4.1.
    """

    rank: int
    targets: tuple[str, ...]
    matrices: int
    parameters: Parameters
    frozen: Parameters

    def size(self, bytes_each: int = 2) -> Bytes:
        """Return its bytes; the usual file keeps 16 bits a parameter."""
        return Bytes(self.parameters * bytes_each)


def lora_adapter(
    architecture: Architecture, rank: int, targets: Collection[str] = USUAL_TARGETS
) -> LoraAdapter:
    """Return the adapter of a rank: `rank` x (rows + columns) beside each adapted matrix.

    A fused matrix is adapted part by part, as the paper does it; an expert's matrices
    one by one. Source: Hu et al. 2021, arXiv:2106.09685, section 4.1. Raises
    `UnsupportedCombination` for a rank below one or a target of no such name.
    """
    unknown = [name for name in targets if name not in TARGETS]
    if unknown:
        raise UnsupportedCombination(
            Message("no matrices are called {name}", name=repr(unknown[0])), list(TARGETS)
        )
    if rank < 1:
        raise UnsupportedCombination(
            Message("a rank of {rank} adapts nothing", rank=rank), [Message("1 or more")]
        )
    found = _matrices(architecture, targets)
    return LoraAdapter(
        rank=rank,
        targets=tuple(name for name in TARGETS if name in targets),
        matrices=sum(each.adapters for each in found),
        parameters=Parameters(sum(each.parameters(rank) for each in found)),
        frozen=architecture.inventory.total,
    )


def targets_of(architecture: Architecture) -> tuple[str, ...]:
    """Return the targets that an architecture has matrices for."""
    return tuple(name for name in TARGETS if _matrices(architecture, (name,)))


def ranks(architecture: Architecture) -> tuple[int, ...]:
    """Return the ranks worth offering: none as wide as the model itself."""
    return tuple(rank for rank in RANKS if rank < max(architecture.main.hidden, 2))


def _matrices(architecture: Architecture, targets: Collection[str]) -> tuple[AdaptedMatrix, ...]:
    roles = frozenset().union(*(TARGETS[name] for name in targets))
    return adapted_matrices(architecture, roles, fused_whole=False)
