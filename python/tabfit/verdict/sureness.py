"""How sure anybody can be: a chance drawn in by what no check sees.

In: the chance that every check holds, from 0 to 1. Out: the chance of a verdict, which stays
between two ends learnt from reports: the share that ran although every check spoke against it, and
the share that ran where none did. Reports name the wrong cause, devices differ from what is told
of them, and models die of what nobody thought of. `make budgets` fits both ends on what was said
of reports before anybody here knew them, and of people’s threads by rates that never saw them
(tools/budgets/sureness_fit.py), and writes them into `failure_rates.json`.

What ran on the very device shows that nothing unseen stands in the way there: as far as it speaks
for a load (`device_history.proven`), the upper end rises to the share that ran of what did not
need more than what had run on the same device, `here` (tools/budgets/same_device.py).
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

    Of these so many were judged `blind`: before anybody here had read them. `here` is the upper
    end where what needs as much ran on the same device, of `here_reports` such reports `here_ran`.
    """

    least: float
    surest: float
    reports: int
    blind: int = 0
    here: float = FARTHEST[1]
    here_reports: int = 0
    here_ran: int = 0


def ends() -> Ends:
    """Return the ends in use."""
    row: dict[str, Any] = FITTED.rows["ends"]
    return Ends(**row)


def surest(proven: float = 0.0) -> float:
    """Return the upper end, given how far a run on the same device speaks for a load, 0 to 1.

    Source: docs/memory-model.md, 6; both ends learnt from reports (tools/budgets).
    """
    found = ends()
    return found.surest + (found.here - found.surest) * proven


def drawn_in(chance: float, proven: float = 0.0) -> float:
    """Return the chance between the ends, as far along as it was between 0 and 1; arrays too.

    `proven` is how far a run on the same device speaks for the load, from 0 to 1.

    >>> with FITTED.replaced_by({"ends": {"least": 0.2, "surest": 0.9, "reports": 0}}):
    ...     drawn_in(0.0), drawn_in(0.5), drawn_in(1.0)
    (0.2, 0.55, 0.9)

    Source: docs/memory-model.md, 6; ends fitted by tools/budgets/sureness_fit.py.
    """
    least = ends().least
    return rounded(least + (surest(proven) - least) * chance)


@cache
def _read() -> Table:
    path = Path(__file__).with_name("failure_rates.json")
    table: Table = json.loads(path.read_text(encoding="utf-8"))["sureness"]
    return table


#: Between which ends chances lie.
FITTED: Final = FittedTable(_read)
