"""Encoders two steps away from BERT: rotated, convolved, cut into groups, or made for proteins.

In: keys of such a config. Out: bodies and heads, each a `Kin` of BERT.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tabfit.architectures.config_keys import Keys
from tabfit.architectures.encoders.bert import (
    bert_feed_forward,
    electra_words,
    normed_after,
    tables,
)
from tabfit.architectures.encoders.bert_variants import (
    Kin,
    Parts,
    kin_heads,
    normed_before,
    two_scores,
    words_and_labels,
)
from tabfit.architectures.encoders.text_heads import (
    at_end,
    common_heads,
    first_token_classifier,
    labels_of,
    masked_words,
    transform,
    words_again,
)
from tabfit.architectures.family import Body, Ending, Family, Head, tied_to_table
from tabfit.architectures.heads import nothing
from tabfit.i18n.language import Message
from tabfit.model.blocks.attention import Heads, attending
from tabfit.model.blocks.block import Block, array, beside, joined, placed, vector
from tabfit.model.blocks.feed_forward import widened
from tabfit.model.blocks.linear import convolution, embedding, linear, norm
from tabfit.model.tensors import Part, Role, Tensor


def _narrow(keys: Keys) -> int:
    return keys.whole_or("embedding_size", keys.whole("hidden_size"))


def _widened(name: str) -> Callable[[Keys], Parts]:
    """Return a reader of what widens narrow tables, where they are."""

    def read(keys: Keys) -> Parts:
        width, hidden = _narrow(keys), keys.whole("hidden_size")
        return {name: linear(width, hidden, Role.PROJECTION, bias=True)} if width != hidden else {}

    return read


def _narrow_tables(keys: Keys) -> Block:
    return tables(keys, _narrow(keys))


def _roformer_tables(keys: Keys) -> Block:
    return tables(keys, _narrow(keys), positions=False)


def _roformer_around(keys: Keys) -> Parts:
    rows = keys.rows("max_position_embeddings")
    turns = embedding(rows, kin_heads(keys).width, Role.POSITION)
    return {**_widened("embeddings_project")(keys), "encoder.embed_positions": turns}


def _roformer_words(keys: Keys, body: Body) -> Ending:
    width = _narrow(keys)
    before = transform(body.hidden, width)
    return words_again("cls.predictions", before, body, width=width, between="transform")


def _convbert_layer(keys: Keys) -> Block:
    """Return a layer whose heads are half attention, half a convolution made of each token.

    Source: Jiang et al. 2020, arXiv:2008.02496.
    """
    hidden, kernel = keys.whole("hidden_size"), keys.whole("conv_kernel_size", most=2**16)
    count = max(keys.heads("num_attention_heads") // keys.whole("head_ratio"), 1)
    if hidden % count:
        raise keys.fault(
            "num_attention_heads",
            Message(
                "makes {count} heads, which do not divide {hidden}", count=count, hidden=hidden
            ),
        )
    heads = Heads(queries=count, key_values=count, width=hidden // count // 2)
    inner = heads.query_outputs
    own = {
        "query": linear(hidden, inner, Role.QUERY, bias=True),
        "key": linear(hidden, inner, Role.KEY, bias=True),
        "value": linear(hidden, inner, Role.VALUE, bias=True),
        "key_conv_attn_layer": joined(
            {
                "": Block((_column("bias", inner),)),
                "depthwise": convolution(hidden, hidden, kernel, groups=hidden, bias=False),
                "pointwise": convolution(hidden, inner, 1, bias=False),
            }
        ),
        "conv_kernel_layer": linear(inner, count * kernel, Role.ATTENTION_OTHER, bias=True),
        "conv_out_layer": linear(hidden, inner, Role.ATTENTION_OTHER, bias=True),
    }
    output = linear(hidden, hidden, Role.ATTENTION_OUTPUT, bias=True)
    attends = normed_after(joined({"self": joined(own), "output.dense": output}), hidden)
    parts = {"attention": attends, "": _grouped_feed(keys)}
    if keys.flag("add_cross_attention"):
        if not keys.flag("is_decoder"):
            raise keys.fault(
                "add_cross_attention", Message("is true, which needs is_decoder to be true")
            )
        parts["crossattention"] = attends
    return joined(parts)


def _column(name: str, rows: int) -> Tensor:
    return Tensor(name=name, shape=(rows, 1), role=Role.CONVOLUTION, bias=True)


def _grouped_feed(keys: Keys) -> Block:
    """Return ConvBERT's feed-forward layer, cut into groups that see only themselves."""
    hidden, inner = keys.whole("hidden_size"), keys.whole("intermediate_size")
    groups = keys.whole("num_groups")
    if groups == 1:
        return bert_feed_forward(hidden, inner)
    if hidden % groups or inner % groups:
        raise keys.fault(
            "num_groups",
            Message(
                "is {given}, which does not divide {width} and {inner}",
                given=groups,
                width=hidden,
                inner=inner,
            ),
        )
    return widened(
        {
            "intermediate.dense": _grouped(hidden, inner, groups, Role.UP),
            "output.dense": _grouped(inner, hidden, groups, Role.DOWN),
            "output.LayerNorm": norm(hidden, bias=True),
        },
        inner,
    )


def _grouped(read: int, written: int, groups: int, role: Role) -> Block:
    shape = (groups, read // groups, written // groups)
    return beside(array("weight", shape, role), vector("bias", written, role))


def _squeezed_layer(keys: Keys) -> Block:
    """Return SqueezeBERT's layer: projections that are convolutions in groups.

    Source: Iandola et al. 2020, arXiv:2006.11316.
    """
    hidden, inner = keys.whole("hidden_size"), keys.whole("intermediate_size")
    heads = kin_heads(keys)

    def grouped(key: str, read: int, written: int) -> Block:
        groups = keys.whole(key)
        if read % groups or written % groups:
            raise keys.fault(
                key,
                Message(
                    "is {given}, which does not divide {width} and {inner}",
                    given=groups,
                    width=read,
                    inner=written,
                ),
            )
        return convolution(read, written, 1, groups=groups)

    normed = norm(hidden, bias=True)
    own = {name: grouped(f"{name[0]}_groups", hidden, hidden) for name in ("query", "key", "value")}
    feed = {
        "intermediate.conv1d": grouped("intermediate_groups", hidden, inner),
        "output.conv1d": grouped("output_groups", inner, hidden),
        "output.layernorm": normed,
    }
    return joined(
        {
            "attention": attending(joined(own), heads, ()),
            "post_attention.conv1d": grouped("post_attention_groups", hidden, hidden),
            "post_attention.layernorm": normed,
            "": widened(feed, inner),
        }
    )


def _squeezed_tables(keys: Keys) -> Block:
    hidden, width = keys.whole("hidden_size"), _narrow(keys)
    if width != hidden:
        raise keys.fault(
            "embedding_size",
            Message("is {given}; tables as wide as hidden_size are needed", given=width),
        )
    return tables(keys, hidden)


REMBERT_POOLED = ("Model", "ForSequenceClassification", "ForMultipleChoice")


def _rembert_tables(keys: Keys) -> Block:
    return tables(keys, keys.whole("input_embedding_size"))


def _rembert_around(keys: Keys) -> Parts:
    read, hidden = keys.whole("input_embedding_size"), keys.whole("hidden_size")
    widens = linear(read, hidden, Role.PROJECTION, bias=True)
    return {"encoder.embedding_hidden_mapping_in": widens}


def _rembert_words(keys: Keys, body: Body) -> Ending:
    """Return RemBERT's masked-word head, whose table is never the words' own."""
    width = keys.whole("output_embedding_size")
    parts = {
        "": transform(body.hidden, width),
        "decoder": linear(width, body.vocabulary, Role.HEAD, bias=True),
    }
    return at_end("cls.predictions", joined(parts), body.vocabulary)


def _esm_tables(keys: Keys) -> Block:
    """Return the tables of ESM, a language model of proteins: positions may be rotated instead."""
    hidden = keys.whole("hidden_size")
    parts = {"word_embeddings": embedding(keys.rows("vocab_size"), hidden)}
    if keys.get("emb_layer_norm_before"):
        parts["layer_norm"] = norm(hidden, bias=True)
    if keys.get("position_embedding_type") == "absolute":
        rows = keys.rows("max_position_embeddings")
        parts["position_embeddings"] = embedding(rows, hidden, Role.POSITION)
    return joined(parts)


def _esm_around(keys: Keys) -> Parts:
    attended = keys.layers("num_hidden_layers") * keys.heads("num_attention_heads")
    parts = {
        "encoder.emb_layer_norm_after": norm(keys.whole("hidden_size"), bias=True),
        "contact_head.regression": linear(attended, 1, Role.HEAD, bias=True),
    }
    if keys.get("position_embedding_type") == "rotary":
        turns = -(-kin_heads(keys).width // 2)
        parts["rotary_embeddings"] = vector("inv_freq", turns, Role.POSITION, buffer=True)
    return parts


def _esm_words(keys: Keys, body: Body) -> Ending:
    del keys
    before = transform(body.hidden, body.hidden, normed="layer_norm")
    before = beside(vector("bias", body.vocabulary, Role.HEAD), before)
    rows = linear(body.hidden, body.vocabulary, Role.HEAD)
    return Ending(
        placed("lm_head", before, Part.ENCODER)
        + tied_to_table(rows, "lm_head.decoder", body, Part.ENCODER),
        body.vocabulary,
    )


KINS: dict[str, tuple[Kin, Mapping[str, Head]]] = {
    "roformer": (
        Kin(front=_roformer_tables, around=_roformer_around),
        {
            **words_and_labels("roformer", _roformer_words),
            "ForCausalLM": Head("roformer", _roformer_words),
            "ForQuestionAnswering": Head("roformer", two_scores),
        },
    ),
    "convbert": (
        Kin(front=_narrow_tables, layer=_convbert_layer, around=_widened("embeddings_project")),
        {
            **words_and_labels("convbert"),
            "ForMaskedLM": Head("convbert", electra_words),
        },
    ),
    "squeezebert": (
        Kin(front=_squeezed_tables, layer=_squeezed_layer, layers="encoder.layers", pooled=None),
        {
            "ForMaskedLM": Head("transformer", masked_words),
            **common_heads("transformer", labels_of),
        },
    ),
    "rembert": (
        Kin(front=_rembert_tables, around=_rembert_around, pooled=REMBERT_POOLED),
        {
            "ForMaskedLM": Head("rembert", _rembert_words),
            **common_heads("rembert", labels_of),
            "ForCausalLM": Head("rembert", _rembert_words),
        },
    ),
    "esm": (
        Kin(
            front=_esm_tables,
            layer=normed_before("LayerNorm", "LayerNorm"),
            around=_esm_around,
            pooled=("Model",),
        ),
        {
            "ForMaskedLM": Head("esm", _esm_words),
            "Model": Head("", nothing),
            "ForSequenceClassification": Head("esm", first_token_classifier),
            "ForTokenClassification": Head("esm", labels_of),
        },
    ),
}

FAMILIES = {name: Family(kin.body, heads) for name, (kin, heads) in KINS.items()}
