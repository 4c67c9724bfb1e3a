"""What everybody asks for and no browser can load: one sentence, and three to ask instead."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.pages.answer import control
from app.request_reply import PageRequest
from app.respond import respond
from tabfit.catalog import Catalog, not_covered
from tabfit.cli.command_line import main
from tabfit.devices.device import Device
from tabfit.errors import NotCovered
from tabfit.estimate.subjects import subject

CLOSED = ("claude", "Claude 3.5 Sonnet", "gpt-4", "GPT-4o", "ChatGPT", "gemini", "Gemini 1.5 Pro")
PICTURES = ("stable-diffusion", "Stable Diffusion 3.5", "sdxl", "midjourney", "DALL-E 3", "flux.1")


def refused(name: str) -> NotCovered:
    """Return the refusal of a name."""
    with pytest.raises(NotCovered) as caught:
        subject(name, Catalog())
    return caught.value


@pytest.mark.parametrize("name", CLOSED)
def test_a_closed_model_gets_one_sentence_and_three_open_ones(name: str) -> None:
    """It says who runs it, and names open chat models that a browser loads."""
    fault = refused(name)
    catalog = Catalog()
    formats = {each for facts in catalog.runtimes if facts.package for each in facts.formats}

    assert "weights are not published" in str(fault)
    assert len(fault.near) == 3
    assert all(near in str(fault) for near in fault.near)
    for near in fault.near:
        model = catalog.model(near)
        assert model.task == "text-generation"
        assert formats & {each.format for each in model.published}


def test_the_same_makers_come_first() -> None:
    """Who asks for Gemini is shown Google's open models."""
    makers = {
        (Catalog().model(near).hub or "").partition("/")[0] for near in refused("gemini").near
    }
    assert makers == {"google"}


@pytest.mark.parametrize("name", PICTURES)
def test_makers_of_pictures_say_what_is_covered(name: str) -> None:
    """One sentence, and no model that does something else."""
    fault = refused(name)
    assert "makes pictures, which is not covered" in str(fault)
    assert fault.near == ()


def test_names_of_the_catalogue_are_answered() -> None:
    """Gemini Nano, GPT-2 and gpt-oss are there; no row of the catalogue is refused."""
    catalog = Catalog()
    for model in catalog.models:
        for name in (model.id, model.name, *model.aliases):
            assert catalog.model(name) is model
    assert not_covered.refusal("gpt2", catalog) is None
    assert not_covered.refusal("gpt-oss", catalog) is None


def test_the_command_line_says_it_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """No wall of names: not for a closed model, an unknown one, a device or a model type."""
    for words in (
        ["estimate", "claude"],
        ["estimate", "zzz"],
        ["estimate", "gemma-2b", "--device", "foo"],
    ):
        assert main(words) == 2
        said = capsys.readouterr().err
        assert said.count("\n") == 1
        assert len(said) < 200, said
    assert main(["estimate", "zzz"]) == 2
    assert "(tabfit models lists all)" in capsys.readouterr().err


def test_an_unknown_type_of_model_names_three(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Of some three hundred types the three most alike are shown."""
    config = tmp_path / "config.json"
    config.write_text('{"model_type": "perceptron9000"}', encoding="utf-8")
    assert main(["inspect", str(config)]) == 2
    said = capsys.readouterr().err
    assert "persimmon" in said
    assert len(said) < 200


def asked(question: dict[str, Any]) -> dict[str, Any]:
    """Return the page's reply to a question."""
    reply: dict[str, Any] = json.loads(respond(json.dumps(question)))
    return reply


def test_the_page_says_it_where_the_answer_would_be() -> None:
    """A link that asks for Claude has the sentence in the answer's place, and no other answer."""
    reply = asked({"view": "answer", "link": "v=1&model=claude", "device": {}})
    assert "Claude runs at Anthropic alone" in reply["parts"]["answer"]
    assert "Claude runs at Anthropic alone" in reply["notice"]
    assert reply["parts"]["answer"].count("data-change") == 3
    assert "model=gemma-3-1b" in reply["parts"]["answer"]


def test_the_finder_offers_the_open_ones() -> None:
    """Typed into the box, the sentence stands above three models that can be chosen."""
    request = PageRequest(
        catalog=Catalog(), here=Device(), part="matches", raw={"find": {"text": "claude"}}
    )
    parts = control.respond(request).parts
    assert "Claude runs at Anthropic alone" in parts["asking"]
    assert str(parts["matches"]).count('role="option"') == 3
