"""Transformers.js on ONNX Runtime Web, on the processor (wasm) or on WebGPU.

Every file is fetched into one JavaScript buffer, and on a first visit copied twice
on its way to the cache. A single file is copied whole into the wasm heap; parsing
makes a second copy of its tensors there, one at a time freed again. External data
are copied once, and on WebGPU not through the heap, but for a table that is turned.
The heap never shrinks: what loading touched stays resident, and a run's activations
first fill what loading left free. On WebGPU the weights go on to the GPU through
memory that tab and GPU process share, a buffer as large as each array, and what the
heap holds of them then lies idle.

Source: transformers.js src/utils/hub.js, onnxruntime js/web/lib/wasm/wasm-core-impl.ts,
core/framework/session_state_utils.cc, core/providers/webgpu/external_data_loader.cc;
docs/memory-model.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from math import ceil
from typing import Final, NamedTuple

from tabfit.formula import (
    ZERO,
    Constant,
    Given,
    Number,
    Quantity,
    Text,
    Unit,
    known,
    largest,
    named,
    rounded,
    size,
    total,
    widest,
)
from tabfit.i18n.language import later
from tabfit.model.architecture import Architecture, KeyValue, Kind, Tower
from tabfit.model.layers import Layer
from tabfit.model.tensors import Part, Role
from tabfit.recipes.onnx import files, session_precisions
from tabfit.recipes.onnx.export_families import ExportFamily, likely_export
from tabfit.recipes.onnx.sessions import sessions_of
from tabfit.recipes.stored_model import Content, File, Stored, StoredTensor, sizes
from tabfit.runtimes import constants
from tabfit.runtimes.base import Load
from tabfit.runtimes.load_options import Picture
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
from tabfit.runtimes.memory.quantities import SHAPE, WIDE, count, hidden_width, times, vocabulary
from tabfit.storage.storage_type import BF16, F16, F32
from tabfit.units import Basis, Interval

#: dtypes whose graphs keep activations and cache in 16-bit floats.
HALF: Final = frozenset({"fp16", "q4f16", "q2f16", "q1f16"})
#: dtypes whose kernels take longest to compile.
MIXED: Final = HALF | {"q8", "int8", "uint8"}
WHOLE_NUMBERS: Final = frozenset({"q8", "int8", "uint8"})
_FLOATS: Final = frozenset({F32, F16})  # no export keeps BF16

_CHOSEN: Final[Text] = later("as chosen")
_PARSING: Final = later(
    "onnxruntime session_state_utils.cc: parsing copies each tensor, then frees it"
)
_FREED: Final = later("the heap never shrinks: what loading freed is used again")
_KERNELS: Final = later("products of whole numbers have no kernel there")
_WIDENED: Final = later("ONNX Runtime has no 16-bit products on the processor")
_NOTHING: Final = size(later("none"), 0, Basis.MEASURED, _KERNELS)
_LAST: Final = later("newer builds can be asked for the last token’s logits alone")
_GRAPH: Final = later("what the graph computes in")


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
        return files.store(architecture, precision, family=family)

    def kept(self, load: Load) -> Allocation:
        """Return a cache of exactly the tokens seen, in every layer, in the graph's own type."""
        element = F16 if _main(load) in HALF else F32
        return Allocation(element=element, state=element)

    def workspace(self, load: Load) -> Interval:
        """Return activations of one pass over a prompt, and the logits that come out of it."""
        return _work(load).interval

    def bound_scores(self, load: Load) -> Interval | None:
        """Return the largest table of attention scores, which one binding holds; `None` for none.

        Exports spell attention out but in decoders, whose own kernel keeps no such table.
        """
        fused = load.architecture.kind is Kind.DECODER
        main = load.architecture.main
        found = [
            _scores(load, each)
            for each in load.architecture.towers
            if each.layers and not (fused and each is main)
        ]
        return widest(found).interval if self.uses_gpu and found else None

    def heap(self, load: Load) -> Interval | None:
        """Return what ONNX Runtime's heap holds once everything is loaded.

        On the processor a first pass works there too, in what loading left free and beyond.
        """
        held = _heap(load, on_gpu=self.uses_gpu)
        if held is not None and not self.uses_gpu:
            beyond = largest(_work(load) - _room(load), ZERO)
            held = named(later("the WebAssembly heap in a first pass"), held + beyond)
        return held.interval if held else None

    def phases(self, load: Load) -> tuple[Phase, ...]:
        """Return the fetched file and its copies, which stay, and what runs add to them."""
        loaded = (*_in_heap(load, on_gpu=self.uses_gpu), *self._resident(load))
        fetched = on_page(Label.COPIES, load.files * constants.ORT_FETCHED)
        left = load.files * (
            constants.ORT_FETCHED_LATER if self.uses_gpu else constants.ORT_FETCHED
        )
        run = (self._base(load, PREFILL), *loaded, on_page(Label.COPIES, left), *self._fed(load))
        arriving = on_page(Label.COPIES, _arriving(load))
        beyond, cache = self._on_gpu(load) if self.uses_gpu else self._on_processor(load)
        first = (
            Phase(DOWNLOAD, (_floor(constants.ORT_DOWNLOAD), arriving)),
            Phase(LOAD, (self._base(load, LOAD), *loaded, fetched, *self._moving(load))),
            Phase(READY, (self._base(load, READY), *loaded, fetched)),
            Phase(PREFILL, (*run, *beyond)),
        )
        return (*first, Phase(GENERATE, (*run, *cache))) if load.generates else first

    def _base(self, load: Load, phase: str) -> Component:
        if self.uses_gpu:
            return _floor(constants.ORT_ON_GPU_RUN if phase == PREFILL else constants.ORT_ON_GPU)
        mixed = session_precisions.dtypes(load.stored.precision) & MIXED
        run = constants.ORT_RUN_MIXED if mixed else constants.ORT_RUN
        return _floor({LOAD: constants.ORT_LOAD, READY: constants.ORT_READY}.get(phase, run))

    def _fed(self, load: Load) -> tuple[Component, ...]:
        """Return what a sound takes while it is heard, and what its pieces leave on the GPU."""
        if load.options.audio is None:
            return ()
        held = (on_page(Label.WORK, _samples(load)),)
        left = _left_behind(load) if self.uses_gpu else None
        return held if left is None else (*held, on_gpu(Label.CACHE, left))

    def _resident(self, load: Load) -> tuple[Component, ...]:
        """Return what lives on the GPU from loading on, and the way there, which stays open."""
        if not self.uses_gpu:
            return ()
        return (
            on_gpu(Label.RUNTIME, constants.ORT_GPU_FLOOR),
            on_gpu(Label.WEIGHTS, _moved(load)),
            on_page(Label.COPIES, _shared(load)),
        )

    def _moving(self, load: Load) -> tuple[Component, ...]:
        """Return the array on its way, which the GPU process holds twice until it is copied."""
        if not self.uses_gpu:
            return ()
        return (on_gpu(Label.COPIES, _arrays(load)[0] * constants.ORT_IN_FLIGHT),)

    def _on_gpu(self, load: Load) -> Steps:
        shaders = constants.ORT_GPU_SHADERS
        if load.emulated and not load.generates:
            shaders = constants.ORT_GPU_SHADERS_EMULATED
        compiled = on_gpu(Label.RUNTIME, shaders)
        work = on_gpu(Label.WORK, _work(load))
        cache = on_gpu(Label.CACHE, load.cache(self.kept(load)) * constants.ORT_STEP_CACHES)
        read_back = on_page(Label.WORK, _read_back(load))
        return (compiled, work, read_back), (compiled, cache)

    def _on_processor(self, load: Load) -> Steps:
        """Return what a first pass and what later steps take beyond what loading left free.

        A step's cache leaves and enters the heap: old and new in it, and both in JavaScript.
        """
        left, room = _left(load), _room(load)
        work = total([largest(_work(load) - room, ZERO), *_logits(load)])
        once = load.cache(Allocation(element=self.kept(load).element))
        both = _BOTH * once
        in_heap = largest(both - _perhaps(later("room that loading left, if any"), left), ZERO)
        fetched = _perhaps(later("room of the fetched file, if any"), load.files.likely)
        in_scripts = constants.ORT_SCRIPT_COPY * largest(both - fetched, ZERO)
        return (on_page(Label.WORK, work),), (on_page(Label.CACHE, in_heap + in_scripts),)


#: What a first pass and what later steps take beside the weights.
Steps = tuple[tuple[Component, ...], tuple[Component, ...]]

_BOTH: Final = times(2, later("old and new"))
_TWO_COPIES: Final = count(later("copies"), 2, _PARSING)


def _left(load: Load) -> Number:
    """Return the bytes that loading left free in the heap: the file's copy, and a hole."""
    return 0 if external(load) else load.files.likely + _hole(load)


def _room(load: Load) -> Given:
    left = later("room that loading left")
    return known(left, _left(load), Unit.BYTES, Basis.COMPUTED, _FREED)


def _read_back(load: Load) -> Quantity:
    """Return what logits take in the tab once they leave the GPU.

    They come through shared memory into the heap, and from there into JavaScript.
    """
    logits = total(_logits(load))
    return total([logits, logits, largest(logits - _room(load), ZERO)])


def _perhaps(label: str, room: Number) -> Quantity:
    """Return room that is used again unless something else has taken it."""
    return Given(label, (room, room, 0), Unit.BYTES, Basis.ASSUMED, _FREED)


def _floor(floor: Constant) -> Component:
    return on_page(Label.RUNTIME, floor)


def _arriving(load: Load) -> Quantity:
    """Return the files as they come in, and the copies of one on its way to the cache.

    All are fetched at once, and each is put into the cache when it is there.
    """
    largest_file = sizes(sorted(_weight_files(load), key=lambda each: each.size.likely)[-1:])
    return load.files + constants.ORT_TO_CACHE * largest_file


def _moved(load: Load) -> Quantity:
    """Return the weights on the GPU: the files', and once more a table that is turned.

    Products of whole numbers have no kernel there and stay on the processor.
    """
    moving = _moving_files(load)
    if moving is None:
        return _NOTHING
    return moving + _table(load, on_gpu=True) if shares_float_table(load) else moving


def _moves(load: Load) -> frozenset[str]:
    """Return the dtypes whose weights move to the GPU."""
    return session_precisions.dtypes(load.stored.precision) - WHOLE_NUMBERS


def _moving_files(load: Load) -> Quantity | None:
    """Return the files whose weights move to the GPU, `None` where none do."""
    if not _moves(load):
        return None
    if not session_precisions.is_map(load.stored.precision):
        return load.files
    moving = [file for file in _weight_files(load) if _dtype(file) not in WHOLE_NUMBERS]
    return named(later("weight files that move to the GPU"), sizes(moving))


def _weight_files(load: Load) -> list[File]:
    return [file for file in load.stored.files if file.content is Content.WEIGHTS]


def _dtype(file: File) -> str | None:
    """Return the dtype that a file's name tells, `None` where it tells none."""
    found = session_precisions.session_of(file.name)
    return found[1] if found else None


def _tensors(load: Load, wanted: Callable[[str | None], bool]) -> Iterator[StoredTensor]:
    """Yield the tensors of the sessions whose dtype is wanted."""
    if not session_precisions.is_map(load.stored.precision):
        yield from load.stored.tensors if wanted(load.stored.precision) else ()
        return
    for file in _weight_files(load):
        if wanted(_dtype(file)):
            yield from file.tensors


def _arrays(load: Load) -> tuple[Quantity, Quantity]:
    """Return the two largest arrays that move to the GPU."""
    moving = _tensors(load, lambda dtype: dtype not in WHOLE_NUMBERS)
    found = sorted((tensor.size for tensor in moving), reverse=True)
    if not found:
        return _NOTHING, _NOTHING
    if shares_float_table(load):
        found.insert(0, found[0])
    first, second = (*found, 0, 0)[:2]
    return (
        size(later("largest array"), first, Basis.COMPUTED, SHAPE),
        size(later("second largest array"), second, Basis.COMPUTED, SHAPE),
    )


def _shared(load: Load) -> Quantity:
    """Return what tab and GPU process share: a buffer for each array that waits to be copied."""
    first, second = _arrays(load)
    if not _moves(load):
        return constants.ORT_SHARED_SMALL
    waiting = total([constants.ORT_SHARED_SMALL, first, second * constants.ORT_SECOND_WAITS])
    return named(later("memory shared with the GPU process"), waiting)


# The heap


def _in_heap(load: Load, *, on_gpu: bool) -> tuple[Component, ...]:
    """Return the heap. Where weights live on the GPU, nothing of it is used any more."""
    held = _heap(load, on_gpu=on_gpu)
    if held is None:
        return ()
    if on_gpu and _moves(load):
        return (on_page(Label.COPIES, held),)
    copies = largest(held - load.weights, ZERO)
    return (on_page(Label.WEIGHTS, load.weights), on_page(Label.COPIES, copies))


def _heap(load: Load, *, on_gpu: bool) -> Quantity | None:
    """Return the heap, `None` where weights never pass it.

    Two copies of the file and a hole, or one copy of external data; on WebGPU no more of those
    than a table that is turned: as it is read, as it is turned, and as it leaves.
    """
    if on_gpu and external(load):
        if not shares_float_table(load):
            return None
        turned = constants.ORT_TURNED * _table(load, on_gpu=True)
        return named(later("the WebAssembly heap"), turned + constants.ORT_HEAP_STEP)
    copies: list[Quantity] = [load.files]
    if not external(load):
        hole = size(later("largest tensor"), _hole(load), Basis.COMPUTED, _PARSING)
        copies = [_TWO_COPIES * load.files, hole]
    elif shares_float_table(load) and _main(load) in HALF:
        copies += [size(later("largest tensor"), _hole(load), Basis.COMPUTED, _WIDENED)]
    wider = () if on_gpu else _widened(load)
    held = total([*copies, *_head(load, on_gpu=on_gpu), *wider, constants.ORT_HEAP_STEP])
    return named(later("the WebAssembly heap"), held)


def external(load: Load) -> bool:
    """Return whether weights lie in files of their own beside the graph."""
    return any(".onnx_data" in file.name for file in load.stored.files)


def _hole(load: Load) -> int:
    """Return the largest tensor: its parsed copy is freed first, and later ones fit in."""
    return load.stored.largest_tensor.size if load.stored.tensors else 0


def _widened(load: Load) -> tuple[Quantity, ...]:
    """Return what 16-bit products take once a processor without such kernels widens them."""
    halved = _tensors(load, lambda dtype: dtype == "fp16")
    products = (t for t in halved if len(t.shape) > 1 and t.role is not Role.EMBEDDING)
    numbers = sum(t.size // t.type.size for t in products if t.type in (F16, BF16))
    return (count(later("numbers widened"), numbers, _WIDENED) * WIDE,) if numbers else ()


def _table(load: Load, *, on_gpu: bool) -> Quantity:
    """Return the bytes of the output table where it is computed with.

    A processor has no 16-bit products, so that tables are widened for it; a GPU has.
    """
    half = count(later("bytes per number"), 2, later("16-bit floats"))
    width = half if on_gpu and _main(load) in HALF else WIDE
    return width * vocabulary(load.architecture) * hidden_width(load.architecture)


def shares_float_table(load: Load) -> bool:
    """Return whether the output is the token table transposed, and the table kept in floats."""
    if not load.generates or Role.HEAD in load.stored.types:
        return False
    return bool(load.stored.types.get(Role.EMBEDDING, frozenset()) & _FLOATS)


def _head(load: Load, *, on_gpu: bool) -> tuple[Quantity, ...]:
    """Return what an output head takes beyond its place in the file."""
    if not load.generates:
        return ()
    if shares_float_table(load):
        wide = _main(load) in ("fp32", "fp16") and not on_gpu  # where it is packed
        copies = constants.ORT_SHARED_HEAD if wide else constants.ORT_SHARED_HEAD_AMONG_SMALL
    elif own_float_head(load) and not on_gpu:  # only products of the processor are packed
        copies = constants.ORT_OWN_HEAD
    else:
        return ()
    return (rounded(copies * _table(load, on_gpu=on_gpu)),)


def own_float_head(load: Load) -> bool:
    """Return whether the output has a table of its own, kept in floats."""
    return bool(load.stored.types.get(Role.HEAD, frozenset()) & _FLOATS)


# Working memory


def _tokens(load: Load, tower: Tower) -> Quantity:
    """Return the tokens that a tower takes in one piece.

    That is the whole prompt, however long; towers beside the main one, and one that sees, take all
    that they have places for; of a sound or a picture whose size is told, all that it takes.
    """
    label = later("tokens at once")
    if load.options.audio is not None and tower.per_second:
        return known(label, _heard_at_once(load, tower), Unit.TOKENS, Basis.COMPUTED, _CHOSEN)
    if load.options.picture is not None and tower.square:
        places = seen_at_once(load.options.picture, tower)
        return known(label, places, Unit.TOKENS, Basis.COMPUTED, _CHOSEN)
    fills = tower is not load.architecture.main or tower.part is Part.VISION
    if fills and tower.positions:
        return known(label, tower.positions, Unit.TOKENS, Basis.COMPUTED, SHAPE)
    once = min(load.read_at_once, tower.positions or load.read_at_once)
    return known(label, once, Unit.TOKENS, Basis.COMPUTED, _CHOSEN)


def _heard_at_once(load: Load, tower: Tower) -> int:
    """Return the places of a sound: what is padded always fills all."""
    if tower.pads and tower.positions:
        return tower.positions
    return ceil((load.options.audio or 0) * tower.per_second)


def seen_at_once(picture: Picture, tower: Tower) -> int:
    """Return the places of a picture that keeps its size, each side rounded to whole squares.

    Source: transformers image_processing_qwen2_vl.py, `smart_resize`; its least and most pixels
    are each model's own and left out.
    """
    across, down = (max(round(side / tower.square), 1) for side in (picture.width, picture.height))
    return across * down * tower.places


def _samples(load: Load) -> Quantity:
    """Return the bytes of the sound as the page holds it: 16,000 samples a second."""
    seconds = known(later("seconds"), load.options.audio or 0, Unit.NUMBERS, Basis.LISTED, _CHOSEN)
    each = count(later("bytes a second"), 16_000 * 4, later("16,000 samples of 32 bits"))
    return named(later("the sound"), constants.ORT_HEARD * seconds * each)


def _left_behind(load: Load) -> Quantity | None:
    """Return what pieces of a long sound leave on the GPU, `None` where there are none.

    For every token a decoder returns its encoder's keys and values once more, and nobody frees
    them (transformers.js src/models/modeling_utils.js, `getPastKeyValues`).
    """
    hears = load.architecture.tower(Part.AUDIO)
    if load.options.audio is None or hears is None or not (hears.pads and hears.positions):
        return None
    seconds = hears.positions / hears.per_second
    pieces = count(later("pieces of the sound"), ceil(load.options.audio / seconds), _CHOSEN)
    return named(
        later("what pieces leave behind"), constants.ORT_LEFT_BEHIND * pieces * _across(load)
    )


def _across(load: Load) -> Quantity:
    """Return the keys and values of an encoder's output, in every layer of the decoder."""
    width = count(later("bytes per number"), 2 if _main(load) in HALF else 4, _GRAPH)
    kept = (
        keeps.positions * keeps.key_value_heads * (keeps.key_width + keeps.value_width)
        for layer in load.architecture.main.layers
        for keeps in layer.keeps
        if isinstance(keeps, KeyValue) and keeps.positions
    )
    return width * count(later("keys and values of what was heard"), sum(kept))


def _work(load: Load) -> Quantity:
    """Return the bytes of the widest layer's activations over every tower, with the logits."""
    towers = (
        _element(load, each) * _widest(load, each)
        for each in load.architecture.towers
        if each.layers
    )
    return named(later("working memory"), total([*towers, *_logits(load)]))


def _scores(load: Load, tower: Tower) -> Quantity:
    """Return the bytes of one table of scores: every head's, of each token with each other."""
    heads = max(each.attention_heads for each in tower.layers)
    tokens = _tokens(load, tower)
    return _element(load, tower) * count(later("attention heads"), heads) * tokens * tokens


def _main(load: Load) -> str:
    """Return the dtype of the session that makes tokens, or of the only one."""
    return session_precisions.main(load.stored.precision)


def _element(load: Load, tower: Tower) -> Quantity:
    """Return the bytes of a number in the graph that runs a tower."""
    dtype = load.stored.precision
    if session_precisions.is_map(dtype):
        chosen = session_precisions.read(dtype)
        sessions = sessions_of(load.architecture)
        name = next((each.name for each in sessions if tower in each.towers), "")
        dtype = chosen.get(name, _main(load))
    return count(later("bytes per number"), 2 if dtype in HALF else 4, _GRAPH)


def _logits(load: Load) -> tuple[Quantity, ...]:
    if not load.generates:
        return ()
    return (_answered(load) * vocabulary(load.architecture) * WIDE,)


def _answered(load: Load) -> Quantity:
    """Return the tokens whose logits come out: all, or the last where a build can be told so.

    Transformers.js asks for the last alone wherever a graph has the input; optimum leaves that
    input out, builds that pack the token table have it.
    """
    if likely_export(load.architecture).family is not ExportFamily.PACKED:
        return _tokens(load, load.architecture.main)
    ends = (1, 1, load.read_at_once)
    return Given(later("tokens answered"), ends, Unit.TOKENS, Basis.ASSUMED, _LAST)


def _widest(load: Load, tower: Tower) -> Quantity:
    """Return the numbers that a tower's fullest layer holds at once."""
    tokens = _tokens(load, tower)
    fused = load.architecture.kind is Kind.DECODER
    layers = {(each.attention_heads, each.feed_forward): each for each in tower.layers}
    return widest(_layer(tower, each, tokens, fused=fused) for each in layers.values())


def _layer(tower: Tower, layer: Layer, tokens: Quantity, *, fused: bool) -> Quantity:
    """Return the numbers one layer holds at once: scores, and vectors of every token.

    Attention spelt out keeps scores, their softmax and its input; fused, it keeps two.
    """
    held = _FUSED if fused else _SPELT_OUT
    heads = count(later("attention heads"), layer.attention_heads)
    inner = held.inner * count(later("inner width"), layer.feed_forward)
    hidden = held.hidden * count(later("hidden width"), tower.hidden)
    return held.tables * heads * tokens * tokens + tokens * (inner + hidden)


class _Held(NamedTuple):
    """What one layer keeps at once: tables of scores, inner and hidden vectors."""

    tables: Quantity
    inner: Quantity
    hidden: Quantity

    @classmethod
    def of(cls, tables: int, inner: int, hidden: int, how: str) -> _Held:
        return cls(
            count(later("score tables"), tables, how),
            count(later("inner vectors"), inner, how),
            count(later("hidden vectors"), hidden, how),
        )


_FUSED: Final = _Held.of(2, 3, 4, later("attention fused"))
_SPELT_OUT: Final = _Held.of(3, 2, 4, later("attention spelt out"))


#: On the processor and in graphics memory.
RUNTIMES: Final = {
    "transformersjs-wasm": partial(TransformersJs, on_gpu=False),
    "transformersjs-webgpu": partial(TransformersJs, on_gpu=True),
}
