"""Lines of CSV taken apart by column, thousands at once (numpy).

In: lines whose cells are plain: ASCII, none quoted, as many as there are columns. Out: their cells
as `table_cells` keeps them. A column costs about as many steps as its longest cell has bytes,
however many lines there are. What is not plain is left to `csv_lines`, a line at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tabfit.population.visits.table_cells import MOST_DIGITS, NumberCells, TableCells, WordCells

_COMMA, _LINE_BREAK, _ZERO = b",\n0"
#: Bytes that make a line more than plain: a quotation mark, and what pads a short cell.
_NOT_PLAIN: Final = b'"\0'
#: So many bytes of a cell are one whole number.
_PACKED: Final = 8
#: What keeps the first bytes of such a number, by how many they are.
_KEPT: Final = np.array([2 ** (8 * width) - 1 for width in range(_PACKED + 1)], dtype=np.uint64)

Places = NDArray[np.int64]


class PlainLines(NamedTuple):
    """Lines as one text, and where each of their cells begins and ends: a row for each line."""

    text: bytes
    begins: Places
    ends: Places


def plain(lines: Sequence[bytes], count: int) -> PlainLines | None:
    r"""Return lines of so many plain cells each, `None` where one of them is anything else.

    >>> plain([b"ios,8\r", b",16"], 2).begins.tolist()
    [[0, 4], [6, 7]]
    >>> plain([b"ios,8", b"ios"], 2), plain([b'"ios",8'], 2)
    (None, None)
    """
    joined = b"\n".join((*lines, b"")).replace(b"\r\n", b"\n")
    if not joined.isascii() or any(sign in joined for sign in _NOT_PLAIN):
        return None
    text = _signs(joined)
    ends = np.flatnonzero((text == _COMMA) | (text == _LINE_BREAK))
    if len(ends) != len(lines) * count:
        return None
    last = ends[count - 1 :: count]
    if len(last) != joined.count(b"\n") or (text[last] != _LINE_BREAK).any():
        return None
    begins = np.concatenate(([0], ends[:-1] + 1))[: len(ends)]
    return PlainLines(joined, begins.reshape(-1, count), ends.reshape(-1, count))


class PlainColumns:
    """The columns of a table that lines are added to, and the words met in each so far."""

    def __init__(self, found: TableCells) -> None:
        """Begin with a table's columns, whose cells are all added here."""
        self._found = found
        self._words = {name: _Words(column) for name, column in found.words.items()}

    def take(self, lines: PlainLines) -> None:
        """Add the cells of lines."""
        for at, name in enumerate(self._found.names if len(lines.begins) else ()):
            cells = _CellSpans(lines.text, lines.begins[:, at], lines.ends[:, at])
            if name in self._words:
                self._words[name].take(cells)
            else:
                _take_numbers(self._found.numbers[name], cells)


class _CellSpans(NamedTuple):
    """A column's cells within a text."""

    text: bytes
    begins: Places
    ends: Places

    @property
    def widths(self) -> Places:
        """Return how many bytes each has."""
        return self.ends - self.begins

    def some(self, rows: Any) -> list[str]:  # noqa: ANN401 - whatever chooses rows
        """Return the texts of some of them."""
        pairs = zip(self.begins[rows].tolist(), self.ends[rows].tolist(), strict=True)
        return [self.text[begin:end].decode("ascii") for begin, end in pairs]


def _take_numbers(column: NumberCells, cells: _CellSpans) -> None:
    """Add a column of numbers, digit by digit from the last; what is none is read by itself."""
    widths, signs = cells.widths, _signs(cells.text)
    values, digits = np.zeros(len(widths)), int(widths.max()) <= MOST_DIGITS
    for at in range(int(widths.max()) if digits else 0):
        digit = np.where(widths > at, signs[cells.ends - 1 - at] - np.uint8(_ZERO), np.uint8(0))
        digits = digits and bool(digit.max() <= 9)
        values += digit * 10.0**at
    if digits:
        column.values.frombytes(np.where(widths > 0, values, np.nan).tobytes())
    else:
        column.take(cells.some(slice(None)))


class _Words:
    """A column of words: cells that are the same are the same whole numbers, and read once."""

    def __init__(self, column: WordCells) -> None:
        self._column = column
        self._met = np.zeros(0, dtype=np.uint64)
        self._places = np.zeros(0, dtype=np.int64)

    def take(self, cells: _CellSpans) -> None:
        """Add rows' cells."""
        wide = int(cells.widths.max()) > _PACKED
        codes = self._of_wide(cells) if wide else self._of_narrow(_packed(cells, 0))
        self._column.codes.frombytes(codes.tobytes())

    def _of_narrow(self, packed: NDArray[np.uint64]) -> Places:
        """Return the places of cells that are one whole number each; most were met before."""
        new = packed if not len(self._met) else packed[self._met[self._near(packed)] != packed]
        if len(new):
            self._meet(np.unique(new))
        return self._places[self._near(packed)]

    def _near(self, packed: NDArray[np.uint64]) -> Places:
        """Return where each number is among those met, if it is."""
        return np.minimum(np.searchsorted(self._met, packed), len(self._met) - 1)

    def _meet(self, new: NDArray[np.uint64]) -> None:
        texts = (int(each).to_bytes(_PACKED, "little").rstrip(b"\0") for each in new)
        places = self._column.places_of([each.decode("ascii") for each in texts])
        order = np.argsort(met := np.concatenate((self._met, new)))
        self._met, self._places = met[order], np.concatenate((self._places, places))[order]

    def _of_wide(self, cells: _CellSpans) -> Places:
        """Return the places of cells that are several whole numbers each."""
        first, key = _told_apart(_packed(cells, 0))
        for start in range(_PACKED, int(cells.widths.max()), _PACKED):
            _first, further = _told_apart(_packed(cells, start))
            first, key = _told_apart(key * len(cells.begins) + further)
        return np.array(self._column.places_of(cells.some(first)), dtype=np.int64)[key]


def _told_apart(numbers: NDArray[Any]) -> tuple[Places, Places]:
    """Return a row of each number that differs, and each row's place among these."""
    _values, first, key = np.unique(numbers, return_index=True, return_inverse=True)
    return first, key


def _packed(cells: _CellSpans, start: int) -> NDArray[np.uint64]:
    """Return so many bytes of each cell, from one on, as one whole number; none are zeros."""
    text = cells.text + bytes(_PACKED + start)
    every = np.ndarray((len(text) - _PACKED + 1,), "<u8", text, strides=(1,))
    kept = _KEPT[np.clip(cells.widths - start, 0, _PACKED)]
    return every[cells.begins + start] & kept


def _signs(text: bytes) -> NDArray[np.uint8]:
    return np.frombuffer(text, dtype=np.uint8)
