"""MLC's quantisations as WebLLM fetches them: shards, a list of them, and a compiled library.

In: an architecture and a name such as q4f16_1. Out: a `Stored`. Its tensors are
what lies on the GPU; its files are what travels, where every float32 array is
written as bfloat16 and widened again on arrival.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tabfit.architectures.conversions import mlc as conversions
from tabfit.errors import UnsupportedCombination
from tabfit.i18n.language import Message, _
from tabfit.light_dataclass import dataclass
from tabfit.model.architecture import Architecture, Kind
from tabfit.model.tensors import Part, Role, Tensor
from tabfit.recipes.stored_model import Content, File, Stored, StoredTensor, keep
from tabfit.recipes.tokenizer_size import tokenizer_file
from tabfit.storage.storage_type import BF16, F16, F32, StorageType
from tabfit.storage.type_table import AWQ_4, MLC_Q3F16, MLC_Q4F16, MLC_Q4F32
from tabfit.units import Basis, Bytes, Interval, exactly


@dataclass(frozen=True, slots=True)
class Quantisation:
    """What matrices become, what the rest becomes, and whether token tables and heads join in."""

    packed: StorageType
    wide: StorageType
    table: bool = True


# Source: mlc-ai/mlc-llm python/mlc_llm/quantization/quantization.py at 79d603f. The last figure
# tells layouts apart (0: input channels first, 1: output channels first, 2: tables left wide).
QUANTISATIONS: dict[str, Quantisation] = {
    "q4f16_0": Quantisation(MLC_Q4F16, F16),
    "q4f16_1": Quantisation(MLC_Q4F16, F16),
    "q4f16_2": Quantisation(MLC_Q4F16, F16, table=False),
    "q4f32_0": Quantisation(MLC_Q4F32, F32),
    "q4f32_1": Quantisation(MLC_Q4F32, F32),
    "q4f16_autoawq": Quantisation(AWQ_4, F16, table=False),
    "q3f16_0": Quantisation(MLC_Q3F16, F16),
    "q3f16_1": Quantisation(MLC_Q3F16, F16),
    "q0f16": Quantisation(F16, F16),
    "q0bf16": Quantisation(BF16, BF16),
    "q0f32": Quantisation(F32, F32),
}
PRECISIONS: tuple[str, ...] = tuple(QUANTISATIONS)

_TEXT = frozenset({Part.DECODER, Part.ENCODER})
_WIDE_GATE = 256  # a router of at most so many experts stays wide

#: apache/tvm python/tvm/contrib/tvmjs.py, `shard_cap_mb=32`; an array of half of it is alone.
SHARD = 32 * 2**20

# 175 libraries at mlc-ai/binary-mlc-llm-libs 9ee759c: 2.2 to 4.2 million bytes, those of 2024-25
# between 3.6 and 4.2.
_LIBRARY = Interval(2_200_000, 4_050_000, 4_300_000)
_CHAT_CONFIG = Interval(1_200, 2_000, 5_000)
_RECORD, _SHARD_RECORD = 210, 190  # bytes of an array's and a shard's entry in the list


def _is_packed(tensor: Tensor, quantisation: Quantisation) -> bool:
    if tensor.bias or tensor.buffer or len(tensor.shape) < 2:
        return False
    if tensor.role in (Role.NORM, Role.CONVOLUTION):
        return False
    if tensor.role is Role.ROUTER and tensor.shape[0] <= _WIDE_GATE:
        return False
    outer = tensor.role in (Role.EMBEDDING, Role.POSITION, Role.HEAD)
    return quantisation.table or not outer


def _arrays(architecture: Architecture) -> Iterator[Tensor]:
    """Yield each array once; the pooler is not part of MLC's encoders."""
    for tensor in architecture.inventory:
        if tensor.part not in _TEXT and not conversions.sees(architecture.family):
            continue
        twice = tensor.role is Role.HEAD and conversions.keeps_head_twice(architecture.family)
        if (tensor.tied_to is None or twice) and "pooler" not in tensor.name:
            yield tensor


_FUSED = {
    Role.QUERY: Role.QUERY_KEY_VALUE,
    Role.KEY: Role.QUERY_KEY_VALUE,
    Role.VALUE: Role.QUERY_KEY_VALUE,
    Role.GATE: Role.GATE_UP,
    Role.UP: Role.GATE_UP,
    Role.EXPERT_GATE: Role.EXPERT_GATE_UP,
    Role.EXPERT_UP: Role.EXPERT_GATE_UP,
}
_FUSED_NAMES = {
    Role.QUERY_KEY_VALUE: "qkv_proj",
    Role.GATE_UP: "gate_up_proj",
    Role.EXPERT_GATE_UP: "e1_e3",
}


def _groups(tensors: Iterable[Tensor]) -> Iterator[tuple[Tensor, ...]]:
    """Yield the tensors that MLC joins into one array: queries, keys, values; gate and up."""
    groups: dict[object, list[Tensor]] = {}
    for tensor in tensors:
        role = _FUSED.get(tensor.role)
        joined = role is not None and tensor.layer is not None and len(tensor.shape) < 3
        last = tensor.shape[1:]
        key = (tensor.part, tensor.layer, role, tensor.bias, last) if joined else tensor.name
        groups.setdefault(key, []).append(tensor)
    yield from (tuple(group) for group in groups.values())


def _joined(group: tuple[Tensor, ...], kind: StorageType) -> StoredTensor:
    first = group[0]
    if len(group) == 1:
        return keep(first, kind)
    role = _FUSED[first.role]
    rows = sum(tensor.shape[0] for tensor in group)
    shape = (rows, *first.shape[1:])
    stem = first.name.rsplit(".", 2)[0]
    return StoredTensor(
        name=f"{stem}.{_FUSED_NAMES[role]}.{'bias' if first.bias else 'weight'}",
        shape=shape,
        type=kind,
        size=kind.size_of(shape),
        origin=tuple(tensor.name for tensor in group),
        role=role,
        part=first.part,
        layer=first.layer,
    )


def _tensors(architecture: Architecture, quantisation: Quantisation) -> tuple[StoredTensor, ...]:
    return tuple(
        _joined(
            group,
            quantisation.packed if _is_packed(group[0], quantisation) else quantisation.wide,
        )
        for group in _groups(_arrays(architecture))
    )


def _travelling(tensor: StoredTensor, quantisation: Quantisation) -> tuple[Bytes, ...]:
    """Return the bytes of a tensor's arrays in a shard: float32 goes as bfloat16."""
    weights, *beside = tensor.type.arrays_of(tensor.shape)
    if quantisation.wide is not F32:
        return (weights, *beside)
    narrow = Bytes(weights // 2) if tensor.type is F32 else weights
    return (narrow, *(Bytes(array // 2) for array in beside))


@dataclass(frozen=True, slots=True)
class Shard:
    """One file of arrays: its bytes and the tensors that have an array in it."""

    size: int
    tensors: tuple[StoredTensor, ...]


def shards_of(tensors: Iterable[StoredTensor], quantisation: Quantisation) -> Iterator[Shard]:
    """Yield the shards in the order they are written.

    An array of half a shard or more is a shard by itself and is never split;
    the others fill shards in their order.
    """
    pending: list[StoredTensor] = []
    filled = 0
    for tensor in tensors:
        for size in _travelling(tensor, quantisation):
            if 2 * size >= SHARD:
                yield Shard(size, (tensor,))
                continue
            if filled + size >= SHARD:
                yield Shard(filled, tuple(dict.fromkeys(pending)))
                pending, filled = [], 0
            pending.append(tensor)
            filled += size
    if pending:
        yield Shard(filled, tuple(dict.fromkeys(pending)))


def can_store(architecture: Architecture) -> bool:
    """Return whether MLC compiles such a model: one that makes text, or a BERT that embeds it.

    Which families it has is in its own list; see `families` of the catalogue's runtime.
    """
    return architecture.kind is Kind.DECODER or conversions.embeds(architecture.family)


def store(architecture: Architecture, precision: str) -> Stored:
    """Return the tensors on the GPU and the files that bring them."""
    name, quantisation = quantisation_of(precision)
    tensors = _tensors(architecture, quantisation)
    shards = tuple(shards_of(tensors, quantisation))
    arrays = sum(len(tensor.type.arrays_of(tensor.shape)) for tensor in tensors)
    return Stored(
        recipe="mlc",
        precision=name,
        tensors=tensors,
        files=(
            *(_shard_file(number, shard) for number, shard in enumerate(shards)),
            *_small_files(architecture, name, arrays, len(shards)),
        ),
        notes=tuple(_notes(quantisation)),
    )


def quantisation_of(precision: str) -> tuple[str, Quantisation]:
    """Return a quantisation and its own spelling, or say which there are."""
    name = precision.lower()
    if name not in QUANTISATIONS:
        raise UnsupportedCombination(
            Message("no MLC quantisation is called {precision}", precision=repr(precision)),
            PRECISIONS,
        )
    return name, QUANTISATIONS[name]


def _notes(quantisation: Quantisation) -> Iterator[str]:
    if quantisation.wide is F32:
        yield _(
            "float32 arrays travel as bfloat16, so the download is smaller than what the GPU keeps"
        )


def _shard_file(number: int, shard: Shard) -> File:
    alone = len(shard.tensors) == 1 and 2 * shard.size >= SHARD
    return File(
        name=f"params_shard_{number}.bin",
        size=exactly(shard.size),
        basis=Basis.COMPUTED,
        why=_("one large array") if alone else _("arrays up to 32 MiB together"),
        tensors=shard.tensors,
    )


def _small_files(
    architecture: Architecture, precision: str, arrays: int, shards: int
) -> Iterator[File]:
    listed = arrays * _RECORD + shards * _SHARD_RECORD
    for name, size, why in (
        ("tensor-cache.json", exactly(listed).scaled(0.7, 1, 1.5), _("an entry for each array")),
        ("mlc-chat-config.json", _CHAT_CONFIG, _("the range seen in published repositories")),
        (
            f"{architecture.family}-{precision}-webgpu.wasm",
            _LIBRARY,
            _("the library compiled for this model; the range of the published ones"),
        ),
    ):
        yield File(name=name, size=size, basis=Basis.ASSUMED, why=why, content=Content.CONFIG)
    yield from tokenizer_file(architecture)
