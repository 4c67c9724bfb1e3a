"""Low-rank adapters (LoRA): two thin matrices beside each frozen one that is adapted.

In: an architecture, which matrices to adapt and a rank. Out: what the adapter adds.
It makes no model smaller: it makes a second task small, because the model itself is
frozen and shared.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from math import prod
from typing import Final

from tabfit.errors import UnsupportedCombination
from tabfit.model.architecture import Architecture, KeyValue
from tabfit.model.tensors import Role, Tensor
from tabfit.units import Bytes, Parameters

#: What may be adapted, and the roles that it names.
TARGETS: Final[dict[str, frozenset[Role]]] = {
    "query": frozenset({Role.QUERY}),
    "key": frozenset({Role.KEY}),
    "value": frozenset({Role.VALUE}),
    "output": frozenset({Role.ATTENTION_OUTPUT}),
    "feed-forward": frozenset(
        {Role.GATE, Role.UP, Role.GATE_UP, Role.DOWN, Role.EXPERT_GATE, Role.EXPERT_UP,
         Role.EXPERT_GATE_UP, Role.EXPERT_DOWN}
    ),
}  # fmt: skip
#: The paper's choice (arXiv:2106.09685, section 7.1).
USUAL_TARGETS: Final = ("query", "value")
#: The ranks a page offers; the paper tries 1 to 64.
_RANKS: Final = (1, 2, 4, 8, 16, 32, 64, 128, 256)
_FUSED: Final = ("query", "key", "value")
_PAIRS: Final = frozenset({Role.GATE_UP, Role.EXPERT_GATE_UP})


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapter:
    """A low-rank adapter: how many matrices it stands beside, and what it adds."""

    rank: int
    targets: tuple[str, ...]
    matrices: int
    parameters: Parameters
    frozen: Parameters

    def size(self, bytes_each: int = 2) -> Bytes:
        """Return its bytes; the usual file keeps 16 bits a parameter."""
        return Bytes(self.parameters * bytes_each)


def adapter(
    architecture: Architecture, rank: int, targets: Collection[str] = USUAL_TARGETS
) -> Adapter:
    """Return the adapter of a rank: `rank` x (rows + columns) beside each adapted matrix.

    A fused matrix is adapted part by part, as the paper does it; an expert's matrices
    one by one. Source: Hu et al. 2021, arXiv:2106.09685, section 4.1. Raises
    `UnsupportedCombination` for a rank below one or a target of no such name.
    """
    unknown = [name for name in targets if name not in TARGETS]
    if unknown:
        raise UnsupportedCombination(f"no matrices are called {unknown[0]!r}", list(TARGETS))
    if rank < 1:
        raise UnsupportedCombination(f"a rank of {rank} adapts nothing", ["1 or more"])
    shapes = [
        shape for t in architecture.inventory.stored for shape in _adapted(t, architecture, targets)
    ]
    return Adapter(
        rank=rank,
        targets=tuple(name for name in TARGETS if name in targets),
        matrices=len(shapes),
        parameters=Parameters(sum(rank * (rows + columns) for rows, columns in shapes)),
        frozen=architecture.inventory.total,
    )


def targets_of(architecture: Architecture) -> tuple[str, ...]:
    """Return the targets that an architecture has matrices for."""
    return tuple(
        name
        for name in TARGETS
        if any(
            True for t in architecture.inventory.stored for _ in _adapted(t, architecture, (name,))
        )
    )


def ranks(architecture: Architecture) -> tuple[int, ...]:
    """Return the ranks worth offering: none as wide as the model itself."""
    return tuple(rank for rank in _RANKS if rank < max(architecture.main.hidden, 2))


def _adapted(
    tensor: Tensor, architecture: Architecture, targets: Collection[str]
) -> Iterator[tuple[int, int]]:
    """Yield (rows, columns) of each matrix of a tensor that the targets name."""
    if tensor.layer is None or tensor.bias or len(tensor.shape) < 2:
        return
    if tensor.role is Role.QUERY_KEY_VALUE:
        yield from _fused(tensor, architecture, targets)
    elif any(tensor.role in TARGETS[name] for name in targets):
        yield from (_unfused(tensor, architecture),) * _count(tensor)


def _count(tensor: Tensor) -> int:
    """Return how many matrices a tensor holds: experts one by one, a fused pair as two."""
    return prod(tensor.shape[:-2]) * (2 if tensor.role in _PAIRS else 1)


def _unfused(tensor: Tensor, architecture: Architecture) -> tuple[int, int]:
    """Return one matrix's widths; a fused pair is halved along what is not the hidden width."""
    rows, columns = tensor.shape[-2:]
    if tensor.role not in _PAIRS:
        return rows, columns
    tower = architecture.tower(tensor.part) or architecture.main
    return (rows, columns // 2) if rows == tower.hidden else (rows // 2, columns)


def _fused(
    tensor: Tensor, architecture: Architecture, targets: Collection[str]
) -> Iterator[tuple[int, int]]:
    """Yield the parts of a fused matrix: keys and values as wide as the cache keeps them."""
    wide, narrow = max(tensor.shape), min(tensor.shape)
    keys, values = _widths(tensor, architecture, wide)
    widths = dict(zip(_FUSED, (wide - keys - values, keys, values), strict=True))
    yield from ((widths[name], narrow) for name in _FUSED if name in targets and widths[name])


def _widths(tensor: Tensor, architecture: Architecture, wide: int) -> tuple[int, int]:
    tower = architecture.tower(tensor.part)
    layers = tower.layers if tower else ()
    at = tensor.layer or 0
    kept = layers[at].keeps if at < len(layers) else ()
    for each in kept:
        if isinstance(each, KeyValue):
            return each.key_value_heads * each.key_width, each.key_value_heads * each.value_width
    return wide // 3, wide // 3
