"""How near predicted MLC parameters come to compiled libraries' own metadata."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tabfit.errors import UnsupportedArchitecture
from tabfit.model.tensors import Role
from tabfit.recipes import mlc
from tabfit.recipes.stored_model import StoredTensor
from tabfit.units import MIB
from tests.accuracy.onnx_sizes import DATA, Row, architecture_of, is_guessed

LEFT_OUT = {"embedding": Role.EMBEDDING, "head": Role.HEAD}


def listed() -> list[dict[str, Any]]:
    """Return the libraries' metadata."""
    rows: list[dict[str, Any]] = json.loads((DATA / "mlc" / "libraries.json").read_text())["rows"]
    return rows


def readable() -> Iterator[dict[str, Any]]:
    """Yield the rows of models that this project reads, not those it only guesses at."""
    for row in listed():
        try:
            guessed = is_guessed(architecture_of(row["config"]))
        except UnsupportedArchitecture:
            continue
        if not guessed:
            yield row


def counted(row: dict[str, Any]) -> tuple[StoredTensor, ...]:
    """Return the tensors that a library's metadata gives bytes for."""
    stored = mlc.store(architecture_of(row["config"]), row["quantisation"])
    left_out = {LEFT_OUT[name] for name in row["left_out"]}
    return tuple(tensor for tensor in stored.tensors if tensor.role not in left_out)


def rows() -> Iterator[Row]:
    """Yield a row for each library whose model is read."""
    for row in readable():
        size = sum(tensor.size for tensor in counted(row))
        truth = round(row["mebibytes"] * MIB)
        error = size / truth - 1
        yield Row(
            row["model"], row["quantisation"], size, size, size, truth, error, abs(error) < 0.001
        )
