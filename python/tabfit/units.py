"""Whole numbers in base units, intervals of them, and how each is known.

In: plain integers. Out: `Bytes`, `Parameters`, `Tokens`, an `Interval` of bytes
and a `Basis`. Nothing here knows models, devices or browsers.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import NewType, NoReturn, Protocol

Bytes = NewType("Bytes", int)
Parameters = NewType("Parameters", int)
Tokens = NewType("Tokens", int)

KB, MB, GB = 10**3, 10**6, 10**9
KIB, MIB, GIB = 2**10, 2**20, 2**30


class Basis(StrEnum):
    """How a figure is known, in five words."""

    LISTED = "listed"  # a published file's size, a maker's data sheet
    MEASURED = "measured"  # by this project's bench, or on this device
    REPORTED = "reported"  # by the browser, or by the visitor
    COMPUTED = "computed"  # arithmetic on shapes
    ASSUMED = "assumed"  # a prior, with its reason


class Formula(Protocol):
    """What an interval's ends came from, as `tabfit.formula.Quantity` tells it."""

    @property
    def ends(self) -> tuple[float, float, float]:
        """Return the low, likely and high end before they were rounded."""


class Interval:
    """A quantity known between `low` and `high`, with its likeliest value.

    It never changes. `formula` is how it came about where that is told; two intervals
    of the same ends are equal whatever it is.

    >>> Interval(1, 2, 4) + exactly(10)
    Interval(low=11, likely=12, high=14)
    """

    __slots__ = ("formula", "high", "likely", "low")
    __match_args__ = ("low", "likely", "high")

    low: int
    likely: int
    high: int
    formula: Formula | None

    def __init__(self, low: int, likely: int, high: int, *, formula: Formula | None = None) -> None:
        """Refuse an interval whose ends are out of order."""
        if not low <= likely <= high:
            raise ValueError(f"interval out of order: {low}, {likely}, {high}")
        _keep_low(self, low)
        _keep_likely(self, likely)
        _keep_high(self, high)
        _keep_formula(self, formula)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        """Refuse every change."""
        raise AttributeError(f"Interval is frozen: {name} stays as it is")

    def __eq__(self, other: object) -> bool:
        """Return whether all three ends are equal."""
        return isinstance(other, Interval) and self._ends == other._ends

    def __hash__(self) -> int:
        """Return the hash of the ends."""
        return hash(self._ends)

    def __repr__(self) -> str:
        """Return the ends by name."""
        return f"Interval(low={self.low}, likely={self.likely}, high={self.high})"

    @property
    def _ends(self) -> tuple[int, int, int]:
        return self.low, self.likely, self.high

    def __add__(self, other: Interval) -> Interval:
        """Return the sum end by end: parts may all be low, or all be high."""
        return Interval(self.low + other.low, self.likely + other.likely, self.high + other.high)

    def scaled(self, low: float, likely: float, high: float) -> Interval:
        """Return the interval with each end multiplied by its own factor."""
        return Interval(round(self.low * low), round(self.likely * likely), round(self.high * high))


#: What sets each field once, below the guard: the quickest way there is.
_keep_low, _keep_likely, _keep_high, _keep_formula = (
    vars(Interval)[name].__set__ for name in ("low", "likely", "high", "formula")
)


def exactly(quantity: int) -> Interval:
    """Return the interval of a quantity known without doubt.

    >>> exactly(3)
    Interval(low=3, likely=3, high=3)
    """
    return Interval(quantity, quantity, quantity)


NOTHING = exactly(0)


def added(intervals: Iterable[Interval]) -> Interval:
    """Return the sum of several intervals, end by end.

    >>> added([Interval(1, 2, 4), exactly(10)])
    Interval(low=11, likely=12, high=14)
    """
    low = likely = high = 0
    for each in intervals:
        low += each.low
        likely += each.likely
        high += each.high
    return Interval(low, likely, high)


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
