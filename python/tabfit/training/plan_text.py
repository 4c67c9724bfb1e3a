"""A plan as plain text: what the command line, the page's form and its link all say.

In: text by key. Out: a `Plan`, or a typed error that says what is accepted; and back, with
what is usual left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tabfit.errors import shown
from tabfit.i18n.language import _, later
from tabfit.light_dataclass import replace
from tabfit.training.plan import (
    MOST,
    LoraTargets,
    Optimizer,
    Plan,
    Recompute,
    TrainingPrecision,
    Zero,
    check_range,
    choice_named,
    out_of_range,
)

#: Choices of one name each, and what they are called in an error.
_NAMES: Final[dict[str, tuple[type[Any], str]]] = {
    "optimizer": (Optimizer, later("optimiser")),
    "precision": (TrainingPrecision, later("training precision")),
    "recompute": (Recompute, later("recomputation")),
    "lora_targets": (LoraTargets, later("set of adapted matrices")),
}
#: Choices that are made by being there, and the plan's field each sets.
FLAGS: Final = {
    "qlora": ("quantised", True),
    "sequence_parallel": ("sequence_parallel", True),
    "eager": ("flash", False),
    "flash": ("flash", True),  # as is usual; links made before say it
    "no_dropout": ("dropout", False),
}
KEYS: Final = (*_NAMES, *MOST, "zero", *FLAGS)


#: The rank of adapters where only QLoRA is asked for.
USUAL_RANK: Final = 8


def read(said: Mapping[str, str], usual: Plan) -> Plan:
    """Return the plan that some text says, with what is `usual` in place of the rest.

    >>> read({"optimizer": "adam", "batch": "4", "flash": "on"}, Plan()).batch
    4
    """
    found: dict[str, Any] = {}
    for key, (kind, what) in _NAMES.items():
        if said.get(key):
            found[key] = choice_named(kind, said[key], _(what))
    for key in MOST:
        if said.get(key):
            found[key] = _whole(key, said[key], MOST[key])
    if said.get("zero"):
        found["zero"] = Zero(_whole("zero", said["zero"], max(Zero)))
    for key, (name, value) in FLAGS.items():
        if said.get(key):
            found[name] = value
    if "tensor_parallel" in found:
        found.setdefault("gpus", max(found["tensor_parallel"], usual.gpus))
    if found.get("quantised") and not found.get("lora_rank"):
        found["lora_rank"] = USUAL_RANK
    return replace(usual, **found)


def _whole(key: str, text: str, most: int) -> int:
    plain = text.replace(",", "").replace("_", "").strip()
    least = 0 if key in ("zero", "lora_rank") else 1
    allowed = range(least, most + 1)
    if not (plain.isascii() and plain.isdigit() and len(plain) <= 10):
        raise out_of_range(key, shown(text), allowed)
    check_range(key, int(plain), allowed)
    return int(plain)


def written(plan: Plan, usual: Plan) -> dict[str, str]:
    """Return the text that `read` turns back into the plan, what is usual left out.

    >>> written(replace(Plan(), batch=4, dropout=False), Plan())
    {'batch': '4', 'no_dropout': 'on'}
    """
    said = {
        key: str(int(value) if key == "zero" else value)
        for key in (*_NAMES, *MOST, "zero")
        if (value := getattr(plan, key)) != getattr(usual, key)
    }
    flags = {
        key: "on"
        for key, (name, value) in FLAGS.items()
        if getattr(plan, name) is value is not getattr(usual, name)
    }
    return said | flags
