"""Fields of a form beneath its question: rows of chips, ticks, and a slider with its number."""

from __future__ import annotations

from collections.abc import Iterable

from app.components.html import Child, Html, tag


def chips(name: str, legend: str, options: Iterable[tuple[str, str]], chosen: str) -> Html:
    """Return a choice of one as a row of chips."""
    every = [
        tag(
            "label",
            tag("input", type="radio", name=name, value=value, checked=value == chosen),
            tag("span", words),
            class_="chip",
        )
        for value, words in options
    ]
    return tag("fieldset", tag("legend", legend), tag("div", every, class_="chips"))


def tick(name: str, words: str, *, on: bool) -> Html:
    """Return a box to tick."""
    return tag("label", tag("input", type="checkbox", name=name, checked=on), words, class_="check")


def pick(name: str, words: str, options: Html) -> Html:
    """Return a list to pick from, with its label before it."""
    return tag("label", tag("span", words), tag("select", options, name=name), class_="pick")


def group(*children: Child, hidden: bool = False) -> Html:
    """Return fields that belong together."""
    return tag("div", children, class_="fields", hidden=hidden)
