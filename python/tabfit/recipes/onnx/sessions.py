"""ONNX files as Transformers.js fetches them: one or more sessions, each at a dtype.

In: an architecture and a dtype's name. Out: a `Stored`. Where sizes depend on
how somebody exported the file, each is an interval whose ends say why.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import isqrt, prod

from tabfit.errors import UnsupportedCombination
from tabfit.i18n.language import _
from tabfit.light_dataclass import dataclass, replace
from tabfit.model.architecture import Architecture, Kind, Tower
from tabfit.model.layers import State
from tabfit.model.tensors import Part, Role, Tensor
from tabfit.recipes.onnx.export_families import (
    FAMILIES,
    Export,
    Family,
    Rotary,
    Table,
    exports_of,
)
from tabfit.recipes.onnx.exports import (
    DTYPES,
    Dtype,
    Packing,
    Use,
    is_transposed,
    packed_eye,
    type_of,
    use_of,
)
from tabfit.recipes.onnx.graphs import Trace, chunk_constants, graph_size
from tabfit.recipes.shared_weights import as_published
from tabfit.recipes.stored_model import File, Stored, StoredTensor, keep
from tabfit.recipes.tokenizer_size import small_files
from tabfit.storage.storage_type import F16, F32, U8, StorageType
from tabfit.units import MB, Basis, Interval, exactly

PRECISIONS: tuple[str, ...] = tuple(DTYPES)

SINGLE_FILE = 2**31 - 1  # protobuf refuses more; beyond it weights lie beside the graph
MEANS = ".running_mean"
DISTANCES = "relative_position_bias_table"
PLACES = "rel_embeddings.weight"
STRETCHED, TILED = "backbone.pos_embed", "backbone.pos_embed_window"
MAPPED = 4  # the first stage is so many times as fine as the decoder's map, each way
WAVES = ("relative_k_proj.weight", "relative_position_embedding.pos_proj.weight")
UNUSED = ("mask_token", "masked_spec_embed", "original0")  # training's; a weight norm's length
UNREAD = "fusion_stage.layers.0.residual_layer1."  # DPT's first step has nothing to add to
ALIGNED = 64  # where an array beside the graph begins
CHUNK = 2000 * 2**20  # published parts are at most this, tensors larger than it aside


@dataclass(frozen=True, slots=True)
class Session:
    """A graph that is loaded by itself: its file's stem, its weights, its layers."""

    name: str
    tensors: tuple[Tensor, ...]
    trace: Trace
    towers: tuple[Tower, ...] = ()
    left_out: tuple[Tensor, ...] = ()  # by most exporters, though some keep them
    branches: int = 1  # one for the first token and one for all later ones are merged in a graph

    @property
    def layers(self) -> int:
        """Return how many layers the graph repeats."""
        return sum(len(tower.layers) for tower in self.towers)

    @property
    def recurrent_layers(self) -> int:
        """Return how many of them carry a state from token to token."""
        every = (layer for tower in self.towers for layer in tower.layers)
        states = (kept for layer in every for kept in layer.keeps if isinstance(kept, State))
        return sum(state.elements > 0 for state in states)


def sessions_of(architecture: Architecture) -> tuple[Session, ...]:
    """Return the sessions that Transformers.js loads for this model.

    A decoder beside an encoder is the merged one, which serves the first token
    and all later ones. A decoder that also sees or hears keeps its token table
    in a session of its own.
    """
    parts = {tensor.part for tensor in architecture.inventory}
    if architecture.kind is Kind.ENCODER_DECODER:
        return _encoder_and_decoder(architecture, parts - {Part.DECODER})
    if architecture.kind is Kind.DECODER and parts & {Part.VISION, Part.AUDIO}:
        return tuple(_multimodal(architecture, parts))
    if architecture.family in _POINTED_AT:
        return tuple(_pointed_at(architecture))
    every = _once(as_published(architecture))
    dropped = tuple(t for t in every if _is_dropped(t, architecture))
    dropped += tuple(_dense(architecture))
    used = tuple(t for t in every if t not in dropped)
    trace = Trace.GENERATOR if architecture.kind is Kind.DECODER else Trace.ENCODER
    if not any(layer.attention_heads for layer in architecture.main.layers):
        trace = Trace.CONVOLUTIONS if Part.VISION in parts else trace
    return (Session("model", used, trace, architecture.towers, dropped),)


_POINTED_AT = frozenset({"sam", "sam2"})  # looked at once, then asked again and again


def _pointed_at(architecture: Architecture) -> Iterator[Session]:
    seen, asked = (_of_parts(architecture, {part}) for part in (Part.VISION, Part.PROJECTOR))
    yield Session("vision_encoder", seen, Trace.ENCODER, architecture.towers)
    yield Session("prompt_encoder_mask_decoder", asked, Trace.ENCODER)


def _encoder_and_decoder(architecture: Architecture, seen: set[Part]) -> tuple[Session, ...]:
    towers = architecture.towers
    decoders = tuple(tower for tower in towers if tower.part is Part.DECODER)
    speech, reads = Part.AUDIO in seen, bool(seen & {Part.ENCODER, Part.AUDIO})
    apart = {Part.VISION, Part.PROJECTOR} if reads else set()
    encoders = tuple(t for t in towers if t.part is not Part.DECODER and t.part not in apart)
    read = tuple(t for t in _of_parts(architecture, seen - apart) if "pooler" not in t.name)
    looked_up = reads and Part.VISION in seen
    tables = tuple(t for t in read if t.role is Role.EMBEDDING) if looked_up else ()
    return (
        *(_eyes(architecture, seen) if reads else ()),
        *((Session("embed_tokens", tables, Trace.TABLE),) if tables else ()),
        Session(
            "encoder_model",
            tuple(t for t in read if t not in tables),
            Trace.SPEECH_ENCODER if speech else Trace.ENCODER,
            encoders,
        ),
        Session(
            "decoder_model_merged",
            _written(architecture, apart={t.tied_to or t.name for t in tables}),
            Trace.MERGED,
            decoders,
            branches=2,
        ),
    )


def _written(architecture: Architecture, apart: set[str]) -> tuple[Tensor, ...]:
    """Return a decoder's weights; of a table that has a session of its own only the head stays."""
    heads = tuple(t for t in architecture.inventory if t.role is Role.HEAD and t.tied_to in apart)
    kept = _of_parts(architecture, {Part.DECODER})
    shared = {t.tied_to for t in heads}
    return (*(t for t in kept if (t.tied_to or t.name) not in shared), *heads)


def _multimodal(architecture: Architecture, parts: set[Part]) -> Iterator[Session]:
    text = _of_parts(architecture, {Part.DECODER})
    looked_up = (Role.EMBEDDING, Role.PER_LAYER_EMBEDDING)
    tables = tuple(t for t in text if t.role in looked_up)
    tied = {t.tied_to for t in architecture.inventory if t.role is Role.HEAD}
    heads = tuple(t for t in architecture.inventory if t.role is Role.HEAD and t.tied_to)
    rest = tuple(t for t in text if t not in tables)
    own_head = heads if tied & {t.name for t in tables} else ()
    yield Session("embed_tokens", tables, Trace.TABLE)
    yield Session("decoder_model_merged", (*rest, *own_head), Trace.FUSED, (architecture.main,))
    yield from _eyes(architecture, parts)
    if Part.AUDIO in parts:
        towers = tuple(t for t in architecture.towers if t.part is Part.AUDIO)
        heard = _of_parts(architecture, {Part.AUDIO})
        if Part.VISION in parts:
            bridges = _of_parts(architecture, {Part.PROJECTOR})
            heard += tuple(tensor for tensor in bridges if _is_heard(tensor))
        else:
            heard += _of_parts(architecture, {Part.PROJECTOR})
        yield Session("audio_encoder", heard, Trace.ENCODER, towers)


def _eyes(architecture: Architecture, parts: set[Part]) -> Iterator[Session]:
    """Yield the session of what a model sees with, its projector included."""
    if Part.VISION in parts:
        towers = tuple(t for t in architecture.towers if t.part is Part.VISION)
        seen = _of_parts(architecture, {Part.VISION, Part.PROJECTOR})
        seen = tuple(t for t in seen if not _is_heard(t))
        trace = Trace.WINDOWS if architecture.family in _WINDOWED else Trace.EYE
        yield Session("vision_encoder", seen, trace, towers)


_WINDOWED = frozenset({"florence2"})  # DaViT looks through windows, then across channels


def _is_heard(tensor: Tensor) -> bool:
    """Return whether a bridge leads from sounds, in a model that sees too."""
    return tensor.part is Part.PROJECTOR and "embed_audio" in tensor.name


def _of_parts(architecture: Architecture, parts: Iterable[Part]) -> tuple[Tensor, ...]:
    return _once(as_published(architecture).in_part(*parts))


def _once(tensors: Iterable[Tensor]) -> tuple[Tensor, ...]:
    """Return one tensor for each array: a session holds its own copy of what it shares.

    Left out is what only training needs, and what a batch norm leaves behind
    when the exporter folds it into the convolution before it: all but a bias.
    """
    kept: dict[str, Tensor] = {}
    held = tuple(tensors)
    folded = {t.name.removesuffix(MEANS) for t in held if t.name.endswith(MEANS)}
    for tensor in held:
        module, _, name = tensor.name.rpartition(".")
        if name in UNUSED or UNREAD in tensor.name or (module in folded and name != "bias"):
            continue
        if tensor.tied_to is None:
            kept[tensor.name] = tensor
        else:
            kept.setdefault(tensor.tied_to, tensor)
    return tuple(kept.values())


_EMBEDDERS = ("Gemma3TextModel",)


def _dense(architecture: Architecture) -> Iterator[Tensor]:
    """Yield the layers after pooling that sentence-transformers keeps beside config.json.

    EmbeddingGemma's export ends in two, four times as wide between them.
    """
    if architecture.head in _EMBEDDERS:
        hidden = architecture.main.hidden
        for number, shape in enumerate(((4 * hidden, hidden), (hidden, 4 * hidden))):
            yield Tensor(name=f"dense.{number}.weight", shape=shape, role=Role.OTHER)


_POOLED_LESS = ("Model", "ForPreTraining", "ForMaskedLM")


def _is_dropped(tensor: Tensor, architecture: Architecture) -> bool:
    """Return whether no output needs it: the pooler of a model that answers for every token."""
    pooled = "pooler" in tensor.name or "seq_relationship" in tensor.name
    return pooled and architecture.kind is Kind.ENCODER and architecture.head.endswith(_POOLED_LESS)


def older_sessions(architecture: Architecture) -> tuple[Session, ...]:
    """Return the decoders of older exports: one for the first token, one for all later ones.

    The second has the keys and values of the encoder's output from the first,
    so it lacks the projections that make them. A decoder alone came merged of
    both too. Nobody fetches these any more.
    """
    if architecture.kind is Kind.ENCODER:
        return ()
    encoders = architecture.kind is Kind.ENCODER_DECODER
    whole = next(
        s for s in sessions_of(architecture) if s.name in ("decoder_model_merged", "model")
    )
    later = tuple(t for t in whole.tensors if not (encoders and _is_made_once(t)))
    trace = Trace.DECODER if encoders else Trace.GENERATOR
    merged = replace(whole, name="decoder_model_merged", branches=2)
    return (
        *(() if encoders else (merged,)),
        Session("decoder_model", whole.tensors, trace, whole.towers),
        Session("decoder_with_past_model", later, trace, whole.towers),
    )


def _is_made_once(tensor: Tensor) -> bool:
    across = any(part in tensor.name for part in ("encoder_attn", "EncDecAttention"))
    return across and tensor.role in (Role.KEY, Role.VALUE)


def _stored(
    session: Session, architecture: Architecture, dtype: Dtype, export: Export
) -> tuple[StoredTensor, ...]:
    """Return every array of a session's file."""
    if session.name == "vision_encoder" and export.family is Family.PACKED:
        return tuple(_seen_anew(session.tensors, architecture, dtype))
    if _has_cast_branches(session, dtype, export):
        return tuple(_cast_by_branch(session.tensors, architecture, dtype, export))
    kept = list(_kept(session.tensors, architecture, dtype, export))
    if session.name == "model" and _head_is_apart(dtype, export):
        kept += _second_head(architecture, dtype, export)
    kept += _unpacked_tables(session, architecture, dtype, export)
    added = (_sinusoids(session, architecture, dtype), _causal_masks(session, architecture))
    return (*kept, *_rotary_tables(session, dtype, export), *(t for each in added for t in each))


def _head_is_apart(dtype: Dtype, export: Export) -> bool:
    """Return whether a tied head is stored beside its table: as built, or packed otherwise."""
    looked_up = export.table is Table.EIGHT_BITS and dtype.packing is Packing.DYNAMIC
    return export.separate_head or looked_up


def _unpacked_tables(
    session: Session, architecture: Architecture, dtype: Dtype, export: Export
) -> list[StoredTensor]:
    """Return the tables that a head still reads as 32-bit floats beside their 8-bit form.

    onnxslim sorts a branch so that the head's transposed table comes before the look-up that
    makes the quantiser pack it, so the first branch of a merged decoder keeps the float one
    (made here: tests/data/onnx/made.json, whisper-1-slim).
    """
    slimmed = export.family is Family.SLIMMED and session.branches > 1
    if not slimmed or dtype.packing is not Packing.DYNAMIC:
        return []
    tied = {t.tied_to for t in architecture.inventory if t.role is Role.HEAD}
    return [keep(t, F32) for t in session.tensors if t.name in tied]


def _has_cast_branches(session: Session, dtype: Dtype, export: Export) -> bool:
    return export.shared_stays_wide and session.branches > 1 and dtype.wide is F16


def _cast_by_branch(
    tensors: Iterable[Tensor], architecture: Architecture, dtype: Dtype, export: Export
) -> Iterator[StoredTensor]:
    """Yield a merged decoder's arrays where the cast to 16 bits left what both branches share.

    Only what one branch has to itself is cast. What is packed lies in each branch once.
    """
    for tensor in tensors:
        kind = type_of(use_of(tensor, architecture), dtype, export)
        shared = not _is_made_once(tensor)
        yield keep(tensor, F32 if shared and kind is F16 else kind)
        if shared and kind is not F16:
            yield keep(tensor, kind)


def _kept(
    tensors: Iterable[Tensor], architecture: Architecture, dtype: Dtype, export: Export
) -> Iterator[StoredTensor]:
    """Yield the arrays of a session; what is used more than once stays wide beside its packed form.

    onnxruntime's quantisers replace one use after another and leave the array to
    the others; the last one does not take it away (ALBERT's shared layer, DeBERTa's
    projections of contents and places).
    """
    folded = _folded_places(architecture, export)
    kinds = {use: type_of(use, dtype, export) for use in Use}
    for tensor in tensors:
        if folded and tensor.name.endswith(PLACES):
            continue
        if tensor.name.endswith(DISTANCES) and architecture.family.startswith("swin"):
            yield _spread(tensor, dtype)
            continue
        rows = _distances(tensor, architecture)
        if rows:
            yield _worked_out(tensor, rows)
            continue
        if architecture.family == "sam2" and tensor.role is Role.POSITION:
            yield from _stretched(tensor, architecture, dtype)
            continue
        kind = kinds[use_of(tensor, architecture)]
        yield keep(tensor, kind)
        if folded and tensor.uses > 1:
            yield keep(replace(tensor, shape=(folded, tensor.shape[0])), dtype.wide)
        elif tensor.uses > 1 and kind is not dtype.wide:
            yield keep(tensor, dtype.wide)


def _folded_places(architecture: Architecture, export: Export) -> int:
    """Return how many distances onnxslim projected beforehand, 0 where it left them.

    DeBERTa projects the same table of distances in every layer; the products are constants
    and stay wide.
    """
    if export.family is not Family.SLIMMED:
        return 0
    tables = (t for t in architecture.inventory if t.name.endswith(PLACES))
    return next((table.shape[0] for table in tables), 0)


def _spread(tensor: Tensor, dtype: Dtype) -> StoredTensor:
    """Return Swin's scores of distances as tracing leaves them: one for every pair in a window."""
    side, heads = (isqrt(tensor.shape[0]) + 1) // 2, tensor.shape[1]
    return keep(replace(tensor, shape=(heads, side**2, side**2)), dtype.wide)


def _stretched(tensor: Tensor, architecture: Architecture, dtype: Dtype) -> Iterator[StoredTensor]:
    """Yield SAM 2's positions as tracing leaves them: constants for one size of picture.

    The tower's are stretched over its first stage, with those of windows added; those of the
    decoder are sines and cosines of every place of its map, a sixteenth as many.
    """
    tower = architecture.tower(Part.VISION)
    places = (tower.positions or 0) if tower is not None else 0
    if tensor.name.endswith(STRETCHED):
        yield keep(replace(tensor, shape=(places, tensor.shape[1])), dtype.wide)
    elif tensor.name.startswith("shared_image_embedding"):
        wave = 2 * tensor.shape[1]
        yield keep(replace(tensor, shape=(places // MAPPED**2, wave)), dtype.wide)
    elif not tensor.name.endswith(TILED):
        yield keep(tensor, dtype.wide)


def _distances(tensor: Tensor, architecture: Architecture) -> int:
    """Return how many distances a layer reads, 0 where it reads anything else."""
    tower = architecture.tower(Part.AUDIO) if tensor.name.endswith(WAVES) else None
    return 0 if tower is None else tower.distances


def _worked_out(tensor: Tensor, rows: int) -> StoredTensor:
    """Return what exporters leave of a layer that reads distances alone: a row for each.

    The distances are constants, so their product with the layer is too. It stays
    of 32-bit floats beside any other (gemma-4-E2B's published files, to the byte).
    """
    return keep(replace(tensor, shape=(rows, tensor.shape[0])), F32)


def _seen_anew(
    tensors: Iterable[Tensor], architecture: Architecture, dtype: Dtype
) -> Iterator[StoredTensor]:
    """Yield the arrays of an eye in a newer build: patches as a matrix, some tables in copies."""
    for tensor in tensors:
        kind, copies = packed_eye(tensor, architecture, dtype)
        flat = (tensor.shape[0], prod(tensor.shape[1:])) if len(tensor.shape) > 3 else tensor.shape
        one = keep(replace(tensor, shape=flat), kind)
        yield from (one,) * copies


def _second_head(architecture: Architecture, dtype: Dtype, export: Export) -> list[StoredTensor]:
    tied = (t for t in architecture.inventory if t.role is Role.HEAD and t.tied_to is not None)
    return [keep(tensor, type_of(Use.MATMUL, dtype, export)) for tensor in tied]


def _rotary_tables(session: Session, dtype: Dtype, export: Export) -> Iterator[StoredTensor]:
    if export.rotary is Rotary.COMPUTED:
        return
    for tower in session.towers:
        if tower.part is not Part.DECODER or tower.positions is None:
            continue
        for number, width in enumerate(tower.rope_widths):
            columns = width // 2 if export.rotary is Rotary.HALF else width
            for function in ("cos", "sin"):
                name = f"{function}_cache_{number}"
                yield _added(name, (tower.positions, columns), dtype.wide)


# As transformers wrote them until 2024.
_MASKED_FAMILIES = frozenset({"gpt2", "gpt_neo", "codegen"})


def _causal_masks(session: Session, architecture: Architecture) -> Iterator[StoredTensor]:
    """Yield the square mask, a byte a flag, that the layers of GPT-2 and its kin share in files.

    Each branch of a merged graph has its own.
    """
    positions = session.towers[0].positions if session.towers else None
    masked = architecture.family in _MASKED_FAMILIES or any(map(is_transposed, session.tensors))
    if masked and positions is not None:
        for branch in range(session.branches):
            yield _added(f"causal_mask_{branch}", (positions, positions), U8)


# Sines of every place that checkpoints leave out, two more than there are places.
_WAVING_FAMILIES = frozenset({"m2m_100"})
_PLACES_BEFORE = 2


def _sinusoids(
    session: Session, architecture: Architecture, dtype: Dtype
) -> Iterator[StoredTensor]:
    """Yield the sines and cosines that are added to tokens; each branch has its own."""
    for tower in session.towers:
        if architecture.family in _WAVING_FAMILIES and tower.positions is not None:
            for branch in range(session.branches):
                shape = (tower.positions + _PLACES_BEFORE, tower.hidden)
                yield _added(f"embed_positions_{branch}", shape, dtype.wide)


def _added(name: str, shape: tuple[int, ...], kind: StorageType) -> StoredTensor:
    """Return an array that the exporter adds to those of the model."""
    size = kind.size_of(shape)
    return StoredTensor(name=name, shape=shape, type=kind, size=size, origin=(), role=Role.POSITION)


_FUSED_FAMILIES = (Family.FUSED, Family.DOUBLED, Family.PACKED)


def _graph(session: Session, dtype: Dtype, export: Export) -> Interval:
    fused = session.trace is Trace.GENERATOR and (export.family in _FUSED_FAMILIES)
    trace = Trace.FUSED if fused else session.trace
    one = graph_size(trace, session.layers, dtype) + chunk_constants(session.recurrent_layers)
    single = session.branches == 1 or session.trace is Trace.MERGED
    return one if single else one + one


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way the file of a session may have been made, and what it then weighs."""

    export: Export
    tensors: tuple[StoredTensor, ...]
    graph: Interval
    left_out: int = 0

    @property
    def data(self) -> int:
        """Return the bytes of its weights."""
        return sum(tensor.size for tensor in self.tensors)

    @property
    def padding(self) -> int:
        """Return at most how many bytes lie between arrays beside the graph, 64 for each."""
        return ALIGNED * len(self.tensors) if self.export.family is Family.PACKED else 0

    @property
    def described(self) -> str:
        """Return the export in words."""
        table = _("{type} token table", type=self.export.table)
        if self.export.table == "wide":
            table = _("wide table")
        head = _(", a second copy of the tied head") if self.export.separate_head else ""
        rotary = {
            Rotary.COMPUTED: "",
            Rotary.HALF: _(", rotary tables at half width"),
            Rotary.FULL: _(", rotary tables at full width"),
        }[self.export.rotary]
        made = {
            Family.TRACED: _("exported by optimum"),
            Family.SLIMMED: _("exported by optimum and simplified"),
            Family.PACKED: _("built for the web"),
        }.get(self.export.family, _("built by onnxruntime-genai"))
        return _("{made}: {table}{more}", made=made, table=table, more=rotary + head)


def candidates_of(
    session: Session, architecture: Architecture, dtype: Dtype, exports: Iterable[Export]
) -> tuple[Candidate, ...]:
    """Return what a session's file weighs under each export, in the order given."""
    return tuple(
        Candidate(
            export,
            _stored(session, architecture, dtype, export),
            _graph(session, dtype, export),
            sum(dtype.wide.size_of(tensor.shape) for tensor in session.left_out),
        )
        for export in exports
    )


def session_size(candidates: tuple[Candidate, ...]) -> Interval:
    """Return the bytes of a session's files: the first export is the likely one."""
    return Interval(
        min(c.data + c.graph.low for c in candidates),
        candidates[0].data + candidates[0].graph.likely,
        max(c.data + c.padding + c.graph.high + c.left_out for c in candidates),
    )


def _why(candidates: tuple[Candidate, ...]) -> str:
    likely = candidates[0]
    if len(candidates) == 1:
        return _(
            "{described}; only the graph's own bytes are estimated", described=likely.described
        )
    low = min(candidates, key=lambda c: c.data)
    high = max(candidates, key=lambda c: c.data)
    return _(
        "depends on who exported it; likely: {likely}; least: {low}; most: {high}",
        likely=likely.described,
        low=low.described,
        high=high.described,
    )


def _files(session: Session, dtype: Dtype, candidates: tuple[Candidate, ...]) -> Iterator[File]:
    likely, size, why = candidates[0], session_size(candidates), _why(candidates)
    name = f"onnx/{session.name}{dtype.suffix}.onnx"
    beside = likely.export.family is Family.PACKED or size.likely > SINGLE_FILE
    if not beside:
        yield File(name=name, size=size, basis=Basis.COMPUTED, why=why, tensors=likely.tensors)
        return
    yield File(
        name=name, size=likely.graph, basis=Basis.COMPUTED, why=_("the graph without weights")
    )
    for number, chunk in enumerate(chunks(likely.tensors)):
        part = sum(tensor.size for tensor in chunk)
        yield File(
            name=f"{name}_data" if number == 0 else f"{name}_data_{number}",
            size=_share(part, likely.data, size, likely.graph),
            basis=Basis.COMPUTED,
            why=why,
            tensors=chunk,
        )


def _share(part: int, whole: int, size: Interval, graph: Interval) -> Interval:
    """Return a chunk's part of the session's interval, in proportion."""
    low, high = size.low - graph.low, size.high - graph.high
    return Interval(part * low // whole, part, -(-part * high // whole))


def chunks(tensors: Iterable[StoredTensor]) -> tuple[tuple[StoredTensor, ...], ...]:
    """Return the tensors in files of at most 2000 MiB, in order; a larger one is alone."""
    held = tuple(tensors)
    if sum(tensor.size for tensor in held) <= SINGLE_FILE:
        return (held,)
    parts: list[list[StoredTensor]] = [[]]
    for tensor in held:
        if parts[-1] and sum(t.size for t in parts[-1]) + tensor.size > CHUNK:
            parts.append([])
        parts[-1].append(tensor)
    return tuple(tuple(part) for part in parts)


def dtype_of(precision: str) -> tuple[str, Dtype]:
    """Return a dtype and its own spelling, or say which there are."""
    name = precision.lower()
    if name not in DTYPES:
        raise UnsupportedCombination(
            _("no ONNX dtype is called {precision}", precision=repr(precision)), PRECISIONS
        )
    return name, DTYPES[name]


def store(architecture: Architecture, precision: str, *, family: str | None = None) -> Stored:
    """Return the files of a model at a dtype.

    `family` says how it was exported, where that is known (see `export_families`).
    """
    if family is not None and family not in FAMILIES:
        raise UnsupportedCombination(
            _("no family of ONNX exports is called {family}", family=repr(family)), FAMILIES
        )
    name, dtype = dtype_of(precision)
    exports = exports_of(architecture, family)
    tensors: list[StoredTensor] = []
    files: list[File] = []
    for session in sessions_of(architecture):
        found = candidates_of(session, architecture, dtype, exports)
        tensors += found[0].tensors
        files += _files(session, dtype, found)
    return Stored(
        recipe="onnx",
        precision=name,
        tensors=tuple(tensors),
        files=(*files, *small_files(architecture)),
    )


def weights_size(
    architecture: Architecture, precision: str, *, family: str | None = None
) -> Interval:
    """Return the bytes of all sessions' files, without tokenizer and config."""
    _, dtype = dtype_of(precision)
    exports = exports_of(architecture, family)
    total = exactly(0)
    for session in sessions_of(architecture):
        total += session_size(candidates_of(session, architecture, dtype, exports))
    return total


def _megabytes(size: int) -> str:
    return f"{size / MB:,.0f} MB"
