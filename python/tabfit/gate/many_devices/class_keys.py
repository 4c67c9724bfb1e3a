"""A class of visits as one text, in Python and in SQL: what a table of classes is joined by.

In: the cuts of columns (`device_classes.cuts`). Out: a row's key, and a query that works out the
same key of every row of a table of visits and joins the table of classes. A class that this table
does not have comes out as NULL.

A key has a part for each column: `-` where nothing is told, a word, how many cuts a number has
reached, or the number itself where every number counts. Whoever has few columns told has few
classes; a quota counts to the byte, so rows that tell one are many.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tabfit.gate.many_devices.device_classes import Cuts, key
from tabfit.gate.rules.decision_tree import UNLISTED
from tabfit.gate.rules.device_signals import TRUTH, WORDS

UNTOLD: Final = "-"


def key_text(every: Mapping[str, Cuts], columns: Mapping[str, Any]) -> str:
    """Return the key of a row.

    >>> every = {"cores": Cuts(words=False, at=(4,)), "platform": Cuts(words=True)}
    >>> key_text(every, {"cores": 8, "platform": "ios"}), key_text(every, {})
    ('1|ios', '-|-')
    """
    return "|".join(map(_part, key(every, columns)))


def _part(code: Any) -> str:  # noqa: ANN401 - of any column
    if code is None:
        return UNTOLD
    return str(int(code)) if isinstance(code, bool) else str(code)


def key_sql(every: Mapping[str, Cuts]) -> str:
    """Return the same as an expression of DuckDB's SQL."""
    return " || '|' || ".join(_part_sql(name, some) for name, some in every.items())


def _part_sql(name: str, some: Cuts) -> str:
    told = f"CASE WHEN {name} IS NULL THEN '{UNTOLD}'"
    if WORDS.get(name) == TRUTH:
        return f"{told} WHEN {name} THEN '1' ELSE '0' END"
    if name in WORDS:
        known = ", ".join(f"'{each}'" for each in WORDS[name] if each != UNLISTED)
        return f"{told} WHEN {name} IN ({known}) THEN {name} ELSE '{UNLISTED}' END"
    if some.exact:
        return f"{told} ELSE CAST({name} AS VARCHAR) END"
    below = (f"WHEN {name} < {value} THEN '{place}'" for place, value in enumerate(some.at))
    return f"{told} {' '.join(below)} ELSE '{len(some.at)}' END"


def join(every: Mapping[str, Cuts], table: str = "visits", classes: str = "classes") -> str:
    """Return the query that adds each class's outcome and chance to every row of a table."""
    keyed = f"SELECT *, {key_sql(every)} AS visit_class FROM {table}"
    return (
        f"SELECT keyed.*, {classes}.outcome, {classes}.probability FROM ({keyed}) AS keyed "
        f"LEFT JOIN {classes} ON keyed.visit_class = {classes}.visit_class"
    )
