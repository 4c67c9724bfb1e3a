"""Formulas of runtimes that stream weights, and of the one that holds nothing else.

In: a `Load`. Out: the phases of `ideal`, `mediapipe`, `litertlm`, `webllm` and `prompt-api`.
"""

from __future__ import annotations

from tabfit.explain import model_sizes
from tabfit.explain.formula import (
    Expression,
    Given,
    Unit,
    product,
    rounded,
    shares,
    size,
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
from tabfit.runtimes import constants, mediapipe, prompt_api, webllm
from tabfit.runtimes.base import Load
from tabfit.runtimes.files_alone import FilesAlone
from tabfit.runtimes.ideal import Ideal
from tabfit.runtimes.mediapipe import LiteRt
from tabfit.runtimes.phases import DOWNLOAD, GENERATE, LOAD, PREFILL, READY, Label
from tabfit.runtimes.webllm import WebLLM
from tabfit.units import Basis, Interval


def ideal_phases(runtime: Ideal, load: Load) -> Phases:
    """Return weights while loading, and weights with the cache afterwards."""
    weights = on_page(Label.WEIGHTS, stored_weights(load))
    phases: Phases = ((LOAD, (weights,)), (READY, (weights,)))
    if not load.generates:
        return phases
    return (*phases, (GENERATE, (weights, on_page(Label.CACHE, cache_of(runtime, load)))))


def files_phases(runtime: FilesAlone, load: Load) -> Phases:
    """Return the files of a model whose shape nobody told, held at least once."""
    held = on_gpu if runtime.streams(load) else on_page
    return ((LOAD, (held(Label.WEIGHTS, model_sizes.weight_files(load.stored)),)),)


# MediaPipe and LiteRT-LM


def litert_phases(runtime: LiteRt, load: Load) -> Phases:
    """Return weights in flight, then weights, cache and activations on the GPU."""
    floor = on_page(
        Label.RUNTIME,
        constant(_("the runtime in the tab"), "MEDIAPIPE_FLOOR", constants.MEDIAPIPE_FLOOR),
    )
    flight = on_page(
        Label.COPIES, constant(_("weights in flight"), "IN_FLIGHT", mediapipe.IN_FLIGHT)
    )
    share = spread(
        _("graphics memory per byte of file"), "MEDIAPIPE_GPU_SHARE", constants.MEDIAPIPE_GPU_SHARE
    )
    weights = on_gpu(Label.WEIGHTS, rounded(product(model_sizes.weight_files(load.stored), share)))
    cache = on_gpu(Label.CACHE, cache_of(runtime, load))
    work = on_gpu(Label.WORK, _litert_work(load))
    return _streamed((floor,), (flight,), (weights,), (cache,), (work,))


def _streamed(
    floor: tuple[Piece, ...],
    flight: tuple[Piece, ...],
    weights: tuple[Piece, ...],
    cache: tuple[Piece, ...],
    work: tuple[Piece, ...],
) -> Phases:
    """Return the phases of a runtime that streams weights to the GPU."""
    return (
        (DOWNLOAD, (*floor, *flight)),
        (LOAD, (*floor, *flight, *weights)),
        (READY, (*floor, *weights, *cache)),
        (PREFILL, (*floor, *weights, *cache, *work)),
        (GENERATE, (*floor, *weights, *cache)),
    )


def _litert_work(load: Load) -> Expression:
    """Return activations of a piece of the prompt, half to twice, and the logits."""
    tower = load.architecture.main
    inner = max((layer.feed_forward for layer in tower.layers), default=0)
    tokens: int = min(load.context, mediapipe.PIECE)
    assumed = _("half to twice the widest layer’s vectors, and logits of one token or of all")
    vectors = total(
        product(count("8", 8, assumed), count(_("hidden width"), tower.hidden)),
        product(count("3", 3, assumed), count(_("inner width"), inner)),
    )
    piece = whole(_("tokens of a prompt at once"), tokens, Unit.TOKENS, Basis.ASSUMED, assumed)
    half = _halved(assumed)
    rows = shares(_("rows of logits"), (1, 1, tokens), Basis.ASSUMED, assumed)
    outputs = count(_("vocabulary"), load.architecture.outputs)
    return total(rounded(product(piece, vectors, wide(), half)), product(rows, outputs, wide()))


def _halved(source: str) -> Given:
    return shares(_("share of it alive"), (0.5, 1, 2), Basis.ASSUMED, source)


# WebLLM


def webllm_phases(runtime: WebLLM, load: Load) -> Phases:
    """Return shards in flight, then weights, cache and temporaries on the GPU."""
    floor = constant(_("the runtime in the tab"), "WEBLLM_FLOOR", constants.WEBLLM_FLOOR)
    shards = constant(_("shards in flight"), "WEBLLM_SHARDS", constants.WEBLLM_SHARDS)
    return _streamed(
        (on_page(Label.RUNTIME, floor),),
        (on_page(Label.COPIES, shards),),
        (on_gpu(Label.WEIGHTS, stored_weights(load)),),
        (on_gpu(Label.CACHE, cache_of(runtime, load)),),
        (on_gpu(Label.WORK, _webllm_work(runtime, load)),),
    )


def _webllm_work(runtime: WebLLM, load: Load) -> Expression:
    """Return the temporaries that the library plans for its largest step."""
    source = _("the plan in the metadata of binary-mlc-llm-libs")
    if not load.generates:
        words = _("temporaries of a batch of inputs")
        return size(words, runtime.workspace(load), Basis.COMPUTED, source)
    piece, width = webllm.piece(load), webllm.element(load)
    layer = webllm.layer_temporaries(load.architecture, piece, width)
    linear = webllm.linear_attention_temporaries(load.architecture, piece, width)
    logits = webllm.whole_piece_logits(load.architecture, piece)
    parts = [size(_("what one layer holds of a piece"), layer, Basis.COMPUTED, source)]
    if linear:
        parts.append(size(_("linear attention"), linear, Basis.COMPUTED, source))
    planned = rounded(product(total(*parts), spread(_("spread"), "SPREAD", webllm.SPREAD)))
    if not logits:
        return planned
    words = _("logits of a whole piece, planned and perhaps never filled")
    return total(planned, size(words, Interval(0, logits, logits), Basis.COMPUTED, source))


# The browser's own model


def prompt_api_phases() -> Phases:
    """Return the session object in the page."""
    held = constant(_("a session of the browser’s own model"), "SESSION", prompt_api.SESSION)
    return ((READY, (on_page(Label.RUNTIME, held),)),)
