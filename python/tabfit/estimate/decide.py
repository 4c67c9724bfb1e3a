"""The one engine: what scenarios need, held against what a device has.

In: `Requirements` and what a device has, `Offered`. Out: `Decided`, one for each check that
is made, and `Settled`, the checks taken together. Numbers and arrays pass through the same
lines: one answer, the rows of a comparison and thousands of a grid's scenarios are judged
here and nowhere else, and `checks` only puts what came out into words.

To add a kind of check, add one record to `check_kinds.KINDS`. It says

    asked      whether a load asks for it, why, and how many bytes (from the runtime's `Needs`,
               its own row of `runtimes.json`, or from the load)
    decision   how that comes out: `check_rules.feature` for what is there or is not,
               `check_rules.within` for a limit, `check_rules.room` for a budget, or a `Decision`
               of its own: a chance below one, `failed` where nothing runs without it, `known`
               false where there is no chance to speak of
    finding    the sentence, what there is and how it is known

and, where they differ from the usual, `decides`, `grows`, `pool` and `counts`. `Feature` and
`Limit` need no method at all. Nothing else changes: answers, comparisons, the catalogue's
requirements and the grid take their kinds from that list. A new signal of a device goes into
`devices.device`, a new declaration of a runtime into `runtimes.needs`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from tabfit.estimate import check_kinds
from tabfit.estimate.check_kinds.kind import Kind
from tabfit.estimate.check_rules import Decision, together
from tabfit.estimate.demands import Demand, Offered, Requirements, Setup
from tabfit.estimate.outcome import OUTCOMES, Outcome, choose, place
from tabfit.runtimes import FilesAlone
from tabfit.runtimes.footprint import Footprint

#: What ranks a reason before any chance: a failure, then what nobody knows.
_FAILED, _UNTOLD = -2.0, -1.0
#: What ranks a check that is no reason at all behind every other.
_NO_REASON: Final = 2.0
#: Of checks that are certain, memory is named: by so little it comes before the others.
_NAMED_FIRST: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Decided:
    """One check: its kind, what was asked, and how it came out."""

    kind: Kind
    demand: Demand
    decision: Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """The checks taken together.

    `place` is where in `OUTCOMES` the word stands, `because` which of the checks decides,
    `chance` the chance that every check holds, which says nothing where the word is
    *unknown*. All of them are arrays where the decisions were.
    """

    place: float
    chance: float
    because: float

    @property
    def outcome(self) -> Outcome:
        """Return the word, for a single scenario."""
        return OUTCOMES[int(self.place)]

    @property
    def probability(self) -> float | None:
        """Return the chance, `None` where nothing is known, for a single scenario."""
        return None if self.outcome is Outcome.UNKNOWN else self.chance


def demands(setup: Setup, *, grows: bool | None = None) -> tuple[Demand, ...]:
    """Return what a load asks of any device, in the order of the kinds.

    `grows` leaves only the demands on which the context has a bearing, or only the others.
    """
    kinds = (each for each in check_kinds.KINDS if grows is None or each.grows is grows)
    asked = (kind.asked(setup) for kind in kinds)
    return tuple(each for each in asked if each is not None)


def requirements(setup: Setup, footprint: Footprint) -> Requirements:
    """Return what a load needs, whatever the device."""
    return Requirements(
        runtime=setup.runtime,
        needs=setup.facts.needs,
        demands={each.name: each for each in demands(setup)},
        peak=footprint.peak_in,
        download=setup.load.stored.download,
        partly=isinstance(setup.runtime, FilesAlone),
    )


def decide(required: Requirements, offered: Offered) -> tuple[Decided, ...]:
    """Return every check that is made of scenarios on a device."""
    asked = ((kind, kind.demand(required)) for kind in check_kinds.KINDS)
    return tuple(
        Decided(kind, demand, kind.decision(demand, required, offered))
        for kind, demand in asked
        if demand is not None and demand.applies is not False and kind.counts(required, offered)
    )


def settle(every: Sequence[Decided]) -> Settled:
    """Return the checks taken together.

    A failure is *no* whatever else holds; where a deciding need cannot be compared with
    anything it is *unknown*; everything else is the chance that every check holds.
    """
    failed, untold = _any(_fails(each) for each in every), _any(_is_untold(each) for each in every)
    chance = choose(failed, 0.0, _together(every))
    word = choose(untold, OUTCOMES.index(Outcome.UNKNOWN), place(chance))
    return Settled(
        place=choose(failed, OUTCOMES.index(Outcome.NO), word),
        chance=chance,
        because=_because(every),
    )


def _any(conditions: Iterable[bool]) -> bool:
    found = False
    for each in conditions:
        found = found | each
    return found


def _fails(each: Decided) -> bool:
    return each.demand.applies & each.decision.failed


def _is_known(each: Decided) -> bool:
    return each.demand.applies & each.decision.known


def _is_untold(each: Decided) -> bool:
    """Return whether nothing is known of what decides."""
    if not each.kind.decides or each.decision.known is True:
        return False
    return each.demand.applies > _is_known(each)


def _together(every: Iterable[Decided]) -> float:
    asked: list[float] = []
    unasked: list[float] = []
    for each in every:
        told, chance = each.decision.asked, choose(_is_known(each), each.decision.chance, 1.0)
        asked.append(choose(told, chance, 1.0))
        if told is not True:
            unasked.append(choose(told, 1.0, chance))
    return together(asked, unasked)


def _because(every: Sequence[Decided]) -> float:
    """Return which check decides: a failure, what nobody knows, or the least likely.

    Where all are certain it is the one of memory. Of equals the first is taken.
    """
    found, at = _NO_REASON, 0.0
    for number, each in enumerate(every):
        rank = _reason(each)
        before = rank < found
        found, at = choose(before, rank, found), choose(before, number, at)
    return at


def _reason(each: Decided) -> float:
    known, chance = _is_known(each), each.decision.chance
    if each.kind.decides:
        chance = chance - _NAMED_FIRST * (chance == 1.0)
    rank = choose(known, chance, choose(_is_untold(each), _UNTOLD, _NO_REASON))
    return choose(_fails(each), _FAILED, rank)
