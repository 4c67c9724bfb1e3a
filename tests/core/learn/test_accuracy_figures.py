"""What is claimed of accuracy holds, and docs/accuracy.md says what the rows say."""

from __future__ import annotations

import json
from functools import cache

import pytest

from app.components.html import joined
from app.pages.accuracy import control as page
from app.pages.accuracy.view import KINDS
from tabfit.catalog import Catalog
from tabfit.devices.memory_bounds import most_held
from tabfit.learn import accuracy_figures
from tests.accuracy import field_judgement
from tests.accuracy.field_judgement import BANDS, Row
from tests.accuracy.field_reports import reports, rows
from tests.runtimes.chart import pairs
from tools.accuracy import DOCUMENT, SECTIONS, figures, written
from tools.accuracy.document import Section
from tools.accuracy.memory import RECORD
from tools.budgets.cases import cases
from tools.budgets.cross_validation import judged, judgements


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
    known = accuracy_figures.read()
    judge = [pair for pair in pairs(json.loads(RECORD.read_text())) if pair.split == "judge"]

    assert known.judgement.brier == pytest.approx(field_judgement.brier(), abs=1e-5)
    assert known.judgement.told == sum(each.reports for each in known.judgement.bands)
    assert known.judgement.told - known.judgement.right == len(known.judgement.wrong)
    assert {(each.id, each.error, each.inside) for each in known.judged} == {
        (pair.id, pair.error, pair.contained) for pair in judge
    }


def test_the_page_tells_them() -> None:
    """The page has every kind of figure, every judging peak and every report judged wrongly."""
    html = str(page.main(Catalog(), "../")).replace("<no-break>", "").replace("</no-break>", "")
    known = accuracy_figures.read()
    lead = html[: html.index("<h2")]

    assert {each.key for each in known.errors} == set(KINDS)
    assert all(peak.id in html for peak in known.judged)
    assert all(joined(report.name) in html for report in known.judgement.wrong)
    assert "within one percent" in html
    assert lead.index("chances that never saw its source") < lead.index("measured peaks")
    assert f"{known.judgement.right}" in lead[: lead.index("measured peaks")]


def test_every_report_is_asked_or_has_its_reason() -> None:
    """No report is passed over in silence; enough are asked, of both outcomes, to judge by."""
    asked = len(field_judgement.rows())
    left = sum(count for _why, count in field_judgement.left_out())

    assert asked + left == len(rows())
    assert asked >= 250
    assert {row.ran for row in field_judgement.rows()} == {True, False}


def test_each_source_is_judged_by_others() -> None:
    """Leaving a source out and fitting anew gives again what the judgement says of its reports."""
    chosen = ("mlc-ai/web-llm-chat", "ngxson/wllama")
    found = list(judgements(judged(cases()), chosen))
    written = [row for row in field_judgement.rows() if row.project in chosen]

    assert len(found) > 5
    assert sorted(map(str, (Row(**row) for row in found))) == sorted(map(str, written))


def test_bands_hold_every_told_report_once() -> None:
    """Bands touch and reach from 0 to 1."""
    bands = field_judgement.bands()

    assert [low for low, *_rest in bands] == list(BANDS)
    assert [high for _low, high, *_rest in bands] == [*BANDS[1:], 1.0]


def test_where_no_memory_is_told_nothing_is_said() -> None:
    """A computer's report without its memory has no chance either way."""
    unknown = [report for report in reports() if report.probability is None]

    assert unknown
    assert all(report.said.device.ram_bytes is None for report in unknown)


def test_no_report_that_ran_is_near_what_never_runs() -> None:
    """Of every model that ran, the need lies far below what a device holds at most."""
    bounds = [(report, most_held(report.said.device)) for report in reports() if report.ran]
    needs = [
        (check.need.low / most, report.name)
        for report, most in bounds
        for check in report.said.checks
        if check.name == "memory" and check.need is not None and most is not None
    ]

    assert len(needs) > 100
    assert 1 / 3 < max(needs)[0] < 0.4  # a model of 7B on a laptop of 8 GB
