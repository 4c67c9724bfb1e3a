"""EfficientNet: one network made wider and deeper by two numbers.

In: keys of such a config. Out: body and heads.
Source: Tan and Le 2019, arXiv:1905.11946.
"""

from __future__ import annotations

from itertools import pairwise
from math import ceil

from tabfit.architectures.config_keys import MOST_WIDTH, Keys
from tabfit.architectures.family import Asked, Body, Family, Head
from tabfit.architectures.heads import nothing
from tabfit.architectures.vision.convolutions.convolutional import divisible, pictured
from tabfit.architectures.vision.convolutions.stages import MOST_DEPTH, MOST_SIDE, stage_list
from tabfit.architectures.vision.patches.vit import picture_labels
from tabfit.i18n.language import Message
from tabfit.model.blocks.block import Block, joined, stacked
from tabfit.model.blocks.linear import batch_norm, convolution
from tabfit.model.tensors import Part

#: Channels of the first and the last convolution before they are scaled.
FIRST, LAST = 32, 1280


def efficientnet(asked: Asked) -> Body:
    """Return EfficientNet: layers that widen, look, weigh their channels and narrow again."""
    keys, at = asked.keys, asked.at
    first, last = _scaled(keys, FIRST), _scaled(keys, LAST)
    reads = stage_list(keys, "in_channels")
    count = len(reads)
    writes = stage_list(keys, "out_channels", count)
    layers, written = [], first
    for number in range(count):
        kernel = stage_list(keys, "kernel_sizes", count, most=MOST_SIDE)[number]
        times = stage_list(keys, "expand_ratios", count, most=MOST_SIDE)[number]
        widths = [_scaled(keys, reads[number])]
        widths += [_scaled(keys, writes[number])] * _repeats(keys, number)
        layers += [_layer(keys, *pair, times, kernel) for pair in pairwise(widths)]
        written = widths[-1]
    front = {
        "embeddings.convolution": _cut(keys.whole("num_channels"), first, 3),
        "embeddings.batchnorm": batch_norm(first),
        "encoder.top_conv": _cut(written, last, 1),
        "encoder.top_bn": batch_norm(keys.whole("hidden_dim")),
    }
    blocks = stacked(at + "encoder.blocks", layers, Part.VISION)
    return pictured(front, at, [blocks], keys.whole("hidden_dim"))


def _scaled(keys: Keys, width: int) -> int:
    """Return so many channels made more by the config's factor, in whole portions."""
    wide = width * keys.number("width_coefficient")
    made = int(divisible(min(wide, float(MOST_WIDTH)), keys.whole("depth_divisor")))
    if not 1 <= made <= MOST_WIDTH:
        raise keys.fault("width_coefficient", Message("makes {count} channels", count=made))
    return made


def _repeats(keys: Keys, number: int) -> int:
    """Return how many layers a stage has, made more by the config's factor."""
    count = stage_list(keys, "num_block_repeats", number + 1, most=MOST_DEPTH)[number]
    made = ceil(keys.number("depth_coefficient") * count)
    if not 0 <= made <= MOST_DEPTH:
        raise keys.fault("depth_coefficient", Message("makes {count} layers", count=made))
    return made


def _cut(read: int, written: int, kernel: int, *, each: bool = False) -> Block:
    groups = read if each else 1
    return convolution(read, written, kernel, kernel, groups=groups, bias=False)


def _layer(keys: Keys, read: int, written: int, times: int, kernel: int) -> Block:
    """Return one layer; what weighs its channels is as narrow as the config says of its input."""
    inner = read * times
    squeezed = max(1, int(read * keys.number("squeeze_expansion_ratio")))
    parts = {}
    if times != 1:
        parts["expansion.expand_conv"] = _cut(read, inner, 1)
        parts["expansion.expand_bn"] = batch_norm(inner)
    parts |= {
        "depthwise_conv.depthwise_conv": _cut(inner, inner, kernel, each=True),
        "depthwise_conv.depthwise_norm": batch_norm(inner),
        "squeeze_excite.reduce": convolution(inner, squeezed, 1, 1),
        "squeeze_excite.expand": convolution(squeezed, inner, 1, 1),
        "projection.project_conv": _cut(inner, written, 1),
        "projection.project_bn": batch_norm(written),
    }
    return joined(parts)


FAMILIES = {
    "efficientnet": Family(
        efficientnet,
        {
            "ForImageClassification": Head("efficientnet", picture_labels),
            "Model": Head("", nothing),
        },
    )
}
