"""Which languages a model is for, as its maker says.

In: the id of a model of the catalogue. Out: the languages, or how many there are at least, with
where it is said; `None` where nobody is known to say so.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources

from tabfit.light_dataclass import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelLanguages:
    """The languages of a model: `codes` of ISO 639-1, empty where only their `count` is told."""

    codes: tuple[str, ...]
    count: int
    says: str
    url: str


def model_languages(model: str) -> ModelLanguages | None:
    """Return the languages of a model of the catalogue.

    >>> found = model_languages("opus-mt-en-de")
    >>> found and found.codes
    ('en', 'de')
    """
    return _read().get(model)


@cache
def _read() -> Mapping[str, ModelLanguages]:
    text = resources.files("tabfit.catalog").joinpath("model_languages.json").read_text("utf-8")
    return {
        model: ModelLanguages(
            codes=tuple(row.get("languages", ())),
            count=row.get("count") or len(row["languages"]),
            says=row["says"],
            url=row["url"],
        )
        for row in json.loads(text)["rows"]
        for model in row["models"]
    }
