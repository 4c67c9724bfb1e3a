"""Quantities that remember how they came about: a figure and its formula are one value.

In: what is put in, each a `Given` with its words, unit, basis and source. Out: a `Quantity`, worked
out as it is written, one end after the other: low with low, likely with likely, high with high.
Its `interval` is the figure, its terms are the formula.

>>> tokens = Given("tokens", (512, 512, 512), Unit.TOKENS, Basis.COMPUTED, "as chosen")
>>> share = Given("share alive", (0.5, 1, 2), Unit.SHARE, Basis.ASSUMED, "a guess")
>>> (tokens * share).interval
Interval(low=256, likely=512, high=1024)
>>> [each.words for each in givens(tokens * share)]
['tokens', 'share alive']
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from math import floor
from typing import Any, Final, TypeGuard

from tabfit.i18n.language import _
from tabfit.units import Basis, Interval

Number = int | float
Ends = tuple[Number, Number, Number]
#: A sentence marked with `later`, or one whose places are still to be filled.
Text = str | tuple[str, Mapping[str, object]]


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
    SPAN = "span"  # the low end of the first term, the other ends of the second
    ROUNDED = "rounded"  # to a whole number; written as its only term
    FLOORED = "floored"  # likewise, downwards
    ORDERED = "ordered"  # no end below the one before it; written as its only term
    CHANCE = "chance"  # that the first term, a need, is at most the second


class Quantity:
    """Three ends of a number. Those of a formula's parts may be in any order, or fractions."""

    __slots__ = ("high", "likely", "low")

    def __init__(self, low: Number, likely: Number, high: Number) -> None:
        """Keep the ends."""
        self.low = low
        self.likely = likely
        self.high = high

    @property
    def ends(self) -> Ends:
        """Return the low, likely and high end."""
        return self.low, self.likely, self.high

    @property
    def interval(self) -> Interval:
        """Return the figure in whole numbers, which knows its formula."""
        return Interval(round(self.low), round(self.likely), round(self.high), formula=self)

    def __add__(self, other: Quantity) -> Operation:
        """Return the sum, end by end."""
        return Operation(
            Operator.SUM,
            (self, other),
            self.low + other.low,
            self.likely + other.likely,
            self.high + other.high,
        )

    def __sub__(self, other: Quantity) -> Operation:
        """Return the difference, end by end."""
        return Operation(
            Operator.DIFFERENCE,
            (self, other),
            self.low - other.low,
            self.likely - other.likely,
            self.high - other.high,
        )

    def __mul__(self, other: Quantity) -> Operation:
        """Return the product, end by end."""
        return Operation(
            Operator.PRODUCT,
            (self, other),
            self.low * other.low,
            self.likely * other.likely,
            self.high * other.high,
        )

    def __floordiv__(self, other: Quantity) -> Operation:
        """Return the quotient, end by end, rounded down to a whole number."""
        return Operation(
            Operator.QUOTIENT,
            (self, other),
            self.low // other.low,
            self.likely // other.likely,
            self.high // other.high,
        )

    def __eq__(self, other: object) -> bool:
        """Return whether both are the same value, known in the same way."""
        return type(other) is type(self) and self._key() == other._key()

    def __hash__(self) -> int:
        """Return the hash of what makes two equal."""
        return hash(self._key())

    def _key(self) -> tuple[object, ...]:
        return self.ends


class Given(Quantity):
    """A value put in: what it is called, how it is known and from where.

    `label` and `origin` are sentences marked with `later`, said in the language in use when
    `words` and `source` are asked for.
    """

    __slots__ = ("basis", "label", "origin", "unit")

    def __init__(
        self, label: Text, ends: Ends, unit: Unit, basis: Basis, origin: Text = ""
    ) -> None:
        """Keep the value with what is known of it."""
        self.low, self.likely, self.high = ends
        self.label = label
        self.unit = unit
        self.basis = basis
        self.origin = origin

    @property
    def words(self) -> str:
        """Return what it is called."""
        return _said(self.label)

    @property
    def source(self) -> str:
        """Return where it is from."""
        return _said(self.origin)

    def _key(self) -> tuple[object, ...]:
        return (self.words, self.ends, self.unit, self.basis, self.source)


class Constant(Given):
    """A value that shapes do not give, declared once: what else is to be said of it is here.

    `fitted_on` is what it was fitted on or read from: a file of the repository, runs, reports.
    """

    __slots__ = ("_interval", "fitted_on")

    def __init__(
        self,
        label: Text,
        ends: Ends,
        *,
        unit: Unit = Unit.BYTES,
        basis: Basis,
        source: Text,
        fitted_on: str,
    ) -> None:
        """Keep the value with its record."""
        super().__init__(label, ends, unit, basis, source)
        self.fitted_on = fitted_on
        self._interval: Interval | None = None

    @property
    def interval(self) -> Interval:
        """Return the figure in whole numbers, made once."""
        self._interval = self._interval or super().interval
        return self._interval

    @property
    def exact(self) -> int:
        """Return the value of one that is a whole number known without doubt."""
        if not self.low == self.likely == self.high == int(self.low):
            raise ValueError(f"{self.words} is not one whole number: {self.ends}")
        return int(self.likely)


class Operation(Quantity):
    """An operator on its terms."""

    __slots__ = ("given", "operator")

    def __init__(
        self,
        operator: Operator,
        terms: tuple[Quantity, ...],
        low: Number,
        likely: Number,
        high: Number,
    ) -> None:
        """Keep what was done, and what came of it."""
        self.low = low
        self.likely = likely
        self.high = high
        self.operator = operator
        self.given = terms

    @property
    def terms(self) -> tuple[Quantity, ...]:
        """Return the terms, those of a + b + c as one sum."""
        first, *others = self.given
        if self.operator in _CHAINED and _is_operation(first, self.operator):
            return (*first.terms, *others)
        return self.given

    def _key(self) -> tuple[object, ...]:
        return (self.operator, self.terms)


class Named(Quantity):
    """A formula with a name: shown as its name where it is used, and written out below.

    `made` is the formula, or what returns it when somebody asks: it must have the same ends.
    """

    __slots__ = ("label", "made", "unit")

    def __init__(
        self, label: Text, ends: Ends, made: Quantity | Callable[[], Quantity], unit: Unit
    ) -> None:
        """Keep a value with its name and its formula."""
        self.low, self.likely, self.high = ends
        self.label = label
        self.made = made
        self.unit = unit

    @property
    def words(self) -> str:
        """Return its name."""
        return _said(self.label)

    @property
    def expression(self) -> Quantity:
        """Return the formula that is named; raise `ArithmeticError` if it gives another value."""
        if not isinstance(self.made, Quantity):
            self.made = self.made()
            if self.made.ends != self.ends:
                raise ArithmeticError(f"{self.words}: {self.made.ends} is not {self.ends}")
        return self.made

    def _key(self) -> tuple[object, ...]:
        return (self.words, self.ends, self.unit)


def _said(text: Text) -> str:
    return _(text) if isinstance(text, str) else _(text[0], **text[1])


def _is_operation(term: Quantity, operator: Operator) -> TypeGuard[Operation]:
    return isinstance(term, Operation) and term.operator is operator


#: Operators whose first term is written without brackets if it is of the same kind.
_CHAINED: Final = (Operator.SUM, Operator.PRODUCT, Operator.DIFFERENCE)


# Values put in


def known(label: Text, count: Number, unit: Unit, basis: Basis, source: Text = "") -> Given:
    """Return a number known without doubt."""
    return Given(label, (count, count, count), unit, basis, source)


def size(label: Text, value: Interval | int, basis: Basis, source: Text = "") -> Given:
    """Return bytes, known without doubt or as an interval."""
    ends = (value,) * 3 if isinstance(value, int) else (value.low, value.likely, value.high)
    return Given(label, ends, Unit.BYTES, basis, source)


def share(label: Text, ends: Ends, basis: Basis, source: Text = "") -> Given:
    """Return a factor without a unit."""
    return Given(label, ends, Unit.SHARE, basis, source)


#: No bytes at all, with which a difference is kept from going below zero.
ZERO: Final = known("0", 0, Unit.BYTES, Basis.COMPUTED)
#: What multiplies without a change.
ONE: Final = share("1", (1, 1, 1), Basis.COMPUTED)


# Operations


def total(terms: Iterable[Quantity]) -> Quantity:
    """Return a sum; one term alone is itself, none are nothing.

    >>> total([]).ends
    (0, 0, 0)
    """
    every = tuple(terms)
    if len(every) < 2:
        return every[0] if every else ZERO
    return Operation(Operator.SUM, every, *_at_each_end(sum, every))


def product(terms: Iterable[Quantity]) -> Quantity:
    """Return a product; one term alone is itself, none are one.

    >>> product([]).ends
    (1, 1, 1)
    """
    first, *others = tuple(terms) or (ONE,)
    for each in others:
        first = first * each
    return first


def largest(*terms: Quantity) -> Quantity:
    """Return the largest of the terms, end by end; one term alone is itself."""
    if len(terms) == 1:
        return terms[0]
    return Operation(Operator.LARGEST, terms, *_at_each_end(max, terms))


def smallest(*terms: Quantity) -> Quantity:
    """Return the smallest of the terms, end by end; one term alone is itself."""
    if len(terms) == 1:
        return terms[0]
    return Operation(Operator.SMALLEST, terms, *_at_each_end(min, terms))


def _at_each_end(function: Callable[[list[Any]], Number], terms: Sequence[Quantity]) -> Ends:
    return (
        function([each.low for each in terms]),
        function([each.likely for each in terms]),
        function([each.high for each in terms]),
    )


def widest(terms: Iterable[Quantity]) -> Quantity:
    """Return the largest of many terms, naming only those that are it at one end at least."""
    every = tuple(terms)
    if not every:
        return ZERO
    best = (max(every, key=lambda term: term.ends[end]) for end in range(3))
    return largest(*{id(each): each for each in best}.values())


def span(low: Quantity, high: Quantity) -> Quantity:
    """Return what lies between two formulas, the second the likelier."""
    return Operation(Operator.SPAN, (low, high), low.low, high.likely, high.high)


def rounded(term: Quantity) -> Quantity:
    """Return a term rounded to a whole number."""
    ends = round(term.low), round(term.likely), round(term.high)
    return Operation(Operator.ROUNDED, (term,), *ends)


def floored(term: Quantity) -> Quantity:
    """Return a term rounded down to a whole number."""
    ends = floor(term.low), floor(term.likely), floor(term.high)
    return Operation(Operator.FLOORED, (term,), *ends)


def ordered(term: Quantity) -> Quantity:
    """Return a term of which no end lies below the one before it.

    >>> ordered(share("rules", (3, 2, 5), Basis.ASSUMED)).ends
    (3, 3, 5)
    """
    likely = max(term.low, term.likely)
    return Operation(Operator.ORDERED, (term,), term.low, likely, max(likely, term.high))


def rate(moved: Quantity, each: Quantity) -> Quantity:
    """Return how often a second something is done, rounded down to hundredths."""
    return Operation(
        Operator.RATE,
        (moved, each),
        100 * moved.low // each.low / 100,
        100 * moved.likely // each.likely / 100,
        100 * moved.high // each.high / 100,
    )


def named(label: Text, quantity: Quantity, unit: Unit = Unit.BYTES) -> Named:
    """Return a formula under a name."""
    return Named(label, quantity.ends, quantity, unit)


def detailed(label: Text, value: Interval | int, made: Callable[[], Quantity]) -> Named:
    """Return bytes whose formula is only worked out when somebody looks at it."""
    ends = (value,) * 3 if isinstance(value, int) else (value.low, value.likely, value.high)
    return Named(label, ends, made, Unit.BYTES)


# Walking


def formula_of(interval: Interval, label: Text, basis: Basis, source: Text) -> Quantity:
    """Return an interval's formula, or the interval as a value put in where it tells none."""
    made = interval.formula
    return made if isinstance(made, Quantity) else size(label, interval, basis, source)


def givens(quantity: Quantity) -> Iterator[Given]:
    """Yield every value put in, in the order of the formula."""
    if isinstance(quantity, Given):
        yield quantity
    for part in _parts(quantity):
        yield from givens(part)


def names(quantity: Quantity) -> Iterator[Named]:
    """Yield every named formula inside, outer ones first."""
    if isinstance(quantity, Named):
        yield quantity
    for part in _parts(quantity):
        yield from names(part)


def _parts(quantity: Quantity) -> tuple[Quantity, ...]:
    if isinstance(quantity, Named):
        return (quantity.expression,)
    return quantity.terms if isinstance(quantity, Operation) else ()
