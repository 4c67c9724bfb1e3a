"""Bytes of an ONNX graph itself: its nodes, names and small constants.

In: what a session runs, how many layers, a dtype. Out: an interval of bytes.
Weights are not in it. The graph is a few hundred kilobytes and matters only
for models of a few dozen megabytes.
"""

from __future__ import annotations

from enum import StrEnum

from tabfit.light_dataclass import dataclass
from tabfit.recipes.onnx.exports import Dtype, Packing
from tabfit.storage.storage_type import F16
from tabfit.units import Interval


class Trace(StrEnum):
    """The kinds of graph, by how many nodes a layer takes."""

    ENCODER = "encoder"
    SPEECH_ENCODER = "speech encoder"
    DECODER = "decoder beside an encoder"
    MERGED = "both branches of a decoder beside an encoder"
    GENERATOR = "decoder traced operator by operator"
    FUSED = "decoder with fused attention"
    VISION = "encoder of pictures beside a decoder"
    WINDOWS = "encoder of windows and channels"
    CUTTING = "encoder of pictures that looks through windows"
    TABLE = "a lookup alone"
    ASKED = "masks drawn where somebody points"
    CONVOLUTIONS = "convolutions alone"


@dataclass(frozen=True, slots=True)
class _Cost:
    base: int
    layer: int
    low: float = 0.35  # older and newer tools fuse more or less: published files of one model
    high: float = 2.2  # differ by these factors


# Measured on random weights (optimum 1.24, transformers 4.48): tests/data/onnx/made.json, float32.
# FUSED is from published graphs kept apart from their weights: 165,580 bytes for SmolLM2-1.7B's 24
# layers up to 780,000 for the 24 hybrid layers of Qwen3.5-2B. VISION and WINDOWS are what is left
# of published SmolVLM (12 layers) and Florence-2 (base and large alike, 12) beside their weights.
# ASKED is SAM 2.1's graph beside its weights, tiny and base-plus alike. CUTTING is SAM's tower of 4
# and 12 layers, made here (optimum 1.24), and SlimSAM's as published.
_COSTS: dict[Trace, _Cost] = {
    Trace.ENCODER: _Cost(6_500, 22_600, 0.25, 2.7),
    Trace.VISION: _Cost(6_500, 22_600, 0.35, 8.0),
    Trace.WINDOWS: _Cost(6_500, 145_000, 0.2, 1.5),
    Trace.CUTTING: _Cost(20_000, 42_500),
    Trace.SPEECH_ENCODER: _Cost(3_000, 13_000),
    Trace.DECODER: _Cost(9_700, 32_000),
    Trace.MERGED: _Cost(19_200, 61_400, 0.25),
    Trace.GENERATOR: _Cost(22_000, 38_900),
    Trace.FUSED: _Cost(15_000, 9_000, 0.5, 4.5),
    Trace.TABLE: _Cost(600, 0),
    Trace.ASKED: _Cost(213_000, 0),
    Trace.CONVOLUTIONS: _Cost(400, 2_600),
}

# Three nodes for each product, where most nodes are products or carry state: made 4.6 and 1.8,
# SAM's decoder as published 2.8.
_QUANTISED = {Trace.CONVOLUTIONS: 4.6, Trace.ASKED: 2.3}
_CASTS = {Trace.FUSED: 1.1}  # how much longer float16 makes a graph; elsewhere 1.4


def _growth(dtype: Dtype, trace: Trace) -> float:
    """Return how much longer the graph gets: casts for float16, three nodes per product for q8."""
    quantised = _QUANTISED.get(trace, 1.73)
    packed = {Packing.NONE: 1.0, Packing.DYNAMIC: quantised, Packing.BLOCKS: 1.04}
    growth = packed.get(dtype.packing, 1.04)
    return growth * (_CASTS.get(trace, 1.4) if dtype.wide is F16 else 1.0)


def graph_size(trace: Trace, layers: int, dtype: Dtype) -> Interval:
    """Return the bytes of a graph of so many layers.

    Source: measured on exports of random weights (tests/data/onnx/made.json) and on published
    graphs that lie apart from their weights.
    """
    cost = _COSTS[trace]
    likely = round((cost.base + cost.layer * layers) * _growth(dtype, trace))
    return Interval(round(likely * cost.low), likely, round(likely * cost.high))


# What is left of published Qwen3.5 (0.8B and 2B at every dtype, 18 such layers) beside weights and
# graph: 82,000 to 128,000 bytes a layer, masks of a chunk as constants.
_CHUNK_CONSTANTS = Interval(0, 100_000, 140_000)


def chunk_constants(layers: int) -> Interval:
    """Return the bytes of constants in layers that carry a state over chunks of tokens.

    Source: what is left of published Qwen3.5 of 0.8B and 2B beside weights and graph.
    """
    low, likely, high = _CHUNK_CONSTANTS.low, _CHUNK_CONSTANTS.likely, _CHUNK_CONSTANTS.high
    return Interval(low * layers, likely * layers, high * layers)
