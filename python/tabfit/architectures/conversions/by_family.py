"""A fact of some families: true of them and of no other, or with a value for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

Value = TypeVar("Value")


def among(*families: str) -> Callable[[str], bool]:
    """Return what says whether a model_type is one of these.

    >>> among("gpt2", "mpt")("gpt2"), among("gpt2", "mpt")("bloom")
    (True, False)
    """
    return frozenset(families).__contains__


def told(values: Mapping[str, Value]) -> Callable[[str], Value | None]:
    """Return what gives a model_type's own value, `None` where none was told.

    >>> told({"llama": 4096})("llama"), told({"llama": 4096})("phi")
    (4096, None)
    """
    return values.get
