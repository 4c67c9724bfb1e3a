"""The first large open decoders: GPT-NeoX, OPT, BLOOM, Falcon, MPT, Persimmon, XGLM, BioGPT.

In: keys of such a config. Out: bodies. Most fuse queries, keys and values;
some run attention and feed-forward side by side behind one norm or two.
"""

from __future__ import annotations

from tabfit.architectures.config_keys import Keys
from tabfit.architectures.decoders.decoder_layer import decoder, rope_width
from tabfit.architectures.decoders.gpt2 import (
    TRANSFORMER_HEADS,
    assembled,
    equal_heads,
    fused_qkv,
    heads_under,
)
from tabfit.architectures.family import Asked, Body, Ending, Family, Head, tied_to_table
from tabfit.architectures.heads import DECODER_HEADS
from tabfit.light_dataclass import replace
from tabfit.model.blocks.attention import ALL_BIASED, NO_BIASES, Heads, Names, across, attention
from tabfit.model.blocks.block import EMPTY, Block, joined, placed
from tabfit.model.blocks.feed_forward import plain
from tabfit.model.blocks.linear import embedding, linear, norm
from tabfit.model.tensors import Role

FOUR = ("dense_h_to_4h", "dense_4h_to_h")
QKV = ("query_key_value", "dense")


def gpt_neox(asked: Asked) -> Body:
    """Return GPT-NeoX (Pythia): fused attention beside a feed-forward layer, two norms."""
    keys, at = asked.keys, asked.at
    hidden = keys.whole("hidden_size")
    heads = equal_heads(keys, "hidden_size", "num_attention_heads")
    bias = keys.flag("attention_bias")
    layer = joined(
        {
            "input_layernorm": norm(hidden, bias=True),
            "post_attention_layernorm": norm(hidden, bias=True),
            "attention": fused_qkv(hidden, heads, QKV, (bias, bias)),
            "mlp": plain(hidden, keys.whole("intermediate_size"), names=FOUR),
        }
    )
    otherwise = keys.number("rotary_pct", 0.25)
    return assembled(
        asked,
        (placed(at + "embed_in", embedding(keys.rows("vocab_size"), hidden)),),
        ("layers", (layer,) * keys.layers("num_hidden_layers")),
        (placed(at + "final_layer_norm", norm(hidden, bias=True)),),
        hidden=hidden,
        positions=keys.rows("max_position_embeddings"),
        rope_widths=(rope_width(keys, heads.width, otherwise),),
    )


def opt(asked: Asked) -> Body:
    """Return OPT: positions from a table, tokens perhaps narrower than the layers."""
    keys, at = asked.keys, asked.at + "decoder."
    hidden, positions = keys.whole("hidden_size"), keys.rows("max_position_embeddings")
    width = keys.whole_or("word_embed_proj_dim", hidden)
    narrow = width != hidden
    outward = linear(hidden, width, Role.PROJECTION) if narrow else EMPTY
    inward = linear(width, hidden, Role.PROJECTION) if narrow else EMPTY
    last = keys.flag("do_layer_norm_before") and not keys.flag("_remove_final_layer_norm")
    body = assembled(
        Asked(keys, at),
        (
            placed(at + "embed_tokens", embedding(keys.rows("vocab_size"), width)),
            placed(at + "embed_positions", embedding(positions + 2, hidden, Role.POSITION)),
            placed(at + "project_out", outward),
            placed(at + "project_in", inward),
            placed(at + "final_layer_norm", _opt_norm(keys) if last else EMPTY),
        ),
        ("layers", (_opt_layer(keys),) * keys.layers("num_hidden_layers")),
        (),
        hidden=hidden,
        positions=positions,
    )
    return replace(body, hidden=width)


def _opt_norm(keys: Keys) -> Block:
    affine = keys.flag("layer_norm_elementwise_affine")
    return norm(keys.whole("hidden_size"), bias=True) if affine else EMPTY


def _opt_layer(keys: Keys) -> Block:
    hidden, bias = keys.whole("hidden_size"), keys.flag("enable_bias")
    heads = equal_heads(keys, "hidden_size", "num_attention_heads")
    names = Names(output="out_proj")
    return joined(
        {
            "self_attn": attention(
                hidden, heads, names=names, bias=ALL_BIASED if bias else NO_BIASES
            ),
            "self_attn_layer_norm": _opt_norm(keys),
            "": plain(hidden, keys.whole("ffn_dim"), names=("fc1", "fc2"), bias=bias),
            "final_layer_norm": _opt_norm(keys),
        }
    )


def _older_width(keys: Keys) -> Keys:
    """Return the keys with the hidden size that an older name gives, where it does."""
    older = keys.maybe("n_embed")
    return keys if older is None else keys.replaced(hidden_size=older)


def bloom(asked: Asked) -> Body:
    """Return BLOOM: a norm right behind the token table, and no positions at all (ALiBi)."""
    keys, at = _older_width(asked.keys), asked.at
    hidden, heads = keys.whole("hidden_size"), equal_heads(keys, "hidden_size", "n_head")
    layer = joined(
        {
            "input_layernorm": norm(hidden, bias=True),
            "self_attention": fused_qkv(hidden, heads, QKV, (True, True)),
            "post_attention_layernorm": norm(hidden, bias=True),
            "mlp": plain(hidden, 4 * hidden, names=FOUR),
        }
    )
    return assembled(
        asked,
        (
            placed(at + "word_embeddings", embedding(keys.rows("vocab_size"), hidden)),
            placed(at + "word_embeddings_layernorm", norm(hidden, bias=True)),
        ),
        ("h", (layer,) * keys.layers("n_layer")),
        (placed(at + "ln_f", norm(hidden, bias=True)),),
        hidden=hidden,
        positions=None,
    )


def falcon(asked: Asked) -> Body:
    """Return Falcon: one key head for all, or a few; attention beside the feed-forward layer."""
    keys, at = _older_width(asked.keys), asked.at
    hidden, bias = keys.whole("hidden_size"), keys.flag("bias")
    heads = _falcon_heads(keys)
    parts = {
        "self_attention": fused_qkv(hidden, heads, QKV, (bias, bias)),
        "mlp": plain(hidden, keys.whole_or("ffn_hidden_size", 4 * hidden), names=FOUR, bias=bias),
        **{name: norm(hidden, bias=True) for name in _falcon_norms(keys)},
    }
    layer = joined(parts)
    return assembled(
        asked,
        (placed(at + "word_embeddings", embedding(keys.rows("vocab_size"), hidden)),),
        ("h", (layer,) * keys.layers("num_hidden_layers")),
        (placed(at + "ln_f", norm(hidden, bias=True)),),
        hidden=hidden,
        positions=keys.maybe("max_position_embeddings"),
        rope_widths=() if keys.flag("alibi") else (heads.width,),
    )


def _falcon_heads(keys: Keys) -> Heads:
    heads = equal_heads(keys, "hidden_size", "num_attention_heads")
    if keys.flag("new_decoder_architecture"):
        key_values = keys.whole_or("num_kv_heads", heads.queries)
    else:
        key_values = 1 if keys.flag("multi_query") else heads.queries
    return Heads(queries=heads.queries, key_values=key_values, width=heads.width)


def _falcon_norms(keys: Keys) -> tuple[str, ...]:
    if not keys.flag("parallel_attn"):
        return ("post_attention_layernorm", "input_layernorm")
    usual = 2 if keys.flag("new_decoder_architecture") else 1
    two = keys.whole_or("num_ln_in_parallel_attn", usual, least=0) == 2
    return ("ln_attn", "ln_mlp") if two else ("input_layernorm",)


def mpt(asked: Asked) -> Body:
    """Return MPT: norms without biases, no positions (ALiBi)."""
    keys, at = asked.keys, asked.at
    hidden, heads = keys.whole("d_model"), equal_heads(keys, "d_model", "n_heads")
    layer = joined(
        {
            "norm_1": norm(hidden),
            "attn": fused_qkv(hidden, heads, ("Wqkv", "out_proj"), (False, False)),
            "norm_2": norm(hidden),
            "ffn": plain(hidden, 4 * hidden, names=("up_proj", "down_proj"), bias=False),
        }
    )
    return assembled(
        asked,
        (placed(at + "wte", embedding(keys.rows("vocab_size"), hidden)),),
        ("blocks", (layer,) * keys.layers("n_layers")),
        (placed(at + "norm_f", norm(hidden)),),
        hidden=hidden,
        positions=keys.maybe("max_seq_len"),
    )


def persimmon(asked: Asked) -> Body:
    """Return Persimmon: fused attention with norms of queries and keys, no gate."""
    keys = asked.keys
    hidden = keys.whole("hidden_size")
    heads = equal_heads(keys, "hidden_size", "num_attention_heads")
    attends = fused_qkv(hidden, heads, QKV, (True, True))
    if keys.flag("qk_layernorm"):
        normed = norm(heads.width, bias=True)
        attends = joined({"": attends, "q_layernorm": normed, "k_layernorm": normed})
    layer = joined(
        {
            "self_attn": attends,
            "mlp": plain(hidden, keys.whole("intermediate_size"), names=FOUR),
            "input_layernorm": norm(hidden, bias=True),
            "post_attention_layernorm": norm(hidden, bias=True),
        }
    )
    return decoder(
        asked,
        (layer,) * keys.layers("num_hidden_layers"),
        last="final_layernorm",
        final=norm(hidden, bias=True),
        rope_widths=(rope_width(keys, heads.width, 0.5),),
    )


def _translator_layer(hidden: int, heads: Heads, inner: int, looks: int | None) -> Block:
    """Return a layer as fairseq's decoders have it, looking at an encoder where asked to."""
    names, normed = Names(output="out_proj"), norm(hidden, bias=True)
    parts = {"self_attn": attention(hidden, heads, names=names, bias=ALL_BIASED)}
    if looks is not None:
        kept = (across(heads, looks),)
        other = attention(hidden, heads, names=names, bias=ALL_BIASED, keeps=kept)
        parts |= {"encoder_attn": other, "encoder_attn_layer_norm": normed}
    parts |= {
        "self_attn_layer_norm": normed,
        "": plain(hidden, inner, names=("fc1", "fc2")),
        "final_layer_norm": normed,
    }
    return joined(parts)


def xglm(asked: Asked) -> Body:
    """Return XGLM: positions are computed, not stored."""
    keys, at = asked.keys, asked.at
    hidden, heads = keys.whole("d_model"), equal_heads(keys, "d_model", "attention_heads")
    positions = keys.rows("max_position_embeddings")
    looks = positions if keys.flag("add_cross_attention") else None
    layer = _translator_layer(hidden, heads, keys.whole("ffn_dim"), looks)
    return assembled(
        asked,
        (placed(at + "embed_tokens", embedding(keys.rows("vocab_size"), hidden)),),
        ("layers", (layer,) * keys.layers("num_layers")),
        (placed(at + "layer_norm", norm(hidden, bias=True)),),
        hidden=hidden,
        positions=positions,
    )


def biogpt(asked: Asked) -> Body:
    """Return BioGPT: positions from a table with two rows to spare."""
    keys, at = asked.keys, asked.at
    hidden = keys.whole("hidden_size")
    heads = equal_heads(keys, "hidden_size", "num_attention_heads")
    positions = keys.rows("max_position_embeddings")
    layer = _translator_layer(hidden, heads, keys.whole("intermediate_size"), None)
    return assembled(
        asked,
        (
            placed(at + "embed_tokens", embedding(keys.rows("vocab_size"), hidden)),
            placed(at + "embed_positions", embedding(positions + 2, hidden, Role.POSITION)),
        ),
        ("layers", (layer,) * keys.layers("num_hidden_layers")),
        (placed(at + "layer_norm", norm(hidden, bias=True)),),
        hidden=hidden,
        positions=positions,
    )


def _output_projection(keys: Keys, body: Body) -> Ending:
    del keys
    layer = linear(body.hidden, body.vocabulary, Role.HEAD)
    return Ending(tied_to_table(layer, "output_projection", body), body.vocabulary)


FAMILIES = {
    "gpt_neox": Family(gpt_neox, heads_under("gpt_neox")),
    "opt": Family(opt, heads_under("model")),
    "bloom": Family(bloom, TRANSFORMER_HEADS),
    "falcon": Family(falcon, TRANSFORMER_HEADS),
    "mpt": Family(mpt, TRANSFORMER_HEADS),
    "persimmon": Family(persimmon, DECODER_HEADS),
    "xglm": Family(xglm, heads_under("model")),
    "biogpt": Family(
        biogpt, {**heads_under("biogpt"), "ForCausalLM": Head("biogpt", _output_projection)}
    ),
}
