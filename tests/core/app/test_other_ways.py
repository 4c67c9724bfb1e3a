"""A model opens on the way that suits the device, and no verdict is the end of the way."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

import pytest

from app import site_data
from app.components.html import tag
from app.components.labels import SHORT, bytes_
from app.components.models import model_search
from app.pages.compare.filter_and_sort import comparison_on
from app.respond import respond
from tabfit import catalog
from tabfit.compare.catalog_requirements import (
    CatalogRequirements,
    requirements_of_model,
    written,
)
from tabfit.compare.smaller_models import smaller_siblings
from tabfit.devices.device import Device, read
from tabfit.estimate import answers, link
from tabfit.estimate.answers import place
from tabfit.estimate.scenario import Scenario
from tabfit.verdict.probability import RANK, Outcome

KNOWN = catalog.read()
PHONES_AND_LAPTOPS = ("iphone-13", "pixel-8-pro", "laptop-8gb-integrated")
FIREFOX = {"platform": "linux", "browser": "firefox", "browser_version": 140, "ram_bytes": 2**33}


def asked(**question: Any) -> dict[str, Any]:
    """Return the reply to a question."""
    found: dict[str, Any] = json.loads(respond(json.dumps(question)))
    return found


def opened(model: str, device: str) -> Scenario:
    """Return what a model opens on, on a device of the catalogue."""
    form = {"model": model, "device": device}
    return link.read(asked(form=form, changed=["model"])["link"])


@pytest.mark.parametrize("device", PHONES_AND_LAPTOPS)
@pytest.mark.parametrize("model", ["llama-3.2-1b", "smollm2-135m", "distilbert"])
def test_a_model_opens_on_what_compare_chooses(model: str, device: str) -> None:
    """Never on a worse verdict than its maker's own way gets."""
    best = comparison_on(site_data.catalog_requirements(), place(device, Device(), KNOWN)).row(
        model
    )
    given = answers.answer(opened(model, device), KNOWN, Device())
    usual = answers.answer(Scenario(model=model, device=device), KNOWN, Device())

    assert best is not None
    assert given.scenario.runtime == best.line.runtime
    assert given.scenario.precision == best.line.precision
    assert RANK[given.verdict.outcome] <= RANK[usual.verdict.outcome]


def test_where_the_makers_way_does_not_fit_another_is_opened_and_said() -> None:
    """Llama 3.2 1B in Firefox without WebGPU; the sentence says who chose."""
    reply = asked(device=FIREFOX | {"webgpu": None}, about="llama-3.2-1b")
    runtime = reply["parts"]["chosen-runtime"]

    assert "WebGPU" not in runtime
    assert "WebLLM" not in runtime
    assert "is the one that Compare chooses for this device" in reply["parts"]["answer"]


def test_an_old_link_opens_the_question_that_it_was_made_of() -> None:
    """A link that leaves runtime and precision out means the usual ones, on every device."""
    for device in ({}, FIREFOX, {"platform": "android", "device_memory": 8}):
        reply = asked(device=device, link="v=1&model=llama-3.2-1b")
        usual = answers.answer(Scenario(model="llama-3.2-1b"), KNOWN, Device())
        assert reply["parts"]["chosen-runtime"] == usual.facts.short
        assert reply["parts"]["chosen-precision"] == usual.scenario.precision
        assert "For this device Compare chooses" in reply["parts"]["answer"]


def options(reply: dict[str, Any], choice: str) -> dict[str, str]:
    """Return the words of a choice's options by their values."""
    html = reply["parts"][f"choose-{choice}"]
    found = re.findall(r'<option value="([^"]*)"[^>]*>([^<]*)</option>', html)
    return {value: unescape(words) for value, words in found}


@pytest.mark.parametrize("model", ["distilbert", "smollm2-135m"])
def test_menus_say_what_choosing_leads_to(model: str) -> None:
    """Each precision's and runtime's words are what its own answer then says."""
    form = {"model": model, "device": "pixel-8-pro", "context": "512"}
    form |= {"runtime": "transformersjs-wasm", "precision": "q8"}
    reply = asked(form=form)
    for choice in ("precision", "runtime"):
        every = options(reply, choice)
        assert len(every) > 1
        for value, words in every.items():
            then = {**form, choice: value}
            chosen = options(asked(form=then, changed=[choice]), choice)
            assert chosen[value] == words
    assert options(reply, "precision")["q8"].startswith("q8 · ")
    assert options(reply, "precision")["q8"].endswith(" · likely")


@pytest.mark.parametrize(
    "question",
    [
        {"link": "v=1&model=gemma-2b&device=iphone-13"},
        {"link": "v=1&model=gemma-2b", "device": {"platform": "macos", "browser": "safari"}},
        {"link": "v=1&model=whisper-large-v3&device=iphone-13"},
    ],
    ids=["unlikely", "unknown", "speech"],
)
def test_no_verdict_is_a_dead_end(question: dict[str, Any]) -> None:
    """The way to every model for the same task on the same device, with its filter set."""
    reply = asked(**question)
    model = KNOWN.model(link.read(question["link"]).model)
    (there,) = re.findall(r'href="\./compare/#([^"]+)"', reply["parts"]["answer"])[-1:]

    assert f"task={model.task}" in there
    assert ("device=iphone-13" in there) is ("iphone-13" in question["link"])


def test_a_model_that_was_brought_has_a_way_on_as_well() -> None:
    """A config of 70 billion parameters on a phone: smaller ones that write are offered."""
    config = {"model_type": "llama", "hidden_size": 8192, "intermediate_size": 28672}
    config |= {"num_hidden_layers": 80, "num_attention_heads": 64, "vocab_size": 128256}
    name = link.packed(config)
    reply = asked(form={"model": name, "device": "pixel-8-pro", "runtime": "ideal"})

    assert "What else would do here" in reply["parts"]["answer"]
    assert "device=pixel-8-pro&task=text-generation" in unescape(reply["parts"]["answer"])


def test_smaller_siblings_are_smaller_of_the_task_and_likely() -> None:
    """The same maker's first; each likely fits the device it is offered for."""
    device = read(KNOWN.device("pixel-8-pro").device)
    here = comparison_on(site_data.catalog_requirements(), device)
    model = KNOWN.model("llama-3.2-3b")
    found = smaller_siblings(model.task, model.parameters, "meta-llama", KNOWN, here.row)

    assert found[0].line.model == "llama-3.2-1b"
    for row in found:
        other = KNOWN.model(row.line.model)
        assert other.task == model.task
        assert 0 < (other.parameters or 0) < (model.parameters or 0)
        assert row.outcome is Outcome.LIKELY


def test_the_finder_s_rows_say_what_a_model_comes_to_here() -> None:
    """The download and the verdict of its best way, where the catalogue's needs are laid out."""
    text = written({"distilbert": requirements_of_model("distilbert", KNOWN)})
    here = comparison_on(CatalogRequirements(KNOWN, text), place("pixel-8-pro", Device(), KNOWN))
    model = KNOWN.model("distilbert")
    best = here.row("distilbert")
    html = model_search.matches([model], grouped=False, chosen="", row_of=here.row)

    assert best is not None
    size = tag("span", bytes_(best.line.download.likely))
    assert f'data-here="distilbert"> {size} <span class="short {best.outcome}">' in html
    assert f"{SHORT[best.outcome]}</span>" in html


def test_where_no_smaller_model_likely_fits_those_that_may_are_offered() -> None:
    """An iPhone 13 has room for few: a way on is better than none."""
    here = comparison_on(site_data.catalog_requirements(), place("iphone-13", Device(), KNOWN))
    model = KNOWN.model("llama-3.2-3b")
    found = smaller_siblings(model.task, model.parameters, "meta-llama", KNOWN, here.row)

    assert {row.outcome for row in found} in ({Outcome.LIKELY}, {Outcome.MAY})
