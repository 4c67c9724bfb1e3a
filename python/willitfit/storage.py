"""Storage types: how many bytes a block of so many elements fills.

In: a number of elements, or a shape. Out: bytes. Bits per weight is derived
from a block and never stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from willitfit.units import Bytes


@dataclass(frozen=True, slots=True)
class StorageType:
    """One way to store weights: `elements` of them in `size` bytes, row by row.

    >>> StorageType("Q4_0", elements=32, size=18).bits_per_weight
    4.5
    """

    name: str
    elements: int
    size: int

    @property
    def bits_per_weight(self) -> float:
        """Return the bits one weight takes, scales included."""
        return 8 * self.size / self.elements

    def fits(self, shape: Sequence[int]) -> bool:
        """Return whether rows of this shape divide into whole blocks."""
        return not shape or shape[-1] % self.elements == 0

    def size_of(self, shape: Sequence[int]) -> Bytes:
        """Return the bytes of a tensor whose rows are padded to whole blocks.

        >>> StorageType("Q4_0", elements=32, size=18).size_of((10, 64))
        360
        """
        rows = prod(shape[:-1])
        blocks = -(-(shape[-1] if shape else 1) // self.elements)
        return Bytes(rows * blocks * self.size)


F32 = StorageType("F32", elements=1, size=4)
F16 = StorageType("F16", elements=1, size=2)
BF16 = StorageType("BF16", elements=1, size=2)
I8 = StorageType("I8", elements=1, size=1)
