"""Quantities: worked out as they are written, and read back as they were written."""

from __future__ import annotations

import pytest

from tabfit.formula import (
    Constant,
    Given,
    Operation,
    Quantity,
    Unit,
    detailed,
    formula_of,
    givens,
    known,
    names,
    share,
    size,
    total,
    widest,
)
from tabfit.units import Basis, Interval, exactly


def number(label: str, count: float) -> Given:
    """Return a plain number."""
    return known(label, count, Unit.NUMBERS, Basis.COMPUTED, "this test")


def operation(quantity: Quantity) -> Operation:
    """Return a quantity that is an operation."""
    assert isinstance(quantity, Operation)
    return quantity


A, B, C = (number(label, count) for label, count in (("a", 2), ("b", 3), ("c", 5)))


def test_a_figure_knows_its_formula() -> None:
    """3 x (2 + 5) is 21 to whoever asks for the figure, and b, a, c to whoever asks why."""
    figure = (B * (A + C)).interval

    assert figure == exactly(21)
    assert isinstance(figure.formula, Quantity)
    assert [each.words for each in givens(figure.formula)] == ["b", "a", "c"]


def test_sums_and_products_are_read_as_one() -> None:
    """A + b + c has three terms; a + b - c has two, and so has a - (b + c)."""
    assert operation(A + B + C).terms == (A, B, C)
    assert operation(A * B * C).terms == (A, B, C)
    assert operation(A - B - C).terms == (A, B, C)
    assert operation(A + B - C).terms == (A + B, C)
    assert operation(A - (B + C)).terms == (A, B + C)


def test_ends_go_with_their_like() -> None:
    """Low with low, likely with likely, high with high; a reserve may be the other way round."""
    fractions = share("share", (0.3, 0.46, 0.75), Basis.ASSUMED, "this test")
    reserve = Given("reserve", (20, 50, 0), Unit.BYTES, Basis.ASSUMED, "this test")

    assert (fractions * number("n", 100) - reserve).ends == (10, -4, 75)


def test_details_are_looked_at_when_somebody_asks() -> None:
    """A named formula is made once it is opened, and refused where it gives another value."""
    opened = []

    def made() -> Quantity:
        opened.append(True)
        return total([number("x", 3), number("y", 4)])

    lazy, wrong = detailed("sum", 7, made), detailed("sum", 8, made)

    assert lazy.interval == exactly(7)
    assert not opened
    assert [each.words for each in givens(lazy)] == ["x", "y"]
    assert [each.words for each in names(lazy + A)] == ["sum"]
    with pytest.raises(ArithmeticError, match="sum"):
        list(givens(wrong))


def test_only_what_is_widest_somewhere_is_named() -> None:
    """Of many layers those are told that hold the most at one end at least."""
    narrow, short, long = (
        size(label, Interval(*ends), Basis.COMPUTED)
        for label, ends in (("narrow", (1, 1, 1)), ("short", (5, 6, 7)), ("long", (2, 6, 9)))
    )
    found = widest([narrow, short, long])

    assert found.ends == (5, 6, 9)
    assert {each.words for each in givens(found)} == {"short", "long"}


def test_a_constant_of_three_ends_is_no_whole_number() -> None:
    """Whoever needs one number of a constant is told where there are three."""
    assert known("n", 4, Unit.NUMBERS, Basis.LISTED, "s").likely == 4
    spread = Constant("s", (1, 2, 3), basis=Basis.ASSUMED, source="s", fitted_on="f")
    with pytest.raises(ValueError, match="not one whole number"):
        _ = spread.exact


def test_an_interval_without_a_formula_is_a_value_put_in() -> None:
    """What nobody worked out is told as it is, with how it is known."""
    told = formula_of(exactly(9), "limit", Basis.REPORTED, "the browser")

    assert [(each.words, each.likely, each.basis) for each in givens(told)] == [
        ("limit", 9, Basis.REPORTED)
    ]


def test_intervals_stay_as_they_are() -> None:
    """They are equal by their ends alone, and nothing changes them."""
    figure = (A + B).interval

    assert figure == exactly(5)
    assert hash(figure) == hash(exactly(5))
    assert figure != (5, 5, 5)
    with pytest.raises(AttributeError, match="low"):
        figure.low = 1
    with pytest.raises(ValueError, match="out of order"):
        Interval(2, 1, 3)
