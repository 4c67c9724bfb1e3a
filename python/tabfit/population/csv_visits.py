"""Visits from CSV: a first row of names, then a row for each visit or for `visits` of them.

In: the lines of a file, as bytes. Out: classes of visits. Rows that are the same are read once.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence

from tabfit.errors import UnreadableVisits
from tabfit.i18n.language import Message
from tabfit.population import columns
from tabfit.population.visit_classes import (
    DistinctRow,
    VisitClass,
    check_names,
    classes,
    missing_cell,
    not_text,
)

_MARK = b"\xef\xbb\xbf"  # that some programs begin a text in UTF-8 with


def read(lines: Iterable[bytes]) -> tuple[VisitClass, ...]:
    r"""Return the classes of the visits that the lines hold. Raises `UnreadableVisits`.

    >>> found = read([b"platform,visits\n", b"ios,3\n", b"android,1\n", b"ios,2\n"])
    >>> [(each.device.platform, each.count) for each in found]
    [('ios', 5), ('android', 1)]
    """
    names: list[str] = []
    reader = csv.reader(_texts(lines, names), strict=True)
    try:
        names.extend(each.strip().lower() for each in next(reader, [""]))
        check_names(names)
        return classes(names, _distinct(reader, names))
    except csv.Error:
        problem = Message("holds a quotation mark that does not end; CSV as RFC 4180 is accepted")
        raise UnreadableVisits(reader.line_num, names[0] if names else "1", problem) from None


def _texts(lines: Iterable[bytes], names: Sequence[str]) -> Iterator[str]:
    for row, line in enumerate(lines, start=1):
        try:
            yield (line.removeprefix(_MARK) if row == 1 else line).decode()
        except UnicodeDecodeError as fault:
            before = line[: fault.start]
            wrong = line[fault.start : fault.end]
            raise not_text(row, names, before.count(b","), wrong) from None


def _distinct(rows: Iterable[list[str]], names: Sequence[str]) -> Iterator[DistinctRow]:
    """Yield every distinct row once, and how many visits there were of it."""
    found: dict[tuple[str, ...], list[int]] = {}
    at = names.index(columns.VISITS) if columns.VISITS in names else None
    for number, row in enumerate(rows, start=2):
        if len(row) != len(names):
            if not row:
                continue
            raise missing_cell(number, names, len(row))
        count = 1
        if at is not None:
            count = columns.visits(number, row[at])
            row[at] = ""
        found.setdefault(tuple(row), [number, 0])[1] += count
    for cells, (number, count) in found.items():
        yield DistinctRow(cells=cells, row=number, count=count)
