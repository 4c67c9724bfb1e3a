"""Whole numbers in base units, intervals of them, and how each is known.

In: plain integers. Out: `Bytes`, `Parameters`, `Tokens`, an `Interval` of bytes
and a `Basis`. Nothing here knows models, devices or browsers.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NewType

from tabfit.light_dataclass import dataclass

Bytes = NewType("Bytes", int)
Parameters = NewType("Parameters", int)
Tokens = NewType("Tokens", int)

KB, MB, GB = 10**3, 10**6, 10**9
KIB, MIB, GIB = 2**10, 2**20, 2**30


class Basis(StrEnum):
    """How a figure is known, in the design's five words."""

    LISTED = "listed"  # a published file's size, a maker's data sheet
    MEASURED = "measured"  # by this project's bench, or on this device
    REPORTED = "reported"  # by the browser, or by the visitor
    COMPUTED = "computed"  # arithmetic on shapes
    ASSUMED = "assumed"  # a prior, with its reason


@dataclass(frozen=True, slots=True)
class Interval:
    """A quantity known between `low` and `high`, with its likeliest value.

    >>> Interval(1, 2, 4) + exactly(10)
    Interval(low=11, likely=12, high=14)
    """

    low: int
    likely: int
    high: int

    def __post_init__(self) -> None:
        """Refuse an interval whose ends are out of order."""
        if not self.low <= self.likely <= self.high:
            raise ValueError(f"interval out of order: {self.low}, {self.likely}, {self.high}")

    def __add__(self, other: Interval) -> Interval:
        """Return the sum end by end: parts may all be low, or all be high."""
        return Interval(self.low + other.low, self.likely + other.likely, self.high + other.high)

    def scaled(self, low: float, likely: float, high: float) -> Interval:
        """Return the interval with each end multiplied by its own factor."""
        return Interval(round(self.low * low), round(self.likely * likely), round(self.high * high))


def exactly(quantity: int) -> Interval:
    """Return the interval of a quantity known without doubt.

    >>> exactly(3)
    Interval(low=3, likely=3, high=3)
    """
    return Interval(quantity, quantity, quantity)


NOTHING = exactly(0)


def larger(first: Interval, second: Interval) -> Interval:
    """Return the interval of the greater of two quantities.

    >>> larger(Interval(1, 5, 6), Interval(2, 3, 9))
    Interval(low=2, likely=5, high=9)
    """
    return Interval(
        max(first.low, second.low),
        max(first.likely, second.likely),
        max(first.high, second.high),
    )
