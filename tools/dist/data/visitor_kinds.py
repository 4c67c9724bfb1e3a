"""Verdicts for kinds of visitors: every way to run a model, judged for what browsers tell most.

In: the grid's table. Out: one object. `kinds` are rows of signals
(`tabfit.gate.rules.device_signals`), `ways` the model, runtime and precision at its usual context,
`outcomes` and `chances` one row for each way with a place for each kind: an outcome's place in
`words`, and the chance from 0 to 1. A kind tells its memory as `navigator.deviceMemory` does and a
maker of graphics, and nothing else: what its browser has is as likely as for all of its version.
"""

from __future__ import annotations

from itertools import product
from typing import Any, Final

import numpy as np

from tabfit.catalog import Catalog
from tabfit.compare.verdict_grid import judge_table
from tabfit.compare.verdict_grid.table import RequirementsTable
from tabfit.gate.rules.device_signals import read_flat
from tabfit.verdict.probability import OUTCOMES

#: System, browser, what is told of memory in GiB, and makers of graphics.
KINDS: Final = (
    (("ios",), ("safari",), (None,), ("apple",)),
    (("ipados",), ("safari",), (None,), ("apple",)),
    (("android",), ("chrome",), (2, 4, 8), ("qualcomm", "arm")),
    (("macos",), ("chrome",), (8, 16, 32), ("apple",)),
    (("macos",), ("safari",), (None,), ("apple",)),
    (("windows",), ("chrome", "edge"), (4, 8, 16, 32), ("intel", "nvidia")),
    (("windows", "linux"), ("firefox",), (None,), (None,)),
    (("linux",), ("chrome",), (8, 16, 32), ("intel", "nvidia")),
    (("chromeos",), ("chrome",), (4, 8, 16), ("intel",)),
)


def kinds() -> list[dict[str, Any]]:
    """Return the kinds as rows of signals."""
    rows = []
    for some in KINDS:
        for platform, browser, memory, vendor in product(*some):
            told = {"platform": platform, "browser": browser, "device_memory": memory}
            adapter = {"webgpu": "adapter", "webgpu_vendor": vendor} if vendor else {}
            known = {name: value for name, value in told.items() if value is not None}
            rows.append({**known, **adapter})
    return rows


def verdicts(table: RequirementsTable, catalog: Catalog) -> dict[str, Any]:
    """Return every way's verdict for every kind of visitor."""
    every = kinds()
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
