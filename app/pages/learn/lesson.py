"""One lesson: what is told, beside it what is shown, and where its figures come from."""

from __future__ import annotations

from app.components.html import Child, Html, joined, sentence, tag
from tabfit.i18n.language import _, day
from tabfit.learn.published_figures import PublishedFigure


def lesson(name: str, title: str, told: Child, shown: Child) -> Html:
    """Return one lesson under its anchor: what is told, and beside it what is shown."""
    return tag(
        "section",
        tag("div", tag("h2", title), told, class_="telling"),
        tag("div", shown, class_="showing"),
        id=name,
        class_="lesson",
    )


def said(*sentences: Child) -> Html:
    """Return a paragraph."""
    return tag("p", [joined(each, " ") for each in sentences])


def bold(child: Child) -> Html:
    """Return what a sentence is about."""
    return tag("b", child)


def sources(*figures: PublishedFigure) -> Html:
    """Return where figures stand, each once, with the day it was published."""
    once = {each.source: each for each in figures}
    return tag("ul", [tag("li", _source(each)) for each in once.values()], class_="sources")


def _source(figure: PublishedFigure) -> Html:
    return sentence(
        _("{source}, {date}"),
        source=tag("a", figure.source, href=figure.url, lang="en"),
        date=tag("time", day(figure.dated), datetime=figure.dated),
    )
