"""How often models die of what no limit tells: a logistic regression for each kind.

Every group's effect is drawn towards none by a normal prior (ridge), the intercept towards a rate
of about one in ten, so that what few reports say moves little.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from tabfit.verdict import failure_rates
from tools.budgets.cases import Case

#: The standard deviation of a group's effect before any report, in logits.
SPREAD: Final = 0.7
#: Where the intercept is drawn to, and how far from it it may lie, in logits: one in ten.
USUAL: Final = (-2.2, 1.0)
STEPS: Final = 50


def fit(cases: Sequence[Case]) -> dict[str, Any]:
    """Return the table of `failure_rates.json`, from cases that ran or died of each kind.

    What died of something else says nothing of this kind, and is left out of it.
    """
    return {kind: _fit_kind(kind, cases) for kind in failure_rates.KINDS}


def _fit_kind(kind: str, cases: Sequence[Case]) -> dict[str, Any]:
    rows = [each for each in cases if kind in each.groups and (each.ran or each.failure == kind)]
    names = sorted({name for each in rows for name in each.groups[kind]})
    seen = Counter(name for each in rows for name in each.groups[kind])
    died = Counter(name for each in rows if not each.ran for name in each.groups[kind])
    member = np.array([[float(name in each.groups[kind]) for name in names] for each in rows])
    failed = np.array([float(not each.ran) for each in rows])
    weights = np.array([each.weight for each in rows])
    intercept, *effects = _ridge(member, failed, weights)
    return {
        "intercept": round(float(intercept), 3),
        "reports": len(rows),
        "died": int(failed.sum()),
        "groups": {
            name: {"effect": round(float(effect), 3), "reports": seen[name], "died": died[name]}
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
