"""How near predicted GGUF files come to published ones: rows for the accuracy table."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tabfit.recipes.gguf import files, stored_tensors
from tabfit.units import MIB
from tests.accuracy.onnx_sizes import DATA, Row, architecture_of

#: Two decimals of a mebibyte, rounded.
LISTED_SLACK = round(0.005 * MIB) + 1


def data(name: str) -> dict[str, Any]:
    """Return one of the data files on GGUF."""
    read: dict[str, Any] = json.loads((DATA / "gguf" / f"{name}.json").read_text())
    return read


def row_of(
    model: str, precision: str, config: Any, truth: int, choices: dict[str, Any], slack: int = 0
) -> Row:
    """Return one file's row."""
    size = files.store(architecture_of(config), precision, **choices).download
    inside = size.low - slack <= truth <= size.high + slack
    error = size.likely / truth - 1
    return Row(model, f"gguf {precision}", size.low, size.likely, size.high, truth, error, inside)


def rows() -> Iterator[Row]:
    """Yield a row for each published file whose exact bytes are known."""
    yield from map(_row, data("published")["rows"])


def collected_rows(*, by_tensor: bool = False) -> Iterator[Row]:
    """Yield a row for each file gathered later, but those of no mix that the quantiser has.

    `by_tensor` asks for those whose makers chose types tensor by tensor.
    """
    every = (row for batch in data("collected")["batches"] for row in batch["rows"])
    known = (row for row in every if row["foretold"] is not None)
    yield from (_row(row) for row in known if row.get("by_tensor", False) is by_tensor)


def _row(row: dict[str, Any]) -> Row:
    choices = row.get("choices", {})
    return row_of(row["file"], row["precision"], row["config"], row["bytes"], choices)


def listed_rows() -> Iterator[Row]:
    """Yield a row for each file of whole repositories, known to a hundredth of a mebibyte."""
    for each in data("listed")["repositories"]:
        for precision, size in each["mib"].items():
            model = f"{each['model']} {precision}"
            truth, choices = round(size * MIB), each.get("choices", {})
            yield row_of(model, precision, each["config"], truth, choices, LISTED_SLACK)


def bits_per_weight() -> Iterator[tuple[str, float, float]]:
    """Yield the quantiser's own table: a precision, the bits predicted, the bits it prints."""
    table = data("readme")
    architecture = architecture_of(table["config"])
    for precision, printed in table["bits_per_weight"].items():
        imatrix = precision not in table["without_imatrix"]
        tensors = stored_tensors.tensors_of(architecture, precision, imatrix=imatrix)
        size = sum(tensor.size for tensor in tensors)
        yield precision, 8 * size / table["parameters"], printed
