"""Figures of others that the lessons quote, each with its source and its date.

In: a name. Out: the row of `published_figures.json` that has it.
"""

from __future__ import annotations

import json
from functools import cache
from importlib import resources

from tabfit.light_dataclass import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedFigure:
    """One figure: `dated` is the day it was published, as ISO 8601 writes it."""

    id: str
    value: float
    unit: str
    source: str
    dated: str
    url: str


@cache
def published_figures() -> dict[str, PublishedFigure]:
    """Return every figure by its id.

    >>> published_figures()["fp32-multiply"].value
    3.7
    """
    text = (resources.files("tabfit.learn") / "published_figures.json").read_text(encoding="utf-8")
    return {row["id"]: PublishedFigure(**row) for row in json.loads(text)["rows"]}
