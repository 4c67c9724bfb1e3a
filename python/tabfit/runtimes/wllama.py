"""wllama: llama.cpp in WebAssembly, with the layers on WebGPU where there is one.

On the processor the weights live in the wasm heap once; on the GPU they stream
there. The cache is allocated whole, in blocks of 256 cells; the compute buffer
is about one piece of the prompt times the vocabulary.
"""

from __future__ import annotations

from typing import Final

from tabfit.model.architecture import Architecture
from tabfit.model.tensors import Role
from tabfit.recipes.gguf import files
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
from tabfit.storage.storage_type import F16, F32
from tabfit.units import Bytes, Interval, exactly

CELLS: Final = 256
#: wllama opens the context for so many sequences, which share its cells: its own log's output
#: buffer is four rows of logits (`tests/data/measured.json`).
SEQUENCES: Final = 4


class Wllama:
    """llama.cpp, on the processor alone or with WebGPU."""

    in_tab: Final = True
    splits_bindings: Final = True

    def __init__(self, *, on_gpu: bool) -> None:
        """Choose where the layers run."""
        self.uses_gpu = on_gpu
        self.name = "wllama-webgpu" if on_gpu else "wllama-cpu"

    def can_store(self, architecture: Architecture) -> bool:
        """Return whether llama.cpp's converter takes such a model."""
        return files.can_store(architecture)

    def store(self, architecture: Architecture, precision: str, family: str | None) -> Stored:
        """Return the GGUF file."""
        del family
        return files.store(architecture, precision)

    def kept(self, load: Load) -> Allocation:
        """Return llama.cpp's cells: whole context, windows kept with a piece beyond them."""
        del load
        return Allocation(
            element=F16,
            state=F32,
            block=CELLS,
            windowed=True,
            beyond_window=constants.LLAMA_PIECE,
            latent=True,
            sequences=SEQUENCES,
        )

    def workspace(self, load: Load) -> Interval:
        """Return the compute buffer and the output of one token per slot.

        With flash attention the buffer holds one piece of the prompt: three inner and four
        hidden vectors a token, and a mask over the context. wllama's own log says the same
        to 0.01 MiB for Llama's and Qwen's shapes; other layers may keep a few vectors more.
        """
        tower = load.architecture.main
        piece = min(constants.LLAMA_PIECE, load.context)
        width = max((layer.feed_forward for layer in tower.layers), default=0)
        compute = piece * 4 * (3 * width + 4 * tower.hidden) + load.context * piece * 2 + 10_240
        output = constants.WLLAMA_SLOTS * load.architecture.outputs * 4 if load.generates else 0
        logits = piece * load.architecture.outputs * 4 if load.generates else 0
        known = compute + output
        return Interval(known, known, known + (logits if self.uses_gpu else compute // 4))

    def phases(self, load: Load) -> tuple[Phase, ...]:
        """Return the file on its way, then weights, cache and compute buffer where they live."""
        floor = on_page(Label.RUNTIME, constants.WLLAMA_FLOOR)
        compiling = on_page(Label.RUNTIME, constants.WLLAMA_COMPILING)
        there = on_gpu if self.uses_gpu else on_page
        cache = there(Label.CACHE, exactly(load.cache(self.kept(load))))
        work = there(Label.WORK, self.workspace(load))
        held = (floor, *self._weights(load), cache, work)
        return (
            Phase(DOWNLOAD, (floor, _share(load, constants.WLLAMA_DOWNLOAD))),
            Phase(LOAD, (*held, _share(load, constants.WLLAMA_TRANSIT))),
            Phase(READY, (*held, _share(load, constants.WLLAMA_LEFT))),
            Phase(PREFILL, (*held, compiling)),
            Phase(GENERATE, (*held, compiling)),
        )

    def _weights(self, load: Load) -> tuple[Component, ...]:
        if not self.uses_gpu:
            return (on_page(Label.WEIGHTS, exactly(load.weights)),)
        stays = self.on_processor(load)
        moved = on_gpu(Label.WEIGHTS, exactly(load.weights - stays))
        return (moved, on_page(Label.WEIGHTS, exactly(stays))) if stays else (moved,)

    def on_processor(self, load: Load) -> Bytes:
        """Return the bytes llama.cpp leaves to the processor: the table, and what no binding holds.

        The token table is looked up on the processor; a tied head is loaded a second
        time for the GPU, so only an untied table leaves it.
        """
        tensors = load.stored.tensors
        table = sum(t.size for t in tensors if t.role is Role.EMBEDDING)
        wide = 0
        if load.binding is not None:
            limit = load.binding
            wide = sum(t.size for t in tensors if t.size > limit and t.role is not Role.EMBEDDING)
        return Bytes(table + wide)

    def heap(self, load: Load) -> Interval | None:
        """Return what llama.cpp's heap holds: all of it, or what is left to the processor."""
        if self.uses_gpu:
            return exactly(self.on_processor(load)) + constants.WLLAMA_FLOOR
        return exactly(load.weights + load.cache(self.kept(load))) + self.workspace(load)


def _share(load: Load, shares: tuple[float, float, float]) -> Component:
    """Return a share of the file held in JavaScript, up to what is collected by itself."""
    share, most = load.files.scaled(*shares), constants.WLLAMA_PIECES
    held = Interval(
        min(share.low, most.low), min(share.likely, most.likely), min(share.high, most.high)
    )
    return on_page(Label.COPIES, held)
