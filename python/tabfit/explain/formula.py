"""Formulas as values: what is put in, what is done with it, and what comes out.

In: givens, each a number or an interval with its words, unit, basis and source. Out: an
`Expression` that is shown in words, shown with its values, and evaluated, one end after the
other: low with low, likely with likely, high with high.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import floor, prod
from typing import Final

from tabfit.estimate.outcome import probability
from tabfit.units import Basis, Interval

Number = int | float
Ends = tuple[Number, Number, Number]


class Unit(StrEnum):
    """What a number counts."""

    BYTES = "bytes"
    NUMBERS = "numbers"  # a plain count: layers, heads, parameters
    TOKENS = "tokens"
    SHARE = "share"  # a factor without a unit
    CHANCE = "chance"
    BYTES_PER_SECOND = "bytes per second"
    TOKENS_PER_SECOND = "tokens per second"


class Operator(StrEnum):
    """What is done with the terms of an operation."""

    SUM = "sum"
    PRODUCT = "product"
    DIFFERENCE = "difference"
    QUOTIENT = "quotient"  # rounded down to a whole number
    RATE = "rate"  # a quotient rounded down to hundredths
    LARGEST = "largest"
    SMALLEST = "smallest"
    ROUNDED = "rounded"  # to a whole number; written as its only term
    FLOORED = "floored"  # likewise, downwards
    ORDERED = "ordered"  # no end below the one before it; written as its only term
    CHANCE = "chance"  # that the first term, a need, is at most the second


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A number put in: what it is called, how it is known and from where."""

    words: str
    ends: Ends
    unit: Unit
    basis: Basis
    source: str


@dataclass(frozen=True, slots=True)
class Operation:
    """An operator on its terms."""

    operator: Operator
    terms: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """A formula with a name: shown as its name where it is used, and written out below."""

    words: str
    expression: Expression
    unit: Unit = Unit.BYTES


Expression = Given | Operation | Named


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """How one figure comes about.

    `about` is a sentence or two on why the formula has its shape and what it leaves out.
    """

    id: str
    title: str
    expression: Expression
    basis: Basis
    unit: Unit = Unit.BYTES
    about: str = ""

    @property
    def result(self) -> Ends:
        """Return what the formula gives with its values put in."""
        return evaluate(self.expression)

    @property
    def interval(self) -> Interval:
        """Return the result as whole numbers."""
        low, likely, high = self.result
        return Interval(round(low), round(likely), round(high))

    @property
    def values(self) -> tuple[Given, ...]:
        """Return every value put in, once each, in the order of the formula."""
        return tuple(dict.fromkeys(givens(self.expression)))

    @property
    def sources(self) -> tuple[str, ...]:
        """Return where the values come from, once each."""
        return tuple(dict.fromkeys(each.source for each in self.values if each.source))


# Evaluating


def _quotient(terms: list[Number]) -> Number:
    return terms[0] // terms[1]


def _rate(terms: list[Number]) -> Number:
    return 100 * terms[0] // terms[1] / 100


def _difference(terms: list[Number]) -> Number:
    return terms[0] - sum(terms[1:])


_AT_EACH_END: Final[Mapping[Operator, Callable[[list[Number]], Number]]] = {
    Operator.SUM: sum,
    Operator.PRODUCT: prod,
    Operator.DIFFERENCE: _difference,
    Operator.QUOTIENT: _quotient,
    Operator.RATE: _rate,
    Operator.LARGEST: max,
    Operator.SMALLEST: min,
    Operator.ROUNDED: lambda terms: round(terms[0]),
    Operator.FLOORED: lambda terms: floor(terms[0]),
}


def evaluate(expression: Expression) -> Ends:
    """Return the low, likely and high value of an expression.

    >>> three = Given(words="n", ends=(1, 2, 3), unit=Unit.SHARE, basis=Basis.ASSUMED, source="")
    >>> evaluate(Operation(Operator.PRODUCT, (three, three)))
    (1, 4, 9)
    """
    match expression:
        case Given():
            return expression.ends
        case Named():
            return evaluate(expression.expression)
        case Operation(Operator.ORDERED, (only,)):
            low, likely, high = evaluate(only)
            return low, max(low, likely), max(low, likely, high)
        case Operation(Operator.CHANCE, (need, have)):
            chance = probability(_whole(need), _whole(have))
            return chance, chance, chance
    terms = [evaluate(term) for term in expression.terms]
    apply = _AT_EACH_END[expression.operator]
    low, likely, high = (apply([each[end] for each in terms]) for end in range(3))
    return low, likely, high


def _whole(expression: Expression) -> Interval:
    low, likely, high = evaluate(expression)
    return Interval(round(low), round(likely), round(high))


# Walking


def givens(expression: Expression) -> Iterator[Given]:
    """Yield every value put in, in the order of the formula."""
    if isinstance(expression, Given):
        yield expression
    elif isinstance(expression, Named):
        yield from givens(expression.expression)
    else:
        for term in expression.terms:
            yield from givens(term)


def named(expression: Expression) -> Iterator[Named]:
    """Yield every named formula inside, outer ones first."""
    if isinstance(expression, Named):
        yield expression
        yield from named(expression.expression)
    elif isinstance(expression, Operation):
        for term in expression.terms:
            yield from named(term)


# Building


def whole(words: str, count: int, unit: Unit, basis: Basis, source: str = "") -> Given:
    """Return a number known without doubt."""
    return Given(words=words, ends=(count, count, count), unit=unit, basis=basis, source=source)


def factor(words: str, share: float, basis: Basis, source: str = "") -> Given:
    """Return a plain number to multiply with."""
    return shares(words, (share, share, share), basis, source)


def shares(words: str, ends: Ends, basis: Basis, source: str = "") -> Given:
    """Return a factor that is not known exactly."""
    return Given(words=words, ends=ends, unit=Unit.SHARE, basis=basis, source=source)


def size(words: str, interval: Interval | int, basis: Basis, source: str = "") -> Given:
    """Return bytes, known without doubt or as an interval."""
    if isinstance(interval, int):
        return whole(words, interval, Unit.BYTES, basis, source)
    ends = (interval.low, interval.likely, interval.high)
    return Given(words=words, ends=ends, unit=Unit.BYTES, basis=basis, source=source)


def total(*terms: Expression) -> Expression:
    """Return a sum; one term alone is itself."""
    return terms[0] if len(terms) == 1 else Operation(Operator.SUM, terms)


def product(*terms: Expression) -> Expression:
    """Return a product; one term alone is itself."""
    return terms[0] if len(terms) == 1 else Operation(Operator.PRODUCT, terms)


def difference(*terms: Expression) -> Expression:
    """Return the first term less the others."""
    return Operation(Operator.DIFFERENCE, terms)


def largest(*terms: Expression) -> Expression:
    """Return the largest of the terms, end by end."""
    return terms[0] if len(terms) == 1 else Operation(Operator.LARGEST, terms)


def smallest(*terms: Expression) -> Expression:
    """Return the smallest of the terms, end by end."""
    return terms[0] if len(terms) == 1 else Operation(Operator.SMALLEST, terms)


def rounded(term: Expression) -> Expression:
    """Return a term rounded to a whole number."""
    return Operation(Operator.ROUNDED, (term,))


def operation(operator: Operator, *terms: Expression) -> Expression:
    """Return any other operator on its terms."""
    return Operation(operator, terms)


def nothing() -> Given:
    """Return no bytes at all, with which a difference is kept from going below zero."""
    return whole("0", 0, Unit.BYTES, Basis.COMPUTED)
