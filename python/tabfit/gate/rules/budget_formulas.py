"""A budget as an expression of signals: its formula, with what is known worked out.

In: an `Interval` of a budget. Out: three numbers, or a tuple `(operator, term, …)` whose terms are
the same, `("told", signal)` or `("difference", signal, signal)`; every operator works on three ends
at once, with the words of `formula.Operator`. Sources: the formulas themselves, `devices.budgets`.
"""

from __future__ import annotations

from tabfit.formula import Given, Named, Operation, Operator, Quantity
from tabfit.gate.rules.symbols import Expression, Told, expression, is_numbers
from tabfit.units import Interval


def of_interval(have: Interval) -> Expression:
    """Return what an interval's ends are worked out from."""
    ends = (have.low, have.likely, have.high)
    if not isinstance(have.formula, Quantity):
        return _of_ends(ends)
    made = _of(have.formula)
    return made if is_numbers(made) else (Operator.ROUNDED.value, made)


def _of(quantity: Quantity) -> Expression:
    if isinstance(quantity, Named):
        return _of(quantity.expression)
    if isinstance(quantity, Operation):
        terms = tuple(_of(each) for each in quantity.terms)
        known = all(is_numbers(each) for each in terms)
        return quantity.ends if known else (quantity.operator.value, *terms)
    assert isinstance(quantity, Given)  # noqa: S101 - there are no others
    return _of_ends(quantity.ends)


def _of_ends(ends: tuple[object, object, object]) -> Expression:
    told = {expression(each) for each in ends if isinstance(each, Told)}
    if not told:
        return ends
    (one,) = told  # a signal is one number, known without doubt
    return one
