"""What stands for numbers that only a device or a model will tell.

In: a `Path` and a name. Out: values that pass through the engine's arithmetic and ask the path
where the engine compares them: `Told` and `Reckoned` for a signal's whole number, `Symbol` for a
need or a budget. An expression is a nested tuple:

    ("told", signal)  ("need", check, end)  ("have", budget, end)
    (operator, a, b)               what `budget_formulas` does with the same words
    ("chance", need, have)         the probability that a need is at most what there is; both are
                                   names, ("need", check), ("have", budget), or three numbers
    ("logistic", number, tree, …)  1 / (1 + e^sum), to four places, of a number and of what trees
                                   give
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, NamedTuple, Self

from tabfit.gate.rules.decision_tree import Path

Expression = Hashable


def expression(value: object) -> Expression:
    """Return a value as an expression: itself, or what it stands for."""
    return value.expression if isinstance(value, _Compared) else value


def is_numbers(made: Expression) -> bool:
    """Return whether an expression is three numbers."""
    return isinstance(made, tuple) and not isinstance(made[0], str)


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


class _Reckoned(_Compared):
    """Arithmetic that a device's numbers pass through before they are compared.

    What is done with them is kept as an expression. Divisions are formulas' alone.
    """

    def __mul__(self, factor: Any) -> Any:  # noqa: ANN401 - a number
        """Return the product."""
        return self if _is_one(factor) else self._made("product", factor, _value(factor))

    __rmul__ = __mul__

    def __add__(self, other: Any) -> Any:  # noqa: ANN401 - a number
        """Return the sum."""
        return self if _is_nothing(other) else self._made("sum", other, 1)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:  # noqa: ANN401 - a number
        """Return the difference."""
        return self._made("difference", other, 1)

    def _made(self, operator: str, other: object, value: float) -> Any:  # noqa: ANN401 - a number
        made = operator, self.expression, expression(other)
        whole = isinstance(self, Reckoned) and not isinstance(other, float)
        return (Reckoned if whole else Fraction)(self.path, made, value)  # type: ignore[arg-type]


class Told(_Compared, int):
    """A signal's whole number on its way into `budget_formulas`, which keep it as a term.

    Its value is there so that they can work; no rule depends on it.
    """

    def __new__(cls, path: Path, stands_for: Expression, value: int = 1) -> Self:
        """Keep what it stands for."""
        made = super().__new__(cls, value)
        made.path, made.expression = path, stands_for
        return made

    __hash__ = int.__hash__

    def __sub__(self, other: int) -> int:
        """Return the difference, which may still be compared."""
        minus = ("difference", self.expression, expression(other))
        return Told(self.path, minus, int(self) - int(other))


class Reckoned(_Reckoned, int):
    """A signal's whole number on its way into checks, or what whole numbers make of it."""

    def __new__(cls, path: Path, stands_for: Expression, value: int = 1) -> Self:
        """Keep what it stands for."""
        made = super().__new__(cls, value)
        made.path, made.expression = path, stands_for
        return made

    __hash__ = int.__hash__

    def __round__(self, digits: Any = None) -> Reckoned:  # noqa: ANN401 - as `int` has it
        """Return itself: it is whole."""
        return self


class Fraction(_Reckoned, float):
    """What a fraction makes of a signal's number."""

    def __new__(cls, path: Path, stands_for: Expression, value: float = 1.0) -> Self:
        """Keep what it stands for."""
        made = super().__new__(cls, value)
        made.path, made.expression = path, stands_for
        return made

    __hash__ = float.__hash__

    def __round__(self, digits: Any = None) -> Reckoned:  # noqa: ANN401
        """Return the whole number that is nearest."""
        return Reckoned(self.path, ("rounded", self.expression))


def _is_one(factor: object) -> bool:
    return not isinstance(factor, _Compared) and factor == 1


def _is_nothing(term: object) -> bool:
    return not isinstance(term, _Compared) and term == 0


def _value(factor: Any) -> float:  # noqa: ANN401 - a number
    return 1 if isinstance(factor, _Compared) else factor or 1


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
