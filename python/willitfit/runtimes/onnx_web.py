"""Transformers.js on ONNX Runtime Web, on the processor (wasm) or on WebGPU.

Every file is fetched into one JavaScript buffer, the graph is copied into the
wasm heap and its weights are unpacked there; on WebGPU they go on to the GPU.
The heap never shrinks, so what loading touched stays resident. The cache grows
by one token a step, old and new alive together.
"""

from __future__ import annotations

from typing import Final

from willitfit.architecture import Architecture, Kind, Tower
from willitfit.cache import Allocation
from willitfit.layers import Layer
from willitfit.recipes import onnx
from willitfit.recipes.stored import Stored
from willitfit.runtimes import constants
from willitfit.runtimes.base import Load
from willitfit.runtimes.phases import (
    DOWNLOAD,
    GENERATE,
    LOAD,
    PREFILL,
    READY,
    Component,
    Label,
    Phase,
    on_gpu,
    on_page,
)
from willitfit.storage import F16, F32
from willitfit.units import Interval, exactly

#: dtypes whose graphs keep activations and cache in 16-bit floats.
HALF: Final = frozenset({"fp16", "q4f16", "q2f16", "q1f16"})


class TransformersJs:
    """ONNX Runtime Web behind Transformers.js."""

    #: Inputs above the binding limit are split since late 2025 (onnxruntime PR 25962, 26429).
    splits_bindings: Final = True

    def __init__(self, *, on_gpu: bool) -> None:
        """Choose the execution provider."""
        self.uses_gpu = on_gpu
        self.name = "transformersjs-webgpu" if on_gpu else "transformersjs-wasm"

    def store(self, architecture: Architecture, precision: str, family: str | None) -> Stored:
        """Return the ONNX files of every session."""
        return onnx.store(architecture, precision, family=family)

    def kept(self, load: Load) -> Allocation:
        """Return a cache of exactly the tokens seen, in every layer, in the graph's own type."""
        element = F16 if load.stored.precision in HALF else F32
        return Allocation(element=element, state=element)

    def workspace(self, load: Load) -> Interval:
        """Return activations of one pass over a prompt.

        Each layer holds hidden vectors, the feed-forward's inner vectors and the
        attention scores (heads x tokens x tokens); a decoder adds logits. The arena keeps the
        largest layer's, and frees in whole blocks, hence the interval.
        """
        return _activations(load).scaled(*constants.ORT_ARENA)

    def phases(self, load: Load) -> tuple[Phase, ...]:
        """Return copies of the file while loading, then weights, activations and cache."""
        floor = on_page(Label.RUNTIME, constants.ORT_FLOOR)
        fetched = on_page(Label.COPIES, load.files)
        copies = on_page(Label.COPIES, load.files.scaled(*constants.ORT_LOAD_COPIES))
        stays = on_page(Label.COPIES, load.files.scaled(*constants.ORT_KEPT_COPIES))
        weights = on_page(Label.WEIGHTS, exactly(load.weights))
        if self.uses_gpu:
            return self._on_gpu(load, floor, fetched, copies, stays)
        work = on_page(Label.WORK, self.workspace(load))
        ready = (floor, weights, stays)
        first = (
            Phase(DOWNLOAD, (floor, fetched)),
            Phase(LOAD, (floor, weights, copies)),
            Phase(READY, ready),
            Phase(PREFILL, (*ready, work)),
        )
        return (*first, Phase(GENERATE, (*ready, self._cache(load)))) if load.generates else first

    def _on_gpu(
        self, load: Load, floor: Component, fetched: Component, copies: Component, stays: Component
    ) -> tuple[Phase, ...]:
        weights = on_gpu(Label.WEIGHTS, load.files.scaled(*constants.ORT_GPU_WEIGHTS))
        floor_gpu = on_gpu(Label.RUNTIME, constants.ORT_GPU_FLOOR)
        work = on_gpu(Label.WORK, self.workspace(load))
        ready = (floor, floor_gpu, weights, stays)
        first = (
            Phase(DOWNLOAD, (floor, fetched)),
            Phase(LOAD, (floor, floor_gpu, weights, copies)),
            Phase(READY, ready),
            Phase(PREFILL, (*ready, work)),
        )
        return (*first, Phase(GENERATE, (*ready, self._cache(load)))) if load.generates else first

    def _cache(self, load: Load) -> Component:
        """Return the cache twice: each step writes a longer one before the old is freed."""
        once = load.cache(self.kept(load))
        both = Interval(once, round(once * constants.ORT_CACHE_TWICE), 2 * once)
        return on_gpu(Label.CACHE, both) if self.uses_gpu else on_page(Label.CACHE, both)

    def heap(self, load: Load) -> Interval | None:
        """Return what ONNX Runtime's heap holds: the graph and its unpacked weights.

        With WebGPU, weights in external files go past the heap; a graph that carries its
        own weights still passes it.
        """
        held = exactly(load.weights) + load.files
        return held if self.uses_gpu else held + self.workspace(load)


#: Tokens of a prompt, which a graph takes in one piece: short, usual, long. An encoder's
#: input is the context itself.
PROMPT: Final = (128, 512, 2048)


def _activations(load: Load) -> Interval:
    if load.architecture.kind is Kind.ENCODER:
        return exactly(_pass(load, load.context))
    low, likely, high = (_pass(load, min(length, load.context)) for length in PROMPT)
    return Interval(low, likely, high)


def _pass(load: Load, tokens: int) -> int:
    """Return the bytes of the widest layer's activations, over every tower, and the logits."""
    element = 2 if load.stored.precision in HALF else 4
    total = 0
    for tower in load.architecture.towers:
        length = tokens if tower is load.architecture.main else tower.positions or tokens
        length = min(length, tower.positions or length)
        layer = max((_layer(tower, each, length) for each in tower.layers), default=0)
        total += layer * element
    logits = load.architecture.outputs if load.generates else 0
    return total + tokens * logits * 4


def _layer(tower: Tower, layer: Layer, length: int) -> int:
    vectors = 6 * tower.hidden + 2 * layer.feed_forward
    return length * vectors + layer.attention_heads * length * length
