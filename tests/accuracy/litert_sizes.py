"""How near predicted LiteRT and MediaPipe files come to published ones."""

from __future__ import annotations

import json
from collections.abc import Iterator

from tabfit.recipes import litert
from tests.accuracy.onnx_sizes import DATA, Row, architecture_of


def rows() -> Iterator[Row]:
    """Yield a row for each published file."""
    for row in json.loads((DATA / "litert" / "files.json").read_text())["rows"]:
        stored = litert.store(
            architecture_of(row["config"]), row["precision"], family=row["family"]
        )
        size, truth, slack = stored.download, row["bytes"], row["tolerance"]
        yield Row(
            row["model"],
            f"{row['precision']} ({row['family']})",
            size.low,
            size.likely,
            size.high,
            truth,
            size.likely / truth - 1,
            size.low - slack <= truth <= size.high + slack,
        )
