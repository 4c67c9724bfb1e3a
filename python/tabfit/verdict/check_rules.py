"""The rules of checks: how a need compares with what there is, without a word.

In: what is needed and what there is. Out: a `Decision`, a chance with what is known
of it. Only arithmetic and comparisons touch a need, so its ends may be numbers or
arrays of numbers, and `hard` a truth or an array of truths. `check_kinds` says which
rule decides which check.
"""

from __future__ import annotations

from tabfit.devices.budgets import ANYWHERE
from tabfit.light_dataclass import dataclass, replace
from tabfit.units import Interval
from tabfit.verdict.constants import (
    ANYWHERE_CHANCE,
    LEAST_STORAGE,
    NEAR_LIMIT,
    UNASKED,
    UNLIKELY_TO,
    WORKED_AROUND,
)
from tabfit.verdict.probability import Outcome, choose, probability, word


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """How a check comes out.

    `failed` says that nothing runs without it; `asked` that somebody asked the browser;
    `known` that there is a chance at all; `unsupported` that no device would help; `proven` how
    far what ran on this device shows that nothing unseen stands in the way, from 0 to 1; `None`
    where the check has no say in that.
    """

    chance: float
    failed: bool = False
    asked: bool = True
    known: bool = True
    unsupported: bool = False
    proven: float | None = None

    @property
    def outcome(self) -> Outcome:
        """Return the word, for a single decision."""
        if self.unsupported:
            return Outcome.UNSUPPORTED
        if self.failed:
            return Outcome.NO
        return word(self.chance) if self.asked and self.known else Outcome.UNKNOWN

    @property
    def probability(self) -> float | None:
        """Return the chance, `None` where nothing is known, for a single decision."""
        return self.chance if self.known else None


def feature(*, there: bool | None, hard: bool, share: float = UNASKED.likely) -> Decision:
    """Return the decision on something a device has or has not.

    `None` where nobody asked: `share` of such devices have it.
    """
    if there is None:
        return Decision(chance=_unasked(share, hard=hard), asked=False)
    if there:
        return Decision(chance=1.0)
    return Decision(chance=choose(hard, 0.0, WORKED_AROUND.likely), failed=hard)


def _unasked(share: float, *, hard: bool) -> float:
    return choose(hard, share, share + (1 - share) * WORKED_AROUND.likely)


def within(
    need: Interval, limit: int | None, *, hard: bool, least: int = 0, near: float = 1.0
) -> Decision:
    """Return the decision on bytes against a limit that a browser states exactly.

    Where it states none, `least` is what every device offers. Above the share `near` of the
    limit it is met by half of those who try.
    """
    if limit is None:
        met = need.high <= least
        return Decision(chance=choose(met, 1.0, _unasked(UNASKED.likely, hard=hard)), asked=met)
    failed = (need.low > limit) & hard
    missed = choose(failed, 0.0, WORKED_AROUND.likely)
    inside = choose(need.likely > limit * near, NEAR_LIMIT.likely, 1.0)
    return Decision(chance=choose(need.likely <= limit, inside, missed), failed=failed)


def heap(need: Interval, have: Interval, ceiling: int) -> Decision:
    """Return the decision on a WebAssembly memory, which ends at a ceiling."""
    failed = need.low > ceiling
    return Decision(chance=choose(failed, 0.0, probability(need, have)), failed=failed)


def room(need: Interval, have: Interval | None, most: int | None = None) -> Decision:
    """Return the decision on memory; where none is known, only what fits anywhere has a chance.

    `most` is what the device can hold at all: what surely needs more never runs.
    """
    if have is None:
        return Decision(chance=ANYWHERE_CHANCE.likely, known=need.high <= ANYWHERE.exact)
    if most is None:
        return Decision(chance=probability(need, have))
    failed = need.low > most
    return Decision(chance=choose(failed, 0.0, probability(need, have)), failed=failed)


def at_least(decision: Decision) -> Decision:
    """Return the decision where more is needed than was weighed: only *unlikely* still stands."""
    return replace(decision, known=decision.known & (decision.chance <= UNLIKELY_TO.likely))


def storage(need: Interval, have: Interval | None) -> Decision:
    """Return the decision on the room to keep a download."""
    if have is None:
        return Decision(chance=1.0, known=False)
    chance, least = probability(need, have), LEAST_STORAGE.likely
    return Decision(chance=choose(chance < least, least, chance))
