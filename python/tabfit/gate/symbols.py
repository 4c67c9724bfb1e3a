"""What stands for numbers that only a device or a model will tell.

In: a `Path` and a name. Out: values that pass through the engine's arithmetic. `Told` is a signal's
whole number, which formulas add and multiply; `Symbol` stands for anything else and knows no
value: both ask the path where the engine compares them. An expression is a nested tuple:

    ("told", signal)  ("need", check, end)  ("have", budget, end)  ("-", a, b)
    ("chance", need, have)         the probability that a need is at most what there is; both are
                                   names, ("need", check), ("have", budget), or three numbers
    ("logistic", number, tree, …)  1 / (1 + e^sum), to four places, of a number and of what trees
                                   give
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Final, NamedTuple, Self

from tabfit.gate.paths import Path

Expression = Hashable
#: Where in an interval each end stands.
ENDS: Final = ("low", "likely", "high")


def expression(value: object) -> Expression:
    """Return a value as an expression: itself, or what it stands for."""
    return value.expression if isinstance(value, (Symbol, Told)) else value


class _Compared:
    """Comparisons that ask the path; only whether one lies below the other is ever asked."""

    path: Path
    expression: Expression

    def __lt__(self, other: object) -> bool:
        return self.path.less(self.expression, expression(other))

    def __gt__(self, other: object) -> bool:
        return self.path.less(expression(other), self.expression)

    def __le__(self, other: object) -> bool:
        return not self > other

    def __ge__(self, other: object) -> bool:
        return not self < other


class Symbol(_Compared):
    """A number that is not known; it is compared, and otherwise only left as it is or dropped."""

    def __init__(self, path: Path, stands_for: Expression) -> None:
        """Keep what it stands for."""
        self.path, self.expression = path, stands_for

    def __mul__(self, factor: float) -> Any:  # noqa: ANN401 - itself, or nothing
        """Return itself for 1 and 0 for 0, which is all that `outcome.choose` asks."""
        if factor not in (0, 1):
            return NotImplemented
        return self if factor else 0.0

    __rmul__ = __mul__

    def __add__(self, nothing: float) -> Symbol:
        """Return itself where nothing is added."""
        return self if nothing == 0 else NotImplemented

    __radd__ = __add__


class Told(_Compared, int):
    """A signal's whole number. It has a value, so that formulas work; no rule depends on it."""

    def __new__(cls, path: Path, stands_for: Expression, value: int = 1) -> Self:
        """Keep what it stands for."""
        made = super().__new__(cls, value)
        made.path, made.expression = path, stands_for
        return made

    __hash__ = int.__hash__

    def __mul__(self, factor: Any) -> Any:  # noqa: ANN401 - itself, or a number
        """Return itself for 1, which may still be compared; else what formulas need, a number."""
        return self if factor == 1 else int(self) * factor

    def __sub__(self, other: int) -> int:
        """Return the difference, which may still be compared."""
        minus = ("-", self.expression, expression(other))
        return Told(self.path, minus, int(self) - int(other))


class SymbolInterval(NamedTuple):
    """An `Interval` of symbols: a need, or what there is."""

    path: Path
    name: Expression

    @property
    def low(self) -> Symbol:
        """Return the low end."""
        return self._end(0)

    @property
    def likely(self) -> Symbol:
        """Return the likeliest value."""
        return self._end(1)

    @property
    def high(self) -> Symbol:
        """Return the high end."""
        return self._end(2)

    def _end(self, at: int) -> Symbol:
        assert isinstance(self.name, tuple)  # noqa: S101
        return Symbol(self.path, (*self.name, at))

    def chance_of(self, need: Any) -> Symbol:  # noqa: ANN401 - an interval of either kind
        """Return the probability that a need is at most this, as `outcome.probability` asks."""
        wanted = (
            need.name if isinstance(need, SymbolInterval) else (need.low, need.likely, need.high)
        )
        return Symbol(self.path, ("chance", wanted, self.name))
