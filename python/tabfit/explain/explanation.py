"""An explanation: a figure's formula with its title, its basis and a word on why it is so.

In: a quantity. Out: what a page shows when a figure is opened.
"""

from __future__ import annotations

from tabfit.formula import Ends, Given, Quantity, Unit, givens
from tabfit.light_dataclass import dataclass
from tabfit.units import Basis, Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """How one figure comes about.

    `about` is a sentence or two on why the formula has its shape and what it leaves out.
    """

    id: str
    title: str
    expression: Quantity
    basis: Basis
    unit: Unit = Unit.BYTES
    about: str = ""

    @property
    def result(self) -> Ends:
        """Return what the formula gives with its values put in."""
        return self.expression.ends

    @property
    def interval(self) -> Interval:
        """Return the result as whole numbers."""
        return self.expression.interval

    @property
    def values(self) -> tuple[Given, ...]:
        """Return every value put in, once each, in the order of the formula."""
        return tuple(dict.fromkeys(givens(self.expression)))

    @property
    def sources(self) -> tuple[str, ...]:
        """Return where the values come from, once each."""
        return tuple(dict.fromkeys(each.source for each in self.values if each.source))
