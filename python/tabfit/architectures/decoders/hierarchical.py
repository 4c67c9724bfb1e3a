"""HRM-Text: two stacks of layers that every token goes through several times.

In: keys of such a config. Out: its body. A fast stack runs so many times for each turn of a
slow one; each pass keeps keys and values of its own, so the cache is many times that of a
decoder with as many layers. Source: Wang et al. 2025, arXiv:2506.21734.
"""

from __future__ import annotations

from tabfit.architectures.config_keys import Keys
from tabfit.architectures.decoders.decoder_layer import (
    decoder,
    extended,
    head_width,
    rope_width,
)
from tabfit.architectures.family import Asked, Body, Family, Head
from tabfit.architectures.heads import nothing, output_layer
from tabfit.light_dataclass import replace
from tabfit.model.blocks.attention import Heads, attention, biases
from tabfit.model.blocks.block import EMPTY, Block, joined, stacked, vector
from tabfit.model.blocks.feed_forward import gated
from tabfit.model.blocks.linear import linear
from tabfit.model.tensors import Role

#: Far above what is published: two turns of three.
MOST_TURNS = 64


def hrm_text(asked: Asked) -> Body:
    """Return HRM-Text: the fast stack, the slow one, and the state that the fast one starts from.

    `num_layers_per_stack` is what a stack has; older configs say it as `num_hidden_layers`.
    """
    keys, hidden = asked.keys, asked.keys.whole("hidden_size")
    written = "num_layers_per_stack"
    count = keys.layers(written if keys.maybe(written) is not None else "num_hidden_layers")
    slow = keys.whole("H_cycles", most=MOST_TURNS)
    fast = slow * keys.whole("L_cycles", most=MOST_TURNS)
    body = decoder(
        asked,
        (_layer(keys, turns=fast),) * count,
        layers="L_module.layers",
        final=EMPTY,
        rope_widths=(rope_width(keys, head_width(keys)),),
        extra={"": vector("z_L_init", hidden, Role.OTHER)},
    )
    stack = stacked(f"{asked.at}H_module.layers", (_layer(keys, turns=slow),) * count)
    tower = replace(body.towers[0], layers=body.towers[0].layers + stack.layers)
    return replace(body, tensors=body.tensors + stack.tensors, towers=(tower,))


def _layer(keys: Keys, *, turns: int) -> Block:
    """Return a layer whose attention has a gate and whose norms have no weights."""
    keys.check_divides("hidden_size", "num_attention_heads")
    hidden, count = keys.whole("hidden_size"), keys.heads("num_attention_heads")
    bias = keys.flag("attention_bias")
    heads = Heads(queries=count, key_values=count, width=head_width(keys))
    attends = attention(hidden, heads, bias=biases(inputs=bias), keeps=(heads.kept(),) * turns)
    gate = linear(hidden, heads.query_outputs, Role.ATTENTION_OTHER, bias=bias)
    feed = gated(hidden, keys.whole("intermediate_size"), bias=keys.flag("mlp_bias"))
    return joined({"self_attn": extended(attends, {"gate_proj": gate}), "mlp": feed})


FAMILIES = {
    "hrm_text": Family(
        hrm_text, {"ForCausalLM": Head("model", output_layer), "Model": Head("", nothing)}
    )
}
