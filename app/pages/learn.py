"""Learn: what sizes and precisions mean, told in short lessons with computed figures."""

from __future__ import annotations

import sys
from typing import Final

from app import laid
from app.asking import Asked, Head, Reply
from app.views import common, learn, question, shell
from app.views.html import Html, joined, sentence, tag
from willitfit import answers, lessons
from willitfit.answers import Answer
from willitfit.catalog import Catalog, published
from willitfit.device import Device
from willitfit.errors import WillItFitError
from willitfit.language import _
from willitfit.scenario import Scenario

FOLDER: Final = "learn/"
KEYS: Final = ("model",)
NUMPY: Final[tuple[str, ...]] = ()

#: The lessons' model unless another is chosen: every kind of file is offered of it.
DEFAULT: Final = "qwen2.5-0.5b"
#: What two lessons are told on, whatever is chosen: the textbook's 2B, and a real 1-bit file.
TWO_BILLION: Final = Scenario(model="gemma-2b")
ONE_BIT: Final = Scenario(model="bonsai-1.7b", runtime="wllama-cpu")


def head(catalog: Catalog) -> Head:
    """Return what the page is called."""
    del catalog
    return Head(
        title=_("Learn: why a model fits, or not"),
        description=_(
            "Why “2B” is not 2 GB, what size classes and precisions mean, why no browser tells "
            "whether a model fits, what happens while one loads, and what 1-bit models promise."
        ),
    )


def main(catalog: Catalog, root: str) -> Html:
    """Return every lesson, complete without scripts; in the page two are filled when near."""
    given = _answer(DEFAULT, catalog, Device())
    here = sys.platform == "emscripten"
    return joined(
        tag("h1", _("Why a model fits, or not"), class_="page-title"),
        _form(given, catalog),
        shell.status(),
        learn.contents(),
        learn.two_billion(answers.answer(TWO_BILLION, catalog, Device()), catalog),
        learn.classes(catalog),
        learn.bits(given, catalog),
        learn.names_of_precisions(None if here else learn.bits_stored(given, catalog)),
        learn.browsers(),
        learn.today(None if here else _running(catalog, root), root),
        learn.loading(given),
        learn.one_bit(answers.answer(ONE_BIT, catalog, Device()), published.peers()[0], root),
    )


def _form(given: Answer, catalog: Catalog) -> Html:
    options = question.model_options(catalog.models, given.subject.id)
    chosen = question.choice("model", _("Model"), given.subject.name, options)
    said = sentence(
        _(
            "Short lessons, with figures computed as you read. Where one needs an example, it is "
            "{model}."
        ),
        model=chosen,
    )
    return tag(
        "form", tag("p", said), id="example", data_asks=True, action="./", autocomplete="off"
    )


def _running(catalog: Catalog, root: str) -> Html:
    return learn.running(lessons.reaches(laid.ledger(), catalog, common.DEVICES), root)


def respond(asked: Asked) -> Reply:
    """Return the lessons' examples on the chosen model, and what this browser tells."""
    given, notice = _chosen(asked)
    about = given.subject
    return Reply(
        parts=_parts(given, asked),
        title=_("Learn: why a model fits, or not"),
        fields={"model": None if about.id == DEFAULT else about.id},
        folder=FOLDER,
        notice=notice,
    )


def _parts(given: Answer, asked: Asked) -> dict[str, Html]:
    part, _space, root = (asked.part or "").partition(" ")
    if part == "running":
        return {"running": _running(asked.catalog, root if root in ("../", "../../") else "../")}
    if asked.part == "stored":
        return {"stored": learn.bits_stored(given, asked.catalog)}
    about = given.subject
    return {
        "chosen-model": joined(about.name),
        "choose-model": question.model_options(asked.catalog.models, about.id),
        "stair": learn.stair(given),
        "phases": learn.phases(given),
        "here": learn.here(asked.here),
    }


def _chosen(asked: Asked) -> tuple[Answer, str | None]:
    """Return an answer about the chosen model, or about the usual one with the reason."""
    try:
        return _answer(asked.fields.get("model") or DEFAULT, asked.catalog, asked.here), None
    except WillItFitError as fault:
        return _answer(DEFAULT, asked.catalog, asked.here), str(fault)


def _answer(model: str, catalog: Catalog, here: Device) -> Answer:
    return answers.answer(Scenario(model=model), catalog, here)
