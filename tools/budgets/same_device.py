"""What ran again on one device: the upper end of chances where something as large had run.

In: reports of which the same people, device and runtime have another that ran and needed as much.
Out: the upper end between which and the lower one the chance of such a load lies best, by least
squares of the outcome on the chance that every check holds given that run.

One project's reports of a device are one device's, whether a result file or a thread tells them.
Unlike the other ends, this one is fitted on result files too: that they tell of few good machines
says nothing here, where each is held against itself. Threads alone would be too low: who writes of
two models on one device mostly does so because one of them fails.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from tabfit.devices.budgets import Pool
from tabfit.devices.device import Device
from tabfit.devices.history import Trial
from tabfit.verdict.device_history import proven
from tabfit.verdict.sureness import FARTHEST
from tools.budgets.cases import OF_PROJECT, Case

#: What stands for no device.
UNNAMED: Final = "not said"
#: The memory that a load fills, as a trial keeps it.
POOLS: Final = (Pool.PEAK, Pool.PAGE, Pool.GPU)
#: So many reports tell no more places of a share.
PLACES: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """A case with something as large that ran on its device, and the chance given that."""

    case: Case
    chance: float


def with_runs(cases: Sequence[Case]) -> dict[int, Device]:
    """Return by its place each case that had another run as large: its device with that past."""
    alike = defaultdict(list)
    for place, case in enumerate(cases):
        row = case.report.row
        device = row["said"]["device"].lower()
        if device != UNNAMED:
            thread = row["source"] if case.of_thread else case.report.source
            alike[thread, device, case.report.said.facts.id].append(place)
    found = {}
    for places in alike.values():
        for place in places:
            ran = [_trial(cases[other]) for other in places if other != place and cases[other].ran]
            said = cases[place].report.said
            if proven(ran, said.facts.id, said.footprint.peak_in) == 1:
                found[place] = replace(cases[place].usual, history=tuple(ran))
    return found


def _trial(case: Case) -> Trial:
    said = case.report.said
    needs = {pool.value: said.footprint.peak_in(pool) for pool in POOLS}
    return Trial(ran=True, needs=needs, runtime=said.facts.id)


def fit(again: Sequence[Again], least: float) -> dict[str, Any]:
    """Return the upper end, the reports behind it and how many of them ran."""
    projects = Counter(each.case.report.source for each in again)
    weights = np.array([projects[each.case.report.source] ** OF_PROJECT for each in again])
    chance = np.array([each.chance for each in again])
    ran = np.array([float(each.case.ran) for each in again])
    above = ran - least * (1 - chance)
    end = (weights * chance * above).sum() / (weights * chance**2).sum()
    return {
        "here": round(float(np.clip(end, *FARTHEST)), PLACES),
        "here_reports": len(again),
        "here_ran": int(ran.sum()),
    }
