"""WebLLM: MLC's compiled libraries on WebGPU.

Shards stream from the network to the GPU; the cache is allocated whole at the
start, in pages; a piece of the prompt needs the temporaries of one layer, and
libraries whose head is fixed plan the logits of the whole piece besides.
"""

from __future__ import annotations

from typing import Final

from tabfit.architectures.conversions import mlc as mlc_facts
from tabfit.formula import ZERO, Given, Quantity, Unit, known, rounded, share, smallest, span
from tabfit.i18n.language import later
from tabfit.model.architecture import Architecture
from tabfit.model.tensors import Role
from tabfit.recipes import mlc
from tabfit.recipes.stored_model import Stored
from tabfit.runtimes.base import Load
from tabfit.runtimes.constants import (
    MLC_BATCH,
    MLC_PIECE,
    MLC_SPREAD,
    WEBLLM_FLOOR,
    WEBLLM_SHARDS,
)
from tabfit.runtimes.memory.cache import Allocation
from tabfit.runtimes.memory.phases import Label, Phase, on_gpu, on_page, streamed
from tabfit.runtimes.memory.quantities import (
    WIDE,
    count,
    hidden_width,
    inner_width,
    times,
    tokens_at_once,
    vocabulary,
)
from tabfit.storage.storage_type import F16, F32
from tabfit.units import Basis, Interval

#: What a feed-forward layer with a gate has.
GATES: Final = frozenset({Role.GATE, Role.GATE_UP, Role.EXPERT_GATE_UP})

PAGE: Final = 16

_COMPUTES: Final = later("what the library computes in")
_PLAN: Final = later("the plan in the metadata of binary-mlc-llm-libs")


class WebLLM:
    """MLC on WebGPU.

    Source: `vram_required_MB` of WebLLM's list (tests/data/webllm_vram.csv) and the metadata of
    binary-mlc-llm-libs; docs/memory-model.md.
    """

    name: Final = "webllm"
    uses_gpu: Final = True
    in_tab: Final = True
    splits_bindings: Final = False

    def can_store(self, architecture: Architecture) -> bool:
        """Return whether MLC has a definition for such a model."""
        return mlc.can_store(architecture)

    def store(self, architecture: Architecture, precision: str, family: str | None) -> Stored:
        """Return the shards of MLC's quantisation."""
        del family
        return mlc.store(architecture, precision)

    def kept(self, load: Load) -> Allocation:
        """Return pages of 16 tokens for the whole context, in every layer.

        Interleaved windows are not exploited: Gemma 2 2B grows by 104 KiB a token, all its
        layers' share (published `vram_required_MB` at two contexts). Recurrent states are float32.
        """
        return Allocation(element=F32 if _in_f32(load) else F16, block=PAGE)

    def workspace(self, load: Load) -> Interval:
        """Return the temporaries that the library plans for its largest step.

        The low end leaves the logits of a whole piece out: they are planned, and counted
        in WebLLM's own list, but WebLLM never runs the step that fills them.
        """
        return _work(load).interval

    def phases(self, load: Load) -> tuple[Phase, ...]:
        """Return shards in flight, then weights, cache and temporaries on the GPU."""
        floor = on_page(Label.RUNTIME, WEBLLM_FLOOR)
        shards = on_page(Label.COPIES, WEBLLM_SHARDS)
        weights = on_gpu(Label.WEIGHTS, load.weights)
        cache = on_gpu(Label.CACHE, load.cache(self.kept(load)))
        work = on_gpu(Label.WORK, _work(load))
        return streamed(floor, shards, weights, cache, work)

    def heap(self, load: Load) -> Interval | None:
        """Return nothing: shards go straight to the GPU."""
        del load
        return None


def _in_f32(load: Load) -> bool:
    return "f32" in load.stored.precision


def _work(load: Load) -> Quantity:
    if not load.generates:
        return encoder_temporaries(load.architecture, load.context)
    piece = tokens_at_once(MLC_PIECE, load.context)
    shape, element = load.architecture, _element(load)
    layer = layer_temporaries(shape, piece, element)
    linear = linear_attention_temporaries(shape, piece, element)
    planned = rounded((layer + linear if linear.high else layer) * MLC_SPREAD)
    logits = whole_piece_logits(shape, piece)
    return planned + logits if logits.high else planned


def _element(load: Load) -> Given:
    """Return the bytes of one number that the library computes with."""
    return count(later("bytes per number"), 4 if _in_f32(load) else 2, _COMPUTES)


def layer_temporaries(architecture: Architecture, piece: Given, element: Given) -> Quantity:
    """Return what one layer holds at once of a piece of the prompt.

    With a gate: gate, up and their product at the library's width, and a hidden and an
    inner vector as float32; without: two inner and two hidden vectors. Experts count as the
    inner width that one token meets. Exact for Llama 3.2 and TinyLlama: 88, 92 and 63 MiB at
    16 bits, 136, 140 and 96 MiB at 32; and for phi-1.5: 40 and 80 MiB.

    Source: `memory_usage` in the metadata of binary-mlc-llm-libs at 9ee759c.
    """
    inner, hidden = inner_width(architecture), hidden_width(architecture)
    if any(tensor.role in GATES for tensor in architecture.inventory):
        return piece * (times(3, _PLAN) * inner * element + WIDE * (inner + hidden))
    return piece * times(2, _PLAN) * (inner + hidden) * element


def linear_attention_temporaries(
    architecture: Architecture, piece: Given, element: Given
) -> Quantity:
    """Return what linear attention's layers hold of a piece until all have run.

    Their states are passed on as values, so that two vectors per token of each such layer
    stay alive. Within a tenth of what Qwen3.5 0.8B, 2B and 9B are listed with.

    In bytes. Source: `vram_required_MB` of WebLLM's own list (tests/data/webllm_vram.csv).
    """
    width = sum(
        tensor.shape[1]
        for tensor in architecture.inventory
        if tensor.role is Role.RECURRENT and tensor.name.endswith("out_proj.weight")
    )
    if not width:
        return ZERO
    widths = count(later("widths of linear attention"), width)
    return piece * times(2, _PLAN) * widths * element


def whole_piece_logits(architecture: Architecture, piece: Given) -> Quantity:
    """Return the logits of every token of a piece, where a library can plan for them.

    In bytes, float32; nothing or all, as no list says. Source: mlc-llm python/mlc_llm/model, which
    definitions fix the head's outputs; the plan in the metadata of binary-mlc-llm-libs.
    """
    heads = (t for t in architecture.inventory if t.role is Role.HEAD)
    tied = mlc_facts.fixes_table(architecture.family) and any(t.tied_to is not None for t in heads)
    if not tied and not mlc_facts.fixes_head(architecture.family):
        return ZERO
    words = later("logits of a whole piece, planned and perhaps never filled")
    perhaps = share(words, (0, 1, 1), Basis.COMPUTED, _PLAN)
    return perhaps * piece * vocabulary(architecture) * WIDE


def encoder_temporaries(
    architecture: Architecture, context: int, batch: Given = MLC_BATCH
) -> Quantity:
    """Return what an encoder's library plans for a batch, whatever it is given.

    Scores and their softmax, the mask, and four hidden vectors per token: 124.0 MiB for
    Snowflake Arctic M and 112.0 for S, in batches of four. Newer libraries fuse attention
    and hold nine hidden vectors (54.1 and 27.1 MiB), hence the low end.

    Source: as above, v0_2_48 and v0_2_80.
    """
    tower = architecture.main
    most = max((layer.attention_heads for layer in tower.layers), default=0)
    length = min(context, tower.positions or context)
    tokens = known(later("tokens at once"), length, Unit.TOKENS, Basis.COMPUTED, later("as chosen"))
    heads, hidden = count(later("attention heads"), most), hidden_width(architecture)
    tables = times(2, _PLAN) * heads + times(1, _PLAN)
    plain = batch * tokens * WIDE * (tables * tokens + times(4, _PLAN) * hidden)
    return span(smallest(batch * times(9, _PLAN) * tokens * WIDE * hidden, plain), plain)


RUNTIMES: Final = {"webllm": WebLLM}
