"""Parakeet: a conformer over a spectrogram, and a score per frame for each piece of a word.

Transducers score what was heard together with what was written, which an LSTM remembers; TDT
also scores how many frames to move on. In: keys of such a config. Out: bodies and heads.
Sources: Gulati et al. 2020, arXiv:2005.08100; Rekesh et al. 2023, arXiv:2305.05084;
Xu et al. 2023, arXiv:2304.06795.
"""

from __future__ import annotations

from collections.abc import Callable

from tabfit.architectures.audio.codecs import recurrence
from tabfit.architectures.config_keys import Keys
from tabfit.architectures.decoders.decoder_layer import read_heads
from tabfit.architectures.family import Asked, Body, Ending, Family, Head
from tabfit.architectures.heads import nothing
from tabfit.i18n.language import Message
from tabfit.model.architecture import Kind, Tower
from tabfit.model.blocks.attention import attention, biases
from tabfit.model.blocks.block import Block, array, beside, joined, placed, stacked, tensors_of
from tabfit.model.blocks.feed_forward import plain
from tabfit.model.blocks.linear import batch_norm, convolution, embedding, linear, norm
from tabfit.model.tensors import Part, Role

MOST_KERNEL = 4096
#: Columns of the spectrogram a second (ParakeetFeatureExtractor: 16 kHz, hops of 160).
COLUMNS = 100.0
NORMS = (
    "norm_feed_forward1",
    "norm_self_att",
    "norm_conv",
    "norm_feed_forward2",
    "norm_out",
)


def encoder(asked: Asked) -> Body:
    """Return the conformer: fewer and fewer frames, then layers."""
    keys, at = asked.keys, asked.at
    hidden = keys.whole("hidden_size")
    stack = stacked(at + "layers", (_layer(keys),) * keys.layers("num_hidden_layers"), Part.AUDIO)
    front = placed(f"{at}subsampling", _shorter(keys, hidden), Part.AUDIO)
    positions = keys.maybe("max_position_embeddings")
    shorter = keys.whole("subsampling_factor", least=2, most=MOST_KERNEL)
    tower = Tower(
        part=Part.AUDIO,
        hidden=hidden,
        layers=stack.layers,
        positions=positions,
        per_second=COLUMNS / shorter,
    )
    return Body(
        kind=Kind.ENCODER,
        tensors=tensors_of(front, stack.tensors),
        towers=(tower,),
        hidden=hidden,
    )


def _shorter(keys: Keys, hidden: int) -> Block:
    """Return convolutions that each shorten time and pitch, numbered with what lies between."""
    channels = keys.whole("subsampling_conv_channels")
    kernel = keys.whole("subsampling_conv_kernel_size", most=MOST_KERNEL)
    times = keys.whole("subsampling_factor", least=2, most=MOST_KERNEL).bit_length() - 1
    stride = keys.whole("subsampling_conv_stride", most=MOST_KERNEL)
    left = keys.whole("num_mel_bins") // stride**times
    if left == 0:
        raise keys.fault(
            "num_mel_bins", Message("leaves nothing after {count} convolutions", count=times)
        )
    parts = {"layers.0": convolution(1, channels, kernel, kernel)}
    for number in range(times - 1):
        each = convolution(channels, channels, kernel, kernel, groups=channels)
        parts[f"layers.{3 * number + 2}"] = each
        parts[f"layers.{3 * number + 3}"] = convolution(channels, channels, 1, 1)
    parts["linear"] = linear(channels * left, hidden, Role.PROJECTION, bias=True)
    return joined(parts)


def _layer(keys: Keys) -> Block:
    """Return a conformer's layer: attention and a convolution between two feed-forward halves."""
    hidden = keys.whole("hidden_size")
    names, bias = ("linear1", "linear2"), keys.flag("attention_bias")
    feed = plain(hidden, keys.whole("intermediate_size"), names=names, bias=bias)
    return joined(
        {
            "feed_forward1": feed,
            "self_attn": _attention(keys, hidden),
            "conv": _convolution(keys, hidden),
            "feed_forward2": feed,
            **dict.fromkeys(NORMS, norm(hidden, bias=True)),
        }
    )


def _attention(keys: Keys, hidden: int) -> Block:
    """Return attention that also scores distances (Transformer-XL)."""
    heads, bias = read_heads(keys), keys.flag("attention_bias")
    own = attention(hidden, heads, bias=biases(inputs=bias), keeps=())
    scores = (
        array(f"bias_{name}", (heads.queries, heads.width), Role.ATTENTION_OTHER) for name in "uv"
    )
    far = linear(hidden, heads.query_outputs, Role.ATTENTION_OTHER)
    return joined({"": beside(own, *scores), "relative_k_proj": far})


def _convolution(keys: Keys, hidden: int) -> Block:
    bias = keys.flag("convolution_bias")
    kernel = keys.whole("conv_kernel_size", most=MOST_KERNEL)
    return joined(
        {
            "pointwise_conv1": convolution(hidden, 2 * hidden, 1, bias=bias),
            "depthwise_conv": convolution(hidden, hidden, kernel, groups=hidden, bias=bias),
            "norm": batch_norm(hidden),
            "pointwise_conv2": convolution(hidden, hidden, 1, bias=bias),
        }
    )


def hears(asked: Asked) -> Body:
    """Return the encoder that a larger config holds."""
    return encoder(asked.part("encoder_config", "encoder.", "parakeet_encoder"))


def _pieces(keys: Keys, body: Body) -> Ending:
    """Return a score per frame for each piece of a word, and for none."""
    pieces = keys.rows("vocab_size")
    return Ending(placed("ctc_head", convolution(body.hidden, pieces, 1), Part.AUDIO), pieces)


def _transducer(durations: Callable[[Keys], int]) -> Callable[[Keys, Body], Ending]:
    """Return the ending of a transducer that scores so many steps beside the pieces."""

    def ending(keys: Keys, body: Body) -> Ending:
        pieces, width = keys.rows("vocab_size"), keys.whole("decoder_hidden_size")
        outputs = pieces + durations(keys)
        parts = {
            "encoder_projector": linear(body.hidden, width, Role.PROJECTION, bias=True),
            "decoder": _remembers(keys, pieces, width),
            "joint.head": linear(width, outputs, Role.HEAD, bias=True),
        }
        return Ending(placed("", joined(parts), Part.AUDIO), outputs)

    return ending


def _remembers(keys: Keys, pieces: int, width: int) -> Block:
    """Return what follows the pieces written so far: a table, an LSTM, a projection."""
    return joined(
        {
            "embedding": embedding(pieces, width),
            "lstm": recurrence(keys.layers("num_decoder_layers"), width),
            "decoder_projector": linear(width, width, Role.PROJECTION, bias=True),
        }
    )


def _steps(keys: Keys) -> int:
    return len(keys.sequence("durations") or ())


def _no_steps(_: Keys) -> int:
    return 0


FAMILIES = {
    "parakeet_rnnt": Family(hears, {"ForRNNT": Head("", _transducer(_no_steps))}),
    "parakeet_tdt": Family(hears, {"ForTDT": Head("", _transducer(_steps))}),
    "parakeet_encoder": Family(encoder, {"Encoder": Head("", nothing)}),
    "parakeet_ctc": Family(hears, {"ForCTC": Head("", _pieces)}),
}
