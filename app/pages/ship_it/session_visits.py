"""Visits that a visitor brought, kept for as long as the page is open; and the sample.

In: pieces of a CSV. Out: how many visits there are, and, once numpy is there, `ManyVisits`. A table
that cannot be read leaves the one before it where it was.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from tabfit.errors import TabfitError
from tabfit.i18n.language import _, number
from tabfit.population.visits import sample
from tabfit.population.visits.csv_lines import CountedLines
from tabfit.population.visits.table_cells import TableCells

if TYPE_CHECKING:  # imported once it is wanted; the first answer does without
    from tabfit.gate.many_devices.device_classes import Cuts
    from tabfit.headers import Span
    from tabfit.population.coverage.many_visits import ManyVisits

#: What a question's `visits` may say: a file or a text of this tab, or the sample.
OWN: Final = "own"
SAMPLE: Final = "sample"
#: A file is read in pieces of so many bytes.
PIECE: Final = 2**22


class ReadVisits(NamedTuple):
    """Visits as they were read: how many, in how many rows that differ, and, of a file, classes."""

    total: int
    rows: int
    many: ManyVisits | None = None


class Ports(NamedTuple):
    """What reading a file needs of a browser: its stretches, its size, and whom to tell how far."""

    cut: Callable[[str, Span], Awaitable[bytes]]
    sizes: Mapping[str, int]
    tell: Callable[[str], None]


_kept: dict[str, ReadVisits] = {}


async def read(asked: Mapping[str, Any], ports: Ports) -> dict[str, str]:
    """Read a question's text, or the file that was handed over; return what is wrong with it."""
    try:
        _kept[OWN] = _gathered(await _counted(asked, ports))
    except TabfitError as fault:
        return {"problem": str(fault)}
    return {}


async def _counted(asked: Mapping[str, Any], ports: Ports) -> TableCells:
    from tabfit.headers import Span  # noqa: PLC0415 - with the rest

    lines = CountedLines(by_column=True)  # numpy is there from now on
    if "text" in asked:
        lines.take(str(asked["text"]).encode())
        return lines.cells()
    for name, size in [*ports.sizes.items()][:1]:
        for offset in range(0, size, PIECE):
            ports.tell(_("Reading the file: {share}", share=number(offset / size, ".0%")))
            lines.take(await ports.cut(name, Span(offset, min(PIECE, size - offset))))
    return lines.cells()


def _gathered(cells: TableCells) -> ReadVisits:
    from tabfit.population.coverage import many_visits  # noqa: PLC0415 - with numpy
    from tabfit.population.visits import visit_columns  # noqa: PLC0415 - with the rest

    found = many_visits.ManyVisits(visit_columns.read(cells), _cuts())
    return ReadVisits(found.total, found.differ, found)


def forget() -> None:
    """Forget what was brought."""
    _kept.clear()


def visits(kind: str) -> ReadVisits | None:
    """Return the visits that a question is about, `None` where there are none."""
    if kind == SAMPLE and kind not in _kept:
        _names, rows = sample.lines().table()
        _kept[kind] = ReadVisits(sum(each.count for each in rows), len(rows))
    return _kept.get(kind)


def many(kind: str) -> ManyVisits | None:
    """Return them as classes, which needs numpy; those of the sample are made when first wanted."""
    if kind == SAMPLE and (_kept.get(kind) or ReadVisits(0, 0)).many is None:
        _kept[kind] = _gathered(sample.lines().cells())
    found = visits(kind)
    return found.many if found else None


@cache
def _cuts() -> Mapping[str, Cuts] | None:
    """Return how much of a column matters to any runtime, where the rules were brought along."""
    from tabfit.gate.many_devices import device_classes  # noqa: PLC0415 - with the rest
    from tabfit.gate.rules import rules_from_json  # noqa: PLC0415 - with the rest

    rules = rules_from_json.shipped()
    if rules is None:
        return None
    return device_classes.cuts_of(rules.trees())
