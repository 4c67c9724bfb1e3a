"""Gemma 3n and Gemma 4: embeddings per layer, caches shared between layers, wide global heads.

In: keys of such a config's text part. Out: bodies. The tables per layer are
the larger part of a small model, and one row of each is read per token; the
last layers keep no keys and values but read those of an earlier one.
"""

from __future__ import annotations

from tabfit.architectures.config_keys import MOST_EXPERTS, MOST_LAYERS, Keys
from tabfit.architectures.decoders.decoder_layer import (
    FULL,
    SLIDING,
    decoder,
    layer_kinds,
    read_heads,
    said_window,
)
from tabfit.architectures.decoders.gemma import SANDWICHED
from tabfit.architectures.family import Asked, Body, Family
from tabfit.architectures.heads import DECODER_HEADS
from tabfit.i18n.language import Message
from tabfit.light_dataclass import dataclass
from tabfit.model.blocks.attention import Heads, attending
from tabfit.model.blocks.block import Block, beside, joined, vector
from tabfit.model.blocks.feed_forward import Experts, gated, gated_experts
from tabfit.model.blocks.linear import embedding, linear, norm
from tabfit.model.tensors import Role


@dataclass(frozen=True, slots=True)
class Place:
    """One layer: whether it looks back a window, its heads, and whether it owns its cache.

    `tied_values` marks a layer whose keys serve as values too.
    """

    slides: bool
    heads: Heads
    shared: bool
    tied_values: bool = False


def sharing(keys: Keys, kinds: tuple[str, ...]) -> tuple[bool, ...]:
    """Return which layers read another layer's cache: the last ones, so many as said."""
    count = len(kinds)
    shared = keys.whole_or("num_kv_shared_layers", 0, least=0, most=MOST_LAYERS)
    first = count - shared
    if shared and (first < 1 or set(kinds[:first]) != set(kinds)):
        raise keys.fault(
            "num_kv_shared_layers",
            Message(
                "is {given}; every kind of layer needs one that keeps a cache of its own",
                given=shared,
            ),
        )
    return tuple(number >= first for number in range(count))


def attend(keys: Keys, place: Place) -> Block:
    """Return a layer's attention; a layer that shares a cache has no keys and values to make."""
    hidden, heads = keys.whole("hidden_size"), place.heads
    bias = keys.flag("attention_bias")
    parts = {
        "q_proj": linear(hidden, heads.query_outputs, Role.QUERY, bias=bias),
        "q_norm": norm(heads.width),
        "o_proj": linear(heads.query_outputs, hidden, Role.ATTENTION_OUTPUT, bias=bias),
    }
    if not place.shared:
        parts["k_norm"] = norm(heads.width)
        parts["k_proj"] = linear(hidden, heads.key_outputs, Role.KEY, bias=bias)
        if not place.tied_values:
            parts["v_proj"] = linear(hidden, heads.value_outputs, Role.VALUE, bias=bias)
    kept = heads.kept(window=_window(keys) if place.slides else None, shared=place.shared)
    return attending(joined(parts), heads, (kept,))


def _window(keys: Keys) -> int | None:
    window = said_window(keys)
    if window is not None and keys.get("use_bidirectional_attention") == "all":
        return window // 2 + 1
    return window


def per_layer_input(hidden: int, width: int) -> dict[str, Block]:
    """Return what mixes a layer's own embedding into its output."""
    return {
        "per_layer_input_gate": linear(hidden, width, Role.PROJECTION),
        "per_layer_projection": linear(width, hidden, Role.PROJECTION),
        "post_per_layer_input_norm": norm(hidden),
    }


def per_layer_tables(keys: Keys, count: int, width: int) -> dict[str, Block]:
    """Return the embeddings of all layers side by side, and what projects tokens onto them."""
    hidden, rows = keys.whole("hidden_size"), keys.rows("vocab_size_per_layer_input")
    table = embedding(rows, count * width, Role.PER_LAYER_EMBEDDING)
    return {
        "embed_tokens_per_layer": table,
        "per_layer_model_projection": linear(hidden, count * width, Role.PROJECTION),
        "per_layer_projection_norm": norm(width),
    }


def gemma3n(asked: Asked) -> Body:
    """Return Gemma 3n's text part: alternating updates (AltUp) and a low-rank residual."""
    keys = asked.keys
    keys.check_divides("hidden_size", "num_attention_heads")
    hidden, heads = keys.whole("hidden_size"), read_heads(keys)
    kinds = layer_kinds(keys, (FULL, SLIDING), lambda n: SLIDING if (n + 1) % 5 else FULL)
    width = keys.whole("hidden_size_per_layer_input")
    streams = keys.whole("altup_num_inputs", most=64)
    around = {
        **dict.fromkeys(SANDWICHED, norm(hidden)),
        "altup": _alternating(hidden, streams),
        "laurel": _low_rank(hidden, keys.whole("laurel_rank")),
        **per_layer_input(hidden, width),
    }
    made: dict[tuple[bool, bool, int], Block] = {}
    blocks = []
    shares, inners = sharing(keys, kinds), _inner_widths(keys, len(kinds))
    for kind, shared, inner in zip(kinds, shares, inners, strict=True):
        mark = (kind == SLIDING, shared, inner)
        if mark not in made:
            attends = attend(keys, Place(kind == SLIDING, heads, shared))
            made[mark] = joined({"self_attn": attends, "mlp": gated(hidden, inner), **around})
        blocks.append(made[mark])
    square = linear(hidden, hidden, Role.PROJECTION)
    extra = per_layer_tables(keys, len(kinds), width)
    for number in range(streams - 1):
        extra[f"altup_projections.{number}"] = square
        extra[f"altup_unembed_projections.{number}"] = square
    return decoder(asked, blocks, rope_widths=(heads.width, heads.width), extra=extra)


def _inner_widths(keys: Keys, count: int) -> tuple[int, ...]:
    """Return each layer's inner width, said once for all or for each."""
    if isinstance(keys.get("intermediate_size"), (list, tuple)):
        return keys.wholes("intermediate_size", count=count, least=1) or ()
    return (keys.whole("intermediate_size"),) * count


def _alternating(hidden: int, streams: int) -> Block:
    """Return what predicts and corrects several residual streams.

    Source: Baykal et al. 2023, arXiv:2301.13310.
    """
    return joined(
        {
            "": vector("correct_output_scale", hidden, Role.OTHER),
            "correction_coefs": linear(streams, streams, Role.OTHER),
            "prediction_coefs": linear(streams, streams**2, Role.OTHER),
            "modality_router": linear(hidden, streams, Role.OTHER),
            "router_norm": norm(hidden),
        }
    )


def _low_rank(hidden: int, rank: int) -> Block:
    """Return a learned residual of low rank (LAuReL, arXiv:2411.07501)."""
    return joined(
        {
            "linear_left": linear(hidden, rank, Role.PROJECTION),
            "linear_right": linear(rank, hidden, Role.PROJECTION),
            "post_laurel_norm": norm(hidden),
        }
    )


def gemma4(asked: Asked) -> Body:
    """Return Gemma 4's text part: wider heads in global layers, experts in some models."""
    keys = asked.keys
    hidden = keys.whole("hidden_size")
    places = _gemma4_places(keys)
    width = keys.maybe("hidden_size_per_layer_input", least=0) or 0
    around = {
        "": vector("layer_scalar", 1, Role.OTHER, buffer=True),
        **dict.fromkeys(SANDWICHED, norm(hidden)),
        **(per_layer_input(hidden, width) if width else {}),
        **(_gemma4_experts(keys) if keys.flag("enable_moe_block") else {}),
    }
    inner, doubled = keys.whole("intermediate_size"), keys.flag("use_double_wide_mlp")
    made: dict[Place, Block] = {}
    for place in dict.fromkeys(places):
        feeds = gated(hidden, inner * (2 if doubled and place.shared else 1))
        made[place] = joined({"self_attn": attend(keys, place), "mlp": feeds, **around})
    extra = per_layer_tables(keys, len(places), width) if width else {}
    ropes = tuple(dict.fromkeys(place.heads.width for place in places))
    return decoder(asked, [made[place] for place in places], rope_widths=ropes, extra=extra)


def _gemma4_places(keys: Keys) -> tuple[Place, ...]:
    kinds = layer_kinds(keys, (FULL, SLIDING), lambda n: SLIDING if (n + 1) % 6 else FULL)
    kinds = (*kinds[:-1], FULL)  # its class makes the last layer global, whatever is listed
    local = read_heads(keys)
    others = differing(keys, kinds, local, wide=keys.flag("attention_k_eq_v"))
    one_array = keys.flag("attention_k_eq_v")
    return tuple(
        Place(kind == SLIDING, others.get(number, local), shared, one_array and kind == FULL)
        for number, (kind, shared) in enumerate(zip(kinds, sharing(keys, kinds), strict=True))
    )


def differing(keys: Keys, kinds: tuple[str, ...], local: Heads, *, wide: bool) -> dict[int, Heads]:
    """Return the heads of layers that differ: written per layer, or the global layers'.

    `wide` says whether global layers have their own number of key heads.
    """
    if keys.mapping("per_layer_config"):
        return {
            number: _heads_of(layer, local) for number, layer in _written(keys, len(kinds)).items()
        }
    said = {"head_dim": keys.whole_or("global_head_dim", 512)}
    key_values = keys.maybe("num_global_key_value_heads")
    if key_values is not None and wide:
        said["num_key_value_heads"] = key_values
    heads = _heads_of(keys.replaced(**said), local)
    return {number: heads for number, kind in enumerate(kinds) if kind == FULL}


def _written(keys: Keys, count: int) -> dict[int, Keys]:
    """Return what `per_layer_config` says of single layers."""
    rows = keys.child("per_layer_config", "")
    names = [str(name) for name in keys.mapping("per_layer_config")]
    strange = next((n for n in names if not (n.isdecimal() and int(n[:9]) < count)), None)
    if strange is not None:
        raise keys.fault(
            "per_layer_config",
            Message("has {given}, not a layer below {count}", given=repr(strange), count=count),
        )
    return {int(name): rows.child(name, "") for name in names}


def _heads_of(keys: Keys, local: Heads) -> Heads:
    key_values = keys.whole_or("num_key_value_heads", local.key_values)
    if local.queries % key_values:
        raise keys.fault(
            "num_key_value_heads", Message("does not divide {queries} heads", queries=local.queries)
        )
    width = keys.whole_or("head_dim", local.width)
    return Heads(queries=local.queries, key_values=key_values, width=width)


def _gemma4_experts(keys: Keys) -> dict[str, Block]:
    """Return experts beside the dense layer, with a scale per width and per expert."""
    hidden = keys.whole("hidden_size")
    experts = Experts(
        count=keys.whole("num_experts", most=MOST_EXPERTS),
        chosen=keys.whole_or("top_k_experts", 1, most=MOST_EXPERTS),
        inner=keys.whole("moe_intermediate_size"),
    )
    scales = beside(
        vector("scale", hidden, Role.ROUTER), vector("per_expert_scale", experts.count, Role.ROUTER)
    )
    names = (
        "post_feedforward_layernorm_1",
        "post_feedforward_layernorm_2",
        "pre_feedforward_layernorm_2",
    )
    return {
        "router": joined({"": scales, "proj": linear(hidden, experts.count, Role.ROUTER)}),
        "experts": gated_experts(hidden, experts),
        **dict.fromkeys(names, norm(hidden)),
    }


FAMILIES = {
    "gemma3n_text": Family(gemma3n, DECODER_HEADS),
    "gemma4_text": Family(gemma4, DECODER_HEADS),
}
