"""How near predicted one-bit sizes come to those that the papers print."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

from tabfit.architectures import read
from tabfit.model.architecture import Architecture
from tabfit.recipes import one_bit
from tabfit.units import GB
from tests.accuracy.onnx_sizes import Row

FILE: dict[str, Any] = json.loads(
    files("tabfit.catalog").joinpath("one_bit_methods.json").read_text()
)
PUBLISHED: list[dict[str, Any]] = FILE["rows"]
SHAPES: dict[str, dict[str, Any]] = FILE["configs"]


def llama(name: str) -> Architecture:
    """Return an untied LLaMA of published widths."""
    return read(SHAPES[name])


def rows_of(method: str) -> list[dict[str, Any]]:
    """Return the published rows of a method for models of known shape."""
    return [row for row in PUBLISHED if row["method"] == method and row["model"] in SHAPES]


def rows() -> Iterator[Row]:
    """Yield OneBit's printed sizes; right where both round to the same tenth of a gigabyte."""
    for row in rows_of("onebit"):
        size = one_bit.store(llama(row["model"]), "onebit").weights_bytes
        truth = round(row["memory_gb"] * GB)
        error = size / truth - 1
        inside = round(size / GB, 1) == row["memory_gb"]
        yield Row(row["model"], "onebit", size, size, size, truth, error, inside)
