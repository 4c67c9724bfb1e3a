"""What ran or died on a device before: it moves the chance of what needs as much, and no other."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tabfit.api import estimate, read_device
from tabfit.catalog import read as read_catalog
from tabfit.cli.start import main
from tabfit.compare import comparisons
from tabfit.compare.catalog_requirements import requirements_of
from tabfit.devices import device as devices
from tabfit.devices import history
from tabfit.devices.budgets import Pool
from tabfit.errors import UnreadableDevice
from tabfit.estimate.answers import Answer
from tabfit.estimate.link import read, write
from tabfit.explain.figures import explain_one
from tabfit.units import GB, Interval, exactly
from tabfit.verdict import device_history, sureness
from tabfit.verdict.check_rules import Decision
from tabfit.verdict.constants import DIED_OF_MEMORY

ROOT = Path(__file__).resolve().parents[3]
LAPTOP = {
    "platform": "windows",
    "browser": "chrome",
    "browser_version": 150,
    "ram_bytes": 8 * 2**30,
    "graphics": "integrated",
    "webgpu": {
        "vendor": "intel",
        "shader_f16": True,
        "max_buffer_size": 2**31,
        "max_storage_buffer_binding_size": 2**31 - 4,
        "max_compute_workgroup_storage_size": 32768,
    },
}
SIZES = st.integers(1, 2**36)
NEEDS = st.lists(SIZES, min_size=3, max_size=3).map(lambda ends: Interval(*sorted(ends)))


def answered(*trials: dict[str, Any], **more: Any) -> Answer:
    """Return the answer on a laptop with a past."""
    signals = {**LAPTOP, **more, "history": list(trials)}
    return estimate("gemma-2-2b", runtime="webllm", device=signals)


def trial(answer: Answer, *, ran: bool, share: float = 1.0) -> dict[str, Any]:
    """Return that what an answer is about, or a share of its need, was tried."""
    ends = answer.memory(Pool.PEAK)
    need = [round(share * end) for end in (ends.low, ends.likely, ends.high)]
    return {"ran": ran, "needs": {"peak": need}, "runtime": answer.facts.id, "day": "2026-11-28"}


def chance(answer: Answer) -> float:
    """Return the verdict's chance."""
    assert answer.verdict.probability is not None
    return answer.verdict.probability


def held(answer: Answer) -> float:
    """Return the chance that every check holds, before reports draw it in."""
    least, surest, *_rest = sureness.ends()
    return (chance(answer) - least) / (surest - least)


def test_a_crash_lowers_what_needs_as_much_and_not_the_half_of_it() -> None:
    """Died at N: N has a lower chance, half of N the same, more than N a lower one as well."""
    before = answered()
    same, half = trial(before, ran=False), trial(before, ran=False, share=2)
    small = trial(before, ran=False, share=0.7)

    assert held(answered(same)) < 0.5 * held(before)
    assert chance(answered(half)) == chance(before)
    assert held(answered(small)) < 0.5 * held(before)
    assert "crashed here on 2026-11-28" in answered(same).verdict.sentence


def test_what_ran_here_runs_again() -> None:
    """Ran with N: N is as good as certain in memory, and its runtime fails less of itself."""
    before = answered(ram_bytes=4 * 2**30)
    after = answered(trial(before, ran=True), ram_bytes=4 * 2**30)
    room = next(each for each in after.checks if each.name == "memory")

    assert chance(before) < 0.5
    assert held(after) > 0.8
    assert room.probability == 1
    assert room.have is not None
    assert room.have.low >= after.memory(Pool.PEAK).likely
    assert "ran here on 2026-11-28" in after.verdict.sentence


def test_a_run_here_rises_above_what_reports_of_others_allow() -> None:
    """Up to the end fitted on reports of one device; another runtime's run, or less, does not."""
    before = answered()
    same = trial(before, ran=True)
    found = sureness.ends()
    often = chance(answered(*[same] * 5))
    elsewhere, smaller = {**same, "runtime": "wllama-cpu"}, trial(before, ran=True, share=0.5)

    assert found.surest < often <= found.here
    assert chance(before) < chance(answered(same)) < often
    for weaker in (elsewhere, smaller):
        assert chance(answered(*[weaker] * 5)) <= found.surest


def test_a_crash_takes_back_what_a_run_proved() -> None:
    """What died here with less is no proof for more; what died with much more leaves it."""
    before = answered()
    ran = trial(before, ran=True)
    died, larger = trial(before, ran=False), trial(before, ran=False, share=2)

    assert chance(answered(ran, died)) < chance(before) < chance(answered(ran))
    assert chance(answered(ran, larger)) == chance(answered(ran))
    assert sureness.drawn_in(1.0, 0.0) == sureness.ends().surest
    assert sureness.drawn_in(1.0, 1.0) == sureness.ends().here
    assert sureness.drawn_in(0.0, 1.0) == sureness.ends().least


@pytest.mark.parametrize(("ran", "after"), [(1, 0.6), (3, 0.76), (8, 0.88)])
def test_others_weigh_as_much_as_two_trials(ran: int, after: float) -> None:
    """Two of five elsewhere are 0.8 of two here; with one that ran, 1.8 of three."""
    found = device_history._of_runtime(ran, Decision(chance=0.4))

    assert found.chance == pytest.approx(after)


def test_where_nothing_is_known_the_past_speaks() -> None:
    """A device that tells nothing of its memory: what ran or died there is known all the same."""
    blind: dict[str, Any] = {"ram_bytes": None}
    before = answered(**blind)

    assert before.verdict.probability is None
    assert held(answered(trial(before, ran=True), **blind)) > 0.8
    assert chance(answered(trial(before, ran=False), **blind)) < 0.5
    assert answered(trial(before, ran=True, share=0.5), **blind).verdict.probability is None


@given(need=NEEDS, more=st.tuples(SIZES, SIZES, SIZES), past=NEEDS)
def test_more_need_is_never_further_within(
    need: Interval, more: tuple[int, int, int], past: Interval
) -> None:
    """Raising any end of a need never brings it nearer to what ran, nor further from what died."""
    ends = sorted((need.low + more[0], need.likely + more[1], need.high + more[2]))
    raised = Interval(*ends)

    assert 0 <= device_history._within(raised, past) <= device_history._within(need, past) <= 1
    assert device_history._within(past, raised) >= device_history._within(past, need)
    assert device_history._within(need, need) == 1


def test_a_comparison_knows_the_past() -> None:
    """Every model is judged by the same past: none gains by a crash, some lose."""
    catalog = read_catalog()
    worked_out = requirements_of(catalog)
    died = {"ran": False, "needs": {"peak": [2 * GB] * 3}}

    def chances(*trials: dict[str, Any]) -> dict[tuple[str, ...], float]:
        here = read_device({**LAPTOP, "history": list(trials)})
        rows = comparisons.compare(catalog, here, worked_out)
        return {
            (row.line.model, row.facts.id, row.line.precision): row.probability or 0.0
            for row in rows
        }

    before, after = chances(), chances(died)
    assert all(after[way] <= before[way] for way in before.keys() & after.keys())
    assert sum(after[way] < before[way] for way in before.keys() & after.keys()) > 5


def test_the_share_of_memory_is_that_of_reports() -> None:
    """The share of crashes that are of memory is counted on the field reports."""
    rows = map(json.loads, (ROOT / "tests/data/field_reports.jsonl").read_text().splitlines())
    died = Counter(
        row["kind"] for row in rows if row.get("outcome") == "died" and not row.get("not_asked")
    )
    crashes = {kind: n for kind, n in died.items() if kind not in NO_CRASH}
    memory = sum(crashes.get(kind, 0) for kind in ("memory", "limit", "reserve", "leak"))

    assert memory / sum(crashes.values()) == pytest.approx(DIED_OF_MEMORY.likely, abs=0.06)


NO_CRASH = ("wrong output", "feature", "release")


def test_a_history_is_read_and_written() -> None:
    """It survives being written; what is wrong in it is named."""
    given_ = [{"ran": True, "needs": {"peak": [1, 2, 3]}, "day": "2026-11-28", "model": "x"}]
    here = read_device({"history": given_})
    assert devices.written(here) == {"history": given_}
    assert read(write(read("#v=1&model=gpt2"))).device is None
    wrong: tuple[tuple[object, str], ...] = (
        ("x", "history"),
        ([{"needs": {"peak": [1, 1, 1]}}], "history[0].ran"),
        ([{"ran": True, "needs": {}}], "history[0].needs"),
        ([{"ran": True, "needs": {"ram": [1, 1, 1]}}], "history[0].needs"),
        ([{"ran": True, "needs": {"peak": [2, 1, 3]}}], "history[0].needs.peak"),
        ([{"ran": True, "needs": {"peak": [1, 1, 1]}, "day": "28.11."}], "history[0].day"),
        ([{"ran": True, "needs": {"peak": [1, 1, 1]}, "colour": 1}], "history[0]"),
        ([{"ran": True, "needs": {"peak": [1, 1, 1]}, "browser_version": "x"}], "browser_version"),
        ([{"ran": True, "needs": {"peak": [1, 1, 1]}, "model": 3}], "history[0].model"),
    )
    for bad, where in wrong:
        with pytest.raises(UnreadableDevice) as told:
            read_device({"history": bad})
        assert where in str(told.value)


def test_the_command_line_takes_it(capsys: pytest.CaptureFixture[str]) -> None:
    """`--ran` and `--died` move the verdict; a size that is none is refused in one sentence."""

    def said(*words: str) -> str:
        assert main(["estimate", "gemma-2-2b", "--device", "laptop-8gb-integrated", *words]) == 0
        return re.sub(r"\n  +", " ", capsys.readouterr().out)  # rows may be folded

    assert "ran here" in said("--ran", "3.5GB")
    assert "crashed here" in said("--died", "1200MB")
    assert said("--died", "900GB").splitlines()[0] == said().splitlines()[0]
    assert main(["estimate", "gpt2", "--ran", "much"]) == 2
    assert "--ran is 'much'; a size such as 2.4GB" in capsys.readouterr().err


def test_history_needs_no_pool_that_it_does_not_name() -> None:
    """A trial that tells only of a card says nothing of a tab."""
    told = history.read([{"ran": True, "needs": {"gpu": [5, 5, 5]}}])
    assert history.largest_that_ran(told, Pool.PEAK) is None
    best = history.largest_that_ran(told, Pool.GPU)
    assert best is not None
    assert best.needs["gpu"] == exactly(5)


def test_a_death_is_put_down_once() -> None:
    """With a card of its own, a death counts against what held the most, never against both."""
    card = {
        "graphics": "discrete",
        "vram_bytes": 8 * 2**30,
        "ram_bytes": 16 * 2**30,
        "device_memory": 16,
    }
    before = answered(**card)
    needs = {
        each.value: [need.low, need.likely, need.high]
        for each in (Pool.PAGE, Pool.GPU, Pool.PEAK)
        for need in [before.memory(each)]
    }
    after = answered({"ran": False, "needs": needs}, **card)
    chances = [
        {each.name: each.probability for each in answer.checks} for answer in (before, after)
    ]
    old, new = chances

    assert new["gpu-memory"] == pytest.approx(0.48 * (old["gpu-memory"] or 0), abs=0.001)
    assert new["tab-memory"] == old["tab-memory"]


@pytest.mark.parametrize("ran", [True, False])
def test_the_chance_explains_what_was_tried(ran: bool) -> None:
    """The formula behind the chance gives the chance that is shown, and names the trial."""
    tried = trial(answered(), ran=ran, share=0.95)
    for answer in (answered(tried), answered(tried, ram_bytes=4 * 2**30)):
        found = explain_one(answer, "chance")
        assert found is not None
        assert found.expression.likely == pytest.approx(chance(answer), abs=5.1e-5)
        assert any("2026-11-28" in value.source for value in found.values)
