"""The arrays of a session's file: weights as an export keeps them, and what it adds or drops.

In: a session, its architecture, a dtype and an `Export`. Out: every stored array.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import isqrt, prod

from tabfit.architectures.conversions import onnx as conversions
from tabfit.light_dataclass import replace
from tabfit.model.architecture import Architecture, Tower
from tabfit.model.tensors import Part, Role, Tensor
from tabfit.recipes.onnx.export_families import EmbeddingTable, Export, ExportFamily, Rotary
from tabfit.recipes.onnx.exports import (
    Dtype,
    Packing,
    Use,
    is_transposed,
    packed_vision,
    type_of,
    use_of,
)
from tabfit.recipes.onnx.sessions import Session, is_made_once
from tabfit.recipes.stored_model import StoredTensor, keep
from tabfit.storage.storage_type import F16, F32, U8, StorageType

DISTANCES = "relative_position_bias_table"
PROBED = "head.attention.in_proj_weight"
PLACES = "rel_embeddings.weight"
STRETCHED, TILED = "backbone.pos_embed", "backbone.pos_embed_window"
MAPPED = 4  # the first stage is so many times as fine as the decoder's map, each way
WAVES = ("relative_k_proj.weight", "relative_position_embedding.pos_proj.weight")


_TURNING = (Part.DECODER, Part.ENCODER)  # parts that read words, whose places may turn


def stored_arrays(
    session: Session, architecture: Architecture, dtype: Dtype, export: Export
) -> tuple[StoredTensor, ...]:
    """Return every array of a session's file."""
    if session.name == "vision_encoder" and export.family is ExportFamily.PACKED:
        return tuple(_seen_anew(session.tensors, architecture, dtype))
    if _are_branches_apart(session, dtype, export):
        return tuple(_by_branch(session.tensors, architecture, dtype, export))
    kept = list(_kept(session.tensors, architecture, dtype, export))
    if session.name == "model" and _head_is_apart(dtype, export):
        kept += _second_head(architecture, dtype, export)
    kept += _unpacked_tables(session, architecture, dtype, export)
    added = (_sinusoids(session, architecture, dtype), _causal_masks(session, architecture))
    return (*kept, *_rotary_tables(session, dtype, export), *(t for each in added for t in each))


def _head_is_apart(dtype: Dtype, export: Export) -> bool:
    """Return whether a tied head is stored beside its table: as built, or packed otherwise."""
    looked_up = export.table is EmbeddingTable.EIGHT_BITS and dtype.packing is Packing.DYNAMIC
    return export.separate_head or looked_up


def _unpacked_tables(
    session: Session, architecture: Architecture, dtype: Dtype, export: Export
) -> list[StoredTensor]:
    """Return the tables that a head still reads as 32-bit floats beside their 8-bit form.

    onnxslim sorts a branch so that the head's transposed table comes before the look-up that
    makes the quantiser pack it, so the first branch of a merged decoder keeps the float one
    (made here: tests/data/onnx/made.json, whisper-1-slim).
    """
    slimmed = export.family is ExportFamily.SLIMMED and session.branches > 1
    if not slimmed or dtype.packing is not Packing.DYNAMIC:
        return []
    tied = {t.tied_to for t in architecture.inventory if t.role is Role.HEAD}
    return [keep(t, F32) for t in session.tensors if t.name in tied]


def _are_branches_apart(session: Session, dtype: Dtype, export: Export) -> bool:
    return export.branches_apart and session.branches > 1 and dtype.wide is F16


def _by_branch(
    tensors: Iterable[Tensor], architecture: Architecture, dtype: Dtype, export: Export
) -> Iterator[StoredTensor]:
    """Yield a merged decoder's arrays where each branch holds its own.

    What projects the encoder's output, once for every token written, has one branch alone.
    """
    for tensor in tensors:
        kept = keep(tensor, type_of(use_of(tensor, architecture), dtype, export))
        yield from (kept,) if is_made_once(tensor) else (kept, kept)


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
        if tensor.name.endswith(DISTANCES) and _is_of_a_window(tensor):
            yield _spread(tensor, dtype)
            continue
        if tensor.name.endswith(PROBED) and _is_probed_apart(dtype, export):
            yield from _probed(tensor, dtype, kinds[Use.MATMUL])
            continue
        rows = _distances(tensor, architecture)
        if rows:
            yield _worked_out(tensor, rows)
            continue
        if conversions.stretches_places(architecture.family) and tensor.role is Role.POSITION:
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
    if export.family is not ExportFamily.SLIMMED:
        return 0
    tables = (t for t in architecture.inventory if t.name.endswith(PLACES))
    return next((table.shape[0] for table in tables), 0)


def _is_of_a_window(tensor: Tensor) -> bool:
    """Return whether it has a row for each distance in a square window, and none beside.

    Swin's has; BEiT's three more rows lead from and to the token of the whole picture.
    """
    return isqrt(tensor.shape[0]) ** 2 == tensor.shape[0]


def _spread(tensor: Tensor, dtype: Dtype) -> StoredTensor:
    """Return Swin's scores of distances as tracing leaves them: one for every pair in a window."""
    side, heads = (isqrt(tensor.shape[0]) + 1) // 2, tensor.shape[1]
    return keep(replace(tensor, shape=(heads, side**2, side**2)), dtype.wide)


def _is_probed_apart(dtype: Dtype, export: Export) -> bool:
    """Return whether SigLIP's pooling is not packed as one: at 8 bits only where simplified.

    Traced, its projection is cut in three when it is used, and what is cut is no weight that the
    8-bit quantiser knows (Xenova/siglip-base-patch16-224); onnxslim cuts it beforehand (SigLIP 2).
    """
    return dtype.packing is not Packing.DYNAMIC or export.family is ExportFamily.TRACED


def _probed(tensor: Tensor, dtype: Dtype, packed: StorageType) -> Iterator[StoredTensor]:
    """Yield the three projections that SigLIP's pooling keeps as one.

    What asks is one learned vector, whose projection is no product of two inputs: it stays wide
    (siglip2-base-patch16-224's published q4, q4f16 and bnb4).
    """
    rows, columns = tensor.shape
    if dtype.packing is Packing.DYNAMIC:
        packed = dtype.wide
    yield keep(replace(tensor, shape=(rows // 3, columns)), dtype.wide)
    yield keep(replace(tensor, shape=(rows - rows // 3, columns)), packed)


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
    """Yield a vision encoder's arrays in a newer build: patches as a matrix, some tables twice."""
    for tensor in tensors:
        kind, copies = packed_vision(tensor, architecture, dtype)
        flat = (tensor.shape[0], prod(tensor.shape[1:])) if len(tensor.shape) > 3 else tensor.shape
        one = keep(replace(tensor, shape=flat), kind)
        yield from (one,) * copies


def _second_head(architecture: Architecture, dtype: Dtype, export: Export) -> list[StoredTensor]:
    tied = (t for t in architecture.inventory if t.role is Role.HEAD and t.tied_to is not None)
    return [keep(tensor, type_of(Use.MATMUL, dtype, export)) for tensor in tied]


def _rotary_tables(session: Session, dtype: Dtype, export: Export) -> Iterator[StoredTensor]:
    for tower in session.towers:
        rows = tower.kept_waves or (tower.positions if _has_waves(tower, export) else None)
        if tower.part not in _TURNING or rows is None:
            continue
        for number, width in enumerate(tower.rope_widths):
            columns = width // 2 if export.rotary is Rotary.HALF else width
            for function in ("cos", "sin"):
                name = f"{function}_cache_{number}"
                yield _added(name, (rows, columns), dtype.wide)


def _has_waves(tower: Tower, export: Export) -> bool:
    return export.rotary is not Rotary.COMPUTED and tower.positions is not None


def _causal_masks(session: Session, architecture: Architecture) -> Iterator[StoredTensor]:
    """Yield the square mask, a byte a flag, that the layers of GPT-2 and its kin share in files.

    Each branch of a merged graph has its own.
    """
    positions = session.towers[0].positions if session.towers else None
    masked = conversions.has_causal_mask(architecture.family) or any(
        map(is_transposed, session.tensors)
    )
    if masked and positions is not None:
        for branch in range(session.branches):
            yield _added(f"causal_mask_{branch}", (positions, positions), U8)


def _sinusoids(
    session: Session, architecture: Architecture, dtype: Dtype
) -> Iterator[StoredTensor]:
    """Yield the sines and cosines that are added to what is read; each branch has its own."""
    parts, rows, more = conversions.sinusoids(architecture.family) or (frozenset(), 0, 0)
    for tower in session.towers:
        if tower.part in parts and tower.positions is not None:
            for branch in range(session.branches):
                shape = (rows * tower.positions + more, tower.hidden)
                yield _added(f"embed_positions_{branch}", shape, dtype.wide)


def _added(name: str, shape: tuple[int, ...], kind: StorageType) -> StoredTensor:
    """Return an array that the exporter adds to those of the model."""
    size = kind.size_of(shape)
    return StoredTensor(name=name, shape=shape, type=kind, size=size, origin=(), role=Role.POSITION)
