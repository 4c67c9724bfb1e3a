"""Turned round: what fits here, and what would have to change.

In: an answer, and the grid of every way to run its model on the device. Out: the
longest context, the best precision and the best runtime that fit, ranked changes that
make it fit, what helps each check, and the least memory with which the scenario runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from tabfit.catalog import Catalog, RuntimeFacts
from tabfit.compare.ranking import OTHER, Preference, preference, tier
from tabfit.compare.smallest_device import least_memory
from tabfit.devices.budgets import Pool
from tabfit.devices.device import Device
from tabfit.errors import UnsupportedCombination
from tabfit.estimate.answers import Answer, Suggestion, answer, kept_answer
from tabfit.estimate.defaults import (
    CONTEXTS,
    precisions_of,
    runtimes_of,
    usual_precision,
)
from tabfit.estimate.scenario import Scenario
from tabfit.i18n.language import plural
from tabfit.light_dataclass import dataclass, replace
from tabfit.runtimes.memory.footprint import Footprint
from tabfit.units import Bytes, Interval, Tokens
from tabfit.verdict.check_text import Check
from tabfit.verdict.constants import LIKELY_FROM
from tabfit.verdict.decide import demands
from tabfit.verdict.probability import OUTCOMES, RANK, Outcome
from tabfit.verdict.requirements import Demand

if TYPE_CHECKING:
    from tabfit.compare.verdict_grid import VerdictGrid

#: Contexts are told apart in steps of this many tokens.
STEP: Final = 128
#: No context longer than this is looked at where a model names no end of its own.
FARTHEST: Final = 131_072


@dataclass(frozen=True, slots=True, kw_only=True)
class PossibleRun:
    """One way to run the model on the device; `failing` are the checks that it may not pass."""

    facts: RuntimeFacts
    precision: str
    context: Tokens
    outcome: Outcome
    probability: float | None
    download: int
    peak: Interval
    failing: frozenset[str]

    @property
    def runtime(self) -> str:
        """Return the runtime's id."""
        return self.facts.id

    def of(self, asked: Scenario) -> Scenario:
        """Return the scenario with this way's choices."""
        return replace(asked, runtime=self.runtime, precision=self.precision, context=self.context)


def possible_runs(made: VerdictGrid, reach: int | None, catalog: Catalog) -> list[PossibleRun]:
    """Return every way in a grid of one model, at contexts within its reach, each once."""
    chances, peaks = made.chances.tolist(), made.peaks
    low, likely, high = (each.tolist() for each in (peaks.low, peaks.likely, peaks.high))
    failing = list(_failing(made))
    found: dict[tuple[str, str, int], PossibleRun] = {}
    for row, number in enumerate(made.rows.tolist()):
        whole = made.table
        for column, offered in enumerate(made.contexts):
            context = Tokens(int(whole.usual[number])) if offered is None else offered
            if reach is not None and context > reach:
                continue
            chance, at = chances[row][column], (row, column)
            outcome = OUTCOMES[made.outcomes[at]]
            found[whole.runtimes[number], whole.precisions[number], context] = PossibleRun(
                facts=catalog.runtime(whole.runtimes[number]),
                precision=whole.precisions[number],
                context=context,
                outcome=outcome,
                probability=None if outcome is Outcome.UNKNOWN else chance,
                download=int(whole.download[number, 1]),
                peak=Interval(low[row][column], likely[row][column], high[row][column]),
                failing=frozenset(name for name, places in failing if places[row][column]),
            )
    return list(found.values())


def _failing(made: VerdictGrid) -> Iterator[tuple[str, list[list[bool]]]]:
    """Yield for each check where it applies and is not likely met."""
    for each in made.columns:
        short = each.applies & ((each.chance < LIKELY_FROM.likely) | ~each.known)
        yield each.name, short.tolist()


# What fits here


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachableContext:
    """The longest context as good as the shortest; `whole` if the model takes no longer one."""

    context: Tokens
    outcome: Outcome
    whole: bool


def longest_context(given: Answer, catalog: Catalog) -> ReachableContext:
    """Return the longest context that gets the verdict of the shortest.

    A longer context never helps, so halving the distance finds the end.
    """
    positions = given.subject.architecture.main.positions if given.subject.architecture else None
    end = positions or FARTHEST

    def outcome(context: int) -> Outcome:
        asked = replace(given.scenario, context=Tokens(context), device=given.device)
        return answer(asked, catalog, given.device, given.subject).verdict.outcome

    best = outcome(min(STEP, end))
    if outcome(end) is best:
        return ReachableContext(context=Tokens(end), outcome=best, whole=True)
    fits, too_long = 1, -(-end // STEP)
    while too_long - fits > 1:
        middle = (fits + too_long) // 2
        fits, too_long = (middle, too_long) if outcome(middle * STEP) is best else (fits, middle)
    return ReachableContext(context=Tokens(fits * STEP), outcome=best, whole=False)


def column(every: Sequence[PossibleRun], context: Tokens) -> Tokens:
    """Return the context among the ways that stands for a context: itself, or the next longer."""
    found = sorted({each.context for each in every})
    return next((each for each in found if each >= context), found[-1] if found else context)


def best_precision(every: Sequence[PossibleRun], given: Answer) -> PossibleRun | None:
    """Return the way nearest the original that is likely here, all else as it is.

    Where none is likely: the likeliest. That is the ranking with no precision preferred.
    """
    context = column(every, given.context)
    same = (w for w in every if w.runtime == given.facts.id and w.context == context)
    return min(same, key=lambda way: _rank(way, OTHER), default=None)


def _rank(way: PossibleRun, willingly: int) -> Preference:
    return preference(way.outcome, way.probability, willingly, way.download, way.download)


def best_runtime(
    every: Sequence[PossibleRun], given: Answer, catalog: Catalog
) -> PossibleRun | None:
    """Return the best way to run the model at this context, `None` where nothing real runs it."""
    order = [facts.id for facts in runtimes_of(given.subject, catalog) if not facts.hypothetical]
    context = column(every, given.context)
    same = [each for each in every if each.runtime in order and each.context == context]
    same.sort(key=lambda each: order.index(each.runtime))
    return min(
        same,
        key=lambda way: _rank(way, tier(given.subject, way.facts, way.precision)),
        default=None,
    )


def over_contexts(given: Answer, pool: Pool) -> list[tuple[Tokens, Interval]]:
    """Return the peak of a pool at every context a page offers, and at the one chosen."""
    reach = given.subject.architecture.main.positions if given.subject.architecture else None
    offered = {each for each in CONTEXTS if reach is None or each <= reach}
    if reach is not None:
        offered.add(Tokens(reach))
    found = sorted({*offered, given.context})
    return [(each, _peak(given, each, pool)) for each in found]


def _peak(given: Answer, context: Tokens, pool: Pool) -> Interval:
    load = replace(given.load, context=context)
    return Footprint(given.runtime.phases(load)).peak_in(pool)


# What would have to change


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioChange:
    """A way with what it changes of the scenario, and the bytes it needs less at its peak."""

    way: PossibleRun
    precision: bool
    context: bool
    runtime: bool
    saves: int

    @property
    def count(self) -> int:
        """Return how many choices it changes; another runtime brings precisions of its own."""
        return self.context + (self.runtime or self.precision)


def scenario_changes(
    every: Iterable[PossibleRun], given: Answer, most: int = 4
) -> list[ScenarioChange]:
    """Return the ways that are better, those that change least first.

    Of several ways that change the same choices only the one nearest to what was asked is
    kept, and none that changes more than another which is as good.
    """
    needed, rank = given.memory(Pool.PEAK).likely, RANK[given.verdict.outcome]
    every = list(every)
    context = column(every, given.context)
    found = [
        ScenarioChange(
            way=way,
            precision=way.precision != given.scenario.precision,
            context=way.context != context,
            runtime=way.runtime != given.facts.id,
            saves=needed - way.peak.likely,
        )
        for way in every
        if not way.facts.hypothetical and RANK[way.outcome] < rank and way.context <= context
    ]
    found.sort(key=_least_changed)
    kept: list[ScenarioChange] = []
    for each in found:
        if not any(_covers(other, each) for other in kept):
            kept.append(each)
    return sorted(kept, key=_best)[:most]


def _least_changed(each: ScenarioChange) -> tuple[int, int, int, int, int]:
    way = each.way
    return each.count, RANK[way.outcome], -way.context, each.runtime, -way.download


def _covers(some: ScenarioChange, other: ScenarioChange) -> bool:
    """Return whether `some` changes nothing more than `other` and is as good."""
    less = (
        some.precision <= other.precision
        and some.context <= other.context
        and some.runtime <= other.runtime
    )
    return less and RANK[some.way.outcome] <= RANK[other.way.outcome]


def _best(each: ScenarioChange) -> tuple[int, int, float]:
    return _worth(each.way.outcome, each.count, each.way.probability)


def _worth(outcome: Outcome, changed: int, probability: float | None) -> tuple[int, int, float]:
    """Return what sorts changes: the best verdict, then few choices changed, then the likeliest."""
    return RANK[outcome], changed, -(probability or 0.0)


def remedies_by_check(
    every: Sequence[PossibleRun], given: Answer, check: Check
) -> list[ScenarioChange]:
    """Return for one check what a single change can do: a precision, a context, a runtime.

    Each is the one nearest to what was asked by which the check would likely be met.
    """
    met = [each for each in every if check.name not in each.failing and not each.facts.hypothetical]
    runtime, precision = given.facts.id, given.scenario.precision
    context = column(every, given.context)
    alone: tuple[Callable[[PossibleRun], bool], ...] = (
        lambda w: (w.runtime, w.context) == (runtime, context) and w.precision != precision,
        lambda w: (w.runtime, w.precision) == (runtime, precision) and w.context < context,
        lambda w: w.context == context and w.runtime != runtime,
    )
    found = []
    for number, wanted in enumerate(alone):
        near = max(
            (each for each in met if wanted(each)),
            key=lambda w: (w.context, -RANK[w.outcome], w.download),
            default=None,
        )
        if near is not None:
            found.append(
                ScenarioChange(
                    way=near,
                    precision=number == 0,
                    context=number == 1,
                    runtime=number == 2,
                    saves=given.memory(Pool.PEAK).likely - near.peak.likely,
                )
            )
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """The answer to a scenario of which one choice is another, with that choice in words.

    `choice` is *context*, *precision* or *runtime*; a runtime comes with its usual precision.
    """

    choice: str
    change: str
    answer: Answer


def neighbours(given: Answer, catalog: Catalog, here: Device) -> list[Neighbour]:
    """Return every answer one choice away: a shorter context, a precision, a runtime."""
    found = []
    for choice, scenario, change in _changes(given, catalog):
        try:
            other = kept_answer(scenario, catalog, here, given.subject)
        except UnsupportedCombination:
            continue  # one way that cannot be gone takes none of the others away
        found.append(Neighbour(choice=choice, change=change, answer=other))
    return found


def suggestions(given: Answer, catalog: Catalog, here: Device, most: int = 4) -> list[Suggestion]:
    """Return changes that make the scenario more likely to run, the best first.

    A shorter context, another precision, another runtime: each alone.
    """
    return improvements(given, neighbours(given, catalog, here), most)


def improvements(given: Answer, near: Iterable[Neighbour], most: int = 4) -> list[Suggestion]:
    """Return those of the neighbours that are more likely to run, the best first."""
    needed = given.memory(Pool.PEAK).likely
    found = []
    for each in near:
        other, verdict = each.answer, each.answer.verdict
        saves = needed - other.memory(Pool.PEAK).likely
        better = RANK[verdict.outcome] < RANK[given.verdict.outcome]
        more = (verdict.probability or 0) > (given.verdict.probability or 0) + 0.01
        if better or (more and saves > 0):
            found.append(
                Suggestion(
                    scenario=other.scenario,
                    change=each.change,
                    saves=saves,
                    outcome=verdict.outcome,
                    probability=verdict.probability,
                )
            )
    found.sort(key=lambda each: _worth(each.outcome, 1, each.probability))
    return found[:most]


def _next_shorter(given: Answer) -> Tokens | None:
    """Return the next shorter context worth asking for, never longer than the model takes."""
    reach = given.load.architecture.main.positions
    if reach is not None and given.context > reach:
        return Tokens(reach)
    shorter = [each for each in CONTEXTS if 512 <= each < given.context]
    return shorter[-1] if shorter else None


def _changes(given: Answer, catalog: Catalog) -> Iterator[tuple[str, Scenario, str]]:
    asked = given.scenario
    context = _next_shorter(given)
    if context is not None:
        words = plural("{count} token", "{count} tokens", context)
        yield "context", replace(asked, context=context), words
    for precision in precisions_of(given.subject, given.facts):
        if precision != asked.precision:
            yield "precision", replace(asked, precision=precision), precision
    for facts in runtimes_of(given.subject, catalog):
        if facts.id != asked.runtime and not facts.hypothetical:
            scenario = replace(asked, runtime=facts.id, precision=None)
            words = f"{facts.title}, {usual_precision(given.subject, facts)}"
            yield "runtime", scenario, words


# All of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternatives:
    """The whole question turned round.

    `demands` are what the runtime asks of a device besides memory, `together` changes of
    several choices, `checks` what helps each check that is not likely met.
    """

    longest: ReachableContext
    precision: PossibleRun | None
    runtime: PossibleRun | None
    least: Mapping[str, Bytes | None]
    demands: tuple[Demand, ...]
    together: tuple[ScenarioChange, ...]
    checks: tuple[tuple[Check, tuple[ScenarioChange, ...]], ...]


def find_alternatives(
    given: Answer, every: Sequence[PossibleRun], catalog: Catalog
) -> Alternatives:
    """Return what fits here, what would have to change, and the least memory."""
    mend = given.verdict.outcome is not Outcome.LIKELY
    short = [each for each in given.checks if mend and each.outcome is not Outcome.LIKELY]
    return Alternatives(
        longest=longest_context(given, catalog),
        precision=best_precision(every, given),
        runtime=best_runtime(every, given, catalog),
        least=least_memory(given, catalog),
        demands=demands(given.setup),
        together=tuple(each for each in scenario_changes(every, given) if each.count > 1),
        checks=tuple(
            (check, found)
            for check, found in (
                (each, tuple(remedies_by_check(every, given, each))) for each in short
            )
            if found or check.pool is not None
        ),
    )
