"""How near predicted graphics memory comes to what WebLLM's own list asks for.

Weights, cache and temporaries of a row's model, quantisation and context,
against its `vram_required_MB`, which is in MiB.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from tabfit import architectures, runtimes
from tabfit.catalog import Catalog
from tabfit.errors import UnsupportedArchitecture
from tabfit.model.architecture import Architecture
from tabfit.runtimes import Load
from tabfit.runtimes.memory.quantities import count
from tabfit.runtimes.webllm import encoder_temporaries
from tabfit.units import MIB, Interval, Tokens
from tests.accuracy.onnx_sizes import DATA, Row, architecture_of, is_guessed
from tests.accuracy.published import table

#: Rows of the list that contradict the others, each by the start of its name, and why.
ANOMALIES = {
    "Hermes-2-Pro-Mistral-7B": "leaves the cache out: the sum of weights and temporaries",
    "Hermes-3-Llama-3.1-8B": "less than its sisters of the same shape by 100 and 272 MiB",
    "Llama-2": "of libraries before the paged cache: scores of a piece against the context",
    "RedPajama": "of libraries before the paged cache; a piece is the whole context",
    "phi-2": "of libraries before the paged cache; a piece is the whole context",
    "phi-1_5": "of libraries before the paged cache; one figure for two contexts",
    "gemma-2b": "leaves the cache out; one figure for two contexts",
}
NAME = re.compile(r"(?P<model>.+?)-(?P<quantisation>q\w+)-MLC(?:-b(?P<batch>\d+))?")
_TOKENS = 512  # an encoder's input


@cache
def models() -> dict[str, dict[str, Any] | None]:
    """Return where the shape behind each name is found."""
    known: dict[str, dict[str, Any] | None]
    known = json.loads((DATA / "mlc" / "models.json").read_text())["models"]
    return known


@cache
def shape(model: str) -> Architecture | None:
    """Return the architecture behind a name, `None` where it is not known or only guessed."""
    where = models()[model]
    if where is None:
        return None
    try:
        if "config" in where:
            found = architecture_of(where["config"])
        else:
            found = architectures.read(Catalog().model(where["model"]).config or {})
    except UnsupportedArchitecture:
        return None
    return None if is_guessed(found) else found


def predicted(architecture: Architecture, quantisation: str, context: int, batch: int) -> Interval:
    """Return the weights, the cache and the temporaries in graphics memory."""
    runtime = runtimes.named("webllm")
    load = Load(
        architecture=architecture,
        stored=runtime.store(architecture, quantisation, None),
        context=Tokens(context),
    )
    work = runtime.workspace(load)
    if not load.generates:
        work = encoder_temporaries(architecture, context, count("batch", batch)).interval
    return (load.weights + load.cache(runtime.kept(load))).interval + work


def rows() -> Iterator[Row]:
    """Yield a row for each listed model whose shape is known."""
    for row in table("webllm_vram.csv"):
        name = NAME.match(row["model_id"])
        architecture = shape(name["model"]) if name else None
        if name is None or architecture is None:
            continue
        context = int(row["context_window_size"] or _TOKENS)
        size = predicted(architecture, row["quantization"], context, int(name["batch"] or 1))
        truth = round(float(row["vram_required_MB"]) * MIB)
        error = size.likely / truth - 1
        inside = size.low <= truth <= size.high
        listed = row["model_id"]
        yield Row(
            listed, f"{context} tokens", size.low, size.likely, size.high, truth, error, inside
        )


def anomaly(model: str) -> str:
    """Return why a row of the list contradicts the others, empty where it does not."""
    return next((why for start, why in ANOMALIES.items() if model.startswith(start)), "")
