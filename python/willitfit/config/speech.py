"""Speech: an encoder over audio frames, and where text comes out a decoder that looks at it.

In: keys of a speech config. Out: bodies and the heads their classes add.
"""

from __future__ import annotations

from willitfit.architecture import KeyValue, Kind, Tower
from willitfit.blocks.attention import Biases, Heads, Names, across, attention
from willitfit.blocks.block import Block, joined, placed, stacked, tensors_of, vector
from willitfit.blocks.feed_forward import plain
from willitfit.blocks.linear import convolution, embedding, linear, norm
from willitfit.config.gpt import equal_heads
from willitfit.config.heads import nothing
from willitfit.config.keys import Keys
from willitfit.config.model import Asked, Body, Ending, Family, Head, tied_to_table
from willitfit.tensors import Part, Role, Tensor

WHISPER_NAMES = Names(output="out_proj")
WHISPER_BIASES = Biases(query=True, value=True, output=True)


def whisper(asked: Asked) -> Body:
    """Return Whisper: audio is read once, text is written token by token."""
    keys, at = asked.keys, asked.at
    hears, heard = _hearing(keys, at + "encoder.")
    writes, written = _writing(keys, at + "decoder.")
    with_encoder = asked.head != "ForCausalLM"
    return Body(
        kind=Kind.ENCODER_DECODER if with_encoder else Kind.DECODER,
        tensors=(heard if with_encoder else ()) + written,
        towers=(hears, writes) if with_encoder else (writes,),
        hidden=keys.whole("d_model"),
        vocabulary=keys.rows("vocab_size"),
        table=at + "decoder.embed_tokens.weight",
        tied=keys.flag("tie_word_embeddings"),
    )


def _hearing(keys: Keys, at: str) -> tuple[Tower, tuple[Tensor, ...]]:
    """Return Whisper's encoder: two convolutions over a spectrogram, then layers."""
    hidden, positions = keys.whole("d_model"), keys.rows("max_source_positions")
    heads = equal_heads(keys, "d_model", "encoder_attention_heads")
    layer = _whisper_layer(hidden, heads, keys.whole("encoder_ffn_dim"), keeps=())
    stack = stacked(at + "layers", (layer,) * keys.layers("encoder_layers"), Part.AUDIO)
    front = joined(
        {
            "conv1": convolution(keys.whole("num_mel_bins"), hidden, 3),
            "conv2": convolution(hidden, hidden, 3),
            "embed_positions": embedding(positions, hidden, Role.POSITION),
        }
    )
    tensors = tensors_of(
        placed(at.removesuffix("."), front, Part.AUDIO),
        stack.tensors,
        placed(at + "layer_norm", norm(hidden, bias=True), Part.AUDIO),
    )
    return Tower(part=Part.AUDIO, hidden=hidden, layers=stack.layers, positions=positions), tensors


def _writing(keys: Keys, at: str) -> tuple[Tower, tuple[Tensor, ...]]:
    """Return Whisper's decoder: it looks at its own text and at the encoder's output."""
    hidden, positions = keys.whole("d_model"), keys.rows("max_target_positions")
    heads = equal_heads(keys, "d_model", "decoder_attention_heads")
    look = across(heads, keys.rows("max_source_positions"))
    layer = _whisper_layer(
        hidden, heads, keys.whole("decoder_ffn_dim"), keeps=(heads.kept(),), looks=look
    )
    stack = stacked(at + "layers", (layer,) * keys.layers("decoder_layers"))
    front = joined(
        {
            "embed_tokens": embedding(keys.rows("vocab_size"), hidden),
            "embed_positions": embedding(positions, hidden, Role.POSITION),
        }
    )
    tensors = tensors_of(
        placed(at.removesuffix("."), front),
        stack.tensors,
        placed(at + "layer_norm", norm(hidden, bias=True)),
    )
    return Tower(
        part=Part.DECODER, hidden=hidden, layers=stack.layers, positions=positions
    ), tensors


def _whisper_layer(
    hidden: int,
    heads: Heads,
    inner: int,
    *,
    keeps: tuple[KeyValue, ...],
    looks: KeyValue | None = None,
) -> Block:
    normed = norm(hidden, bias=True)
    own = attention(hidden, heads, names=WHISPER_NAMES, bias=WHISPER_BIASES, keeps=keeps)
    parts = {"self_attn": own, "self_attn_layer_norm": normed}
    if looks is not None:
        other = attention(hidden, heads, names=WHISPER_NAMES, bias=WHISPER_BIASES, keeps=(looks,))
        parts |= {"encoder_attn": other, "encoder_attn_layer_norm": normed}
    parts |= {"": plain(hidden, inner, names=("fc1", "fc2")), "final_layer_norm": normed}
    return joined(parts)


def _text(keys: Keys, body: Body) -> Ending:
    del keys
    layer = linear(body.hidden, body.vocabulary, Role.HEAD)
    return Ending(tied_to_table(layer, "proj_out", body), body.vocabulary)


def whisper_encoder(asked: Asked) -> Body:
    """Return Whisper's encoder alone, as its audio classifier has it."""
    keys = asked.keys
    tower, tensors = _hearing(keys, asked.at)
    return Body(kind=Kind.ENCODER, tensors=tensors, towers=(tower,), hidden=tower.hidden)


def _sound_labels(keys: Keys, body: Body) -> Ending:
    labels, width = keys.labels(), keys.whole("classifier_proj_size")
    parts = {
        "projector": linear(body.hidden, width, Role.PROJECTION, bias=True),
        "classifier": linear(width, labels, Role.HEAD, bias=True),
    }
    if keys.flag("use_weighted_layer_sum"):
        weights = vector("layer_weights", keys.layers("encoder_layers") + 1, Role.OTHER)
        parts = {"": weights, **parts}
    return Ending(placed("", joined(parts), Part.AUDIO), labels)


def _whole_or_encoder(asked: Asked) -> Body:
    return whisper_encoder(asked) if asked.head == "ForAudioClassification" else whisper(asked)


FAMILIES = {
    "whisper": Family(
        _whole_or_encoder,
        {
            "ForConditionalGeneration": Head("model", _text),
            "Model": Head("", nothing),
            "ForCausalLM": Head("model", _text),
            "ForAudioClassification": Head("encoder", _sound_labels),
        },
    ),
}
