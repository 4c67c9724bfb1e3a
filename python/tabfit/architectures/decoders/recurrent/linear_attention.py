"""Hybrids of attention and delta networks beyond Qwen's: Kimi Linear, OLMo Hybrid.

In: keys of such a config. Out: bodies.
Sources: Kimi Team 2025, arXiv:2510.26692; Yang et al. 2024, arXiv:2412.06464.
"""

from __future__ import annotations

from tabfit.architectures.config_keys import MOST_EXPERTS, MOST_HEADS, Keys
from tabfit.architectures.decoders.decoder_layer import (
    AROUND,
    BEHIND,
    FULL,
    decoder,
    gated_by,
    layer_kinds,
    over_heads,
    per_kind,
    read_heads,
    rope_width,
)
from tabfit.architectures.decoders.experts.deepseek import read_widths
from tabfit.architectures.decoders.experts.expert_layers import deepseek_sparse, listed
from tabfit.architectures.decoders.llama import ATTENTION_BIAS
from tabfit.architectures.decoders.recurrent.hybrid import LINEAR, LLAMA_NAMES, mixed
from tabfit.architectures.family import Asked, Body, Family
from tabfit.architectures.heads import DECODER_HEADS
from tabfit.i18n.language import Message
from tabfit.light_dataclass import replace
from tabfit.model.blocks.attention import attention, latent_attention
from tabfit.model.blocks.block import Block, array, beside, joined, vector
from tabfit.model.blocks.linear import linear, norm
from tabfit.model.blocks.recurrent import depthwise, stateful
from tabfit.model.tensors import Role


def kimi_linear(asked: Asked) -> Body:
    """Return Kimi Linear: delta attention, every fourth layer a latent one, experts in most."""
    keys = _kimi_keys(asked.keys)
    asked = Asked(keys, asked.at, asked.head)
    kinds = layer_kinds(keys, (FULL, LINEAR), lambda n: FULL if n and n % 4 == 0 else LINEAR)
    feeds = listed(deepseek_sparse, gated_by(), _kimi_dense)(keys)
    body = mixed(asked, kinds, _kimi_mixer, feeds, LLAMA_NAMES, "norm")
    return replace(body, tied=False)  # its class names no weights to tie, whatever the config says


def _kimi_keys(keys: Keys) -> Keys:
    """Return the keys with what published configs put in an object of its own lifted out."""
    inner = keys.child("linear_attn_config", "")
    lifted = {
        ours: inner.get(theirs)
        for ours, theirs in (
            ("linear_head_dim", "head_dim"),
            ("linear_num_heads", "num_heads"),
            ("linear_conv_kernel_dim", "short_conv_kernel_size"),
        )
        if inner.has(theirs)
    }
    experts = keys.whole("num_local_experts", most=MOST_EXPERTS)
    kinds = _kimi_listed(keys, inner)
    given = {} if keys.get("layer_types") is not None or kinds is None else {"layer_types": kinds}
    return keys.replaced(**lifted, **given, n_routed_experts=experts)


def _kimi_listed(keys: Keys, inner: Keys) -> list[str] | None:
    """Return the kinds that are spelt as the numbers of layers, counted from one."""
    full, delta = inner.wholes("full_attn_layers"), inner.wholes("kda_layers")
    if full is None or delta is None:
        return None
    count = keys.layers("num_hidden_layers")
    if sorted((*full, *delta)) != list(range(1, count + 1)):
        raise inner.fault(
            "kda_layers",
            Message("and full_attn_layers need each layer from 1 to {count}", count=count),
        )
    return [FULL if number in full else LINEAR for number in range(1, count + 1)]


def _kimi_dense(keys: Keys) -> int:
    return keys.whole_or("first_k_dense_replace", 1, least=0)


def _kimi_mixer(keys: Keys, kind: str) -> tuple[str, Block]:
    hidden = keys.whole("hidden_size")
    if kind == FULL:
        heads, bias = keys.heads("num_attention_heads"), keys.flag("attention_bias")
        return "self_attn", latent_attention(hidden, heads, read_widths(keys), bias=bias)
    heads, width = keys.heads("linear_num_heads"), keys.whole("linear_head_dim")
    return "self_attn", kimi_delta(
        hidden, heads, width, keys.whole("linear_conv_kernel_dim", most=1024)
    )


def kimi_delta(hidden: int, heads: int, width: int, kernel: int) -> Block:
    """Return delta attention whose decay is set for every channel, by two narrow projections."""
    inner = heads * width
    decay = {
        "": beside(
            vector("dt_bias", inner, Role.RECURRENT),
            array("A_log", (1, 1, heads, 1), Role.RECURRENT),
        ),
        "f_a_proj": linear(hidden, width, Role.RECURRENT),
        "f_b_proj": linear(width, inner, Role.RECURRENT),
    }
    parts = {
        **{f"{name}_proj": linear(hidden, inner, Role.RECURRENT) for name in "qkv"},
        "conv1d": depthwise(3 * inner, kernel, bias=False),
        "forget_gate": joined(decay),
        "b_proj": linear(hidden, heads, Role.RECURRENT),
        "g_a_proj": linear(hidden, width, Role.RECURRENT),
        "g_b_proj": linear(width, inner, Role.RECURRENT),
        "o_norm": norm(width),
        "o_proj": linear(inner, hidden, Role.RECURRENT),
    }
    return stateful(parts, heads * width * width, 3 * inner, kernel)


def olmo_hybrid(asked: Asked) -> Body:
    """Return OLMo Hybrid: delta layers normed before; every fourth is OLMo 2's, normed behind."""
    keys = asked.keys
    count = keys.layers("num_hidden_layers")
    kinds = layer_kinds(keys, (FULL, LINEAR), lambda n: FULL if n % 4 == 3 else LINEAR)
    if keys.get("layer_types") is None and FULL not in kinds:
        kinds = (*kinds[: count - 1], FULL)
    blocks = per_kind(kinds, lambda kind: _olmo_layer(keys, kind))
    heads = read_heads(keys)
    return decoder(asked, blocks, rope_widths=(rope_width(keys, heads.width),))


def _olmo_layer(keys: Keys, kind: str) -> Block:
    hidden, feed = keys.whole("hidden_size"), gated_by()(keys)
    if kind == LINEAR:
        mixer = {"linear_attn": _olmo_delta(keys)}
        return joined({**mixer, "mlp": feed, **dict.fromkeys(AROUND, norm(hidden))})
    heads = read_heads(keys)
    norms = over_heads(keys, heads)
    attends = attention(hidden, heads, bias=ATTENTION_BIAS(keys), norms=norms)
    return joined({"self_attn": attends, "mlp": feed, **dict.fromkeys(BEHIND, norm(hidden))})


def _olmo_delta(keys: Keys) -> Block:
    """Return a gated delta layer with a projection for each of its inputs."""
    hidden, heads = keys.whole("hidden_size"), keys.heads("num_attention_heads")
    readers = keys.whole_or("linear_num_key_heads", heads, most=MOST_HEADS)
    writers = keys.whole_or("linear_num_value_heads", heads, most=MOST_HEADS)
    width = keys.whole_or("linear_key_head_dim", max(int(0.75 * hidden / readers), 1))
    value = keys.whole_or("linear_value_head_dim", 2 * width)
    kernel, inner = keys.whole("linear_conv_kernel_dim", most=1024), writers * value
    channels = 2 * readers * width + inner
    widths = {"q": readers * width, "k": readers * width, "v": inner, "g": inner}
    parts = {
        "": beside(*(vector(name, writers, Role.RECURRENT) for name in ("A_log", "dt_bias"))),
        **{
            f"{name}_proj": linear(hidden, each, Role.RECURRENT)
            for name, each in {**widths, "a": writers, "b": writers}.items()
        },
        "o_proj": linear(inner, hidden, Role.RECURRENT),
        "conv1d": depthwise(channels, kernel, bias=False),
        "o_norm": norm(value),
    }
    return stateful(parts, writers * width * value, channels, kernel)


FAMILIES = {
    "kimi_linear": Family(kimi_linear, DECODER_HEADS),
    "olmo_hybrid": Family(olmo_hybrid, DECODER_HEADS),
}
