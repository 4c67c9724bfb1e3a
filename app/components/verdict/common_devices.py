"""Answers for common devices: true before any script, and where none may run."""

from __future__ import annotations

from typing import Final

from app.components.html import Html, joined, tag
from app.components.labels import SHORT, bytes_
from app.components.outcome_marks import mark
from tabfit.estimate.answers import Answer
from tabfit.estimate.link import write
from tabfit.i18n.language import Words, _, later

#: Devices most visitors have one like.
DEVICES: Final = (
    "iphone-13",
    "pixel-8-pro",
    "laptop-8gb-integrated",
    "laptop-16gb-integrated",
)

_NAMES: Final = Words(
    {
        "laptop-8gb-integrated": later("Laptop, 8 GB"),
        "laptop-16gb-integrated": later("Laptop, 16 GB"),
    }
)


def answers(rows: list[list[Answer]]) -> Html:
    """Return each scenario with its verdict on every device; a row is one scenario."""
    return tag("div", [_scenario(row) for row in rows], class_="common")


def _scenario(row: list[Answer]) -> Html:
    first = row[0]
    asked = first.scenario
    facts = [asked.precision, first.facts.short]
    if first.download.likely:
        facts.append(_("{size} to download", size=bytes_(first.download.likely)))
    return tag(
        "section",
        tag("h3", first.subject.name),
        tag("p", ", ".join(filter(None, facts)), class_="lead"),
        tag("ul", [_verdict(answer) for answer in row]),
    )


def _verdict(answer: Answer) -> Html:
    outcome = answer.verdict.outcome
    device = str(answer.scenario.device)
    name = short_name(device, answer.device.name or device)
    said = joined(
        tag("span", name, class_="where"),
        tag("span", mark(outcome), SHORT[outcome], class_=f"short {outcome}"),
    )
    return tag("li", tag("a", said, href=f"#{write(answer.scenario)}", data_change=True))


def short_name(device: str, name: str) -> str:
    """Return a name of a catalogue device for where there is little room."""
    return _NAMES.get(device, name.removeprefix("Google "))
