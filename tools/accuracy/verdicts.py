"""Verdicts: what was said beside what people report."""

from __future__ import annotations

from tabfit.estimate.outcome import Outcome
from tests.accuracy import field_verdicts
from tools.accuracy.document import Claim, Section


def verdicts() -> Section:
    """Return the section on people's reports."""
    reports = field_verdicts.reports()
    wrong = [r.name for r in reports if not r.ran and r.said.verdict.outcome is Outcome.LIKELY]
    share = field_verdicts.right_share()
    told = len(field_verdicts.told())
    brier = field_verdicts.brier_score()
    return Section(
        key="verdicts",
        title="Verdicts against people's reports",
        about="Reports of models that ran or died in a browser on a named device "
        "(`tests/data/field_reports.csv`). What a report does not say is not known: where no "
        "memory is told, neither side is. The budgets are priors with their own reasons "
        "(`python/tabfit/devices/budgets.py`). The first 17 reports were seen when they were set. "
        "The others were first judged unseen: 36 of the 49 that could be told were on the right "
        "side, Brier score 0.192, and three that died were called likely (Transformers.js on two "
        "Android phones of 6 GB and on an iPad). They then informed WebAssembly's room on small "
        "Android phones, what Safari's compiler takes, the likeliest shares of iPhones, Android "
        "phones, Macs and PCs, and how much of a large file wllama holds: what stands here is "
        "a fit to them and no test.",
        claims=(
            Claim("no *likely* where it died", ", ".join(wrong) or "none", not wrong),
            Claim("at least 80 % on the right side", f"{share:.0%} of {told}", share >= 0.8),
            Claim("Brier score (0 perfect, 0.25 says nothing)", f"{brier:.3f}", brier < 0.25),
        ),
        tables=(_confusion(), _reports(), (("left out", "because"), *field_verdicts.left_out())),
    )


def _confusion() -> tuple[tuple[str, ...], ...]:
    reports = field_verdicts.reports()

    def count(outcome: Outcome, *, ran: bool) -> str:
        return str(sum(r.said.verdict.outcome is outcome and r.ran is ran for r in reports))

    lines = (
        ("ran" if ran else "died", *(count(outcome, ran=ran) for outcome in Outcome))
        for ran in (True, False)
    )
    return (("", *(str(outcome) for outcome in Outcome)), *lines)


def _reports() -> tuple[tuple[str, ...], ...]:
    lines = (
        (
            report.name,
            "ran" if report.ran else "died",
            str(report.said.verdict.outcome),
            "–" if report.probability is None else f"{report.probability:.2f}",
            {True: "yes", False: "no", None: "–"}[report.right],
            report.question.note,
            report.row["source"],
        )
        for report in field_verdicts.reports()
    )
    return (("report", "really", "said", "chance", "right side", "asked as", "source"), *lines)
