"""Marks: a shape for each outcome, so that none is told by colour alone."""

from __future__ import annotations

from typing import Final

from app.components.html import Html, joined, tag
from app.components.labels import BASES, KNOWN
from tabfit.units import Basis
from tabfit.verdict.probability import Outcome

_SHAPES: Final = {
    Outcome.LIKELY: ('<circle cx="12" cy="12" r="10"/><path d="m7.5 12.5 3 3 6-6.5"/>'),
    Outcome.MAY: '<path d="M12 3 22.5 21h-21Z"/><path d="M12 10v5m0 2.6v.4"/>',
    Outcome.UNLIKELY: '<path d="M12 21 1.5 3h21Z"/><path d="M12 6.5v5m0 2.6v.4"/>',
    Outcome.NO: '<path d="M8 2h8l6 6v8l-6 6H8l-6-6V8Z"/><path d="m8.5 8.5 7 7m0-7-7 7"/>',
    Outcome.UNKNOWN: (
        '<circle cx="12" cy="12" r="10"/>'
        '<path d="M9 9.5a3 3 0 1 1 4.4 2.7c-.9.5-1.4 1-1.4 2m0 2.6v.4"/>'
    ),
    Outcome.UNSUPPORTED: (
        '<rect x="2" y="4" width="20" height="16" rx="2"/><path d="M2 9h20M7 14.5h10"/>'
    ),
}


def mark(outcome: Outcome) -> Html:
    """Return an outcome's shape; the word beside it says the same."""
    return tag(
        "svg",
        Html(_SHAPES[outcome]),
        class_=f"mark {outcome}",
        viewBox="0 0 24 24",
        aria_hidden="true",
    )


def chip(basis: Basis) -> Html:
    """Return how a figure is known, small beside it; a tap says what the word means."""
    return tag(
        "button",
        KNOWN[basis],
        type="button",
        popovertarget=f"basis-{basis}",
        class_="basis",
        title=BASES[basis],
    )


def meanings() -> Html:
    """Return what each of those words means, once for a page, shown where a chip is tapped."""
    return joined(
        tag(
            "p",
            tag("b", KNOWN[basis]),
            ": ",
            BASES[basis],
            id=f"basis-{basis}",
            popover="auto",
            class_="meaning",
        )
        for basis in Basis
    )
