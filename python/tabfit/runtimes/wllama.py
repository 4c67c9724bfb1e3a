"""wllama: llama.cpp in WebAssembly, with the layers on WebGPU where there is one.

On the processor the weights live in the wasm heap once; on the GPU they stream
there, all layers or the last few. The cache is allocated whole, in blocks of 256
cells, beside the layers that it belongs to; the compute buffer is about one piece of
the prompt times the vocabulary.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final

from tabfit.formula import (
    Constant,
    Given,
    Quantity,
    floored,
    known,
    named,
    rounded,
    size,
    smallest,
    total,
)
from tabfit.i18n.language import later
from tabfit.light_dataclass import replace
from tabfit.model.architecture import Architecture, Tower
from tabfit.model.tensors import Role
from tabfit.recipes.gguf import files, projector
from tabfit.recipes.stored_model import Stored, StoredTensor
from tabfit.runtimes import constants
from tabfit.runtimes.base import Load
from tabfit.runtimes.memory.cache import TYPES, Allocation, cache
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
from tabfit.storage.storage_type import F32
from tabfit.units import Basis, Interval

CELLS: Final = 256

_LOG: Final = later("wllama’s own log, to 0.01 MiB")
_LEFT: Final = later("the token table, layers not given to the GPU, and what no binding holds")
_LEFT_CACHE: Final = later("cache of the layers left to the processor")
_TIED: Final = later("the token table once more, for the output")
_TWICE: Final = later("llama.cpp’s logs: a tied table lies on the processor and on the GPU")
_OF_ENCODERS: Final = later("logs of llama.cpp, encoders of pictures")
#: What llama.cpp keeps keys and values in unless it is told otherwise.
USUAL_CACHE: Final = "f16"


class Wllama:
    """llama.cpp, on the processor alone or with WebGPU.

    Source: wllama's own log (tests/data/wllama_log.json) and runs in a browser
    (tests/data/measured.json; docs/memory-model.md, 3).
    """

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
        return Allocation(
            element=TYPES[load.options.kv or USUAL_CACHE],
            state=F32,
            block=CELLS,
            windowed=True,
            beyond_window=constants.LLAMA_PIECE.exact,
            latent=True,
            sequences=int(_slots(load).ends[1]),  # which share the cells
        )

    def workspace(self, load: Load) -> Interval:
        """Return the compute buffer and the output of one token per slot.

        With flash attention the buffer holds one piece of the prompt: three inner and five
        hidden vectors a token, one more beside a cache in 32-bit floats, a mask over the context,
        and a row of the context for each slot. wllama's own log says the same to 0.01 MiB for
        Llama's and Qwen's shapes; other layers may keep a few vectors more.
        """
        return self._work(load).interval

    def _work(self, load: Load) -> Quantity:
        piece = tokens_at_once(constants.LLAMA_PIECE, load.context)
        shape = load.architecture
        hidden = times(6 if load.options.kv == "f32" else 5, _LOG)
        vectors = times(3, _LOG) * inner_width(shape) + hidden * hidden_width(shape)
        context = count(later("context"), load.context, later("as chosen"))
        mask = context * piece * times(2, later("16-bit floats"))
        rows = _slots(load) * context * WIDE
        buffer = piece * WIDE * vectors + mask + rows + constants.WLLAMA_BOOKKEEPING
        every = [buffer, *_outputs(load), *_seen(load, on_gpu=self.uses_gpu)]
        if not self.uses_gpu:
            every.append(floored(buffer * constants.WLLAMA_SPARE))
        elif load.generates:
            every.append(constants.WLLAMA_ALL_LOGITS * piece * vocabulary(shape) * WIDE)
        return total(every)

    def phases(self, load: Load) -> tuple[Phase, ...]:
        """Return the file on its way, then weights, cache and compute buffer where they live."""
        floor = on_page(Label.RUNTIME, constants.WLLAMA_FLOOR)
        compiling = on_page(Label.RUNTIME, constants.WLLAMA_COMPILING)
        held = (floor, *self._weights(load), *self._caches(load), *self._workspaces(load))
        return (
            Phase(DOWNLOAD, (floor, _share(load, constants.WLLAMA_DOWNLOAD))),
            Phase(LOAD, (*held, _share(load, constants.WLLAMA_TRANSIT))),
            Phase(READY, (*held, on_page(Label.RUNTIME, constants.WLLAMA_WARMED))),
            Phase(PREFILL, (*held, compiling)),
            Phase(GENERATE, (*held, compiling)),
        )

    def _weights(self, load: Load) -> tuple[Component, ...]:
        if not self.uses_gpu:
            return (on_page(Label.WEIGHTS, load.weights),)
        stays = self.on_processor(load)
        moved = load.weights - stays
        if shares_table(load):
            moved = moved + size(_TIED, _table(load), Basis.COMPUTED, _TWICE)
        if not stays.likely:
            return (on_gpu(Label.WEIGHTS, moved),)
        return (on_gpu(Label.WEIGHTS, moved), on_page(Label.WEIGHTS, stays))

    def on_processor(self, load: Load) -> Quantity:
        """Return the bytes llama.cpp leaves to the processor.

        The token table is looked up there, a tied one is loaded a second time for the GPU. Left
        are besides the layers that the GPU was not given, and what no binding holds.
        """
        first = first_on_gpu(load)
        left = sum(t.size for t in load.stored.tensors if _stays(t, first, load.binding))
        return size(later("weights left to the processor"), left, Basis.COMPUTED, _LEFT)

    def _caches(self, load: Load) -> tuple[Component, ...]:
        """Return the cache beside its layers: on the GPU, or with those left to the processor."""
        whole = load.cache(self.kept(load))
        if not self.uses_gpu:
            return (on_page(Label.CACHE, whole),)
        below = self._left_cache(load)
        if below is None:
            return (on_gpu(Label.CACHE, whole),)
        return (on_gpu(Label.CACHE, whole - below), on_page(Label.CACHE, below))

    def _left_cache(self, load: Load) -> Quantity | None:
        """Return the cache of the layers left to the processor, `None` where none are."""
        first = first_on_gpu(load)
        if not first:
            return None
        main = load.architecture.main
        left = replace(load.architecture, towers=(replace(main, layers=main.layers[:first]),))
        return named(_LEFT_CACHE, cache(left, load.context, self.kept(load)))

    def read_on_processor(self, load: Load) -> Quantity | None:
        """Return the bytes a token reads of layers left to the processor, `None` without any.

        Source: llama.cpp computes a layer where its weights lie (src/llama-model.cpp,
        `get_layer_buft_list`).
        """
        below, first = self._left_cache(load) if self.uses_gpu else None, first_on_gpu(load)
        if below is None:
            return None
        layers = sum(t.size for t in load.stored.tensors if t.layer is not None and t.layer < first)
        inventory = load.architecture.inventory
        used = layers * inventory.active // max(inventory.total, 1)
        return size(later("weights left to the processor"), used, Basis.COMPUTED, _LEFT) + below

    def _workspaces(self, load: Load) -> tuple[Component, ...]:
        work = self._work(load)
        if not self.uses_gpu:
            return (on_page(Label.WORK, work),)
        if not first_on_gpu(load):
            return (on_gpu(Label.WORK, work),)
        return (on_gpu(Label.WORK, work), on_page(Label.WORK, _split_work(work)))

    def heap(self, load: Load) -> Interval | None:
        """Return what llama.cpp's heap holds: all of it, or what is left to the processor."""
        if not self.uses_gpu:
            return (load.weights + load.cache(self.kept(load)) + self._work(load)).interval
        held = [self.on_processor(load), constants.WLLAMA_FLOOR]
        below = self._left_cache(load)
        if below is not None:
            held += [below, _split_work(self._work(load))]
        return total(held).interval


def first_on_gpu(load: Load) -> int:
    """Return the first layer on the GPU; the output counts as the last of `gpu_layers`.

    Source: llama.cpp src/llama-model.cpp, `i_gpu_start = max(n_layer_all + 1 - n_gpu_layers, 0)`.
    """
    if load.options.gpu_layers is None:
        return 0
    return max(len(load.architecture.main.layers) + 1 - load.options.gpu_layers, 0)


def _stays(tensor: StoredTensor, first: int, binding: int | None) -> bool:
    """Return whether a tensor stays with the processor, where layers from `first` on leave it."""
    if tensor.part in projector.PARTS:  # goes where the GPU is
        return False
    if tensor.role is Role.EMBEDDING or (tensor.layer is not None and tensor.layer < first):
        return True
    return binding is not None and tensor.size > binding


def _table(load: Load) -> int:
    every = (t for t in load.stored.tensors if t.part not in projector.PARTS)
    return sum(t.size for t in every if t.role is Role.EMBEDDING)


def shares_table(load: Load) -> bool:
    """Return whether the output is computed with the token table, which no binding may be short of.

    llama.cpp then loads the table twice: to look tokens up, and for the output.
    """
    fits = load.binding is None or _table(load) <= load.binding
    return load.generates and Role.HEAD not in load.stored.types and fits


def _split_work(work: Quantity) -> Quantity:
    """Return what the processor computes in where it keeps some layers."""
    return rounded(constants.WLLAMA_SPLIT_WORK * work)


def _slots(load: Load) -> Given:
    """Return how many conversations share the context."""
    slots = constants.WLLAMA_SLOTS
    told = load.options.parallel
    if told is None:
        return slots
    return known(slots.label, told, slots.unit, Basis.LISTED, later("as chosen"))


def _share(load: Load, part: Constant) -> Component:
    """Return a share of the file held in JavaScript, up to what is collected by itself."""
    held = smallest(rounded(load.files * part), constants.WLLAMA_PIECES)
    return on_page(Label.COPIES, held)


def _seen(load: Load, *, on_gpu: bool) -> Iterator[Quantity]:
    """Yield what each part that sees computes in: all places of a picture at once.

    An inner vector and three hidden ones of each place are alive together, and without flash
    attention the scores of each place with every other. On the processor it is always there.
    """
    for tower in load.architecture.towers if load.options.projector else ():
        if tower.part not in projector.PARTS or not tower.layers:
            continue
        places = _places(tower)
        inner = max(layer.feed_forward for layer in tower.layers)
        vectors = count(later("inner width"), inner) + times(3, _OF_ENCODERS) * count(
            later("hidden width"), tower.hidden
        )
        yield constants.WLLAMA_SEEN * places * WIDE * vectors
        if on_gpu:
            heads = count(later("attention heads"), max(h.attention_heads for h in tower.layers))
            yield constants.WLLAMA_SEEN_SCORES * heads * places * places * WIDE


def _places(tower: Tower) -> Quantity:
    """Return the places that llama.cpp makes room for before it has seen a picture."""
    if tower.square:
        side = constants.WLLAMA_TRIED_SIDE
        return side * side * count(later("places of a square"), tower.places)
    return count(later("places of a picture"), tower.positions or constants.LLAMA_PIECE.exact)


def _outputs(load: Load) -> tuple[Quantity, ...]:
    if not load.generates:
        return ()
    return (_slots(load) * vocabulary(load.architecture) * WIDE,)


RUNTIMES: Final = {
    "wllama-cpu": partial(Wllama, on_gpu=False),
    "wllama-webgpu": partial(Wllama, on_gpu=True),
}
