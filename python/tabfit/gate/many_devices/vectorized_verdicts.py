"""Verdicts of many devices at once: the trees of rules, walked by whole columns (numpy).

In: a runtime's `Rules`, what one way needs, and the signals of devices as columns. Out: for each
device where its word stands in `OUTCOMES`, and its chance. As in `js/engine.js` there is no rule
here: trees are walked, and their expressions worked out, for all devices that take a branch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial, reduce
from itertools import pairwise
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tabfit.catalog import RuntimeFacts
from tabfit.compare.run_requirements import ENDLESS, RunRequirements
from tabfit.compare.verdict_grid.judging import IntervalEnds
from tabfit.formula import Operator
from tabfit.gate.rules.decision_tree import UNLISTED, Leaf, Question, Switch, Tree, leaves
from tabfit.gate.rules.runtime_rules import EMULATED, CheckLeaf, Rules, budget
from tabfit.gate.rules.symbols import is_numbers
from tabfit.gate.scenario.scenario_rules import (
    Needs,
    hardness,
    needs_at,
    rules_of,
    signals_in,
)
from tabfit.units import Interval
from tabfit.verdict.check_rules import Decision
from tabfit.verdict.constants import LEAST_BINDING, STEPS
from tabfit.verdict.decide import Gathered
from tabfit.verdict.probability import (
    POINT_SHARES,
    apart,
    points_of,
    rounded,
    thresholds,
)

Whole = NDArray[np.int64]
Numbers = NDArray[np.float64]
#: Three ends, each a number or one for each device.
Ends = tuple[Any, Any, Any]
#: So many kinds of device are weighed at once: forty values for each.
_AT_ONCE: Final = 4096
#: What an adapter that tells no limit is taken to bind: more than any file has, and below `ENDLESS`
#: as a float too.
_UNTOLD_BINDING: Final = ENDLESS / 2


class WordColumn(NamedTuple):
    """A column of words or truths: each row's place among `words`, one of which may be `None`."""

    codes: Whole
    words: tuple[Any, ...]


class Columns(NamedTuple):
    """The signals of so many devices; in `numbers` what is not told is not a number."""

    size: int
    words: Mapping[str, WordColumn]
    numbers: Mapping[str, Numbers]


class VerdictArrays(NamedTuple):
    """Each device's word, as a place in `OUTCOMES`, and its chance, where the word has one."""

    places: Whole
    chances: Numbers


class ManyDevices:
    """Devices to be judged; budgets are worked out once, however many ways ask for them."""

    def __init__(self, columns: Columns) -> None:
        """Work out nothing yet."""
        self.columns = columns
        self._told: dict[str, Ends] = {}
        self._words: dict[str, WordColumn] = dict(columns.words)
        self._all = np.arange(columns.size)

    def judged(
        self, surveyed: Sequence[RunRequirements], at: int, facts: RuntimeFacts
    ) -> VerdictArrays:
        """Return how one way comes out; `surveyed` are what `requirements_of_precision` gives."""
        demanded = hardness(surveyed, at)
        return self.settled(surveyed, at, rules_of(facts, demanded), dict(demanded)).result()

    def settled(
        self,
        surveyed: Sequence[RunRequirements],
        at: int,
        rules: Rules,
        hard: Mapping[str, bool],
    ) -> CombinedChecks:
        """Return how all checks of some rules come out; `hard` names those of demands."""
        made = CombinedChecks(self.columns.size)
        for each, rows in self._by_adapter(surveyed, rules):
            made.put(rows, _RowsWalk(self, rules, needs_at(each, at), rows).settled(hard))
        return made

    def _by_adapter(
        self, surveyed: Sequence[RunRequirements], rules: Rules
    ) -> Iterator[tuple[RunRequirements, Whole]]:
        """Yield each survey with the devices that it holds on, as `survey_on` finds it."""
        if len(surveyed) == 1:
            yield surveyed[0], self._all
            return
        told = self.number("webgpu_max_storage_buffer_binding_size")
        limit = np.where(np.isnan(told), _UNTOLD_BINDING, np.maximum(told, LEAST_BINDING.exact))
        column = self.word(EMULATED, rules)
        emulated = np.array([each is True for each in column.words], dtype=bool)[column.codes]
        for each in surveyed:
            floor, below, kind = each.adapters.floor, each.adapters.below, each.adapters.emulated
            holds = (floor <= limit) & (limit < below)
            yield each, np.flatnonzero(holds if kind is None else holds & (emulated == kind))

    def number(self, name: str) -> Numbers:
        """Return a signal's numbers; of one that is no column nobody told anything."""
        found = self.columns.numbers.get(name)
        return np.full(self.columns.size, np.nan) if found is None else found

    def word(self, name: str, rules: Rules) -> WordColumn:
        """Return a signal's words, or what is decided about every device (`EMULATED`)."""
        if name not in self._words:
            self._words[name] = self._decided_words(_budget(name, rules), rules)
        return self._words[name]

    def _decided_words(self, tree: Tree | None, rules: Rules) -> WordColumn:
        codes, words = np.zeros(self.columns.size, dtype=np.int64), [None]
        if tree is not None:
            for value, rows in _RowsWalk(self, rules, {}, self._all).leaves(tree):
                if value not in words:
                    words.append(value)
                codes[rows] = words.index(value)
        return WordColumn(codes, tuple(words))

    def budget(self, name: str, rules: Rules) -> Ends:
        """Return a budget's ends for every device, not a number where nothing is known."""
        if name not in self._told:
            low, likely, high = (np.full(self.columns.size, np.nan) for _ in range(3))
            walk = _RowsWalk(self, rules, {}, self._all)
            for value, rows in walk.leaves(_budget(name, rules) or Leaf(None)):
                if value is not None:
                    for mine, found in zip(
                        (low, likely, high), walk.ends(value, rows), strict=True
                    ):
                        mine[rows] = found
            self._told[name] = low, likely, high
        return self._told[name]


def _budget(name: str, rules: Rules) -> Tree | None:
    if name in rules.budgets:
        return rules.budgets[name]
    return budget(name) if name == EMULATED else None


class _RowsWalk:
    """One way on some of the devices, `rows`, which are places among all."""

    def __init__(self, every: ManyDevices, rules: Rules, needs: Needs, rows: Whole) -> None:
        self._every, self._rules, self._needs, self._rows = every, rules, needs, rows

    def settled(self, hard: Mapping[str, bool]) -> CombinedChecks:
        """Return the checks taken together."""
        made = CombinedChecks(len(self._rows))
        for rule in self._rules.checks:
            if rule.name in hard and rule.name not in self._needs:
                continue
            for found, rows in self.leaves(rule.tree):
                if found is not None:
                    at = np.searchsorted(self._rows, rows)
                    chance = self.number(found.chance, rows) if found.known else 1.0
                    made.add(found, chance, at, decides=rule.decides)
        return made

    def leaves(self, tree: Tree) -> list[tuple[Any, Whole]]:
        """Return what devices come to, each value with those that do."""
        found: list[tuple[Any, Whole]] = []
        left = [(tree, self._rows)]
        while left:
            here, rows = left.pop()
            if not len(rows):
                continue
            if isinstance(here, Leaf):
                found.append((here.value, rows))
            else:
                left.extend(self._branches(here, rows))
        return found

    def _branches(self, tree: Switch, rows: Whole) -> Iterator[tuple[Tree, Whole]]:
        if tree.question[0] == "is":
            yield from self._answers(tree, rows)
            return
        true = self._truth(tree.question, rows)
        yield tree.after(True), rows[true]
        yield tree.after(False), rows[~true]

    def _answers(self, tree: Switch, rows: Whole) -> Iterator[tuple[Tree, Whole]]:
        """Yield what follows from each word that a device has."""
        column = self._every.word(str(tree.question[1]), self._rules)
        branches = dict(tree.branches)
        names = list(branches)
        nowhere = names.index(UNLISTED) if UNLISTED in branches else names.index(None)
        places = [names.index(word) if word in branches else nowhere for word in column.words]
        taken = np.array(places, dtype=np.int64)[column.codes[rows]]
        for at in np.unique(taken):
            yield branches[names[at]], rows[taken == at]

    def _truth(self, question: Question, rows: Whole) -> NDArray[np.bool_]:
        kind, *about = question
        if kind == "known":
            known: NDArray[np.bool_] = ~np.isnan(self._named(str(about[0]))[rows])
            return known
        below: Any = self.number(about[0], rows) < self.number(about[1], rows)
        return np.broadcast_to(below, rows.shape)

    def _named(self, name: str) -> Numbers:
        """Return a budget's low ends or a signal's numbers, of every device."""
        if name in self._rules.budgets:
            low: Numbers = self._every.budget(name, self._rules)[0]
            return low
        return self._every.number(name)

    def number(self, made: Any, rows: Whole) -> Any:  # noqa: ANN401 - an expression and its value
        """Return what an expression comes to: a number, or one for each of the devices."""
        if not isinstance(made, tuple):
            return made
        kind, *about = made
        if kind == "chance":
            return _chance(self.ends(about[0], rows), self.ends(about[1], rows), len(rows))
        if kind == "logistic":
            return self._logistic(about[0], about[1:], rows)
        end = about[1] if kind in ("need", "have") and len(about) > 1 else 0
        return self.ends(made, rows)[end]

    def _logistic(self, start: float, terms: Sequence[Tree], rows: Whole) -> Numbers:
        total = np.full(len(rows), start)
        walk = _RowsWalk(self._every, self._rules, self._needs, rows)
        for each in terms:
            for value, some in walk.leaves(each):
                total[np.searchsorted(rows, some)] += value
        chance: Numbers = np.round(1.0 / (1.0 + np.exp(total)), 4)
        return chance

    def ends(self, made: Any, rows: Whole) -> Ends:  # noqa: ANN401 - an expression
        """Return three ends of a need, of a budget, or of what a formula makes."""
        if not isinstance(made, tuple):
            return made, made, made
        if is_numbers(made):
            return made[0], made[1], made[2]
        kind, *about = made
        if kind == "need":
            return self._needs[about[0]] or (0, 0, 0)
        if kind == "have":
            low, likely, high = self._every.budget(about[0], self._rules)
            return low[rows], likely[rows], high[rows]
        if kind == "told":
            told = np.nan_to_num(self._every.number(about[0])[rows])
            return told, told, told
        return _worked(Operator(kind), [self.ends(each, rows) for each in about])


class CombinedChecks:
    """The checks of devices, gathered one by one: the engine's own, some places at a time."""

    def __init__(self, count: int) -> None:
        """Start without any check."""
        none: Any = np.zeros(count, dtype=bool)
        ones: Any = np.ones(count)
        self.gathered = Gathered(ones, ones.copy(), none, none.copy(), none.copy())
        proven: Any = np.zeros(count)  # a visit tells no run of the past
        self.gathered.proven = proven

    def put(self, rows: Whole, some: CombinedChecks) -> None:
        """Take what was gathered of some of the devices."""
        for name in Gathered.__slots__:
            getattr(self.gathered, name)[rows] = getattr(some.gathered, name)

    def beside(self, other: CombinedChecks, of: Whole) -> None:
        """Take other checks of the same devices: what was gathered of their classes."""
        self.gathered.join(other.at(of))

    def at(self, places: Whole) -> Gathered:
        """Return what was gathered at some places."""
        made = Gathered()
        for name in Gathered.__slots__:
            setattr(made, name, getattr(self.gathered, name)[places])
        return made

    def add(self, found: CheckLeaf, chance: Any, at: Whole, *, decides: bool) -> None:  # noqa: ANN401
        """Add how a check came out for the devices at some places."""
        some = self.at(at)
        decision = Decision(
            chance=chance,
            failed=found.failed,
            asked=found.asked,
            known=found.known,
            unsupported=found.unsupported,
        )
        some.add(decision, applies=True, decides=decides)
        for name in Gathered.__slots__:
            getattr(self.gathered, name)[at] = getattr(some, name)

    def result(self) -> VerdictArrays:
        """Return the words' places in `OUTCOMES`, and the chances."""
        places, chances = self.gathered.result()
        words: Any = places  # arithmetic alone
        return VerdictArrays(words.astype(np.int64), np.asarray(chances))


_EACH: Final = {
    Operator.SUM: np.add,
    Operator.DIFFERENCE: np.subtract,
    Operator.PRODUCT: np.multiply,
    Operator.LARGEST: np.maximum,
    Operator.SMALLEST: np.minimum,
    Operator.QUOTIENT: np.floor_divide,
}


def _worked(operator: Operator, terms: Sequence[Ends]) -> Ends:
    """Return what a formula's operator makes of its terms, end by end."""
    first = terms[0]
    if operator in _EACH:
        low, likely, high = (reduce(_EACH[operator], ends) for ends in zip(*terms, strict=True))
        return low, likely, high
    if operator is Operator.SPAN:
        return first[0], terms[1][1], terms[1][2]
    if operator is Operator.ORDERED:
        likely = np.maximum(first[0], first[1])
        return first[0], likely, np.maximum(likely, first[2])
    low, likely, high = map(np.floor if operator is Operator.FLOORED else np.rint, first)
    return low, likely, high


def _chance(need: Ends, have: Ends, count: int) -> Numbers:
    """Return `probability.probability` of one need and what each of so many devices has."""
    ends: Any = np.stack([np.broadcast_to(end, count) for end in have], axis=1).astype(float)
    sure, never = apart(Interval(*need), IntervalEnds.of(ends).interval)
    chance: Numbers = np.asarray(sure, dtype=float)
    open_ = np.flatnonzero(~np.asarray(sure | never))
    if len(open_):
        kinds, of = np.unique(ends[open_], axis=0, return_inverse=True)
        chance[open_] = _weighed(need, kinds.T)[of.reshape(-1)]
    return chance


def _weighed(need: Ends, have: Numbers) -> Numbers:
    """Return `probability.weighed` where what there is differs instead of what is needed."""
    wanted = np.array(thresholds(Interval(*need)))[:, None]
    pieces = (have[:, at : at + _AT_ONCE] for at in range(0, have.shape[1], _AT_ONCE))
    missed = np.concatenate([_below(wanted, each).sum(axis=0) for each in pieces])
    chance: Any = rounded(1.0 - missed / STEPS.exact)  # type: ignore[arg-type] # arithmetic alone
    found: Numbers = chance
    return found


def _below(values: Numbers, have: Any) -> Numbers:  # noqa: ANN401 - an array, ends down
    """Return how much of each distribution lies below each value: values down, devices across."""
    edges = points_of(IntervalEnds(*have).interval)
    found = np.where(values >= edges[-1], 1.0, 0.0)
    for (start, end), (lower, upper) in zip(pairwise(POINT_SHARES), pairwise(edges), strict=True):
        inside = (values >= lower) & (values < upper)
        apart = np.where(inside, upper - lower, 1.0)
        found = np.where(inside, start + (end - start) * (values - lower) / apart, found)
    return np.where(values <= edges[0], 0.0, found)


def stored(
    devices: ManyDevices, rules: Rules, needs: Sequence[Needs]
) -> Iterator[Callable[[Whole], Numbers]]:
    """Yield what gives the chance that a need finds room, for each formula of room and each need.

    `devices` tell nothing but their quota; each function takes places among them.
    """
    walk = _RowsWalk(devices, rules, {}, np.arange(devices.columns.size))
    for need, have in _weighings(rules):
        for formula in {*leaves(rules.budgets[have])}:
            if "storage_quota_bytes" in signals_in(Leaf(formula)):
                for ends in {told for each in needs if (told := each.get(need))}:
                    yield partial(_chance_at, walk, ends, formula)


def _chance_at(walk: _RowsWalk, need: Ends, formula: Any, rows: Whole) -> Numbers:  # noqa: ANN401
    return _chance(need, walk.ends(formula, rows), len(rows))


def _weighings(rules: Rules) -> Iterator[tuple[str, str]]:
    """Yield the names of each need and budget that a check weighs against each other."""
    for rule in rules.checks:
        for made in leaves(rule.tree):
            chance = made and made.chance
            if isinstance(chance, tuple) and chance[0] == "chance" and chance[1][0] == "need":
                yield chance[1][1], chance[2][1]
