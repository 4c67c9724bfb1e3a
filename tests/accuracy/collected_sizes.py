"""Files gathered after the rules were made: what was said of each before anything was mended.

In: `collected.json` of ONNX and GGUF files. Out: rows as the recipes foretold them, told neither
the kind of export nor the size, and how many files they had no answer for.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from tests.accuracy.onnx_sizes import DATA, Row

KINDS = ("onnx", "gguf")


class Batch(NamedTuple):
    """Files gathered together, on a day; `commit` is of the recipe that foretold them."""

    collected: str
    commit: str
    rows: list[dict[str, Any]]


def batches(kind: str) -> tuple[Batch, ...]:
    """Return the batches of a kind of file, the oldest first."""
    read = json.loads((DATA / kind / "collected.json").read_text())
    return tuple(Batch(**batch) for batch in read["batches"])


def foretold(batch: Batch) -> Iterator[Row]:
    """Yield a row for each file that the recipe had an answer for, as it stood then."""
    for row in batch.rows:
        if row["foretold"] is not None:
            yield _foretold(row)


def unanswered(batch: Batch) -> int:
    """Return how many files the recipe had no answer for."""
    return sum(row["foretold"] is None for row in batch.rows)


def _foretold(row: dict[str, Any]) -> Row:
    said, truth, slack = row["foretold"], row["bytes"], row.get("tolerance", 0)
    low, likely, high = said["low"], said["likely"], said["high"]
    inside = low - slack <= truth <= high + slack
    return Row(_name(row), _recipe(row), low, likely, high, truth, likely / truth - 1, inside)


def _name(row: dict[str, Any]) -> str:
    return str(row["file"] if "file" in row else row["repository"])


def _recipe(row: dict[str, Any]) -> str:
    if "file" in row:
        return f"gguf {row['precision']}"
    return f"{'+'.join(row['sessions'])} {row['dtype']}"
