"""Learn: what sizes and precisions mean, told in short lessons with computed figures."""

from __future__ import annotations

import sys
from typing import Final

from app import site_data
from app.components import page_layout
from app.components.forms import question_form
from app.components.html import Html, joined, sentence, tag
from app.components.models import model_search
from app.components.verdict import common_devices
from app.pages.learn import arithmetic, comparing, corrections, counting, troubleshooting, view
from app.request_reply import PageHead, PageReply, PageRequest
from app.site_pages import FOLDERS
from tabfit.catalog import Catalog, published_quality
from tabfit.devices.device import Device
from tabfit.errors import TabfitError
from tabfit.estimate import answers
from tabfit.estimate.answers import Answer
from tabfit.estimate.scenario import Scenario
from tabfit.i18n.language import _
from tabfit.learn import lessons

KEYS: Final = ("model",)
NUMPY: Final[tuple[str, ...]] = ()

#: The lessons' model unless another is chosen: every kind of file is offered of it.
DEFAULT: Final = "qwen2.5-0.5b"
#: What two lessons are told on, whatever is chosen: the textbook's 2B, and a real 1-bit file.
TWO_BILLION: Final = Scenario(model="gemma-2b")
ONE_BIT: Final = Scenario(model="bonsai-1.7b", runtime="wllama-cpu")


def head(catalog: Catalog) -> PageHead:
    """Return what the page is called."""
    del catalog
    return PageHead(
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
        page_layout.status(),
        view.contents(),
        view.two_billion(answers.answer(TWO_BILLION, catalog, Device()), catalog),
        view.classes(catalog),
        view.bits(given, catalog),
        view.names_of_precisions(None if here else view.bits_stored(given, catalog)),
        view.browsers(),
        view.today(None if here else _running(catalog, root), root),
        view.loading(given),
        view.one_bit(
            answers.answer(ONE_BIT, catalog, Device()), published_quality.peers()[0], root
        ),
        *background(catalog, root),
        troubleshooting.messages(view.TITLES["messages"]),
        model_search.dialog(catalog.models, catalog_alone=True),
    )


def background(catalog: Catalog, root: str) -> tuple[Html, ...]:
    """Return the lessons that lie behind the others: counts, kinds, arithmetic, corrections."""
    titles = view.TITLES
    return (
        arithmetic.quantising(titles["quantising"]),
        arithmetic.energy(titles["energy"]),
        counting.parameter(titles["parameter"]),
        counting.gpt3(titles["gpt-3"]),
        comparing.kinds(titles["kinds"], catalog, root),
        comparing.quality(titles["quality"], catalog),
        counting.peak(titles["peak"], catalog, root),
        corrections.network(titles["network"]),
        corrections.corrections(
            titles["corrections"], answers.answer(TWO_BILLION, catalog, Device()), catalog
        ),
    )


def _form(given: Answer, catalog: Catalog) -> Html:
    options = question_form.model_options(catalog.models, given.subject.id)
    chosen = question_form.choice("model", _("Model"), given.subject.name, options)
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
    return view.running(
        lessons.reaches(site_data.catalog_requirements(), catalog, common_devices.DEVICES), root
    )


def respond(asked: PageRequest) -> PageReply:
    """Return the lessons' examples on the chosen model, and what this browser tells."""
    given, notice = _chosen(asked)
    about = given.subject
    return PageReply(
        parts=_parts(given, asked),
        title=_("Learn: why a model fits, or not"),
        fields={"model": None if about.id == DEFAULT else about.id},
        folder=FOLDERS["learn"],
        notice=notice,
    )


def _parts(given: Answer, asked: PageRequest) -> dict[str, Html]:
    part, _space, root = (asked.part or "").partition(" ")
    if part == "running":
        return {"running": _running(asked.catalog, root if root in ("../", "../../") else "../")}
    if asked.part == "stored":
        return {"stored": view.bits_stored(given, asked.catalog)}
    about = given.subject
    return {
        "chosen-model": joined(about.name),
        "choose-model": question_form.model_options(asked.catalog.models, about.id),
        "stair": view.stair(given),
        "phases": view.phases(given),
        "here": view.here(asked.here),
    }


def _chosen(asked: PageRequest) -> tuple[Answer, str | None]:
    """Return an answer about the chosen model, or about the usual one with the reason."""
    try:
        return _answer(asked.fields.get("model") or DEFAULT, asked.catalog, asked.here), None
    except TabfitError as fault:
        return _answer(DEFAULT, asked.catalog, asked.here), str(fault)


def _answer(model: str, catalog: Catalog, here: Device) -> Answer:
    return answers.answer(Scenario(model=model), catalog, here)
