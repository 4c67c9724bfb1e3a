"""Formulas of wllama: llama.cpp in WebAssembly, on the processor alone or with WebGPU."""

from __future__ import annotations

from tabfit.explain import model_sizes
from tabfit.explain.constant_sources import known
from tabfit.explain.formula import (
    Ends,
    Expression,
    Given,
    Unit,
    difference,
    product,
    rounded,
    shares,
    size,
    smallest,
    total,
    whole,
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
from tabfit.runtimes import constants
from tabfit.runtimes.base import Load
from tabfit.runtimes.phases import DOWNLOAD, GENERATE, LOAD, PREFILL, READY, Label
from tabfit.runtimes.wllama import Wllama
from tabfit.units import Basis, Interval


def wllama_phases(runtime: Wllama, load: Load) -> Phases:
    """Return the file on its way, then weights, cache and compute buffer where they live."""
    floor = on_page(
        Label.RUNTIME, constant(_("the runtime in the tab"), "WLLAMA_FLOOR", constants.WLLAMA_FLOOR)
    )
    compiling = on_page(
        Label.RUNTIME,
        constant(
            _("kernels compiled while they run"), "WLLAMA_COMPILING", constants.WLLAMA_COMPILING
        ),
    )
    there = on_gpu if runtime.uses_gpu else on_page
    cache = there(Label.CACHE, cache_of(runtime, load))
    work = there(Label.WORK, work_of(runtime, load))
    held = (floor, *_llama_weights(runtime, load), cache, work)
    return (
        (DOWNLOAD, (floor, _of_file(load, "WLLAMA_DOWNLOAD", constants.WLLAMA_DOWNLOAD))),
        (LOAD, (*held, _of_file(load, "WLLAMA_TRANSIT", constants.WLLAMA_TRANSIT))),
        (READY, (*held, _of_file(load, "WLLAMA_LEFT", constants.WLLAMA_LEFT))),
        (PREFILL, (*held, compiling)),
        (GENERATE, (*held, compiling)),
    )


def _of_file(load: Load, name: str, ends: Ends) -> Piece:
    share = spread(_("share not yet collected"), name, ends)
    pieces = rounded(product(model_sizes.weight_files(load.stored), share))
    most = constant(_("pieces collected by then"), "WLLAMA_PIECES", constants.WLLAMA_PIECES)
    return on_page(Label.COPIES, smallest(pieces, most))


def _llama_weights(runtime: Wllama, load: Load) -> tuple[Piece, ...]:
    if not runtime.uses_gpu:
        return (on_page(Label.WEIGHTS, stored_weights(load)),)
    stays = runtime.on_processor(load)
    source = _("the token table, and what no binding holds")
    left = size(_("weights left to the processor"), stays, Basis.COMPUTED, source)
    every = stored_weights(load)
    if not stays:
        return (on_gpu(Label.WEIGHTS, every),)
    return (on_gpu(Label.WEIGHTS, difference(every, left)), on_page(Label.WEIGHTS, left))


def work_of(runtime: Wllama, load: Load) -> Expression:
    """Return the compute buffer and the output of one token per slot."""
    tower = load.architecture.main
    tokens: int = min(constants.LLAMA_PIECE, load.context)
    piece = whole(_("tokens at once"), tokens, Unit.TOKENS, *known("LLAMA_PIECE"))
    inner = max((layer.feed_forward for layer in tower.layers), default=0)
    log = _("wllama’s own log, to 0.01 MiB")
    vectors = total(
        product(count("3", 3, log), count(_("inner width"), inner)),
        product(count("4", 4, log), count(_("hidden width"), tower.hidden)),
    )
    mask = product(
        count(_("context"), load.context, _("as chosen")), piece, count("2", 2, _("16-bit floats"))
    )
    buffer = total(
        product(piece, wide(), vectors), mask, size(_("bookkeeping"), 10_240, Basis.MEASURED, log)
    )
    return total(buffer, *_llama_output(load), *_llama_spare(runtime, load, piece))


def _llama_output(load: Load) -> tuple[Expression, ...]:
    if not load.generates:
        return ()
    slots = count(_("slots"), constants.WLLAMA_SLOTS, known("WLLAMA_SLOTS")[1])
    return (product(slots, count(_("vocabulary"), load.architecture.outputs), wide()),)


def _llama_spare(runtime: Wllama, load: Load, piece: Given) -> tuple[Expression, ...]:
    """Return what may come on top: a piece's logits on the GPU, a quarter more without one."""
    work = runtime.workspace(load)
    spare = work.high - work.likely
    if not spare:
        return ()
    if runtime.uses_gpu:
        outputs = count(_("vocabulary"), load.architecture.outputs)
        perhaps = shares(
            _("logits of a whole piece, perhaps"), (0, 0, 1), Basis.ASSUMED, _("some drivers")
        )
        return (product(perhaps, piece, outputs, wide()),)
    words, why = _("vectors other layers may keep"), _("up to a quarter of the buffer")
    return (size(words, Interval(0, 0, spare), Basis.ASSUMED, why),)
