"""Encoders of text without a table of positions: ModernBERT, Nomic, GTE, Jina, EuroBERT.

In: keys of such a config. Out: bodies and heads.
"""

from __future__ import annotations

from tabfit.architectures.config_keys import MOST_WIDTH, Keys
from tabfit.architectures.decoders.decoder_layer import (
    FULL,
    SLIDING,
    dividing_heads,
    head_width,
    layer_kinds,
    pre_norm,
)
from tabfit.architectures.decoders.gpt2 import equal_heads
from tabfit.architectures.encoders.bert import encoder_body, pooler, tables
from tabfit.architectures.encoders.text_heads import (
    at_end,
    first_token_classifier,
    labelled_span,
    labels_of,
    one_score,
    roberta_words,
    transform,
    words_again,
)
from tabfit.architectures.family import Asked, Body, Ending, Family, Head, tied_to_table
from tabfit.architectures.heads import nothing
from tabfit.model.architecture import Tower
from tabfit.model.blocks.attention import (
    ALL_BIASED,
    NO_BIASES,
    Heads,
    attention,
    biases,
    fused_attention,
)
from tabfit.model.blocks.block import Block, Stack, joined, placed, stacked, tensors_of
from tabfit.model.blocks.feed_forward import fused_gated, gated, plain, widened
from tabfit.model.blocks.linear import embedding, linear, norm
from tabfit.model.tensors import Part, Role

#: What GTE's configs say of code of their own (Alibaba-NLP/new-impl), before transformers had it.
GTE_AT_FIRST = "new"


def modernbert(asked: Asked) -> Body:
    """Return ModernBERT: norms before, gated halves, most layers with a window."""
    keys, at = asked.keys, asked.at
    hidden, biased = keys.whole("hidden_size"), keys.flag("norm_bias")
    kinds = _modernbert_kinds(keys)
    first, other = (_modernbert_layer(keys, normed=normed) for normed in (False, True))
    stack = stacked(at + "layers", (first,) + (other,) * (len(kinds) - 1), Part.ENCODER)
    front = joined(
        {
            "tok_embeddings": embedding(keys.rows("vocab_size"), hidden),
            "norm": norm(hidden, bias=biased),
        }
    )
    return encoder_body(
        asked,
        tensors_of(
            placed(at + "embeddings", front, Part.ENCODER),
            stack.tensors,
            placed(at + "final_norm", norm(hidden, bias=biased), Part.ENCODER),
        ),
        _tower(keys, stack, (first.head_width,) * len(set(kinds))),
        table="embeddings.tok_embeddings.weight",
    )


def _tower(keys: Keys, stack: Stack, ropes: tuple[int, ...]) -> Tower:
    return Tower(
        part=Part.ENCODER,
        hidden=keys.whole("hidden_size"),
        layers=stack.layers,
        positions=keys.rows("max_position_embeddings"),
        rope_widths=ropes,
        kept_waves=_kept_waves(keys),
    )


def _kept_waves(keys: Keys) -> int:
    """Return for how many places GTE's first code keeps cosines and sines: all it stretches to.

    gte-multilingual-base's published files hold 33.5 MB of them, gte-base-en-v1.5's 8.4 MB.
    """
    if keys.get("model_type") != GTE_AT_FIRST:
        return 0
    stretched = keys.child("rope_scaling", "gte") if keys.has("rope_scaling") else keys
    factor = max(stretched.number("factor", 1.0), 1.0)
    return min(int(keys.rows("max_position_embeddings") * factor), MOST_WIDTH)


def _modernbert_kinds(keys: Keys) -> tuple[str, ...]:
    """Return each layer's kind: listed, or full on every n-th layer from the first."""
    every = keys.whole_or("global_attn_every_n_layers", 3)
    return layer_kinds(keys, (FULL, SLIDING), lambda number: SLIDING if number % every else FULL)


def _modernbert_layer(keys: Keys, *, normed: bool) -> Block:
    """Return one layer; the first has no norm, the tables' own stands before it."""
    hidden, biased = keys.whole("hidden_size"), keys.flag("norm_bias")
    heads = equal_heads(keys, "hidden_size", "num_attention_heads")
    both = (keys.flag("attention_bias"),) * 2
    attends = fused_attention(hidden, heads, names=("Wqkv", "Wo"), bias=both)
    inner, mlp_bias = keys.whole("intermediate_size"), keys.flag("mlp_bias")
    feeds = fused_gated(hidden, inner, names=("Wi", "Wo"), bias=mlp_bias)
    before = {"attn_norm": norm(hidden, bias=biased)} if normed else {}
    return forgetful(
        joined({**before, "attn": attends, "mlp_norm": norm(hidden, bias=biased), "mlp": feeds})
    )


def forgetful(block: Block) -> Block:
    """Return a block that keeps nothing between tokens, as in an encoder."""
    return Block(block.tensors, block.heads, block.head_width, block.inner)


def _modernbert_head(keys: Keys, body: Body) -> Block:
    return joined(
        {
            "dense": linear(body.hidden, body.hidden, Role.HEAD, bias=keys.flag("classifier_bias")),
            "norm": norm(body.hidden, bias=keys.flag("norm_bias")),
        }
    )


def _modernbert_words(keys: Keys, body: Body) -> Ending:
    words = linear(body.hidden, body.vocabulary, Role.HEAD, bias=keys.flag("decoder_bias"))
    return Ending(
        placed("head", _modernbert_head(keys, body), Part.ENCODER)
        + tied_to_table(words, "decoder", body, Part.ENCODER),
        body.vocabulary,
    )


def _modernbert_labels(keys: Keys, body: Body) -> Ending:
    last = labels_of(keys, body)
    before = placed("head", _modernbert_head(keys, body), Part.ENCODER)
    return Ending(before + last.tensors, last.outputs)


def _modernbert_choice(keys: Keys, body: Body) -> Ending:
    before = placed("head", _modernbert_head(keys, body), Part.ENCODER)
    return Ending(before + one_score(keys, body).tensors, 1)


def _post_norm(asked: Asked, attends: Block, feeds: Block, *, pooled: tuple[str, ...]) -> Body:
    """Return BERT's order of norms under Llama's names, with rotated positions."""
    keys, at = asked.keys, asked.at
    hidden = keys.whole("hidden_size")
    layer = joined(
        {
            "self_attn": attends,
            "post_attention_layernorm": norm(hidden, bias=True),
            "mlp": feeds,
            "post_mlp_layernorm": norm(hidden, bias=True),
        }
    )
    stack = stacked(at + "layers", (layer,) * keys.layers("num_hidden_layers"), Part.ENCODER)
    kinds = keys.type != "gte" or keys.rows("type_vocab_size", least=0) > 0
    front = tables(keys, hidden, positions=False, kinds=kinds)
    return encoder_body(
        asked,
        tensors_of(
            placed(at + "embeddings", front, Part.ENCODER),
            stack.tensors,
            pooler(at + "pooler.dense", hidden) if asked.head in pooled else (),
        ),
        _tower(keys, stack, (layer.head_width,)),
    )


def _heads(keys: Keys) -> Heads:
    count = keys.heads("num_attention_heads")
    return Heads(queries=count, key_values=count, width=head_width(keys))


def nomic_bert(asked: Asked) -> Body:
    """Return Nomic's BERT: gated halves and no biases."""
    keys = asked.keys
    hidden, inner = keys.whole("hidden_size"), keys.whole("intermediate_size")
    attends = attention(hidden, _heads(keys), bias=NO_BIASES, keeps=())
    return _post_norm(asked, attends, gated(hidden, inner), pooled=("ForSequenceClassification",))


def gte(asked: Asked) -> Body:
    """Return GTE: as Nomic's, with biases on attention and on the way down."""
    keys = asked.keys
    hidden, inner = keys.whole("hidden_size"), keys.whole("intermediate_size")
    attends = attention(hidden, _heads(keys), bias=ALL_BIASED, keeps=())
    feeds = widened(
        {
            "gate_proj": linear(hidden, inner, Role.GATE),
            "up_proj": linear(hidden, inner, Role.UP),
            "down_proj": linear(inner, hidden, Role.DOWN, bias=True),
        },
        inner,
    )
    return _post_norm(asked, attends, feeds, pooled=("ForSequenceClassification",))


def jina(asked: Asked) -> Body:
    """Return Jina's third embedding model: RoBERTa with rotated positions."""
    keys = asked.keys
    hidden, inner = keys.whole("hidden_size"), keys.whole("intermediate_size")
    attends = attention(hidden, _heads(keys), bias=ALL_BIASED, keeps=())
    return _post_norm(asked, attends, plain(hidden, inner, names=("fc1", "fc2")), pooled=("Model",))


def _nomic_words(keys: Keys, body: Body) -> Ending:
    del keys
    before = transform(body.hidden, body.hidden, normed="layer_norm")
    return words_again("cls.predictions", before, body, between="transform")


def _gte_words(keys: Keys, body: Body) -> Ending:
    del keys
    before = transform(body.hidden, body.hidden, normed="layer_norm")
    words = linear(body.hidden, body.vocabulary, Role.HEAD, bias=True)
    return Ending(
        placed("lm_head", before, Part.ENCODER)
        + tied_to_table(words, "lm_head.decoder", body, Part.ENCODER),
        body.vocabulary,
    )


def eurobert(asked: Asked) -> Body:
    """Return EuroBERT: Llama's layers that look both ways."""
    keys, at = asked.keys, asked.at
    hidden, heads = keys.whole("hidden_size"), dividing_heads(keys)
    bias = biases(inputs=keys.flag("attention_bias"))
    feeds = gated(hidden, keys.whole("intermediate_size"), bias=keys.flag("mlp_bias"))
    layer = pre_norm(attention(hidden, heads, bias=bias, keeps=()), feeds, norm(hidden))
    stack = stacked(at + "layers", (layer,) * keys.layers("num_hidden_layers"), Part.ENCODER)
    return encoder_body(
        asked,
        tensors_of(
            placed(at + "embed_tokens", embedding(keys.rows("vocab_size"), hidden), Part.ENCODER),
            stack.tensors,
            placed(at + "norm", norm(hidden), Part.ENCODER),
        ),
        _tower(keys, stack, (heads.width,)),
        table="embed_tokens.weight",
    )


def _eurobert_words(keys: Keys, body: Body) -> Ending:
    words = linear(body.hidden, body.vocabulary, Role.HEAD, bias=keys.flag("mlp_bias"))
    return Ending(tied_to_table(words, "lm_head", body, Part.ENCODER), body.vocabulary)


def _eurobert_text(keys: Keys, body: Body) -> Ending:
    last = labels_of(keys, body)
    before = at_end("dense", linear(body.hidden, body.hidden, Role.HEAD, bias=True), 0)
    return Ending(before.tensors + last.tensors, last.outputs)


FAMILIES = {
    "modernbert": Family(
        modernbert,
        {
            "ForMaskedLM": Head("model", _modernbert_words),
            "Model": Head("", nothing),
            "ForSequenceClassification": Head("model", _modernbert_labels),
            "ForTokenClassification": Head("model", _modernbert_labels),
            "ForQuestionAnswering": Head("model", _modernbert_labels),
            "ForMultipleChoice": Head("model", _modernbert_choice),
        },
    ),
    "nomic_bert": Family(
        nomic_bert,
        {
            "ForMaskedLM": Head("nomic_bert", _nomic_words),
            "Model": Head("", nothing),
            "ForSequenceClassification": Head("nomic_bert", labels_of),
            "ForTokenClassification": Head("nomic_bert", labels_of),
        },
    ),
    "gte": Family(
        gte,
        {
            "ForMaskedLM": Head("gte", _gte_words),
            "Model": Head("", nothing),
            "ForSequenceClassification": Head("gte", labels_of),
            "ForTokenClassification": Head("gte", labels_of),
        },
    ),
    "jina_embeddings_v3": Family(
        jina,
        {
            "ForMaskedLM": Head("roberta", roberta_words),
            "Model": Head("", nothing),
            "ForSequenceClassification": Head("roberta", first_token_classifier),
            "ForTokenClassification": Head("roberta", labels_of),
            "ForQuestionAnswering": Head("roberta", labelled_span),
        },
    ),
    "eurobert": Family(
        eurobert,
        {
            "ForMaskedLM": Head("model", _eurobert_words),
            "Model": Head("", nothing),
            "ForSequenceClassification": Head("model", _eurobert_text),
            "ForTokenClassification": Head("model", labels_of),
        },
    ),
}
