"""The link of an answer opens the very question that was asked, whatever it leaves out."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from app.model_import import importer, session_models
from app.respond import respond
from tabfit import catalog
from tabfit.estimate import link
from tabfit.estimate.defaults import precisions_of, runtimes_of
from tabfit.estimate.subjects import subject

LAPTOP = {"platform": "windows", "browser": "chrome", "browser_version": 150, "device_memory": 16}
CHOICES = ("model", "runtime", "precision", "context")
#: Models of every kind, with several runtimes and runtimes with several precisions.
MODELS = ("distilbert", "gemma-2b", "llama-3.2-1b", "smollm2-135m", "whisper-base")


def asked(**question: Any) -> dict[str, Any]:
    """Return the reply to a question from a laptop."""
    found: dict[str, Any] = json.loads(respond(json.dumps({"device": LAPTOP, **question})))
    return found


def chosen(reply: dict[str, Any]) -> dict[str, str]:
    """Return what the sentence of a reply says, but for the device."""
    return {name: reply["parts"][f"chosen-{name}"] for name in CHOICES}


@pytest.mark.parametrize("model", MODELS)
def test_a_link_opens_the_question_that_it_was_made_of(model: str) -> None:
    """Every way to run a model, at a context of its own and at others."""
    known = catalog.read()
    about = subject(model, known)
    for facts, context in product(runtimes_of(about, known), ("", "512", "4096")):
        for precision in precisions_of(about, facts)[:4]:
            form = {"model": model, "runtime": facts.id, "precision": precision, "context": context}
            reply = asked(form=form)
            assert chosen(asked(link=reply["link"])) == chosen(reply)


@pytest.mark.parametrize("runtime", ["ideal", "wllama-cpu"])
def test_outside_the_catalogue_a_link_always_says_both(runtime: str) -> None:
    """What is usual for a model that was brought is known in this visit alone."""
    config = {
        "model_type": "llama",
        "architectures": ["LlamaForCausalLM"],
        "hidden_size": 256,
        "intermediate_size": 512,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "vocab_size": 1000,
    }
    name = session_models.keep(importer.described(config, "config.json"))
    opened = asked(form={"model": name}, changed=["model"])
    other = asked(form={"model": name, "runtime": runtime})

    for reply in (opened, other):
        said = link.fields(reply["link"], link.KEYS)
        assert said["model"].startswith("config:")
        assert {"runtime", "precision"} <= set(said)
        assert chosen(asked(link=reply["link"])) == chosen(reply)
    assert link.fields(other["link"], link.KEYS)["runtime"] == runtime


def test_what_a_link_cannot_carry_is_asked_again_in_this_tab() -> None:
    """A model with a config too large for a link has none, but a step of history has it."""
    config = {"model_type": "llama", "hidden_size": 64, "intermediate_size": 128}
    config |= {"num_hidden_layers": 1, "num_attention_heads": 4, "vocab_size": 100}
    huge = {**config, "noise": [hash(str(each)) for each in range(4000)]}
    name = session_models.keep(importer.described(huge, "model"))
    reply = asked(form={"model": name}, changed=["model"])

    assert name.startswith(session_models.OWN)
    assert reply["link"] == "v=1"
    assert chosen(asked(link=reply["link_here"])) == chosen(reply)


def test_the_last_few_models_that_were_brought_are_kept() -> None:
    """One asked about stays, one not asked about for longest goes, and is asked for again then."""
    config = {"model_type": "llama", "hidden_size": 64, "intermediate_size": 128}
    config |= {"num_hidden_layers": 1, "num_attention_heads": 4, "vocab_size": 100}
    model = importer.described(config, "model")

    def bring(number: int) -> str:
        return session_models.keep(replace(model, id=f"hf:made/{number}"))

    used, unused, *_ = [bring(number) for number in range(session_models.MOST)]
    assert session_models.known(used)
    bring(session_models.MOST)
    assert session_models.known(used)
    assert session_models.known(unused) is None
    assert f'data-find="{unused}"' in asked(link=f"v=1&model={unused}")["parts"]["answer"]


def test_what_is_chosen_before_the_first_answer_goes_before_the_link() -> None:
    """The link's other choices stay, unless the choice outdates them."""
    opened = {"link": "v=1&model=distilbert&precision=fp32&context=256"}
    length = asked(**opened, form={"context": "128"}, changed=["context"])
    model = asked(**opened, form={"model": "gemma-2b"}, changed=["model"])

    assert length["link"] == "v=1&model=distilbert&precision=fp32&context=128"
    assert chosen(model)["model"] == "Gemma 2B"
    assert "fp32" not in model["link"]
    assert "context" not in model["link"]


def test_what_is_chosen_before_the_first_answer_without_a_link() -> None:
    """The page's own model is meant where none was chosen."""
    reply = asked(link="v=1", about="distilbert", form={"precision": "fp32"}, changed=["precision"])

    assert reply["notice"] is None
    assert reply["link"] == "v=1&model=distilbert&precision=fp32"
