"""What people believe of models whose makers do not tell their size.

In: nothing. Out: the rows of `undisclosed_sizes.json`, the smallest first: ranges between
published estimates, none of them confirmed.
"""

from __future__ import annotations

import json
from functools import cache
from importlib import resources

from tabfit.light_dataclass import dataclass
from tabfit.units import Parameters


@dataclass(frozen=True, slots=True, kw_only=True)
class UndisclosedSize:
    """A model's size between the estimates; `source` names who made them."""

    name: str
    low: Parameters
    high: Parameters
    source: str
    url: str


@cache
def undisclosed_sizes() -> tuple[UndisclosedSize, ...]:
    """Return every row, the smallest first."""
    text = (resources.files("tabfit.catalog") / "undisclosed_sizes.json").read_text(
        encoding="utf-8"
    )
    rows = sorted(json.loads(text)["rows"], key=lambda row: (row["low"], row["high"]))
    return tuple(
        UndisclosedSize(**{name: value for name, value in row.items() if name != "read_on"})
        for row in rows
    )
