"""Music from a description: MusicGen.

In: keys of such a config. Out: bodies and heads. T5 reads the words, a decoder writes
several code books at once, and EnCodec makes a wave of them.
Source: Copet et al. 2023, arXiv:2306.05284.
"""

from __future__ import annotations

from tabfit.architectures.build import family_of
from tabfit.architectures.config_keys import Keys
from tabfit.architectures.decoders.gpt2 import equal_heads
from tabfit.architectures.encoder_decoders.bart import OUT_NAMES
from tabfit.architectures.encoder_decoders.t5 import T5_INPUT
from tabfit.architectures.family import Asked, Body, Ending, Family, Head
from tabfit.architectures.heads import nothing
from tabfit.architectures.registry import FAMILIES as KNOWN
from tabfit.errors import Quoted
from tabfit.i18n.language import Message
from tabfit.light_dataclass import replace
from tabfit.model.architecture import Kind, Tower
from tabfit.model.blocks.attention import NO_BIASES, across, attention
from tabfit.model.blocks.block import Block, joined, placed, stacked, tensors_of
from tabfit.model.blocks.feed_forward import plain
from tabfit.model.blocks.linear import embedding, linear, norm
from tabfit.model.tensors import Part, Role

MOST_BOOKS = 64


def musicgen_decoder(asked: Asked) -> Body:
    """Return the decoder: a table for each code book, layers that look at the words."""
    keys, at = asked.keys, asked.at
    at = f"{at}decoder."
    hidden, rows = keys.whole("hidden_size"), keys.rows("vocab_size") + 1
    heads = equal_heads(keys, "hidden_size", "num_attention_heads")
    normed = norm(hidden, bias=True)
    own, looks = (
        attention(hidden, heads, names=OUT_NAMES, bias=NO_BIASES, keeps=kept)
        for kept in (None, (across(heads, T5_INPUT),))
    )
    layer = joined(
        {
            "self_attn": own,
            "self_attn_layer_norm": normed,
            "encoder_attn": looks,
            "encoder_attn_layer_norm": normed,
            "": plain(hidden, keys.whole("ffn_dim"), names=("fc1", "fc2"), bias=False),
            "final_layer_norm": normed,
        }
    )
    stack = stacked(f"{at}layers", (layer,) * keys.layers("num_hidden_layers"))
    parts = {f"embed_tokens.{number}": embedding(rows, hidden) for number in range(_books(keys))}
    around = placed(at.removesuffix("."), joined({**parts, "layer_norm": normed}))
    positions = keys.rows("max_position_embeddings")
    tower = Tower(part=Part.DECODER, hidden=hidden, layers=stack.layers, positions=positions)
    return Body(
        kind=Kind.DECODER,
        tensors=tensors_of(around, stack.tensors),
        towers=(tower,),
        hidden=hidden,
        vocabulary=keys.rows("vocab_size"),
    )


def _books(keys: Keys) -> int:
    return keys.whole("num_codebooks", most=MOST_BOOKS)


def _every_book(keys: Keys, hidden: int, at: str = "") -> Ending:
    rows = keys.rows("vocab_size")
    head = linear(hidden, rows, Role.HEAD)
    parts = {f"lm_heads.{number}": head for number in range(_books(keys))}
    return Ending(placed(at, joined(parts)), rows)


def _written(keys: Keys, body: Body) -> Ending:
    """Return an output layer for each code book."""
    return _every_book(keys, body.hidden)


def musicgen(asked: Asked) -> Body:
    """Return all three models, and what brings words to the decoder's width."""
    words = _inner(asked, "text_encoder", "text_encoder.", "EncoderModel")
    sounds = _inner(asked, "audio_encoder", "audio_encoder.", "Model")
    inner = asked.part("decoder", "decoder.model.", "musicgen_decoder")
    writes = musicgen_decoder(inner)
    heads = _every_book(inner.keys, writes.hidden, "decoder")
    across_from = inner.keys.maybe("cross_attention_hidden_size")
    bridge = Block(())
    if words.hidden != writes.hidden and across_from is None:
        bridge = linear(words.hidden, writes.hidden, Role.PROJECTION, bias=True)
    tensors = tensors_of(
        words.tensors,
        sounds.tensors,
        placed("enc_to_dec_proj", bridge, Part.PROJECTOR),
        writes.tensors,
        heads.tensors,
    )
    return replace(
        writes,
        kind=Kind.ENCODER_DECODER,
        tensors=tensors,
        towers=words.towers + writes.towers + sounds.towers,
    )


def _inner(asked: Asked, key: str, at: str, head: str) -> Body:
    inner = asked.part(key, at)
    kind = inner.keys.type
    if kind not in KNOWN:
        raise asked.keys.fault(
            f"{key}.model_type", Message("is {given}, which is not known", given=Quoted(kind))
        )
    family = family_of(kind)
    chosen = head if head in family.heads else "Model"
    return family.body(Asked(inner.keys, inner.at, chosen))


def _rows_written(keys: Keys, body: Body) -> Ending:
    del keys
    return Ending((), body.vocabulary)


FAMILIES = {
    "musicgen": Family(musicgen, {"ForConditionalGeneration": Head("", _rows_written)}),
    "musicgen_decoder": Family(
        musicgen_decoder, {"ForCausalLM": Head("model", _written), "Model": Head("", nothing)}
    ),
}
