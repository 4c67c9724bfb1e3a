"""Every document of the site, rendered at build time by the views the page uses.

Out: (path, document) for every page in every language, in English at the root and in
the others in folders named by their codes, and for each model of the catalogue.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from app import pages, render_page
from app.document import document
from tabfit.catalog import Catalog
from tabfit.i18n import language


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


def _fixed(name: str, catalog: Catalog) -> tuple[str, str]:
    folder = language.folder() + pages.named(name).FOLDER
    root = "../" * folder.count("/") or "./"
    head, body = render_page.fixed_page(name, catalog, root)
    return f"{folder}index.html", document(head, body, view=name)


def _of(model: str, catalog: Catalog) -> tuple[str, str]:
    head, body = render_page.model_page(model, catalog, "../../")
    return f"m/{model}/index.html", document(head, body, view="answer", about=model)
