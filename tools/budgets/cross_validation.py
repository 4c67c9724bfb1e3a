"""Each source judged by rates fitted without it: what the accuracy page shows first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from tabfit.devices import budgets
from tabfit.verdict import failure_rates
from tabfit.verdict.decide import decide, settle
from tabfit.verdict.requirements import Offered
from tools.budgets import failure_fit, memory_fit
from tools.budgets.cases import Case, of, without


def judgements(cases: Sequence[Case], sources: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Yield what is said of every report of some sources, by fits that never saw the source."""
    whole = memory_fit.fit(cases)
    for source in sources:
        rest, own = without(source, cases), of(source, cases)
        budget, rates = memory_fit.refit(whole, rest, own), failure_fit.fit(rest)
        with budgets.FITTED.replaced_by(budget), failure_rates.FITTED.replaced_by(rates):
            yield from (_row(each) for each in own)


def _row(case: Case) -> dict[str, Any]:
    decided = decide(case.required, Offered(case.report.said.device))
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
