"""MobileViT 1 and 2: convolutions, with attention over patches between them.

In: keys of such a config. Out: bodies and heads.
Sources: Mehta and Rastegari 2021, arXiv:2110.02178; 2022, arXiv:2206.02680.
"""

from __future__ import annotations

from collections.abc import Sequence

from tabfit.architectures.config_keys import MOST_WIDTH, Keys
from tabfit.architectures.family import Asked, Body, Ending, Family, Head
from tabfit.architectures.heads import nothing
from tabfit.architectures.vision.convolutions.convolutional import counted, inverted, pictured
from tabfit.architectures.vision.convolutions.stages import MOST_DEPTH, stage_list
from tabfit.architectures.vision.patches.vit import OLDER_NAMES, picture_labels
from tabfit.i18n.language import Message
from tabfit.model.blocks.attention import Heads, attention, biases
from tabfit.model.blocks.block import Block, Stack, joined, placed, stacked
from tabfit.model.blocks.feed_forward import widened
from tabfit.model.blocks.linear import convolution, linear, norm
from tabfit.model.tensors import Part, Role

#: How many layers each stage has: two of convolutions, three with attention.
FIRST_DEPTHS, SECOND_DEPTHS = (1, 3, 2, 4, 3), (1, 2)
MOST_KERNEL = 64


def divisible(keys: Keys, width: float, unit: int = 8, least: int | None = None) -> int:
    """Return the nearest multiple of `unit`, never a tenth below."""
    near = max(unit if least is None else least, int(width + unit / 2) // unit * unit)
    near += unit if near < 0.9 * width else 0
    if not 1 <= near <= MOST_WIDTH:
        raise keys.fault("width_multiplier", Message("makes {count} channels", count=near))
    return near


def mobilevit(asked: Asked) -> Body:
    """Return MobileViT: five stages, the last three with attention between convolutions."""
    keys, at = asked.keys, asked.at
    widths = stage_list(keys, "neck_hidden_sizes")
    hidden = stage_list(keys, "hidden_sizes", 3)
    if len(widths) < 7:
        raise keys.fault(
            "neck_hidden_sizes",
            Message("has {count} entries; {count2} are needed", count=len(widths), count2=7),
        )
    stages = [_residuals(keys, at, number, widths, FIRST_DEPTHS) for number in (0, 1)]
    front = {"conv_stem": counted(keys.whole("num_channels"), widths[0], 3)}
    for number, inner in zip((2, 3, 4), hidden, strict=True):
        read, width = widths[number], widths[number + 1]
        name, kernel = f"encoder.layer.{number}", _kernel(keys)
        front[name] = joined(
            {
                "downsampling_layer": _inverted(keys, read, width),
                "conv_kxk": counted(width, width, kernel),
                "conv_1x1.convolution": convolution(width, inner, 1, 1, bias=False),
                "layernorm": norm(inner, bias=True),
                "conv_projection": counted(inner, width),
                "fusion": counted(2 * width, width, kernel),
            }
        )
        blocks = (_layer(keys, inner),) * FIRST_DEPTHS[number]
        stages.append(stacked(f"{at}{name}.transformer.layer", blocks, Part.VISION))
    last = widths[5]
    if asked.head != "ForSemanticSegmentation":
        front["conv_1x1_exp"], last = counted(widths[5], widths[6]), widths[-1]
    return pictured(front, at, stages, last)


def _kernel(keys: Keys) -> int:
    return keys.whole("conv_kernel_size", most=MOST_KERNEL)


def _inverted(keys: Keys, read: int, written: int) -> Block:
    return inverted(read, divisible(keys, round(read * keys.number("expand_ratio"))), written)


def _residuals(
    keys: Keys, at: str, number: int, widths: Sequence[int], depths: Sequence[int]
) -> Stack:
    read, written = widths[number : number + 2]
    first, others = _inverted(keys, read, written), _inverted(keys, written, written)
    blocks = (first, *(others,) * (depths[number] - 1))
    return stacked(f"{at}encoder.layer.{number}.layer", blocks, Part.VISION)


def _layer(keys: Keys, hidden: int) -> Block:
    """Return ViT's layer as wide as its stage."""
    count, inner = keys.heads("num_attention_heads"), int(hidden * keys.number("mlp_ratio"))
    if hidden % count:
        raise keys.fault(
            "num_attention_heads",
            Message("is {given}, which does not divide {width}", given=count, width=hidden),
        )
    if not 1 <= inner <= MOST_WIDTH:
        raise keys.fault("mlp_ratio", Message("makes layers {width} wide", width=inner))
    heads = Heads(queries=count, key_values=count, width=hidden // count)
    bias, normed = biases(inputs=keys.flag("qkv_bias"), output=True), norm(hidden, bias=True)
    feed = {
        "intermediate.dense": linear(hidden, inner, Role.UP, bias=True),
        "output.dense": linear(inner, hidden, Role.DOWN, bias=True),
    }
    return joined(
        {
            "attention": attention(hidden, heads, names=OLDER_NAMES, bias=bias, keeps=()),
            "": widened(feed, inner),
            "layernorm_before": normed,
            "layernorm_after": normed,
        }
    )


def _second_widths(keys: Keys) -> list[int]:
    factor = keys.number("width_multiplier")
    stem = divisible(keys, min(max(32 * factor, 16), 64), least=16)
    return [
        stem,
        divisible(keys, 64 * factor, 16),
        *(divisible(keys, n * factor) for n in (128, 256, 384, 512)),
    ]


def mobilevit_2(asked: Asked) -> Body:
    """Return MobileViT 2: attention that weighs every place once, all by convolutions."""
    keys, at = asked.keys, asked.at
    widths, factor = _second_widths(keys), keys.number("width_multiplier")
    depths = stage_list(keys, "n_attn_blocks", 3, most=MOST_DEPTH)
    inners = stage_list(keys, "base_attn_unit_dims", 3)
    front = {"conv_stem": counted(keys.whole("num_channels"), widths[0], 3)}
    stages = [_residuals(keys, at, number, widths, SECOND_DEPTHS) for number in (0, 1)]
    for stage, number in enumerate((2, 3, 4)):
        width, inner = widths[number + 1], divisible(keys, inners[stage] * factor)
        name = f"encoder.layer.{number}"
        front[name] = joined(
            {
                "downsampling_layer": _inverted(keys, widths[number], width),
                "conv_kxk": counted(width, width, _kernel(keys), each=True),
                "conv_1x1.convolution": convolution(width, inner, 1, 1, bias=False),
                "layernorm": norm(inner, bias=True),
                "conv_projection": counted(inner, width),
            }
        )
        blocks = (_second_layer(keys, inner),) * depths[stage]
        stages.append(stacked(f"{at}{name}.transformer.layer", blocks, Part.VISION))
    return pictured(front, at, stages, widths[-1])


def _second_layer(keys: Keys, hidden: int) -> Block:
    inner = int(keys.number("ffn_multiplier") * hidden // 16 * 16)
    if not 1 <= inner <= MOST_WIDTH:
        raise keys.fault("ffn_multiplier", Message("makes layers {width} wide", width=inner))
    feed = {
        "ffn.conv1.convolution": convolution(hidden, inner, 1, 1),
        "ffn.conv2.convolution": convolution(inner, hidden, 1, 1),
    }
    normed = norm(hidden, bias=True)
    return joined(
        {
            "layernorm_before": normed,
            "attention.qkv_proj.convolution": convolution(hidden, 1 + 2 * hidden, 1, 1),
            "attention.out_proj.convolution": convolution(hidden, hidden, 1, 1),
            "layernorm_after": normed,
            "": widened(feed, inner),
        }
    )


def _segments(keys: Keys, body: Body) -> Ending:
    """Return DeepLab's head: places seen near, at three distances, and all at once."""
    width, labels = keys.whole("aspp_out_channels"), keys.labels()
    rates = keys.sequence("atrous_rates") or ()
    if len(rates) != 3:
        raise keys.fault(
            "atrous_rates",
            Message("has {count} entries; {count2} are needed", count=len(rates), count2=3),
        )
    near = {f"convs.{number}": counted(body.hidden, width, 3) for number in (1, 2, 3)}
    parts = {
        "convs.0": counted(body.hidden, width),
        **near,
        "convs.4.conv_1x1": counted(body.hidden, width),
        "project": counted(5 * width, width),
    }
    last = convolution(width, labels, 1, 1)
    head = {"aspp": joined(parts), "classifier.convolution": last}
    return Ending(placed("segmentation_head", joined(head), Part.VISION), labels)


def _heads(at: str) -> dict[str, Head]:
    return {
        "ForImageClassification": Head(at, picture_labels),
        "Model": Head("", nothing),
        "ForSemanticSegmentation": Head(at, _segments),
    }


FAMILIES = {
    "mobilevit": Family(mobilevit, _heads("mobilevit")),
    "mobilevitv2": Family(mobilevit_2, _heads("mobilevitv2")),
}
