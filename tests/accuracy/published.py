"""Read the tables of published figures, whose first lines say where they come from."""

from __future__ import annotations

import csv
from pathlib import Path

DATA = Path(__file__).parents[1] / "data"


def table(name: str) -> list[dict[str, str]]:
    """Return the rows of a CSV in `tests/data`, without its remarks."""
    lines = (DATA / name).read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))
