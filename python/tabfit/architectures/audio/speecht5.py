"""Speech from text, text from speech, and the voice itself: SpeechT5 and HiFi-GAN.

In: keys of such a config. Out: bodies and heads.
Sources: Ao et al. 2021, arXiv:2110.07205; Kong et al. 2020, arXiv:2010.05646.
"""

from __future__ import annotations

from itertools import pairwise

from tabfit.architectures.audio.wav2vec2 import waves_read
from tabfit.architectures.config_keys import MOST_LAYERS, Keys
from tabfit.architectures.decoders.gpt2 import equal_heads
from tabfit.architectures.encoder_decoders.bart import OUT_NAMES
from tabfit.architectures.family import Asked, Body, Ending, Family, Head
from tabfit.architectures.heads import nothing
from tabfit.architectures.vision.convolutions.stages import stage_list
from tabfit.i18n.language import Message
from tabfit.light_dataclass import replace
from tabfit.model.architecture import Kind, Tower
from tabfit.model.blocks.attention import ALL_BIASED, across, attention
from tabfit.model.blocks.block import (
    Block,
    Stack,
    array,
    beside,
    joined,
    placed,
    stacked,
    tensors_of,
    vector,
)
from tabfit.model.blocks.feed_forward import plain
from tabfit.model.blocks.linear import (
    batch_norm,
    convolution,
    embedding,
    linear,
    norm,
    transposed_convolution,
)
from tabfit.model.tensors import Part, Role

FEEDS = ("intermediate_dense", "output_dense")
MOST_KERNEL = 4096

#: Which of the four front parts a class puts before the encoder and before the decoder.
FRONTS = {
    "ForTextToSpeech": ("text", "speech"),
    "ForSpeechToText": ("speech", "text"),
    "ForSpeechToSpeech": ("speech", "speech"),
    "Model": ("", ""),
}


def speecht5(asked: Asked) -> Body:
    """Return both halves behind the front parts that the class asks for."""
    keys, at = asked.keys, asked.at
    reads, writes = FRONTS[asked.head]
    hidden = keys.whole("hidden_size")
    fronts = (
        (f"{at}encoder.prenet", _front(keys, reads, writes=False), Part.ENCODER),
        (
            f"{at}decoder.prenet",
            _front(keys, writes, writes=True),
            Part.DECODER,
        ),
    )
    encodes, decodes = _encoder(keys, f"{at}encoder."), _decoder(keys, f"{at}decoder.")
    tensors = tensors_of(
        *(placed(name, block, part) for name, block, part in fronts),
        encodes.tensors,
        decodes.tensors,
    )
    read, written = (
        keys.rows("max_speech_positions" if kind == "speech" else "max_text_positions")
        for kind in (reads, writes)
    )
    towers = (
        Tower(part=Part.ENCODER, hidden=hidden, layers=encodes.layers, positions=read),
        Tower(part=Part.DECODER, hidden=hidden, layers=decodes.layers, positions=written),
    )
    return Body(
        kind=Kind.ENCODER_DECODER,
        tensors=tensors,
        towers=towers,
        hidden=hidden,
        vocabulary=keys.rows("vocab_size"),
        table=f"{at}decoder.prenet.embed_tokens.weight",
        tied=keys.flag("tie_word_embeddings"),
    )


def _encoder(keys: Keys, at: str) -> Stack:
    hidden, heads = (
        keys.whole("hidden_size"),
        equal_heads(keys, "hidden_size", "encoder_attention_heads"),
    )
    normed = norm(hidden, bias=True)
    layer = joined(
        {
            "attention": attention(hidden, heads, names=OUT_NAMES, bias=ALL_BIASED, keeps=()),
            "layer_norm": normed,
            "feed_forward": plain(hidden, keys.whole("encoder_ffn_dim"), names=FEEDS),
            "final_layer_norm": normed,
        }
    )
    far = keys.whole("encoder_max_relative_position")
    around = {
        "layer_norm": normed,
        "embed_positions.pe_k": embedding(2 * far, heads.width, Role.POSITION),
    }
    name = f"{at}wrapped_encoder"
    blocks = (layer,) * keys.layers("encoder_layers")
    stack = stacked(f"{name}.layers", blocks, Part.ENCODER)
    return replace(stack, tensors=placed(name, joined(around), Part.ENCODER) + stack.tensors)


def _decoder(keys: Keys, at: str) -> Stack:
    hidden = keys.whole("hidden_size")
    heads = equal_heads(keys, "hidden_size", "decoder_attention_heads")
    normed = norm(hidden, bias=True)
    seen = across(heads, keys.rows("max_speech_positions"))
    layer = joined(
        {
            "self_attn": attention(hidden, heads, names=OUT_NAMES, bias=ALL_BIASED),
            "self_attn_layer_norm": normed,
            "encoder_attn": attention(
                hidden, heads, names=OUT_NAMES, bias=ALL_BIASED, keeps=(seen,)
            ),
            "encoder_attn_layer_norm": normed,
            "feed_forward": plain(hidden, keys.whole("decoder_ffn_dim"), names=FEEDS),
            "final_layer_norm": normed,
        }
    )
    blocks = (layer,) * keys.layers("decoder_layers")
    return stacked(f"{at}wrapped_decoder.layers", blocks)


def _front(keys: Keys, kind: str, *, writes: bool) -> Block:
    """Return what turns text or speech into vectors."""
    hidden = keys.whole("hidden_size")
    words = {"embed_tokens": embedding(keys.rows("vocab_size"), hidden)}
    places = {"encode_positions": array("alpha", (), Role.POSITION)}
    if kind == "text":
        return joined(words if writes else words | places)
    if kind == "speech":
        return joined({"": _spoken(keys, hidden), **places}) if writes else waves_read(keys)
    return Block(())


def _spoken(keys: Keys, hidden: int) -> Block:
    """Return what reads the frames said so far, and whose voice it is."""
    units = keys.whole("speech_decoder_prenet_units")
    count = keys.layers("speech_decoder_prenet_layers", least=0)
    widths = pairwise((keys.whole("num_mel_bins"), *[units] * count))
    voice = keys.whole("speaker_embedding_dim") + hidden
    return joined(
        {
            **{
                f"layers.{number}": linear(read, written, Role.PROJECTION, bias=True)
                for number, (read, written) in enumerate(widths)
            },
            "final_layer": linear(units, hidden, Role.PROJECTION, bias=True),
            "speaker_embeds_layer": linear(voice, hidden, Role.PROJECTION, bias=True),
        }
    )


def _frames(keys: Keys, body: Body) -> Ending:
    """Return the frames of a spectrogram, where it ends, and convolutions that refine it."""
    pitches, at_once = keys.whole("num_mel_bins"), keys.whole("reduction_factor", most=64)
    count = keys.layers("speech_decoder_postnet_layers", least=0)
    units = keys.whole("speech_decoder_postnet_units")
    kernel = keys.whole("speech_decoder_postnet_kernel", most=MOST_KERNEL)
    parts = {
        "feat_out": linear(body.hidden, pitches * at_once, Role.HEAD, bias=True),
        "prob_out": linear(body.hidden, at_once, Role.HEAD, bias=True),
    }
    for number in range(count):
        read = pitches if number == 0 else units
        written = pitches if number == count - 1 else units
        parts[f"layers.{number}.conv"] = convolution(read, written, kernel, bias=False)
        parts[f"layers.{number}.batch_norm"] = batch_norm(written)
    return Ending(placed("speech_decoder_postnet", joined(parts)), pitches)


def _words(keys: Keys, body: Body) -> Ending:
    del keys
    (head,) = placed(
        "text_decoder_postnet.lm_head", linear(body.hidden, body.vocabulary, Role.HEAD)
    )
    return Ending((replace(head, tied_to=body.table if body.tied else None),), body.vocabulary)


def hifigan(asked: Asked) -> Body:
    """Return HiFi-GAN: a spectrogram made longer step by step until it is a wave."""
    keys, at = asked.keys, asked.at
    first, read = keys.whole("upsample_initial_channel"), keys.whole("model_in_dim")
    rates = stage_list(keys, "upsample_rates", most=MOST_KERNEL)
    kernels = stage_list(keys, "upsample_kernel_sizes", len(rates), most=MOST_KERNEL)
    parts = {
        "": beside(
            vector("mean", read, Role.OTHER, buffer=True),
            vector("scale", read, Role.OTHER, buffer=True),
        ),
        "conv_pre": convolution(read, first, 7),
    }
    number, width = 0, first
    for step, kernel in enumerate(kernels):
        parts[f"upsampler.{step}"] = transposed_convolution(width, width // 2, kernel)
        width //= 2
        if not width:
            raise keys.fault(
                "upsample_initial_channel",
                Message("is {given}; it is halved {count} times", given=first, count=step + 1),
            )
        for block in _residuals(keys, width):
            parts[f"resblocks.{number}"] = block
            number += 1
    parts["conv_post"] = convolution(width, 1, 7)
    tensors = placed(at.removesuffix("."), joined(parts), Part.AUDIO)
    tower = Tower(part=Part.AUDIO, hidden=first, layers=())
    return Body(kind=Kind.ENCODER, tensors=tensors, towers=(tower,), hidden=first)


def _residuals(keys: Keys, width: int) -> list[Block]:
    """Return what refines one step: for every kernel, pairs of convolutions."""
    kernels = stage_list(keys, "resblock_kernel_sizes", most=MOST_KERNEL)
    listed = keys.sequence("resblock_dilation_sizes") or ()
    blocks = []
    for kernel, dilations in zip(kernels, listed, strict=False):
        if not isinstance(dilations, (list, tuple)) or len(dilations) > MOST_LAYERS:
            raise keys.fault("resblock_dilation_sizes", Message("needs a list of lists"))
        cut = convolution(width, width, kernel)
        names = [f"convs{half}.{n}" for half in (1, 2) for n in range(len(dilations))]
        blocks.append(joined(dict.fromkeys(names, cut)))
    return blocks


FAMILIES = {
    "speecht5": Family(
        speecht5,
        {
            "ForTextToSpeech": Head("speecht5", _frames),
            "ForSpeechToText": Head("speecht5", _words),
            "ForSpeechToSpeech": Head("speecht5", _frames),
            "Model": Head("", nothing),
        },
    ),
    "speecht5_hifigan": Family(hifigan, {"HifiGan": Head("", nothing)}),
}
