"""Encoders made small: ALBERT applies the same layer again, MobileBERT narrows each one.

In: keys of such a config. Out: bodies and heads.
Sources: Lan et al. 2019, arXiv:1909.11942; Sun et al. 2020, arXiv:2004.02984.
"""

from __future__ import annotations

from collections import Counter

from tabfit.architectures.config_keys import MOST_LAYERS, Keys
from tabfit.architectures.decoders.gpt2 import equal_heads
from tabfit.architectures.encoders.bert import (
    POOLED_BY_BERT,
    bert_feed_forward,
    encoder_body,
    pooler,
    tables,
)
from tabfit.architectures.encoders.text_heads import (
    at_end,
    common_heads,
    labels_of,
    next_sentence,
    transform,
    words_again,
)
from tabfit.architectures.family import Asked, Body, Ending, Family, Head
from tabfit.i18n.language import Message
from tabfit.light_dataclass import replace
from tabfit.model.architecture import Tower
from tabfit.model.blocks.attention import ALL_BIASED, Heads, Names, attending, attention
from tabfit.model.blocks.block import Block, Stack, joined, placed, stacked, tensors_of
from tabfit.model.blocks.feed_forward import plain
from tabfit.model.blocks.linear import embedding, linear, norm
from tabfit.model.tensors import Part, Role

#: More feed-forward halves than any layer of a MobileBERT has.
MOST_HALVES = 32

ALBERT_NAMES = Names("query", "key", "value", "dense")


def albert(asked: Asked) -> Body:
    """Return ALBERT: few groups of layers, each applied many times."""
    keys, at = asked.keys, asked.at
    hidden, width = keys.whole("hidden_size"), keys.whole("embedding_size")
    stack = _shared_layers(keys, at + "encoder.albert_layer_groups")
    widens = linear(width, hidden, Role.PROJECTION, bias=True)
    positions = keys.rows("max_position_embeddings")
    return encoder_body(
        asked,
        tensors_of(
            placed(at + "embeddings", tables(keys, width), Part.ENCODER),
            placed(at + "encoder.embedding_hidden_mapping_in", widens, Part.ENCODER),
            stack.tensors,
            pooler(at + "pooler", hidden) if asked.head in POOLED_BY_BERT else (),
        ),
        Tower(part=Part.ENCODER, hidden=hidden, layers=stack.layers, positions=positions),
    )


def _shared_layers(keys: Keys, at: str) -> Stack:
    """Return the groups' tensors with how often one pass applies each, and every layer.

    Layer i belongs to group i·groups // layers; a group's layers run in turn.
    """
    count, groups = keys.layers("num_hidden_layers"), keys.layers("num_hidden_groups")
    inner = keys.whole("inner_group_num", most=MOST_LAYERS // groups)
    layer = _albert_layer(keys)
    group = Block(stacked("albert_layers", (layer,) * inner).tensors)
    uses = Counter(number * groups // count for number in range(count))
    held = stacked(at, (group,) * groups, Part.ENCODER)
    used = (replace(t, uses=uses[t.layer or 0]) for t in held.tensors)
    return Stack(tuple(used), (layer.layer,) * min(count * inner, MOST_LAYERS))


def _albert_layer(keys: Keys) -> Block:
    hidden = keys.whole("hidden_size")
    heads = equal_heads(keys, "hidden_size", "num_attention_heads")
    own = attention(hidden, heads, names=ALBERT_NAMES, bias=ALL_BIASED, keeps=())
    inner = keys.whole("intermediate_size")
    return joined(
        {
            "attention": joined({"": own, "LayerNorm": norm(hidden, bias=True)}),
            "": plain(hidden, inner, names=("ffn", "ffn_output")),
            "full_layer_layer_norm": norm(hidden, bias=True),
        }
    )


def _albert_words(keys: Keys, body: Body) -> Ending:
    width = keys.whole("embedding_size")
    return words_again("predictions", transform(body.hidden, width), body, width=width)


def _albert_both(keys: Keys, body: Body) -> Ending:
    """Return the masked words, and whether two sentences are in order."""
    words, labels = _albert_words(keys, body), keys.labels()
    order = linear(body.hidden, labels, Role.HEAD, bias=True)
    last = placed("sop_classifier.classifier", order, Part.ENCODER)
    return Ending(words.tensors + last, words.outputs)


def mobilebert(asked: Asked) -> Body:
    """Return MobileBERT: layers squeezed to a bottleneck, with several feed-forward halves."""
    keys, at = asked.keys, asked.at
    hidden, narrow = keys.whole("hidden_size"), _narrow(keys)
    layer = _mobilebert_layer(keys, hidden, narrow)
    blocks = (layer,) * keys.layers("num_hidden_layers")
    stack = stacked(at + "encoder.layer", blocks, Part.ENCODER)
    activated = not keys.has("classifier_activation") or keys.flag("classifier_activation")
    pooled = pooler(at + "pooler.dense", hidden) if activated else ()
    positions = keys.rows("max_position_embeddings")
    return encoder_body(
        asked,
        tensors_of(
            placed(at + "embeddings", _mobilebert_tables(keys, hidden), Part.ENCODER),
            stack.tensors,
            pooled if asked.head in POOLED_BY_BERT else (),
        ),
        Tower(part=Part.ENCODER, hidden=hidden, layers=stack.layers, positions=positions),
    )


def _narrow(keys: Keys) -> int:
    """Return the width inside a layer: the bottleneck's where there is one."""
    own = "intra_bottleneck_size" if keys.flag("use_bottleneck") else "hidden_size"
    return keys.whole_or("true_hidden_size", keys.whole(own))


def _mobilebert_tables(keys: Keys, hidden: int) -> Block:
    """Return narrow word vectors, three neighbours joined into one wide vector."""
    width = keys.whole("embedding_size")
    read = width * (3 if keys.flag("trigram_input") else 1)
    wide = tables(keys, hidden)
    others = tuple(t for t in wide.tensors if not t.name.startswith("word_embeddings"))
    return joined(
        {
            "word_embeddings": embedding(keys.rows("vocab_size"), width),
            "": Block(others),
            "embedding_transformation": linear(read, hidden, Role.PROJECTION, bias=True),
        }
    )


def _mobilebert_layer(keys: Keys, hidden: int, narrow: int) -> Block:
    inner = keys.whole("intermediate_size")
    more = keys.whole("num_feedforward_networks", least=0, most=MOST_HALVES) - 1
    half = bert_feed_forward(narrow, inner)
    parts = {
        "attention": _mobilebert_attention(keys, hidden, narrow),
        "": half,
        **{f"ffn.{number}": half for number in range(more)},
    }
    if keys.flag("use_bottleneck"):
        bottleneck = _squeezed(hidden, keys.whole("intra_bottleneck_size"))
        parts["output.bottleneck"] = _squeezed(narrow, hidden)
        parts["bottleneck.input"] = bottleneck
        if keys.flag("key_query_shared_bottleneck"):
            parts["bottleneck.attention"] = bottleneck
    return joined(parts)


def _squeezed(read: int, written: int) -> Block:
    return joined(
        {
            "dense": linear(read, written, Role.PROJECTION, bias=True),
            "LayerNorm": norm(written, bias=True),
        }
    )


def _mobilebert_attention(keys: Keys, hidden: int, narrow: int) -> Block:
    """Return attention inside the bottleneck; its values are read from outside unless asked."""
    count = keys.heads("num_attention_heads")
    if narrow % count:
        raise keys.fault(
            "num_attention_heads",
            Message("is {given}, which does not divide {width}", given=count, width=narrow),
        )
    heads = Heads(queries=count, key_values=count, width=narrow // count)
    read = narrow if keys.flag("use_bottleneck_attention") else hidden
    parts = {
        "self.query": linear(narrow, narrow, Role.QUERY, bias=True),
        "self.key": linear(narrow, narrow, Role.KEY, bias=True),
        "self.value": linear(read, narrow, Role.VALUE, bias=True),
        "output.dense": linear(narrow, narrow, Role.ATTENTION_OUTPUT, bias=True),
        "output.LayerNorm": norm(narrow, bias=True),
    }
    return attending(joined(parts), heads, ())


def _mobilebert_words(keys: Keys, body: Body) -> Ending:
    """Return the masked-word head: the narrow table beside columns that make it wide."""
    width = keys.whole("embedding_size")
    if width > body.hidden:
        raise keys.fault("embedding_size", Message("is larger than {other}", other="hidden_size"))
    at = "cls.predictions"
    before = transform(body.hidden, body.hidden)
    words = words_again(at, before, body, width=width, between="transform")
    rest = at_end(f"{at}.dense", linear(body.vocabulary, body.hidden - width, Role.HEAD), 0)
    return Ending(words.tensors + rest.tensors, words.outputs)


def _mobilebert_both(keys: Keys, body: Body) -> Ending:
    words = _mobilebert_words(keys, body)
    return Ending(words.tensors + next_sentence(keys, body).tensors, words.outputs)


FAMILIES = {
    "albert": Family(
        albert,
        {
            "ForMaskedLM": Head("albert", _albert_words),
            **common_heads("albert", labels_of),
            "ForPreTraining": Head("albert", _albert_both),
        },
    ),
    "mobilebert": Family(
        mobilebert,
        {
            "ForMaskedLM": Head("mobilebert", _mobilebert_words),
            **common_heads("mobilebert", labels_of),
            "ForPreTraining": Head("mobilebert", _mobilebert_both),
            "ForNextSentencePrediction": Head("mobilebert", next_sentence),
        },
    ),
}
