"""T5Gemma 1 and 2: Gemma's layers in two halves, one that reads and one that writes.

In: keys of such a config. Out: bodies and heads.
Sources: arXiv:2504.06225; arXiv:2512.14856.
"""

from __future__ import annotations

from tabfit.architectures.config_keys import Keys
from tabfit.architectures.decoders.decoder_layer import (
    FULL,
    SLIDING,
    dividing_heads,
    layer_kinds,
    per_head,
    per_kind,
)
from tabfit.architectures.encoder_decoders.t5 import WRITING, Half
from tabfit.architectures.family import Asked, Body, Ending, Family, Head, tied_to_table
from tabfit.architectures.heads import nothing
from tabfit.architectures.multimodal.vision_language import gemma3_bridge
from tabfit.architectures.vision.patches.vision_encoders import part_body
from tabfit.i18n.language import Message
from tabfit.light_dataclass import dataclass, replace
from tabfit.model.architecture import Kind, Tower
from tabfit.model.blocks.attention import attention, biases
from tabfit.model.blocks.block import EMPTY, Block, joined, placed, stacked, tensors_of, vector
from tabfit.model.blocks.feed_forward import gated
from tabfit.model.blocks.linear import embedding, linear, norm
from tabfit.model.tensors import Part, Role, Tensor

SIDES = ("pre", "post")


@dataclass(frozen=True, slots=True, kw_only=True)
class Halves:
    """How a version builds its halves.

    `normed` says that queries and keys are, `apart` that the writing half
    looks at the input with projections of its own (version 2 uses the same
    for its own text and the input), `every` how often a layer has no window.
    `ends` marks the vector that stands for the end of a picture.
    """

    normed: bool
    apart: bool
    every: int | None
    ends: bool

    def half(self, keys: Keys, at: str, part: Part, source: Keys) -> Half:
        """Return the tower and the tensors of one half."""
        hidden, window = keys.whole("hidden_size"), keys.maybe("sliding_window")
        every = self.every or keys.whole_or("sliding_window_pattern", 6)
        kinds = layer_kinds(keys, (FULL, SLIDING), lambda n: SLIDING if (n + 1) % every else FULL)

        def layer(kind: str) -> Block:
            return self._layer(keys, part, window if kind == SLIDING else None, source)

        stack = stacked(at + "layers", per_kind(kinds, layer), part)
        table = embedding(keys.rows("vocab_size"), hidden)
        end = vector("eoi_embedding", hidden, Role.OTHER) if self.ends else EMPTY
        tower = Tower(
            part=part,
            hidden=hidden,
            layers=stack.layers,
            positions=keys.maybe("max_position_embeddings"),
            rope_widths=(stack.layers[0].head_width,) * (2 if self.normed else 1),
        )
        front = {"embed_tokens": joined({"": table}), "norm": norm(hidden)}
        return tower, tensors_of(
            placed(at.removesuffix("."), joined(front), part),
            placed(at + "embed_tokens", end, part),
            stack.tensors,
        )

    def _layer(self, keys: Keys, part: Part, window: int | None, source: Keys) -> Block:
        """Return a layer with a norm before and after each half."""
        hidden, heads = keys.whole("hidden_size"), dividing_heads(keys)
        bias = biases(inputs=keys.flag("attention_bias"))
        norms = per_head(keys, heads) if self.normed else None
        writes = part is Part.DECODER
        kept = (heads.kept(window=window),) if writes else ()
        if writes and not self.apart:
            kept = (*kept, heads.kept())
        halves = {
            "self_attn": attention(hidden, heads, bias=bias, norms=norms, keeps=kept),
            "mlp": gated(hidden, keys.whole("intermediate_size")),
        }
        around = ["self_attn", "feedforward"]
        if writes and self.apart:
            read = source.whole("hidden_size")
            halves["cross_attn"] = attention(hidden, heads, bias=bias, source=read)
            around.append("cross_attn")
        normed = {f"{side}_{name}_layernorm": norm(hidden) for name in around for side in SIDES}
        return joined(halves | normed)


FIRST = Halves(normed=False, apart=True, every=2, ends=False)
SECOND = Halves(normed=True, apart=False, every=None, ends=True)


def t5gemma(asked: Asked) -> Body:
    """Return T5Gemma: Gemma 2's layers in two halves, each with a config and a table of its own."""
    keys, at = asked.keys, asked.at
    reads, writes = (keys.child(half, "t5_gemma_module") for half in ("encoder", "decoder"))
    only_reads = not keys.flag("is_encoder_decoder") and asked.head != WRITING
    refused = {"Model": True, "EncoderModel": False}.get(asked.head)
    if refused is only_reads:
        raise keys.fault(
            "is_encoder_decoder", Message("does not go with the class in architectures")
        )
    halves = [FIRST.half(reads, at + "encoder.", Part.ENCODER, reads)]
    if not only_reads:
        halves.append(FIRST.half(writes, at + "decoder.", Part.DECODER, reads))
    last = reads if only_reads else writes
    return Body(
        kind=Kind.ENCODER if only_reads else Kind.ENCODER_DECODER,
        tensors=tensors_of(*(tensors for _, tensors in halves)),
        towers=tuple(tower for tower, _ in halves),
        hidden=last.whole("hidden_size"),
        vocabulary=last.rows("vocab_size"),
        table=at + "decoder.embed_tokens.weight",
        tied=keys.flag("tie_word_embeddings"),
    )


def t5gemma2(asked: Asked) -> Body:
    """Return T5Gemma 2: the reading half sees pictures too, and both share one token table."""
    keys, at = asked.keys, asked.at
    encoder = Asked(keys.child("encoder", "t5gemma2_encoder"), at + "encoder.", asked.head)
    texts, writes = (
        encoder.keys.child("text_config", "t5gemma2_text"),
        keys.child("decoder", "t5gemma2_decoder"),
    )
    for key in ("hidden_size", "vocab_size"):
        if texts.whole(key, most=2**30) != writes.whole(key, most=2**30):
            raise writes.fault(key, Message("is not the encoder's; both halves share one table"))
    reading = SECOND.half(texts, encoder.at + "text_model.", Part.ENCODER, texts)
    writing = SECOND.half(writes, at + "decoder.", Part.DECODER, texts)
    pictures = part_body(encoder, "vision_config", "vision_tower.")
    hidden, tied = texts.whole("hidden_size"), keys.flag("tie_word_embeddings")
    bridge = gemma3_bridge(hidden, pictures.hidden)
    read_table = encoder.at + "text_model.embed_tokens."
    return Body(
        kind=Kind.ENCODER_DECODER,
        tensors=tensors_of(
            reading[1],
            pictures.tensors,
            placed(encoder.at + "multi_modal_projector", bridge, Part.PROJECTOR),
            _sharing(writing[1], at + "decoder.embed_tokens.", read_table) if tied else writing[1],
        ),
        towers=(reading[0], writing[0], *pictures.towers),
        hidden=hidden,
        vocabulary=texts.rows("vocab_size"),
        table=read_table + "weight",
        tied=tied,
    )


def _sharing(tensors: tuple[Tensor, ...], own: str, other: str) -> tuple[Tensor, ...]:
    """Return tensors of which those under one name share storage with another's."""
    return tuple(
        replace(t, tied_to=other + t.name.removeprefix(own)) if t.name.startswith(own) else t
        for t in tensors
    )


def _words(keys: Keys, body: Body) -> Ending:
    del keys
    layer = linear(body.hidden, body.vocabulary, Role.HEAD)
    return Ending(tied_to_table(layer, "lm_head.out_proj", body), body.vocabulary)


def _labels(keys: Keys, body: Body) -> Ending:
    labels = keys.labels()
    layer = linear(body.hidden, labels, Role.HEAD, bias=True)
    return Ending(placed("score.out_proj", layer), labels)


HEADS = {
    WRITING: Head("model", _words),
    "Model": Head("", nothing),
    "ForSequenceClassification": Head("model", _labels),
    "ForTokenClassification": Head("model", _labels),
}

FAMILIES = {
    "t5gemma": Family(t5gemma, {**HEADS, "EncoderModel": Head("", nothing)}),
    "t5gemma2": Family(t5gemma2, HEADS),
}
