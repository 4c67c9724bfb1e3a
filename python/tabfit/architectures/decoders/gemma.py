"""Gemma 1 and its descendants: wide heads, tied tables, norms on both sides.

In: keys of a Gemma config. Out: bodies. From Gemma 2 on layers alternate
between a window and the whole context; from Gemma 3 on queries and keys are
normed.
"""

from __future__ import annotations

from tabfit.architectures.config_keys import Keys
from tabfit.architectures.decoders.decoder_layer import (
    Style,
    all_but_every,
    biases_by,
    dividing_heads,
    per_head,
    windows_where,
)
from tabfit.architectures.family import Asked, Body, Family
from tabfit.architectures.heads import DECODER_HEADS

ATTENTION_BIAS = biases_by("attention_bias")
SANDWICHED = (
    "input_layernorm",
    "post_attention_layernorm",
    "pre_feedforward_layernorm",
    "post_feedforward_layernorm",
)

GEMMA = Style(bias=ATTENTION_BIAS)
GEMMA_2 = Style(
    heads=dividing_heads, bias=ATTENTION_BIAS, around=SANDWICHED, windows=all_but_every(2)
)
VAULT_GEMMA = Style(
    heads=dividing_heads,
    bias=ATTENTION_BIAS,
    around=("input_layernorm", "pre_feedforward_layernorm"),
    windows=all_but_every(2),
)


def _slides(keys: Keys, number: int) -> bool:
    """Return whether a layer of Gemma 3 has a window: all but every sixth unless said."""
    return bool((number + 1) % keys.whole_or("sliding_window_pattern", 6))


GEMMA_3 = Style(
    heads=dividing_heads,
    bias=ATTENTION_BIAS,
    norms=per_head,
    around=SANDWICHED,
    windows=windows_where(_slides),
    bases=2,
)


def gemma3(asked: Asked) -> Body:
    """Return Gemma 3's text part."""
    return GEMMA_3.body(asked)


FAMILIES = {
    "gemma": Family(GEMMA.body, DECODER_HEADS),
    "gemma2": Family(GEMMA_2.body, DECODER_HEADS),
    "vaultgemma": Family(VAULT_GEMMA.body, DECODER_HEADS),
    "gemma3_text": Family(gemma3, DECODER_HEADS),
}
