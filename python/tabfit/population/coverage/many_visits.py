"""Many visits as arrays (numpy): classes that come out alike, each judged once for a way.

In: a table's distinct rows. Out: `ManyVisits`, whose `coverage` is that of `Population`. Of every
column only what rules ask about makes a class of its own (`device_classes`), so that a million
visits become some thousands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import starmap
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tabfit.catalog import RuntimeFacts
from tabfit.compare.run_requirements import RunRequirements
from tabfit.errors import UnreadableDevice, UnreadableVisits
from tabfit.gate.many_devices import signal_columns
from tabfit.gate.many_devices.device_classes import Cuts
from tabfit.gate.many_devices.vectorized_verdicts import (
    Columns,
    Judged,
    ManyDevices,
    Whole,
    WordColumn,
)
from tabfit.gate.rules.device_signals import NUMBERS, SIGNALS, read_flat, signal_of
from tabfit.population.coverage.class_coverage import GROUPINGS, Coverage, Tally
from tabfit.population.visits import columns
from tabfit.population.visits.visit_classes import DistinctRow, no_visits
from tabfit.verdict.decide import WITHOUT_CHANCE
from tabfit.verdict.probability import OUTCOMES

_ADAPTER: Final = "webgpu_"
_NONE: Final = [OUTCOMES.index(each) for each in WITHOUT_CHANCE]


class ManyVisits:
    """Classes of visits as arrays: what each says, and how many visits there are of it."""

    def __init__(self, told: Columns, counts: Whole, countries: WordColumn) -> None:
        """Take the classes' signals, how often each occurs, and where from."""
        self.devices, self.counts = ManyDevices(told), counts
        self._groups = {name: told.words.get(name, countries) for name in GROUPINGS}

    @property
    def total(self) -> int:
        """Return how many visits there were."""
        return int(self.counts.sum())

    @property
    def classes(self) -> int:
        """Return how many classes there are."""
        return len(self.counts)

    def coverage(self, surveyed: Sequence[RunRequirements], facts: RuntimeFacts) -> Coverage:
        """Return what one way comes to, at the first context of the surveys."""
        first = surveyed[0]
        judged = self.devices.judged(surveyed, 0, facts)
        return Coverage(
            first.model,
            first.runtime,
            first.precision,
            first.download,
            next(_tallies(judged, self.counts, WordColumn(np.zeros_like(self.counts), (None,))))[1],
            {name: self._grouped(judged, column) for name, column in self._groups.items()},
        )

    def _grouped(self, judged: Judged, column: WordColumn) -> dict[str, Tally]:
        """Return a tally for each word of a grouping, the most frequent first."""
        every = [(word or "", tally) for word, tally in _tallies(judged, self.counts, column)]
        return dict(sorted(every, key=lambda pair: -pair[1].total))


def _tallies(judged: Judged, counts: Whole, by: WordColumn) -> Iterator[tuple[Any, Tally]]:
    """Yield a tally for each word of a column."""
    size = len(OUTCOMES)
    cells = np.bincount(by.codes * size + judged.places, counts, size * len(by.words))
    told = np.where(np.isin(judged.places, _NONE), 0.0, judged.chances)
    chances = np.bincount(by.codes, told * counts, len(by.words))
    for at, word in enumerate(by.words):
        some = cells[at * size : (at + 1) * size]
        found = {each: round(count) for each, count in zip(OUTCOMES, some, strict=True) if count}
        if found:
            yield word, Tally(found, float(chances[at]))


# From a table


def gathered(
    names: Sequence[str], rows: Sequence[DistinctRow], cuts: Mapping[str, Cuts] | None = None
) -> ManyVisits:
    """Return the visits of a table; `cuts` say how much of a column matters, all where untold.

    Raises `UnreadableVisits` for the first row that cannot be read.
    """
    counts = np.array([each.count for each in rows], dtype=np.int64)
    if not counts.sum():
        raise no_visits(names)
    told = columns_of_table(names, rows)
    countries = told.pop(columns.COUNTRY, None) or _untold(len(rows))
    return _merged(_Table(len(rows), told), counts, countries, cuts)


class _Table(NamedTuple):
    """The rows' columns: each value's place among those that differ."""

    size: int
    told: Mapping[str, WordColumn]

    def column(self, name: str) -> WordColumn:
        """Return a column; one that the table lacks is not told."""
        return self.told.get(name) or _untold(self.size)


def _untold(count: int) -> WordColumn:
    return WordColumn(np.zeros(count, dtype=np.int64), (None,))


def columns_of_table(names: Sequence[str], rows: Sequence[DistinctRow]) -> dict[str, WordColumn]:
    """Return every column's values, each read once.

    Raises `UnreadableVisits` for the first row that cannot be read.
    """
    cells = dict(zip(names, zip(*(each.cells for each in rows), strict=True), strict=True))
    of_adapter = _adapters(cells.get("webgpu"), len(rows))
    found, faults = {}, []
    for name in names:
        if name == columns.VISITS:
            continue
        texts = cells[name]
        if name.startswith(_ADAPTER):
            texts = tuple(t if there else "" for t, there in zip(texts, of_adapter, strict=True))
        column = _Column(name, rows)
        found[name] = column.read(texts)
        faults += column.faults
    if faults:
        raise min(faults, key=lambda fault: fault[0])[1]
    return found


def _adapters(texts: Sequence[str] | None, count: int) -> Sequence[bool]:
    """Return which rows tell of an adapter; of others nothing of it is read."""
    return [False] * count if texts is None else [each.strip() == "adapter" for each in texts]


class _Column:
    """One column, whose texts are read once each."""

    def __init__(self, name: str, rows: Sequence[DistinctRow]) -> None:
        self.name, self._rows = name, rows
        self.faults: list[tuple[int, UnreadableVisits]] = []

    def read(self, texts: Sequence[str]) -> WordColumn:
        """Return the values; what cannot be read is noted."""
        places = {text: at for at, text in enumerate(dict.fromkeys(texts))}
        codes = np.array([*map(places.__getitem__, texts)], dtype=np.int64)
        first = dict(zip(reversed(texts), range(len(texts) - 1, -1, -1), strict=True))
        values = [self._value(self._rows[first[text]].row, text) for text in places]
        known: dict[Any, int] = {}
        of = np.array([known.setdefault(each, len(known)) for each in values], dtype=np.int64)
        return WordColumn(of[codes], tuple(known))

    def _value(self, row: int, text: str) -> Any:  # noqa: ANN401 - what the column holds
        try:
            if self.name == columns.COUNTRY:
                return columns.country(row, text) or None
            return self._signal(row, text)
        except UnreadableVisits as fault:
            self.faults.append((row, fault))
            return None

    def _signal(self, row: int, text: str) -> Any:  # noqa: ANN401 - what the column holds
        value = columns.value(row, self.name, text)
        if value is None:
            return None
        beside = {"webgpu": "adapter"} if self.name.startswith(_ADAPTER) else {}
        try:
            return signal_of(read_flat({**beside, self.name: value}), self.name)
        except UnreadableDevice as fault:
            raise UnreadableVisits(row, self.name, fault.problem) from None


# Classes


def _merged(
    table: _Table, counts: Whole, countries: WordColumn, cuts: Mapping[str, Cuts] | None
) -> ManyVisits:
    """Return rows that come out alike as one."""
    kept = {*SIGNALS} if cuts is None else {*cuts, *GROUPINGS}
    words = {n: _words(n, table.column(n)) for n in SIGNALS if n in kept and n not in NUMBERS}
    numbers = {n: _numbers(table.column(n)) for n in NUMBERS if n in kept}
    keys = [
        *(column.codes for column in (*words.values(), countries)),
        *starmap(_cut, ((each, (cuts or {}).get(name)) for name, each in numbers.items())),
    ]
    first, of = _alike(keys)
    return ManyVisits(
        Columns(
            len(first),
            {name: WordColumn(c.codes[first], c.words) for name, c in words.items()},
            {name: each[first] for name, each in numbers.items()},
        ),
        np.bincount(of, counts, len(first)).astype(np.int64),
        WordColumn(countries.codes[first], countries.words),
    )


def _words(name: str, column: WordColumn) -> WordColumn:
    made = signal_columns.words(name, column.words)
    return WordColumn(made.codes[column.codes], made.words)


def _numbers(column: WordColumn) -> NDArray[np.float64]:
    return signal_columns.numbers(column.words)[column.codes]


def _cut(values: NDArray[np.float64], cuts: Cuts | None) -> Whole:
    """Return a column's numbers as places: between two cuts they come out alike."""
    if cuts is None or cuts.exact:
        return np.unique(values, return_inverse=True)[1].reshape(-1)
    places = np.searchsorted(np.array(cuts.at), values, side="right")
    return np.where(np.isnan(values), len(cuts.at) + 1, places)


def _alike(keys: Sequence[Whole]) -> tuple[Whole, Whole]:
    """Return the first row of each class, and each row's class."""
    key = np.zeros_like(keys[0])
    for each in keys:
        both = key * (int(each.max()) + 1) + each
        _found, first, key = np.unique(both, return_index=True, return_inverse=True)
        key = key.reshape(-1)
    return first, key
