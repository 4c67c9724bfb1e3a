"""Lines of CSV taken apart as they come, so that none is kept as a text (numpy).

In: whole lines, and how often each occurs. Out: `TableCells`. Lines that are the same may come
again; where there are too many, those are made one.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np

from tabfit.gate.many_devices.alike_devices import alike
from tabfit.gate.many_devices.vectorized_verdicts import Whole
from tabfit.population.visits import plain_lines
from tabfit.population.visits.table_cells import NumberCells, TableCells

#: Lines with the row of each, and how each is read: its row and its cells.
Lines = Iterable[tuple[bytes, int]]
Parsing = Callable[[Sequence[str], Lines], Iterator[tuple[int, list[str]]]]
#: Lines are taken apart so many bytes at a time: what is worked out of them stays at hand.
AT_ONCE: Final = 2**20


class LinesByColumn:
    """The cells of lines, at most so many that differ."""

    def __init__(self, names: Sequence[str], parsing: Parsing, most: int) -> None:
        """Begin with no line; `parsing` reads those that are not plain, one by one."""
        self.found = TableCells(names)
        self._plain = plain_lines.PlainColumns(self.found)
        self._parsing, self._most = parsing, most
        self._size = self._merged = 0

    def take_counted(self, lines: Mapping[bytes, int], times: Mapping[bytes, int]) -> None:
        """Add distinct lines with the row of each, and how often each occurs."""
        text = b"".join(line + b"\n" for line in lines)
        rows, counts = array("q", lines.values()), array("q", map(times.__getitem__, lines))
        self._take(text, np.array(rows), np.array(counts))

    def take(self, text: bytes, row: int) -> int:
        """Add whole lines, the first of which stands on such a row; return how many they are."""
        first, start = row, 0
        while start < len(text):
            end = text.rfind(b"\n", start, start + AT_ONCE) + 1 or text.index(b"\n", start) + 1
            some = text[start:end]
            rows = np.arange(row, row + some.count(b"\n"))
            self._take(some, rows, np.ones_like(rows))
            start, row = end, row + len(rows)
        return row - first

    def _take(self, text: bytes, rows: Whole, counts: Whole) -> None:
        """Add lines by the column where they are plain, else one by one."""
        names = self.found.names
        plain = plain_lines.plain(text, len(names))
        if plain is None:
            every = zip(text.split(b"\n")[:-1], rows.tolist(), strict=True)
            times = dict(zip(rows.tolist(), counts.tolist(), strict=True))
            told = dict(self._parsing(names, every))
            self.found.take(told, map(times.__getitem__, told), [*told.values()])
            self._size += len(told)
        else:
            self.found.rows.append(rows)
            self.found.counts.append(counts)
            self._plain.take(plain)
            self._size += len(rows)

    def too_many(self, *, last: bool = False) -> bool:
        """Return whether more lines differ than may; before the last this may be told late."""
        if self._size > self._most + (0 if last else self._merged):
            self._size = self._merged = self._merge()
        return self._merged > self._most

    def _merge(self) -> int:
        """Make lines that are the same one, and return how many are left."""
        cells = self.found
        codes = [np.concatenate(each.codes) for each in cells.words.values()]
        first, of = alike([*codes, *map(_codes, cells.numbers.values())])
        counts = np.bincount(of, np.concatenate(cells.counts), len(first)).astype(np.int64)
        cells.rows, cells.counts = [np.concatenate(cells.rows)[first]], [counts]
        for column, code in zip(cells.words.values(), codes, strict=True):
            column.codes = [code[first]]
        for each in cells.numbers.values():
            places = np.flatnonzero(np.isin(first, [*each.others]))
            each.others = {int(at): each.others[int(first[at])] for at in places}
            each.values = [np.concatenate(each.values)[first]]
        return len(first)


def _codes(cells: NumberCells) -> Whole:
    """Return whole numbers that are the same where a column's cells are."""
    found: Any = np.unique(np.concatenate(cells.values), return_inverse=True)[1].reshape(-1)
    others = {cell: at for at, cell in enumerate(dict.fromkeys(cells.others.values()), len(found))}
    for at, cell in cells.others.items():
        found[at] = others[cell]
    codes: Whole = found
    return codes
