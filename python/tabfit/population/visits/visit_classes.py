"""A table of visits as classes: visits that say the same come out alike and are judged once.

In: the names of columns, and rows with how often each occurs. Out: `VisitClass`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from tabfit.devices.device import Device
from tabfit.errors import Quoted, UnreadableDevice, UnreadableVisits
from tabfit.gate.rules.device_signals import GROUPS, SIGNALS, read_flat
from tabfit.i18n.language import Message
from tabfit.light_dataclass import dataclass
from tabfit.population.visits import columns


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitClass:
    """Visits that say the same of their device, from one country."""

    device: Device
    country: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DistinctRow:
    """A row of a table, the first place where it stands, and how many visits it stands for."""

    cells: tuple[Any, ...]
    row: int
    count: int


def check_names(names: Sequence[str]) -> None:
    """Raise `UnreadableVisits` where the columns' names are not those of visits."""
    if not any(names):
        problem = Message("names nothing; the first row names the columns")
        raise UnreadableVisits(1, "1", problem)
    for at, name in enumerate(names):
        if name not in columns.COLUMNS:
            known = ", ".join(columns.COLUMNS)
            problem = Message("is not a column of visits; known are: {known}", known=known)
            raise UnreadableVisits(1, name or str(at + 1), problem)
        if name in names[:at]:
            raise UnreadableVisits(1, name, Message("is there twice; once is accepted"))


def classes(names: Sequence[str], rows: Iterable[DistinctRow]) -> tuple[VisitClass, ...]:
    """Return the classes of a table, in the order of its rows.

    Raises `UnreadableVisits` naming the row and the column; also where there are no visits.
    """
    found: dict[tuple[Device, str], int] = {}
    for each in rows:
        kind = _read(names, each)
        found[kind] = found.get(kind, 0) + each.count
    if not sum(found.values()):
        raise no_visits(names)
    return tuple(
        VisitClass(device=device, country=country, count=count)
        for (device, country), count in found.items()
        if count
    )


def _read(names: Sequence[str], each: DistinctRow) -> tuple[Device, str]:
    cells = dict(zip(names, each.cells, strict=True))
    told = {
        name: columns.value(each.row, name, given)
        for name, given in cells.items()
        if name in SIGNALS
    }
    try:
        device = read_flat(told)
    except UnreadableDevice as fault:
        raise UnreadableVisits(each.row, _column(fault.key), fault.problem) from None
    return device, columns.country(each.row, cells.get(columns.COUNTRY))


def _column(key: str) -> str:
    """Return the column that a device's key is flattened to."""
    group, _, name = key.partition(".")
    return f"{group}_{name}" if name and group in GROUPS else key


def no_visits(names: Sequence[str]) -> UnreadableVisits:
    """Return that a table has no visits."""
    return UnreadableVisits(2, names[0], Message("has no visits; a row for each is accepted"))


def missing_cell(row: int, names: Sequence[str], count: int) -> UnreadableVisits:
    """Return what is wrong with a row of so many cells, which are not as many as the names."""
    if count < len(names):
        problem = Message("has no cell; one that is not known is left empty")
        return UnreadableVisits(row, names[count], problem)
    more = Message("is a cell more than the first row names; {count} are", count=len(names))
    return UnreadableVisits(row, str(len(names) + 1), more)


def not_text(row: int, names: Sequence[str], at: int, given: bytes) -> UnreadableVisits:
    """Return that a cell holds bytes that are no text."""
    name = names[at] if at < len(names) else str(at + 1)
    return UnreadableVisits(
        row, name, Message("holds {given}; text in UTF-8 is accepted", given=Quoted(given))
    )
