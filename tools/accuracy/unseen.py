"""Verdicts on reports that no fit had seen when they were judged."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tests.accuracy.field_judgement import BANDS, banded, left_out_batches
from tests.accuracy.unseen_reports import Batch, batches, blind_scores, drawn_in, scores
from tools.accuracy.document import Claim, Section

_AS_TOLD: Final = "as told"
_ASSUMING: Final = "assuming usual memory"


def unseen() -> Section:
    """Return the section on reports collected after a fit, each batch as it was judged."""
    return Section(
        key="unseen",
        title="Verdicts on reports that nobody had seen",
        about="The honest test, and so the first: reports of threads, articles and result files "
        "that no fit had seen, judged once before they entered the next one "
        "(`python -m tools.budgets FILE`), and kept as they were judged "
        "(`tests/data/unseen_judgement.json`). Hardly any tells its memory, and without it no "
        "chance is given; so each is judged a second time with the memory that such devices "
        "mostly have: 16 GB, 8 on Android and iPads, 6 on iPhones. A score above that of always "
        "saying the share that ran is worse than saying nothing, and what was said was: chances "
        "were too sure of reports from elsewhere. So the ends between which every chance lies "
        "are fitted on what was said of these reports (`tools/budgets/sureness_fit.py`), and the "
        "first table tells each batch between ends that were fitted without it. Which of two the "
        "chance calls likelier was so in six cases of ten. "
        "People write where something failed, so that fewer ran here than among visitors.",
        claims=(_better(), *(claim for each in batches() for claim in _claims(each))),
        tables=(
            _between(),
            _overview(),
            *(table for each in batches() for table in _tables(each)),
        ),
    )


def _better() -> Claim:
    brier, others = blind_scores()
    return Claim(
        "all batches, each between ends fitted without it: better than always saying the share "
        "that ran in the others",
        f"{brier:.3f}, {others:.3f}",
        brier < others,
    )


def _between() -> tuple[tuple[str, ...], ...]:
    """Return one line a batch: how it is told between ends that are fitted without it."""
    heading = (
        "between ends fitted without the batch",
        "reports",
        "least",
        "surest",
        "Brier score",
        "always saying the share that ran in the others",
    )
    lines = (
        (
            ends.date,
            str(len(batch.assuming)),
            f"{ends.least:.2f}",
            f"{ends.surest:.2f}",
            f"{ends.brier:.3f}",
            f"{ends.others:.3f}",
        )
        for batch, ends in zip(batches(), left_out_batches(), strict=True)
    )
    brier, others = blind_scores()
    return (heading, *lines, ("all", str(len(drawn_in())), "", "", f"{brier:.3f}", f"{others:.3f}"))


def _overview() -> tuple[tuple[str, ...], ...]:
    """Return one line a batch: how good the chances were, assuming usual memory."""
    heading = (
        "as it was judged on",
        "reports",
        "ran",
        "Brier score",
        "by the rule before",
        "always saying the share that ran",
        "on the right side",
        "likely and died",
    )
    return (heading, *(_line(each) for each in batches()))


def _line(batch: Batch) -> tuple[str, ...]:
    score, share = scores(batch.assuming)
    ran = sum(each for _chance, each in batch.assuming)
    right = sum((chance >= BANDS[2]) is each for chance, each in batch.assuming)
    before = f"{scores(batch.before)[0]:.3f}" if batch.before else "–"
    count = len(batch.assuming)
    return (
        batch.date,
        str(count),
        str(ran),
        f"{score:.3f}",
        before,
        f"{share:.3f}",
        f"{right / count:.0%}",
        str(len(batch.likely_and_died)),
    )


def _claims(batch: Batch) -> Iterator[Claim]:
    """Yield what must hold of a batch; how good its chances were is told, and stays as it is."""
    wrong = batch.surely_wrong
    yield Claim(
        f"{batch.date}: no *likely* of 0.9 and more that died of memory, a limit or a feature",
        ", ".join(row.report for row in wrong) or "none",
        not wrong,
    )


def _tables(batch: Batch) -> Iterator[tuple[tuple[str, ...], ...]]:
    known = f"{batch.fit['reports']} reports of {batch.fit['sources']} projects known"
    counts = zip(BANDS, banded(batch.told), banded(batch.assuming), strict=True)
    lines = (
        (f"{low:.2f}–{told[1]:.2f}", *_share(told), *_share(assumed))
        for low, told, assumed in counts
    )
    heading = (f"{batch.date}, {known}", _AS_TOLD, "ran", _ASSUMING, "ran")
    yield (heading, *lines, *_scores(batch))
    died = sorted(batch.likely_and_died, key=lambda row: -(row.assuming or 0.0))
    rows = ((row.report, row.kind, f"{row.assuming:.2f}", row.source) for row in died)
    yield ((f"likely, {_ASSUMING}, and died", "of", "chance", "source"), *rows)


def _scores(batch: Batch) -> Iterator[tuple[str, ...]]:
    """Yield the Brier score, and that of always saying the share that ran."""
    told, assumed = scores(batch.told), scores(batch.assuming)
    for number, words in enumerate(("Brier score", "always saying the share that ran")):
        yield words, f"{told[number]:.3f}", "", f"{assumed[number]:.3f}", ""


def _share(band: tuple[float, float, int, int]) -> tuple[str, str]:
    _low, _high, count, ran = band
    return str(count), str(ran)
