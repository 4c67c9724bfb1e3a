"""Encoders one step away from BERT: other tables, norms before instead of behind, other lookups.

In: keys of such a config. Out: bodies and heads. A `Kin` says what differs, as
a `Style` does for decoders.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tabfit.architectures.config_keys import Keys
from tabfit.architectures.decoders.gpt2 import equal_heads
from tabfit.architectures.encoders.bert import (
    BERT_HEADS,
    BERT_NAMES,
    POOLED_BY_BERT,
    POOLED_BY_ROBERTA,
    ROBERTA_HEADS,
    bert_feed_forward,
    bert_layer,
    encoder_body,
    normed_after,
    places_past_padding,
    tables,
)
from tabfit.architectures.encoders.text_heads import (
    at_end,
    common_heads,
    first_token_classifier,
    labelled_span,
    labels_of,
    masked_words,
    one_score,
    roberta_words,
)
from tabfit.architectures.family import Asked, Body, Ending, Family, Head
from tabfit.architectures.heads import nothing
from tabfit.i18n.language import Message
from tabfit.light_dataclass import dataclass
from tabfit.model.architecture import Tower
from tabfit.model.blocks.attention import Heads, across, attention, biases
from tabfit.model.blocks.block import Block, joined, placed, stacked, tensors_of
from tabfit.model.blocks.feed_forward import widened
from tabfit.model.blocks.linear import convolution, embedding, linear, norm
from tabfit.model.tensors import Part, Role

Parts = Mapping[str, Block]
Ends = Callable[[Keys, Body], Ending]


def _tables(keys: Keys) -> Block:
    return tables(keys, keys.whole("hidden_size"))


def _layer(keys: Keys) -> Block:
    return bert_layer(keys, keys.whole("hidden_size"), kin_heads(keys))


def _reading_layer(keys: Keys) -> Block:
    """Return BERT's layer of a type that never writes, whatever its config says."""
    return _layer(keys.replaced(is_decoder=False, add_cross_attention=False))


def kin_heads(keys: Keys) -> Heads:
    """Return heads that share the hidden size equally."""
    return equal_heads(keys, "hidden_size", "num_attention_heads")


def _nothing(keys: Keys) -> Parts:
    del keys
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kin:
    """How an encoder differs from BERT: its tables, its layer, and what lies around the layers.

    `pooled` are the endings of classes with a pooler, `None` for all of them.
    """

    front: Callable[[Keys], Block] = _tables
    layer: Callable[[Keys], Block] = _layer
    around: Callable[[Keys], Parts] = _nothing
    layers: str = "encoder.layer"
    pooled: tuple[str, ...] | None = ()
    pooler: str = "pooler.dense"
    positions: Callable[[Keys], int] = lambda keys: keys.rows("max_position_embeddings")

    def body(self, asked: Asked) -> Body:
        """Return the body of a model of this kin."""
        keys, at = asked.keys, asked.at
        hidden = keys.whole("hidden_size")
        parts = {"embeddings": self.front(keys), **self.around(keys)}
        if self.pooled is None or asked.head in self.pooled:
            parts[self.pooler] = linear(hidden, hidden, Role.PROJECTION, bias=True)
        blocks = (self.layer(keys),) * keys.layers("num_hidden_layers")
        stack = stacked(at + self.layers, blocks, Part.ENCODER)
        return encoder_body(
            asked,
            tensors_of(placed(at.removesuffix("."), joined(parts), Part.ENCODER), stack.tensors),
            Tower(
                part=Part.ENCODER,
                hidden=hidden,
                layers=stack.layers,
                positions=self.positions(keys),
            ),
        )


def _own_attention(keys: Keys, *, inputs: bool = True) -> Block:
    kept = (kin_heads(keys).kept(),) if keys.flag("is_decoder") else ()
    return attention(
        keys.whole("hidden_size"),
        kin_heads(keys),
        names=BERT_NAMES,
        bias=biases(inputs=inputs, output=True),
        keeps=kept,
    )


def _looks(keys: Keys, *, inputs: bool = True) -> Block | None:
    """Return attention over another text, where a config asks a decoder for it."""
    if not keys.flag("add_cross_attention"):
        return None
    if not keys.flag("is_decoder"):
        raise keys.fault(
            "add_cross_attention", Message("is true, which needs is_decoder to be true")
        )
    heads = kin_heads(keys)
    seen = (across(heads, keys.rows("max_position_embeddings")),)
    bias = biases(inputs=inputs, output=True)
    return attention(keys.whole("hidden_size"), heads, names=BERT_NAMES, bias=bias, keeps=seen)


def normed_before(attends: str, feeds: str) -> Callable[[Keys], Block]:
    """Return a reader of BERT's layer with each norm before its half, under these names."""

    def read(keys: Keys) -> Block:
        hidden, inner = keys.whole("hidden_size"), keys.whole("intermediate_size")
        normed = norm(hidden, bias=True)
        parts = {"attention": joined({"": _own_attention(keys), attends: normed})}
        looks = _looks(keys)
        if looks is not None:
            parts["crossattention"] = joined({"": looks, attends: normed})
        feed = {
            feeds: normed,
            "intermediate.dense": linear(hidden, inner, Role.UP, bias=True),
            "output.dense": linear(inner, hidden, Role.DOWN, bias=True),
        }
        return joined({**parts, "": widened(feed, inner)})

    return read


def last_norm(name: str) -> Callable[[Keys], Parts]:
    """Return a reader of one norm behind all layers."""
    return lambda keys: {name: norm(keys.whole("hidden_size"), bias=True)}


def _without_norm(keys: Keys) -> Block:
    front = _tables(keys)
    return Block(tuple(t for t in front.tensors if not t.name.startswith("LayerNorm")))


def _ernie_tables(keys: Keys) -> Block:
    parts = {"": _tables(keys)}
    if keys.flag("use_task_id"):
        rows = keys.rows("task_type_vocab_size")
        parts["task_type_embeddings"] = embedding(rows, keys.whole("hidden_size"), Role.POSITION)
    return joined(parts)


def _layout_tables(keys: Keys) -> Block:
    """Return BERT's tables, and where on the page each word stands and how large it is."""
    rows, hidden = keys.rows("max_2d_position_embeddings"), keys.whole("hidden_size")
    place = embedding(rows, hidden, Role.POSITION)
    return joined({"": _tables(keys), **{f"{n}_position_embeddings": place for n in "xyhw"}})


def _nystrom_tables(keys: Keys) -> Block:
    return _tables(keys.replaced(max_position_embeddings=keys.rows("max_position_embeddings") + 2))


def _with_own(keys: Keys, more: Parts) -> Block:
    """Return BERT's layer with further parts beside its queries, keys and values."""
    hidden = keys.whole("hidden_size")
    own = joined(
        {"": _own_attention(keys), **{f"self.{name}": part for name, part in more.items()}}
    )
    feed = bert_feed_forward(hidden, keys.whole("intermediate_size"))
    return joined({"attention": normed_after(own, hidden), "": feed})


def _longformer_layer(keys: Keys) -> Block:
    """Return a layer that looks at its neighbours, and at a few tokens from everywhere."""
    hidden = keys.whole("hidden_size")
    more = linear(hidden, hidden, Role.ATTENTION_OTHER, bias=True)
    return _with_own(keys, dict.fromkeys(("query_global", "key_global", "value_global"), more))


def _nystrom_layer(keys: Keys) -> Block:
    kernel = keys.maybe("conv_kernel_size", most=2**16)
    if kernel is None:
        return _with_own(keys, {})
    heads = kin_heads(keys).queries
    each = convolution(heads, heads, kernel, 1, groups=heads, bias=False)
    return _with_own(keys, {"conv": each})


def _big_bird_layer(keys: Keys) -> Block:
    hidden, inputs = keys.whole("hidden_size"), keys.flag("use_bias")
    parts = {"attention": normed_after(_own_attention(keys, inputs=inputs), hidden)}
    looks = _looks(keys, inputs=inputs)
    if looks is not None:
        parts["crossattention"] = normed_after(looks, hidden)
    return joined({**parts, "": bert_feed_forward(hidden, keys.whole("intermediate_size"))})


def two_scores(keys: Keys, body: Body) -> Ending:
    """Return the two scores of a span, however many labels a config has."""
    del keys
    return at_end("qa_outputs", linear(body.hidden, 2, Role.HEAD, bias=True), 2)


def _span_again(keys: Keys, body: Body) -> Ending:
    """Return BigBird's span head: one more feed-forward layer before the two scores."""
    parts = {
        "": bert_feed_forward(body.hidden, keys.whole("intermediate_size")),
        "qa_outputs": linear(body.hidden, 2, Role.HEAD, bias=True),
    }
    return at_end("qa_classifier", joined(parts), 2)


def _choice_again(keys: Keys, body: Body) -> Ending:
    last = one_score(keys, body)
    before = linear(body.hidden, body.hidden, Role.HEAD, bias=True)
    return Ending(placed("pre_classifier", before, Part.ENCODER) + last.tensors, 1)


def _at(heads: Mapping[str, Head], at: str) -> dict[str, Head]:
    """Return the same heads with the body under another name."""
    return {ending: Head(at if head.at else "", head.ending) for ending, head in heads.items()}


def _causal(heads: Mapping[str, Head], at: str, words: Ends = masked_words) -> dict[str, Head]:
    """Return heads where the class that writes on is called as decoders' are."""
    kept = {ending: head for ending, head in heads.items() if ending != "LMHeadModel"}
    return _at({**kept, "ForCausalLM": Head(at, words)}, at)


def words_and_labels(at: str, words: Ends = masked_words) -> dict[str, Head]:
    """Return the classes of an encoder that classifies as RoBERTa does."""
    return {"ForMaskedLM": Head(at, words), **common_heads(at, first_token_classifier)}


LAYOUT_HEADS = {
    "ForMaskedLM": Head("layoutlm", masked_words),
    "Model": Head("", nothing),
    "ForSequenceClassification": Head("layoutlm", labels_of),
    "ForTokenClassification": Head("layoutlm", labels_of),
    "ForQuestionAnswering": Head("layoutlm", labelled_span),
}
BIG_BIRD_POOLED = (
    "ForMaskedLM",
    "ForCausalLM",
    *POOLED_BY_BERT,
    "ForTokenClassification",
)

KINS: dict[str, tuple[Kin, Mapping[str, Head]]] = {
    "ernie": (Kin(front=_ernie_tables, pooled=POOLED_BY_BERT), _causal(BERT_HEADS, "ernie")),
    "megatron-bert": (
        Kin(
            front=_without_norm,
            layer=normed_before("ln", "ln"),
            around=last_norm("encoder.ln"),
            pooled=POOLED_BY_BERT,
        ),
        _causal(BERT_HEADS, "bert"),
    ),
    "roberta-prelayernorm": (
        Kin(
            layer=normed_before("LayerNorm", "intermediate.LayerNorm"),
            around=last_norm("LayerNorm"),
            pooled=POOLED_BY_ROBERTA,
            positions=places_past_padding,
        ),
        _at(ROBERTA_HEADS, "roberta_prelayernorm"),
    ),
    "xlm-roberta-xl": (
        Kin(
            front=_without_norm,
            layer=normed_before("self_attn_layer_norm", "LayerNorm"),
            around=last_norm("encoder.LayerNorm"),
            pooled=POOLED_BY_ROBERTA,
            positions=places_past_padding,
        ),
        ROBERTA_HEADS,
    ),
    "layoutlm": (Kin(front=_layout_tables, layer=_reading_layer, pooled=None), LAYOUT_HEADS),
    "longformer": (
        Kin(layer=_longformer_layer, pooled=POOLED_BY_ROBERTA, positions=places_past_padding),
        words_and_labels("longformer", roberta_words),
    ),
    "nystromformer": (
        Kin(front=_nystrom_tables, layer=_nystrom_layer),
        {
            **words_and_labels("nystromformer"),
            "ForMultipleChoice": Head("nystromformer", _choice_again),
            "ForQuestionAnswering": Head("nystromformer", two_scores),
        },
    ),
    "big_bird": (
        Kin(layer=_big_bird_layer, pooled=BIG_BIRD_POOLED, pooler="pooler"),
        {
            **_causal(BERT_HEADS, "bert"),
            "ForSequenceClassification": Head("bert", first_token_classifier),
            "ForQuestionAnswering": Head("bert", _span_again),
        },
    ),
}

FAMILIES = {name: Family(kin.body, heads) for name, (kin, heads) in KINS.items()}
