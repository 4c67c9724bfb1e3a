"""Rows of devices that come out alike for one way to run a model, as one (numpy).

In: the columns of many devices, most of which say the same in most of them. Out: for one way,
which rows are one class, and a row of each. A column of words makes a class of each word. A number
counts by what the rules do with it: one that is compared counts by which thresholds it reaches, so
that a million limits of buffers that all differ are a few classes. What is left of a quota, which
passes into a chance, counts by where that chance changes (it only rises with it, so the places are
found by halving). Of memory that somebody said every number counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tabfit.catalog import RuntimeFacts
from tabfit.compare.run_requirements import RunRequirements
from tabfit.gate.many_devices.device_classes import Compared, Cuts, compared
from tabfit.gate.many_devices.vectorized_verdicts import (
    Columns,
    CombinedChecks,
    ManyDevices,
    Numbers,
    VerdictArrays,
    Whole,
    WordColumn,
    stored,
)
from tabfit.gate.rules.device_signals import NUMBERS, SIGNALS
from tabfit.gate.rules.runtime_rules import EMULATED, Rules, budget, budgets_in, needs_in
from tabfit.gate.scenario.scenario_rules import Needs, hardness, needs_at, rules_of, signals_in
from tabfit.light_dataclass import replace

#: A column of more numbers than these is kept beside the classes of the rest.
FEW: Final = 64
#: Classes are counted in a table of so many cells, and sorted beyond.
_CELLS: Final = 2**23
_QUOTA, _USAGE = "storage_quota_bytes", "storage_usage_bytes"
#: What tells kinds of adapters apart.
_BINDING: Final = "webgpu_max_storage_buffer_binding_size"
#: What is left of a quota, as a column.
_FREE: Final = "free"


class Ranked(NamedTuple):
    """A column of numbers: those that differ, rising, the untold last, and each row's place."""

    values: Numbers
    ranks: Whole

    @classmethod
    def of(cls, numbers: Numbers) -> Ranked:
        """Return a column's numbers ranked."""
        values, ranks = np.unique(numbers, return_inverse=True)
        return cls(values, ranks.reshape(-1))

    def by(self, marks: NDArray[np.bool_]) -> Whole:
        """Return each row's code, which is another from each marked number on."""
        codes: Whole = np.cumsum(marks | np.isnan(self.values))
        return codes[self.ranks]


class AlikeDevices:
    """Rows of devices: classes of what few rows differ in, and beside them columns of numbers."""

    def __init__(
        self, told: Columns, cuts: Mapping[str, Cuts] | None, beside: Sequence[Whole] = ()
    ) -> None:
        """Take the rows, how much of a column matters (all where untold), and what else differs."""
        kept = {*SIGNALS} if cuts is None else {*cuts}
        numbers: dict[str, Numbers] = {
            name: told.numbers[name] for name in NUMBERS if name in kept & {*told.numbers}
        }
        ranked = {name: Ranked.of(each) for name, each in numbers.items() if _exact(name, cuts)}
        self.beside = {name: each for name, each in ranked.items() if len(each.values) > FEW}
        if not self.beside.keys().isdisjoint((_QUOTA, _USAGE)):
            self._keep_free(told, ranked)
        keys = {name: each.codes for name, each in told.words.items() if name in kept}
        for name, each in numbers.items():
            if name in ranked and name not in self.beside:
                keys[name] = ranked[name].ranks
            elif cuts and not cuts[name].exact:
                keys[name] = _cut(each, cuts[name])
        nothing = np.zeros(told.size, dtype=np.int64)
        self.first, self.of = alike([nothing, *keys.values(), *beside])
        self._told, self.columns = told, _taken(told, self.first)
        self._keys = {name: each[self.first] for name, each in keys.items()}
        self._asked: dict[frozenset[str], Whole] = {}

    def _keep_free(self, told: Columns, ranked: dict[str, Ranked]) -> None:
        """Keep what is left of a quota beside the rest, in place of what it is made of."""
        for name in (_QUOTA, _USAGE):
            self.beside.pop(name, None)
            ranked.pop(name, None)
        quota = told.numbers.get(_QUOTA)
        if quota is not None:
            usage = np.nan_to_num(told.numbers.get(_USAGE, np.zeros(told.size)))
            self.beside[_FREE] = Ranked.of(np.maximum(quota - usage, 0))

    def judged(
        self, surveyed: Sequence[RunRequirements], at: int, facts: RuntimeFacts
    ) -> VerdictArrays:
        """Return how each row comes out for one way, at one of its contexts."""
        demanded = hardness(surveyed, at)
        made, needs = CombinedChecks(len(self.of)), [needs_at(each, at) for each in surveyed]
        for part in _parts(facts, demanded):
            kinds = surveyed if part.differs(needs) else surveyed[:1]
            devices, of = self.classes(part, kinds, needs[: len(kinds)])
            found = ManyDevices(devices).settled(kinds, at, part.rules, dict(demanded))
            made.beside(found, of)
        return made.result()

    def classes(
        self, part: RulesPart, surveyed: Sequence[RunRequirements], needs: Sequence[Needs]
    ) -> tuple[Columns, Whole]:
        """Return a row of each class that rules tell apart, and each row's class."""
        kinds = set[float]()
        if len(surveyed) > 1:
            kinds = {end for e in surveyed for end in (e.adapters.floor, e.adapters.below)}
        signals = part.signals | ({_BINDING, *part.emulated} if kinds else set())
        codes = dict(self._codes(part, signals, needs, kinds))
        first, of = alike([self._base(signals)[self.of], *codes.values()])
        return self._with_free(_taken(self._told, first), codes.get(_FREE), first), of

    def _with_free(self, told: Columns, codes: Whole | None, rows: Whole) -> Columns:
        """Return devices with the least room that comes out like their own, nothing of it used."""
        if codes is None:
            return told
        values, ranks = self.beside[_FREE]
        least = np.full(int(codes.max()) + 1, len(values))
        np.minimum.at(least, codes[rows], ranks[rows])
        numbers = {**told.numbers, _QUOTA: values[least[codes[rows]]], _USAGE: np.zeros(told.size)}
        return Columns(told.size, told.words, numbers)

    def _base(self, asked: frozenset[str]) -> Whole:
        """Return the classes that differ in what is asked."""
        if asked not in self._asked:
            keys = (each for name, each in self._keys.items() if name in asked)
            nothing = np.zeros(self.columns.size, dtype=np.int64)
            self._asked[asked] = alike([nothing, *keys])[1]
        return self._asked[asked]

    def _codes(
        self, part: RulesPart, signals: frozenset[str], needs: Sequence[Needs], kinds: set[float]
    ) -> Iterator[tuple[str, Whole]]:
        """Yield the code of each column beside."""
        for name, each in self.beside.items():
            if name == _FREE and _QUOTA in signals:
                yield name, each.by(_free_marks(each.values, part, needs))
            elif name in part.how.reckoned:
                yield name, each.ranks
            elif name in signals:
                limits = part.thresholds(name, needs) | (kinds if name == _BINDING else set())
                yield name, each.by(_reached(each.values, limits))
        for two in part.how.pairs:
            if not self.beside.keys().isdisjoint(two) and {*two} <= {*self._told.numbers}:
                one, other = (self._told.numbers[name] for name in two)
                yield "<".join(two), (one < other).astype(np.int64)


class RulesPart(NamedTuple):
    """Some of a runtime's rules: what they ask of devices, and of needs, by name."""

    rules: Rules
    signals: frozenset[str]
    how: Compared
    needs: frozenset[str]
    emulated: frozenset[str]

    def thresholds(self, name: str, needs: Sequence[Needs]) -> set[float]:
        """Return the numbers that a signal is held against."""
        asked = ((each.get(need), end) for need, end in self.how.needs[name] for each in needs)
        return {need[end] for need, end in asked if need is not None} | self.how.points[name]

    def differs(self, needs: Sequence[Needs]) -> bool:
        """Return whether what is needed differs among kinds of adapters."""
        first, *others = ({name: each.get(name, ()) for name in self.needs} for each in needs)
        return any(each != first for each in others)


@cache
def _parts(facts: RuntimeFacts, demanded: tuple[tuple[str, bool], ...]) -> tuple[RulesPart, ...]:
    """Return the rules that ask how much room a site has, and the others, to be judged apart.

    Room differs from row to row, so that together there would be a class for each of its numbers
    and each kind of device.
    """
    whole = rules_of(facts, demanded)
    every = [_part(replace(whole, checks=(each,))) for each in whole.checks]
    of_room = tuple(each.rules.checks[0] for each in every if _QUOTA in each.signals)
    rest = tuple(each for each in whole.checks if each not in of_room)
    return tuple(_part(replace(whole, checks=each)) for each in (rest, of_room) if each)


def _part(rules: Rules) -> RulesPart:
    every = tuple(each.tree for each in rules.checks)
    budgets = {name for tree in every for name in budgets_in(tree)}
    trees = (*every, *(rules.budgets[name] for name in sorted(budgets)))
    needs = set().union(*map(needs_in, every)) | {each.name for each in rules.checks}
    return RulesPart(
        rules,
        frozenset(set().union(*map(signals_in, trees))),
        compared(trees),
        frozenset(needs),
        frozenset(signals_in(budget(EMULATED))),
    )


def _exact(name: str, cuts: Mapping[str, Cuts] | None) -> bool:
    return cuts is None or cuts[name].exact


def _cut(values: Numbers, cuts: Cuts) -> Whole:
    """Return a column's numbers as places: between two cuts they come out alike."""
    places = np.searchsorted(np.array(cuts.at), values, side="right")
    return np.where(np.isnan(values), len(cuts.at) + 1, places)


def _taken(told: Columns, rows: Whole) -> Columns:
    return Columns(
        len(rows),
        {name: WordColumn(each.codes[rows], each.words) for name, each in told.words.items()},
        {name: each[rows] for name, each in told.numbers.items()},
    )


def alike(keys: Sequence[Whole]) -> tuple[Whole, Whole]:
    """Return a row of each class, and each row's class: rows whose keys are the same."""
    key, cells = np.zeros_like(keys[0]), 1
    for each in keys:
        count = int(each.max(initial=0)) + 1
        if cells * count > _CELLS:
            key, cells = _packed(key, cells)
        key, cells = key * count + each, cells * count
    _of, _count = _packed(key, cells)
    first = np.zeros(_count, dtype=np.int64)
    first[_of[::-1]] = np.arange(len(_of))[::-1]
    return first, _of


def _packed(key: Whole, cells: int) -> tuple[Whole, int]:
    """Return keys without those that nothing has, and how many there are."""
    if cells > _CELLS:
        found, of = np.unique(key, return_inverse=True)
        return of.reshape(-1), len(found)
    there = np.zeros(cells, dtype=np.int64)
    there[key] = 1
    place = np.cumsum(there) - 1
    return place[key], int(place[-1]) + 1


# Where numbers make a difference


def _reached(values: Numbers, thresholds: set[float]) -> NDArray[np.bool_]:
    """Return which numbers are the first at or above a threshold, or above it."""
    marks = np.zeros(len(values) + 1, dtype=bool)
    at = np.array(sorted(thresholds), dtype=float)
    for side in ("left", "right"):
        marks[np.searchsorted(values, at, side=side)] = True
    return marks[:-1]


def _free_marks(free: Numbers, part: RulesPart, needs: Sequence[Needs]) -> NDArray[np.bool_]:
    """Return from which room on a way comes out otherwise, as far as storage decides."""
    marks = _reached(free, part.how.points[_QUOTA])
    told = free[~np.isnan(free)]
    devices = ManyDevices(Columns(len(told), {}, {_QUOTA: told, _USAGE: np.zeros(len(told))}))
    for chance_at in stored(devices, part.rules, needs):
        marks[: len(told)] |= _steps(chance_at, len(told))
    return marks


def _steps(rising: Callable[[Whole], Any], count: int) -> NDArray[np.bool_]:
    """Return at which of so many places a rising function comes to another value."""
    marks = np.zeros(count, dtype=bool)
    if count < 2:
        return marks
    left, right = np.array([0]), np.array([count - 1])
    below, above = rising(left), rising(right)
    while len(left):
        near = right - left == 1
        marks[right[near & (below != above)]] = True
        open_ = (below != above) & ~near
        left, right, below, above = (each[open_] for each in (left, right, below, above))
        middle = (left + right) // 2
        between = rising(middle)
        left, right = np.concatenate((left, middle)), np.concatenate((middle, right))
        below, above = np.concatenate((below, between)), np.concatenate((between, above))
    return marks
