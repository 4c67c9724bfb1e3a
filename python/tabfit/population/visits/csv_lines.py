"""The lines of a CSV, counted as they come: lines that are the same are read once.

In: a file in pieces of any size. Out: its columns' names and its distinct rows, each with the first
line where it stands. No column of visits holds a line break, so a line is a row. What is kept grows
with the lines that differ, of which there may be so many, and not with the file.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Final

from tabfit.errors import UnreadableVisits
from tabfit.i18n.language import Message, number
from tabfit.population.visits import columns
from tabfit.population.visits.table_cells import TableCells
from tabfit.population.visits.visit_classes import DistinctRow, check_names, missing_cell, not_text

_MARK: Final = b"\xef\xbb\xbf"  # that some programs begin a text in UTF-8 with
#: So many lines may differ: each takes some hundred bytes, and a page has no more than 4 GB.
MOST_LINES: Final = 2_000_000
#: So many lines are taken apart at once.
AT_ONCE: Final = 20_000
#: Lines that say nothing.
_BLANK: Final = (b"", b"\r")
#: No row of visits is as long as this.
LONGEST_LINE: Final = 65_536


class CountedLines:
    """Lines by how often each occurs, and where first."""

    def __init__(self) -> None:
        """Take nothing yet."""
        self._times: Counter[bytes] = Counter()
        self._first: dict[bytes, int] = {}
        self._rest = b""
        self._row = 0
        self._head: bytes | None = None

    @property
    def differ(self) -> int:
        """Return how many lines differ."""
        return len(self._times)

    def take(self, piece: bytes) -> None:
        """Count the lines of a piece; what follows its last line break waits for the next.

        Raises `UnreadableVisits`.
        """
        lines = (self._rest + piece).split(b"\n")
        self._rest = lines.pop()
        if len(self._rest) > LONGEST_LINE:
            raise self._refused(self._row + len(lines) + 1, _too_long())
        self._count(lines)

    def _count(self, lines: list[bytes]) -> None:
        if self._head is None and lines:
            self._head = lines.pop(0).removeprefix(_MARK)
            self._row = 1
        new = dict(zip(reversed(lines), range(len(lines) - 1, -1, -1), strict=True))
        for line, at in new.items():
            self._first.setdefault(line, self._row + at + 1)
        self._times.update(lines)
        self._row += len(lines)
        if len(self._times) > MOST_LINES:
            raise self._refused(self._row, _too_many())

    def _refused(self, row: int, problem: Message) -> UnreadableVisits:
        names = (self._head or b"").decode(errors="replace").split(",")
        return UnreadableVisits(row, names[0].strip() or "1", problem)

    def table(self) -> tuple[list[str], list[DistinctRow]]:
        """Return the columns' names and the distinct rows. Raises `UnreadableVisits`."""
        names, every = self._finished()
        return names, list(_rows(names, self._parsed(names, every)))

    def cells(self) -> TableCells:
        """Return the cells of the distinct lines by column. Raises `UnreadableVisits`."""
        from tabfit.population.visits import plain_lines  # noqa: PLC0415 - few have numpy

        names, every = self._finished()
        found = TableCells(names)
        columns_of = plain_lines.PlainColumns(found)
        for start in range(0, len(every), AT_ONCE):
            some = {line: row for line, row in every[start : start + AT_ONCE] if line not in _BLANK}
            plain = plain_lines.plain([*some], len(names))
            if plain is None:
                self._take_one_by_one(found, some)
            else:
                found.rows.extend(some.values())
                found.counts.extend(map(self._times.__getitem__, some))
                columns_of.take(plain)
        return found

    def _take_one_by_one(self, found: TableCells, some: Mapping[bytes, int]) -> None:
        """Add the cells of distinct lines, by the row where each stands first."""
        rows, times, cells = zip(*self._parsed(found.names, some.items()), strict=True)
        found.take(rows, times, cells)

    def _finished(self) -> tuple[list[str], list[tuple[bytes, int]]]:
        """Return the columns' names and the distinct lines with the row where each stands first."""
        self._count([self._rest])
        self._rest = b""
        names = self._names()
        check_names(names)
        return names, sorted(self._first.items(), key=itemgetter(1))

    def _names(self) -> list[str]:
        text = _text(1, (), self._head or b"")
        return [each.strip().lower() for each in _cells(1, (), text)]

    def _parsed(
        self, names: Sequence[str], lines: Iterable[tuple[bytes, int]]
    ) -> Iterator[tuple[int, int, list[str]]]:
        """Yield the first place, the number and the cells of each distinct line."""
        for line, row in lines:
            cells = _cells(row, names, _text(row, names, line))
            if cells and len(cells) != len(names):
                raise missing_cell(row, names, len(cells))
            if cells:
                yield row, self._times[line], cells


def _text(row: int, names: Sequence[str], line: bytes) -> str:
    try:
        return line.decode().removesuffix("\r")
    except UnicodeDecodeError as fault:
        wrong = line[fault.start : fault.end]
        raise not_text(row, names, line[: fault.start].count(b","), wrong) from None


def _cells(row: int, names: Sequence[str], text: str) -> list[str]:
    if '"' not in text:
        return text.split(",") if text else []
    try:
        return next(csv.reader([text], strict=True))
    except csv.Error:
        problem = Message("holds a quotation mark that does not end; CSV as RFC 4180 is accepted")
        raise UnreadableVisits(row, names[0] if names else "1", problem) from None


def _rows(
    names: Sequence[str], parsed: Iterator[tuple[int, int, list[str]]]
) -> Iterator[DistinctRow]:
    """Yield every distinct row once, and how many visits there were of it."""
    found: dict[tuple[str, ...], list[int]] = {}
    at = names.index(columns.VISITS) if columns.VISITS in names else None
    for row, times, cells in parsed:
        count = times
        if at is not None:
            count *= columns.visits(row, cells[at])
            cells[at] = ""
        found.setdefault(tuple(cells), [row, 0])[1] += count
    for told, (row, count) in found.items():
        yield DistinctRow(cells=told, row=row, count=count)


def _too_long() -> Message:
    return Message("is on a line longer than {most} bytes", most=number(LONGEST_LINE, ","))


def _too_many() -> Message:
    return Message(
        "is beyond {most} rows that differ; leave out columns that decide nothing",
        most=number(MOST_LINES, ","),
    )
