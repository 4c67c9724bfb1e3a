"""Pictures read by convolutions: ResNet, ConvNeXt 1 and 2, MobileNet 1 and 2, SegFormer.

In: keys of such a config. Out: bodies and heads.
Sources: He et al. 2015, arXiv:1512.03385; Liu et al. 2022, arXiv:2201.03545;
Sandler et al. 2018, arXiv:1801.04381; Xie et al. 2021, arXiv:2105.15203.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise

from tabfit.architectures.config_keys import MOST_WIDTH, Keys
from tabfit.architectures.family import Asked, Body, Ending, Family, Head
from tabfit.architectures.heads import nothing
from tabfit.architectures.vision.convolutions.stages import (
    MOST_DEPTH,
    MOST_SIDE,
    MOST_STAGES,
    stage_list,
    stage_norms,
)
from tabfit.architectures.vision.patches.vit import labelled, picture_body, picture_labels
from tabfit.i18n.language import Message
from tabfit.model.blocks.attention import ALL_BIASED, Heads, attention
from tabfit.model.blocks.block import (
    EMPTY,
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
from tabfit.model.blocks.feed_forward import widened
from tabfit.model.blocks.linear import batch_norm, convolution, linear, norm
from tabfit.model.tensors import Part, Role


def pictured(front: Mapping[str, Block], at: str, stages: list[Stack], hidden: int) -> Body:
    """Return stages and what lies around them as one tower."""
    around = placed(at.removesuffix("."), joined(front), Part.VISION)
    layers = tuple(layer for stage in stages for layer in stage.layers)
    tensors = tensors_of(around, *(stage.tensors for stage in stages))
    return picture_body(tensors, Stack(tensors, layers), hidden, None)


def counted(read: int, written: int, kernel: int = 1, *, each: bool = False) -> Block:
    """Return a square convolution and its batch norm; `each` works channel by channel."""
    groups = read if each else 1
    cuts = convolution(read, written, kernel, kernel, groups=groups, bias=False)
    return batch_normed(cuts, written)


def batch_normed(cuts: Block, written: int) -> Block:
    """Return a convolution and its batch norm."""
    return joined({"convolution": cuts, "normalization": batch_norm(written)})


def resnet(asked: Asked) -> Body:
    """Return ResNet: stages of layers that add to what they read."""
    keys, at = asked.keys, asked.at
    widths = stage_list(keys, "hidden_sizes")
    depths = stage_list(keys, "depths", most=MOST_DEPTH)
    bottleneck = keys.word("layer_type", ("basic", "bottleneck")) == "bottleneck"
    first, stages = keys.whole("embedding_size"), []
    for number, ((read, written), depth) in enumerate(
        zip(pairwise((first, *widths)), depths, strict=False)
    ):
        halves = number > 0 or keys.flag("downsample_in_first_stage")
        layer = _resnet_layer(written, written, bottleneck=bottleneck, shortcut=False)
        shortcut = read != written or halves
        opening = _resnet_layer(read, written, bottleneck=bottleneck, shortcut=shortcut)
        blocks = [opening, *[layer] * (depth - 1)]
        stages.append(stacked(f"{at}encoder.stages.{number}.layers", blocks, Part.VISION))
    stem = counted(keys.whole("num_channels"), first, 7)
    return pictured({"embedder.embedder": stem}, at, stages, widths[-1])


def _resnet_layer(read: int, written: int, *, bottleneck: bool, shortcut: bool) -> Block:
    """Return two convolutions, or three through a quarter of the channels."""
    narrow = max(written // 4, 1)
    steps = (
        (counted(read, narrow), counted(narrow, narrow, 3), counted(narrow, written))
        if bottleneck
        else (counted(read, written, 3), counted(written, written, 3))
    )
    parts = {f"layer.{number}": step for number, step in enumerate(steps)}
    return joined({"shortcut": counted(read, written) if shortcut else EMPTY, **parts})


def labelled_picture(name: str) -> Callable[[Keys, Body], Ending]:
    """Return a score per label of the whole picture, under such a name."""
    return lambda keys, body: labelled(keys, body.hidden, name)


def convnext(asked: Asked) -> Body:
    """Return ConvNeXt: channels convolved apart, then widened point by point."""
    keys, at = asked.keys, asked.at
    count = keys.whole("num_stages", most=MOST_STAGES)
    widths = stage_list(keys, "hidden_sizes", count)
    depths = stage_list(keys, "depths", count, most=MOST_DEPTH)
    stages, between = [], {}
    for number, (read, written) in enumerate(pairwise((widths[0], *widths))):
        name = f"encoder.stages.{number}"
        blocks = [_convnext_layer(keys, written)] * depths[number]
        stages.append(stacked(f"{at}{name}.layers", blocks, Part.VISION))
        if number or read != written:
            between[f"{name}.downsampling_layer.0"] = norm(read, bias=True)
            between[f"{name}.downsampling_layer.1"] = convolution(read, written, 2, 2)
    side = keys.whole("patch_size", most=MOST_SIDE)
    front = {
        "embeddings.patch_embeddings": convolution(
            keys.whole("num_channels"), widths[0], side, side
        ),
        "embeddings.layernorm": norm(widths[0], bias=True),
    }
    if asked.head != "Backbone":
        front["layernorm"] = norm(stage_list(keys, "hidden_sizes")[-1], bias=True)
    return pictured(front | between, at, stages, stage_list(keys, "hidden_sizes")[-1])


def _convnext_layer(keys: Keys, width: int) -> Block:
    """Return a layer; the first version scales its channels, the second normalises them."""
    inner = 4 * width
    parts = {
        "dwconv": convolution(width, width, 7, 7, groups=width),
        "layernorm": norm(width, bias=True),
        "pwconv1": linear(width, inner, Role.UP, bias=True),
        "pwconv2": linear(inner, width, Role.DOWN, bias=True),
    }
    if keys.type == "convnextv2":
        shape = (1, 1, 1, inner)
        parts["grn"] = beside(*(array(n, shape, Role.NORM) for n in ("weight", "bias")))
    elif keys.number("layer_scale_init_value", 0.0) > 0:
        parts[""] = vector("layer_scale_parameter", width, Role.OTHER)
    return widened(parts, inner)


def mobilenet_v1(asked: Asked) -> Body:
    """Return MobileNet 1: convolutions channel by channel and point by point, by turns."""
    keys, at = asked.keys, asked.at
    widths = [_thinned(keys, 32 * 2**step) for step in (0, 1, 2, 2, 3, 3, 4, 4, 4, 4, 4, 4, 5, 5)]
    steps = []
    for read, written in pairwise(widths):
        steps += [counted(read, read, 3, each=True), counted(read, written)]
    stem = counted(keys.whole("num_channels"), widths[0], 3)
    return pictured(
        {"conv_stem": stem}, at, [stacked(at + "layer", steps, Part.VISION)], widths[-1]
    )


def _thinned(keys: Keys, width: int) -> int:
    """Return so many channels made fewer by the config's factor."""
    least = keys.whole("min_depth")
    return _believed(keys, max(int(width * keys.number("depth_multiplier")), least))


def _believed(keys: Keys, width: int) -> int:
    if not 1 <= width <= MOST_WIDTH:
        raise keys.fault("depth_multiplier", Message("makes {count} channels", count=width))
    return width


#: The channels of MobileNet 2's layers, as published.
V2_WIDTHS = (16, 24, 24, 32, 32, 32, 64, 64, 64, 64, 96, 96, 96, 160, 160, 160, 320)


def mobilenet_v2(asked: Asked) -> Body:
    """Return MobileNet 2: widen, convolve channel by channel, narrow again."""
    keys, at = asked.keys, asked.at
    widths = [_scaled(keys, width) for width in V2_WIDTHS]
    times = keys.number("expand_ratio")
    layers = [
        inverted(read, _portioned(keys, round(read * times)), written)
        for read, written in pairwise(widths)
    ]
    fine = keys.flag("finegrained_output") and keys.number("depth_multiplier") < 1
    last, opening = 1280 if fine else _scaled(keys, 1280), _scaled(keys, 32)
    stem = {
        "first_conv": counted(keys.whole("num_channels"), opening, 3),
        "conv_3x3": counted(opening, opening, 3, each=True),
        "reduce_1x1": counted(opening, widths[0]),
    }
    if not keys.flag("first_layer_is_expansion"):
        stem["expand_1x1"] = counted(opening, opening)
    front = {"conv_stem": joined(stem), "conv_1x1": counted(widths[-1], last)}
    return pictured(front, at, [stacked(at + "layer", layers, Part.VISION)], last)


def _scaled(keys: Keys, width: int) -> int:
    """Return so many channels scaled by the config's factor, in whole portions."""
    return _portioned(keys, round(width * keys.number("depth_multiplier")))


def _portioned(keys: Keys, width: int) -> int:
    """Return the nearest number that the config's portion divides, never a tenth below."""
    portion, least = keys.whole("depth_divisible_by"), keys.whole("min_depth")
    return _believed(keys, divisible(width, portion, least))


def divisible(width: float, portion: int, least: int | None = None) -> int:
    """Return the nearest number that a portion divides, never a tenth below.

    >>> divisible(20, 8), divisible(17, 8), divisible(100 * 0.25, 8)
    (24, 16, 24)
    """
    least = portion if least is None else least
    near = max(least, int(width + portion / 2) // portion * portion)
    return near + portion if near < 0.9 * width else near


def inverted(read: int, inner: int, written: int) -> Block:
    """Return MobileNet 2's layer: wider, channel by channel, narrow again."""
    return joined(
        {
            "expand_1x1": counted(read, inner),
            "conv_3x3": counted(inner, inner, 3, each=True),
            "reduce_1x1": counted(inner, written),
        }
    )


def _mobilenet_segments(keys: Keys, body: Body) -> Ending:
    """Return DeepLab's head: the whole picture beside every place of it."""
    del body
    labels, read = keys.labels(), _scaled(keys, V2_WIDTHS[-1])
    parts = {
        "conv_pool": counted(read, 256),
        "conv_aspp": counted(read, 256),
        "conv_projection": counted(512, 256),
        "classifier.convolution": convolution(256, labels, 1, 1),
    }
    return Ending(placed("segmentation_head", joined(parts), Part.VISION), labels)


def segformer(asked: Asked) -> Body:
    """Return SegFormer: stages of attention over fewer and fewer patches."""
    keys, at = asked.keys, asked.at
    count = keys.whole("num_encoder_blocks", most=MOST_STAGES)
    widths = stage_list(keys, "hidden_sizes", count)
    depths = stage_list(keys, "depths", count, most=MOST_DEPTH)
    sides = stage_list(keys, "patch_sizes", count, most=MOST_SIDE)
    front, stages = {}, []
    for number, (read, width) in enumerate(pairwise((keys.whole("num_channels"), *widths))):
        name, side = f"stages.{number}", sides[number]
        front[f"{name}.patch_embeddings.proj"] = convolution(read, width, side, side)
        front[f"{name}.patch_embeddings.layer_norm"] = norm(width, bias=True)
        front[f"{name}.layer_norm"] = norm(width, bias=True)
        blocks = [_segformer_layer(keys, number, width)] * depths[number]
        stages.append(stacked(f"{at}{name}.blocks", blocks, Part.VISION))
    return pictured(front, at, stages, stage_list(keys, "hidden_sizes")[-1])


def _segformer_layer(keys: Keys, number: int, width: int) -> Block:
    """Return a layer whose keys and values may be read from squares of patches."""
    heads = stage_list(keys, "num_attention_heads", number + 1)[number]
    if width % heads:
        raise keys.fault(
            "num_attention_heads",
            Message("has {given}, which does not divide {width}", given=heads, width=width),
        )
    shape = Heads(queries=heads, key_values=heads, width=width // heads)
    attends = {"": attention(width, shape, bias=ALL_BIASED, keeps=())}
    side = stage_list(keys, "sr_ratios", number + 1, most=MOST_SIDE)[number]
    if side > 1:
        attends["sequence_reduction.sequence_reduction"] = convolution(width, width, side, side)
        attends["sequence_reduction.layer_norm"] = norm(width, bias=True)
    return joined(
        {
            "layernorm_before": norm(width, bias=True),
            "attention": joined(attends),
            "layernorm_after": norm(width, bias=True),
            "mlp": _mixed(width, ratio_of(keys, number, width)),
        }
    )


def ratio_of(keys: Keys, number: int, width: int) -> int:
    """Return how wide a stage's feed-forward layers are, by its own ratio."""
    ratios = keys.sequence("mlp_ratios") or ()
    ratio = ratios[number] if number < len(ratios) else None
    if isinstance(ratio, bool) or not isinstance(ratio, (int, float)) or not 0 < ratio <= 1024:
        raise keys.fault(
            "mlp_ratios", Message("needs a number from above 0 to 1024 for each stage")
        )
    return max(int(width * ratio), 1)


def _mixed(width: int, inner: int) -> Block:
    return widened(
        {
            "fc1": linear(width, inner, Role.UP, bias=True),
            "dwconv.dwconv": convolution(inner, inner, 3, 3, groups=inner),
            "fc2": linear(inner, width, Role.DOWN, bias=True),
        },
        inner,
    )


def _segments(keys: Keys, body: Body) -> Ending:
    """Return SegFormer's head: all stages brought to one width, fused, and labelled."""
    del body
    width, labels = keys.whole("decoder_hidden_size"), keys.labels()
    count = keys.whole("num_encoder_blocks", most=MOST_STAGES)
    parts = {
        f"linear_projections.{number}.proj": linear(read, width, Role.HEAD, bias=True)
        for number, read in enumerate(stage_list(keys, "hidden_sizes", count))
    }
    parts["linear_fuse"] = convolution(count * width, width, 1, 1, bias=False)
    parts["batch_norm"] = batch_norm(width)
    parts["classifier"] = convolution(width, labels, 1, 1)
    return Ending(placed("decode_head", joined(parts), Part.VISION), labels)


def _plain_labels(keys: Keys, body: Body) -> Ending:
    """Return labels that are a layer even where there are none."""
    labels = keys.labels()
    last = linear(body.hidden, labels, Role.HEAD, bias=True)
    return Ending(placed("classifier", last, Part.VISION), labels)


def _family(
    body: Callable[[Asked], Body],
    at: str,
    labels: Callable[[Keys, Body], Ending] = picture_labels,
    **more: Callable[[Keys, Body], Ending],
) -> Family:
    heads = {"ForImageClassification": Head(at, labels), "Model": Head("", nothing)}
    return Family(body, heads | {name: Head(at, ending) for name, ending in more.items()})


def _bare(family: Family, ending: Callable[[Keys, Body], Ending]) -> Family:
    """Return a family that is also a backbone by itself."""
    return Family(family.body, {**family.heads, "Backbone": Head("", ending)})


FAMILIES = {
    "resnet": _bare(_family(resnet, "resnet", labelled_picture("classifier.1")), nothing),
    "convnext": _bare(_family(convnext, "convnext"), stage_norms),
    "convnextv2": _bare(_family(convnext, "convnextv2"), stage_norms),
    "mobilenet_v1": _family(mobilenet_v1, "mobilenet_v1"),
    "mobilenet_v2": _family(
        mobilenet_v2, "mobilenet_v2", ForSemanticSegmentation=_mobilenet_segments
    ),
    "segformer": _family(segformer, "segformer", _plain_labels, ForSemanticSegmentation=_segments),
}
