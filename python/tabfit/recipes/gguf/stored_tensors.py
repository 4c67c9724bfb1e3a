"""The tensors of a GGUF file: as the converter made them at the time, each with its type.

In: an `Architecture`, a mix by name, and how the file was made. Out: `StoredTensor`s in the
order of the file, with their bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tabfit.architectures.conversions import gguf as conversions
from tabfit.errors import UnsupportedCombination
from tabfit.i18n.language import Message
from tabfit.light_dataclass import replace
from tabfit.model.layers import KeyValue, Latent
from tabfit.recipes.gguf.history import made_in, usually_made
from tabfit.recipes.gguf.mixes import PURE, MixShape, TensorKind, mix_named, tensor_kind, types
from tabfit.recipes.gguf.tensors import converted, reading_order
from tabfit.recipes.stored_model import StoredTensor
from tabfit.storage.storage_type import F16
from tabfit.storage.type_table import GGUF_TYPES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tabfit.model.architecture import Architecture
    from tabfit.recipes.gguf.history import WriterVersion
    from tabfit.recipes.gguf.tensors import Converted
    from tabfit.storage.storage_type import StorageType


def _queries_per_key(architecture: Architecture) -> int:
    """Return how many queries share a key in the layer that the quantiser looks at: the first.

    A first layer without attention counts as none where a file says heads layer
    by layer; elsewhere the model's one figure holds for every layer.
    """
    layers = architecture.main.layers
    asked = layers[:1] if conversions.says_heads_by_layer(architecture.family) else layers
    for layer in asked:
        for keeps in layer.keeps:
            if isinstance(keeps, KeyValue):
                return layer.attention_heads // keeps.key_value_heads
            if isinstance(keeps, Latent):  # stored as one key for all heads
                return layer.attention_heads
    return 0 if conversions.says_heads_by_layer(architecture.family) else 1


def _model(
    architecture: Architecture, made: Sequence[Converted], how: WriterVersion, *, imatrix: bool
) -> MixShape:
    """Return what the mixes ask about this model."""
    names = {one.name for one in made}
    numbers = [one.layer for one in made if one.layer is not None]
    shared, fewest = (
        _queries_per_key(architecture),
        conversions.queries_of_seventy_billion(architecture.family),
    )
    layers = max(numbers, default=-1) + 1
    return MixShape(
        layers=layers,
        queries_per_key=shared,
        experts=max((one.shape[0] for one in made if "_exps." in one.name), default=0),
        tied="output.weight" not in names,
        large_grouped=layers == 80 and fewest is not None and shared >= fewest,
        falcon=conversions.is_falcon(architecture.family),
        values=sum(tensor_kind(one.name) is TensorKind.VALUE for one in made),
        fused_values=how.fused_values,
        imatrix=imatrix,
    )


def _kept_native(one: Converted, architecture: Architecture) -> bool:
    """Return whether a tensor stays in the four-bit type that the model was published in."""
    return conversions.has_native_experts(architecture.family) and one.name.endswith("_exps.weight")


def _stored(one: Converted, kind: StorageType) -> StoredTensor:
    return StoredTensor(
        name=one.name,
        shape=one.shape,
        type=kind,
        size=kind.size_of(one.shape),
        origin=one.origin,
        role=one.role,
        part=one.part,
        layer=one.layer,
    )


def _with_head(made: Sequence[Converted]) -> Iterator[Converted]:
    """Yield the tensors with the tied table a second time, as the head."""
    known = {one.name for one in made}
    for one in made:
        if one.name == "token_embd.weight" and "output.weight" not in known:
            yield replace(one, name="output.weight")
        yield one


_SEPARATE = ("attn_q", "attn_k", "attn_v")


def _joined_queries(made: Sequence[Converted]) -> Iterator[Converted]:
    """Yield the tensors with each layer's query, key and value as one array."""
    stems = {one.name: one.name.split(".") for one in made}
    for one in made:
        words = stems[one.name]
        if len(words) != 4 or words[2] not in _SEPARATE:
            yield one
        elif words[2] == "attn_q":
            name = ".".join((*words[:2], "attn_qkv", words[3]))
            yield replace(one, name=name, shape=(3 * one.shape[0], *one.shape[1:]))


_EXPANDED = (".attn_k_b.weight", ".attn_v_b.weight")


def _joined_latents(made: Sequence[Converted]) -> Iterator[Converted]:
    """Yield the tensors with each layer's expansion to keys and values as one array."""
    values = {one.layer: one for one in made if one.name.endswith(_EXPANDED[1])}
    for one in made:
        if one.name.endswith(_EXPANDED[0]):
            heads, rank, keys = one.shape
            shape = (heads * (keys + values[one.layer].shape[1]), rank)
            yield replace(one, name=f"blk.{one.layer}.attn_kv_b.weight", shape=shape)
        elif not one.name.endswith(_EXPANDED[1]):
            yield one


def _as_made(
    architecture: Architecture, how: WriterVersion, *, head_apart: bool
) -> tuple[Converted, ...]:
    """Return the float file's tensors as they were made at the time."""
    made: Sequence[Converted] = converted(architecture)
    if how.joined_queries:
        made = tuple(_joined_queries(made))
    if how.joined_latents:
        made = tuple(_joined_latents(made))
    if head_apart or how.copied_heads:
        made = tuple(_with_head(made))
    return tuple(sorted(made, key=reading_order))


def _narrow(one: Converted, how: WriterVersion, mix: str) -> bool:
    """Return whether a table of positions had the file's float type, not float32."""
    positions = ("position_embd.weight", "token_types.weight")
    return not how.wide_positions and one.name in positions and mix != "F32"


def tensors_of(
    architecture: Architecture,
    precision: str,
    *,
    imatrix: bool = True,
    pure: bool | None = None,
    head_apart: bool | None = None,
    made: str | None = None,
) -> tuple[StoredTensor, ...]:
    """Return every tensor of the file, in its order, with its type and bytes."""
    mix, family = mix_named(precision), architecture.family
    if family not in conversions.GGUF_ARCHITECTURES:
        raise UnsupportedCombination(
            Message("llama.cpp has no converter for {family} models", family=family),
            conversions.GGUF_ARCHITECTURES,
        )
    how = usually_made(family) if made is None else made_in(made, family)
    apart = conversions.stores_head(family) if head_apart is None else head_apart
    tensors = _as_made(architecture, how, head_apart=apart)
    low = mix in PURE if pure is None else pure
    model = _model(architecture, tensors, how, imatrix=imatrix)
    chosen = types(tensors, mix, model, pure=low)
    return tuple(
        _stored(one, _type_kept(one, kind, mix, architecture, how))
        for one, kind in zip(tensors, chosen, strict=True)
    )


def _type_kept(
    one: Converted, chosen: StorageType, mix: str, architecture: Architecture, how: WriterVersion
) -> StorageType:
    """Return the chosen type, but for what was published or written in another."""
    if _kept_native(one, architecture) and mix != "F32":
        return GGUF_TYPES["MXFP4"]
    return F16 if _narrow(one, how, mix) else chosen
