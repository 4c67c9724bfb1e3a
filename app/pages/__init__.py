"""The pages of the site: a folder each, a module each, in the order of `site_pages`.

A page's module has

    KEYS               the fields of its forms, which are the keys of its link
    NUMPY              the parts for which numpy is installed first
    RULES              the parts that need the rules of runtimes; only where there are some
    head(catalog)      its title and description
    main(catalog, root)  the inside of <main>, complete without scripts
    respond(asked)     the reply to a question
"""

from __future__ import annotations

from importlib import import_module
from typing import Final, Protocol

from app.components.html import Html
from app.request_reply import PageHead, PageReply, PageRequest
from app.site_pages import FOLDERS
from tabfit.catalog import Catalog


class Page(Protocol):
    """A page's module."""

    KEYS: tuple[str, ...]
    NUMPY: tuple[str, ...]

    def head(self, catalog: Catalog) -> PageHead:
        """Return the title and the description."""

    def main(self, catalog: Catalog, root: str) -> Html:
        """Return the inside of <main>; `root` leads to the site's first page."""

    def respond(self, asked: PageRequest) -> PageReply:
        """Return what changes on the page."""


#: Every page's module, in the order of the navigation.
NAMES: Final = tuple(FOLDERS)


def named(name: str) -> Page:
    """Return a page's module, imported when it is first asked for."""
    page: Page = import_module(f"app.pages.{name if name in NAMES else NAMES[0]}.control")
    return page
