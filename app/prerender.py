"""Every document of the site, rendered at build time by the views the page uses.

Out: (path, document) for the first page and for one page per catalogue model.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from app.document import document
from app.respond import DEFAULT
from app.views import common, page
from app.views.words import SHORT, bytes_
from willitfit import answers, catalog
from willitfit.answers import Answer
from willitfit.catalog import Catalog
from willitfit.device import Device
from willitfit.scenario import Scenario

#: The two textbook cases, answered before anything else.
TEXTBOOK = (Scenario(model="gemma-2b"), Scenario(model="distilbert"))


def pages() -> Iterator[tuple[str, str]]:
    """Yield every document with its path."""
    shelves = catalog.read()
    yield "index.html", _first(shelves)
    for model in shelves.models:
        yield f"m/{model.id}/index.html", _of(model.id, shelves)


def _first(shelves: Catalog) -> str:
    answer = answers.answer(DEFAULT, shelves, Device())
    rows = [_everywhere(scenario, shelves) for scenario in TEXTBOOK]
    return document(
        title="Will it fit?",
        description="Will this AI model run in this browser, on this device? What it downloads, "
        "what it needs at its peak, and why: answered before the download.",
        main=page.main(answer, rows, shelves, root="./"),
    )


def _of(model: str, shelves: Catalog) -> str:
    scenario = Scenario(model=model)
    answer = answers.answer(scenario, shelves, Device())
    rows = [_everywhere(each, shelves) for each in _ways(answer, shelves)]
    return document(
        title=f"Will {answer.subject.name} fit?",
        description=_summary(answer, rows[0]),
        main=page.main(answer, rows, shelves, root="../../"),
    )


def _ways(answer: Answer, shelves: Catalog) -> list[Scenario]:
    """Return the model's usual precision under each runtime that has it."""
    able = answers.runtimes_of(answer.subject, shelves)
    return [
        replace(answer.scenario, runtime=facts.id, precision=None, context=None)
        for facts in able
        if facts.id != "ideal" or len(able) == 1
    ]


def _everywhere(scenario: Scenario, shelves: Catalog) -> list[Answer]:
    return [
        answers.answer(replace(scenario, device=device), shelves, Device())
        for device in common.DEVICES
    ]


def _summary(answer: Answer, row: list[Answer]) -> str:
    size = f" {bytes_(answer.download.likely)} to download." if answer.download.likely else ""
    where = "; ".join(f"{each.device.name}: {SHORT[each.verdict.outcome]}" for each in row)
    asked = answer.scenario
    return f"{answer.subject.name} at {asked.precision} with {answer.facts.name}:{size} {where}."
