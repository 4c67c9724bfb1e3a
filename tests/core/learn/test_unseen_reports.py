"""Reports that were judged before any fit had seen them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from tabfit.verdict import sureness
from tabfit.verdict.constants import LIKELY_FROM, UNLIKELY_TO
from tests.accuracy import field_judgement, field_reports, unseen_reports
from tools.budgets import same_device, sureness_fit, unseen
from tools.budgets.cases import cases
from tools.budgets.cross_validation import judged
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
    assert all(len(batch.assuming) == len(batch.rows) >= 36 for batch in unseen_reports.batches())
    assert all(batch.collected >= len(batch.rows) for batch in unseen_reports.batches())


@pytest.mark.parametrize("before", [{"least": 0.2, "surest": 0.8}, {"least": 0.0, "surest": 1.0}])
def test_what_was_said_is_drawn_in_between_other_ends(before: dict[str, float]) -> None:
    """A chance lies as far along between the new ends; what a limit ruled out stays at none."""
    least, surest = before["least"], before["surest"]
    chances = (0.0, *((least,) if least else ()), (least + surest) / 2, surest)
    row = unseen_reports.batches()[0].rows[0]
    rows = tuple(replace(row, report=str(each), assuming=each) for each in chances)
    batch = replace(unseen_reports.batches()[0], rows=rows, ends=before)

    found = [chance for chance, _ran in batch.between(0.3, 0.7)]
    assert found == pytest.approx([0.0, 0.3, 0.5, 0.7] if least else [0.0, 0.5, 0.7])


def test_a_batch_is_no_part_of_the_ends_that_tell_it() -> None:
    """Only what others said moves them, and what was said blind counts where it is no thread."""
    found = judged(cases())
    every = [each.unseen for each in found]
    batch = [each for each in every if each.batch == 2]
    turned = [
        replace(each, chance=1 - (each.chance or 0)) if each.batch == 2 else each for each in every
    ]
    written = field_judgement.left_out_batches()

    assert sum(each.batch is not None for each in every) > 180
    assert len([each for each in batch if each.counted and not each.case.of_thread]) > 40
    assert [asdict(each) for each in written] == list(sureness_fit.left_out(every))
    first, _second, third, _fourth = sureness_fit.left_out(turned)
    assert third == asdict(written[2])
    assert first != asdict(written[0])
    _the_upper_end_here_is_of_one_device_each([each.again for each in found if each.again])


def _the_upper_end_here_is_of_one_device_each(again: list[same_device.Again]) -> None:
    """Hold what is said to be fitted to reports of devices with a name and another run."""
    ends = sureness.ends()
    fitted = same_device.fit(again, ends.least)

    assert fitted == {key: getattr(ends, key) for key in fitted}
    assert ends.here_reports > 100
    assert ends.surest < ends.here
    assert all(0 <= each.chance <= 1 for each in again)
    devices = {each.case.report.row["said"]["device"] for each in again}
    assert same_device.UNNAMED not in devices


def test_words_begin_where_reports_say() -> None:
    """The lowest twentieth from which 4 of 5 ran as others judge, and 3 of 5 of those unseen."""
    rows = field_judgement.rows()
    told = [(row.probability, row.ran) for row in rows if row.probability is not None]
    pairs = (told, 0.8), (unseen_reports.drawn_in(), 0.6)

    def ran(chances: unseen_reports.Pairs, least: float, most: float = 1.0) -> float:
        within = [ran for chance, ran in chances if least <= chance <= most]
        return sum(within) / len(within)

    enough = [
        twentieth / 20
        for twentieth in range(10, 16)
        if all(ran(chances, twentieth / 20) >= share for chances, share in pairs)
    ]
    assert enough[0] == LIKELY_FROM.likely
    assert ran(told, 0, UNLIKELY_TO.likely) <= 1 / 4
    assert ran(unseen_reports.drawn_in(), 0, UNLIKELY_TO.likely) <= 1 / 3


def test_bands_hold_every_unseen_report_once() -> None:
    """Of each batch."""
    for batch in unseen_reports.batches():
        counted = field_judgement.banded(batch.assuming)

        assert sum(count for _low, _high, count, _ran in counted) == len(batch.assuming)
        assert sum(ran for *_rest, ran in counted) == sum(ran for _chance, ran in batch.assuming)
