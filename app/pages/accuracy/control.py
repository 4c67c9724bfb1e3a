"""How accurate it is: predictions beside what others published and what was measured."""

from __future__ import annotations

from typing import Final

from app.components import page_layout
from app.components.html import Html, joined, tag
from app.pages.accuracy import view
from app.request_reply import PageHead, PageReply, PageRequest
from app.site_pages import FOLDERS
from tabfit.catalog import Catalog
from tabfit.i18n.language import _
from tabfit.learn import accuracy_figures

KEYS: Final[tuple[str, ...]] = ()
NUMPY: Final[tuple[str, ...]] = ()


def head(catalog: Catalog) -> PageHead:
    """Return what the page is called."""
    del catalog
    return PageHead(
        title=_("How accurate is it?"),
        description=_(
            "Predicted against measured: file sizes, peak memory of the tab and verdicts, beside "
            "what others published and what people report. What is not known is said too."
        ),
    )


def main(catalog: Catalog, root: str) -> Html:
    """Return the whole page: nothing on it depends on the visitor's device."""
    del catalog, root
    known = accuracy_figures.read()
    return joined(
        tag("h1", _("How accurate is it?"), class_="page-title"),
        tag("div", view.short(known), id="said"),
        page_layout.status(),
        view.sizes(known),
        view.peaks(known),
        view.verdicts(known),
        view.unknown(known),
    )


def respond(asked: PageRequest) -> PageReply:
    """Return nothing new: the page is true as it was made."""
    del asked
    return PageReply(parts={}, title=_("How accurate is it?"), folder=FOLDERS["accuracy"])
