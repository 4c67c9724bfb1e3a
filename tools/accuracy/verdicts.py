"""Verdicts: what was said beside what people report."""

from __future__ import annotations

from tests.accuracy import field_judgement
from tools.accuracy.document import Claim, Section

#: How much better than always saying the base rate the chances must be.
GAIN = 0.05
#: What the Brier score may be at most.
MOST = 0.19


def verdicts() -> Section:
    """Return the section on people's reports."""
    brier, base = field_judgement.brier(), field_judgement.base_rate()
    off, wrong = field_judgement.off_bands(), field_judgement.surely_wrong()
    every = field_judgement.rows()
    sources = len({row.project for row in every})
    threads = len({row.source for row in every})
    return Section(
        key="verdicts",
        title="Verdicts against people's reports",
        about=f"{len(every)} reports from {sources} projects and sites, in {threads} threads, "
        "result files of benchmarks and articles, of models that ran or died in a browser "
        "(`tests/data/field_reports.jsonl`), each judged by chances fitted on the reports of "
        "all other projects and sites (`make budgets`). No figure that judges a report has seen "
        "it; the rules were made by people who had read it, which is why the first section of "
        "this page is the stricter test. What a report does not say is not known: where no "
        "memory is told, there is no chance either way. Trackers gather what failed, and "
        "benchmarks what ran on one good machine: both are kept; the reports of one project "
        "weigh together as the root of their number, its threads alike, older ones less.",
        claims=(
            Claim(f"Brier score at most {MOST} (0 perfect)", f"{brier:.3f}", brier <= MOST),
            Claim(
                f"better by {GAIN} than always saying the base rate",
                f"{base:.3f} less {brier:.3f}",
                base - brier >= GAIN,
            ),
            Claim(
                "in each band the share that ran, give or take 12 in 100",
                "; ".join(off) or "all",
                not off,
            ),
            Claim(
                "no *likely* of 0.9 and more that died of memory, a limit or a feature",
                ", ".join(row.report for row in wrong) or "none",
                not wrong,
            ),
        ),
        tables=(_bands(), _words(), _wrong(), _left_out()),
    )


def _bands() -> tuple[tuple[str, ...], ...]:
    lines = (
        (f"{low:.2f}–{high:.2f}", str(count), str(ran), f"{ran / count:.0%}" if count else "–")
        for low, high, count, ran in field_judgement.bands()
    )
    return (("chance", "reports", "ran", "share"), *lines)


def _words() -> tuple[tuple[str, ...], ...]:
    counts = field_judgement.words()
    lines = (
        ("ran" if at == 0 else "died", *(str(counts[outcome][at]) for outcome in counts))
        for at in (0, 1)
    )
    return (("", *(str(outcome) for outcome in counts)), *lines)


def _wrong() -> tuple[tuple[str, ...], ...]:
    found = [row for row in field_judgement.rows() if row.right is False]
    lines = (
        (row.report, "ran" if row.ran else row.kind, f"{row.probability:.2f}", row.source)
        for row in sorted(found, key=lambda row: -abs((row.probability or 0.0) - row.ran))
    )
    return (("on the wrong side", "really", "chance", "source"), *lines)


def _left_out() -> tuple[tuple[str, ...], ...]:
    rows = ((why, str(count)) for why, count in field_judgement.left_out())
    return (("left out because", "reports"), *rows)
