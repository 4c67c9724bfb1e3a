"""How near predicted one-bit sizes come to those that the papers print."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

from tests.accuracy_onnx import Row
from willitfit.architecture import Architecture
from willitfit.config import read
from willitfit.recipes import onebit
from willitfit.units import GB

# hidden, inner, layers, heads, vocabulary: LLaMA (arXiv:2302.13971) and BitNet's reproductions of
# it (the configs of 1bitLLM/bitnet_b1_58-large, -xl and -3B).
SHAPES = {
    "LLaMA-7B": (4096, 11008, 32, 32, 32000),
    "LLaMA-13B": (5120, 13824, 40, 40, 32000),
    "LLaMA-30B": (6656, 17920, 60, 52, 32000),
    "LLaMA-65B": (8192, 22016, 80, 64, 32000),
    "LLaMA architecture, 700M": (1536, 4096, 24, 16, 32002),
    "LLaMA architecture, 1.3B": (2048, 5460, 24, 32, 32002),
    "LLaMA architecture, 3B": (3200, 8640, 26, 32, 32002),
}
PUBLISHED: list[dict[str, Any]] = json.loads(
    files("willitfit.catalog").joinpath("onebit.json").read_text()
)["rows"]


def llama(name: str) -> Architecture:
    """Return an untied LLaMA of published widths."""
    hidden, inner, layers, heads, vocabulary = SHAPES[name]
    return read(
        {
            "model_type": "llama",
            "architectures": ["LlamaForCausalLM"],
            "hidden_size": hidden,
            "intermediate_size": inner,
            "num_hidden_layers": layers,
            "num_attention_heads": heads,
            "vocab_size": vocabulary,
            "tie_word_embeddings": False,
        }
    )


def rows_of(method: str) -> list[dict[str, Any]]:
    """Return the published rows of a method for models of known shape."""
    return [row for row in PUBLISHED if row["method"] == method and row["model"] in SHAPES]


def rows() -> Iterator[Row]:
    """Yield OneBit's printed sizes; right where both round to the same tenth of a gigabyte."""
    for row in rows_of("onebit"):
        size = onebit.store(llama(row["model"]), "onebit").weights_bytes
        truth = round(row["memory_gb"] * GB)
        error = size / truth - 1
        inside = round(size / GB, 1) == row["memory_gb"]
        yield Row(row["model"], "onebit", size, size, size, truth, error, inside)
