"""Transformers.js on ONNX Runtime Web, on the processor (wasm) or on WebGPU.

Every file is fetched into one JavaScript buffer and copied whole into the wasm
heap; parsing makes a second copy of its tensors there, one at a time freed
again. The heap never shrinks, so what loading touched stays resident, and a
run's activations first fill what loading left free. On WebGPU the weights go
on to the GPU. External data are copied once, and on WebGPU not through the heap.

Source: onnxruntime js/web/lib/wasm/wasm-core-impl.ts and
core/framework/session_state_utils.cc; tests/runtimes/model_notes.md.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tabfit.model.architecture import Architecture, Kind, Tower
from tabfit.model.layers import Layer
from tabfit.model.tensors import Role
from tabfit.recipes.onnx import sessions
from tabfit.recipes.stored_model import Stored
from tabfit.runtimes import constants
from tabfit.runtimes.base import Load
from tabfit.runtimes.cache import Allocation
from tabfit.runtimes.phases import (
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
from tabfit.storage.storage_type import BF16, F16, F32
from tabfit.units import NOTHING, Interval, exactly

#: dtypes whose graphs keep activations and cache in 16-bit floats.
HALF: Final = frozenset({"fp16", "q4f16", "q2f16", "q1f16"})
#: dtypes whose kernels take longest to compile.
MIXED: Final = HALF | {"q8", "int8", "uint8"}
WHOLE_NUMBERS: Final = frozenset({"q8", "int8", "uint8"})
_FLOATS: Final = (F32, F16, BF16)

#: Tokens of a prompt, which a graph takes in one piece: short, usual, long. An encoder's
#: input is the context itself.
PROMPT: Final = (128, 512, 2048)


class TransformersJs:
    """ONNX Runtime Web behind Transformers.js."""

    in_tab: Final = True
    #: Inputs above the binding limit are split since late 2025 (onnxruntime PR 25962, 26429).
    splits_bindings: Final = True

    def __init__(self, *, on_gpu: bool) -> None:
        """Choose the execution provider."""
        self.uses_gpu = on_gpu
        self.name = "transformersjs-webgpu" if on_gpu else "transformersjs-wasm"

    def can_store(self, architecture: Architecture) -> bool:
        """Return that any model can be exported: what can be loaded is for its registry to say."""
        del architecture
        return True

    def store(self, architecture: Architecture, precision: str, family: str | None) -> Stored:
        """Return the ONNX files of every session."""
        return sessions.store(architecture, precision, family=family)

    def kept(self, load: Load) -> Allocation:
        """Return a cache of exactly the tokens seen, in every layer, in the graph's own type."""
        element = F16 if load.stored.precision in HALF else F32
        return Allocation(element=element, state=element)

    def workspace(self, load: Load) -> Interval:
        """Return activations of one pass over a prompt, and the logits that come out of it."""
        return _over_prompts(load, lambda tokens: _work(load, tokens))

    def heap(self, load: Load) -> Interval | None:
        """Return what ONNX Runtime's heap holds once everything is loaded."""
        if self.uses_gpu and external(load):
            return None
        return _heap(load, on_gpu=self.uses_gpu)

    def phases(self, load: Load) -> tuple[Phase, ...]:
        """Return the fetched file and its copies, which stay, and what runs add to them."""
        fetched = on_page(Label.COPIES, _fetched(load))
        held = (*_in_heap(load, on_gpu=self.uses_gpu), fetched)
        steps = self._on_gpu(load) if self.uses_gpu else _on_processor(load)
        beyond, cache = steps
        first = (
            Phase(DOWNLOAD, (_floor(constants.ORT_DOWNLOAD), fetched)),
            Phase(LOAD, (self._base(load, LOAD), *held, *self._resident(load))),
            Phase(READY, (self._base(load, READY), *held, *self._resident(load))),
            Phase(PREFILL, (self._base(load, PREFILL), *held, *self._resident(load), *beyond)),
        )
        if not load.generates:
            return first
        last = (self._base(load, PREFILL), *held, *self._resident(load), *cache)
        return (*first, Phase(GENERATE, last))

    def _base(self, load: Load, phase: str) -> Component:
        if self.uses_gpu:
            return _floor(constants.ORT_ON_GPU)
        run = constants.ORT_RUN_MIXED if load.stored.precision in MIXED else constants.ORT_RUN
        return _floor({LOAD: constants.ORT_LOAD, READY: constants.ORT_READY}.get(phase, run))

    def _resident(self, load: Load) -> tuple[Component, ...]:
        """Return what lives on the GPU from loading on.

        Products of whole numbers have no kernel there and stay on the processor.
        """
        if not self.uses_gpu:
            return ()
        weights = NOTHING
        if load.stored.precision not in WHOLE_NUMBERS:
            shares = constants.ORT_GPU_EXTERNAL if external(load) else constants.ORT_GPU_WEIGHTS
            table = exactly(table_of(load, on_gpu=True) if shares_float_table(load) else 0)
            weights = (load.files + table).scaled(*shares)
        return (
            on_gpu(Label.RUNTIME, constants.ORT_GPU_FLOOR),
            on_gpu(Label.WEIGHTS, weights),
        )

    def _on_gpu(self, load: Load) -> tuple[tuple[Component, ...], tuple[Component, ...]]:
        shaders = constants.ORT_GPU_SHADERS
        if load.emulated and not load.generates:
            shaders = constants.ORT_GPU_SHADERS_EMULATED
        compiled = on_gpu(Label.RUNTIME, shaders)
        work = on_gpu(Label.WORK, self.workspace(load))
        once = load.cache(self.kept(load))
        cache = on_gpu(Label.CACHE, Interval(once, 2 * once, 2 * once))
        return (compiled, work), (compiled, cache)


def _on_processor(load: Load) -> tuple[tuple[Component, ...], tuple[Component, ...]]:
    """Return what a first pass and what later steps take beyond what loading left free.

    A step's cache leaves and enters the heap: old and new in it, and both in JavaScript.
    """
    free = load.files.likely + hole(load)
    work = _over_prompts(load, lambda tokens: max(0, _work(load, tokens) - free))
    out = _over_prompts(load, lambda tokens: _logits(load, tokens))
    element = 2 if load.stored.precision in HALF else 4
    both = 2 * load.cache(Allocation(element=F16 if element == 2 else F32))
    kept = max(0, both - free) + max(0, both - load.files.likely)
    cache = on_page(Label.CACHE, Interval(max(0, both - free), kept, 2 * both))
    return (on_page(Label.WORK, work + out),), (cache,)


def _floor(size: Interval) -> Component:
    return on_page(Label.RUNTIME, size)


def _fetched(load: Load) -> Interval:
    """Return the fetched files, which a collection may free early."""
    return Interval(0, load.files.likely, load.files.high)


def _in_heap(load: Load, *, on_gpu: bool) -> tuple[Component, ...]:
    if on_gpu and external(load):
        return ()
    whole = _heap(load, on_gpu=on_gpu)
    low, likely, high = (end - load.weights for end in (whole.low, whole.likely, whole.high))
    return (
        on_page(Label.WEIGHTS, exactly(load.weights)),
        on_page(Label.COPIES, Interval(max(low, 0), max(likely, 0), max(high, 0))),
    )


def _heap(load: Load, *, on_gpu: bool) -> Interval:
    """Return the heap: two copies of the file and a hole, or one copy of external data."""
    copies = load.files if external(load) else load.files + load.files + exactly(hole(load))
    wider = 0 if on_gpu else widened(load)
    return copies + exactly(_head(load, on_gpu=on_gpu) + wider) + constants.ORT_HEAP_STEP


def external(load: Load) -> bool:
    """Return whether weights lie in files of their own beside the graph."""
    return any(".onnx_data" in file.name for file in load.stored.files)


def hole(load: Load) -> int:
    """Return the largest tensor: its parsed copy is freed first, and later ones fit in."""
    return load.stored.largest_tensor.size if load.stored.tensors else 0


def widened(load: Load) -> int:
    """Return what 16-bit products take once a processor without such kernels widens them."""
    if load.stored.precision != "fp16":
        return 0
    products = (t for t in load.stored.tensors if len(t.shape) > 1 and t.role is not Role.EMBEDDING)
    return sum(4 * t.size // t.type.size for t in products if t.type in (F16, BF16))


def head_width(load: Load, *, on_gpu: bool) -> int:
    """Return the bytes of a number of the output table once it is no longer a file's.

    A processor has no 16-bit products, so that tables are widened for it; a GPU has.
    """
    return 2 if on_gpu and load.stored.precision in HALF else 4


def table_of(load: Load, *, on_gpu: bool) -> int:
    """Return the bytes of the output table where it is computed with."""
    elements = load.architecture.outputs * load.architecture.main.hidden
    return head_width(load, on_gpu=on_gpu) * elements


def shares_float_table(load: Load) -> bool:
    """Return whether the output is the token table transposed, and the table kept in floats."""
    if not load.generates:
        return False
    roles = {tensor.role: tensor.type for tensor in load.stored.tensors}
    return Role.HEAD not in roles and roles.get(Role.EMBEDDING) in _FLOATS


def _head(load: Load, *, on_gpu: bool) -> int:
    """Return what an output head takes beyond its place in the file."""
    if not load.generates:
        return 0
    table = table_of(load, on_gpu=on_gpu)
    if shares_float_table(load):
        wide = load.stored.precision in ("fp32", "fp16")
        factor = constants.ORT_SHARED_HEAD if wide else constants.ORT_SHARED_HEAD_AMONG_SMALL
        return round(factor * table)
    packed = own_float_head(load) and not on_gpu  # only products of the processor are packed
    return round(constants.ORT_OWN_HEAD * table) if packed else 0


def own_float_head(load: Load) -> bool:
    """Return whether the output has a table of its own, kept in floats."""
    return any(t.role is Role.HEAD and t.type in _FLOATS for t in load.stored.tensors)


def _over_prompts(load: Load, size: Callable[[int], int]) -> Interval:
    """Return a size over short, usual and long prompts, or over the one that is known."""
    if load.prompt is not None:
        return exactly(size(load.prompt))
    if not load.generates:
        return exactly(size(load.context))
    low, likely, high = (size(min(length, load.context)) for length in PROMPT)
    return Interval(low, likely, high)


def _work(load: Load, tokens: int) -> int:
    """Return the bytes of the widest layer's activations over every tower, with the logits."""
    element = 2 if load.stored.precision in HALF else 4
    total = 0
    for tower in load.architecture.towers:
        length = tokens if tower is load.architecture.main else tower.positions or tokens
        length = min(length, tower.positions or length)
        fused = load.architecture.kind is Kind.DECODER
        layers = (_layer(tower, each, length, fused=fused) for each in tower.layers)
        total += element * max(layers, default=0)
    return total + _logits(load, tokens)


def _layer(tower: Tower, layer: Layer, length: int, *, fused: bool) -> int:
    """Return the numbers one layer holds at once.

    Attention spelt out keeps scores, their softmax and its input; fused, it keeps two.
    """
    scores = (2 if fused else 3) * layer.attention_heads * length * length
    vectors = (3 if fused else 2) * layer.feed_forward + 4 * tower.hidden
    return scores + length * vectors


def _logits(load: Load, tokens: int) -> int:
    return tokens * load.architecture.outputs * 4 if load.generates else 0
