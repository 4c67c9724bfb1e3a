"""XLM: BERT's like for many languages, its layers kept in four lists.

In: keys of such a config. Out: body and heads.
Source: Lample and Conneau 2019, arXiv:1901.07291.
"""

from __future__ import annotations

from tabfit.architectures.config_keys import MOST_ROWS, Keys
from tabfit.architectures.decoders.gpt2 import equal_heads
from tabfit.architectures.family import Asked, Body, Ending, Family, Head, tied_to_table
from tabfit.architectures.heads import classifier, nothing
from tabfit.i18n.language import Message
from tabfit.model.architecture import Kind, Tower
from tabfit.model.blocks.attention import ALL_BIASED, Names, attention
from tabfit.model.blocks.block import joined, placed, stacked, tensors_of
from tabfit.model.blocks.feed_forward import plain
from tabfit.model.blocks.linear import embedding, linear, norm
from tabfit.model.tensors import Part, Role

XLM_NAMES = Names("q_lin", "k_lin", "v_lin", "out_lin")
WIDER = 4


def xlm(asked: Asked) -> Body:
    """Return tables of words, places and languages, and the four lists of layers."""
    keys, at = asked.keys, asked.at
    if not keys.flag("is_encoder"):
        raise keys.fault("is_encoder", Message("is false; transformers reads encoders alone"))
    if keys.flag("asm"):
        raise keys.fault("asm", Message("is true, which is not read"))
    hidden, positions = keys.whole("emb_dim"), keys.rows("max_position_embeddings")
    words, languages = keys.rows("vocab_size"), keys.whole("n_langs", most=MOST_ROWS)
    heads = equal_heads(keys, "emb_dim", "n_heads")
    attends = attention(hidden, heads, names=XLM_NAMES, bias=ALL_BIASED, keeps=())
    feeds, normed = plain(hidden, WIDER * hidden, names=("lin1", "lin2")), norm(hidden, bias=True)
    count = keys.layers("n_layers")
    lists = {"attentions": attends, "layer_norm1": normed, "ffns": feeds, "layer_norm2": normed}
    stacks = [stacked(at + name, (block,) * count, Part.ENCODER) for name, block in lists.items()]
    parts = {
        "position_embeddings": embedding(positions, hidden, Role.POSITION),
        "embeddings": embedding(words, hidden),
        "layer_norm_emb": normed,
    }
    if languages > 1 and keys.flag("use_lang_emb"):
        parts["lang_embeddings"] = embedding(languages, hidden, Role.POSITION)
    around = placed(at.removesuffix("."), joined(parts), Part.ENCODER)
    layers = (joined({"a": attends, "f": feeds}).layer,) * count
    tower = Tower(part=Part.ENCODER, hidden=hidden, layers=layers, positions=positions)
    return Body(
        kind=Kind.ENCODER,
        tensors=tensors_of(around, *(stack.tensors for stack in stacks)),
        towers=(tower,),
        hidden=hidden,
        vocabulary=words,
        table=at + "embeddings.weight",
        tied=keys.flag("tie_word_embeddings"),
    )


def _words(keys: Keys, body: Body) -> Ending:
    del keys
    layer = linear(body.hidden, body.vocabulary, Role.HEAD, bias=True)
    tensors = tied_to_table(layer, "pred_layer.proj", body, Part.ENCODER)
    return Ending(tensors, body.vocabulary)


def _summary(keys: Keys, body: Body) -> Ending:
    """Return what sums a text up: to labels, to its own width, or not at all."""
    labels = keys.labels()
    if not keys.flag("summary_use_proj"):
        return Ending((), body.hidden)
    outputs = labels if keys.flag("summary_proj_to_labels") and labels else body.hidden
    layer = linear(body.hidden, outputs, Role.HEAD, bias=True)
    return Ending(placed("sequence_summary.summary", layer, Part.ENCODER), outputs)


def _choice(keys: Keys, body: Body) -> Ending:
    summed = _summary(keys, body)
    one = placed("logits_proj", linear(keys.labels(), 1, Role.HEAD, bias=True), Part.ENCODER)
    return Ending(summed.tensors + one, 1)


def _span(keys: Keys, body: Body) -> Ending:
    labels = keys.labels()
    layer = linear(body.hidden, labels, Role.HEAD, bias=True)
    return Ending(placed("qa_outputs", layer, Part.ENCODER), labels)


def _span_with_beams(keys: Keys, body: Body) -> Ending:
    """Return where an answer starts, where it then ends, and whether there is one."""
    del keys
    hidden = body.hidden
    wide = linear(2 * hidden, hidden, Role.HEAD, bias=True)
    parts = {
        "start_logits.dense": linear(hidden, 1, Role.HEAD, bias=True),
        "end_logits.dense_0": wide,
        "end_logits.LayerNorm": norm(hidden, bias=True),
        "end_logits.dense_1": linear(hidden, 1, Role.HEAD, bias=True),
        "answer_class.dense_0": wide,
        "answer_class.dense_1": linear(hidden, 1, Role.HEAD),
    }
    return Ending(placed("qa_outputs", joined(parts), Part.ENCODER), 2)


FAMILIES = {
    "xlm": Family(
        xlm,
        {
            "WithLMHeadModel": Head("transformer", _words),
            "Model": Head("", nothing),
            "ForSequenceClassification": Head("transformer", _summary),
            "ForTokenClassification": Head("transformer", classifier),
            "ForQuestionAnsweringSimple": Head("transformer", _span),
            "ForQuestionAnswering": Head("transformer", _span_with_beams),
            "ForMultipleChoice": Head("transformer", _choice),
        },
    )
}
