"""ZAYA1: attention through short convolutions, and a router that is a small network.

In: keys of such a config. Out: its body. Queries and keys go through two convolutions over
time, half of each value comes from the token before; each router also hears the one of the layer
before it. Source: Zyphra 2025, arXiv:2510.04476.
"""

from __future__ import annotations

from tabfit.architectures.config_keys import Keys
from tabfit.architectures.decoders.decoder_layer import (
    decoder,
    layer_kinds,
    paired,
    read_heads,
    said_window,
)
from tabfit.architectures.decoders.experts.expert_layers import read_experts
from tabfit.architectures.family import Asked, Body, Family, Head
from tabfit.architectures.heads import nothing, output_layer_biased_by
from tabfit.i18n.language import Message
from tabfit.model.blocks.attention import attending
from tabfit.model.blocks.block import EMPTY, Block, beside, joined, vector
from tabfit.model.blocks.feed_forward import gated_experts, widened
from tabfit.model.blocks.linear import convolution, linear, norm
from tabfit.model.layers import State
from tabfit.model.tensors import Role

FULL, SLIDING = "hybrid", "hybrid_sliding"
MOST_KERNEL = 256
#: Half of a head is rotated unless the config says otherwise (transformers' configuration).
ROTATED = 0.5


def zaya(asked: Asked) -> Body:
    """Return ZAYA1: the first router hears nobody, all later ones the one before."""
    keys = asked.keys
    kinds = layer_kinds(keys, (FULL, SLIDING), lambda _: FULL)
    made = {kind: _attends(keys, kind) for kind in set(kinds)}
    hidden = keys.whole("hidden_size")
    first, others = _feeds(keys, hears=False), _feeds(keys, hears=True)
    around = {
        **dict.fromkeys(("input_layernorm", "post_attention_layernorm"), norm(hidden)),
        **{f"post_{half}_residual_scale": _scales(hidden) for half in ("attention", "mlp")},
    }
    blocks = paired(
        [made[kind] for kind in kinds],
        [first, *[others] * (len(kinds) - 1)],
        lambda attend, feed: joined({"self_attn": attend, "mlp": feed, **around}),
    )
    at_start = _scale_and_shift("input_hidden_states", hidden)
    rope = round(keys.whole("head_dim") * ROTATED)
    return decoder(asked, blocks, rope_widths=(rope, rope), extra={"": at_start})


def _scale_and_shift(name: str, width: int) -> Block:
    return beside(*(vector(f"{name}_{each}", width, Role.OTHER) for each in ("scale", "bias")))


def _scales(hidden: int) -> Block:
    """Return what weighs a half's output and what it is added to."""
    both = (_scale_and_shift(name, hidden) for name in ("hidden_states", "residual"))
    return beside(*both)


def _attends(keys: Keys, kind: str) -> Block:
    """Return attention behind its two convolutions, the last inputs of which are kept."""
    hidden, heads, bias = keys.whole("hidden_size"), read_heads(keys), keys.flag("attention_bias")
    both, half = heads.query_outputs + heads.key_outputs, heads.key_outputs // 2
    if not half:
        raise keys.fault(
            "head_dim", Message("is too narrow: half of each value comes from the token before")
        )
    near, far = (keys.whole(f"cca_time{number}", most=MOST_KERNEL) for number in (0, 1))
    inputs = {
        "q_proj": linear(hidden, heads.query_outputs, Role.QUERY, bias=bias),
        "k_proj": linear(hidden, heads.key_outputs, Role.KEY, bias=bias),
        "v_proj_current": linear(hidden, half, Role.VALUE, bias=bias),
        "v_proj_delayed": linear(hidden, half, Role.VALUE, bias=bias),
        "conv_qk_depthwise": convolution(both, both, near, groups=both),
        "conv_qk_grouped": convolution(both, both, far, groups=heads.queries + heads.key_values),
    }
    parts = {
        "qkv_proj": joined(inputs),
        "qk_norm": vector("temp", heads.key_values, Role.NORM),
        "o_proj": linear(heads.query_outputs, hidden, Role.ATTENTION_OUTPUT, bias=bias),
    }
    window = said_window(keys) if kind == SLIDING else None
    state = State(elements=half, convolution_elements=both * (near + far - 2))
    return attending(joined(parts), heads, (heads.kept(window=window), state))


def _feeds(keys: Keys, *, hears: bool) -> Block:
    """Return the experts and their router, which may choose none: one score more than experts."""
    hidden, width = keys.whole("hidden_size"), keys.whole("router_hidden_size")
    experts = read_experts(keys, "num_experts")
    classes = experts.count + 1
    router = {
        "": vector("balancing_biases", classes, Role.ROUTER, buffer=True),
        "down_proj": linear(hidden, width, Role.ROUTER, bias=True),
        "router_mlp.norm": norm(width),
        "router_mlp.fc1": linear(width, width, Role.ROUTER, bias=True),
        "router_mlp.fc2": linear(width, width, Role.ROUTER, bias=True),
        "router_mlp.out_proj": linear(width, classes, Role.ROUTER),
    }
    heard = vector("router_states_scale", width, Role.ROUTER) if hears else EMPTY
    parts = {"gate": beside(heard, joined(router)), "experts": gated_experts(hidden, experts)}
    return widened(parts, experts.met)


FAMILIES = {
    "zaya": Family(
        zaya,
        {
            "ForCausalLM": Head("model", output_layer_biased_by("lm_head_bias")),
            "Model": Head("", nothing),
        },
    )
}
