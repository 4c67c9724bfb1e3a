"""Encoders of text: one pass over all tokens, vectors or labels out.

In: keys of a BERT-like config. Out: bodies and the heads their classes add.
"""

from __future__ import annotations

from willitfit.architecture import Kind, Tower
from willitfit.blocks.attention import ALL_BIASED, Heads, Names, across, attention
from willitfit.blocks.block import Block, joined, placed, stacked, tensors_of
from willitfit.blocks.feed_forward import widened
from willitfit.blocks.linear import embedding, linear, norm
from willitfit.config.gpt import equal_heads
from willitfit.config.heads import classifier, nothing, span
from willitfit.config.keys import Keys
from willitfit.config.model import Asked, Body, Ending, Family, Head, tied_to_table
from willitfit.tensors import Part, Role, Tensor

BERT_NAMES = Names("self.query", "self.key", "self.value", "output.dense")
POOLED = (
    "Model",
    "ForPreTraining",
    "ForSequenceClassification",
    "ForNextSentencePrediction",
    "ForMultipleChoice",
)


def bert(asked: Asked) -> Body:
    """Return BERT: three tables, layers with norms behind, and a pooler where the class has one."""
    keys, at = asked.keys, asked.at
    hidden, heads = (
        keys.whole("hidden_size"),
        equal_heads(keys, "hidden_size", "num_attention_heads"),
    )
    vocabulary, positions = keys.rows("vocab_size"), keys.rows("max_position_embeddings")
    tables = joined(
        {
            "word_embeddings": embedding(vocabulary, hidden),
            "position_embeddings": embedding(positions, hidden, Role.POSITION),
            "token_type_embeddings": embedding(keys.rows("type_vocab_size"), hidden, Role.POSITION),
            "LayerNorm": norm(hidden, bias=True),
        }
    )
    layer = bert_layer(keys, hidden, heads)
    blocks = (layer,) * keys.layers("num_hidden_layers")
    stack = stacked(at + "encoder.layer", blocks, Part.ENCODER)
    pooler = linear(hidden, hidden, Role.PROJECTION, bias=True)
    pooled = placed(at + "pooler.dense", pooler, Part.ENCODER) if asked.head in POOLED else ()
    return encoder_body(
        tensors_of(placed(at + "embeddings", tables, Part.ENCODER), stack.tensors, pooled),
        Tower(part=Part.ENCODER, hidden=hidden, layers=stack.layers, positions=positions),
        vocabulary,
        at + "embeddings.word_embeddings.weight",
        tied=keys.flag("tie_word_embeddings"),
    )


def encoder_body(
    tensors: tuple[Tensor, ...], tower: Tower, vocabulary: int, table: str, *, tied: bool
) -> Body:
    """Return the body of a text encoder with one tower."""
    return Body(
        kind=Kind.ENCODER,
        tensors=tensors,
        towers=(tower,),
        hidden=tower.hidden,
        vocabulary=vocabulary,
        table=table,
        tied=tied,
    )


def bert_layer(keys: Keys, hidden: int, heads: Heads) -> Block:
    """Return BERT's layer: each half's output is added and then normed."""
    normed = norm(hidden, bias=True)
    attends = attention(hidden, heads, names=BERT_NAMES, bias=ALL_BIASED, keeps=())
    parts = {"attention": joined({"": attends, "output.LayerNorm": normed})}
    if keys.flag("add_cross_attention"):
        kept = (across(heads, keys.rows("max_position_embeddings")),)
        looks = attention(hidden, heads, names=BERT_NAMES, bias=ALL_BIASED, keeps=kept)
        parts["crossattention"] = joined({"": looks, "output.LayerNorm": normed})
    inner = keys.whole("intermediate_size")
    parts[""] = widened(
        {
            "intermediate.dense": linear(hidden, inner, Role.UP, bias=True),
            "output.dense": linear(inner, hidden, Role.DOWN, bias=True),
            "output.LayerNorm": normed,
        },
        inner,
    )
    return joined(parts)


def masked_words(keys: Keys, body: Body) -> Ending:
    """Return BERT's masked-word head: a transform, then the token table again."""
    del keys
    at, hidden, vocabulary = "cls.predictions", body.hidden, body.vocabulary
    bias = Tensor(
        name=f"{at}.bias", shape=(vocabulary,), role=Role.HEAD, part=Part.ENCODER, bias=True
    )
    transform = joined(
        {
            "dense": linear(hidden, hidden, Role.HEAD, bias=True),
            "LayerNorm": norm(hidden, bias=True),
        }
    )
    words = tied_to_table(
        linear(hidden, vocabulary, Role.HEAD), f"{at}.decoder", body, Part.ENCODER
    )
    again = Tensor(
        name=f"{at}.decoder.bias",
        shape=(vocabulary,),
        role=Role.HEAD,
        part=Part.ENCODER,
        bias=True,
        tied_to=bias.name if body.tied else None,
    )
    moved = placed(f"{at}.transform", transform, Part.ENCODER)
    return Ending((bias, *moved, *words, again), vocabulary)


def next_sentence(keys: Keys, body: Body) -> Ending:
    """Return the two scores of whether one sentence follows another."""
    del keys
    scores = linear(body.hidden, 2, Role.HEAD, bias=True)
    return Ending(placed("cls.seq_relationship", scores, Part.ENCODER), 2)


def words_and_sentence(keys: Keys, body: Body) -> Ending:
    """Return both heads that BERT was pretrained with."""
    words = masked_words(keys, body)
    return Ending(words.tensors + next_sentence(keys, body).tensors, words.outputs)


def one_score(keys: Keys, body: Body) -> Ending:
    """Return one score per choice."""
    del keys
    return Ending(placed("classifier", linear(body.hidden, 1, Role.HEAD, bias=True)), 1)


def labelled_span(keys: Keys, body: Body) -> Ending:
    """Return a span head as wide as the config's labels (two unless said otherwise)."""
    labels = keys.labels()
    return Ending(placed("qa_outputs", linear(body.hidden, labels, Role.HEAD, bias=True)), labels)


def distilbert(asked: Asked) -> Body:
    """Return DistilBERT: BERT without token types and pooler, under other names."""
    keys, at = asked.keys, asked.at
    hidden, heads = keys.whole("dim"), equal_heads(keys, "dim", "n_heads")
    vocabulary, positions = keys.rows("vocab_size"), keys.rows("max_position_embeddings")
    tables = joined(
        {
            "word_embeddings": embedding(vocabulary, hidden),
            "position_embeddings": embedding(positions, hidden, Role.POSITION),
            "LayerNorm": norm(hidden, bias=True),
        }
    )
    layer = _distilbert_layer(keys, hidden, heads)
    blocks = (layer,) * keys.layers("n_layers")
    stack = stacked(at + "transformer.layer", blocks, Part.ENCODER)
    return encoder_body(
        placed(at + "embeddings", tables, Part.ENCODER) + stack.tensors,
        Tower(part=Part.ENCODER, hidden=hidden, layers=stack.layers, positions=positions),
        vocabulary,
        at + "embeddings.word_embeddings.weight",
        tied=keys.flag("tie_word_embeddings"),
    )


def _distilbert_layer(keys: Keys, hidden: int, heads: Heads) -> Block:
    inner = keys.whole("hidden_dim")
    names = Names("q_lin", "k_lin", "v_lin", "out_lin")
    return joined(
        {
            "attention": attention(hidden, heads, names=names, bias=ALL_BIASED, keeps=()),
            "sa_layer_norm": norm(hidden, bias=True),
            "ffn": widened(
                {
                    "lin1": linear(hidden, inner, Role.UP, bias=True),
                    "lin2": linear(inner, hidden, Role.DOWN, bias=True),
                },
                inner,
            ),
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


def _before_classifier(body: Body) -> tuple[Tensor, ...]:
    first = linear(body.hidden, body.hidden, Role.PROJECTION, bias=True)
    return placed("pre_classifier", first, Part.ENCODER)


def _distilbert_classifier(keys: Keys, body: Body) -> Ending:
    last = classifier(keys, body)
    return Ending(_before_classifier(body) + last.tensors, last.outputs)


def _distilbert_choice(keys: Keys, body: Body) -> Ending:
    last = one_score(keys, body)
    return Ending(_before_classifier(body) + last.tensors, last.outputs)


BERT_HEADS = {
    "ForMaskedLM": Head("bert", masked_words),
    "Model": Head("", nothing),
    "ForPreTraining": Head("bert", words_and_sentence),
    "LMHeadModel": Head("bert", masked_words),
    "ForNextSentencePrediction": Head("bert", next_sentence),
    "ForSequenceClassification": Head("bert", classifier),
    "ForMultipleChoice": Head("bert", one_score),
    "ForTokenClassification": Head("bert", classifier),
    "ForQuestionAnswering": Head("bert", labelled_span),
}

DISTILBERT_HEADS = {
    "ForMaskedLM": Head("distilbert", _distilbert_words),
    "Model": Head("", nothing),
    "ForSequenceClassification": Head("distilbert", _distilbert_classifier),
    "ForTokenClassification": Head("distilbert", classifier),
    "ForQuestionAnswering": Head("distilbert", span),
    "ForMultipleChoice": Head("distilbert", _distilbert_choice),
}

FAMILIES = {
    "bert": Family(bert, BERT_HEADS),
    "distilbert": Family(distilbert, DISTILBERT_HEADS),
}
