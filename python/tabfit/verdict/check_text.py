"""Checks: each way to fail in words, as a need against what there is.

In: what was decided, of which scenario on which device. Out: one `Check` per way to fail,
with both intervals, an outcome, how it is known and a sentence.
"""

from __future__ import annotations

from collections.abc import Iterable

from tabfit.devices.budgets import Pool
from tabfit.i18n.language import _
from tabfit.light_dataclass import dataclass
from tabfit.units import Basis, Interval
from tabfit.verdict import device_history
from tabfit.verdict.decide import Decided
from tabfit.verdict.probability import Outcome
from tabfit.verdict.requirements import Offered, Requirements


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One way to fail. `probability` is `None` where nothing is known.

    `decides` says whether an unknown here makes the whole verdict unknown; `pool` is
    the memory it is about, if any, and `past` what loads on this device told of it, which
    `message` ends with.
    """

    name: str
    need: Interval | None
    have: Interval | None
    outcome: Outcome
    probability: float | None
    basis: Basis
    message: str
    decides: bool
    pool: Pool | None = None
    past: str | None = None


def worded(every: Iterable[Decided], required: Requirements, offered: Offered) -> tuple[Check, ...]:
    """Return every check in words, hardest failures first, then from least to most probable."""
    return tuple(sorted((_check(each, required, offered) for each in every), key=severity))


def _check(each: Decided, required: Requirements, offered: Offered) -> Check:
    kind, demand, decision = each.kind, each.demand, each.decision
    found = kind.finding(demand, required, offered, decision)
    past = device_history.told(kind.past, offered.device.history)
    said = _("{said}; {past}", said=found.message, past=past) if past else found.message
    return Check(
        name=kind.name,
        need=demand.need if found.need is None else found.need,
        have=found.have,
        outcome=decision.outcome,
        probability=decision.probability,
        basis=found.basis,
        message=said,
        decides=kind.decides,
        pool=kind.pool,
        past=past,
    )


def severity(check: Check) -> tuple[int, float]:
    """Return what sorts checks: failures, what nobody knows, then from least to most likely."""
    unknown = check.probability is None
    order = 0 if check.outcome is Outcome.NO else 1 if unknown and check.decides else 2
    return order, 0.9 if check.probability is None else check.probability
