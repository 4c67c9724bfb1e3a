"""The cells of a table by column, as they come: numbers as they are, other cells by place.

In: rows of cells, as texts or as a database's values, some at a time. Out: `TableCells`, in which a
million rows take some hundred bytes each and no object of their own.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from math import nan
from typing import Any, Final

from tabfit.gate.rules.device_signals import NUMBERS
from tabfit.population.visits.columns import VISITS
from tabfit.population.visits.visit_classes import DistinctRow

#: A number of so many digits is exact as a float.
MOST_DIGITS: Final = 15
_AT_ONCE: Final = 20_000
#: Whole numbers or floats of eight bytes, some at a time: arrays of the library's or of numpy's.
Pieces = list[Any]


class WordCells:
    """A column of words: the place of each row's cell among those that differ."""

    def __init__(self) -> None:
        """Hold nothing yet."""
        self.codes: Pieces = [array("q")]
        self._places = _PlaceOfValue()

    @property
    def cells(self) -> tuple[Any, ...]:
        """Return the cells that differ, in the order of their places."""
        return tuple(self._places)

    def take(self, cells: Sequence[Any]) -> None:
        """Add rows' cells."""
        self.codes.append(array("q", self.places_of(cells)))

    def places_of(self, cells: Sequence[Any]) -> list[int]:
        """Return the places of cells among those that differ."""
        return [self._places[each] for each in cells]


class _PlaceOfValue(dict[Any, int]):
    """Places of values in the order in which they came."""

    def __missing__(self, value: Any) -> int:  # noqa: ANN401 - whatever a table holds
        """Return a new value's place."""
        place = self[value] = len(self)
        return place


class NumberCells:
    """A column of numbers: those that are whole, and by their row the cells that are not."""

    def __init__(self) -> None:
        """Hold nothing yet."""
        self.values: Pieces = [array("d")]
        self.others: dict[int, Any] = {}
        self._count = 0

    def take(self, cells: Sequence[Any]) -> None:
        """Add rows' cells; an empty one is not told."""
        if _are_digits(cells):
            self.add(array("d", [float(each) if each else nan for each in cells]))
        else:
            self.add(array("d", [self._one(*each) for each in enumerate(cells, self._count)]))

    def add(self, values: Any) -> None:  # noqa: ANN401 - an array
        """Add rows' numbers."""
        self.values.append(values)
        self._count += len(values)

    def _one(self, at: int, cell: Any) -> float:  # noqa: ANN401 - whatever a table holds
        whole = _are_digits((cell,)) if isinstance(cell, str) else type(cell) is int
        if cell not in (None, "") and not whole:
            self.others[at] = cell
        return float(cell) if whole and cell != "" else nan


def _are_digits(cells: Sequence[Any]) -> bool:
    """Return whether cells are texts of a few digits or empty.

    >>> _are_digits(("1", "", "20")), _are_digits(("-1",)), _are_digits((None, "1"))
    (True, False, False)
    """
    try:
        joined = "".join(cells)
    except TypeError:
        return False
    digits = not joined or (joined.isascii() and joined.isdigit())
    return digits and max(map(len, cells)) <= MOST_DIGITS


class TableCells:
    """The cells of a table's distinct rows, their places in it, and how often each occurs."""

    def __init__(self, names: Sequence[str]) -> None:
        """Hold no row yet."""
        self.names = tuple(names)
        self.words = {name: WordCells() for name in names if name not in NUMBERS}
        self.numbers = {name: NumberCells() for name in names if name in NUMBERS}
        self.rows: Pieces = [array("q")]
        self.counts: Pieces = [array("q")]

    def take(self, rows: Iterable[int], counts: Iterable[int], cells: Sequence[Any]) -> None:
        """Add some rows: where each stands, how often it occurs, and its cells."""
        self.rows.append(array("q", rows))
        self.counts.append(array("q", counts))
        for name, column in zip(self.names, zip(*cells, strict=True), strict=False):
            (self.numbers.get(name) or self.words[name]).take(column)


def of_rows(names: Sequence[str], rows: Sequence[DistinctRow]) -> TableCells:
    """Return the cells of rows that were read already, whose counts hold how often each occurs."""
    kept = [at for at, name in enumerate(names) if name != VISITS]
    found = TableCells([names[at] for at in kept])
    for start in range(0, len(rows), _AT_ONCE):
        some = rows[start : start + _AT_ONCE]
        cells = [tuple(each.cells[at] for at in kept) for each in some]
        found.take((each.row for each in some), (each.count for each in some), cells)
    return found
