"""A model on a device has one download, peak, verdict and chance in every place that says them.

The page's card, its menus, its chips of common devices and its copied text; Compare's row; the
command line's text and JSON; coverage, which judges by the rules that gates are made of; and what
other sites read under api/v1/.
"""

from __future__ import annotations

import json
import re
from functools import cache
from html import unescape
from typing import Any, Final

import pytest

from app.components.labels import SHORT, between, bytes_, gigabytes
from app.components.verdict import common_devices
from app.pages.answer import view
from app.pages.compare import models_on_device
from app.respond import respond
from tabfit.catalog import Catalog
from tabfit.cli.start import main
from tabfit.compare import run_requirements
from tabfit.compare.catalog_requirements import requirements_of_model
from tabfit.compare.comparisons import Judge, reported
from tabfit.compare.smallest_device import least_memory
from tabfit.devices.budgets import Pool
from tabfit.devices.device import Device, read
from tabfit.estimate.answers import Answer, answer
from tabfit.estimate.scenario import Scenario
from tabfit.estimate.subjects import subject
from tabfit.gate.rules import needs_json
from tabfit.i18n.size_text import size
from tabfit.population.coverage import model_coverage
from tabfit.population.coverage.class_coverage import Population
from tabfit.population.visits.visit_classes import VisitClass
from tabfit.units import exactly
from tabfit.verdict import chance_text
from tools.dist.data.public_data import badge

CATALOG: Final = Catalog()
WAYS: Final = (
    ("distilbert", "transformersjs-wasm", "q8"),
    ("whisper-base", "transformersjs-wasm", "q8"),
    ("llama-3.2-1b", "webllm", "q4f16_1"),
    ("llama-3.1-70b", "webllm", "q3f16_1"),  # which no phone holds
    ("qwen2.5-0.5b", "wllama-cpu", "q4_k_m"),
    ("gemma-2b", "mediapipe", "int4"),
)
DEVICES: Final = ("iphone-13", "pixel-8-pro", "laptop-8gb-integrated")


@pytest.fixture(params=[(*way, device) for way in WAYS for device in DEVICES], ids=" ".join)
def given(request: pytest.FixtureRequest) -> Answer:
    """Return the answer that every other place is held to."""
    model, runtime, precision, device = request.param
    return answered(model, runtime, precision, device)


@cache
def answered(model: str, runtime: str, precision: str, device: str) -> Answer:
    """Return the answer to one question."""
    asked = Scenario(model=model, runtime=runtime, precision=precision, device=device)
    return answer(asked, CATALOG, Device())


def form(given: Answer) -> dict[str, Any]:
    """Return the page's form for a question."""
    asked = given.scenario
    told = {"model": asked.model, "runtime": asked.runtime, "precision": asked.precision}
    return {**told, "device": asked.device}


def plain(html: str) -> str:
    """Return the words of HTML."""
    return re.sub(r"\s+", " ", unescape(re.sub("<[^>]+>", " ", html)))


def chance_of(given: Answer) -> str | None:
    """Return the chance as it is said, `None` where none is."""
    chance = given.verdict.open_chance
    return None if chance is None else chance_text.said(chance)


def consequence(given: Answer) -> str:
    """Return what a list says of a choice."""
    return f"{bytes_(given.download.likely)} · {SHORT[given.verdict.outcome]}"


def test_the_page(given: Answer) -> None:
    """The card, the text that is copied and both menus say the answer's own."""
    parts = json.loads(respond(json.dumps({"form": form(given), "changed": ["precision"]})))
    parts = parts["parts"]
    card, copied = parts["answer"].split("<pre", 1)
    said, lines = plain(card), unescape(copied.split("</pre>")[0])
    download, peak = bytes_(given.download.likely), between(given.memory(Pool.PEAK))
    assert f'class="verdict {given.verdict.outcome}"' in card
    assert f" {download} download" in said
    assert f" {peak} memory at peak" in said
    assert {f"download: {download}", f"memory at peak: {peak}"} <= set(lines.splitlines())
    chance = chance_of(given)
    assert (chance is None) == ("in 100" not in said.split("What decides")[0])
    if chance is not None:
        assert re.sub(r" +", " ", chance) in said
        assert chance in lines.splitlines()
    for name, chosen in (("precision", given.scenario.precision), ("runtime", given.facts.id)):
        options = dict(
            re.findall(r'<option value="([^"]*)"[^>]*>(.*?)</option>', parts[f"choose-{name}"])
        )
        assert unescape(options[str(chosen)]).endswith(consequence(given)), name


def test_the_command_line(given: Answer, capsys: pytest.CaptureFixture[str]) -> None:
    """Its text and its JSON say the answer's own."""
    asked = given.scenario
    words = ("estimate", asked.model, "--runtime", given.facts.id, "--precision")
    command = (*words, str(asked.precision), "--device", str(asked.device))
    assert main(command) == 0
    text = capsys.readouterr().out
    assert re.search(rf"^download +{re.escape(size(given.download))} ", text, re.MULTILINE)
    assert re.search(rf"^memory +{re.escape(size(given.memory(Pool.PEAK)))} ", text, re.MULTILINE)
    assert f"\n{given.verdict.words}: " in text
    chance = chance_of(given)
    assert chance is None or chance in text.splitlines()
    assert (chance is None) == ("By our estimate" not in text)

    assert main((*command, "--json")) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["download"]["bytes"] == given.download.likely
    assert told["memory"]["peak"]["likely"] == given.memory(Pool.PEAK).likely
    assert told["verdict"]["outcome"] == given.verdict.outcome
    assert told["verdict"]["probability"] == given.verdict.probability


def test_compare(given: Answer) -> None:
    """Its row, as a table's and as JSON, has the answer's own."""
    here = read(CATALOG.device(str(given.scenario.device)).device)
    line = next(
        each
        for each in requirements_of_model(given.scenario.model, CATALOG)
        if (each.runtime, each.precision.lower()) == (given.facts.id, given.scenario.precision)
    )
    row = Judge(CATALOG, here).row(line)
    told = reported(row, CATALOG, str(given.scenario.device))
    assert (told["outcome"], told["probability"]) == (
        given.verdict.outcome,
        given.verdict.probability,
    )
    assert told["download_bytes"] == given.download.likely
    assert told["peak_bytes"] == given.memory(Pool.PEAK).likely
    said = plain(models_on_device.row(row, CATALOG, given.scenario.device, picked=False))
    assert f"{bytes_(given.download.likely)} {between(given.memory(Pool.PEAK))} " in said
    assert f" {SHORT[given.verdict.outcome]} " in said


def test_coverage(given: Answer) -> None:
    """A population of one such device comes to its verdict and chance."""
    here = read(CATALOG.device(str(given.scenario.device)).device)
    one = Population([VisitClass(device=here, country="", count=1)])
    found = model_coverage.coverage_of_answer(given, one)
    assert found.download.likely == given.download.likely
    assert dict(found.all.counts) == {given.verdict.outcome: 1}
    assert found.all.chances == pytest.approx(given.verdict.probability or 0)
    every = model_coverage.every_way(given.subject, CATALOG, one, given.context)
    same = [
        each for each in every if (each.runtime, each.precision) == (found.runtime, found.precision)
    ]
    assert [each.all.counts for each in same] == [found.all.counts]  # it stands among the ways


@pytest.mark.parametrize("way", WAYS, ids=" ".join)
def test_the_chips_of_common_devices(way: tuple[str, str, str]) -> None:
    """Each names the verdict of its device, and all one download."""
    model, runtime, precision = way
    asked = Scenario(model=model, runtime=runtime, precision=precision)
    said = plain(common_devices.answers([view.everywhere(asked, CATALOG)]))
    every = [answered(*way, device) for device in common_devices.DEVICES]
    assert f"{bytes_(every[0].download.likely)} to download" in said
    words = [SHORT[each.verdict.outcome] for each in every]
    assert re.search(" .*? ".join(map(re.escape, words)), said)


@pytest.mark.parametrize("way", WAYS, ids=" ".join)
def test_other_sites(way: tuple[str, str, str]) -> None:
    """A file of api/v1 has the download, and a badge writes it as the page does."""
    model, runtime, precision = way
    about, given = subject(model, CATALOG), answered(*way, "laptop-8gb-integrated")
    facts, contexts = CATALOG.runtime(runtime), (given.context,)
    surveys = list(run_requirements.requirements_of_precision(about, facts, precision, contexts))
    told = needs_json.model_needs(about, surveys, contexts, CATALOG)["ways"][0]
    download = told["download"]
    assert (download[1] if isinstance(download, list) else download) == given.download.likely
    assert size(exactly(given.download.likely)) in badge(about.name, given.download.likely)


@pytest.mark.parametrize("way", WAYS, ids=" ".join)
def test_least_memory(way: tuple[str, str, str], capsys: pytest.CaptureFixture[str]) -> None:
    """The page and the command line name one least memory for each kind of device."""
    given = answered(*way, "laptop-8gb-integrated")
    least = least_memory(given, CATALOG)
    question = {"form": form(given), "part": "alternatives"}
    parts = json.loads(respond(json.dumps(question)))["parts"]
    said = plain("".join(parts.values()))
    assert main(("need", way[0], "--runtime", way[1], "--precision", way[2], "--json")) == 0
    assert json.loads(capsys.readouterr().out)["ram_bytes"] == least
    for bytes_needed in least.values():
        assert bytes_needed is None or gigabytes(bytes_needed) in said
