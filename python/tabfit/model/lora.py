"""LoRA: which matrices of an architecture get a low-rank adapter, and how wide each is.

In: an architecture and the roles whose matrices are adapted. Out: the matrices, each frozen
and beside it two thin ones, `rank` x inputs and outputs x `rank`.

Source: Hu et al. 2021, arXiv:2106.09685, section 4.1.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from math import prod
from typing import Final

from tabfit.light_dataclass import dataclass
from tabfit.model.architecture import Architecture
from tabfit.model.layers import KeyValue
from tabfit.model.tensors import Role, Tensor
from tabfit.units import Parameters

#: The ranks a page offers; the paper tries 1 to 64.
RANKS: Final = (1, 2, 4, 8, 16, 32, 64, 128, 256)

_FUSED: Final = (Role.QUERY, Role.KEY, Role.VALUE)
_PAIRS: Final = frozenset({Role.GATE_UP, Role.EXPERT_GATE_UP})


@dataclass(frozen=True, slots=True)
class AdaptedMatrix:
    """A frozen matrix and the widths that its adapters go between.

    `outputs` has one width for each part of a fused matrix that gets an adapter of its own;
    `count` matrices are alike: the experts of a layer.
    """

    inputs: int
    outputs: tuple[int, ...]
    count: int = 1

    @property
    def adapters(self) -> int:
        """Return how many adapters stand beside it."""
        return self.count * len(self.outputs)

    def parameters(self, rank: int) -> Parameters:
        """Return what its adapters of a rank hold.

        >>> AdaptedMatrix(768, (768, 768)).parameters(4)  # 2 x 4 x (768 + 768)
        12288
        """
        return Parameters(
            self.count * sum(rank * (self.inputs + outputs) for outputs in self.outputs)
        )


def adapted_matrices(
    architecture: Architecture, roles: Collection[Role], *, fused_whole: bool
) -> tuple[AdaptedMatrix, ...]:
    """Return the matrices of these roles, in the model's order.

    `roles` name queries, keys and values apart. A fused matrix is adapted part by part, as
    the paper does it; with `fused_whole` one adapter stands beside the whole of it where all
    of it is adapted, as the PEFT library does it.
    """
    return tuple(
        each
        for tensor in architecture.inventory.stored
        if tensor.layer is not None and not tensor.bias and len(tensor.shape) > 1
        for each in _of_tensor(tensor, architecture, roles, whole=fused_whole)
    )


def _of_tensor(
    tensor: Tensor, architecture: Architecture, roles: Collection[Role], *, whole: bool
) -> Iterator[AdaptedMatrix]:
    count, (rows, columns) = prod(tensor.shape[:-2]), tensor.shape[-2:]
    if tensor.role is Role.QUERY_KEY_VALUE:
        wanted = [role in roles for role in _FUSED]
        if whole and all(wanted):
            yield AdaptedMatrix(columns, (rows,), count)
        elif any(wanted):
            yield from _fused(tensor, architecture, wanted)
    elif tensor.role in roles:
        if tensor.role in _PAIRS and not whole:
            yield _pair(tensor, architecture, count)
        else:
            yield AdaptedMatrix(columns, (rows,), count)


def _pair(tensor: Tensor, architecture: Architecture, count: int) -> AdaptedMatrix:
    """Return gate and up, stored as one: halves along what is not the hidden width."""
    rows, columns = tensor.shape[-2:]
    tower = architecture.tower(tensor.part) or architecture.main
    if rows == tower.hidden:
        return AdaptedMatrix(rows, (columns // 2,) * 2, count)
    return AdaptedMatrix(columns, (rows // 2,) * 2, count)


def _fused(
    tensor: Tensor, architecture: Architecture, wanted: list[bool]
) -> Iterator[AdaptedMatrix]:
    """Yield the wanted parts of a fused matrix; some models store its inputs first."""
    wide, narrow = max(tensor.shape), min(tensor.shape)
    keys, values = _key_value_widths(tensor, architecture) or (wide // 3, wide // 3)
    widths = zip((wide - keys - values, keys, values), wanted, strict=True)
    outputs = tuple(width for width, taken in widths if taken and width)
    if outputs:
        yield AdaptedMatrix(narrow, outputs)


def _key_value_widths(tensor: Tensor, architecture: Architecture) -> tuple[int, int] | None:
    """Return how wide a layer's keys and values are, as its cache keeps them."""
    tower = architecture.tower(tensor.part)
    at = tensor.layer or 0
    kept = tower.layers[at].keeps if tower and at < len(tower.layers) else ()
    for each in kept:
        if isinstance(each, KeyValue):
            return each.key_value_heads * each.key_width, each.key_value_heads * each.value_width
    return None
