"""Lessons: their figures are the catalogue's and the estimator's, and none is typed by hand."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

import pytest

from app import site_data
from app.components.verdict import common_devices
from app.pages.learn import control as page
from app.pages.learn.view import TITLES, bits_stored
from app.respond import respond
from tabfit.catalog import Catalog
from tabfit.compare.catalog_requirements import CatalogRequirements, requirements_of_model, written
from tabfit.devices.device import Device
from tabfit.estimate.answers import answer
from tabfit.estimate.scenario import Scenario
from tabfit.estimate.subjects import subject
from tabfit.learn import lessons
from tabfit.units import GIB
from tabfit.verdict.probability import Outcome

CATALOG = Catalog()


def text(html: str) -> str:
    """Return what a reader reads of some HTML."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html))).strip()


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("Gemma 2B", 2_000_000_000),
        ("Qwen2.5 0.5B", 500_000_000),
        ("Mixtral 8x7B", 56_000_000_000),
        ("Qwen3 30B A3B", 30_000_000_000),
        ("OLMoE 1B-7B", 7_000_000_000),
        ("Gemma 3n E2B", 2_000_000_000),
        ("DistilBERT", None),
    ],
)
def test_what_a_name_says(name: str, count: int | None) -> None:
    """A name says so many billions; of two figures the larger is the model's size."""
    assert lessons.billions(name) == count


def test_gemma_2b_is_not_two_billion() -> None:
    """Gemma 2B has a quarter more parameters than its name says; an *effective* 2B far more."""
    off = {each.model.id: each.ratio for each in lessons.sizes_in_names(CATALOG)}

    assert off["gemma-2b"] == pytest.approx(2_506_172_416 / 2e9)
    assert max(off, key=lambda name: off[name]) == "gemma-3n-e2b"


def test_widths_halve() -> None:
    """The same weights take half the bytes at half the bits."""
    wide, half, quarter = lessons.nominal_widths("gemma-2b", CATALOG, ("fp32", "fp16", "int8"))

    assert wide.size == 4 * 2_506_172_416
    assert (half.size * 2, quarter.size * 4) == (wide.size, wide.size)


def test_every_model_of_known_size_has_a_class() -> None:
    """Classes hold every model whose parameters are known, each once, in the order of size."""
    classes = lessons.size_classes(CATALOG)
    held = [model for each in classes for model in each.models]

    assert len({model.id for model in held}) == len(held)
    assert {model.id for model in CATALOG.models if model.parameters} == {m.id for m in held}
    counts = [model.parameters or 0 for model in held]
    assert counts == sorted(counts)


def test_precisions_store_more_than_their_names_say() -> None:
    """Qwen2.5 0.5B at q4 stores about three times four bits: its token table stays at 32."""
    rows = lessons.stored_bits(subject("qwen2.5-0.5b", CATALOG), CATALOG)
    found = {each.name: each for each in rows}

    assert found["q4"].named == 4
    assert found["q4"].bits > 10
    assert found["q4"].download.likely > found["q8"].download.likely
    assert 4.4 < found["q4f16_1"].bits < 4.6


def test_two_precisions_that_are_one_download_say_why() -> None:
    """q0f32 travels as bfloat16: as many bytes as q0f16, and twice as many where it is kept."""
    about = answer(Scenario(model="qwen2.5-0.5b"), CATALOG, Device())
    rows = lessons.stored_bits(about.subject, CATALOG)
    found = {each.name: each for each in rows}
    shown = str(bits_stored(about, CATALOG))

    assert found["q0f32"].download == found["q0f16"].download
    assert found["q0f32"].bits == 2 * found["q0f16"].bits
    assert "q4f32_1, q0f32: float32 arrays travel as bfloat16" in shown


def test_the_shorter_name_is_often_the_larger_file() -> None:
    """Where hubs list both, q4 is larger than q8 for most models."""
    pairs = lessons.shorter_but_larger(CATALOG)

    assert len(pairs.larger) * 2 > pairs.both
    assert "qwen2.5-0.5b" in {model.id for model in pairs.larger}


def test_what_chrome_tells_leaves_a_factor_of_two() -> None:
    """8 on a computer is 6 to 12 GB; on Android, where counting stops there, much more."""
    computer, android = (
        dict(lessons.reported_device_memory("windows")),
        dict(lessons.reported_device_memory("android")),
    )

    assert (computer[8].low, computer[8].high) == (6 * GIB, 12 * GIB)
    assert android[8].high > computer[8].high
    assert set(android) == {1, 2, 4, 8}


def test_reach_counts_every_published_model() -> None:
    """On each device every published model has one verdict, the one its own page shows."""
    some = ("distilbert", "all-minilm-l6-v2", "llama-3.1-8b", "falcon-7b")
    requirements = CatalogRequirements(
        CATALOG, written({each: requirements_of_model(each, CATALOG) for each in some})
    )
    phone, laptop = lessons.reaches(requirements, CATALOG, ("iphone-13", "laptop-16gb-integrated"))

    assert phone.models == laptop.models == 3  # nobody publishes the last for a browser
    assert [model.id for model in laptop.likely] == ["distilbert", "all-minilm-l6-v2"]
    assert len(phone.likely) == phone.outcomes[Outcome.LIKELY] < len(laptop.likely)
    own = answer(Scenario(model="distilbert", device=laptop.device), CATALOG, Device())
    assert own.verdict.outcome is Outcome.LIKELY


def test_every_lesson_has_its_anchor(monkeypatch: pytest.MonkeyPatch) -> None:
    """The contents lead to every lesson, and each shows a figure."""
    few = CatalogRequirements(
        CATALOG, written({"distilbert": requirements_of_model("distilbert", CATALOG)})
    )
    monkeypatch.setattr(site_data, "catalog_requirements", lambda: few)
    html = page.main(CATALOG, "../")

    for name in TITLES:
        assert f'href="#{name}"' in html
        told = html.partition(f'id="{name}"')[2].partition("</section>")[0]
        assert re.search(r"\d", text(told)), name
    assert "2,506,172,416" in html
    assert common_devices.short_name("pixel-8-pro", "Google Pixel 8 Pro") == "Pixel 8 Pro"


def replied(**asked: object) -> dict[str, Any]:
    """Return the lessons' reply to a question."""
    device = {"platform": "windows", "browser": "chrome", "browser_version": 150}
    question = {"view": "learn", "device": {**device, "device_memory": 16}, **asked}
    found: dict[str, Any] = json.loads(respond(json.dumps(question)))
    return found


def test_an_example_of_ones_own() -> None:
    """Another model brings its own stair, precisions and phases, and a link of its own."""
    reply = replied(form={"model": "distilbert"}, changed=["model"])
    parts = reply["parts"] | replied(form={"model": "distilbert"}, part="stored")["parts"]

    assert "DistilBERT" in text(parts["stair"])
    assert "DistilBERT" in text(parts["stored"])
    assert "generate" not in text(parts["phases"])
    assert reply["link"] == "v=1&model=distilbert"
    assert "16" in text(parts["here"])
    assert "12 to 24 GB" in text(parts["here"])


def test_a_model_that_is_not_known_is_named() -> None:
    """A link to a model that is not there gets a notice, and the lessons their usual example."""
    reply = replied(link="v=1&model=nonsense")

    assert "nonsense" in str(reply["notice"])
    assert "Qwen2.5" in text(reply["parts"]["stair"])
