"""How near predicted safetensors checkpoints come to published ones."""

from __future__ import annotations

import json
from collections.abc import Iterator

from tabfit.recipes import torch
from tabfit.recipes.stored_model import total_size
from tests.accuracy.onnx_sizes import DATA, Row, architecture_of


def rows() -> Iterator[Row]:
    """Yield a row for each published checkpoint."""
    for row in json.loads((DATA / "safetensors.json").read_text())["rows"]:
        stored = torch.store(architecture_of(row["config"]), row["precision"])
        size = total_size(f for f in stored.files if f.name.endswith(".safetensors"))
        truth = row["bytes"]
        yield Row(
            row["model"],
            row["precision"],
            size.low,
            size.likely,
            size.high,
            truth,
            size.likely / truth - 1,
            size.low <= truth <= size.high,
        )
