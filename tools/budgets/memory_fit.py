"""How far the budgets of memory are off: for each rule a factor, and how much wider it must be.

In: needs and budgets of reports that ran, and of those that died of memory. Out: for
each rule the `scale` of its likeliest end and the `spread` of the others around it, the likeliest
on a grid under normal priors around no change at all: what is known of limits is the prior.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from math import exp, log
from typing import Any, Final

from tabfit.devices.budgets import ends_of
from tabfit.formula import Ends
from tabfit.units import Interval
from tabfit.verdict.probability import probability
from tools.budgets.cases import OF_MEMORY, Case

#: Logarithms tried, of the factor and of the spread, and their standard deviations before any
#: report.
SCALES: Final = tuple(step * 0.05 for step in range(-18, 19))
SPREADS: Final = (0.0, 0.2, 0.4, 0.6, 0.8)
PRIOR: Final = 0.28
#: A report is never surer than this, whatever the intervals say.
SUREST: Final = 0.99
#: Fewer reports than this leave a rule as it is.
FEWEST: Final = 3


def fit(cases: Sequence[Case]) -> dict[str, dict[str, Any]]:
    """Return the table of `budgets.json`: scale, spread, and the reports behind each rule."""
    found = {rule: _fit_rule(rule, _used(cases)) for rule in rules(cases)}
    return {rule: row for rule, row in found.items() if row["reports"] >= FEWEST}


def refit(
    whole: Mapping[str, dict[str, Any]], rest: Sequence[Case], left_out: Sequence[Case]
) -> dict[str, dict[str, Any]]:
    """Return the table without some cases, given the one with all: only their rules change."""
    changed = {rule: _fit_rule(rule, _used(rest)) for rule in rules(left_out)}
    found = {**whole, **changed}
    return {rule: row for rule, row in found.items() if row["reports"] >= FEWEST}


def _used(cases: Sequence[Case]) -> list[Case]:
    return [each for each in cases if each.ran or each.report.kind == OF_MEMORY]


def rules(cases: Sequence[Case]) -> list[str]:
    """Return the rules behind the budgets of some cases."""
    return sorted({rule for each in _used(cases) for rule, _need, _have in each.memory})


def _fit_rule(rule: str, cases: Sequence[Case]) -> dict[str, Any]:
    rows = [each for each in cases if any(name == rule for name, _need, _have in each.memory)]
    scale, spread = max(product(SCALES, SPREADS), key=lambda pair: _likelihood(rule, rows, *pair))
    return {
        "scale": round(exp(scale), 3),
        "spread": round(exp(spread), 3),
        "reports": len(rows),
        "died": sum(not each.ran for each in rows),
    }


def _times(have: Interval, factors: Ends) -> Interval:
    low, likely, high = factors
    return Interval(round(have.low * low), round(have.likely * likely), round(have.high * high))


def _likelihood(rule: str, rows: Sequence[Case], scale: float, spread: float) -> float:
    factors = ends_of(scale=exp(scale), spread=exp(spread))
    total = -(scale**2 + spread**2) / (2 * PRIOR**2)
    for each in rows:
        chance = 1.0
        for name, need, have in each.memory:
            chance *= probability(need, _times(have, factors) if name == rule else have)
        chance = min(max(chance, 1 - SUREST), SUREST)
        total += each.weight * log(chance if each.ran else 1 - chance)
    return total
