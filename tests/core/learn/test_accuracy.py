"""What is claimed of accuracy holds, and docs/accuracy.md says what the rows say."""

from __future__ import annotations

import json
from functools import cache

import pytest

from app.pages.accuracy import control as page
from app.pages.accuracy.view import KINDS
from tabfit.catalog import Catalog
from tabfit.learn import accuracy
from tests.accuracy.field_questions import QUESTIONS, key
from tests.accuracy.field_verdicts import brier_score, reports, right_share
from tests.accuracy.published import table
from tests.runtimes.chart import pairs
from tools.accuracy import DOCUMENT, SECTIONS, figures, written
from tools.accuracy.document import Section
from tools.accuracy.memory import RECORD


@cache
def _sections() -> tuple[Section, ...]:
    return tuple(section() for section in SECTIONS)


@pytest.mark.parametrize("number", range(len(SECTIONS)), ids=[s.__name__ for s in SECTIONS])
def test_what_is_claimed_holds(number: int) -> None:
    """Every claim of a section holds, from the rows themselves."""
    section = _sections()[number]
    failed = [f"{claim.asked}: {claim.found}" for claim in section.claims if not claim.holds]

    assert section.claims
    assert failed == []


def test_the_page_is_what_the_rows_say() -> None:
    """docs/accuracy.md is what `make accuracy` writes; run it when this fails."""
    assert DOCUMENT.read_text(encoding="utf-8") == written(_sections())


def test_the_pages_figures_are_what_the_rows_say() -> None:
    """The page of accuracy shows what `make accuracy` counted; run it when this fails."""
    assert figures.PLACE.read_text(encoding="utf-8") == figures.written(_sections())


def test_the_pages_figures_are_read_back() -> None:
    """What is read has the score, the right side and the peaks that the rows themselves give."""
    known = accuracy.read()
    judge = [pair for pair in pairs(json.loads(RECORD.read_text())) if pair.split == "judge"]

    assert accuracy.brier(known.told) == pytest.approx(brier_score(), abs=0.005)
    assert sum(each.right is True for each in known.told) == right_share() * len(known.told)
    assert {(each.id, each.error, each.inside) for each in known.judged} == {
        (pair.id, pair.error, pair.contained) for pair in judge
    }


def test_the_page_tells_them() -> None:
    """The page has every kind of figure, every judging peak and every report."""
    html = page.main(Catalog(), "../")
    known = accuracy.read()

    assert {each.key for each in known.errors} == set(KINDS)
    assert all(peak.id in html for peak in known.judged)
    assert all(report.name in html for report in known.reports)
    assert "within one percent" in html


def test_every_report_is_asked_or_has_its_reason() -> None:
    """No report is passed over in silence, and no question has lost its report."""
    rows = {key(row) for row in table("field_reports.csv")}

    assert set(QUESTIONS) == rows


def test_where_no_memory_is_told_nothing_is_said() -> None:
    """A computer's report without its memory has no chance either way."""
    unknown = [report for report in reports() if report.probability is None]

    assert {report.said.device.platform for report in unknown} == {"linux", "macos", "windows"}
    assert all(report.said.device.ram_bytes is None for report in unknown)
