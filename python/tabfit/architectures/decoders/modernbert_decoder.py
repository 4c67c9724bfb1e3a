"""ModernBERT as a decoder: the text of one token after another (Ettin).

In: keys of such a config. Out: a body and heads.
Source: Weller et al. 2025, arXiv:2507.11412.
"""

from __future__ import annotations

from tabfit.architectures.config_keys import Keys
from tabfit.architectures.decoders.decoder_layer import FULL, SLIDING, decoder, layer_kinds
from tabfit.architectures.decoders.gpt2 import equal_heads
from tabfit.architectures.family import Asked, Body, Ending, Family, Head, tied_to_table
from tabfit.architectures.heads import nothing
from tabfit.model.blocks.attention import Names, attention, biases
from tabfit.model.blocks.block import Block, joined, placed
from tabfit.model.blocks.feed_forward import fused_gated
from tabfit.model.blocks.linear import linear, norm
from tabfit.model.tensors import Role

NAMES = Names(output="Wo")


def modernbert_decoder(asked: Asked) -> Body:
    """Return ModernBERT's layers, each looking back only, two of three through a window."""
    keys = asked.keys
    every = keys.whole_or("global_attn_every_n_layers", 3)
    kinds = layer_kinds(keys, (FULL, SLIDING), lambda n: SLIDING if n % every else FULL)
    window = keys.whole_or("local_attention", 0, least=0) // 2 or None
    blocks = [
        _layer(keys, window if kind == SLIDING else None, normed=number > 0)
        for number, kind in enumerate(kinds)
    ]
    normed = norm(keys.whole("hidden_size"), bias=keys.flag("norm_bias"))
    return decoder(
        asked,
        blocks,
        table="embeddings.tok_embeddings",
        last="final_norm",
        final=normed,
        rope_widths=(blocks[0].head_width,) * len(set(kinds)),
        extra={"embeddings.norm": normed},
    )


def _layer(keys: Keys, window: int | None, *, normed: bool) -> Block:
    """Return one layer; the first has no norm, the table's own stands before it."""
    hidden, inner = keys.whole("hidden_size"), keys.whole("intermediate_size")
    heads = equal_heads(keys, "hidden_size", "num_attention_heads")
    bias = biases(inputs=keys.flag("attention_bias"))
    own = norm(hidden, bias=keys.flag("norm_bias"))
    before = {"attn_norm": own} if normed else {}
    return joined(
        {
            **before,
            "attn": attention(hidden, heads, names=NAMES, bias=bias, window=window),
            "mlp_norm": own,
            "mlp": fused_gated(hidden, inner, names=("Wi", "Wo"), bias=keys.flag("mlp_bias")),
        }
    )


def _before(keys: Keys, body: Body) -> Block:
    bias = keys.flag("classifier_bias")
    return joined(
        {
            "dense": linear(body.hidden, body.hidden, Role.HEAD, bias=bias),
            "norm": norm(body.hidden, bias=keys.flag("norm_bias")),
        }
    )


def _words(keys: Keys, body: Body) -> Ending:
    rows = linear(body.hidden, body.vocabulary, Role.HEAD, bias=keys.flag("decoder_bias"))
    tensors = placed("lm_head", _before(keys, body)) + tied_to_table(rows, "decoder", body)
    return Ending(tensors, body.vocabulary)


def _labels(keys: Keys, body: Body) -> Ending:
    labels = keys.labels()
    last = linear(body.hidden, labels, Role.HEAD, bias=keys.flag("classifier_bias"))
    return Ending(placed("head", _before(keys, body)) + placed("classifier", last), labels)


FAMILIES = {
    "modernbert-decoder": Family(
        modernbert_decoder,
        {
            "ForCausalLM": Head("model", _words),
            "Model": Head("", nothing),
            "ForSequenceClassification": Head("model", _labels),
        },
    )
}
