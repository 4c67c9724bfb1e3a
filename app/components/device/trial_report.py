"""Under the verdict: whether it ran here or crashed, kept on this device, told to others by hand.

In: an answer about the device at hand, and the link to it. Out: two buttons, or what was said of
it with the way to take it back and a report to hand on.
"""

from __future__ import annotations

import json
from typing import Any, Final
from urllib.parse import quote

from app.components.device import memory_test
from app.components.html import Html, joined, tag
from tabfit.devices import device as devices
from tabfit.devices import history
from tabfit.devices.budgets import Pool
from tabfit.devices.history import Trial
from tabfit.estimate.answers import Answer
from tabfit.i18n.language import _, day
from tabfit.light_dataclass import replace
from tabfit.units import Interval

#: The element that holds the report.
REPORT: Final = "own-report"
TITLE: Final = "A report: {model}, {precision}, {runtime}: {outcome}"


def card(answer: Answer, link: str, *, pinned: bool, reports: str) -> Html:
    """Return the buttons, or what was said before.

    `link` is the link to the answer, `pinned` whether it is kept in view, and `reports` names a
    GitHub repository that takes reports, "" for none.
    """
    before = _before(answer)
    if answer.scenario.device is not None or not answer.runtime.in_tab or answer.facts.hypothetical:
        tried, measured = None, None
    else:
        tried = _asks(answer) if before is None else _said(answer, before, reports)
        measured = memory_test.block(answer)
    return tag(
        "section",
        tried,
        tag("p", _pin(link, pinned=pinned), class_="taps-here") if link else None,
        measured,
        class_="card tried",
        aria_label=_("Tried here"),
    )


def needs(answer: Answer) -> dict[str, Interval]:
    """Return what an answer's load needs at its peak, by the pools that a trial may tell of."""
    every = {each.value: answer.memory(each) for each in _POOLS}
    heap = answer.runtime.heap(answer.load)
    found = every if heap is None else {**every, Pool.WASM.value: heap}
    return {pool: need for pool, need in found.items() if need.high}


_POOLS: Final = (Pool.PAGE, Pool.GPU, Pool.PEAK)


def trial(answer: Answer, *, ran: bool) -> dict[str, Any]:
    """Return what is kept of a trial; the browser adds the day."""
    told = Trial(
        ran=ran,
        needs=needs(answer),
        model=answer.subject.name,
        runtime=answer.facts.id,
        precision=answer.scenario.precision,
        browser_version=answer.device.browser_version,
    )
    return history.written((told,))[0]


def _before(answer: Answer) -> Trial | None:
    """Return what was said of the very same load before."""
    about = (answer.subject.name, answer.facts.id, answer.scenario.precision, needs(answer))
    for each in answer.device.history:
        if (each.model, each.runtime, each.precision, each.needs) == about:
            return each
    return None


def button(words: str, act: str, value: object, name: str | None = None) -> Html:
    """Return a button that changes what is kept (static/kept_data.js)."""
    text = value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
    return tag("button", words, type="button", data_keep=act, data_name=name, data_value=text)


def _asks(answer: Answer) -> Html:
    taps = (
        button(_("It ran"), "tried", trial(answer, ran=True)),
        button(_("It crashed"), "tried", trial(answer, ran=False)),
    )
    return joined(
        tag("p", _("Tried it in this browser? What you say stays on this device.")),
        tag("p", taps, class_="taps-here"),
    )


def _said(answer: Answer, before: Trial, reports: str) -> Html:
    when = day(before.day) if before.day else ""
    words = (
        _("You said that it ran here, {day}.", day=when)
        if before.ran
        else _("You said that it crashed here, {day}.", day=when)
    )
    (kept,) = history.written((before,))
    return joined(
        tag("p", words),
        tag("p", button(_("Take it back"), "forget", kept, "history"), class_="taps-here"),
        _tell(answer, before, reports),
    )


def _tell(answer: Answer, before: Trial, reports: str) -> Html:
    text = json.dumps(report(answer, before), ensure_ascii=False)
    where = _issue(answer, before, text, reports) if reports else None
    return tag(
        "details",
        tag("summary", _("Tell others")),
        tag("p", _("A line for the data that chances are learnt from. Nothing is sent by itself.")),
        tag("pre", tag("code", text, id=REPORT), class_="report"),
        tag("button", _("Copy"), type="button", data_copy=_("Copied.")),
        tag("span", role="status"),
        tag("p", tag("a", _("Open it as an issue"), href=where)) if where else None,
    )


def report(answer: Answer, before: Trial) -> dict[str, Any]:
    """Return a row as the field reports have it (tests/data/field_reports.jsonl)."""
    device = replace(answer.device, history=(), name=None)
    asked = answer.scenario
    return {
        "source": "",
        "date": before.day,
        "said": {
            "device": answer.device.name or "",
            "model": answer.subject.name,
            "runtime": asked.runtime,
            "precision": asked.precision,
        },
        "device": devices.written(device),
        "runtime": asked.runtime,
        "model": asked.model,
        "precision": asked.precision,
        "context": answer.context,
        "outcome": "ran" if before.ran else "died",
        "evidence": "own",
        "note": "",
    }


def _issue(answer: Answer, before: Trial, text: str, reports: str) -> str:
    title = TITLE.format(
        model=answer.subject.name,
        precision=answer.scenario.precision,
        runtime=answer.facts.short,
        outcome="ran" if before.ran else "crashed",
    )
    body = f"```json\n{text}\n```\n"
    return f"https://github.com/{reports}/issues/new?title={quote(title)}&body={quote(body)}"


def _pin(link: str, *, pinned: bool) -> Html:
    if pinned:
        return button(_("Unpin this answer"), "forget", link, "pinned")
    return button(_("Pin this answer"), "pin", link)
