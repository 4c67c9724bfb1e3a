"""Formulas as the page shows them: asked for when opened, in words, filled in, with sources."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

import pytest

from app.components import formula_popover
from app.respond import respond
from tabfit.catalog import Catalog
from tabfit.devices.device import Device
from tabfit.estimate.answers import answer
from tabfit.estimate.scenario import Scenario
from tabfit.explain import explain, explained
from tabfit.formula import Unit
from tabfit.units import Tokens

CATALOG = Catalog()
PHONE = {"platform": "android", "browser": "chrome", "device_memory": 8}


def text(html: str) -> str:
    """Return what a reader reads of some HTML."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html))).strip()


def asked(**more: Any) -> dict[str, str]:
    """Return the parts of the answer's page."""
    question = {"device": PHONE, "link": "v=1&model=gemma-2b", **more}
    parts: dict[str, str] = json.loads(respond(json.dumps(question)))["parts"]
    return parts


def both(parts: dict[str, str]) -> str:
    """Return the parts of the page with figures that open."""
    return parts["answer"] + parts["why"]


def test_every_figure_has_a_place_for_its_formula() -> None:
    """A button on the answer opens a place that is there, once, and that Python can fill."""
    html = both(asked())
    opened = set(re.findall(r'popovertarget="(formula-[^"]+)"', html))
    places = re.findall(r'data-later="([^"]+)"', html)

    assert len(places) == len(set(places))
    assert opened <= set(places)
    assert {
        "formula-download",
        "formula-memory-peak",
        "formula-chance",
        "formula-parameters",
    } <= opened


@pytest.mark.parametrize("model", ["gemma-2b", "distilbert", "qwen2.5-0.5b", "gemini-nano"])
def test_what_opens_is_answered(model: str) -> None:
    """Every place of an answer is filled when it is asked for."""
    html = both(asked(link=f"v=1&model={model}"))
    for name in set(re.findall(r'popovertarget="(formula-[^"]+)"', html)):
        parts = asked(link=f"v=1&model={model}", part=name)

        assert list(parts) == [name]
        assert " Close " in text(parts[name])


def test_an_unknown_formula_changes_nothing() -> None:
    """A figure that the answer does not have fills no part."""
    assert asked(part="formula-nonsense") == {}


def test_the_cache_reads_as_its_formula() -> None:
    """Gemma 2B's cache at 512 tokens: 18 layers, one head, 256 and 256 wide, 16 bits."""
    said = text(asked(part="formula-part-cache-generate")["formula-part-cache-generate"])

    assert "= 18 × 512 × 1 × (256 + 256) × 2" in said
    assert "key-value heads 1 computed" in said
    assert "9.44 MB" in said


def test_brackets_stand_where_they_change_the_result() -> None:
    """Every filled line of plain numbers gives its own result when it is worked out again."""
    scenario = Scenario(model="llama-3.2-1b", runtime="wllama-cpu", context=Tokens(2048))
    found = explained(answer(scenario, CATALOG, Device()))["part-cache-ready"]
    filled = re.findall(r'class="filled">= ([^<]+)<', formula_popover.written(found))
    sums = [line.replace("×", "*").replace(",", "") for line in filled if "×" in line]

    assert sums
    assert eval(sums[0]) == found.result[1]  # noqa: S307  (figures of our own, put in by us)


def test_every_formula_can_be_written() -> None:
    """No explanation of any runtime fails to be written, and none is empty."""
    for model, runtime in (
        ("whisper-base", "transformersjs-webgpu"),
        ("mamba-130m", "ideal"),
        ("llama-3.2-1b", "wllama-webgpu"),
        ("llama-3.2-1b", "webllm"),
    ):
        given = answer(Scenario(model=model, runtime=runtime), CATALOG, Device())
        for each in explain(given):
            said = text(formula_popover.written(each))
            assert said.count("=") >= 2, each.id


def test_figures_have_their_units() -> None:
    """Bytes, rates, shares and chances are written as people read them."""
    assert formula_popover.measure((1_350_000_000,) * 3, Unit.BYTES) == "1.35 GB"
    assert formula_popover.measure((672, 672, 672), Unit.BYTES) == "672 bytes"
    assert formula_popover.measure((34e9, 50e9, 77e9), Unit.BYTES_PER_SECOND) == "34–77 GB/s"
    assert formula_popover.measure((0.5, 1, 2), Unit.SHARE) == "0.5–2"
    assert formula_popover.measure((0.371, 0.371, 0.371), Unit.CHANCE) == "0.37"
