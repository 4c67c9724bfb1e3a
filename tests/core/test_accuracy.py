"""What is claimed of accuracy holds, and docs/accuracy.md says what the rows say."""

from __future__ import annotations

from functools import cache

import pytest

from tests.accuracy_verdicts import QUESTIONS, reports
from tests.published import table
from tools.accuracy import DOCUMENT, SECTIONS, Section, written


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


def test_every_report_is_asked_or_has_its_reason() -> None:
    """No report is passed over in silence, and no question has lost its report."""
    rows = {(row["device"], row["runtime"], row["model"]) for row in table("field_reports.csv")}

    assert set(QUESTIONS) == rows


def test_where_no_memory_is_told_nothing_is_said() -> None:
    """A Mac's or a desktop's report without its memory has no chance either way."""
    unknown = [report for report in reports() if report.probability is None]

    assert {report.said.device.platform for report in unknown} == {"macos", "windows"}
    assert all(report.said.device.ram_bytes is None for report in unknown)
