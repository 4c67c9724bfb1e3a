"""Encoders of text: one pass over all tokens, vectors or labels out.

In: keys of a BERT-like config. Out: bodies and the heads their classes add:
BERT itself, and those that change its names, its heads or its tables.
"""

from __future__ import annotations

from tabfit.architectures.config_keys import Keys
from tabfit.architectures.decoders.gpt2 import equal_heads
from tabfit.architectures.encoders.text_heads import (
    common_heads,
    first_token_classifier,
    labelled_span,
    labels_of,
    masked_words,
    next_sentence,
    one_score,
    roberta_words,
    words_and_sentence,
)
from tabfit.architectures.family import Asked, Body, Ending, Family, Head, tied_to_table
from tabfit.i18n.language import Message
from tabfit.model.architecture import Kind, Tower
from tabfit.model.blocks.attention import ALL_BIASED, Heads, Names, across, attention
from tabfit.model.blocks.block import Block, array, joined, placed, stacked, tensors_of
from tabfit.model.blocks.feed_forward import plain, widened
from tabfit.model.blocks.linear import embedding, linear, norm
from tabfit.model.tensors import Part, Role, Tensor

BERT_NAMES = Names("self.query", "self.key", "self.value", "output.dense")
POOLED_BY_BERT = (
    "Model",
    "ForPreTraining",
    "ForSequenceClassification",
    "ForNextSentencePrediction",
    "ForMultipleChoice",
)
POOLED_BY_ROBERTA = ("Model", "ForMultipleChoice")
#: Keys of JinaBERT's own code (jinaai/jina-bert-implementation), which calls itself a BERT: it
#: lowers scores by distance instead of adding places, and gates its feed-forward half.
ALIBI = "alibi"
GATED = ("geglu", "reglu", "glu")


def tables(keys: Keys, width: int, *, positions: bool = True, kinds: bool = True) -> Block:
    """Return the tables of words, positions and token types, and the norm behind them."""
    parts = {"word_embeddings": embedding(keys.rows("vocab_size"), width)}
    if positions:
        places = keys.rows("max_position_embeddings")
        parts["position_embeddings"] = embedding(places, width, Role.POSITION)
    if kinds:
        rows = keys.rows("type_vocab_size", least=0)
        parts["token_type_embeddings"] = embedding(rows, width, Role.POSITION)
    return joined({**parts, "LayerNorm": norm(width, bias=True)})


def pooler(at: str, hidden: int) -> tuple[Tensor, ...]:
    """Return the layer that turns the first token's state into one for the whole text."""
    return placed(at, linear(hidden, hidden, Role.PROJECTION, bias=True), Part.ENCODER)


def encoder_body(
    asked: Asked, tensors: tuple[Tensor, ...], tower: Tower, *, table: str | None = None
) -> Body:
    """Return the body of a text encoder with one tower."""
    return Body(
        kind=Kind.ENCODER,
        tensors=tensors,
        towers=(tower,),
        hidden=tower.hidden,
        vocabulary=asked.keys.rows("vocab_size"),
        table=asked.at + (table or "embeddings.word_embeddings.weight"),
        tied=asked.keys.flag("tie_word_embeddings"),
    )


def bert(asked: Asked, pooled: tuple[str, ...] = POOLED_BY_BERT) -> Body:
    """Return BERT: three tables, layers with norms behind, a pooler where the class has one."""
    keys, at = asked.keys, asked.at
    hidden, positions = keys.whole("hidden_size"), keys.rows("max_position_embeddings")
    stack = stacked(at + "encoder.layer", bert_layers(keys), Part.ENCODER)
    front = tables(keys, hidden, positions=keys.get("position_embedding_type") != ALIBI)
    return encoder_body(
        asked,
        tensors_of(
            placed(at + "embeddings", front, Part.ENCODER),
            stack.tensors,
            pooler(at + "pooler.dense", hidden) if asked.head in pooled else (),
        ),
        Tower(part=Part.ENCODER, hidden=hidden, layers=stack.layers, positions=positions),
    )


def bert_layers(keys: Keys) -> tuple[Block, ...]:
    """Return BERT's layers, all alike."""
    heads = equal_heads(keys, "hidden_size", "num_attention_heads")
    return (bert_layer(keys, keys.whole("hidden_size"), heads),) * keys.layers("num_hidden_layers")


def bert_layer(keys: Keys, hidden: int, heads: Heads) -> Block:
    """Return BERT's layer: each half's output is added and then normed.

    As a decoder it keeps what it attended to; it may look at another text too.
    """
    kept = (heads.kept(),) if keys.flag("is_decoder") else ()
    own = attention(hidden, heads, names=BERT_NAMES, bias=ALL_BIASED, keeps=kept)
    parts = {"attention": normed_after(own, hidden)}
    if keys.flag("add_cross_attention"):
        if not kept:
            raise keys.fault(
                "add_cross_attention", Message("is true, which needs is_decoder to be true")
            )
        seen = (across(heads, keys.rows("max_position_embeddings")),)
        looks = attention(hidden, heads, names=BERT_NAMES, bias=ALL_BIASED, keeps=seen)
        parts["crossattention"] = normed_after(looks, hidden)
    feeds = jina_feed_forward if keys.get("feed_forward_type") in GATED else bert_feed_forward
    return joined({**parts, "": feeds(hidden, keys.whole("intermediate_size"))})


def normed_after(block: Block, width: int) -> Block:
    """Return a block and the norm that BERT puts behind it."""
    return joined({"": block, "output.LayerNorm": norm(width, bias=True)})


def bert_feed_forward(hidden: int, inner: int) -> Block:
    """Return BERT's feed-forward layer and the norm behind it."""
    return widened(
        {
            "intermediate.dense": linear(hidden, inner, Role.UP, bias=True),
            "output.dense": linear(inner, hidden, Role.DOWN, bias=True),
            "output.LayerNorm": norm(hidden, bias=True),
        },
        inner,
    )


def jina_feed_forward(hidden: int, inner: int) -> Block:
    """Return the gated half of Jina's BERT (its second embedding models) and the norm behind it."""
    return widened(
        {
            "mlp.gated_layers": linear(hidden, 2 * inner, Role.GATE_UP),
            "mlp.wo": linear(inner, hidden, Role.DOWN, bias=True),
            "mlp.layernorm": norm(hidden, bias=True),
        },
        inner,
    )


def places_past_padding(keys: Keys) -> int:
    """Return how many tokens RoBERTa takes: its positions start behind the padding token's."""
    rows, padding = keys.rows("max_position_embeddings"), keys.whole_or("pad_token_id", 1, least=0)
    return max(rows - padding - 1, 1)


def roberta(asked: Asked) -> Body:
    """Return RoBERTa: BERT's tensors, with positions counted from behind the padding token."""
    read = bert(asked, POOLED_BY_ROBERTA)
    (tower,) = read.towers
    past = Tower(
        part=tower.part,
        hidden=tower.hidden,
        layers=tower.layers,
        positions=places_past_padding(asked.keys),
    )
    return encoder_body(asked, read.tensors, past)


def mpnet(asked: Asked) -> Body:
    """Return MPNet: no token types, and one table of relative positions for all layers."""
    keys, at = asked.keys, asked.at
    hidden = keys.whole("hidden_size")
    heads = equal_heads(keys, "hidden_size", "num_attention_heads")
    names = Names("attn.q", "attn.k", "attn.v", "attn.o")
    own = attention(hidden, heads, names=names, bias=ALL_BIASED, keeps=())
    layer = joined(
        {
            "attention": joined({"": own, "LayerNorm": norm(hidden, bias=True)}),
            "": bert_feed_forward(hidden, keys.whole("intermediate_size")),
        }
    )
    blocks = (layer,) * keys.layers("num_hidden_layers")
    stack = stacked(at + "encoder.layer", blocks, Part.ENCODER)
    buckets = (keys.rows("relative_attention_num_buckets"), heads.queries)
    relative = array("relative_attention_bias.weight", buckets, Role.ATTENTION_OTHER)
    return encoder_body(
        asked,
        tensors_of(
            placed(at + "embeddings", tables(keys, hidden, kinds=False), Part.ENCODER),
            stack.tensors,
            placed(at + "encoder", relative, Part.ENCODER),
            pooler(at + "pooler.dense", hidden) if asked.head in POOLED_BY_ROBERTA else (),
        ),
        Tower(
            part=Part.ENCODER,
            hidden=hidden,
            layers=stack.layers,
            positions=places_past_padding(keys),
        ),
    )


def electra(asked: Asked) -> Body:
    """Return ELECTRA: BERT whose tables may be narrower than its layers."""
    keys, at = asked.keys, asked.at
    hidden, width = keys.whole("hidden_size"), keys.whole("embedding_size")
    stack = stacked(at + "encoder.layer", bert_layers(keys), Part.ENCODER)
    widens = linear(width, hidden, Role.PROJECTION, bias=True)
    positions = keys.rows("max_position_embeddings")
    return encoder_body(
        asked,
        tensors_of(
            placed(at + "embeddings", tables(keys, width), Part.ENCODER),
            placed(at + "embeddings_project", widens, Part.ENCODER) if width != hidden else (),
            stack.tensors,
        ),
        Tower(part=Part.ENCODER, hidden=hidden, layers=stack.layers, positions=positions),
    )


def electra_words(keys: Keys, body: Body) -> Ending:
    """Return the generator's head: narrow again, then the token table."""
    width = keys.whole("embedding_size")
    narrows = joined(
        {
            "LayerNorm": norm(width, bias=True),
            "dense": linear(body.hidden, width, Role.HEAD, bias=True),
        }
    )
    words = linear(width, body.vocabulary, Role.HEAD, bias=True)
    return Ending(
        placed("generator_predictions", narrows, Part.ENCODER)
        + tied_to_table(words, "generator_lm_head", body, Part.ENCODER),
        body.vocabulary,
    )


def _electra_replaced(keys: Keys, body: Body) -> Ending:
    """Return the discriminator's head: was this token replaced."""
    del keys
    parts = joined(
        {
            "dense": linear(body.hidden, body.hidden, Role.HEAD, bias=True),
            "dense_prediction": linear(body.hidden, 1, Role.HEAD, bias=True),
        }
    )
    return Ending(placed("discriminator_predictions", parts, Part.ENCODER), 1)


def _electra_choice(keys: Keys, body: Body) -> Ending:
    """Return one score per choice, with a summary before it unless refused."""
    last = one_score(keys, body)
    if not keys.flag("summary_use_proj"):
        return last
    to_labels = keys.flag("summary_proj_to_labels") and keys.labels() > 0
    width = keys.labels() if to_labels else body.hidden
    summary = linear(body.hidden, width, Role.PROJECTION, bias=True)
    return Ending(placed("sequence_summary.summary", summary, Part.ENCODER) + last.tensors, 1)


def distilbert(asked: Asked) -> Body:
    """Return DistilBERT: BERT without token types and pooler, under other names."""
    keys, at = asked.keys, asked.at
    hidden, heads = keys.whole("dim"), equal_heads(keys, "dim", "n_heads")
    layer = _distilbert_layer(hidden, heads, keys.whole("hidden_dim"))
    blocks = (layer,) * keys.layers("n_layers")
    stack = stacked(at + "transformer.layer", blocks, Part.ENCODER)
    positions = keys.rows("max_position_embeddings")
    front = placed(at + "embeddings", tables(keys, hidden, kinds=False), Part.ENCODER)
    return encoder_body(
        asked,
        front + stack.tensors,
        Tower(part=Part.ENCODER, hidden=hidden, layers=stack.layers, positions=positions),
    )


def _distilbert_layer(hidden: int, heads: Heads, inner: int) -> Block:
    names = Names("q_lin", "k_lin", "v_lin", "out_lin")
    return joined(
        {
            "attention": attention(hidden, heads, names=names, bias=ALL_BIASED, keeps=()),
            "sa_layer_norm": norm(hidden, bias=True),
            "ffn": plain(hidden, inner, names=("lin1", "lin2")),
            "output_layer_norm": norm(hidden, bias=True),
        }
    )


def _distilbert_words(keys: Keys, body: Body) -> Ending:
    del keys
    transform = linear(body.hidden, body.hidden, Role.HEAD, bias=True)
    projector = linear(body.hidden, body.vocabulary, Role.HEAD, bias=True)
    return Ending(
        tensors_of(
            placed("vocab_transform", transform, Part.ENCODER),
            placed("vocab_layer_norm", norm(body.hidden, bias=True), Part.ENCODER),
            tied_to_table(projector, "vocab_projector", body, Part.ENCODER),
        ),
        body.vocabulary,
    )


def _distilbert_classifier(keys: Keys, body: Body) -> Ending:
    last = labels_of(keys, body)
    return Ending(pooler("pre_classifier", body.hidden) + last.tensors, last.outputs)


def _two_ends(keys: Keys, body: Body) -> Ending:
    """Return the scores of where an answer starts and ends; the class refuses other labels."""
    if keys.labels() != 2:
        raise keys.fault(
            "num_labels", Message("is {given}; a span of text needs 2", given=keys.labels())
        )
    return labelled_span(keys, body)


def _distilbert_choice(keys: Keys, body: Body) -> Ending:
    last = one_score(keys, body)
    return Ending(pooler("pre_classifier", body.hidden) + last.tensors, last.outputs)


BERT_HEADS = {
    "ForMaskedLM": Head("bert", masked_words),
    **common_heads("bert", labels_of),
    "ForPreTraining": Head("bert", words_and_sentence),
    "LMHeadModel": Head("bert", masked_words),
    "ForNextSentencePrediction": Head("bert", next_sentence),
}

ROBERTA_HEADS = {
    "ForMaskedLM": Head("roberta", roberta_words),
    **common_heads("roberta", first_token_classifier),
    "ForCausalLM": Head("roberta", roberta_words),
}

ELECTRA_HEADS = {
    "ForPreTraining": Head("electra", _electra_replaced),
    **common_heads("electra", first_token_classifier),
    "ForMultipleChoice": Head("electra", _electra_choice),
    "ForMaskedLM": Head("electra", electra_words),
    "ForCausalLM": Head("electra", electra_words),
}

MPNET_HEADS = {
    "ForMaskedLM": Head("mpnet", roberta_words),
    **common_heads("mpnet", first_token_classifier),
}

DISTILBERT_HEADS = {
    "ForMaskedLM": Head("distilbert", _distilbert_words),
    **common_heads("distilbert", _distilbert_classifier),
    "ForQuestionAnswering": Head("distilbert", _two_ends),
    "ForMultipleChoice": Head("distilbert", _distilbert_choice),
}

FAMILIES = {
    "bert": Family(bert, BERT_HEADS),
    "roberta": Family(roberta, ROBERTA_HEADS),
    "xlm-roberta": Family(roberta, ROBERTA_HEADS),
    "camembert": Family(roberta, ROBERTA_HEADS),
    "electra": Family(electra, ELECTRA_HEADS),
    "mpnet": Family(mpnet, MPNET_HEADS),
    "distilbert": Family(distilbert, DISTILBERT_HEADS),
}
