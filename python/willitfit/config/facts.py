"""What transformers' config classes fall back to: defaults, aliases, nested parts, classes.

In: a model_type. Out: the facts that `tools/config_facts.py` read from the
pinned transformers and wrote into facts.json.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """One model_type as transformers knows it.

    `aliases` maps a second name of a key to its first; those in `weak` give way
    where the first is written down too. `nested` maps a key to
    the model_type of the config inside it and what that starts from. `classes`
    are the model classes that take such a config.
    """

    model_type: str
    defaults: Mapping[str, Any]
    aliases: Mapping[str, str]
    weak: frozenset[str]
    nested: Mapping[str, tuple[str, Mapping[str, Any]]]
    classes: tuple[str, ...]


@lru_cache(maxsize=1)
def _table() -> dict[str, Any]:
    # importlib.resources would take a third of the time that this package takes to start.
    text = Path(__file__).with_name("facts.json").read_text(encoding="utf-8")
    table: dict[str, Any] = json.loads(text)
    return table


@lru_cache(maxsize=256)
def facts_of(model_type: str) -> Facts:
    """Return what is known of a model_type; nothing at all where it is not listed."""
    row = _table()["models"].get(model_type, {})
    return Facts(
        model_type=model_type,
        defaults=row.get("defaults", {}),
        aliases=row.get("aliases", {}),
        weak=frozenset(row.get("weak", ())),
        nested={key: (kind, first) for key, (kind, first) in row.get("nested", {}).items()},
        classes=tuple(row.get("classes", ())),
    )


def transformers_version() -> str:
    """Return the version of transformers that the facts were read from."""
    version: str = _table()["transformers"]
    return version
