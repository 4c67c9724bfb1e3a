"""Names that everybody knows and the catalogue cannot have: closed models, makers of pictures.

In: a name, and the catalogue. Out: `NotCovered` in a sentence, for a closed model with the open
ones of its kind.
"""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Final

from tabfit.catalog.reader import Catalog, plain_name
from tabfit.catalog.rows import Model
from tabfit.errors import NotCovered
from tabfit.i18n.language import Message
from tabfit.light_dataclass import dataclass

#: A larger model is no advice for a browser: at four bits its weights alone fill 2.5 GB.
LARGEST_ADVISED: Final = 5_000_000_000
ADVISED: Final = 3
_TEXT: Final = "text-generation"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownName:
    """A name, what texts that mean it begin with, its maker, and what it makes."""

    name: str
    begins: tuple[str, ...]
    maker: str
    hub: str
    makes: str
    source: str


@cache
def known_names() -> tuple[KnownName, ...]:
    """Return every row of `not_covered.json`."""
    text = (resources.files("tabfit.catalog") / "not_covered.json").read_text(encoding="utf-8")
    return tuple(
        KnownName(
            **{key: value for key, value in row.items() if key not in ("begins", "read_on")},
            begins=tuple(plain_name(each) for each in row["begins"]),
        )
        for row in json.loads(text)["rows"]
    )


def refusal(name: str, catalog: Catalog) -> NotCovered | None:
    """Return why a name has no answer, `None` where nothing here knows it.

    >>> from tabfit.catalog import Catalog
    >>> str(refusal("midjourney v7", Catalog())).partition(",")[0]
    'Midjourney makes pictures'
    """
    asked = plain_name(name[:200])
    row = next((each for each in known_names() if asked.startswith(each.begins)), None)
    if row is None:
        return None
    if row.makes == "pictures":
        return NotCovered(
            name,
            Message(
                "{name} makes pictures, which is not covered: answers are for models that write, "
                "listen, speak, read text and pictures, or search",
                name=row.name,
            ),
        )
    problem = Message(
        "{name} runs at {maker} alone: its weights are not published, so no browser can load it",
        name=row.name,
        maker=row.maker,
    )
    return NotCovered(name, problem, _open_ones(row, catalog))


def _open_ones(row: KnownName, catalog: Catalog) -> tuple[str, ...]:
    """Return open models that write: the same maker's first, then what most runtimes load."""
    formats = {each for facts in catalog.runtimes for each in facts.formats if facts.package}

    def ways(model: Model) -> int:
        return len(formats & {each.format for each in model.published})

    able = [
        model
        for model in catalog.models
        if model.task == _TEXT
        and ways(model)
        and 0 < (model.parameters or 0) <= LARGEST_ADVISED
        and (model.hub or "").count("/")
    ]
    able.sort(key=lambda model: (ways(model), model.released, model.parameters), reverse=True)
    able.sort(key=lambda model: model.maker != row.hub)
    return tuple(model.id for model in able[:ADVISED])
