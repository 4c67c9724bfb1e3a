"""The one engine: what scenarios need, held against what a device has.

In: `Requirements` and what a device has, `Offered`. Out: `Decided`, one for each check that
is made, and `Settled`, the checks taken together. Numbers and arrays pass through the same
lines: one answer, the rows of a comparison and thousands of a grid's scenarios are judged
here and nowhere else, and `check_text` only puts what came out into words.

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
`devices.device`, a new declaration of a runtime into `runtimes.browser_needs`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from tabfit.light_dataclass import dataclass
from tabfit.runtimes import FilesAlone
from tabfit.runtimes.memory.footprint import Footprint
from tabfit.verdict import check_kinds, device_history
from tabfit.verdict.check_kinds.kind import CheckKind
from tabfit.verdict.check_rules import Decision
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


class Gathered:
    """Checks taken together one after the other: numbers, or arrays with a place for each scenario.

    `asked` is the chance that all hold of which somebody asked the browser: they fail for
    different reasons, so their chances multiply. What nobody asked about fails for one reason, an
    old browser or adapter, and counts once: `unasked` is the least. `failed` says that nothing
    runs, `untold` that a deciding need cannot be compared with anything, `nowhere` that no browser
    runtime loads the model, `proven` how far a run on the same device speaks for this one.
    """

    __slots__ = ("asked", "failed", "nowhere", "proven", "unasked", "untold")

    def __init__(
        self,
        asked: float = 1.0,
        unasked: float = 1.0,
        failed: bool = False,  # noqa: FBT001, FBT002 - or an array of truths
        untold: bool = False,  # noqa: FBT001, FBT002
        nowhere: bool = False,  # noqa: FBT001, FBT002
    ) -> None:
        """Start with what is given, without any check."""
        self.asked, self.unasked = asked, unasked
        self.failed, self.untold, self.nowhere = failed, untold, nowhere
        self.proven = 0.0

    def add(self, decision: Decision, *, applies: bool, decides: bool) -> None:
        """Take a check that applies to all, or to those places where `applies` is true."""
        known = applies & decision.known
        held = _or_else(known, decision.chance, 1.0)
        self.asked = self.asked * _or_else(decision.asked, held, 1.0)
        if decision.asked is not True:
            each = choose(decision.asked, 1.0, held)
            self.unasked = choose(each < self.unasked, each, self.unasked)
        self.failed = self.failed | applies & decision.failed
        self.nowhere = self.nowhere | applies & decision.unsupported
        if decision.proven is not None:
            self.proven = self.proven + _or_else(applies, decision.proven, 0.0)
        if decides and known is not True:
            self.untold = self.untold | (applies > known)

    def join(self, other: Gathered) -> None:
        """Take other checks of the same scenarios."""
        self.asked = self.asked * other.asked
        self.unasked = choose(other.unasked < self.unasked, other.unasked, self.unasked)
        self.failed = self.failed | other.failed
        self.untold = self.untold | other.untold
        self.nowhere = self.nowhere | other.nowhere
        self.proven = self.proven + other.proven

    def result(self) -> tuple[float, float]:
        """Return where in `OUTCOMES` the word stands, and the chance.

        What no browser runtime loads is *unsupported*, and a failure *no*, whatever else holds;
        where a deciding need cannot be compared with anything it is *unknown*; everything else is
        the chance that every check holds.
        """
        chance = choose(self.failed, 0.0, drawn_in(self.asked * self.unasked, self.proven))
        word = choose(self.untold, OUTCOMES.index(Outcome.UNKNOWN), place(chance))
        word = choose(self.failed, OUTCOMES.index(Outcome.NO), word)
        return choose(self.nowhere, OUTCOMES.index(Outcome.UNSUPPORTED), word), chance


def settle(every: Sequence[Decided]) -> Settled:
    """Return the checks taken together."""
    gathered = Gathered()
    found, because = _NO_REASON, 0.0
    for number, each in enumerate(every):
        applies, decision = each.demand.applies, each.decision
        gathered.add(decision, applies=applies, decides=each.kind.decides)
        rank = _reason(each)
        before = rank < found
        found, because = choose(before, rank, found), choose(before, number, because)
    word, chance = gathered.result()
    return Settled(place=word, chance=chance, because=because)


def _or_else(condition: bool, value: float, otherwise: float) -> float:  # noqa: FBT001 - it chooses
    """Return what `choose` does, at once where there is nothing to choose."""
    return value if condition is True else choose(condition, value, otherwise)


def _reason(each: Decided) -> float:
    """Return what ranks a check as the reason: a failure, what nobody knows, the least likely.

    Where all are certain it is the one of memory. Of equals the first is taken.
    """
    applies, chance = each.demand.applies, each.decision.chance
    known, fails = applies & each.decision.known, applies & each.decision.failed
    if each.kind.background:
        chance = choose(chance >= LIKELY_FROM.likely, 1.0, chance)
    if each.kind.decides:
        chance = chance - _NAMED_FIRST * (chance == 1.0)
    nobody = each.kind.decides and known is not True and applies > known
    other = _NO_REASON if nobody is False else choose(nobody, _UNTOLD, _NO_REASON)
    rank = _or_else(known, chance, other)
    return rank if fails is False else choose(fails, _FAILED, rank)
