"""The code that loads a model, one tab for each runtime that has it, each with *Copy*.

The tabs are radio buttons: arrow keys go from one to the next, and no script is needed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from app.components.html import Html, joined, sentence, tag
from tabfit.catalog import RuntimeFacts
from tabfit.i18n.language import _, whole_sentence
from tabfit.snippets import Snippet


def card(
    every: Sequence[tuple[RuntimeFacts, Snippet]], chosen: str, onwards: Html | None = None
) -> Html | None:
    """Return the card, open on the chosen runtime; nothing where no runtime has the model.

    `onwards` leads on from the code.
    """
    if not every:
        return None
    names = [facts.id for facts, _written in every]
    shown = chosen if chosen in names else names[0]
    return tag(
        "section",
        tag("h3", _("The code")),
        tag(
            "p",
            _("A module that loads what is chosen above and tells its progress."),
            class_="lead",
        ),
        tag(
            "div",
            [_tab(facts, written, open_=facts.id == shown) for facts, written in every],
            class_="code-tabs",
            role="group",
            aria_label=_("The code for each runtime"),
        ),
        onwards,
        class_="card",
        aria_label=_("The code"),
    )


def _tab(facts: RuntimeFacts, written: Snippet, *, open_: bool) -> Html:
    radio = tag("input", type="radio", name="code", value=facts.id, checked=open_)
    return joined(
        tag("label", radio, facts.short), tag("div", _panel(facts, written), class_="panel")
    )


def _panel(facts: RuntimeFacts, written: Snippet) -> Iterator[Html]:
    """Yield what brings the package, the code, and what it leaves open."""
    if written.installed:
        yield tag("p", sentence(_("First {command}"), command=tag("code", written.installed)))
    yield tag("pre", tag("code", written.code), tabindex=0, role="region", aria_label=facts.short)
    yield tag("button", _("Copy"), type="button", data_copy=_("Copied."))
    yield tag("span", role="status", class_="copied")
    for note in written.notes:
        yield tag("p", whole_sentence(note), class_="note")
