"""What transformers' config classes fall back to: defaults, aliases, nested parts, classes.

In: a model_type. Out: the facts that `tools/oracle/transformers_defaults.py` read from the
pinned transformers and wrote into transformers_defaults.jsonl: a line for the version, then one
for each model_type, of which only the one asked about is decoded.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from tabfit.architectures.registry import OTHER_NAMES
from tabfit.light_dataclass import dataclass


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
def _lines() -> list[str]:
    # importlib.resources and pathlib would each take longer than reading a whole config.
    path = __file__.rpartition(".")[0] + ".jsonl"
    with open(path, encoding="utf-8") as file:  # noqa: PTH123
        return file.readlines()


def _row(model_type: str) -> dict[str, Any]:
    """Return the line of a model_type; most others do not even hold its name."""
    name = json.dumps(model_type)
    rows = (json.loads(line) for line in _lines() if name in line)
    return next((row for row in rows if row.get("model_type") == model_type), {})


@lru_cache(maxsize=256)
def facts_of(model_type: str) -> Facts:
    """Return what is known of a model_type; nothing at all where it is not listed."""
    model_type = OTHER_NAMES.get(model_type, model_type)
    row = _row(model_type)
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
    version: str = json.loads(_lines()[0])["transformers"]
    return version
