"""The rules of checks: how a need compares with what there is, without a word.

In: what is needed and what there is. Out: a `Decision`, a chance with what is known
of it. Only arithmetic and comparisons touch a need, so its ends may be numbers or
arrays of numbers, and `hard` a truth or an array of truths. `check_kinds` says which
rule decides which check.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from tabfit.devices.budgets import ANYWHERE
from tabfit.estimate.outcome import UNLIKELY_TO, Outcome, choose, probability, rounded, word
from tabfit.units import Interval

#: The chance given to a feature that nobody asked the browser about: current browsers mostly
#: have it (WebGPU reaches about 85 % of visitors, caniuse, July 2026), so it lowers, not decides.
UNASKED: Final = 0.85
#: A limit that a runtime works around, at a cost, when it is not met.
WORKED_AROUND: Final = 0.6
#: A browser whose compiler a runtime overtaxes. WebKit optimises ONNX Runtime's larger build with
#: 1 GB of memory and more, and has ended phones' tabs over it (onnxruntime issue 26827,
#: transformers.js issue 1242); Transformers.js avoided that build there until version 4.3, which
#: was tried on iOS and macOS 26 and ran (its pull request 1700).
STRAINED: Final = 0.7
#: A need that fits everywhere, where nothing is known of the memory.
ANYWHERE_CHANCE: Final = 0.95
#: Browsers say too little of storage to rule a download out.
LEAST_STORAGE: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """How a check comes out.

    `failed` says that nothing runs without it; `asked` that somebody asked the browser;
    `known` that there is a chance at all.
    """

    chance: float
    failed: bool = False
    asked: bool = True
    known: bool = True

    @property
    def outcome(self) -> Outcome:
        """Return the word, for a single decision."""
        if self.failed:
            return Outcome.NO
        return word(self.chance) if self.asked and self.known else Outcome.UNKNOWN

    @property
    def probability(self) -> float | None:
        """Return the chance, `None` where nothing is known, for a single decision."""
        return self.chance if self.known else None


def feature(*, there: bool | None, hard: bool) -> Decision:
    """Return the decision on something a device has or has not; `None` where nobody asked."""
    if there is None:
        return Decision(chance=_unasked(hard=hard), asked=False)
    if there:
        return Decision(chance=1.0)
    return Decision(chance=choose(hard, 0.0, WORKED_AROUND), failed=hard)


def _unasked(*, hard: bool) -> float:
    return choose(hard, UNASKED, UNASKED + (1 - UNASKED) * WORKED_AROUND)


def within(need: Interval, limit: int | None, *, hard: bool, least: int = 0) -> Decision:
    """Return the decision on bytes against a limit that a browser states exactly.

    Where it states none, `least` is what every device offers.
    """
    if limit is None:
        met = need.high <= least
        return Decision(chance=choose(met, 1.0, _unasked(hard=hard)), asked=met)
    failed = (need.low > limit) & hard
    missed = choose(failed, 0.0, WORKED_AROUND)
    return Decision(chance=choose(need.likely <= limit, 1.0, missed), failed=failed)


def heap(need: Interval, have: Interval, ceiling: int) -> Decision:
    """Return the decision on a WebAssembly memory, which ends at a ceiling."""
    failed = need.low > ceiling
    return Decision(chance=choose(failed, 0.0, probability(need, have)), failed=failed)


def room(need: Interval, have: Interval | None) -> Decision:
    """Return the decision on memory; where none is known, only what fits anywhere has a chance."""
    if have is None:
        return Decision(chance=ANYWHERE_CHANCE, known=need.high <= ANYWHERE.exact)
    return Decision(chance=probability(need, have))


def at_least(decision: Decision) -> Decision:
    """Return the decision where more is needed than was weighed: only *unlikely* still stands."""
    return replace(decision, known=decision.known & (decision.chance <= UNLIKELY_TO))


def storage(need: Interval, have: Interval | None) -> Decision:
    """Return the decision on the room to keep a download."""
    if have is None:
        return Decision(chance=1.0, known=False)
    chance = probability(need, have)
    return Decision(chance=choose(chance < LEAST_STORAGE, LEAST_STORAGE, chance))


def together(asked: Iterable[float], unasked: Iterable[float]) -> float:
    """Return the chance that every check holds.

    They fail for different reasons, so their chances multiply. What nobody asked the browser
    about fails for one reason, an old browser or adapter, and counts once.
    """
    chance, least = 1.0, 1.0
    for each in asked:
        chance = chance * each
    for each in unasked:
        least = choose(each < least, each, least)
    return rounded(chance * least)
