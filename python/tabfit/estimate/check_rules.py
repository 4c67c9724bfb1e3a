"""Decisions: how each kind of check comes out, in numbers and without a word.

In: what is needed and what there is. Out: a `Decision`, a chance with what is known
of it. `checks` puts it into words. Only arithmetic and comparisons touch a need, so
its ends may be numbers or arrays of numbers: `grid` decides thousands of scenarios
by these very rules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from tabfit.devices.budgets import ANYWHERE
from tabfit.devices.device import Device
from tabfit.estimate.outcome import Outcome, probability, rounded, word
from tabfit.runtimes import needs
from tabfit.units import Bytes, Interval

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
#: What every WebGPU device offers, asked or not (the specification's default limits).
LEAST: Final = {needs.BUFFER: Bytes(256 * 2**20), needs.BINDING: Bytes(128 * 2**20)}
#: A need that fits everywhere, where nothing is known of the memory.
ANYWHERE_CHANCE: Final = 0.95
#: How likely a need is met; `grid` weighs many in one go.
Chance = Callable[[Interval, Interval], float]
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


def choose(condition: bool, yes: float, no: float) -> float:  # noqa: FBT001 - it chooses
    """Return one of two finite numbers; the condition may be an array of truths.

    >>> choose(True, 0.6, 1.0), choose(False, 0.6, 1.0)
    (0.6, 1.0)
    """
    return yes * condition + no * (1 - condition)


def feature(*, there: bool | None, hard: bool) -> Decision:
    """Return the decision on something a device has or has not; `None` where nobody asked."""
    if there is None:
        return Decision(chance=_unasked(hard=hard), asked=False)
    if there:
        return Decision(chance=1.0)
    return Decision(chance=0.0 if hard else WORKED_AROUND, failed=hard)


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


def heap(need: Interval, have: Interval, ceiling: int, weigh: Chance = probability) -> Decision:
    """Return the decision on a WebAssembly memory, which ends at a ceiling."""
    failed = need.low > ceiling
    return Decision(chance=choose(failed, 0.0, weigh(need, have)), failed=failed)


def room(need: Interval, have: Interval | None, weigh: Chance = probability) -> Decision:
    """Return the decision on memory; where none is known, only what fits anywhere has a chance."""
    if have is None:
        return Decision(chance=ANYWHERE_CHANCE, known=need.high <= ANYWHERE)
    return Decision(chance=weigh(need, have))


def storage(need: Interval, have: Interval | None, weigh: Chance = probability) -> Decision:
    """Return the decision on the room to keep a download."""
    if have is None:
        return Decision(chance=1.0, known=False)
    chance = weigh(need, have)
    return Decision(chance=choose(chance < LEAST_STORAGE, LEAST_STORAGE, chance))


def told(name: str, device: Device, own: int | None = None) -> int | None:
    """Return the limit that a device states for a demand, or the runtime's own."""
    if name == needs.FILE:
        return own
    adapter = device.adapter
    if adapter is None:
        return None
    buffer, binding = adapter.max_buffer_size, adapter.max_storage_buffer_binding_size
    if name == needs.ADVISED:
        return None if buffer is None or binding is None else min(buffer, binding)
    return buffer if name == needs.BUFFER else binding


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
