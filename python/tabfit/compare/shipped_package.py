"""The package that a site brings to its pages when they first ask for more than an answer.

In: nothing. Out: its name and the files in it: the catalogue's table (`verdict_grid.table`) and
the rules that gates are made of (`gate.rules`). `tools/dist` packs it.
"""

from __future__ import annotations

from importlib import resources
from typing import Final

SHIPPED: Final = "tabfitgrid"
TABLE: Final = "table.npz"
RULES: Final = "rules.json"


def shipped_bytes(file: str) -> bytes:
    """Return a file of the package; raise `ModuleNotFoundError` where it is not installed."""
    return (resources.files(SHIPPED) / file).read_bytes()
