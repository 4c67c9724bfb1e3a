"""How sure anybody can be: a chance drawn in by what no check sees.

In: the chance that every check holds, from 0 to 1. Out: the chance of a verdict, which stays
between two ends learnt from reports: the share that ran although every check spoke against it, and
the share that ran where none did. Reports name the wrong cause, devices differ from what is told
of them, and models die of what nobody thought of. `make budgets` fits both ends on what was said
of reports before anybody here knew them, and of people’s threads by rates that never saw them
(tools/budgets/sureness_fit.py), and writes them into `failure_rates.json`.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from tabfit.devices.fitted_table import FittedTable, Table
from tabfit.verdict.probability import rounded

#: No chance lies beyond these, whatever reports say: only a hard limit says *never*.
FARTHEST: Final = (0.02, 0.97)


class Ends(NamedTuple):
    """Between which chances every verdict lies, and on how many reports that stands.

    Of these so many were judged `blind`: before anybody here had read them.
    """

    least: float
    surest: float
    reports: int
    blind: int = 0


def ends() -> Ends:
    """Return the ends in use."""
    row: dict[str, Any] = FITTED.rows["ends"]
    return Ends(**row)


def drawn_in(chance: float) -> float:
    """Return the chance between the ends, as far along as it was between 0 and 1; arrays too.

    >>> with FITTED.replaced_by({"ends": {"least": 0.2, "surest": 0.9, "reports": 0}}):
    ...     drawn_in(0.0), drawn_in(0.5), drawn_in(1.0)
    (0.2, 0.55, 0.9)

    Source: docs/memory-model.md, 6; ends fitted by tools/budgets/sureness_fit.py.
    """
    found = ends()
    return rounded(found.least + (found.surest - found.least) * chance)


@cache
def _read() -> Table:
    path = Path(__file__).with_name("failure_rates.json")
    table: Table = json.loads(path.read_text(encoding="utf-8"))["sureness"]
    return table


#: Between which ends chances lie.
FITTED: Final = FittedTable(_read)
