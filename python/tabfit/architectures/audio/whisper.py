"""Speech: an encoder over audio frames, and where text comes out a decoder that looks at it.

In: keys of a speech config. Out: bodies and the heads their classes add.
"""

from __future__ import annotations

from tabfit.architectures.config_keys import Keys
from tabfit.architectures.decoders.gpt2 import equal_heads
from tabfit.architectures.encoder_decoders.bart import looking_layer
from tabfit.architectures.family import Asked, Body, Ending, Family, Head, tied_to_table
from tabfit.architectures.heads import nothing
from tabfit.i18n.language import Message
from tabfit.model.architecture import Kind, Tower
from tabfit.model.blocks.attention import Biases, Heads, across, attention, biases
from tabfit.model.blocks.block import Block, joined, placed, stacked, tensors_of, vector
from tabfit.model.blocks.feed_forward import fused_gated, plain
from tabfit.model.blocks.linear import convolution, embedding, linear, norm
from tabfit.model.tensors import Part, Role, Tensor

WHISPER_BIASES = Biases(query=True, value=True, output=True)
#: A hundred columns of the spectrogram a second (WhisperFeatureExtractor: 16 kHz, hops of 160),
#: of which the second convolution keeps every other.
PER_SECOND = 50.0
#: What a second of sound holds, and the strides of Moonshine's three convolutions.
SAMPLES, MOONSHINE_STRIDE = 16_000, 64 * 3 * 2


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
    layer = looking_layer(hidden, heads, keys.whole("encoder_ffn_dim"), bias=WHISPER_BIASES)
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
    tower = Tower(
        part=Part.AUDIO,
        hidden=hidden,
        layers=stack.layers,
        positions=positions,
        per_second=PER_SECOND,
        pads=True,
    )
    return tower, tensors


def _writing(keys: Keys, at: str) -> tuple[Tower, tuple[Tensor, ...]]:
    """Return Whisper's decoder: it looks at its own text and at the encoder's output."""
    hidden, positions = keys.whole("d_model"), keys.rows("max_target_positions")
    heads = equal_heads(keys, "d_model", "decoder_attention_heads")
    look = across(heads, keys.rows("max_source_positions"))
    layer = looking_layer(
        hidden,
        heads,
        keys.whole("decoder_ffn_dim"),
        keeps=(heads.kept(),),
        looks=look,
        bias=WHISPER_BIASES,
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


def moonshine(asked: Asked) -> Body:
    """Return Moonshine: convolutions over the wave, rotated positions, a gated decoder."""
    keys, at = asked.keys, asked.at
    hidden, vocabulary = keys.whole("hidden_size"), keys.rows("vocab_size")
    hears = stacked(at + "encoder.layers", _moonshine_layers(keys, "encoder"), Part.AUDIO)
    writes = stacked(at + "decoder.layers", _moonshine_layers(keys, "decoder"))
    table = placed(at + "decoder.embed_tokens", embedding(vocabulary, hidden))
    positions, ropes = keys.rows("max_position_embeddings"), (hears.layers[0].head_width,)
    reads = Tower(
        part=Part.AUDIO,
        hidden=hidden,
        layers=hears.layers,
        positions=positions,
        rope_widths=ropes,
        per_second=SAMPLES / MOONSHINE_STRIDE,
    )
    says = Tower(
        part=Part.DECODER,
        hidden=hidden,
        layers=writes.layers,
        positions=positions,
        rope_widths=ropes,
    )
    return Body(
        kind=Kind.ENCODER_DECODER,
        tensors=tensors_of(
            placed(at + "encoder", _wave_to_frames(hidden), Part.AUDIO),
            hears.tensors,
            table,
            writes.tensors,
            placed(at + "decoder.norm", norm(hidden)),
        ),
        towers=(reads, says),
        hidden=hidden,
        vocabulary=vocabulary,
        table=table[0].name,
        tied=keys.flag("tie_word_embeddings"),
    )


def _wave_to_frames(hidden: int) -> Block:
    """Return the three convolutions over the wave, their norm, and the encoder's last norm."""
    return joined(
        {
            "conv1": convolution(1, hidden, 127, bias=False),
            "conv2": convolution(hidden, 2 * hidden, 7),
            "conv3": convolution(2 * hidden, hidden, 3),
            "groupnorm": norm(hidden, bias=True),
            "layer_norm": norm(hidden),
        }
    )


def _moonshine_layers(keys: Keys, half: str) -> tuple[Block, ...]:
    hidden, inner = keys.whole("hidden_size"), keys.whole("intermediate_size")
    heads, writes = _moonshine_heads(keys), half == "decoder"
    bias = biases(inputs=keys.flag("attention_bias"), output=False)
    kept = (heads.kept(),) if writes else ()
    parts = {
        "self_attn": attention(hidden, heads, bias=bias, keeps=kept),
        "mlp": _moonshine_feeds(hidden, inner, gated=writes),
        "input_layernorm": norm(hidden),
        "post_attention_layernorm": norm(hidden),
    }
    if writes:
        looks = (across(heads, keys.rows("max_position_embeddings")),)
        parts["encoder_attn"] = attention(hidden, heads, bias=bias, keeps=looks)
        parts["final_layernorm"] = norm(hidden)
    return (joined(parts),) * keys.layers(f"{half}_num_hidden_layers")


def _moonshine_heads(keys: Keys) -> Heads:
    """Return the heads of both halves: transformers gives the decoder the encoder's."""
    count = keys.heads("encoder_num_attention_heads")
    key_values = keys.whole_or("encoder_num_key_value_heads", count)
    width = keys.whole_or("head_dim", keys.whole("hidden_size") // count)
    if count % key_values:
        raise keys.fault(
            "encoder_num_key_value_heads",
            Message("is {given}, of {count} heads", given=key_values, count=count),
        )
    return Heads(queries=count, key_values=key_values, width=width)


def _moonshine_feeds(hidden: int, inner: int, *, gated: bool) -> Block:
    if gated:
        return fused_gated(hidden, inner, names=("fc1", "fc2"), bias=True)
    return plain(hidden, inner, names=("fc1", "fc2"))


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
    "qwen2_audio_encoder": Family(whisper_encoder, {"Encoder": Head("", nothing)}),
    "voxtral_encoder": Family(whisper_encoder, {"Encoder": Head("", nothing)}),
    "moonshine": Family(
        moonshine,
        {"ForConditionalGeneration": Head("model", _text), "Model": Head("", nothing)},
    ),
}
