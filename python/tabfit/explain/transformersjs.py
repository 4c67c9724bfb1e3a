"""Formulas of Transformers.js: the fetched file, its copies in the heap, and what runs add.

The twin of `runtimes.onnx_web`, step by step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tabfit.explain import model_sizes
from tabfit.explain.constant_sources import known
from tabfit.explain.formula import (
    Expression,
    Given,
    Named,
    Unit,
    difference,
    evaluate,
    largest,
    nothing,
    product,
    rounded,
    shares,
    size,
    total,
)
from tabfit.explain.runtime_phases import (
    Phases,
    Piece,
    cache_of,
    constant,
    count,
    on_gpu,
    on_page,
    spread,
    stored_weights,
    wide,
)
from tabfit.i18n.language import _
from tabfit.model.architecture import Kind, Tower
from tabfit.model.layers import Layer
from tabfit.runtimes import constants, transformersjs
from tabfit.runtimes.base import Load
from tabfit.runtimes.cache import Allocation
from tabfit.runtimes.phases import DOWNLOAD, GENERATE, LOAD, PREFILL, READY, Label
from tabfit.runtimes.transformersjs import HALF, MIXED, WHOLE_NUMBERS, TransformersJs
from tabfit.storage.storage_type import F16, F32
from tabfit.units import Basis

Pieces = tuple[Piece, ...]


def onnx_phases(runtime: TransformersJs, load: Load) -> Phases:
    """Return the fetched file and its copies, which stay, and what runs add to them."""
    fetched = on_page(Label.COPIES, _fetched(load))
    held = (*_in_heap(runtime, load), fetched, *_resident(runtime, load))
    beyond, cache = _on_gpu(runtime, load) if runtime.uses_gpu else _on_processor(load)
    floor = constant(_("the runtime while it fetches"), "ORT_DOWNLOAD", constants.ORT_DOWNLOAD)
    run = _base(runtime, load, PREFILL)
    first: Phases = (
        (DOWNLOAD, (on_page(Label.RUNTIME, floor), fetched)),
        (LOAD, (_base(runtime, load, LOAD), *held)),
        (READY, (_base(runtime, load, READY), *held)),
        (PREFILL, (run, *held, *beyond)),
    )
    return (*first, (GENERATE, (run, *held, *cache))) if load.generates else first


def _base(runtime: TransformersJs, load: Load, phase: str) -> Piece:
    """Return what the runtime itself takes in a phase."""
    if runtime.uses_gpu:
        name, interval = "ORT_ON_GPU", constants.ORT_ON_GPU
    elif phase == LOAD:
        name, interval = "ORT_LOAD", constants.ORT_LOAD
    elif phase == READY:
        name, interval = "ORT_READY", constants.ORT_READY
    elif load.stored.precision in MIXED:
        name, interval = "ORT_RUN_MIXED", constants.ORT_RUN_MIXED
    else:
        name, interval = "ORT_RUN", constants.ORT_RUN
    return on_page(Label.RUNTIME, constant(_("the runtime in the tab"), name, interval))


def _fetched(load: Load) -> Expression:
    """Return the fetched files, which a collection may free early."""
    kept = shares(
        _("share not yet collected"), (0, 1, 1), Basis.ASSUMED, _("a collection may free it early")
    )
    return product(model_sizes.weight_files(load.stored), kept)


# The heap


def heap(runtime: TransformersJs, load: Load) -> Expression | None:
    """Return what ONNX Runtime's heap holds, `None` where weights never pass it."""
    if runtime.uses_gpu and transformersjs.external(load):
        return None
    files = model_sizes.weight_files(load.stored)
    copies = [files]
    if not transformersjs.external(load):
        copies = [product(count(_("copies"), 2, _parsing()), files), _hole(load)]
    head = _head(runtime, load)
    step = size(_("one step of growth"), constants.ORT_HEAP_STEP, *known("ORT_HEAP_STEP"))
    return Named(_("the WebAssembly heap"), total(*copies, *head, *_widened(runtime, load), step))


def _parsing() -> str:
    return _("onnxruntime session_state_utils.cc: parsing copies each tensor, then frees it")


def _hole(load: Load) -> Expression:
    return size(_("largest tensor"), transformersjs.hole(load), Basis.COMPUTED, _parsing())


def _in_heap(runtime: TransformersJs, load: Load) -> Pieces:
    whole = heap(runtime, load)
    if whole is None:
        return ()
    weights = stored_weights(load)
    return (
        on_page(Label.WEIGHTS, weights),
        on_page(Label.COPIES, largest(difference(whole, weights), nothing())),
    )


def _table(runtime: TransformersJs, load: Load) -> Expression:
    """Return the bytes of an output table where it is computed with."""
    outputs, hidden = load.architecture.outputs, load.architecture.main.hidden
    half = transformersjs.head_width(load, on_gpu=runtime.uses_gpu) == 2
    width = count(_("bytes per number"), 2, _("16-bit floats")) if half else wide()
    return product(width, count(_("vocabulary"), outputs), count(_("hidden width"), hidden))


def _head(runtime: TransformersJs, load: Load) -> tuple[Expression, ...]:
    """Return what an output head takes beyond its place in the file."""
    if not load.generates:
        return ()
    words = _("copies of the output table")
    if transformersjs.shares_float_table(load):
        if load.stored.precision in ("fp32", "fp16"):
            name, copies = "ORT_SHARED_HEAD", constants.ORT_SHARED_HEAD
        else:
            name = "ORT_SHARED_HEAD_AMONG_SMALL"
            copies = constants.ORT_SHARED_HEAD_AMONG_SMALL
    elif transformersjs.own_float_head(load) and not runtime.uses_gpu:
        name, copies = "ORT_OWN_HEAD", constants.ORT_OWN_HEAD
    else:
        return ()
    several = spread(words, name, (copies, copies, copies))
    return (rounded(product(several, _table(runtime, load))),)


def _widened(runtime: TransformersJs, load: Load) -> tuple[Expression, ...]:
    """Return what 16-bit products take once the processor widens them."""
    wider = 0 if runtime.uses_gpu else transformersjs.widened(load)
    if not wider:
        return ()
    source = _("ONNX Runtime has no 16-bit products on the processor")
    return (product(count(_("numbers widened"), wider // 4, source), wide()),)


# On the GPU


def _resident(runtime: TransformersJs, load: Load) -> Pieces:
    """Return what lives on the GPU from loading on."""
    if not runtime.uses_gpu:
        return ()
    floor = constant(_("the runtime on the GPU"), "ORT_GPU_FLOOR", constants.ORT_GPU_FLOOR)
    return (on_gpu(Label.RUNTIME, floor), on_gpu(Label.WEIGHTS, _gpu_weights(runtime, load)))


def _gpu_weights(runtime: TransformersJs, load: Load) -> Expression:
    if load.stored.precision in WHOLE_NUMBERS:
        words, why = _("none"), _("products of whole numbers have no kernel there")
        return size(words, 0, Basis.MEASURED, why)
    external = transformersjs.external(load)
    name = "ORT_GPU_EXTERNAL" if external else "ORT_GPU_WEIGHTS"
    ends = constants.ORT_GPU_EXTERNAL if external else constants.ORT_GPU_WEIGHTS
    files = model_sizes.weight_files(load.stored)
    shared = transformersjs.shares_float_table(load)
    moved = total(files, _table(runtime, load)) if shared else files
    return rounded(product(moved, spread(_("graphics memory per byte"), name, ends)))


def _on_gpu(runtime: TransformersJs, load: Load) -> tuple[Pieces, Pieces]:
    """Return what a first pass and what later steps take beyond the weights."""
    name, shaders = "ORT_GPU_SHADERS", constants.ORT_GPU_SHADERS
    if load.emulated and not load.generates:
        name, shaders = "ORT_GPU_SHADERS_EMULATED", constants.ORT_GPU_SHADERS_EMULATED
    compiled = on_gpu(Label.RUNTIME, constant(_("compiled shaders"), name, shaders))
    twice = shares(
        _("old and new at once"), (1, 2, 2), Basis.ASSUMED, _("a step’s cache is a new array")
    )
    work = on_gpu(Label.WORK, work_of(load))
    cache = on_gpu(Label.CACHE, product(cache_of(runtime, load), twice))
    return (compiled, work), (compiled, cache)


# On the processor


def _on_processor(load: Load) -> tuple[Pieces, Pieces]:
    """Return what a first pass and what later steps take beyond what loading left free."""
    kept = _kept_once(load)
    files = load.files.likely
    left = files + transformersjs.hole(load)
    why = _("the heap never shrinks: what loading freed is used again")
    room = size(_("room that loading left"), left, Basis.COMPUTED, why)
    work = on_page(
        Label.WORK,
        total(largest(difference(work_of(load), room), nothing()), *_logits(load)),
    )
    both = product(count(_("old and new"), 2, why), kept)
    at_worst = Given(
        words=_("room that loading left, if any"),
        ends=(left, left, 0),
        unit=Unit.BYTES,
        basis=Basis.ASSUMED,
        source=why,
    )
    scripts = Given(
        words=_("room of the fetched file, if any"),
        ends=(files, files, 0),
        unit=Unit.BYTES,
        basis=Basis.ASSUMED,
        source=_("JavaScript may use the fetched file’s room again"),
    )
    copy = shares(_("copy in JavaScript"), (0, 1, 1), Basis.ASSUMED, _("collected at once, or not"))
    cache = total(
        largest(difference(both, at_worst), nothing()),
        product(copy, largest(difference(both, scripts), nothing())),
    )
    return (work,), (on_page(Label.CACHE, cache),)


def _kept_once(load: Load) -> Expression:
    element = F16 if load.stored.precision in HALF else F32
    kept = Allocation(element=element)
    return Named(_("cache"), model_sizes.cache(load.architecture, load.context, kept))


# Working memory


def _prompts(load: Load) -> tuple[int, ...]:
    if load.prompt is not None:
        return (load.prompt,) * 3
    if not load.generates:
        return (load.context,) * 3
    return tuple(min(each, load.context) for each in transformersjs.PROMPT)


def _over_prompts(load: Load, length: Callable[[int], int]) -> Given:
    """Return the tokens of a short, a usual and a long prompt, or of the one that is known."""
    low, likely, high = (length(each) for each in _prompts(load))
    return Given(
        words=_("tokens at once"),
        ends=(low, likely, high),
        unit=Unit.TOKENS,
        basis=Basis.ASSUMED if load.generates else Basis.COMPUTED,
        source=_("a short, a usual and a long prompt") if load.generates else _("as chosen"),
    )


def work_of(load: Load) -> Expression:
    """Return the widest layer's activations over every tower, with the logits."""
    width = 2 if load.stored.precision in HALF else 4
    element = count(_("bytes per number"), width, _("what the graph computes in"))
    towers = [
        product(element, _widest(load, tower)) for tower in load.architecture.towers if tower.layers
    ]
    return Named(_("working memory"), total(*towers, *_logits(load)))


def _logits(load: Load) -> tuple[Expression, ...]:
    if not load.generates:
        return ()
    tokens = _over_prompts(load, lambda length: length)
    return (product(tokens, count(_("vocabulary"), load.architecture.outputs), wide()),)


def _widest(load: Load, tower: Tower) -> Expression:
    """Return the layer that holds most, at a short, a usual and a long prompt."""

    def length(tokens: int) -> int:
        own = tokens if tower is load.architecture.main else tower.positions or tokens
        return min(own, tower.positions or own)

    tokens = _over_prompts(load, length)
    fused = load.architecture.kind is Kind.DECODER
    return largest(
        *_contenders(
            _layer(each, tower.hidden, tokens, fused=fused) for each in dict.fromkeys(tower.layers)
        )
    )


def _contenders(layers: Iterable[Expression]) -> Iterable[Expression]:
    """Return only the layers that are the widest at some length."""
    sizes = [(evaluate(each), each) for each in layers]
    widest = (max(sizes, key=lambda pair: pair[0][end])[1] for end in range(3))
    return dict.fromkeys(widest)


def _layer(layer: Layer, hidden: int, tokens: Given, *, fused: bool) -> Expression:
    """Return the numbers one layer holds at once: scores, and vectors of every token."""
    how = _("attention fused") if fused else _("attention spelt out")
    scores = product(
        count(_("score tables"), 2 if fused else 3, how),
        count(_("attention heads"), layer.attention_heads),
        tokens,
        tokens,
    )
    vectors = total(
        product(
            count(_("inner vectors"), 3 if fused else 2, how),
            count(_("inner width"), layer.feed_forward),
        ),
        product(count(_("hidden vectors"), 4, how), count(_("hidden width"), hidden)),
    )
    return total(scores, product(tokens, vectors))
