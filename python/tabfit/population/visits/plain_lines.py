"""Lines of CSV taken apart by column, thousands at once (numpy).

In: lines whose cells are plain: ASCII, none quoted, as many as there are columns. Out: their cells
as `table_cells` keeps them. A column of words costs about as many steps as its longest cell has
eights of bytes, one of numbers two, however many lines there are. What is not plain is left to
`csv_lines`, a line at a time.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tabfit.population.visits.table_cells import MOST_DIGITS, NumberCells, TableCells, WordCells

_COMMA, _LINE_BREAK = b",\n"
#: Bytes that make a line more than plain: a quotation mark, and what pads a short cell.
_NOT_PLAIN: Final = b'"\0'
#: So many bytes of a cell are one whole number.
_PACKED: Final = 8
#: What keeps the first bytes of such a number, by how many they are; and the last.
_KEPT: Final = np.array([2 ** (8 * width) - 1 for width in range(_PACKED + 1)], dtype=np.uint64)
_KEPT_LAST: Final = ~_KEPT[::-1]
#: Nothing before a text, so that its first cell too has so many bytes before its end.
_BEFORE: Final = 2 * _PACKED

Places = NDArray[np.int64]
_Packed = NDArray[np.uint64]


class PlainLines(NamedTuple):
    """Lines as one text between nothings, and where cells begin and end: a row for each column."""

    text: bytes
    begins: Places
    ends: Places


def plain(lines: bytes, count: int) -> PlainLines | None:
    r"""Return lines of so many plain cells each, `None` where one of them is anything else.

    Each line ends with a line break.

    >>> (plain(b"ios,8\r\n,16\n", 2).begins - _BEFORE).tolist()
    [[0, 6], [4, 7]]
    >>> plain(b"ios,8\nios\n", 2), plain(b'"ios",8\n', 2), plain(b"\n", 1)
    (None, None, None)
    """
    text = lines.replace(b"\r\n", b"\n")
    blank = text.startswith(b"\n") or b"\n\n" in text
    if blank or not text.isascii() or any(sign in text for sign in _NOT_PLAIN):
        return None
    height = text.count(b"\n")
    text = bytes(_BEFORE) + text + bytes(_PACKED)
    signs = np.frombuffer(text, dtype=np.uint8)
    ends = np.flatnonzero((signs == _COMMA) | (signs == _LINE_BREAK))
    if len(ends) != height * count or (signs[ends[count - 1 :: count]] != _LINE_BREAK).any():
        return None
    begins = np.concatenate(([_BEFORE], ends[:-1] + 1))[: len(ends)]
    columns = (np.ascontiguousarray(each.reshape(-1, count).T) for each in (begins, ends))
    return PlainLines(text, *columns)


class PlainColumns:
    """The columns of a table that lines are added to, and the words met in each so far."""

    def __init__(self, found: TableCells) -> None:
        """Begin with a table's columns, whose cells are all added here."""
        self._found = found
        self._words = {name: _Words(column) for name, column in found.words.items()}

    def take(self, lines: PlainLines) -> None:
        """Add the cells of lines."""
        for at, name in enumerate(self._found.names if lines.begins.size else ()):
            cells = _CellSpans(lines.text, lines.begins[at], lines.ends[at])
            if name in self._words:
                self._words[name].take(cells)
            else:
                _take_numbers(self._found.numbers[name], cells)


class _CellSpans:
    """A column's cells within a text."""

    def __init__(self, text: bytes, begins: Places, ends: Places) -> None:
        self.text, self.begins, self.ends = text, begins, ends
        self.widths = ends - begins
        self.widest = int(self.widths.max())
        shape = (len(text) - _PACKED + 1,)
        self._packed: _Packed = np.ndarray(shape, "<u8", text, strides=(1,))

    def some(self, rows: Any) -> list[str]:  # noqa: ANN401 - whatever chooses rows
        """Return the texts of some of them."""
        pairs = zip(self.begins[rows].tolist(), self.ends[rows].tolist(), strict=True)
        return [self.text[begin:end].decode("ascii") for begin, end in pairs]

    def packed(self, start: int) -> _Packed:
        """Return so many bytes of each, from one on, as one whole number; none are zeros."""
        at = np.minimum(self.begins + start, self.ends) if start else self.begins
        wide = self.widths - start if start else self.widths
        found: _Packed = self._packed[at] & _KEPT[np.clip(wide, 0, _PACKED)]
        return found

    def packed_before(self, end: int) -> _Packed:
        """Return so many bytes of each, up to one from the end, as one whole number.

        There are noughts for those before it begins.
        """
        kept = _KEPT_LAST[np.clip(self.widths - end, 0, _PACKED)]
        found: _Packed = self._packed[self.ends - (end + _PACKED)] & kept
        found |= _NOUGHTS & ~kept
        return found


def _take_numbers(column: NumberCells, cells: _CellSpans) -> None:
    """Add a column of numbers, eight digits at a time; what is none is read by itself."""
    if cells.widest <= MOST_DIGITS:
        parts = [cells.packed_before(end) for end in range(0, cells.widest, _PACKED)]
        if all(map(_are_digits, parts)):
            values = np.zeros(len(cells.widths))
            for at, each in enumerate(parts):
                values += _number(each) * 10.0 ** (at * _PACKED)
            column.add(np.where(cells.widths > 0, values, np.nan))
            return
    column.take(cells.some(slice(None)))


#: Bytes that are all the same, as one whole number.
_NOUGHTS, _SIXES, _HIGH, _LOW, _BOTH = (
    np.uint64(int.from_bytes(bytes([each] * _PACKED), "little"))
    for each in (0x30, 0x06, 0xF0, 0x0F, 0x33)
)
#: How pairs of digits, of pairs and of fours become one: what to multiply with, how far to shift
#: (the higher of each two lies first), and what to keep of it.
_PAIRS: Final = tuple(
    (np.uint64(base << width | 1), np.uint64(width), np.uint64(kept))
    for base, width, kept in (
        (10, 8, 0x00FF00FF00FF00FF),
        (100, 16, 0x0000FFFF0000FFFF),
        (10_000, 32, 0x00000000FFFFFFFF),
    )
)
_FOUR: Final = np.uint64(4)


def _are_digits(packed: _Packed) -> bool:
    """Return whether bytes are all digits: 3 is their higher half, and stays so with six more."""
    halves = (packed & _HIGH) | (((packed + _SIXES) & _HIGH) >> _FOUR)
    return bool((halves == _BOTH).all())


def _number(packed: _Packed) -> _Packed:
    """Return the numbers that eight digits say.

    >>> _number(np.frombuffer(b"0012345699999999", "<u8")).tolist()
    [123456, 99999999]
    """
    found = packed & _LOW
    for times, shift, kept in _PAIRS:
        found = (found * times >> shift) & kept
    return found


class _Words:
    """A column of words: cells that are the same are the same whole numbers, and read once."""

    def __init__(self, column: WordCells) -> None:
        self._column = column
        self._met = np.zeros(0, dtype=np.uint64)
        self._places = np.zeros(0, dtype=np.int64)

    def take(self, cells: _CellSpans) -> None:
        """Add rows' cells."""
        wide = cells.widest > _PACKED
        codes = self._of_wide(cells) if wide else self._of_narrow(cells.packed(0))
        self._column.codes.append(codes)

    def _of_narrow(self, packed: _Packed) -> Places:
        """Return the places of cells that are one whole number each; most were met before."""
        near = self._near(packed)
        new = packed[self._met[near] != packed] if len(self._met) else packed
        if len(new):
            self._meet(np.unique(new))
            near = self._near(packed)
        return self._places[near]

    def _near(self, packed: _Packed) -> Places:
        """Return where each number is among those met, if it is."""
        return np.minimum(np.searchsorted(self._met, packed), len(self._met) - 1)

    def _meet(self, new: _Packed) -> None:
        texts = (int(each).to_bytes(_PACKED, "little").rstrip(b"\0") for each in new)
        places = self._column.places_of([each.decode("ascii") for each in texts])
        order = np.argsort(met := np.concatenate((self._met, new)))
        self._met, self._places = met[order], np.concatenate((self._places, places))[order]

    def _of_wide(self, cells: _CellSpans) -> Places:
        """Return the places of cells that are several whole numbers each."""
        first, key = _told_apart(cells.packed(0))
        for start in range(_PACKED, cells.widest, _PACKED):
            _first, further = _told_apart(cells.packed(start))
            first, key = _told_apart(key * len(cells.begins) + further)
        return np.array(self._column.places_of(cells.some(first)), dtype=np.int64)[key]


def _told_apart(numbers: NDArray[Any]) -> tuple[Places, Places]:
    """Return a row of each number that differs, and each row's place among these."""
    _values, first, key = np.unique(numbers, return_index=True, return_inverse=True)
    return first, key
