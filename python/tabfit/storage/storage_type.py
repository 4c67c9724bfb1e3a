"""Storage types: how many bytes a tensor fills when its weights are kept this way.

In: a shape. Out: bytes, whole or array by array. A type is a block of so many
elements in so many bytes, and the arrays of scales and zero points beside it.
Bits per weight is derived from these and never stored.
"""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from math import prod
from typing import TYPE_CHECKING

from tabfit.light_dataclass import dataclass
from tabfit.units import Bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class Per(StrEnum):
    """What one entry of an array beside the weights stands for."""

    BLOCK = "block"  # so many elements of one row; every row begins a new block
    RUN = "run"  # so many elements, counted through the whole tensor
    TILE = "tile"  # a square, so many rows by so many columns
    ROW = "row"  # one output channel
    COLUMN = "column"  # one input channel
    TENSOR = "tensor"


def _ceiling(count: int, unit: int) -> int:
    return -(-count // unit)


@dataclass(frozen=True, slots=True)
class Beside:
    """An array kept next to the weights: `size` bytes for each block, row, column or tensor.

    `elements` is the length of a block or run, the side of a tile, and how many
    rows or columns share one entry (flags of one bit share a byte by eights).

    Source: each format's own; `type_table` says which (ggml-common.h for GGUF, ONNX's MatMulNBits).
    """

    size: int
    per: Per
    elements: int = 1

    def size_of(self, rows: int, columns: int) -> int:
        """Return the bytes of this array beside a tensor of `rows` by `columns`."""
        entries = {
            Per.BLOCK: rows * _ceiling(columns, self.elements),
            Per.RUN: _ceiling(rows * columns, self.elements),
            Per.TILE: _ceiling(rows, self.elements) * _ceiling(columns, self.elements),
            Per.ROW: _ceiling(rows, self.elements),
            Per.COLUMN: _ceiling(columns, self.elements),
            Per.TENSOR: 1,
        }
        return self.size * entries[self.per]

    @property
    def bits_per_weight(self) -> float:
        """Return what this array adds to a weight of a very large tensor."""
        weights = {Per.BLOCK: self.elements, Per.RUN: self.elements, Per.TILE: self.elements**2}
        return 8 * self.size / weights[self.per] if self.per in weights else 0.0


@dataclass(frozen=True, slots=True)
class StorageType:
    """One way to store weights: `elements` of them in `size` bytes, row by row.

    `beside` are the arrays that formats with separate scales keep next to the
    packed weights. `runs` says that blocks are counted through the whole
    tensor and not anew in each row. `packed_size` is the formula, on rows and
    columns, of the few formats whose packed weights do not follow their block.

    >>> StorageType("Q4_0", elements=32, size=18).bits_per_weight
    4.5

    Source: `type_table` gives each type's own.
    """

    name: str
    elements: int
    size: int
    beside: tuple[Beside, ...] = ()
    runs: bool = False
    packed_size: Callable[[int, int], int] | None = None

    def __hash__(self) -> int:
        """Return the name's: types are looked up for every tensor, and few share a name."""
        return hash(self.name)

    @property
    def bits_per_weight(self) -> float:
        """Return the bits one weight of a very large tensor takes, scales included."""
        return 8 * self.size / self.elements + sum(array.bits_per_weight for array in self.beside)

    def fits(self, shape: Sequence[int]) -> bool:
        """Return whether rows of this shape divide into whole blocks."""
        return not shape or shape[-1] % self.elements == 0

    def arrays_of(self, shape: Sequence[int]) -> tuple[Bytes, ...]:
        """Return the bytes of each array: the packed weights first, then what lies beside them.

        >>> scaled = StorageType("int8", 1, 1, (Beside(4, Per.ROW),))  # a float32 scale per row
        >>> scaled.arrays_of((10, 64))
        (640, 40)
        """
        return _arrays(self, prod(shape[:-1]), shape[-1] if shape else 1)

    def size_of(self, shape: Sequence[int]) -> Bytes:
        """Return the bytes of a tensor whose rows are padded to whole blocks.

        >>> StorageType("Q4_0", elements=32, size=18).size_of((10, 64))
        360
        """
        return Bytes(sum(self.arrays_of(shape)))


@lru_cache(maxsize=8192)  # layers repeat, and so do their shapes
def _arrays(kind: StorageType, rows: int, columns: int) -> tuple[Bytes, ...]:
    weights = Beside(kind.size, Per.RUN if kind.runs else Per.BLOCK, kind.elements)
    packed = kind.packed_size or weights.size_of
    beside = (array.size_of(rows, columns) for array in kind.beside)
    return (Bytes(packed(rows, columns)), *map(Bytes, beside))


F64 = StorageType("F64", elements=1, size=8)
F32 = StorageType("F32", elements=1, size=4)
F16 = StorageType("F16", elements=1, size=2)
BF16 = StorageType("BF16", elements=1, size=2)
I64 = StorageType("I64", elements=1, size=8)
I32 = StorageType("I32", elements=1, size=4)
I16 = StorageType("I16", elements=1, size=2)
I8 = StorageType("I8", elements=1, size=1)
U8 = StorageType("U8", elements=1, size=1)
