"""The whole body of any page, in the language in use.

In: which page, the model it is about, if any, and how its links lead to the site's
root. Out: HTML. The build renders every page so; the page asks again when the
visitor wants another language than the document's.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from app import pages
from app.components import page_layout
from app.components.html import Html
from app.components.labels import SHORT, bytes_
from app.pages.answer import view
from app.request_reply import PageHead
from tabfit.catalog import Catalog
from tabfit.estimate.answers import Answer
from tabfit.i18n import language
from tabfit.i18n.language import _


def fixed_page(name: str, catalog: Catalog, root: str) -> tuple[PageHead, Html]:
    """Return the head and the body of one of the site's own pages."""
    module = pages.named(name)
    main = module.main(catalog, root)
    return module.head(catalog), page_layout.body(main, root=root, view=name)


def model_page(model: str, catalog: Catalog, root: str) -> tuple[PageHead, Html]:
    """Return the head and the body of a model's own page."""
    main, rows = view.of_model(model, catalog, root=root)
    name = rows[0][0].subject.name
    head = PageHead(title=_("Will {model} fit?", model=name), description=_summary(rows[0]))
    return head, page_layout.body(main, root=root, view="answer")


def _summary(row: list[Answer]) -> str:
    answer = row[0]
    where = "; ".join(f"{each.device.name}: {SHORT[each.verdict.outcome]}" for each in row)
    named = {
        "model": answer.subject.name,
        "precision": answer.scenario.precision,
        "runtime": answer.facts.name,
        "where": where,
    }
    if not answer.download.likely:
        return _("{model} at {precision} with {runtime}: {where}.", **named)
    named["size"] = bytes_(answer.download.likely)
    return _("{model} at {precision} with {runtime}: {size} to download. {where}.", **named)


def rendered_in_language(text: str) -> str:
    """Return a page's title and body in the language in use, as JSON.

    The question is the page's: its view, the model it is about, and its root.
    """
    question: Mapping[str, str] = json.loads(text)
    catalog = Catalog()
    about, root = question.get("about"), question["root"]
    if about:
        head, body = model_page(about, catalog, root)
    else:
        head, body = fixed_page(question["view"], catalog, root)
    return json.dumps({"language": language.current(), "title": head.title, "body": body})
