"""The answer to one question: this model, at this precision, on this device.

A choice that cannot be answered becomes a notice, and the page stays on what can.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from app.asking import Asked, Head, Reply
from app.views import better, checks, formula, page, picture, question, said, verdict
from app.views.html import Html, joined, tag
from willitfit import answers, explain, link
from willitfit.answers import Answer
from willitfit.catalog import Catalog
from willitfit.device import Device
from willitfit.errors import WillItFitError
from willitfit.language import _
from willitfit.scenario import Scenario
from willitfit.units import Tokens

FOLDER: Final = ""
KEYS: Final = link.KEYS
NUMPY: Final[tuple[str, ...]] = ()

#: The page opens on this: the textbook case.
DEFAULT: Final = Scenario(model="gemma-2b")
#: The two textbook cases, answered before anything else.
TEXTBOOK: Final = (Scenario(model="gemma-2b"), Scenario(model="distilbert"))


def head(catalog: Catalog) -> Head:
    """Return what the first page is called."""
    del catalog
    return Head(
        title=_("Will it fit?"),
        description=_(
            "Will this AI model run in this browser, on this device? What it downloads, what it "
            "needs at its peak, and why: answered before the download."
        ),
    )


def main(catalog: Catalog, root: str) -> Html:
    """Return the first page: the question, and the textbook cases on common devices."""
    answer = answers.answer(DEFAULT, catalog, Device())
    rows = [page.everywhere(scenario, catalog) for scenario in TEXTBOOK]
    return page.main(answer, rows, catalog, root=root)


def respond(asked: Asked) -> Reply:
    """Return the parts of the page that follow from what was chosen."""
    scenario, unread = _scenario(asked)
    given, unanswered = _answered(scenario, asked.catalog, asked.here)
    if asked.part is not None:
        return Reply(parts=_formula(given, asked.part), title="")
    chosen = _chosen(given, asked.catalog)
    return Reply(
        parts=_parts(given, asked),
        title=f"{given.subject.name}: {given.verdict.words.lower()}",
        fields=link.written(chosen),
        with_device=link.written(_with_device(chosen, given)),
        folder=f"m/{given.subject.id}/" if given.subject.model else "",
        notice=unread or unanswered,
    )


def _scenario(asked: Asked) -> tuple[Scenario, str | None]:
    """Return what was chosen: by a link, by the form, or nothing yet."""
    usual = Scenario(model=asked.about or DEFAULT.model)
    if not asked.fields:
        return usual, None
    try:
        if asked.linked:
            return link.scenario(asked.fields), None
        return _formed(asked.fields, asked.changed, asked.raw.get("shared")), None
    except WillItFitError as fault:
        return usual, str(fault)


def _formed(form: Mapping[str, str], changed: str | None, shared: str | None) -> Scenario:
    """Return the form's choices; those that a change of model or runtime outdates are dropped."""
    device: str | Device | None = form.get("device") or None
    if device == question.SENDERS_DEVICE and shared:
        device = link.read(shared).device
    scenario = Scenario(model=form["model"], device=device)
    if changed == "model":
        return scenario
    scenario = replace(scenario, runtime=form.get("runtime"), context=_tokens(form.get("context")))
    return scenario if changed == "runtime" else replace(scenario, precision=form.get("precision"))


def _tokens(text: str | None) -> Tokens | None:
    return Tokens(int(text)) if text and text.isdigit() else None


def _answered(scenario: Scenario, shelves: Catalog, here: Device) -> tuple[Answer, str | None]:
    """Return an answer, giving up first the runtime's choices, then the model."""
    plain = replace(scenario, runtime=None, precision=None, context=None)
    notice = None
    for attempt in (scenario, plain, replace(plain, device=None)):
        try:
            return answers.answer(attempt, shelves, here), notice
        except WillItFitError as fault:
            notice = notice or str(fault)
    return answers.answer(DEFAULT, shelves, here), notice


def _formula(given: Answer, part: str) -> dict[str, Html]:
    """Return the formula of the figure that was opened."""
    found = explain.explain_one(given, part.removeprefix(formula.PREFIX))
    return {} if found is None else {part: formula.opened(found)}


def _parts(given: Answer, asked: Asked) -> dict[str, Html]:
    helps = answers.suggestions(given, asked.catalog, asked.here)
    options = question.options(given, asked.catalog)
    shown = question.shown(given)
    away = given.scenario.device is not None
    return {
        **{f"choose-{name}": html for name, html in options.items()},
        **{f"chosen-{name}": joined(text) for name, text in shown.items()},
        "said": said.sentence(given.device, stated=asked.stated, elsewhere=away),
        "answer": joined(
            tag("div", verdict.card(given), better.card(given, helps), class_="column"),
            tag("div", picture.card(given), checks.card(given), class_="column"),
        ),
    }


def _chosen(given: Answer, shelves: Catalog) -> Scenario:
    """Return the scenario with what is the default left out."""
    full = given.scenario
    bare = replace(full, runtime=None, precision=None, context=None)
    usual = answers.answer(bare, shelves, given.device, given.subject).scenario
    return replace(
        full,
        runtime=None if full.runtime == usual.runtime else full.runtime,
        precision=None if full.precision == usual.precision else full.precision,
        context=None if full.context == usual.context else full.context,
    )


def _with_device(chosen: Scenario, given: Answer) -> Scenario:
    return chosen if chosen.device is not None else replace(chosen, device=given.device)
