"""The signals of many devices as columns of arrays (numpy), made from a signal's values.

In: values as `device_signals.flat` gives them, `None` where nothing is told. Out: the columns of
`vectorized_verdicts.Columns`; a word that is not one of those that the engine tells apart stays as
it is, a `device_memory` is the next smaller one that browsers say.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

import numpy as np

from tabfit.gate.many_devices.vectorized_verdicts import Numbers, WordColumn
from tabfit.gate.rules.device_signals import SAID_MEMORY


def words(name: str, values: Sequence[Any]) -> WordColumn:
    """Return a column of words or truths."""
    said = [_said_memory(each) for each in values] if name == "device_memory" else values
    places: dict[Any, int] = {}
    codes = [places.setdefault(each, len(places)) for each in said]
    return WordColumn(np.array(codes, dtype=np.int64), tuple(places))


def numbers(values: Sequence[float | None]) -> Numbers:
    """Return a column of numbers."""
    return np.array([np.nan if each is None else each for each in values], dtype=float)


def _said_memory(told: float | None) -> float | None:
    """Return the next smaller memory that a browser says, the smallest for any below it.

    >>> _said_memory(6), _said_memory(0.1), _said_memory(None)
    (4, 0.25, None)
    """
    return None if told is None else SAID_MEMORY[max(bisect_right(SAID_MEMORY, told) - 1, 0)]
