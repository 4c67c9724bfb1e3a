"""WebLLM: MLC's compiled libraries on WebGPU.

Shards stream from the network to the GPU; the cache is allocated whole at the
start, in pages; every prompt piece needs the temporaries of one layer, and in
some families the logits of the whole piece.
"""

from __future__ import annotations

from typing import Final

from willitfit.architecture import Architecture
from willitfit.cache import Allocation
from willitfit.recipes import mlc
from willitfit.recipes.stored import Stored
from willitfit.runtimes.base import Load
from willitfit.runtimes.constants import MLC_PIECE, WEBLLM_FLOOR, WEBLLM_SHARDS
from willitfit.runtimes.phases import (
    DOWNLOAD,
    GENERATE,
    LOAD,
    PREFILL,
    READY,
    Label,
    Phase,
    on_gpu,
    on_page,
)
from willitfit.storage import F16, F32
from willitfit.units import Interval, exactly

#: Families whose compiled prompt step computes the logits of every token of the piece, and not
#: of the last one only: their libraries' largest temporary exceeds 1,024 x vocabulary x 4 bytes
#: (binary-mlc-llm-libs at 9ee759c: Qwen2-0.5B 631.5 MiB, StableLM-2 437 MiB; Llama 3.2 88 MiB).
WHOLE_PIECE_LOGITS: Final = frozenset({"qwen2", "qwen2_moe", "qwen3", "stablelm"})

#: Beside gate, up and their product, a layer keeps so many hidden vectors per token at once:
#: medians over the libraries' metadata, f16 5.1-10, f32 1.1-5.
HIDDEN_VECTORS_F16: Final = Interval(5, 7, 10)
HIDDEN_VECTORS_F32: Final = Interval(1, 4, 8)

PAGE: Final = 16


class WebLLM:
    """MLC on WebGPU."""

    name: Final = "webllm"
    uses_gpu: Final = True
    splits_bindings: Final = False

    def store(self, architecture: Architecture, precision: str, family: str | None) -> Stored:
        """Return the shards of MLC's quantisation."""
        del family
        return mlc.store(architecture, precision)

    def kept(self, load: Load) -> Allocation:
        """Return pages of 16 tokens for the whole context, in every layer.

        Interleaved windows are not exploited: Gemma 2 2B grows by 104 KiB a token, all its
        layers' share (published `vram_required_MB` at two contexts).
        """
        element = F32 if _in_f32(load) else F16
        return Allocation(element=element, state=element, block=PAGE)

    def workspace(self, load: Load) -> Interval:
        """Return the temporaries of one prompt piece.

        Gate, up and product of the widest layer, several hidden vectors, and for some
        families the logits of every token in the piece.
        """
        tower = load.architecture.main
        width = max((layer.feed_forward for layer in tower.layers), default=0)
        size, vectors = (4, HIDDEN_VECTORS_F32) if _in_f32(load) else (2, HIDDEN_VECTORS_F16)
        piece = min(MLC_PIECE, load.context)
        logits = piece * load.architecture.outputs * 4
        whole = logits if load.architecture.family in WHOLE_PIECE_LOGITS else 0
        low, likely, high = (
            piece * (3 * width + count * tower.hidden) * size + whole
            for count in (vectors.low, vectors.likely, vectors.high)
        )
        return Interval(low, likely, high)

    def phases(self, load: Load) -> tuple[Phase, ...]:
        """Return shards in flight, then weights, cache and temporaries on the GPU."""
        floor = on_page(Label.RUNTIME, WEBLLM_FLOOR)
        shards = on_page(Label.COPIES, WEBLLM_SHARDS)
        weights = on_gpu(Label.WEIGHTS, exactly(load.weights))
        cache = on_gpu(Label.CACHE, exactly(load.cache(self.kept(load))))
        work = on_gpu(Label.WORK, self.workspace(load))
        return (
            Phase(DOWNLOAD, (floor, shards)),
            Phase(LOAD, (floor, shards, weights)),
            Phase(READY, (floor, weights, cache)),
            Phase(PREFILL, (floor, weights, cache, work)),
            Phase(GENERATE, (floor, weights, cache)),
        )

    def heap(self, load: Load) -> Interval | None:
        """Return nothing: shards go straight to the GPU."""
        del load
        return None


def _in_f32(load: Load) -> bool:
    return "f32" in load.stored.precision
