"""The lines of a CSV, counted as they come: lines that are the same are read once.

In: a file in pieces of any size. Out: its columns' names and its distinct rows, each with the first
line where it stands; or, with numpy, the cells of the lines by column. No column of visits holds a
line break, so a line is a row. What is kept grows with the lines that differ, of which there may be
so many, and not with the file.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from tabfit.errors import UnreadableVisits
from tabfit.i18n.language import Message, number
from tabfit.population.visits import columns
from tabfit.population.visits.visit_classes import DistinctRow, check_names, missing_cell, not_text

if TYPE_CHECKING:  # numpy's, which few have
    from tabfit.population.visits.lines_by_column import LinesByColumn
    from tabfit.population.visits.table_cells import TableCells

_MARK: Final = b"\xef\xbb\xbf"  # that some programs begin a text in UTF-8 with
#: So many lines may differ: each takes some hundred bytes, and a page has no more than 4 GB.
MOST_LINES: Final = 2_000_000
#: Of fewer lines that differ it is not known yet whether most do.
MANY: Final = 20_000
#: So many lines are taken apart at once.
AT_ONCE: Final = 20_000
#: Lines that say nothing.
_BLANK: Final = (b"", b"\r")
#: No row of visits is as long as this.
LONGEST_LINE: Final = 65_536


class CountedLines:
    """Lines by how often each occurs, and where first."""

    def __init__(self, *, by_column: bool = False) -> None:
        """Take nothing yet; `by_column` says that numpy is there, and that it may be used.

        Where most lines differ, and counting them spares nothing, it takes them apart at once.
        """
        self._by_column = by_column
        self._columns: LinesByColumn | None = None
        self._times: Counter[bytes] = Counter()
        self._first: dict[bytes, int] = {}
        self._rest = b""
        self._row = 0
        self._head: bytes | None = None

    @property
    def differ(self) -> int | None:
        """Return how many lines differ, `None` where they were not counted: most do."""
        return None if self._columns else len(self._times)

    def take(self, piece: bytes) -> None:
        """Count the lines of a piece; what follows its last line break waits for the next.

        Raises `UnreadableVisits`.
        """
        text = self._rest + piece
        end = text.rfind(b"\n") + 1
        self._rest, whole = text[end:], text[:end]
        if len(self._rest) > LONGEST_LINE:
            raise self._refused(self._row + whole.count(b"\n") + 1, _too_long())
        self._add(whole)

    def _add(self, text: bytes) -> None:
        """Add whole lines."""
        if self._columns is None:
            self._count(text.split(b"\n")[:-1])
        else:
            self._row += self._columns.take(text, self._row + 1)
        too_many = self._columns.too_many() if self._columns else len(self._times) > MOST_LINES
        if too_many:
            raise self._refused(self._row, _too_many())
        if self._by_column and len(self._times) > max(MANY, self._row // 2):
            self._take_apart()

    def _count(self, lines: list[bytes]) -> None:
        if self._head is None and lines:
            self._head = lines.pop(0).removeprefix(_MARK)
            self._row = 1
        new = dict(zip(reversed(lines), range(len(lines) - 1, -1, -1), strict=True))
        for line, at in new.items():
            self._first.setdefault(line, self._row + at + 1)
        self._times.update(lines)
        self._row += len(lines)

    def _refused(self, row: int, problem: Message) -> UnreadableVisits:
        names = (self._head or b"").decode(errors="replace").split(",")
        return UnreadableVisits(row, names[0].strip() or "1", problem)

    def table(self) -> tuple[list[str], list[DistinctRow]]:
        """Return the columns' names and the distinct rows. Raises `UnreadableVisits`."""
        names, every = self._finished()
        times = {row: self._times[line] for line, row in every}
        told = ((row, times[row], cells) for row, cells in _parsed(names, every))
        return names, list(_rows(names, told))

    def cells(self) -> TableCells:
        """Return the cells of the lines by column. Raises `UnreadableVisits`."""
        self._end()
        columns_of = self._columns or self._take_apart()
        if columns_of.too_many(last=True):
            raise self._refused(self._row, _too_many())
        return columns_of.found

    def _take_apart(self) -> LinesByColumn:
        """Take apart what was counted, and whatever comes from now on at once."""
        from tabfit.population.visits import lines_by_column  # noqa: PLC0415 - few have numpy

        made = lines_by_column.LinesByColumn(self._checked_names(), _parsed, MOST_LINES)
        every = self._in_order()
        for start in range(0, len(every), AT_ONCE):
            some = {line: row for line, row in every[start : start + AT_ONCE] if line not in _BLANK}
            made.take_counted(some, self._times)
        self._columns = made
        self._times, self._first = Counter(), {}
        return made

    def _finished(self) -> tuple[list[str], list[tuple[bytes, int]]]:
        """Return the columns' names and the distinct lines with the row where each stands first."""
        self._end()
        return self._checked_names(), self._in_order()

    def _end(self) -> None:
        """Add the last line, if no line break ends it."""
        last, self._rest = self._rest, b""
        if last or self._head is None:
            self._add(last + b"\n")

    def _in_order(self) -> list[tuple[bytes, int]]:
        return sorted(self._first.items(), key=itemgetter(1))

    def _checked_names(self) -> list[str]:
        names = self._names()
        check_names(names)
        return names

    def _names(self) -> list[str]:
        text = _text(1, (), self._head or b"")
        return [each.strip().lower() for each in _cells(1, (), text)]


def _parsed(
    names: Sequence[str], lines: Iterable[tuple[bytes, int]]
) -> Iterator[tuple[int, list[str]]]:
    """Yield the place and the cells of each line that says anything."""
    for line, row in lines:
        cells = _cells(row, names, _text(row, names, line))
        if cells and len(cells) != len(names):
            raise missing_cell(row, names, len(cells))
        if cells:
            yield row, cells


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
    names: Sequence[str], told: Iterator[tuple[int, int, list[str]]]
) -> Iterator[DistinctRow]:
    """Yield every distinct row once, and how many visits there were of it."""
    found: dict[tuple[str, ...], list[int]] = {}
    at = names.index(columns.VISITS) if columns.VISITS in names else None
    for row, times, cells in told:
        count = times
        if at is not None:
            count *= columns.visits(row, cells[at])
            cells[at] = ""
        found.setdefault(tuple(cells), [row, 0])[1] += count
    for cells_told, (row, count) in found.items():
        yield DistinctRow(cells=cells_told, row=row, count=count)


def _too_long() -> Message:
    return Message("is on a line longer than {most} bytes", most=number(LONGEST_LINE, ","))


def _too_many() -> Message:
    return Message(
        "is beyond {most} rows that differ; leave out columns that decide nothing",
        most=number(MOST_LINES, ","),
    )
