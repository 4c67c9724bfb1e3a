"""Reports that were judged before any fit had seen them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.accuracy import field_judgement, field_reports, unseen_reports
from tools.budgets import unseen
from tools.budgets.usual_memory import with_usual_memory

REPORT = {
    "source": "nobody/nothing#1",
    "date": "2026-11-30",
    "said": {"device": "a laptop", "model": "gpt2", "runtime": "transformersjs-wasm"},
    "device": {"platform": "linux", "browser": "chrome"},
    "runtime": "transformersjs-wasm",
    "model": "gpt2",
    "outcome": "ran",
    "evidence": "works-for-me",
}


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let reports be taken in elsewhere than among this project's."""
    monkeypatch.setattr(unseen, "JUDGED", tmp_path / "judged.json")
    monkeypatch.setattr(unseen, "REPORTS", tmp_path / "reports.jsonl")
    (tmp_path / "reports.jsonl").write_text('{"about": ""}\n', encoding="utf-8")
    return tmp_path


def written(places: Path, *rows: Mapping[str, object]) -> Path:
    """Return a file of new reports."""
    path = places / "new.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return path


def test_new_reports_are_judged_and_then_among_the_others(places: Path) -> None:
    """What was said is kept beside the day and the fit that said it; the report joins the rest."""
    fit = {"reports": 3, "sources": 2}
    batch = unseen.take_in(written(places, REPORT), fit)
    kept = json.loads((places / "judged.json").read_text(encoding="utf-8"))["batches"]
    _about, *lines = (places / "reports.jsonl").read_text(encoding="utf-8").splitlines()
    sources = [json.loads(line)["source"] for line in lines]

    assert kept == [batch]
    assert (batch["fit"], batch["collected"], batch["rows"][0]["ran"]) == (fit, 1, True)
    assert batch["rows"][0]["probability"] is None
    assert 0.5 < batch["rows"][0]["assuming"] <= 0.97
    assert sources == sorted(sources, key=str.lower)
    assert len(sources) == len(field_reports.rows()) + 1


def test_a_thread_that_is_known_is_refused(places: Path) -> None:
    """A report of a thread that the fit has seen would be no blind test."""
    known = field_reports.rows()[0]["source"]

    with pytest.raises(ValueError, match="known already"):
        unseen.take_in(written(places, {**REPORT, "source": known}), {})
    assert not (places / "judged.json").exists()


def test_only_memory_that_is_not_told_is_assumed() -> None:
    """What a report says stands."""
    told = {"platform": "ios", "ram_bytes": 3 * 2**30}

    assert with_usual_memory(told) == told
    assert with_usual_memory({"graphics": "discrete"})["vram_bytes"] == 8 * 2**30


def test_what_was_judged_unseen_is_in_the_fit_now() -> None:
    """Every judged report is one of this project's reports, with the outcome that it has there."""
    known = {(row["source"], row["outcome"] == "ran") for row in field_reports.rows()}
    every = [row for batch in unseen_reports.batches() for row in batch.rows]

    assert {(row.source, row.ran) for row in every} <= known
    assert all(len(batch.assuming) == len(batch.rows) >= 40 for batch in unseen_reports.batches())
    assert all(batch.collected >= len(batch.rows) for batch in unseen_reports.batches())


def test_bands_hold_every_unseen_report_once() -> None:
    """Of each batch."""
    for batch in unseen_reports.batches():
        counted = field_judgement.banded(batch.assuming)

        assert sum(count for _low, _high, count, _ran in counted) == len(batch.assuming)
        assert sum(ran for *_rest, ran in counted) == sum(ran for _chance, ran in batch.assuming)
