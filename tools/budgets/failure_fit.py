"""How often models die of what no limit tells: a logistic regression for each kind.

Every group's effect is drawn towards none by a normal prior (ridge), the intercept towards a rate
of about one in ten, so that what few reports say moves little. How a model is made is a group like
the others while the rates are fitted, so that a runtime is not blamed for it; what comes out of it
is one figure for each way of being made: the share that is left of the chance to run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from math import exp
from typing import Any, Final

import numpy as np

from tabfit.verdict import failure_rates
from tools.budgets.cases import Case

#: The standard deviation of a group's effect before any report, in logits. Of 0.5, 0.75, 1, 1.5, 2,
#: 2.5, 3 and 4 the one with which reports left out by source are told best, or nearly so.
SPREAD: Final = 2.0
#: Where the intercept is drawn to, and how far from it it may lie, in logits: one in ten.
USUAL: Final = (-2.2, 1.0)
#: The kinds of failure that ways of being made add to.
ADDED_TO: Final = (failure_rates.FAULT, failure_rates.WRONG)
STEPS: Final = 50
#: What a report's kind is where memory grew with use until none was left.
LEAK: Final = "leak"

Rates = Mapping[str, Mapping[str, Any]]


def fit(cases: Sequence[Case]) -> dict[str, Any]:
    """Return the table of `failure_rates.json`, from cases that ran or died of each kind.

    What died of something else says nothing of this kind, and is left out of it.
    """
    kinds = {kind: _fit_kind(kind, cases) for kind in failure_rates.KINDS}
    made = {name: _left(name, cases, kinds) for name in failure_rates.MADE_SO}
    return {**{kind: _of_devices(table) for kind, table in kinds.items()}, **made}


def _of_devices(table: Mapping[str, Any]) -> dict[str, Any]:
    """Return a kind's table without the ways in which models are made."""
    groups = table["groups"].items()
    kept = {name: row for name, row in groups if name not in failure_rates.MADE_SO}
    return {**table, "groups": kept}


def _left(name: str, cases: Sequence[Case], kinds: Rates) -> dict[str, Any]:
    """Return what is left of the chance to run for a model that is made in one way.

    It is the mean over the cases made so, each with the failures of its own device and runtime.
    """
    mine = [each for each in cases if name in each.made_so]
    shares = [(each.weight, _share_left(name, each, kinds)) for each in mine]
    weight = sum(each for each, _share in shares)
    left = sum(each * share for each, share in shares) / weight if weight else 1.0
    failed = [each for each in mine if each.failure in ADDED_TO and not each.ran]
    told = sum(each.ran for each in mine) + len(failed)
    return {"chance": round(min(left, 1.0), 4), "reports": told, "died": len(failed)}


def _share_left(name: str, case: Case, kinds: Rates) -> float:
    share = 1.0
    for kind in ADDED_TO:
        if kind in case.groups:
            share *= _held(kinds[kind], _groups(kind, case))
            share /= _held(kinds[kind], set(_groups(kind, case)) - {name})
    return share


def _held(table: Mapping[str, Any], groups: Sequence[str] | set[str]) -> float:
    """Return the chance that a kind of failure does not happen."""
    known = table["groups"]
    logit = table["intercept"] + sum(known[each]["effect"] for each in groups if each in known)
    return 1 / (1 + exp(logit))


def _groups(kind: str, case: Case) -> tuple[str, ...]:
    """Return the groups of a case: of its device and runtime, and of how its model is made."""
    made = case.made_so if kind in ADDED_TO else ()
    return (*case.groups[kind], *made)


def _fit_kind(kind: str, cases: Sequence[Case]) -> dict[str, Any]:
    rows = [each for each in cases if kind in each.groups and (each.ran or each.failure == kind)]
    names = sorted({name for each in rows for name in _groups(kind, each)})
    seen = Counter(name for each in rows for name in _groups(kind, each))
    died = Counter(name for each in rows if not each.ran for name in _groups(kind, each))
    grew = Counter(
        name for each in rows if each.report.kind == LEAK for name in _groups(kind, each)
    )
    member = np.array([[float(name in _groups(kind, each)) for name in names] for each in rows])
    failed = np.array([float(not each.ran) for each in rows])
    weights = np.array([each.weight for each in rows])
    intercept, *effects = _ridge(member, failed, weights)
    return {
        "intercept": round(float(intercept), 3),
        "reports": len(rows),
        "died": int(failed.sum()),
        "groups": {
            name: {
                "effect": round(float(effect), 3),
                "reports": seen[name],
                "died": died[name],
                **({"grew": grew[name]} if grew[name] else {}),
            }
            for name, effect in zip(names, effects, strict=True)
        },
    }


def _ridge(member: Any, failed: Any, weights: Any) -> Any:
    """Return intercept and effects that are most likely, by Newton's steps."""
    rows, columns = member.shape
    design = np.hstack([np.ones((rows, 1)), member])
    centre = np.r_[USUAL[0], np.zeros(columns)]
    precision = np.r_[USUAL[1] ** -2, np.full(columns, SPREAD**-2)]
    found = centre.copy()
    for _step in range(STEPS):
        chance = 1 / (1 + np.exp(-design @ found))
        slope = design.T @ (weights * (chance - failed)) + precision * (found - centre)
        curvature = (design.T * (weights * chance * (1 - chance))) @ design + np.diag(precision)
        step = np.linalg.solve(curvature, slope)
        found = found - step
        if abs(step).max() < 1e-9:
            break
    return found
