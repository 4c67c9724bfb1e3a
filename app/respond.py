"""Answer the page's questions: JSON in, JSON out, whatever the visitor typed.

In: the device as the browser told it, what the visitor stated of it, and either
the form's choices or a link. Out: the parts of the page that follow from them.
A choice that cannot be answered becomes a notice, and the page stays on what
can.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from app.views import better, checks, picture, question, said, verdict
from app.views.html import joined, tag
from willitfit import answers, catalog, link
from willitfit import device as devices
from willitfit.answers import Answer
from willitfit.catalog import Catalog
from willitfit.device import Device
from willitfit.errors import WillItFitError, shown
from willitfit.scenario import Scenario
from willitfit.units import Tokens

#: The page opens on this: the textbook case.
DEFAULT: Final = Scenario(model="gemma-2b")

#: What a visitor may say of the device at hand.
STATED: Final = ("ram_bytes", "graphics", "vram_bytes")


def respond(text: str) -> str:
    """Return the page's parts for a question, as JSON."""
    asked = json.loads(text)
    shelves = catalog.read()
    here, problem = _here(asked, shelves)
    scenario, unread = _scenario(asked)
    given, unanswered = _answered(scenario, shelves, here)
    notice = unread or problem or unanswered
    return json.dumps(_parts(given, shelves, here, notice, stated=bool(_stated(asked))))


def _stated(asked: Mapping[str, Any]) -> dict[str, Any]:
    form = asked.get("stated") or {}
    found: dict[str, Any] = {}
    for key in STATED:
        value = form.get(key)
        if value:
            found[key] = int(value) if str(value).isdigit() else value
    return found


def _here(asked: Mapping[str, Any], shelves: Catalog) -> tuple[Device, str | None]:
    """Return the device at hand: what the browser told, corrected by what was stated.

    A model's name, told after a tap, brings the memory that its maker lists.
    """
    told = dict(asked.get("device") or {})
    model, problem = asked.get("model"), None
    if model and model in shelves.devices:
        row = shelves.device(model)
        told |= {"name": row.name, "ram_bytes": row.device.get("ram_bytes")}
    elif model is not None:
        problem = _unlisted(model)
    try:
        return devices.read({**told, **_stated(asked)}), problem
    except WillItFitError as fault:
        return devices.Device(), str(fault)


def _unlisted(model: str) -> str:
    if not model:
        return "this browser does not tell which phone this is; tap its memory instead"
    return f"this browser calls the phone {shown(model)}, which is not listed; tap its memory"


def _scenario(asked: Mapping[str, Any]) -> tuple[Scenario, str | None]:
    """Return what was chosen: by a link, by the form, or nothing yet."""
    try:
        if asked.get("link"):
            return link.read(asked["link"]), None
        if asked.get("form"):
            return _formed(asked["form"], asked.get("shared")), None
    except WillItFitError as fault:
        return _page_default(asked), str(fault)
    return _page_default(asked), None


def _page_default(asked: Mapping[str, Any]) -> Scenario:
    return Scenario(model=asked.get("page") or DEFAULT.model)


def _formed(form: Mapping[str, str], shared: str | None) -> Scenario:
    """Return the form's choices; those that a change of model or runtime outdates are dropped."""
    changed = form.get("changed")
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


def _parts(
    given: Answer, shelves: Catalog, here: Device, notice: str | None, *, stated: bool
) -> dict[str, Any]:
    helps = answers.suggestions(given, shelves, here)
    chosen = _chosen(given, shelves)
    return {
        "notice": notice,
        "options": question.options(given, shelves),
        "shown": question.shown(given),
        "said": said.sentence(given, stated=stated),
        "answer": joined(
            tag("div", verdict.card(given), better.card(given, helps), class_="column"),
            tag("div", picture.card(given), checks.card(given), class_="column"),
        ),
        "link": link.write(chosen),
        "link_with_device": link.write(_with_device(chosen, given)),
        "model": given.subject.id if given.subject.model else None,
        "title": f"{given.subject.name}: {given.verdict.words.lower()}",
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
