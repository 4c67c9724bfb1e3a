"""wllama: llama.cpp in WebAssembly, with the layers on WebGPU where there is one.

On the processor the weights live in the wasm heap once; on the GPU they stream
there. The cache is allocated whole, in blocks of 256 cells; the compute buffer
is about one piece of the prompt times the vocabulary.
"""

from __future__ import annotations

from typing import Final

from tabfit.formula import (
    Constant,
    Quantity,
    floored,
    rounded,
    size,
    smallest,
    total,
)
from tabfit.i18n.language import later
from tabfit.model.architecture import Architecture
from tabfit.model.tensors import Role
from tabfit.recipes.gguf import files
from tabfit.recipes.stored_model import Stored
from tabfit.runtimes import constants
from tabfit.runtimes.base import Load
from tabfit.runtimes.memory.cache import Allocation
from tabfit.runtimes.memory.phases import (
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

CELLS: Final = 256

_LOG: Final = later("wllama’s own log, to 0.01 MiB")
_LEFT: Final = later("the token table, and what no binding holds")


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
            beyond_window=constants.LLAMA_PIECE.exact,
            latent=True,
            sequences=constants.WLLAMA_SLOTS.exact,  # which share the cells
        )

    def workspace(self, load: Load) -> Interval:
        """Return the compute buffer and the output of one token per slot.

        With flash attention the buffer holds one piece of the prompt: three inner and four
        hidden vectors a token, and a mask over the context. wllama's own log says the same
        to 0.01 MiB for Llama's and Qwen's shapes; other layers may keep a few vectors more.
        """
        return self._work(load).interval

    def _work(self, load: Load) -> Quantity:
        piece = tokens_at_once(constants.LLAMA_PIECE, load.context)
        shape = load.architecture
        vectors = times(3, _LOG) * inner_width(shape) + times(4, _LOG) * hidden_width(shape)
        context = count(later("context"), load.context, later("as chosen"))
        mask = context * piece * times(2, later("16-bit floats"))
        buffer = piece * WIDE * vectors + mask + constants.WLLAMA_BOOKKEEPING
        every = [buffer, *_outputs(load)]
        if not self.uses_gpu:
            every.append(floored(buffer * constants.WLLAMA_SPARE))
        elif load.generates:
            every.append(constants.WLLAMA_ALL_LOGITS * piece * vocabulary(shape) * WIDE)
        return total(every)

    def phases(self, load: Load) -> tuple[Phase, ...]:
        """Return the file on its way, then weights, cache and compute buffer where they live."""
        floor = on_page(Label.RUNTIME, constants.WLLAMA_FLOOR)
        compiling = on_page(Label.RUNTIME, constants.WLLAMA_COMPILING)
        there = on_gpu if self.uses_gpu else on_page
        cache = there(Label.CACHE, load.cache(self.kept(load)))
        work = there(Label.WORK, self._work(load))
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
            return (on_page(Label.WEIGHTS, load.weights),)
        stays = self.on_processor(load)
        if not stays.likely:
            return (on_gpu(Label.WEIGHTS, load.weights),)
        return (on_gpu(Label.WEIGHTS, load.weights - stays), on_page(Label.WEIGHTS, stays))

    def on_processor(self, load: Load) -> Quantity:
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
        words = later("weights left to the processor")
        return size(words, table + wide, Basis.COMPUTED, _LEFT)

    def heap(self, load: Load) -> Interval | None:
        """Return what llama.cpp's heap holds: all of it, or what is left to the processor."""
        if self.uses_gpu:
            return (self.on_processor(load) + constants.WLLAMA_FLOOR).interval
        return (load.weights + load.cache(self.kept(load)) + self._work(load)).interval


def _share(load: Load, part: Constant) -> Component:
    """Return a share of the file held in JavaScript, up to what is collected by itself."""
    held = smallest(rounded(load.files * part), constants.WLLAMA_PIECES)
    return on_page(Label.COPIES, held)


def _outputs(load: Load) -> tuple[Quantity, ...]:
    if not load.generates:
        return ()
    return (constants.WLLAMA_SLOTS * vocabulary(load.architecture) * WIDE,)
