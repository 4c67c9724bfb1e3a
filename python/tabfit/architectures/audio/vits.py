"""VITS, the voices of MMS: text in, a wave out, in one pass.

In: keys of such a config. Out: a body.
Source: Kim et al. 2021, arXiv:2106.06103.
"""

from __future__ import annotations

from tabfit.architectures.config_keys import Keys
from tabfit.architectures.decoders.gpt2 import equal_heads
from tabfit.architectures.encoder_decoders.bart import OUT_NAMES
from tabfit.architectures.family import Asked, Body, Family, Head
from tabfit.architectures.heads import nothing
from tabfit.i18n.language import Message
from tabfit.model.architecture import Kind, Tower
from tabfit.model.blocks.attention import Biases, attention
from tabfit.model.blocks.block import EMPTY, Block, array, beside, joined, placed, stacked
from tabfit.model.blocks.feed_forward import widened
from tabfit.model.blocks.linear import convolution, embedding, norm
from tabfit.model.tensors import Part, Role

#: More flows, layers of a wavenet or kernels than any voice has.
MOST_PARTS = 64
MOST_KERNEL = 4096


def vits(asked: Asked) -> Body:
    """Return VITS: a text encoder, how long each sound is, a flow, and a vocoder."""
    keys, at = asked.keys, asked.at
    hidden, vocabulary = keys.whole("hidden_size"), keys.rows("vocab_size")
    layers = (_layer(keys, hidden),) * keys.layers("num_hidden_layers")
    stack = stacked(at + "text_encoder.encoder.layers", layers, Part.ENCODER)
    table = placed(at + "text_encoder.embed_tokens", embedding(vocabulary, hidden), Part.ENCODER)
    speaks = {
        "text_encoder.project": convolution(hidden, 2 * keys.whole("flow_size"), 1),
        "flow": _flow(keys, hidden),
        "decoder": _vocoder(keys),
        "duration_predictor": _durations(keys, hidden),
        "embed_speaker": _speakers(keys),
        "posterior_encoder": _posterior(keys, hidden),
    }
    return Body(
        kind=Kind.ENCODER,
        tensors=table + stack.tensors + placed(at.removesuffix("."), joined(speaks), Part.AUDIO),
        towers=(Tower(part=Part.ENCODER, hidden=hidden, layers=stack.layers),),
        hidden=hidden,
        vocabulary=vocabulary,
        table=table[0].name,
    )


def _layer(keys: Keys, hidden: int) -> Block:
    heads = equal_heads(keys, "hidden_size", "num_attention_heads")
    biased, window = keys.flag("use_bias"), keys.whole("window_size", least=0, most=MOST_KERNEL)
    own = attention(
        hidden, heads, names=OUT_NAMES, bias=Biases(biased, biased, biased, biased), keeps=()
    )
    shape = (1, 2 * window + 1, heads.width)
    places = (array(f"emb_rel_{kind}", shape, Role.ATTENTION_OTHER) for kind in ("k", "v"))
    inner, kernel = keys.whole("ffn_dim"), keys.whole("ffn_kernel_size", most=MOST_KERNEL)
    feeds = {
        "conv_1": convolution(hidden, inner, kernel),
        "conv_2": convolution(inner, hidden, kernel),
    }
    return joined(
        {
            "attention": beside(own, *places) if window else own,
            "layer_norm": norm(hidden, bias=True),
            "feed_forward": widened(feeds, inner),
            "final_layer_norm": norm(hidden, bias=True),
        }
    )


def _speakers(keys: Keys) -> Block:
    count = keys.rows("num_speakers", least=0)
    return embedding(count, _speaker_width(keys)) if count > 1 else EMPTY


def _speaker_width(keys: Keys) -> int:
    return keys.whole("speaker_embedding_size", least=0)


def _weighed(read: int, written: int, kernel: int = 1) -> Block:
    """Return a convolution whose weight is held as direction and length."""
    normed = "parametrizations.weight.original"
    weight, bias = convolution(read, written, kernel).tensors
    return beside(
        Block((bias,)),
        array(f"{normed}0", (written, 1, 1), Role.CONVOLUTION),
        array(f"{normed}1", weight.shape, Role.CONVOLUTION),
    )


def _wavenet(keys: Keys, hidden: int, count: int) -> Block:
    kernel, width = keys.whole("wavenet_kernel_size", most=MOST_KERNEL), _speaker_width(keys)
    parts = {"cond_layer": _weighed(width, 2 * hidden * count)} if width else {}
    for number in range(count):
        parts[f"in_layers.{number}"] = _weighed(hidden, 2 * hidden, kernel)
        written = hidden if number == count - 1 else 2 * hidden
        parts[f"res_skip_layers.{number}"] = _weighed(hidden, written)
    return joined(parts)


def _flow(keys: Keys, hidden: int) -> Block:
    half = keys.whole("flow_size", least=2) // 2
    count = keys.whole("prior_encoder_num_wavenet_layers", most=MOST_PARTS)
    one = joined(
        {
            "conv_pre": convolution(half, hidden, 1),
            "wavenet": _wavenet(keys, hidden, count),
            "conv_post": convolution(hidden, half, 1),
        }
    )
    flows = keys.whole("prior_encoder_num_flows", least=0, most=MOST_PARTS)
    return joined({f"flows.{number}": one for number in range(flows)})


def _posterior(keys: Keys, hidden: int) -> Block:
    count = keys.whole("posterior_encoder_num_wavenet_layers", most=MOST_PARTS)
    return joined(
        {
            "conv_pre": convolution(keys.whole("spectrogram_bins"), hidden, 1),
            "wavenet": _wavenet(keys, hidden, count),
            "conv_proj": convolution(hidden, 2 * keys.whole("flow_size"), 1),
        }
    )


def _few(keys: Keys, key: str) -> tuple[int, ...]:
    given = keys.wholes(key, least=1, most=MOST_KERNEL) or ()
    if not 1 <= len(given) <= MOST_PARTS:
        raise keys.fault(key, Message("needs from 1 to {most} entries", most=MOST_PARTS))
    return given


def _vocoder(keys: Keys) -> Block:
    """Return HiFi-GAN: each step makes the wave longer and has half the channels."""
    first, kernels = keys.whole("upsample_initial_channel"), _few(keys, "upsample_kernel_sizes")
    count = min(len(kernels), len(_few(keys, "upsample_rates")))
    widths = [first // 2**step for step in range(count + 1)]
    if widths[-1] == 0:
        raise keys.fault(
            "upsample_initial_channel", Message("is too small for {count} halvings", count=count)
        )
    parts = {"conv_pre": convolution(keys.whole("flow_size"), first, 7)}
    for step in range(count):
        turned = convolution(widths[step + 1], widths[step], kernels[step], bias=False)
        bias = convolution(1, widths[step + 1], 1).tensors[1]
        parts[f"upsampler.{step}"] = Block((*turned.tensors, bias))
    repairs = [block for width in widths[1:] for block in _repairs(keys, width)]
    parts |= {f"resblocks.{number}": block for number, block in enumerate(repairs)}
    parts["conv_post"] = convolution(widths[-1], 1, 7, bias=False)
    speaker = _speaker_width(keys)
    return joined({**parts, "cond": convolution(speaker, first, 1) if speaker else EMPTY})


def _repairs(keys: Keys, width: int) -> list[Block]:
    """Return one block per kernel, with a pair of convolutions per dilation."""
    dilations = keys.sequence("resblock_dilation_sizes") or ()
    blocks = []
    for kernel, steps in zip(_few(keys, "resblock_kernel_sizes"), dilations, strict=False):
        if not isinstance(steps, (list, tuple)) or len(steps) > MOST_PARTS:
            raise keys.fault("resblock_dilation_sizes", Message("needs short lists in a list"))
        same = convolution(width, width, kernel)
        names = (
            f"{kind}.{number}" for kind in ("convs1", "convs2") for number in range(len(steps))
        )
        blocks.append(joined(dict.fromkeys(names, same)))
    return blocks


def _durations(keys: Keys, hidden: int) -> Block:
    """Return what says how long each sound is: sampled from a flow, or told at once."""
    kernel = keys.whole("duration_predictor_kernel_size", most=MOST_KERNEL)
    speaker = _speaker_width(keys)
    told = convolution(speaker, hidden, 1) if speaker else EMPTY
    if not keys.flag("use_stochastic_duration_prediction"):
        return joined({**_told(keys, hidden, kernel), "cond": told})
    separable, point = _separable(keys, hidden, kernel), convolution(hidden, hidden, 1)
    flows = _sampled(keys, hidden, separable)
    return joined(
        {
            "conv_pre": point,
            "conv_proj": point,
            "conv_dds": separable,
            "cond": told,
            "flows": flows,
            "post_conv_pre": convolution(1, hidden, 1),
            "post_conv_proj": point,
            "post_conv_dds": separable,
            "post_flows": flows,
        }
    )


def _told(keys: Keys, hidden: int, kernel: int) -> dict[str, Block]:
    inner = keys.whole("duration_predictor_filter_channels")
    return {
        "conv_1": convolution(hidden, inner, kernel),
        "norm_1": norm(inner, bias=True),
        "conv_2": convolution(inner, inner, kernel),
        "norm_2": norm(inner, bias=True),
        "proj": convolution(inner, 1, 1),
    }


def _separable(keys: Keys, hidden: int, kernel: int) -> Block:
    each, normed = convolution(hidden, hidden, kernel, groups=hidden), norm(hidden, bias=True)
    kinds = {
        "convs_dilated": each,
        "convs_pointwise": convolution(hidden, hidden, 1),
        "norms_1": normed,
        "norms_2": normed,
    }
    count = keys.whole("depth_separable_num_layers", least=0, most=MOST_PARTS)
    return joined({f"{name}.{n}": block for name, block in kinds.items() for n in range(count)})


def _sampled(keys: Keys, hidden: int, separable: Block) -> Block:
    """Return an affine step and the flows behind it."""
    channels = keys.whole("depth_separable_channels", least=2)
    half, bins = channels // 2, keys.whole("duration_predictor_flow_bins")
    one = joined(
        {
            "conv_pre": convolution(half, hidden, 1),
            "conv_dds": separable,
            "conv_proj": convolution(hidden, half * (3 * bins - 1), 1),
        }
    )
    affine = (array(name, (channels, 1), Role.OTHER) for name in ("translate", "log_scale"))
    count = keys.whole("duration_predictor_num_flows", least=0, most=MOST_PARTS)
    return joined({"0": beside(*affine), **{str(n + 1): one for n in range(count)}})


FAMILIES = {"vits": Family(vits, {"Model": Head("", nothing)})}
