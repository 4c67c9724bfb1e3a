"""The tensors that llama.cpp's converter makes of a model.

In: an `Architecture`, tensors named as transformers names them. Out: GGUF names
and shapes, and which tensors stay float32 whatever the file's precision.
Rotary permutations and sign changes move no bytes and are left out.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from tabfit.architectures.conversions import gguf as conversions
from tabfit.architectures.conversions.by_family import among
from tabfit.architectures.conversions.checkpoints import is_t5
from tabfit.light_dataclass import dataclass, replace
from tabfit.model.layers import KeyValue, Latent
from tabfit.model.tensors import Part, Role
from tabfit.recipes.gguf import projector
from tabfit.recipes.gguf import tensor_names as names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tabfit.model.architecture import Architecture
    from tabfit.model.tensors import Tensor

_LAYER = re.compile(r"(?:^|\.)(?:layers?|h|blocks?)\.(\d+)\.(.+)$")
_STACKED = re.compile(r"(?:^|\.)experts\.(?:gate_up|down)_proj(?:_bias)?$")
# Masks and tables that are not weights, and activation weights that become keys.
_DROPPED = re.compile(r"\.act_fn\.|rotary_emb|masked_bias$|\.(?:attn|attention)\.bias$")
_T5_PART = re.compile(r"^layer\.(\d)\.(.+)$")
_T5_NORMS = {
    "enc": ("attn_norm", "ffn_norm"),
    "dec": ("attn_norm", "cross_attn_norm", "ffn_norm"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Converted:
    """One tensor of the float file: `shape` rows first, `wide` when float32 is kept."""

    name: str
    shape: tuple[int, ...]
    origin: tuple[str, ...]
    role: Role
    part: Part = Part.DECODER
    layer: int | None = None

    @property
    def wide(self) -> bool:
        """Return whether the converter keeps float32: vectors, norms, and what must be exact."""
        stem = re.sub(r"^(?:enc\.|dec\.)?blk\.\d+\.", "", self.name.removesuffix(".weight"))
        return (
            len(self.shape) <= 1
            or not self.name.endswith(".weight")
            or self.name.endswith("_norm.weight")
            or stem in names.ALWAYS_F32
        )


def _split_end(name: str) -> tuple[str, str]:
    """Return a name without `.weight` or `.bias`, and that end."""
    for end in (".weight", ".bias"):
        if name.endswith(end):
            return name.removesuffix(end), end
    return name, ""


def _plain(stem: str) -> str:
    """Return a stem in the tables' words, without the numbers of experts and stacked parts."""
    stem = ".".join(word for word in stem.split(".") if not word.isdecimal())
    for alias, word in names.ALIASES.items():
        stem = stem.replace(alias, word)
    return stem


def _looked_up(stem: str, table: dict[str, str], most: int = 3) -> str | None:
    """Return the entry for the longest known end of a dotted name."""
    words = stem.split(".")
    for count in range(min(most, len(words)), 0, -1):
        if (found := table.get(".".join(words[-count:]))) is not None:
            return found
    return None


def _t5_name(layer: int, rest: str, side: str) -> str | None:
    """Return the GGUF name of a tensor of T5's encoder or decoder."""
    found = _T5_PART.match(rest)
    if found is None:
        return None
    stem, end = _split_end(found[2])
    known = names.T5_LAYER.get(stem)
    if stem == "layer_norm":
        known = _T5_NORMS[side][int(found[1])]
    return None if known is None else f"{side}.blk.{layer}.{known}{end}"


def _own_names(family: str) -> dict[str, str]:
    """Return the ends that mean something else in this family."""
    if conversions.norms_after_attention(family):
        return names.POST_NORMED
    return names.FALCON if conversions.is_falcon(family) else {}


def _layer_name(layer: int, rest: str, family: str) -> str:
    """Return the GGUF name of a tensor inside a layer; one that no table knows keeps its own."""
    stem, end = _split_end(rest)
    stem = _plain(stem)
    special = _looked_up(stem, _own_names(family))
    if not end and (whole := _looked_up(stem, names.WHOLE)) is not None:
        return f"blk.{layer}.{whole}"
    known = special or _looked_up(stem, names.IN_LAYER) or stem
    return f"blk.{layer}.{known}{end or '.weight'}"


def _outer_name(name: str) -> str | None:
    """Return the GGUF name of a tensor outside the layers, `None` for one that is dropped."""
    stem, end = _split_end(name)
    stem = _plain(stem)
    known = _looked_up(stem, names.HEADS, 2) or _looked_up(stem, names.OUTSIDE, 2)
    return None if known is None else f"{known}{end or '.weight'}"


def _gguf_name(tensor: Tensor, family: str) -> str | None:
    """Return what the converter calls a tensor, `None` for one it drops."""
    inside = _LAYER.search(tensor.name)
    sides = {"encoder": "enc", "decoder": "dec"}
    if is_t5(family):
        side = sides.get(tensor.name.split(".")[0])
        if inside is not None and side is not None:
            return _t5_name(int(inside[1]), inside[2], side)
        if side is not None and tensor.name.endswith("final_layer_norm.weight"):
            return f"{side}.output_norm.weight"
    if inside is not None:
        return _layer_name(int(inside[1]), inside[2], family)
    return _outer_name(tensor.name)


def _halves(made: Converted, stems: tuple[str, str], end: str) -> Iterator[Converted]:
    """Yield gate and up of an array that holds both, one above the other."""
    axis = -2 if end == ".weight" else -1
    shape = list(made.shape)
    shape[axis] //= 2
    for stem in stems:
        yield replace(made, name=f"blk.{made.layer}.{stem}{end}", shape=tuple(shape))


def _experts(made: Converted, stem: str, family: str) -> Iterator[Converted]:
    """Yield what a stack of experts becomes: gate and up cut apart, each with rows of inputs."""
    end = ".bias" if stem.endswith("_bias") else ".weight"
    if conversions.transposes_experts(family) and end == ".weight":
        count, inputs, outputs = made.shape
        made = replace(made, shape=(count, outputs, inputs))
    if stem.removesuffix("_bias").endswith("down_proj"):
        yield replace(made, name=f"blk.{made.layer}.ffn_down_exps{end}")
    elif conversions.fuses_experts(family):
        yield replace(made, name=f"blk.{made.layer}.ffn_gate_up_exps{end}")
    else:
        yield from _halves(made, ("ffn_gate_exps", "ffn_up_exps"), end)


def _shared_halves(made: Converted, architecture: Architecture) -> Iterator[Converted]:
    """Yield Granite's gate and up: beside experts a shared expert, alone the feed-forward layer."""
    routed = any(tensor.role is Role.ROUTER for tensor in architecture.inventory)
    beside = ("ffn_gate_shexp", "ffn_up_shexp")
    return _halves(made, beside if routed else ("ffn_gate", "ffn_up"), ".weight")


def _latent_halves(made: Converted, architecture: Architecture) -> Iterator[Converted]:
    """Yield the keys' and the values' half of latent attention's expansion, one matrix a head."""
    layer = architecture.main.layers[made.layer or 0]
    latent = next(keeps for keeps in layer.keeps if isinstance(keeps, Latent))
    heads, rank = layer.attention_heads, made.shape[-1]
    plain = latent.expanded.key_width - latent.rope_width
    prefix = f"blk.{made.layer}."
    yield replace(made, name=f"{prefix}attn_k_b.weight", shape=(heads, rank, plain))
    values = latent.expanded.value_width
    yield replace(made, name=f"{prefix}attn_v_b.weight", shape=(heads, values, rank))


def _reshaped(made: Converted, family: str) -> Converted:
    """Return a tensor in the shape GGUF keeps: no dimension of one inside, inputs last."""
    shape = made.shape
    if len(shape) == 3 and shape[1] == 1:  # depthwise convolutions
        shape = (shape[0], shape[2])
    if conversions.transposes_conv1d(family) and len(shape) == 2 and made.layer is not None:
        shape = (shape[1], shape[0])
    if conversions.offsets_positions(family) and made.name == "position_embd.weight":
        shape = (shape[0] - 2, *shape[1:])
    if (
        conversions.is_mamba_2(family)
        and len(shape) == 1
        and made.name.endswith((".ssm_a", ".ssm_d"))
    ):
        shape = (shape[0], 1)
    return replace(made, shape=shape)


def _converted(tensor: Tensor, architecture: Architecture) -> Iterator[Converted]:
    """Yield what one tensor of the model becomes: itself, several, or nothing."""
    family = architecture.family
    inside = _LAYER.search(tensor.name)
    made = Converted(
        name=tensor.name,
        shape=tensor.shape,
        origin=(tensor.name,),
        role=tensor.role,
        part=tensor.part,
        layer=int(inside[1]) if inside else None,
    )
    stem, _ = _split_end(inside[2] if inside else tensor.name)
    if _STACKED.search(stem):
        yield from _experts(made, stem, family)
    elif stem.endswith("shared_mlp.input_linear"):
        yield from _shared_halves(made, architecture)
    elif stem.endswith("kv_b_proj") and not conversions.keeps_expansion_whole(family):
        yield from _latent_halves(made, architecture)
    elif (name := _gguf_name(tensor, family)) is not None:
        yield _reshaped(replace(made, name=name), family)


def _stacked(made: Iterator[Converted]) -> Iterator[Converted]:
    """Yield each name once: tensors of one name and shape are stacked (experts one by one)."""
    groups: dict[str, list[Converted]] = {}
    for one in made:
        groups.setdefault(one.name, []).append(one)
    for group in groups.values():
        first = group[0]
        if len(group) == 1:
            yield first
        else:
            origin = tuple(name for one in group for name in one.origin)
            yield replace(first, shape=(len(group), *first.shape), origin=origin)


def _padded(made: Iterator[Converted]) -> Iterator[Converted]:
    """Yield Gemma 3n's per-layer table with as many rows as its token table has."""
    every = list(made)
    rows = next((one.shape[0] for one in every if one.name == "token_embd.weight"), 0)
    for one in every:
        short = one.name == "per_layer_token_embd.weight" and one.shape[0] < rows
        yield replace(one, shape=(rows, one.shape[1])) if short else one


def _rotary(architecture: Architecture) -> Iterator[Converted]:
    """Yield the factors that stretched rotary positions are stored with.

    They are as many as half a head turns; Gemma 4's are for its widest heads.
    """
    tower = architecture.main
    stems, writes = conversions.ROTARY_FACTORS.get(tower.rope_scaling, ((), among()))
    if writes(architecture.family) and tower.rope_widths:
        shape = (max(tower.rope_widths) // 2,)
        for stem in stems:
            yield Converted(name=f"{stem}.weight", shape=shape, origin=(), role=Role.OTHER)


def _unused(architecture: Architecture) -> Iterator[Converted]:
    """Yield the keys and values that a checkpoint holds for layers that share another's."""
    tower = architecture.main
    if not conversions.has_unused_keys(architecture.family):
        return
    for number, layer in enumerate(tower.layers):
        for keeps in layer.keeps:
            if isinstance(keeps, KeyValue) and keeps.shared:
                yield from _unused_keys(number, tower.hidden, keeps)


def _unused_keys(number: int, hidden: int, keeps: KeyValue) -> Iterator[Converted]:
    keys, values = (keeps.key_value_heads * width for width in (keeps.key_width, keeps.value_width))
    made = (
        ("attn_k", (keys, hidden), Role.KEY),
        ("attn_v", (values, hidden), Role.VALUE),
        ("attn_k_norm", (keeps.key_width,), Role.NORM),
    )
    for stem, shape, role in made:
        name = f"blk.{number}.{stem}.weight"
        yield Converted(name=name, shape=shape, origin=(), role=role, layer=number)


@lru_cache(maxsize=8)  # one model is asked for in every precision
def converted(architecture: Architecture) -> tuple[Converted, ...]:
    """Return the tensors of the float file, in the order the quantiser reads them."""
    made = (
        one
        for tensor in architecture.inventory.stored
        if tensor.part not in projector.PARTS and not _DROPPED.search(tensor.name)
        for one in _converted(tensor, architecture)
    )
    every = (*_padded(_stacked(made)), *_unused(architecture), *_rotary(architecture))
    return tuple(sorted(every, key=reading_order))


def reading_order(made: Converted) -> tuple[int, str]:
    """Return the key of llama.cpp's own order: by layer, those outside first, then by name."""
    found = re.match(r"blk\.(\d+)\.", made.name)
    return (int(found[1]) if found else -1, made.name)
