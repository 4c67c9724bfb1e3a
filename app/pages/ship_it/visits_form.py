"""How visits are brought: a file, a pasted text, or the sample; `static/visits.js` listens."""

from __future__ import annotations

from typing import Final

from app.components.html import Html, joined, section, sentence, tag
from tabfit.i18n.language import _
from tabfit.population.visits.columns import COLUMNS

#: Two lines of a file, the same in every language.
_EXAMPLE: Final = "platform,browser,device_memory,visits\nwindows,chrome,8,1200"


def card(sample: str) -> Html:
    """Return the card that takes a table; `sample` is the link to the sample."""
    return section(
        _("Your visits"),
        _(
            "A CSV with a row for each visit, or for many alike. It is read in this tab; "
            "nothing of it leaves this device."
        ),
        tag(
            "div",
            tag("button", _("Open a file…"), type="button", data_pick_visits=True, class_="main"),
            tag("input", type="file", id="visits-file", accept=".csv,text/csv", hidden=True),
            tag("span", sample_words(sample), id="try-sample"),
            tag("small", _("or drop it anywhere on this page"), class_="drop-note"),
            class_="bringing",
        ),
        tag("p", id="visits-told", role="status", data_dropped_one=_("one file at a time")),
        tag("div", id="visits-late"),
        tag("details", tag("summary", _("Paste rows")), _pasting(), id="paste-visits"),
        tag("details", tag("summary", _("The columns")), _columns()),
        class_="card bring-visits",
    )


def sample_words(link: str) -> Html:
    """Return the way to the sample, with the question as it stands."""
    return tag("a", _("Try the sample"), href=link, data_change="stay", class_="button-like")


def hidden(kind: str | None) -> Html:
    """Return the field that says which visits the page is about."""
    return tag("input", type="hidden", name="visits", id="visits", value=kind or "")


def _pasting() -> Html:
    return joined(
        tag(
            "textarea",
            id="visits-text",
            rows=6,
            wrap="off",
            spellcheck="false",
            aria_label=_("Rows of visits"),
            placeholder=_EXAMPLE,
        ),
        tag("button", _("Count them"), type="button", data_paste_visits=True),
    )


def _columns() -> Html:
    names = [tag("code", name) for name in COLUMNS]
    listed = joined((", " if at else "", name) for at, name in enumerate(names))
    return tag(
        "p",
        sentence(
            _(
                "The first row names columns, in any order: {columns}. Those that you do not have "
                "are left out; an empty cell is not known. The collector below writes them."
            ),
            columns=listed,
        ),
        class_="aside-note",
    )
