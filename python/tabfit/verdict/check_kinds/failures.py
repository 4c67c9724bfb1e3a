"""Checks of what no limit tells: drivers, runtimes' own faults, address room, wrong output.

Their chances are learnt from people's reports (`failure_rates`); each is always there, and is
named as the reason of a verdict only where it takes *likely* away. The reports that a sentence
counts are those of one group, a chance weighs all of a device's groups: the sentence says both.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import Final

from tabfit.i18n.language import _, later, plural
from tabfit.light_dataclass import dataclass
from tabfit.units import Basis
from tabfit.verdict import chance_text, failure_rates
from tabfit.verdict.check_kinds.kind import CheckKind, Finding
from tabfit.verdict.check_rules import Decision
from tabfit.verdict.failure_rates import Rate
from tabfit.verdict.requirements import Demand, Offered, Requirements


@dataclass(frozen=True, kw_only=True)
class Failure(CheckKind):
    """One kind of failure, with the sentence that says how often it happened."""

    says: Callable[[Rate], str]
    background: bool = True

    def demand(self, required: Requirements) -> Demand | None:
        """Return that it is asked of every load."""
        del required
        return _of_every_load(self.name)

    def decision(self, demand: Demand, required: Requirements, offered: Offered) -> Decision:
        """Return the chance that it does not happen."""
        del demand
        rate = _rate(self.name, required, offered)
        return _decided(1.0 if rate is None else rate.chance)

    def finding(
        self, demand: Demand, required: Requirements, offered: Offered, decision: Decision
    ) -> Finding:
        """Return how often it happened to others, and what all reports together come to."""
        del demand
        rate = _rate(self.name, required, offered)
        said = _(
            "{counted}; our estimate from all reports together: {chance} such devices are spared "
            "that",
            counted="" if rate is None else self.says(rate),
            chance=chance_text.phrase(decision.chance),
        )
        return Finding(have=None, basis=Basis.MEASURED, message=said)


@cache
def _of_every_load(name: str) -> Demand:
    return Demand(name=name, why="")


@cache
def _decided(chance: float) -> Decision:
    return Decision(chance=chance)


def _rate(kind: str, required: Requirements, offered: Offered) -> Rate | None:
    """Return how often a runtime does not fail so on a device, `None` where it cannot."""
    runtime = required.runtime
    look = partial(failure_rates.rate, kind, runtime, required.needs, offered.device)
    return offered.of_runtime(kind, runtime, look)


def _counts(kind: str) -> Callable[[Requirements, Offered], bool]:
    return lambda required, offered: _rate(kind, required, offered) is not None


def _graphics(rate: Rate) -> str:
    """Return which reports a rate of graphics is counted on."""
    if rate.group.endswith(failure_rates.UNTOLD):
        return _("of {reports} reports that name no graphics", reports=rate.reports)
    return plural(
        "of {count} report from such graphics",
        "of {count} reports from such graphics",
        rate.reports,
    )


def _own_faults(rate: Rate) -> str:
    """Return how many ended in a fault of the runtime, and what helps where memory grew."""
    said = plural(
        "of {count} report of this runtime, {died} ended in a fault of its own: an error, "
        "a hang, memory that grew with use",
        "of {count} reports of this runtime, {died} ended in a fault of its own: an error, "
        "a hang, memory that grew with use",
        rate.reports,
        died=rate.died,
    )
    if not rate.grew:
        return said
    return _("{said} ({grew}: in a long session, load the model anew)", said=said, grew=rate.grew)


DRIVER: Final = Failure(
    name=failure_rates.DRIVER,
    title=later("Graphics driver"),
    counts=_counts(failure_rates.DRIVER),
    says=lambda rate: _(
        "{which}, {died} ended with the device lost or its shaders refused",
        which=_graphics(rate),
        died=rate.died,
    ),
)
FAULT: Final = Failure(
    name=failure_rates.FAULT,
    title=later("Faults of the runtime itself"),
    counts=_counts(failure_rates.FAULT),
    says=_own_faults,
)
RESERVE: Final = Failure(
    name=failure_rates.RESERVE,
    title=later("Room among addresses"),
    counts=_counts(failure_rates.RESERVE),
    says=lambda rate: _(
        "WebKit reserves all that a shared memory may grow to, and gives it back late: of "
        "{reports} reports from such phones, {died} ended before the model was read; a page "
        "without cross-origin isolation takes one thread and reserves nothing",
        reports=rate.reports,
        died=rate.died,
    ),
)
WRONG: Final = Failure(
    name=failure_rates.WRONG,
    title=later("Wrong output"),
    counts=_counts(failure_rates.WRONG),
    says=lambda rate: _(
        "{which}, {died} ran and gave wrong output", which=_graphics(rate), died=rate.died
    ),
)
