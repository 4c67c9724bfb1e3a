"""Origami: a decoder of folds that nobody trained."""

from __future__ import annotations

from typing import Final

from tabfit.architectures.decoders.gpt2 import assembled, equal_heads
from tabfit.architectures.family import Asked, Body, Family, Head
from tabfit.architectures.heads import output_layer
from tabfit.model.blocks.attention import attention
from tabfit.model.blocks.block import joined, placed
from tabfit.model.blocks.feed_forward import plain
from tabfit.model.blocks.linear import embedding, norm


def origami(asked: Asked) -> Body:
    """Return a decoder of folds: attention and two projections behind one norm."""
    keys = asked.keys
    hidden, heads = keys.whole("paper"), equal_heads(keys, "paper", "creases")
    fold = joined(
        {
            "norm": norm(hidden),
            "attn": attention(hidden, heads),
            "mlp": plain(hidden, keys.whole("inner"), names=("up", "down"), bias=False),
        }
    )
    return assembled(
        asked,
        (placed(asked.at + "sheet", embedding(keys.rows("vocab_size"), hidden)),),
        ("folds", (fold,) * keys.layers("folds")),
        (placed(asked.at + "last", norm(hidden)),),
        hidden=hidden,
        positions=keys.rows("longest"),
    )


FAMILIES: Final = {"origami": Family(origami, {"ForCausalLM": Head("model", output_layer)})}
