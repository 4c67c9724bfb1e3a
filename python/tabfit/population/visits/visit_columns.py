"""A table's cells as columns of what they say (numpy): each cell that differs is read once.

In: `TableCells`. Out: `VisitColumns`, whose columns hold what a device's signals do; what nobody
told is `None` among words and not a number among numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tabfit.errors import UnreadableDevice, UnreadableVisits
from tabfit.gate.many_devices import signal_columns
from tabfit.gate.many_devices.vectorized_verdicts import Columns, Numbers, Whole, WordColumn
from tabfit.gate.rules.device_signals import read_flat, signal_of
from tabfit.population.visits import columns
from tabfit.population.visits.table_cells import NumberCells, TableCells, WordCells
from tabfit.population.visits.visit_classes import no_visits

_ADAPTER: Final = "webgpu_"


class VisitColumns(NamedTuple):
    """The rows of a table: their signals, where each came from, how many visits it stands for."""

    told: Columns
    countries: WordColumn
    counts: Whole


def read(cells: TableCells) -> VisitColumns:
    """Return what cells say. Raises `UnreadableVisits` for the first row that cannot be read."""
    reading = _ColumnReader(cells)
    words = {name: reading.words(name, each) for name, each in cells.words.items()}
    numbers = {name: reading.numbers(name, each) for name, each in cells.numbers.items()}
    if reading.faults:
        raise min(reading.faults, key=lambda fault: fault[0])[1]
    counts = np.concatenate(cells.counts)
    times = words.pop(columns.VISITS, None)
    if times is not None:
        counts = counts * np.array([each or 0 for each in times.words], dtype=np.int64)[times.codes]
    if not counts.sum():
        raise no_visits(cells.names)
    countries = words.pop(columns.COUNTRY, None) or _untold(len(counts))
    return VisitColumns(Columns(len(counts), words, numbers), countries, counts)


def _untold(count: int) -> WordColumn:
    return WordColumn(np.zeros(count, dtype=np.int64), (None,))


class _ColumnReader:
    """Cells as they are read, and what is wrong with them: the row, and the sentence."""

    def __init__(self, cells: TableCells) -> None:
        self._rows = np.concatenate(cells.rows)
        self.faults: list[tuple[int, UnreadableVisits]] = []
        self._there = _of_adapters(cells.words.get("webgpu"), len(self._rows))

    def words(self, name: str, cells: WordCells) -> WordColumn:
        """Return a column of words or truths; of adapters that are not there nothing is read."""
        codes, texts = np.concatenate(cells.codes), cells.cells
        asked = self._there if name.startswith(_ADAPTER) else None
        met = np.full(len(texts), asked is None)
        if asked is not None:
            met[codes[asked]] = True
        values = [
            self._value(name, partial(_first, codes, at, asked), text) if met[at] else None
            for at, text in enumerate(texts)
        ]
        made = signal_columns.words(name, [*values, None])
        if asked is not None:
            codes = np.where(asked, codes, len(texts))
        return WordColumn(made.codes[codes], made.words)

    def numbers(self, name: str, cells: NumberCells) -> Numbers:
        """Return a column of numbers."""
        values = np.concatenate(cells.values)
        others = cells.others
        if name.startswith(_ADAPTER):
            values[~self._there] = np.nan
            others = {at: cell for at, cell in others.items() if self._there[at]}
        found: dict[Any, Any] = {}
        for at, cell in others.items():
            if cell not in found:
                found[cell] = self._value(name, partial(int, at), cell)
            values[at] = np.nan if found[cell] is None else found[cell]
        self._in_range(name, values)
        return values

    def _in_range(self, name: str, values: NDArray[np.float64]) -> None:
        """Note the first row whose number is beyond what its key may hold, which is one range."""
        ends = {np.fmin.reduce(values, initial=np.nan), np.fmax.reduce(values, initial=np.nan)}
        told = [int(each) for each in ends if not np.isnan(each)]
        before = len(self.faults)
        for end in told:
            self._value(name, partial(int, 0), end)
        if len(self.faults) > before:
            del self.faults[before:]
            for at in np.flatnonzero(~np.isnan(values)):
                self._value(name, partial(int, at), int(values[at]))
                if len(self.faults) > before:
                    return

    def _value(self, name: str, at: Callable[[], int], cell: Any) -> Any:  # noqa: ANN401 - as it holds
        """Return what a cell says; where it stands is asked for once it cannot be read."""
        try:
            return _read(name, cell)
        except UnreadableVisits as fault:
            row = int(self._rows[at()])
            self.faults.append((row, UnreadableVisits(row, fault.column, fault.problem)))
            return None


def _first(codes: Whole, code: int, asked: NDArray[np.bool_] | None) -> int:
    """Return the first place of a code, of those that are asked."""
    here = codes == code
    return int((here if asked is None else here & asked).argmax())


def _read(name: str, cell: Any) -> Any:  # noqa: ANN401 - what the column holds
    """Return what a cell says. Raises `UnreadableVisits`, of no row."""
    if name == columns.COUNTRY:
        return columns.country(0, cell) or None
    if name == columns.VISITS:
        return columns.visits(0, cell)
    return _signal(0, name, cell)


def _signal(row: int, name: str, cell: Any) -> Any:  # noqa: ANN401 - what the column holds
    value = columns.value(row, name, cell)
    if value is None:
        return None
    beside = {"webgpu": "adapter"} if name.startswith(_ADAPTER) else {}
    try:
        return signal_of(read_flat({**beside, name: value}), name)
    except UnreadableDevice as fault:
        raise UnreadableVisits(row, name, fault.problem) from None


def _of_adapters(cells: WordCells | None, count: int) -> NDArray[np.bool_]:
    """Return which rows tell of an adapter."""
    if cells is None:
        return np.zeros(count, dtype=bool)
    told = np.array([str(each).strip() == "adapter" for each in cells.cells], dtype=bool)
    found: NDArray[np.bool_] = told[np.concatenate(cells.codes)]
    return found
