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

from collections.abc import Sequence
from typing import Final, NamedTuple

from tabfit.light_dataclass import dataclass
from tabfit.runtimes import FilesAlone
from tabfit.runtimes.memory.footprint import Footprint
from tabfit.verdict import check_kinds, device_history
from tabfit.verdict.check_kinds.kind import CheckKind
from tabfit.verdict.check_rules import Decision, together
from tabfit.verdict.constants import LIKELY_FROM
from tabfit.verdict.probability import OUTCOMES, Outcome, choose, place
from tabfit.verdict.requirements import Demand, Offered, Requirements, Setup
from tabfit.verdict.sureness import drawn_in

#: What ranks a reason: a failure and what nobody knows before any chance, and behind every chance
#: a check that is no reason at all.
_FAILED, _UNTOLD, _NO_REASON = -2.0, -1.0, 2.0
#: Of checks that are certain, memory is named: by so little it comes before the others.
_NAMED_FIRST: Final = 1e-9


#: The words with which no chance is said.
WITHOUT_CHANCE: Final = (Outcome.UNKNOWN, Outcome.UNSUPPORTED)


class Decided(NamedTuple):
    """One check: its kind, what was asked, and how it came out."""

    kind: CheckKind
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
        """Return the chance, `None` where there is none to speak of, for a single scenario."""
        return None if self.outcome in WITHOUT_CHANCE else self.chance


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
    found = []
    for kind in check_kinds.KINDS:
        demand = kind.demand(required)
        if demand is not None and demand.applies is not False and kind.counts(required, offered):
            decision = kind.decision(demand, required, offered)
            given = device_history.conditioned(kind, demand, required, offered, decision)
            found.append(Decided(kind, demand, given))
    return tuple(found)


def settle(every: Sequence[Decided]) -> Settled:
    """Return the checks taken together.

    What no browser runtime loads is *unsupported*, and a failure *no*, whatever else holds;
    where a deciding need cannot be compared with anything it is *unknown*; everything else is
    the chance that every check holds.
    """
    failed = untold = nowhere = False
    asked: list[float] = []
    unasked: list[float] = []
    found, because = _NO_REASON, 0.0
    for number, each in enumerate(every):
        applies, decision = each.demand.applies, each.decision
        known, fails = applies & decision.known, applies & decision.failed
        nobody = each.kind.decides and known is not True and applies > known
        held = _or_else(known, decision.chance, 1.0)
        asked.append(_or_else(decision.asked, held, 1.0))
        if decision.asked is not True:
            unasked.append(choose(decision.asked, 1.0, held))
        failed, untold = failed | fails, untold | nobody
        nowhere = nowhere | applies & decision.unsupported
        rank = _reason(each, known, fails, nobody)
        before = rank < found
        found, because = choose(before, rank, found), choose(before, number, because)
    chance = choose(failed, 0.0, drawn_in(together(asked, unasked)))
    word = choose(untold, OUTCOMES.index(Outcome.UNKNOWN), place(chance))
    word = choose(failed, OUTCOMES.index(Outcome.NO), word)
    word = _or_else(nowhere, OUTCOMES.index(Outcome.UNSUPPORTED), word)
    return Settled(place=word, chance=chance, because=because)


def _or_else(condition: bool, value: float, otherwise: float) -> float:  # noqa: FBT001 - it chooses
    """Return what `choose` does, at once where there is nothing to choose."""
    return value if condition is True else choose(condition, value, otherwise)


def _reason(each: Decided, known: bool, fails: bool, nobody: bool) -> float:  # noqa: FBT001
    """Return what ranks a check as the reason: a failure, what nobody knows, the least likely.

    Where all are certain it is the one of memory. Of equals the first is taken.
    """
    chance = each.decision.chance
    if each.kind.background:
        chance = choose(chance >= LIKELY_FROM.likely, 1.0, chance)
    if each.kind.decides:
        chance = chance - _NAMED_FIRST * (chance == 1.0)
    other = _NO_REASON if nobody is False else choose(nobody, _UNTOLD, _NO_REASON)
    rank = _or_else(known, chance, other)
    return rank if fails is False else choose(fails, _FAILED, rank)
