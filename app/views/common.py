"""Answers for common devices: true before any script, and where none may run."""

from __future__ import annotations

from typing import Final

from app.views.html import Html, joined, tag
from app.views.marks import mark
from app.views.words import SHORT, bytes_
from willitfit.answers import Answer
from willitfit.link import write
from willitfit.scenario import Scenario

#: Devices most visitors have one like.
DEVICES: Final = (
    "iphone-13",
    "pixel-8-pro",
    "laptop-8gb-integrated",
    "laptop-16gb-integrated",
)


def table(rows: list[list[Answer]]) -> Html:
    """Return a table of scenarios by device; each row is one scenario on every device."""
    head = [tag("th", answer.device.name or "", scope="col") for answer in rows[0]]
    return tag(
        "div",
        tag(
            "table",
            tag("thead", tag("tr", tag("td", ""), head)),
            tag("tbody", [_row(row) for row in rows]),
        ),
        class_="scroll common",
        tabindex="0",
        role="region",
        aria_label="Answers for common devices",
    )


def _row(row: list[Answer]) -> Html:
    first = row[0]
    asked = first.scenario
    name = joined(
        tag("b", first.subject.name),
        tag("small", f" {asked.precision}, {first.facts.name}"),
    )
    if first.download.likely:
        name = joined(name, tag("small", f", {bytes_(first.download.likely)}"))
    return tag("tr", tag("th", name, scope="row"), [_cell(answer) for answer in row])


def _cell(answer: Answer) -> Html:
    outcome = answer.verdict.outcome
    said = tag("span", mark(outcome), SHORT[outcome], class_=f"short {outcome}")
    return tag("td", tag("a", said, href=f"#{write(_plain(answer))}", data_change=True))


def _plain(answer: Answer) -> Scenario:
    return answer.scenario
