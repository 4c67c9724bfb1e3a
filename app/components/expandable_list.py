"""Lists whose rows open: a colour, a name and a figure; inside, the formula and its source."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from app.components.html import Child, Html, tag
from tabfit.i18n.language import _


def row(
    name: Child, figure: str, *inside: Child, swatch: str | None = None, arrow: str = ""
) -> Html:
    """Return a row that opens; `swatch` is the class of its colour, `arrow` a sign instead."""
    sign = (
        tag("span", class_=f"swatch {swatch}", aria_hidden="true")
        if swatch
        else tag("span", arrow, class_="arrow", aria_hidden="true")
    )
    summary = tag(
        "summary", sign, tag("span", name, class_="what"), tag("b", figure, class_="number")
    )
    return tag("details", summary, inside)


def rows(every: Iterable[Html], *, quoted: bool = False) -> Html:
    """Return rows one under another; `quoted` ones put their figure below on a narrow screen."""
    return tag("div", every, class_="opening quoted" if quoted else "opening")


def equation(text: str, filled: str, result: str) -> Html:
    """Return a formula in letters, filled in, and what it gives."""
    return tag(
        "p",
        tag("span", text, class_="words"),
        tag("span", "= ", filled, class_="filled"),
        tag("span", "= ", result, class_="filled"),
        class_="equation",
    )


def letters(used: Iterable[str], meanings: Mapping[str, str]) -> Html:
    """Return what the letters of formulas stand for."""
    return tag("dl", [_letter(each, meanings[each]) for each in used], class_="letters")


def _letter(letter: str, meaning: str) -> Html:
    return tag("div", tag("dt", letter), tag("dd", _(meaning)))
