"""A device's own past, weighed: what ran on it and what died there changes a check's chance.

In: a decision on a need, and the device's `history`. Out: the decision, given that past. Only
arithmetic and comparisons touch a need, so that arrays pass through the same lines.

With B what the device gives and N what a load of the past needed (docs/memory-model.md, 8):

    it ran     B is at least N:         chance of B or N being enough = 1 - (1 - c) (1 - reach)
    it died    with the share w of its deaths that are of memory, B is below N:  c (1 - w reach)

`c` is the chance before, `reach` how far the need lies within N, or N within the need: 1 where
it is as large, 0 where they are more than `TAIL` twice apart. What lies well below a load that died
keeps its chance: a death says that B is below N, and nothing of how far.

A run of the same runtime says more than that there was memory: nothing that no check sees stood in
its way either. As far as it speaks for a load (`proven`), the upper end of a verdict's chance rises
(`sureness`); a death of what needed no more takes that back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from tabfit.devices import history
from tabfit.devices.budgets import Pool
from tabfit.devices.history import Trial
from tabfit.i18n.language import _, day
from tabfit.i18n.size_text import size
from tabfit.light_dataclass import replace
from tabfit.units import Interval
from tabfit.verdict import failure_rates
from tabfit.verdict.check_kinds.kind import CheckKind, Feature, need_of
from tabfit.verdict.check_rules import Decision
from tabfit.verdict.constants import DIED_OF_MEMORY, OTHERS_WEIGH, TAIL
from tabfit.verdict.probability import choose, rounded
from tabfit.verdict.requirements import Demand, Offered, Requirements

#: Needs are as large as each other within the outermost twentieth of both.
_NEAR: Final = TAIL.likely * TAIL.likely
#: The memory that a load fills, alone or both together.
_FILLED: Final = (Pool.PEAK, Pool.PAGE, Pool.GPU)


def conditioned(
    kind: CheckKind,
    demand: Demand,
    required: Requirements,
    offered: Offered,
    decision: Decision,
) -> Decision:
    """Return a decision given what was tried on the device before."""
    trials, pool = offered.device.history, kind.past
    if not trials:
        return decision
    if pool is not None:
        return _of_memory(trials, pool, need_of(demand), decision)
    ran = sum(each.ran and each.runtime == required.runtime.name for each in trials)
    if ran and kind.name in failure_rates.KINDS:
        decision = _of_runtime(ran, decision)
        if kind.name != failure_rates.FAULT:  # one that every runtime in a tab is checked for
            return decision
        return replace(decision, proven=proven(trials, required.runtime.name, required.peak))
    if ran and isinstance(kind, Feature) and not decision.asked:
        return Decision(chance=1.0)  # what the runtime cannot do without was there
    return decision


def _of_runtime(ran: int, decision: Decision) -> Decision:
    """Return the chance that a runtime does not fail of itself, given how often it ran here."""
    others = OTHERS_WEIGH.likely
    chance = (decision.chance * others + ran) / (others + ran)
    return replace(decision, chance=rounded(chance))


def proven(trials: Iterable[Trial], runtime: str, peak: Callable[[Pool], Interval]) -> float:
    """Return how far a run of a runtime on this device speaks for a load of that `peak`, 0 to 1.

    As far as the load needs no more than one that ran, in each memory that was kept of it; and no
    further than nothing died there that needed no more than the load.

    Source: docs/memory-model.md, 5.
    """
    best = 0.0
    for each in trials:
        if each.ran and each.runtime == runtime:
            reach = _reach(each, peak)
            best = choose(reach > best, reach, best)
    for pool in _FILLED:
        died = history.smallest_that_died(trials, pool)
        if died is not None:
            best = best * (1 - _within(died.needs[pool], peak(pool)))
    return best


def _reach(trial: Trial, peak: Callable[[Pool], Interval]) -> float:
    """Return how far a load lies within what ran, in that memory where it does least."""
    least = 1.0 if any(pool in trial.needs for pool in _FILLED) else 0.0
    for pool in _FILLED:
        if pool in trial.needs:
            within = _within(peak(pool), trial.needs[pool])
            least = choose(within < least, within, least)
    return least


def _of_memory(trials: Iterable[Trial], pool: Pool, need: Interval, decision: Decision) -> Decision:
    chance, known = decision.chance, decision.known
    best = history.largest_that_ran(trials, pool)
    if best is not None:
        within = _within(need, best.needs[pool])
        chance = 1 - (1 - chance) * (1 - within)
        known = known | (within >= 1)
    least = history.smallest_that_died(trials, pool)
    if least is not None:
        reach = _within(least.needs[pool], need)
        chance = chance * (1 - DIED_OF_MEMORY.likely * reach)
        known = known | (reach >= 1)
    chance = choose(decision.failed, decision.chance, rounded(chance))
    return replace(decision, chance=chance, known=known)


def _within(small: Interval, large: Interval) -> float:
    """Return how far every end of one need lies within the same end of another, from 0 to 1.

    >>> from tabfit.units import exactly
    >>> _within(exactly(2), exactly(2)), _within(exactly(2), exactly(1))
    (1.0, 0.0)
    """
    least = 1.0
    pairs = ((small.low, large.low), (small.likely, large.likely), (small.high, large.high))
    for one, other in pairs:
        over = (_NEAR - one / choose(other > 0, other, 1)) / (_NEAR - 1)
        inside = choose(over > 1, 1.0, choose(over < 0, 0.0, over))
        least = choose(inside < least, inside, least)
    return least


def told(pool: Pool | None, trials: tuple[Trial, ...]) -> str | None:
    """Return what was tried here before, as part of a sentence."""
    if pool is None or not trials:
        return None
    ran = history.largest_that_ran(trials, pool)
    died = history.smallest_that_died(trials, pool)
    said = [_one(each, pool) for each in (ran, died) if each is not None]
    return "; ".join(said) or None


def _one(trial: Trial, pool: Pool) -> str:
    need = size(trial.needs[pool])
    if trial.day is None:
        if trial.ran:
            return _("a model of {need} ran here", need=need)
        return _("a model of {need} crashed here", need=need)
    when = day(trial.day)
    if trial.runtime == history.TEST:
        return _("a test of memory ended here at {need} on {day}", need=need, day=when)
    if trial.ran:
        return _("a model of {need} ran here on {day}", need=need, day=when)
    return _("a model of {need} crashed here on {day}", need=need, day=when)
