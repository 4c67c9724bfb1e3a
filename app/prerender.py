"""Every document of the site, rendered at build time by the views the page uses.

Out: (path, document) for every page and for each model of the catalogue.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from app import pages
from app.asking import Head
from app.document import document
from app.views import page, shell
from app.views.words import SHORT, bytes_
from willitfit import catalog
from willitfit.answers import Answer
from willitfit.catalog import Catalog


def documents() -> Iterator[tuple[str, str]]:
    """Yield every document with its path.

    `SITE_MODELS` in the environment names the models that get a page of their own,
    for a quicker build while one works; all of them unless it is set.
    """
    shelves = catalog.read()
    for name in pages.NAMES:
        yield _fixed(name, shelves)
    wanted = os.environ.get("SITE_MODELS")
    for model in shelves.models:
        if wanted is None or model.id in wanted.split(","):
            yield _of(model.id, shelves)


def _fixed(name: str, shelves: Catalog) -> tuple[str, str]:
    module = pages.named(name)
    root = "../" * module.FOLDER.count("/") or "./"
    inside = shell.body(module.main(shelves, root), root=root, view=name)
    return f"{module.FOLDER}index.html", document(module.head(shelves), inside, view=name)


def _of(model: str, shelves: Catalog) -> tuple[str, str]:
    root = "../../"
    inside, rows = page.of_model(model, shelves, root=root)
    name = rows[0][0].subject.name
    head = Head(title=f"Will {name} fit?", description=_summary(rows[0]))
    whole = shell.body(inside, root=root, view="answer")
    return f"m/{model}/index.html", document(head, whole, view="answer", about=model)


def _summary(row: list[Answer]) -> str:
    answer = row[0]
    size = f" {bytes_(answer.download.likely)} to download." if answer.download.likely else ""
    where = "; ".join(f"{each.device.name}: {SHORT[each.verdict.outcome]}" for each in row)
    asked = answer.scenario
    return f"{answer.subject.name} at {asked.precision} with {answer.facts.name}:{size} {where}."
