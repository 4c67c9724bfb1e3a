"""Each source judged by rates fitted without it: what the accuracy page shows first.

Twice over: what rates say that never saw a source, or what was said of it before anybody knew it,
is also what the ends of all chances are fitted on (`sureness_fit`), again without the source that
is judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from tabfit.devices import budgets
from tabfit.devices.device import Device
from tabfit.verdict import failure_rates, sureness
from tabfit.verdict.decide import Decided, decide, settle
from tabfit.verdict.probability import Outcome
from tabfit.verdict.requirements import Offered
from tools.budgets import failure_fit, memory_fit, same_device, sureness_fit
from tools.budgets.cases import Case, of, without
from tools.budgets.same_device import Again
from tools.budgets.sureness_fit import Unseen

#: Chances as they are before anything is drawn in.
_AS_THEY_ARE = {"ends": {"least": 0.0, "surest": 1.0, "here": 1.0, "reports": 0}}


class Judged(NamedTuple):
    """A case by rates that never saw its source: every check, and what came of them together.

    The checks are of the device as told, `unseen` of one with the memory that such devices mostly
    have: without any there is no chance, and most reports tell none. Where a report was judged
    before it was known, `unseen` has what was said then. `again` has what is said of it given
    something as large that ran on the same device, where there is such.
    """

    decided: tuple[Decided, ...]
    unseen: Unseen
    again: Again | None = None


def judged(cases: Sequence[Case]) -> list[Judged]:
    """Return every case by fits that never saw its source, before anything is drawn in."""
    whole, runs = memory_fit.fit(cases), same_device.with_runs(cases)
    past = {id(cases[place]): device for place, device in runs.items()}
    found = []
    for source in sorted({each.report.source for each in cases}):
        rest, own = without(source, cases), of(source, cases)
        budget, rates = memory_fit.refit(whole, rest, own), failure_fit.fit(rest)
        with (
            budgets.FITTED.replaced_by(budget),
            failure_rates.FITTED.replaced_by(rates),
            sureness.FITTED.replaced_by(_AS_THEY_ARE),
        ):
            found += [_judged(each, past.get(id(each))) for each in own]
    said = sureness_fit.as_said([each.unseen for each in found])
    return [each._replace(unseen=unseen) for each, unseen in zip(found, said, strict=True)]


def _judged(case: Case, past: Device | None) -> Judged:
    decided = decide(case.required, Offered(case.report.said.device))
    settled = settle(decide(case.required, Offered(case.usual)))
    ruled_out = settled.outcome is Outcome.NO
    unseen = Unseen(case=case, chance=None if ruled_out else settled.probability)
    return Judged(decided, unseen, None if past is None else _again(case, past))


def _again(case: Case, past: Device) -> Again | None:
    settled = settle(decide(case.required, Offered(past)))
    if settled.outcome is Outcome.NO or settled.probability is None:
        return None
    return Again(case=case, chance=settled.probability)


def judgements(every: Sequence[Judged], sources: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Yield what is said of every report of some sources, by fits that never saw the source."""
    for source in sources:
        ends = sureness_fit.fit(
            [each.unseen for each in every if each.unseen.case.report.source != source]
        )
        with sureness.FITTED.replaced_by({"ends": ends}):
            yield from (_row(each) for each in every if each.unseen.case.report.source == source)


def _row(judged: Judged) -> dict[str, Any]:
    case, decided = judged.unseen.case, judged.decided
    verdict = settle(decided)
    return {
        "source": case.report.row["source"],
        "report": case.report.name,
        "runtime": case.report.said.facts.id,
        "ran": case.ran,
        "kind": case.report.kind,
        "outcome": str(verdict.outcome),
        "probability": verdict.probability,
        "because": decided[int(verdict.because)].kind.name if decided else "",
    }
