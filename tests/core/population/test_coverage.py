"""Coverage of a population: every visit counted once, as the estimator judges it."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from tabfit.catalog import Catalog
from tabfit.cli import command_line
from tabfit.devices.device import Device, read
from tabfit.estimate.answers import answer
from tabfit.estimate.scenario import Scenario
from tabfit.estimate.subjects import subject
from tabfit.population.coverage import model_coverage
from tabfit.population.coverage.class_coverage import Coverage, Population
from tabfit.population.coverage.confidence_intervals import wilson
from tabfit.population.visits import csv_visits, sample
from tabfit.population.visits.visit_classes import VisitClass
from tabfit.verdict.probability import Outcome
from tests.core.gate.generated_devices import devices

ROOT = Path(__file__).resolve().parents[3]
CATALOG = Catalog()
WAYS = (
    ("distilbert", "transformersjs-wasm", "q8"),
    ("llama-3.2-1b", "webllm", "q4f16_1"),
    ("llama-3.2-1b", "wllama-webgpu", "q4_k_m"),
    ("gemini-nano", "prompt-api", "builtin"),
    ("bitnet-b1.58-2b", "ideal", "ternary"),  # which no browser runs
)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: "-".join(way))
def test_every_class_is_judged_as_the_estimator_does(way: tuple[str, str, str]) -> None:
    """Of 300 devices made by chance, each seen another number of times, all counts are the same."""
    model, runtime, precision = way
    made = [read(each) for each in devices(300, seed=4)]
    visits = [VisitClass(device=each, country="", count=at) for at, each in enumerate(made, 1)]
    about = subject(model, CATALOG)
    asked = Scenario(model=model, runtime=runtime, precision=precision)
    found = model_coverage.coverage_of(
        *(about, CATALOG.runtime(runtime), precision, Population(visits)),
        unsupported=answer(asked, CATALOG, Device()).unsupported,
    )
    verdicts = [answer(asked, CATALOG, each).verdict for each in made]
    expected = Counter[Outcome]()
    for at, each in enumerate(verdicts, 1):
        expected[each.outcome] += at
    assert found.all.counts == expected
    chances = sum(at * (each.probability or 0) for at, each in enumerate(verdicts, 1))
    assert found.all.chances == pytest.approx(chances)
    for parts in found.by.values():
        assert sum(each.total for each in parts.values()) == found.all.total


def test_what_is_not_known_stands_apart() -> None:
    """Shares are of the visits that can be judged; a platform of none has no likely share."""
    lines = (b"platform,browser,device_memory,visits\n", b"windows,chrome,8,30\n", b",,,70\n")
    found = covered(lines, "distilbert")
    assert (found.all.total, found.all.judged) == (100, 30)
    assert found.all.unknown.share == 0.7
    assert found.all.likely.share == 1
    assert found.by["platform"][""].judged == 0
    assert found.by["platform"][""].chance is None


def covered(lines: tuple[bytes, ...], model: str) -> Coverage:
    """Return the widest coverage of a model."""
    population = Population(csv_visits.read(lines))
    return model_coverage.every_way(subject(model, CATALOG), CATALOG, population)[0]


@pytest.mark.parametrize(
    ("count", "total", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),  # Newcombe 1998, Statistics in Medicine 17:857, table I
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_intervals_are_the_published_ones(count: int, total: int, low: float, high: float) -> None:
    """Newcombe's four examples of the score interval, to their four places."""
    found = wilson(count, total)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


def test_of_nothing_everything_is_possible() -> None:
    """A share of no visits may be any."""
    assert wilson(0, 0) == (0.0, 0.0, 1.0)


def test_the_largest_model_is_the_largest() -> None:
    """No larger model reaches a share that one was named for, and none is named short of it."""
    desk = b"windows,chrome,150,16,adapter,true,true,true,true\n"
    names = b"platform,browser,browser_version,device_memory,webgpu,webgpu_shader_f16,"
    population = Population(
        csv_visits.read((names + b"wasm_threads,wasm_memory64,wasm_jspi\n", desk))
    )
    every = list(model_coverage.reaches(CATALOG, population, "text-generation"))
    assert len(every) > 60
    found = model_coverage.largest(every)[0.9]
    assert found is not None
    larger = every[: every.index(found)]
    assert all((each.model.parameters or 0) >= (found.model.parameters or 0) for each in larger)
    assert all(each.way.all.likely.share < 0.9 for each in larger)
    assert found.way.all.likely.share == 1


def test_the_sample_is_what_its_sources_say() -> None:
    """The sample is that of its sources as they are installed, with licences and a date."""
    subprocess.run(["node", "tools/sample_visits.mjs", "--check"], cwd=ROOT, check=True)
    assert 99_000 < Population(sample.read()).total < 101_000
    told = sample.sources()
    assert "nobody's visitors" in told["what"]
    assert "CC BY 4.0" in told["browsers"]


def test_a_larger_share_of_sample_than_any_other_browser_is_chrome() -> None:
    """StatCounter counts more page views of Chrome than of all others together (2026)."""
    views = Counter[str]()
    for each in sample.read():
        views[each.device.browser or ""] += each.count
    assert views["chrome"] > sum(views.values()) / 2


def test_the_command_line_says_the_same_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    """Text and JSON have the same share, and every way is a way of this model."""
    words = ["coverage", "distilbert", "sample", "--runtime", "transformersjs-wasm"]
    assert command_line.main(words) == 0
    text = capsys.readouterr().out
    assert command_line.main([*words, "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)["models"]
    assert f"likely  {100 * found['likely']['share']:.1f} %" in text
    assert f"{100 * found['unknown']['share']:.1f} % of all" in text
    assert {each["runtime"] for each in found["ways"]} >= {"transformersjs-webgpu"}
