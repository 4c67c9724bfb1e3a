"""Pictures read in stages, each coarser and wider: PVT, Hiera, DINOv3's ConvNeXt.

In: keys of such a config. Out: bodies and heads.
Sources: Wang et al. 2021, arXiv:2102.12122; Ryali et al. 2023, arXiv:2306.00989;
Siméoni et al. 2025, arXiv:2508.10104.
"""

from __future__ import annotations

from itertools import pairwise
from math import prod

from tabfit.architectures.config_keys import MOST_HEADS, Keys
from tabfit.architectures.encoders.bert import BERT_NAMES
from tabfit.architectures.family import Asked, Body, Family, Head
from tabfit.architectures.heads import nothing
from tabfit.architectures.vision.convolutions.convolutional import pictured, ratio_of
from tabfit.architectures.vision.convolutions.stages import (
    MOST_DEPTH,
    MOST_SIDE,
    MOST_STAGES,
    stage_list,
    stage_norms,
)
from tabfit.architectures.vision.patches.swin import window_heads
from tabfit.architectures.vision.patches.vit import picture_labels, ratio_width, sides
from tabfit.i18n.language import Message
from tabfit.model.blocks.attention import Heads, attending, attention, biases
from tabfit.model.blocks.block import EMPTY, Block, array, beside, joined, stacked, vector
from tabfit.model.blocks.feed_forward import plain, widened
from tabfit.model.blocks.linear import convolution, linear, norm
from tabfit.model.tensors import Part, Role


def pvt(asked: Asked) -> Body:
    """Return PVT: attention over fewer and fewer patches, positions learned at each stage."""
    keys, at = asked.keys, asked.at
    count = keys.whole("num_encoder_blocks", most=MOST_STAGES)
    widths = stage_list(keys, "hidden_sizes", count)
    depths = stage_list(keys, "depths", count, most=MOST_DEPTH)
    front, stages = {}, []
    for number, (read, width) in enumerate(pairwise((keys.whole("num_channels"), *widths))):
        last = number == count - 1
        front[f"encoder.patch_embeddings.{number}"] = _cut(keys, number, (read, width), last=last)
        blocks = [_pvt_layer(keys, number, width)] * depths[number]
        stages.append(stacked(f"{at}encoder.block.{number}", blocks, Part.VISION))
    hidden = stage_list(keys, "hidden_sizes")[-1]
    front["encoder.layer_norm"] = norm(hidden, bias=True)
    return pictured(front, at, stages, hidden)


def _cut(keys: Keys, number: int, widths: tuple[int, int], *, last: bool) -> Block:
    """Return what cuts a stage's map into patches; its kernel is the stride, its step the patch."""
    read, width = widths
    side = stage_list(keys, "patch_sizes", number + 1, most=MOST_SIDE)[number]
    kernel = stage_list(keys, "strides", number + 1, most=MOST_SIDE)[number]
    halved = 2 ** (number + 1) if number else 1
    count = prod(whole // halved // side for whole in sides(keys, "image_size"))
    lone = [array("position_embeddings", (1, count + last, width), Role.POSITION)]
    if last:
        lone.append(array("cls_token", (1, 1, width), Role.OTHER))
    return beside(
        *lone,
        joined(
            {
                "projection": convolution(read, width, kernel, kernel),
                "layer_norm": norm(width, bias=True),
            }
        ),
    )


def _pvt_layer(keys: Keys, number: int, width: int) -> Block:
    heads = window_heads(keys, "num_attention_heads", number, width)
    bias = biases(inputs=keys.flag("qkv_bias"), output=True)
    attends = {"": attention(width, heads, names=BERT_NAMES, bias=bias, keeps=())}
    side = stage_list(keys, "sequence_reduction_ratios", number + 1, most=MOST_SIDE)[number]
    if side > 1:
        attends["self.sequence_reduction"] = convolution(width, width, side, side)
        attends["self.layer_norm"] = norm(width, bias=True)
    inner = ratio_of(keys, number, width)
    return joined(
        {
            "layer_norm_1": norm(width, bias=True),
            "attention": joined(attends),
            "layer_norm_2": norm(width, bias=True),
            "mlp": plain(width, inner, names=("dense1", "dense2")),
        }
    )


def hiera(asked: Asked) -> Body:
    """Return Hiera: plain attention whose first layer of a stage widens what it reads."""
    keys, at = asked.keys, asked.at
    first, depths = keys.whole("embed_dim"), stage_list(keys, "depths", most=MOST_DEPTH)
    grows = keys.number("embed_dim_multiplier")
    widths = [int(first * grows**number) for number in range(len(depths))]
    if not all(1 <= width <= 2**24 for width in widths):
        raise keys.fault("embed_dim_multiplier", Message("makes stages too narrow or too wide"))
    stages = []
    for number, (read, written) in enumerate(pairwise((first, *widths))):
        count = stage_list(keys, "num_heads", number + 1, most=MOST_HEADS)[number]
        heads = Heads(queries=count, key_values=count, width=max(written // count, 1))
        opening, again = (_hiera_layer(keys, width, written, heads) for width in (read, written))
        blocks = [opening, *[again] * (depths[number] - 1)]
        stages.append(stacked(f"{at}encoder.stages.{number}.layers", blocks, Part.VISION))
    picture, step = sides(keys, "image_size"), sides(keys, "patch_stride")
    places = prod(whole // part for whole, part in zip(picture, step, strict=True))
    cut = convolution(keys.whole("num_channels"), first, *sides(keys, "patch_size"))
    front = {
        "embeddings": array("position_embeddings", (1, places, first), Role.POSITION),
        "embeddings.patch_embeddings.projection": cut,
    }
    if asked.head != "Backbone":
        front["pooler.layernorm"] = norm(widths[-1], bias=True)
    return pictured(front, at, stages, widths[-1])


def _hiera_layer(keys: Keys, read: int, written: int, heads: Heads) -> Block:
    inner = ratio_width(keys, written)
    fused = {
        "qkv": linear(read, 3 * written, Role.QUERY_KEY_VALUE, bias=True),
        "proj": linear(written, written, Role.ATTENTION_OUTPUT, bias=True),
    }
    wider = linear(read, written, Role.PROJECTION, bias=True) if read != written else EMPTY
    return joined(
        {
            "layernorm_before": norm(read, bias=True),
            "attn": attending(joined(fused), heads, ()),
            "layernorm_after": norm(written, bias=True),
            "mlp": plain(written, inner, names=("fc1", "fc2")),
            "proj": wider,
        }
    )


def dinov3_convnext(asked: Asked) -> Body:
    """Return DINOv3's ConvNeXt, which names its parts anew."""
    keys, at = asked.keys, asked.at
    widths = stage_list(keys, "hidden_sizes")
    depths = stage_list(keys, "depths", len(widths), most=MOST_DEPTH)
    front: dict[str, Block] = {}
    stages = []
    for number, (read, width) in enumerate(pairwise((keys.whole("num_channels"), *widths))):
        name = f"model.stages.{number}"
        side = 2 if number else 4
        cut, normed = (
            convolution(read, width, side, side),
            norm(read if number else width, bias=True),
        )
        pair = (normed, cut) if number else (cut, normed)
        front |= {f"{name}.downsample_layers.{n}": block for n, block in enumerate(pair)}
        blocks = [_convnext_layer(width)] * depths[number]
        stages.append(stacked(f"{at}{name}.layers", blocks, Part.VISION))
    if asked.head != "Backbone":
        front["layer_norm"] = norm(widths[-1], bias=True)
    return pictured(front, at, stages, widths[-1])


def _convnext_layer(width: int) -> Block:
    parts = {
        "": vector("gamma", width, Role.OTHER),
        "depthwise_conv": convolution(width, width, 7, 7, groups=width),
        "layer_norm": norm(width, bias=True),
        "pointwise_conv1": linear(width, 4 * width, Role.UP, bias=True),
        "pointwise_conv2": linear(4 * width, width, Role.DOWN, bias=True),
    }
    return widened(parts, 4 * width)


FAMILIES = {
    "pvt": Family(
        pvt,
        {"ForImageClassification": Head("pvt", picture_labels), "Model": Head("", nothing)},
    ),
    "hiera": Family(
        hiera,
        {
            "ForImageClassification": Head("hiera", picture_labels),
            "Model": Head("", nothing),
            "Backbone": Head("", stage_norms),
        },
    ),
    "dinov3_convnext": Family(
        dinov3_convnext, {"Model": Head("", nothing), "Backbone": Head("", nothing)}
    ),
}
