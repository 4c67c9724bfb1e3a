"""Hybrids of attention and state spaces: Granite 4, Bamba, Falcon-H1, Jamba, Nemotron-H.

In: keys of such a config. Out: bodies. Most layers keep a state of constant
size, a few a cache that grows.
"""

from __future__ import annotations

from tabfit.architectures.config_keys import MOST_EXPERTS, MOST_HEADS, MOST_LAYERS, Keys
from tabfit.architectures.decoders.decoder_layer import (
    FULL,
    decoder,
    gated_by,
    layer_kinds,
    read_heads,
)
from tabfit.architectures.decoders.experts.expert_layers import (
    granite_shared,
    layered,
    mixture,
    read_experts,
)
from tabfit.architectures.decoders.llama import ATTENTION_BIAS
from tabfit.architectures.decoders.recurrent.hybrid import LINEAR, mixed
from tabfit.architectures.decoders.recurrent.mamba_rwkv import time_step_rank
from tabfit.architectures.family import Asked, Body, Family
from tabfit.architectures.heads import DECODER_HEADS
from tabfit.i18n.language import Message
from tabfit.light_dataclass import replace
from tabfit.model.blocks.attention import attention
from tabfit.model.blocks.block import Block, joined
from tabfit.model.blocks.feed_forward import plain, plain_experts, router
from tabfit.model.blocks.linear import linear, norm
from tabfit.model.blocks.recurrent import Mamba, Mamba2, mamba, mamba2
from tabfit.model.tensors import Role


def _mamba2_of(keys: Keys, inner: int, *, output_bias: bool, normed: bool) -> Block:
    """Return Mamba 2 by the keys that IBM's and TII's hybrids share."""
    heads = keys.heads("mamba_n_heads")
    width = keys.get("mamba_d_head")
    if inner % heads or (width != "auto" and keys.whole("mamba_d_head") * heads != inner):
        raise keys.fault(
            "mamba_n_heads",
            Message("times mamba_d_head is not the inner width {width}", width=inner),
        )
    widths = Mamba2(
        hidden=keys.whole("hidden_size"),
        inner=inner,
        heads=heads,
        groups=keys.whole("mamba_n_groups", most=MOST_HEADS),
        state=keys.whole("mamba_d_state"),
        kernel=keys.whole("mamba_d_conv", most=1024),
        bias=keys.flag("mamba_proj_bias"),
        convolution_bias=keys.flag("mamba_conv_bias"),
        output_bias=output_bias,
        normed=normed,
    )
    return mamba2(widths)


def _expanded(keys: Keys) -> int:
    return keys.whole("mamba_expand", most=1024) * keys.whole("hidden_size")


def _plain_attention(keys: Keys) -> Block:
    return attention(keys.whole("hidden_size"), read_heads(keys), bias=ATTENTION_BIAS(keys))


def _mamba2_or_attention(keys: Keys, kind: str) -> tuple[str, Block]:
    if kind == FULL:
        return "self_attn", _plain_attention(keys)
    bias = keys.flag("mamba_proj_bias")
    return "mamba", _mamba2_of(keys, _expanded(keys), output_bias=bias, normed=True)


def granite_hybrid(asked: Asked) -> Body:
    """Return Granite 4: Mamba 2 and a few layers of attention, experts where it has some."""
    keys = asked.keys
    kinds = layer_kinds(keys, (FULL, LINEAR), lambda _: LINEAR)
    feed = _granite_feed(keys)
    names = ("", "input_layernorm", "post_attention_layernorm")
    return mixed(asked, kinds, _mamba2_or_attention, (feed,) * len(kinds), names, "norm")


def _granite_feed(keys: Keys) -> Block:
    parts = {"shared_mlp": granite_shared(keys, keys.whole("shared_intermediate_size"))}
    if keys.whole_or("num_local_experts", 0, least=0, most=MOST_EXPERTS):
        experts = read_experts(keys, "num_local_experts", inner="intermediate_size")
        parts["block_sparse_moe"] = joined(mixture(keys, experts, gate="router"))
    return joined(parts)


JAMBA_NAMES = ("feed_forward", "input_layernorm", "pre_ff_layernorm")


def bamba(asked: Asked) -> Body:
    """Return Bamba: Mamba 2, and attention in the layers listed."""
    keys = asked.keys
    listed = keys.wholes("attn_layer_indices") or ()
    count = keys.layers("num_hidden_layers")
    kinds = [FULL if number in listed else LINEAR for number in range(count)]
    feed = gated_by("mlp_bias")(keys)
    return mixed(
        asked, kinds, _mamba2_or_attention, (feed,) * count, JAMBA_NAMES, "final_layernorm"
    )


def falcon_h1(asked: Asked) -> Body:
    """Return Falcon-H1: every layer has attention and Mamba 2 side by side."""
    keys = asked.keys
    inner = keys.maybe("mamba_d_ssm")
    mixer = _mamba2_of(
        keys,
        _expanded(keys) if inner is None else inner,
        output_bias=keys.flag("projectors_bias"),
        normed=keys.flag("mamba_rms_norm"),
    )
    both = joined({"mamba": mixer, "self_attn": _plain_attention(keys)})
    count = keys.layers("num_hidden_layers")
    feeds = (gated_by("mlp_bias")(keys),) * count
    return mixed(
        asked, [FULL] * count, lambda _, __: ("", both), feeds, JAMBA_NAMES, "final_layernorm"
    )


def jamba(asked: Asked) -> Body:
    """Return Jamba: Mamba 1 and attention by one period, experts by another."""
    keys = asked.keys
    count = keys.layers("num_hidden_layers")
    kinds = [FULL if _due(keys, "attn_layer", n) else LINEAR for n in range(count)]
    several = keys.whole("num_experts", most=MOST_EXPERTS) > 1
    feeds = layered(
        _jamba_sparse, gated_by(), lambda _, n: several and _due(keys, "expert_layer", n)
    )(keys)
    return mixed(asked, kinds, _jamba_mixer, feeds, JAMBA_NAMES, "final_layernorm")


def _due(keys: Keys, name: str, number: int) -> bool:
    period, offset = keys.whole(f"{name}_period"), keys.whole(f"{name}_offset", least=0)
    if offset >= period:
        raise keys.fault(
            f"{name}_offset",
            Message("is {given}, not below {limit}", given=offset, limit=period),
        )
    return number % period == offset


def _jamba_mixer(keys: Keys, kind: str) -> tuple[str, Block]:
    hidden = keys.whole("hidden_size")
    if kind == FULL:
        return "self_attn", attention(hidden, read_heads(keys))
    state, rank = keys.whole("mamba_d_state"), time_step_rank(keys, "mamba_dt_rank")
    widths = Mamba(
        hidden=hidden,
        inner=_expanded(keys),
        state=state,
        rank=rank,
        kernel=keys.whole("mamba_d_conv", most=1024),
        bias=keys.flag("mamba_proj_bias"),
        convolution_bias=keys.flag("mamba_conv_bias"),
    )
    norms = {"dt_layernorm": norm(rank), "b_layernorm": norm(state), "c_layernorm": norm(state)}
    return "mamba", mamba(widths, norms)


def _jamba_sparse(keys: Keys) -> Block:
    experts = read_experts(keys, "num_experts", inner="intermediate_size")
    return joined(mixture(keys, experts, gate="router"))


NEMOTRON_LETTERS = {"M": LINEAR, "E": "moe", "*": FULL, "-": "mlp"}


def nemotron_h(asked: Asked) -> Body:
    """Return Nemotron-H: each layer is one mixer: Mamba 2, attention, experts or plain."""
    keys = asked.keys
    normed = norm(keys.whole("hidden_size"))
    kinds = _nemotron_kinds(keys)
    made = {
        kind: joined({"norm": normed, "mixer": _nemotron_mixer(keys, kind)}) for kind in set(kinds)
    }
    blocks = [made[kind] for kind in kinds]
    body = decoder(asked, blocks, table="embeddings", last="norm_f")
    return replace(body, tied=False)  # its class names no weights to tie, whatever the config says


def _nemotron_kinds(keys: Keys) -> tuple[str, ...]:
    """Return each layer's kind, listed or spelt as letters; `num_hidden_layers` is not asked."""
    choices = tuple(NEMOTRON_LETTERS.values())
    listed = keys.sequence("layers_block_type")
    if listed is not None:
        if not 1 <= len(listed) <= MOST_LAYERS:
            raise keys.fault(
                "layers_block_type",
                Message("needs from 1 to {most} entries", most=MOST_LAYERS),
            )
        return layer_kinds(
            keys, choices, lambda _: LINEAR, key="layers_block_type", count=len(listed)
        )
    if keys.get("hybrid_override_pattern") is None:
        return (LINEAR, "moe", FULL, "mlp")
    letters = keys.word("hybrid_override_pattern")
    if not 1 <= len(letters) <= MOST_LAYERS or set(letters) - set(NEMOTRON_LETTERS):
        accepted = ", ".join(NEMOTRON_LETTERS)
        raise keys.fault(
            "hybrid_override_pattern",
            Message("needs a letter per layer out of {accepted}", accepted=accepted),
        )
    return tuple(NEMOTRON_LETTERS[letter] for letter in letters)


def _nemotron_mixer(keys: Keys, kind: str) -> Block:
    hidden, bias = keys.whole("hidden_size"), keys.flag("mlp_bias")
    if kind == FULL:
        return attention(hidden, read_heads(keys))
    if kind == "mlp":
        return plain(hidden, keys.whole("intermediate_size"), names=UP_DOWN, bias=bias)
    if kind == "moe":
        return _nemotron_experts(keys, hidden, bias=bias)
    heads = keys.heads("mamba_num_heads")
    biased = keys.flag("use_bias")
    widths = Mamba2(
        hidden=hidden,
        inner=heads * keys.whole("mamba_head_dim"),
        heads=heads,
        groups=keys.whole_or("mamba_n_groups", keys.whole("n_groups"), most=MOST_HEADS),
        state=keys.whole("ssm_state_size"),
        kernel=keys.whole_or("mamba_d_conv", keys.whole("conv_kernel"), most=1024),
        bias=biased,
        convolution_bias=keys.flag(
            "mamba_conv_bias" if keys.has("mamba_conv_bias") else "use_conv_bias"
        ),
        output_bias=biased,
    )
    return mamba2(widths)


UP_DOWN = ("up_proj", "down_proj")


def _nemotron_experts(keys: Keys, hidden: int, *, bias: bool) -> Block:
    """Return Nemotron's experts: two projections each, perhaps in a narrower space."""
    experts = read_experts(keys, "n_routed_experts")
    narrow = keys.maybe("moe_latent_size")
    wide = keys.whole("moe_shared_expert_intermediate_size", least=0)
    inner = wide or keys.whole("intermediate_size")
    parts = {
        "gate": router(hidden, experts.count, correction=True),
        "experts": plain_experts(hidden if narrow is None else narrow, experts),
        "shared_experts": plain(hidden, inner, names=UP_DOWN, bias=bias),
    }
    if narrow is not None:
        parts["fc1_latent_proj"] = linear(hidden, narrow, Role.PROJECTION, bias=bias)
        parts["fc2_latent_proj"] = linear(narrow, hidden, Role.PROJECTION, bias=bias)
    return joined(parts)


FAMILIES = {
    "granitemoehybrid": Family(granite_hybrid, DECODER_HEADS),
    "bamba": Family(bamba, DECODER_HEADS),
    "falcon_h1": Family(falcon_h1, DECODER_HEADS),
    "jamba": Family(jamba, DECODER_HEADS),
    "nemotron_h": Family(nemotron_h, DECODER_HEADS),
}
