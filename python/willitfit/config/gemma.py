"""Gemma 1 and its descendants: wide heads, tied tables, norms on both sides.

In: keys of a Gemma config. Out: bodies. From Gemma 2 on layers alternate
between a window and the whole context; from Gemma 3 on queries and keys are
normed.
"""

from __future__ import annotations

from willitfit.blocks.attention import attention, biases
from willitfit.blocks.block import Block, joined
from willitfit.blocks.feed_forward import gated
from willitfit.blocks.linear import norm
from willitfit.config.decoders import decoder, llama_like, per_kind, read_heads
from willitfit.config.heads import DECODER_HEADS
from willitfit.config.keys import Keys
from willitfit.config.model import Asked, Body, Family


def gemma(asked: Asked) -> Body:
    """Return Gemma 1: Llama's layers with wide heads."""
    keys = asked.keys
    bias = biases(inputs=keys.flag("attention_bias"))
    every = (None,) * keys.layers("num_hidden_layers")
    return llama_like(asked, bias, mlp_bias=False, every=every)


def sandwiched(attends: Block, feeds: Block, normed: Block) -> Block:
    """Return Gemma 2's layer: a norm before and after each half."""
    return joined(
        {
            "self_attn": attends,
            "mlp": feeds,
            "input_layernorm": normed,
            "post_attention_layernorm": normed,
            "pre_feedforward_layernorm": normed,
            "post_feedforward_layernorm": normed,
        }
    )


def alternating(keys: Keys, every: int) -> tuple[int | None, ...]:
    """Return each layer's window: listed, or none on every so manieth layer."""
    count, window = keys.layers("num_hidden_layers"), keys.maybe("sliding_window")
    kinds = keys.words("layer_types", count=count, choices=("full_attention", "sliding_attention"))
    if kinds is not None:
        return tuple(window if kind == "sliding_attention" else None for kind in kinds)
    return tuple(window if (number + 1) % every else None for number in range(count))


def gemma2(asked: Asked) -> Body:
    """Return Gemma 2: every second layer looks back a window."""
    keys = asked.keys
    return _sandwich(asked, alternating(keys, 2), normed=False)


def gemma3(asked: Asked) -> Body:
    """Return Gemma 3's text part: every sixth layer looks at everything."""
    keys = asked.keys
    pattern = keys.whole_or("sliding_window_pattern", 6)
    return _sandwich(asked, alternating(keys, pattern), normed=True)


def _sandwich(asked: Asked, every: tuple[int | None, ...], *, normed: bool) -> Body:
    keys = asked.keys
    keys.check_divides("hidden_size", "num_attention_heads")
    hidden, heads = keys.whole("hidden_size"), read_heads(keys)
    feeds = gated(hidden, keys.whole("intermediate_size"))
    norms = (norm(heads.width), norm(heads.width)) if normed else None
    bias = biases(inputs=keys.flag("attention_bias"))

    def layer(window: int | None) -> Block:
        attends = attention(hidden, heads, bias=bias, norms=norms, window=window)
        return sandwiched(attends, feeds, norm(hidden))

    ropes = (heads.width,) * (2 if normed else 1)
    return decoder(asked, per_kind(every, layer), rope_widths=ropes)


FAMILIES = {
    "gemma": Family(gemma, DECODER_HEADS),
    "gemma2": Family(gemma2, DECODER_HEADS),
    "gemma3_text": Family(gemma3, DECODER_HEADS),
}
