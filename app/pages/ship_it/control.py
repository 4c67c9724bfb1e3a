"""Ship it: how many of a site's visitors could run a model, and the code that takes it there.

What was chosen is in the link; the table of visits stays in this tab. What is drawn of it comes
later than the rest, as numpy judges the visits.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Final

from app.components import page_layout
from app.components.forms import question_form, scenario_link
from app.components.html import Html, joined, section, sentence, tag
from app.components.models import model_search
from app.model_import import session_models
from app.pages.ship_it import session_visits, view, visits_form
from app.request_reply import PageHead, PageReply, PageRequest, current_choices
from app.site_pages import FOLDERS
from tabfit.catalog import Catalog
from tabfit.devices.device import Device
from tabfit.errors import TabfitError
from tabfit.estimate import answers, link
from tabfit.estimate.answers import Answer
from tabfit.estimate.scenario import Scenario
from tabfit.gate.rules import rules_from_json
from tabfit.i18n.language import _

KEYS: Final = view.KEYS
NUMPY: Final = ("shares", "ways", "curve")
#: The parts that need the rules of runtimes, which come without numpy.
RULES: Final = ("last-step",)

#: A model that runs on many devices, in its first runtime on the processor.
DEFAULT: Final = Scenario(model="distilbert")
CHOICES: Final = KEYS[:-1]


def head(catalog: Catalog) -> PageHead:
    """Return what the page is called."""
    del catalog
    return PageHead(
        title=_("Ship it: how many of your visitors can run a model?"),
        description=_(
            "Drop a table of visits: how many of your visitors could run an AI model in their "
            "browser, which is the largest for most of them, and the code that ships it."
        ),
    )


def main(catalog: Catalog, root: str) -> Html:
    """Return the page before any script: the question, the way to bring visits, the code."""
    del root
    given = answers.answer(DEFAULT, catalog, Device())
    return joined(
        _form(given, catalog),
        page_layout.status(),
        visits_form.card(_sample_link(_fields(given, catalog))),
        tag("div", view.nothing_yet(), id="counted"),
        section(
            _("The last step, as code"),
            _("For the model above, written from the same rules as every answer here."),
            tag("div", _written(given), id="last-step", data_later="last-step"),
            id="shipping",
        ),
        model_search.dialog(catalog.models, catalog_alone=True),
    )


def _written(given: Answer) -> Html | None:
    """Return the code at build time, the longest left out; in the page all follows at once."""
    return None if sys.platform == "emscripten" else _code(given, whole=False)


def _code(given: Answer, *, whole: bool = True) -> Html:
    from app.pages.ship_it import code_to_copy  # noqa: PLC0415 - the first answer does without

    return code_to_copy.inside(given, whole=whole)


def respond(asked: PageRequest) -> PageReply:
    """Return the question and what was counted, or a part of what is drawn of it."""
    given, notice = _answered(asked)
    kind = asked.fields.get("visits") or ""
    visits = session_visits.visits(kind)
    if asked.part is not None:
        return PageReply(parts=_part(asked, asked.part, given, kind), title="")
    fields = _fields(given, asked.catalog)
    told = kind if visits is not None else None
    return PageReply(
        parts={
            **_choices(given, asked.catalog),
            "try-sample": visits_form.sample_words(_sample_link(fields)),
            "counting": visits_form.hidden(told),
            "counted": view.nothing_yet() if visits is None else view.counted(kind, visits),
        },
        title=_("Ship it: {model}", model=given.subject.name),
        fields={**fields, "visits": told if told == session_visits.SAMPLE else None},
        fields_here={**fields, "visits": told},
        folder=FOLDERS["ship_it"],
        notice=notice,
    )


def _part(asked: PageRequest, part: str, given: Answer, kind: str) -> dict[str, Html]:
    """Return what is drawn later than the rest.

    Raises `OSError` in a page where the rules did not arrive: exploring them takes too long there.
    """
    if sys.platform == "emscripten" and rules_from_json.shipped() is None:
        raise OSError("the rules did not arrive")
    if part == "last-step":
        return {part: _code(given)}
    visits = session_visits.many(kind)
    if visits is None:
        return {part: Html("")}
    if part == "shares":
        return view.shares(given, visits)
    drawn = {"ways": view.ways, "curve": view.curve}.get(part)
    return {part: drawn(given, visits, asked.catalog, kind)} if drawn else {}


# What was chosen


def _answered(asked: PageRequest) -> tuple[Answer, str | None]:
    """Return the answer that the choices are about, and why one of them was given up."""
    notice = None
    for attempt in _attempts(asked):
        try:
            scenario = attempt()
            about = session_models.subject(scenario.model, asked.catalog)
            return answers.kept_answer(scenario, asked.catalog, Device(), about), notice
        except TabfitError as fault:
            notice = notice or str(fault)
    return answers.answer(DEFAULT, asked.catalog, Device()), notice


def _attempts(asked: PageRequest) -> tuple[Callable[[], Scenario], ...]:
    chosen = current_choices(asked.fields, asked.changed)
    model = chosen.get("model") or DEFAULT.model
    said: dict[str, str] = {
        "model": model,
        **{name: chosen[name] for name in CHOICES if name in chosen},
    }
    return (lambda: link.scenario(said), lambda: Scenario(model=model))


def _fields(given: Answer, catalog: Catalog) -> dict[str, str | None]:
    """Return the choices that a link carries."""
    said = scenario_link.brief(given, catalog)
    return {
        "model": None if said.model == DEFAULT.model else said.model,
        "runtime": said.runtime,
        "precision": said.precision,
        "context": None if said.context is None else str(said.context),
    }


def _sample_link(fields: Mapping[str, str | None]) -> str:
    return f"#{link.composed({**fields, 'visits': session_visits.SAMPLE}, KEYS)}"


# The question


def _form(given: Answer, catalog: Catalog) -> Html:
    every, names = question_form.options(given, catalog), question_form.shown(given)
    labels = {
        "model": _("Model"),
        "precision": _("Precision"),
        "runtime": _("Runtime"),
        "context": _("Context length"),
    }
    made = {
        name: question_form.choice(name, label, names[name], every[name])
        for name, label in labels.items()
    }
    asked = sentence(
        _("How many of my visitors can run {model} at {precision} with {runtime} and {context}?"),
        **made,
    )
    return tag(
        "form",
        tag("h1", asked),
        tag("div", visits_form.hidden(None), id="counting"),
        id="question",
        data_asks=True,
        action="./",
        autocomplete="off",
    )


def _choices(given: Answer, catalog: Catalog) -> dict[str, Html]:
    every, names = question_form.options(given, catalog), question_form.shown(given)
    return question_form.renewed((name, names[name], every[name]) for name in CHOICES)
