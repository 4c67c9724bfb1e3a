"""The page's figures of accuracy: the rows of the document, counted and cut short, as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable
from statistics import median
from typing import Any, Final

from tabfit.learn.accuracy_figures import PLACE, WITHIN
from tests.accuracy import field_judgement, unseen_reports
from tests.runtimes.chart import Pair, pairs
from tools.accuracy.document import SHOWN, Section, ordered
from tools.accuracy.memory import RECORD

__all__ = ["PLACE", "written"]

#: Errors are kept to so many places: a ten-thousandth of a percent.
PLACES: Final = 6


def written(sections: Iterable[Section]) -> str:
    """Return the figures as JSON, one row a line."""
    record = json.loads(RECORD.read_text(encoding="utf-8"))
    lines = [
        f'"measured_on": {json.dumps(record["measured_on"])}',
        f'"versions": {json.dumps(record["versions"])}',
        f'"errors": {_listed(_errors(each) for each in sections if each.rows)}',
        f'"peaks": {_listed(_peak(each) for each in _by_error(pairs(record)))}',
        f'"graphics": {_listed(_peak(each) for each in _by_error(pairs(record, "gpu")))}',
        f'"blind": {json.dumps(_blind())}',
        f'"judgement": {json.dumps(_judgement(), ensure_ascii=False)}',
        f'"left_out": {_listed(list(each) for each in field_judgement.left_out())}',
    ]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _listed(rows: Iterable[Any]) -> str:
    return "[\n  " + ",\n  ".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n]"


def _errors(section: Section) -> dict[str, Any]:
    sizes = [abs(row.error) for row in section.rows]
    return {
        "key": section.key,
        "rows": len(sizes),
        "median": round(median(sizes), PLACES),
        "worst": round(max(sizes), PLACES),
        "inside": sum(row.inside for row in section.rows),
        "within": [sum(size <= most for size in sizes) for most in WITHIN],
        "furthest": [
            [row.model, row.recipe, row.likely, row.truth, row.inside]
            for row in ordered(section.rows)[:SHOWN]
        ],
    }


def _by_error(found: Iterable[Pair]) -> list[Pair]:
    return sorted(found, key=lambda pair: (pair.split, -abs(pair.error), pair.id))


def _peak(pair: Pair) -> list[Any]:
    return [pair.id, pair.split == "judge", pair.measured, pair.low, pair.likely, pair.high]


def _blind() -> dict[str, Any]:
    """Return how the reports came out that were judged before anybody had read them."""
    brier, others = unseen_reports.blind_scores()
    return {
        "reports": len(unseen_reports.drawn_in()),
        "brier": round(brier, PLACES),
        "others": round(others, PLACES),
    }


def _judgement() -> dict[str, Any]:
    """Return how the reports were judged, each without its source; the wrong ones one by one."""
    every = field_judgement.rows()
    told = [row for row in every if row.probability is not None]
    return {
        "reports": len(every),
        "sources": len({row.source for row in every}),
        "told": len(told),
        "right": sum(row.right is True for row in told),
        "brier": round(field_judgement.brier(), PLACES),
        "base_rate": round(field_judgement.base_rate(), PLACES),
        "bands": [list(band) for band in field_judgement.bands()],
        "words": {str(word): list(pair) for word, pair in field_judgement.words().items()},
        "wrong": [_report(row) for row in told if not row.right],
    }


def _report(row: field_judgement.Row) -> list[Any]:
    chance = round(row.probability or 0.0, 2)
    return [row.report, row.ran, row.outcome, chance, row.kind, row.source]
