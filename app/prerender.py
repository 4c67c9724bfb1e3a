"""Every document of the site, rendered at build time by the views the page uses.

Out: (path, document) for every page in every language, in English at the root and in
the others in folders named by their codes, and for each model of the catalogue.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Final

from app import first_verdict, pages, render_page
from app.components import page_layout
from app.components.html import joined, tag
from app.document import NOTHING, document, filled
from app.pages.answer.control import DEFAULT
from app.request_reply import PageHead
from app.site_pages import FOLDERS
from tabfit.catalog import Catalog
from tabfit.i18n import language
from tabfit.i18n.language import _

#: The page that answers, whose documents carry what a first verdict needs.
ANSWER: Final = "answer"
#: The name of the document in which Python writes a page, beside each language's first page.
SHELL: Final = "offline.html"
#: A host shows it at any depth, so its addresses begin at the site's root.
MISSING: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>404 – Will it fit?</title>
<link rel="icon" href="{{root}}icons/icon.svg" type="image/svg+xml">
<style>
@layer bare { :root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; } }
</style>
<link rel="stylesheet" href="{{code}}app.css">
</head>
<body>
<main class="missing">
<h1>404</h1>
{{said}}
</main>
</body>
</html>
"""


def documents() -> Iterator[tuple[str, str]]:
    """Yield every document with its path.

    `SITE_MODELS` in the environment names the models that get a page of their own,
    for a quicker build while one works; all of them unless it is set.
    """
    catalog = Catalog()
    for code in language.LANGUAGES:
        if language.use(code) == code:
            yield from (_fixed(name, catalog) for name in pages.NAMES)
    language.use(language.ENGLISH)
    wanted = os.environ.get("SITE_MODELS")
    for model in catalog.models:
        if wanted is None or model.id in wanted.split(","):
            yield _of(model.id, catalog)


def shells() -> Iterator[tuple[str, str]]:
    """Yield, in every language, the document in which Python writes a page that did not arrive.

    `static/service_worker.js` fills in `__root__`, `__view__` and `__about__`.
    """
    for code in language.LANGUAGES:
        if language.use(code) == code:
            head = PageHead(title=_("Will it fit?"), description="")
            body = page_layout.body(page_layout.unrendered(), root="__root__", view=pages.NAMES[0])
            text = document(head, body, view="__view__", about="__about__")
            yield f"{language.folder()}{SHELL}", text
    language.use(language.ENGLISH)


def missing() -> str:
    """Return the document that a host shows where there is no page, in every language."""
    said = []
    for code in language.LANGUAGES:
        if language.use(code) == code:
            way = tag("a", _("Will it fit?"), href="{{root}}" + language.folder())
            told = tag("p", _("There is no such page here. All that there is begins at:"), " ", way)
            said.append(tag("section", told, lang=code))
    language.use(language.ENGLISH)
    return filled(MISSING, {"said": joined(*said)})


def _fixed(name: str, catalog: Catalog) -> tuple[str, str]:
    folder = language.folder() + FOLDERS[name]
    root = "../" * folder.count("/") or "./"
    head, body = render_page.fixed_page(name, catalog, root)
    first = first_verdict.script(DEFAULT.model, catalog) if name == ANSWER else NOTHING
    return f"{folder}index.html", document(head, body, view=name, beside=first)


def _of(model: str, catalog: Catalog) -> tuple[str, str]:
    head, body = render_page.model_page(model, catalog, "../../")
    return f"m/{model}/index.html", document(
        head, body, view=ANSWER, about=model, beside=first_verdict.script(model, catalog)
    )
