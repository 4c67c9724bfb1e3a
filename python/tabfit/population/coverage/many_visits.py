"""Many visits as arrays (numpy): classes that come out alike, each judged once for a way.

In: a table's rows as columns. Out: `ManyVisits`, whose `coverage` is that of `Population`. Of every
column only what rules ask about makes a class of its own (`alike_devices`), so that a million
visits become some thousands, though each row may name bytes that no other does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Final

import numpy as np

from tabfit.catalog import RuntimeFacts
from tabfit.compare.run_requirements import RunRequirements
from tabfit.gate.many_devices.alike_devices import AlikeDevices, alike
from tabfit.gate.many_devices.device_classes import Cuts
from tabfit.gate.many_devices.vectorized_verdicts import (
    ManyDevices,
    Numbers,
    VerdictArrays,
    Whole,
    WordColumn,
)
from tabfit.population.coverage.class_coverage import GROUPINGS, Coverage, Tally
from tabfit.population.visits.visit_columns import VisitColumns
from tabfit.verdict.decide import WITHOUT_CHANCE
from tabfit.verdict.probability import OUTCOMES

_NONE: Final = [OUTCOMES.index(each) for each in WITHOUT_CHANCE]


class ManyVisits:
    """The rows of a table of visits, and which of them come out alike."""

    def __init__(self, visits: VisitColumns, cuts: Mapping[str, Cuts] | None = None) -> None:
        """Take the rows; `cuts` say how much of a column matters to any way, all where untold."""
        untold = WordColumn(np.zeros_like(visits.counts), (None,))
        words = {**visits.told.words, "country": visits.countries}
        groups = {name: words.get(name, untold) for name in GROUPINGS}
        self._alike = AlikeDevices(visits.told, cuts, [each.codes for each in groups.values()])
        self._groups = _Groups(groups, self._alike.first)
        self._total, self._counts = int(visits.counts.sum()), visits.counts
        self._classes: Whole | None = None
        if not self._alike.beside:
            self._classes = np.arange(self._alike.columns.size)
            self._counts = _counted(self._alike.of, visits.counts, len(self._classes))
        self._differ = self._alike.differ([visits.countries.codes])

    @property
    def total(self) -> int:
        """Return how many visits there were."""
        return self._total

    @property
    def differ(self) -> int:
        """Return how many of them say something else than all before."""
        return self._differ

    @property
    def classes(self) -> int:
        """Return how many classes there are, numbers that each row may have of its own aside."""
        return self._alike.columns.size

    @cached_property
    def _devices(self) -> ManyDevices:
        return ManyDevices(self._alike.columns)

    def coverage(self, surveyed: Sequence[RunRequirements], facts: RuntimeFacts) -> Coverage:
        """Return what one way comes to, at the first context of the surveys."""
        first = surveyed[0]
        verdicts, classes, counts = self._judged(surveyed, facts)
        cells = self._groups.counted(verdicts, classes, counts)
        return Coverage(
            first.model,
            first.runtime,
            first.precision,
            first.download,
            cells.tally(),
            {name: cells.by(*self._groups.of(name)) for name in GROUPINGS},
        )

    def _judged(
        self, surveyed: Sequence[RunRequirements], facts: RuntimeFacts
    ) -> tuple[VerdictArrays, Whole, Whole]:
        """Return how kinds of visits come out, the class of each kind, and how many there are."""
        if self._classes is not None:
            return self._devices.judged(surveyed, 0, facts), self._classes, self._counts
        found = self._alike.judged(surveyed, 0, facts)
        counts = _counted(found.of, self._counts, len(found.rows))
        return found.verdicts, self._alike.of[found.rows], counts


def _counted(of: Whole, counts: Whole, classes: int) -> Whole:
    """Return how many visits there are of each class."""
    return np.bincount(of, counts, classes).astype(np.int64)


class _Groups:
    """Which words of the groupings classes have: those that have the same are one group."""

    def __init__(self, columns: Mapping[str, WordColumn], first: Whole) -> None:
        codes = {name: each.codes[first] for name, each in columns.items()}
        rows, self._group = alike([*codes.values()])
        self._words = {name: each.words for name, each in columns.items()}
        self._codes = {name: each[rows] for name, each in codes.items()}
        self._count = len(rows)

    def of(self, name: str) -> tuple[Whole, Sequence[str | None]]:
        """Return each group's place among a grouping's words, and these."""
        return self._codes[name], self._words[name]

    def counted(self, judged: VerdictArrays, classes: Whole, counts: Whole) -> _GroupedOutcomes:
        """Return how many visits of each group came to each outcome, and their chances."""
        group, size = self._group[classes], len(OUTCOMES)
        cells = np.bincount(group * size + judged.places, counts, size * self._count).astype(
            np.float64
        )
        told = np.where(np.isin(judged.places, _NONE), 0.0, judged.chances)
        chances = np.bincount(group, told * counts, self._count).astype(np.float64)
        return _GroupedOutcomes(cells.reshape(-1, size), chances)


class _GroupedOutcomes:
    """Visits by group and outcome, and the sum of the chances by group."""

    def __init__(self, counts: Numbers, chances: Numbers) -> None:
        self._counts, self._chances = counts, chances

    def tally(self) -> Tally:
        """Return the tally of all."""
        return _tally(self._counts.sum(axis=0), float(self._chances.sum()))

    def by(self, codes: Whole, words: Sequence[str | None]) -> dict[str, Tally]:
        """Return a tally for each word of a grouping, the most frequent first."""
        found = {
            word or "": _tally(self._counts[here].sum(axis=0), float(self._chances[here].sum()))
            for at, word in enumerate(words)
            if (here := codes == at).any()
        }
        told = {word: tally for word, tally in found.items() if tally.counts}
        return dict(sorted(told.items(), key=lambda pair: -pair[1].total))


def _tally(counts: Numbers, chances: float) -> Tally:
    told = zip(OUTCOMES, counts, strict=True)
    return Tally({each: round(count) for each, count in told if count}, chances)
