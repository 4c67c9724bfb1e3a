"""BART and its relatives: learned or fixed positions, layer norms, biases everywhere.

In: keys of such a config. Out: bodies and heads. Whisper and Moonshine write
with the same kind of layer (`audio/`).
Source: Lewis et al. 2019, arXiv:1910.13461.
"""

from __future__ import annotations

from tabfit.architectures.config_keys import MOST_ROWS, Keys
from tabfit.architectures.decoders.gpt2 import equal_heads
from tabfit.architectures.encoder_decoders.t5 import classification_head, shared_output
from tabfit.architectures.family import Asked, Body, Ending, Family, Head
from tabfit.architectures.heads import nothing, span
from tabfit.light_dataclass import dataclass, replace
from tabfit.model.architecture import Kind, Tower
from tabfit.model.blocks.attention import ALL_BIASED, Biases, Heads, Names, across, attention
from tabfit.model.blocks.block import Block, array, joined, placed, stacked, tensors_of
from tabfit.model.blocks.feed_forward import plain
from tabfit.model.blocks.linear import embedding, norm
from tabfit.model.layers import KeyValue
from tabfit.model.tensors import Part, Role, Tensor

OUT_NAMES = Names(output="out_proj")


def looking_layer(
    hidden: int,
    heads: Heads,
    inner: int,
    *,
    keeps: tuple[KeyValue, ...] = (),
    looks: KeyValue | None = None,
    bias: Biases = ALL_BIASED,
    source: int | None = None,
    names: Names = OUT_NAMES,
    feeding: str = "",
) -> Block:
    """Return BART's layer: attention, perhaps attention to the input, two projections.

    `source` is how wide the input is where that is not `hidden`, `feeding` where the
    two projections lie.
    """
    normed = norm(hidden, bias=True)
    own = attention(hidden, heads, names=names, bias=bias, keeps=keeps)
    parts = {"self_attn": own, "self_attn_layer_norm": normed}
    if looks is not None:
        other = attention(hidden, heads, names=names, bias=bias, source=source, keeps=(looks,))
        parts |= {"encoder_attn": other, "encoder_attn_layer_norm": normed}
    parts |= {feeding: plain(hidden, inner, names=("fc1", "fc2")), "final_layer_norm": normed}
    return joined(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Relative:
    """How a relative differs from BART: rows stored beside each position, and its norms.

    `extra_rows` is `None` where positions are computed and not stored.
    """

    extra_rows: int | None = 0
    norms: tuple[str, ...] = ()

    def body(self, asked: Asked) -> Body:
        """Return the body; a language model of its own is the decoder alone."""
        keys, at = asked.keys, asked.at
        whole = asked.head != "ForCausalLM"
        parts = (Part.ENCODER, Part.DECODER) if whole else (Part.DECODER,)
        halves = [self._half(keys, f"{at}{part.value}.", part) for part in parts]
        tables, table = _tables(keys, at, whole=whole)
        return Body(
            kind=Kind.ENCODER_DECODER if whole else Kind.DECODER,
            tensors=tensors_of(tables, *(tensors for _, tensors in halves)),
            towers=tuple(tower for tower, _ in halves),
            hidden=keys.whole("d_model"),
            vocabulary=_written(keys, whole=whole),
            table=table,
            tied=keys.flag("tie_word_embeddings"),
        )

    def _half(self, keys: Keys, at: str, part: Part) -> tuple[Tower, tuple[Tensor, ...]]:
        hidden, positions = keys.whole("d_model"), keys.rows("max_position_embeddings")
        stack = stacked(at + "layers", _layers(keys, part), part)
        around = {name: norm(hidden, bias=True) for name in self.norms}
        if self.extra_rows is not None:
            rows = positions + self.extra_rows
            around["embed_positions"] = embedding(rows, hidden, Role.POSITION)
        tower = Tower(part=part, hidden=hidden, layers=stack.layers, positions=positions)
        return tower, placed(at.removesuffix("."), joined(around), part) + stack.tensors


def _layers(keys: Keys, part: Part) -> tuple[Block, ...]:
    """Return a half's layers; those that write look at the input, whatever reads it."""
    half, hidden = part.value, keys.whole("d_model")
    heads = equal_heads(keys, "d_model", f"{half}_attention_heads")
    inner = keys.whole(f"{half}_ffn_dim")
    if part is Part.DECODER:
        looks = across(heads, keys.rows("max_position_embeddings"))
        layer = looking_layer(hidden, heads, inner, keeps=(heads.kept(),), looks=looks)
    else:
        layer = looking_layer(hidden, heads, inner)
    return (layer,) * keys.layers(f"{half}_layers")


def _apart(keys: Keys) -> bool:
    """Return whether a Marian model reads and writes with tables of their own."""
    return keys.type == "marian" and not keys.flag("share_encoder_decoder_embeddings")


def _own_rows(keys: Keys) -> int:
    """Return the rows of the decoder's own table, of which Marian's may have another number."""
    read = keys.rows("vocab_size")
    if keys.type != "marian":
        return read
    return keys.whole_or("decoder_vocab_size", read, least=0, most=MOST_ROWS) or read


def _written(keys: Keys, *, whole: bool) -> int:
    """Return how many tokens the output layer knows."""
    own = _apart(keys) if whole else keys.flag("tie_word_embeddings")
    return _own_rows(keys) if own else keys.rows("vocab_size")


def _tables(keys: Keys, at: str, *, whole: bool) -> tuple[tuple[Tensor, ...], str]:
    """Return the token tables, tied to one another where the config says, and the written one."""
    hidden, tied = keys.whole("d_model"), keys.flag("tie_word_embeddings")
    own = placed(f"{at}decoder.embed_tokens", embedding(_own_rows(keys), hidden))[0]
    if not whole:
        return (own,), own.name
    rows = embedding(keys.rows("vocab_size"), hidden)
    read = placed(f"{at}encoder.embed_tokens", rows, Part.ENCODER)[0]
    if _apart(keys):
        return (read, own), own.name
    shared = placed(at + "shared", rows)[0]
    if not tied:
        return (shared, read, own), shared.name
    tables = (replace(shared, name=t.name, part=t.part, tied_to=shared.name) for t in (read, own))
    return (shared, *tables), shared.name


def _words_with_offsets(keys: Keys, body: Body) -> Ending:
    """Return the shared output layer beside offsets that are stored and never trained."""
    offsets = array("final_logits_bias", (1, body.vocabulary), Role.HEAD, buffer=True)
    words = shared_output(keys, body)
    return Ending(placed("", offsets) + words.tensors, words.outputs)


BART_HEADS = {
    "ForConditionalGeneration": Head("model", _words_with_offsets),
    "Model": Head("", nothing),
    "ForSequenceClassification": Head("model", classification_head),
    "ForQuestionAnswering": Head("model", span),
    "ForCausalLM": Head("model", shared_output),
}
FEWER_HEADS = {
    name: BART_HEADS[name] for name in ("ForConditionalGeneration", "Model", "ForCausalLM")
}

BART = Relative(extra_rows=2, norms=("layernorm_embedding",))
MBART = Relative(extra_rows=2, norms=("layernorm_embedding", "layer_norm"))
PEGASUS = Relative(norms=("layer_norm",))
BLENDERBOT_SMALL = Relative(norms=("layernorm_embedding",))
MARIAN = Relative()
M2M100 = Relative(extra_rows=None, norms=("layer_norm",))

FAMILIES = {
    "bart": Family(BART.body, BART_HEADS),
    "mbart": Family(MBART.body, BART_HEADS),
    "plbart": Family(
        BART.body, {k: v for k, v in BART_HEADS.items() if k != "ForQuestionAnswering"}
    ),
    "pegasus": Family(PEGASUS.body, FEWER_HEADS),
    "blenderbot": Family(PEGASUS.body, FEWER_HEADS),
    "blenderbot-small": Family(BLENDERBOT_SMALL.body, FEWER_HEADS),
    "marian": Family(MARIAN.body, {"MTModel": BART_HEADS[next(iter(BART_HEADS))], **FEWER_HEADS}),
    "m2m_100": Family(
        M2M100.body,
        {"ForConditionalGeneration": Head("model", shared_output), "Model": Head("", nothing)},
    ),
}
