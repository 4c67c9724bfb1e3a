"""T5 and its relatives: one pass over the input, then token by token looking back at it.

In: keys of such a config. Out: bodies and heads.
Source: Raffel et al. 2019, arXiv:1910.10683.
"""

from __future__ import annotations

from tabfit.architectures.config_keys import MOST_LAYERS, Keys
from tabfit.architectures.encoders.text_heads import labels_of
from tabfit.architectures.family import Asked, Body, Ending, Family, Head, tied_to_table
from tabfit.architectures.heads import nothing
from tabfit.i18n.language import Message, _
from tabfit.light_dataclass import replace
from tabfit.model.architecture import Kind, Tower
from tabfit.model.blocks.attention import Heads, Names, across, attention
from tabfit.model.blocks.block import Block, array, beside, joined, placed, stacked, tensors_of
from tabfit.model.blocks.feed_forward import gated, plain
from tabfit.model.blocks.linear import embedding, linear, norm
from tabfit.model.tensors import Part, Role, Tensor

T5_NAMES = Names("q", "k", "v", "o")

#: The longest input T5 was trained on; its positions are relative and know no bound.
T5_INPUT = 512

WRITING = "ForConditionalGeneration"

Half = tuple[Tower, tuple[Tensor, ...]]


def t5(asked: Asked) -> Body:
    """Return T5: relative positions learned in the first layer of each half."""
    return _t5(asked, every=False)


def umt5(asked: Asked) -> Body:
    """Return UMT5: relative positions learned in every layer."""
    return _t5(asked, every=True)


def _t5(asked: Asked, *, every: bool) -> Body:
    """Return both halves with one token table; transformers shares it whatever the config says."""
    keys, at = asked.keys, asked.at
    hidden, vocabulary = keys.whole("d_model"), keys.rows("vocab_size")
    only_reads = asked.head in ("EncoderModel", "ForTokenClassification")
    part = Part.ENCODER if only_reads else Part.DECODER
    shared = placed(at + "shared", embedding(vocabulary, hidden), part)[0]
    looks_back = only_reads and keys.flag("is_decoder")
    halves = [
        _t5_half(keys, at + "encoder.", shared, Part.ENCODER, every=every, looks_back=looks_back)
    ]
    if not only_reads:
        halves.append(
            _t5_half(keys, at + "decoder.", shared, Part.DECODER, every=every, looks_back=True)
        )
    return Body(
        kind=Kind.ENCODER if only_reads else Kind.ENCODER_DECODER,
        tensors=tensors_of((shared,), *(tensors for _, tensors in halves)),
        towers=tuple(tower for tower, _ in halves),
        hidden=hidden,
        vocabulary=vocabulary,
        table=shared.name,
        tied=True,
        notes=_stored_apart(keys, shared) if asked.head == WRITING else (),
    )


def _stored_apart(keys: Keys, table: Tensor) -> tuple[str, ...]:
    """Return what to say of T5 1.1 and its like, whose files hold an output layer of their own."""
    if not keys.has("tie_word_embeddings") or keys.flag("tie_word_embeddings"):
        return ()
    note = _(
        "tie_word_embeddings is false, yet transformers shares the output layer with the token "
        "table; published files may hold it apart, {count:,} parameters more",
        count=table.elements,
    )
    return (note,)


def _t5_half(
    keys: Keys, at: str, shared: Tensor, part: Part, *, every: bool, looks_back: bool
) -> Half:
    """Return one half: its own name for the shared table, its layers and a last norm.

    `looks_back`: it looks at another half, as a class of the encoder alone does too where its
    config says `is_decoder`.
    """
    hidden, count = keys.whole("d_model"), keys.layers("num_layers")
    if part is Part.DECODER:
        count = keys.whole_or("num_decoder_layers", count, most=MOST_LAYERS)
    first = _t5_layer(keys, part, positions=True, looks_back=looks_back)
    others = (_t5_layer(keys, part, positions=every, looks_back=looks_back),) * (count - 1)
    stack = stacked(at + "block", (first, *others), part)
    table = replace(shared, name=at + "embed_tokens.weight", part=part, tied_to=shared.name)
    last = placed(at + "final_layer_norm", norm(hidden), part)
    tower = Tower(part=part, hidden=hidden, layers=stack.layers)
    return tower, (table, *stack.tensors, *last)


def _t5_layer(keys: Keys, part: Part, *, positions: bool, looks_back: bool) -> Block:
    """Return T5's layer: a list of two or three halves, each behind its norm."""
    hidden, count, writes = keys.whole("d_model"), keys.heads("num_heads"), part is Part.DECODER
    heads = Heads(queries=count, key_values=count, width=keys.whole("d_kv"))
    own = attention(hidden, heads, names=T5_NAMES, keeps=(heads.kept(),) if writes else ())
    if positions:
        shape = (keys.rows("relative_attention_num_buckets"), count)
        own = beside(own, array("relative_attention_bias.weight", shape, Role.ATTENTION_OTHER))
    if _summed(keys) and not looks_back:
        whole = {"global_input_layer_norm": norm(hidden)}
        if positions:
            rows = keys.rows("relative_attention_num_buckets")
            whole["global_relative_attention_bias"] = embedding(rows, count, Role.ATTENTION_OTHER)
        own = beside(own, joined(whole))
    halves = [{_attending(keys, looks_back=looks_back): own}]
    if looks_back:
        seen = (across(heads, T5_INPUT),) if writes else ()
        halves.append({"EncDecAttention": attention(hidden, heads, names=T5_NAMES, keeps=seen)})
    halves.append({"DenseReluDense": _t5_feeds(keys, hidden)})
    normed = {"layer_norm": norm(hidden)}
    return joined({f"layer.{i}": joined(half | normed) for i, half in enumerate(halves)})


def _summed(keys: Keys) -> bool:
    """Return whether LongT5's encoder looks at sums of blocks beside its neighbours."""
    return keys.type == "longt5" and keys.get("encoder_attention_type") == "transient-global"


def _attending(keys: Keys, *, looks_back: bool) -> str:
    """Return what a half's own attention is called."""
    if looks_back or keys.type != "longt5":
        return "SelfAttention"
    names = {"local": "LocalSelfAttention", "transient-global": "TransientGlobalSelfAttention"}
    return names[keys.word("encoder_attention_type", tuple(names))]


def _t5_feeds(keys: Keys, hidden: int) -> Block:
    """Return the feed-forward half; its activation's name says whether it is gated.

    A written `is_gated_act` counts for more, as it does in transformers.
    """
    inner, words = keys.whole("d_ff"), keys.word("feed_forward_proj").split("-")
    if len(words) > 2 or (len(words) == 2 and words[0] != "gated"):
        raise keys.fault("feed_forward_proj", Message("needs the form 'relu' or 'gated-gelu'"))
    if keys.flag("is_gated_act") if keys.has("is_gated_act") else words[0] == "gated":
        return gated(hidden, inner, names=("wi_0", "wi_1", "wo"))
    return plain(hidden, inner, names=("wi", "wo"), bias=False)


def shared_output(keys: Keys, body: Body) -> Ending:
    """Return an output layer that is the token table where the body is tied."""
    del keys
    layer = linear(body.hidden, body.vocabulary, Role.HEAD)
    return Ending(tied_to_table(layer, "lm_head", body), body.vocabulary)


def classification_head(keys: Keys, body: Body) -> Ending:
    """Return the labels of a text behind one more layer; BART has three unless said otherwise."""
    labels = keys.labels(otherwise=3 if keys.type == "bart" else 2)
    parts = {
        "dense": linear(body.hidden, body.hidden, Role.HEAD, bias=True),
        "out_proj": linear(body.hidden, labels, Role.HEAD, bias=True),
    }
    return Ending(placed("classification_head", joined(parts)), labels)


def span_of_labels(keys: Keys, body: Body) -> Ending:
    """Return a span head as wide as the labels, behind a decoder."""
    labels = keys.labels()
    return Ending(placed("qa_outputs", linear(body.hidden, labels, Role.HEAD, bias=True)), labels)


T5_HEADS = {
    "ForConditionalGeneration": Head("", shared_output),
    "Model": Head("", nothing),
    "EncoderModel": Head("", nothing),
    "ForSequenceClassification": Head("transformer", classification_head),
    "ForTokenClassification": Head("transformer", labels_of),
    "ForQuestionAnswering": Head("", span_of_labels),
}

FAMILIES = {
    "t5": Family(t5, T5_HEADS),
    "mt5": Family(t5, T5_HEADS),
    "umt5": Family(umt5, T5_HEADS),
    "longt5": Family(t5, {name: T5_HEADS[name] for name in (WRITING, "Model", "EncoderModel")}),
}
