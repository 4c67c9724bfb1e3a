"""Verdicts for kinds of visitors: every way to run a model, judged for what browsers tell most.

In: the grid's table. Out: one object. `kinds` are rows of signals
(`tabfit.gate.rules.device_signals`), `ways` the model, runtime and precision at its usual context,
`outcomes` and `chances` one row for each way with a place for each kind: an outcome's place in
`words`, and the chance from 0 to 1. A kind tells its memory as `navigator.deviceMemory` does and a
maker of graphics, and nothing else: what its browser has is as likely as for all of its version.
Kinds are derived from the catalogue's devices and the sample of visits.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from tabfit.catalog import Catalog
from tabfit.compare.verdict_grid import judge_table
from tabfit.compare.verdict_grid.table import RequirementsTable
from tabfit.devices.device import read
from tabfit.gate.rules.device_signals import flat, read_flat
from tabfit.gate.scenario.scenario_rules import TELL_NO_MEMORY
from tabfit.population.visits import sample
from tabfit.verdict.probability import OUTCOMES

#: What kinds are told apart by.
COLUMNS: Final = ("platform", "browser", "device_memory", "webgpu", "webgpu_vendor")


def kinds(catalog: Catalog) -> list[dict[str, Any]]:
    """Return the kinds as rows of signals, each once.

    They are those of the catalogue's devices, and those that the devices which tell their memory
    would be in every other browser that the sample of visits has on their system.
    """
    own = [_kind(flat(read(row.device))) for row in catalog.devices]
    there = {(row["platform"], row["browser"]) for row in own}
    others = [
        _kind({**row, "browser": browser})
        for row in own
        for platform, browser in sorted(_visiting() - there)
        if platform == row["platform"] and "device_memory" in row
    ]
    every = {tuple(row.items()): row for row in (*own, *others)}
    return sorted(every.values(), key=_place)


def _visiting() -> set[tuple[str, str]]:
    """Return the systems and browsers of the sample of visits."""
    told = (each.device for each in sample.read())
    return {(each.platform, each.browser) for each in told if each.platform and each.browser}


def _kind(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a kind is told by; some browsers tell no memory."""
    hidden = {told.get("platform"), told.get("browser")} & TELL_NO_MEMORY
    kept = (name for name in COLUMNS if not (hidden and name == "device_memory"))
    return {name: told[name] for name in kept if name in told}


def _place(kind: Mapping[str, Any]) -> tuple[Any, ...]:
    words = (str(kind.get(name, "")) for name in COLUMNS if name != "device_memory")
    return *words, kind.get("device_memory", 0)


def verdicts(table: RequirementsTable, catalog: Catalog) -> dict[str, Any]:
    """Return every way's verdict for every kind of visitor."""
    every = kinds(catalog)
    shape = (len(table.models), len(every))
    outcomes, chances = np.full(shape, -1), np.full(shape, np.nan)
    for at, kind in enumerate(every):
        judged = judge_table(table, read_flat(kind), catalog, (None,))
        outcomes[judged.rows, at] = judged.outcomes[:, 0]
        chances[judged.rows, at] = judged.chances[:, 0]
    rows = np.flatnonzero((outcomes >= 0).all(axis=1))
    return {
        "schema": 1,
        "words": list(OUTCOMES),
        "kinds": every,
        "ways": [[table.models[r], table.runtimes[r], table.precisions[r]] for r in rows],
        "outcomes": outcomes[rows].tolist(),
        "chances": [
            [None if np.isnan(x) else round(float(x), 4) for x in chances[r]] for r in rows
        ],
    }
