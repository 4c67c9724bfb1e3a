"""Pictures read aloud: a tower that sees beside a decoder that writes (TrOCR, captions, Donut).

In: keys of a config that names both halves. Out: bodies and heads.
Source: Li et al. 2021, arXiv:2109.10282.
"""

from __future__ import annotations

from tabfit.architectures.build import family_of
from tabfit.architectures.config_keys import Keys
from tabfit.architectures.decoders.gpt2 import equal_heads
from tabfit.architectures.encoder_decoders.bart import looking_layer
from tabfit.architectures.family import Asked, Body, Ending, Family, Head, tied_to_table
from tabfit.architectures.registry import FAMILIES as KNOWN
from tabfit.architectures.vision.patches.vision_encoders import part_body
from tabfit.errors import Quoted
from tabfit.i18n.language import Message
from tabfit.light_dataclass import replace
from tabfit.model.architecture import Kind, Tower
from tabfit.model.blocks.attention import across
from tabfit.model.blocks.block import Block, joined, placed, stacked
from tabfit.model.blocks.linear import embedding, linear, norm
from tabfit.model.tensors import Part, Role, Tensor

#: What the classes that write are called.
WRITERS = ("ForCausalLM", "LMHeadModel")


def trocr(asked: Asked) -> Body:
    """Return TrOCR's decoder: BART's, reading states of any width."""
    keys, at = asked.keys, f"{asked.at}decoder."
    hidden, positions = keys.whole("d_model"), keys.rows("max_position_embeddings")
    vocabulary = keys.rows("vocab_size")
    table = placed(f"{at}embed_tokens", embedding(vocabulary, hidden))
    around = {}
    if keys.flag("use_learned_position_embeddings"):
        around["embed_positions"] = embedding(positions + 2, hidden, Role.POSITION)
    if keys.flag("layernorm_embedding"):
        around["layernorm_embedding"] = norm(hidden, bias=True)
    blocks = (_trocr_layer(keys, positions),) * keys.layers("decoder_layers")
    stack = stacked(f"{at}layers", blocks)
    tower = Tower(part=Part.DECODER, hidden=hidden, layers=stack.layers, positions=positions)
    return Body(
        kind=Kind.DECODER,
        tensors=table + placed(at.removesuffix("."), joined(around)) + stack.tensors,
        towers=(tower,),
        hidden=hidden,
        vocabulary=vocabulary,
        table=table[0].name,
        tied=keys.flag("tie_word_embeddings"),
    )


def _trocr_layer(keys: Keys, positions: int) -> Block:
    hidden, heads = keys.whole("d_model"), equal_heads(keys, "d_model", "decoder_attention_heads")
    return looking_layer(
        hidden,
        heads,
        keys.whole("decoder_ffn_dim"),
        keeps=(heads.kept(),),
        looks=across(heads, positions),
        source=keys.maybe("cross_attention_hidden_size"),
    )


def _projected(keys: Keys, body: Body) -> Ending:
    del keys
    rows = linear(body.hidden, body.vocabulary, Role.HEAD)
    return Ending(tied_to_table(rows, "output_projection", body), body.vocabulary)


def seen_and_written(asked: Asked) -> Body:
    """Return the tower, the decoder with its output layer, and what lies between them."""
    sees = part_body(asked, "encoder", f"{asked.at}encoder.")
    writes, answer = _writer(asked)
    keys = asked.keys.child("decoder")
    between: tuple[Tensor, ...] = ()
    if sees.hidden != writes.hidden and keys.maybe("cross_attention_hidden_size") is None:
        widens = linear(sees.hidden, writes.hidden, Role.PROJECTION, bias=True)
        between = placed(f"{asked.at}enc_to_dec_proj", widens)
    return replace(
        writes,
        kind=Kind.ENCODER_DECODER,
        tensors=sees.tensors + writes.tensors + answer + between,
        towers=sees.towers + writes.towers,
    )


def _writer(asked: Asked) -> tuple[Body, tuple[Tensor, ...]]:
    """Return the decoder's body, and its output layer under the decoder's name."""
    at = f"{asked.at}decoder."
    inner = asked.part("decoder", "")
    kind = inner.keys.type
    if kind not in KNOWN:
        raise asked.keys.fault(
            "decoder.model_type", Message("is {given}, which is not known", given=Quoted(kind))
        )
    family = family_of(kind)
    ending = next((name for name in WRITERS if name in family.heads), None)
    if ending is None:
        raise asked.keys.fault(
            "decoder.model_type", Message("is {given}, which writes no text", given=kind)
        )
    head = family.heads[ending]
    body = family.body(Asked(inner.keys, at + (f"{head.at}." if head.at else ""), ending))
    answer = head.ending(inner.keys, body)
    return body, tuple(replace(t, name=at + t.name) for t in answer.tensors)


def _words(keys: Keys, body: Body) -> Ending:
    """Return nothing more: the decoder brought its output layer with it."""
    del keys
    return Ending((), body.vocabulary)


FAMILIES = {
    "trocr": Family(trocr, {"ForCausalLM": Head("model", _projected)}),
    "vision-encoder-decoder": Family(seen_and_written, {"EncoderDecoderModel": Head("", _words)}),
}
