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
from tabfit.gate.rules.decision_tree import Tree
from tabfit.gate.rules.device_signals import NUMBERS, SIGNALS
from tabfit.gate.rules.runtime_rules import EMULATED, Rule, Rules, budget, budgets_in, needs_in
from tabfit.gate.scenario.scenario_rules import Needs, hardness, needs_at, rules_of, signals_in
from tabfit.light_dataclass import replace

#: A column of more numbers than these is kept beside the classes of the rest.
FEW: Final = 64
#: Classes are counted in a table of so many cells, and sorted beyond.
_CELLS: Final = 2**23
#: So many rows tell of most columns whether they have more than `FEW` numbers.
_GLANCE: Final = 4096
_QUOTA, _USAGE = _ROOM = ("storage_quota_bytes", "storage_usage_bytes")
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


class JudgedClasses(NamedTuple):
    """How classes come out, a row of each, and each row's class."""

    verdicts: VerdictArrays
    rows: Whole
    of: Whole


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
        exact = {name: each for name, each in numbers.items() if _exact(name, cuts)}
        room = any(_has_many(exact[name]) for name in _ROOM if name in exact)
        ranked = {n: Ranked.of(each) for n, each in exact.items() if not (room and n in _ROOM)}
        self.beside = {name: each for name, each in ranked.items() if len(each.values) > FEW}
        if room:
            self._keep_free(told)
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

    def differ(self, beside: Sequence[Whole]) -> int:
        """Return how many rows say something else than all before, in any column or `beside`.

        A row whose number no other row has differs from all: only the others are compared.
        """
        rows: Whole = np.arange(self._told.size)
        for each in self.beside.values():
            ranks = each.ranks[rows]
            rows = rows[np.bincount(ranks)[ranks] > 1]
        told = _taken(self._told, rows)
        numbers = (Ranked.of(each).ranks for each in told.numbers.values())
        words = (each.codes for each in told.words.values())
        keys = [self.of[rows], *(each[rows] for each in beside), *words, *numbers]
        again = len(alike(keys)[0]) if len(rows) else 0
        return self._told.size - len(rows) + again

    def _keep_free(self, told: Columns) -> None:
        """Keep what is left of a quota beside the rest, in place of what it is made of."""
        quota = told.numbers.get(_QUOTA)
        if quota is not None:
            usage = np.nan_to_num(told.numbers.get(_USAGE, np.zeros(told.size)))
            self.beside[_FREE] = Ranked.of(np.maximum(quota - usage, 0))

    def judged(
        self, surveyed: Sequence[RunRequirements], at: int, facts: RuntimeFacts
    ) -> JudgedClasses:
        """Return how classes come out for one way, at one of its contexts.

        Of the columns beside, classes differ in what the way asks of them, so that however many
        rows there are no more classes are judged than may come out in different ways.
        """
        demanded = hardness(surveyed, at)
        needs = [needs_at(each, at) for each in surveyed]
        parts = [
            _PartClasses(part, surveyed if part.differs(needs) else surveyed[:1], needs)
            for part in _parts(facts, demanded)
        ]
        codes = [dict(self._codes(each)) for each in parts]
        rows, of = alike([self.of, *(each for some in codes for each in some.values())])
        made = CombinedChecks(len(rows))
        for each, some in zip(parts, codes, strict=True):
            first, kind_of = self._classes(each, some, rows)
            devices = self._with_free(_taken(self._told, first), some.get(_FREE), first)
            found = ManyDevices(devices).settled(each.surveyed, at, each.part.rules, dict(demanded))
            made.beside(found, kind_of)
        return JudgedClasses(made.result(), rows, of)

    def _classes(
        self, asked: _PartClasses, codes: Mapping[str, Whole], rows: Whole
    ) -> tuple[Whole, Whole]:
        """Return a row of each class that some rules tell apart, and each of the rows' class."""
        base = self._base(asked.signals)[self.of[rows]]
        first, of = alike([base, *(each[rows] for each in codes.values())])
        return rows[first], of

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

    def _codes(self, asked: _PartClasses) -> Iterator[tuple[str, Whole]]:
        """Yield the code of each column beside, for every row."""
        how = asked.part.how
        for name, each in self.beside.items():
            if name == _FREE and _QUOTA in asked.signals:
                yield name, each.by(_free_marks(each.values, asked.part, asked.needs))
            elif name in how.reckoned:
                yield name, each.ranks
            elif name in asked.signals:
                yield name, each.by(_reached(each.values, asked.thresholds(name)))
        for two in how.pairs:
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


class _PartClasses:
    """What some rules ask of devices when some surveys are held against them."""

    def __init__(
        self, part: RulesPart, surveyed: Sequence[RunRequirements], needs: Sequence[Needs]
    ) -> None:
        self.part, self.surveyed, self.needs = part, surveyed, needs[: len(surveyed)]
        self._kinds = set[float]()
        if len(surveyed) > 1:
            self._kinds = {end for e in surveyed for end in (e.adapters.floor, e.adapters.below)}
        told_apart = {_BINDING, *part.emulated} if self._kinds else set[str]()
        self.signals = part.signals | told_apart

    def thresholds(self, name: str) -> set[float]:
        """Return the numbers that a signal is held against."""
        found = self.part.thresholds(name, self.needs)
        return found | self._kinds if name == _BINDING else found


@cache
def _parts(facts: RuntimeFacts, demanded: tuple[tuple[str, bool], ...]) -> tuple[RulesPart, ...]:
    """Return the rules that ask how much room a site has, and the others, to be judged apart.

    Room differs from row to row, so that together there would be a class for each of its numbers
    and each kind of device.
    """
    whole = rules_of(facts, demanded)
    of_room = tuple(each for each in whole.checks if _QUOTA in signals_in(*_trees(whole, (each,))))
    rest = tuple(each for each in whole.checks if each not in of_room)
    return tuple(_part(replace(whole, checks=each)) for each in (rest, of_room) if each)


def _part(rules: Rules) -> RulesPart:
    trees = _trees(rules, rules.checks)
    needs = set().union(*(needs_in(each.tree) | {each.name} for each in rules.checks))
    return RulesPart(
        rules,
        frozenset(signals_in(*trees)),
        compared(trees),
        frozenset(needs),
        frozenset(signals_in(budget(EMULATED))),
    )


def _trees(rules: Rules, checks: Sequence[Rule]) -> tuple[Tree, ...]:
    """Return the trees of some checks, and of the budgets that they ask for."""
    every = tuple(each.tree for each in checks)
    budgets = {name for tree in every for name in budgets_in(tree)}
    return (*every, *(rules.budgets[name] for name in sorted(budgets)))


def _has_many(numbers: Numbers) -> bool:
    """Return whether a column has more than `FEW` numbers; of most its first rows tell."""
    return any(len(np.unique(some)) > FEW for some in (numbers[:_GLANCE], numbers))


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
