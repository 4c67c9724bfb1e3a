"""Pictures made larger: Swin2SR.

In: keys of such a config. Out: body and heads. Swin 2's layers without merging, a
convolution behind each stage, and one of five ways to draw the larger picture.
Source: Conde et al. 2022, arXiv:2209.11345.
"""

from __future__ import annotations

from tabfit.architectures.config_keys import Keys
from tabfit.architectures.family import Asked, Body, Ending, Family, Head
from tabfit.architectures.heads import nothing
from tabfit.architectures.vision.convolutions.convolutional import pictured
from tabfit.architectures.vision.convolutions.stages import MOST_DEPTH, stage_list
from tabfit.architectures.vision.patches.swin import second_layer
from tabfit.architectures.vision.patches.vit import patch_count, sides
from tabfit.i18n.language import Message
from tabfit.model.blocks.block import EMPTY, Block, array, joined, placed, stacked
from tabfit.model.blocks.linear import convolution, norm
from tabfit.model.tensors import Part, Role

#: Channels between the last layer and the picture, as published.
DRAWN = 64
MOST_TIMES = 64


def swin2sr(asked: Asked) -> Body:
    """Return Swin2SR: as many patches at its end as at its start."""
    keys, at = asked.keys, asked.at
    width, depths = keys.whole("embed_dim"), stage_list(keys, "depths", most=MOST_DEPTH)
    cut = convolution(width, width, *sides(keys, "patch_size"))
    parts = {
        "first_convolution": _same(keys.whole("num_channels"), width),
        "embeddings.patch_embeddings.projection": cut,
        "embeddings.patch_embeddings.layernorm": norm(width, bias=True),
        "layernorm": norm(width, bias=True),
        "conv_after_body": _same(width, width),
    }
    if keys.flag("use_absolute_embeddings"):
        places = (1, patch_count(keys) + 1, width)
        parts["embeddings"] = array("position_embeddings", places, Role.POSITION)
    stages = []
    for number, depth in enumerate(depths):
        name = f"encoder.stages.{number}"
        blocks = (second_layer(keys, number, width),) * depth
        stages.append(stacked(f"{at}{name}.layers", blocks, Part.VISION))
        parts[f"{name}.conv"] = _behind(keys, width)
        parts[f"{name}.patch_embed.projection"] = cut
    return pictured(parts, at, stages, width)


def _same(read: int, written: int) -> Block:
    return convolution(read, written, 3, 3)


def _behind(keys: Keys, width: int) -> Block:
    """Return what comes behind a stage: one convolution, or three through a quarter."""
    if keys.word("resi_connection", ("1conv", "3conv")) == "1conv":
        return _same(width, width)
    quarter = width // 4
    if not quarter:
        raise keys.fault(
            "embed_dim", Message("is {given}; at least {least} is needed", given=width, least=4)
        )
    return joined(
        {
            "0": _same(width, quarter),
            "2": convolution(quarter, quarter, 1, 1),
            "4": _same(quarter, width),
        }
    )


def _drawn(keys: Keys, body: Body) -> Ending:
    """Return what draws the larger picture."""
    read, colours = keys.whole("num_channels"), keys.whole("num_channels")
    colours = keys.whole_or("num_channels_out", colours)
    width, times = body.hidden, keys.whole("upscale", most=MOST_TIMES)
    way = keys.word("upsampler")
    before, last = _same(width, DRAWN), _same(DRAWN, colours)
    shuffled = {"conv_before_upsample": before, "final_convolution": last}
    again = _same(DRAWN, DRAWN)
    ways: dict[str, dict[str, Block]] = {
        "pixelshuffle": shuffled,
        "pixelshuffledirect": {"conv": _same(width, times**2 * colours)},
        "nearest+conv": {**shuffled, "conv_up1": again, "conv_up2": again, "conv_hr": again},
        "pixelshuffle_aux": {
            **shuffled,
            "conv_bicubic": _same(read, DRAWN),
            "conv_aux": _same(DRAWN, read),
            "conv_after_aux.0": _same(3, DRAWN),
        },
    }
    if way not in ways:
        return Ending(placed("final_convolution", _same(width, colours), Part.VISION), colours)
    parts = ways[way]
    if way.startswith("pixelshuffle") and way != "pixelshuffledirect":
        parts["upsample"] = _shuffled(keys, times)
    return Ending(placed("upsample", joined(parts), Part.VISION), colours)


def _shuffled(keys: Keys, times: int) -> Block:
    """Return convolutions that each make four maps of one, or one that makes nine."""
    if times == 3:
        return joined({"convolution": _same(DRAWN, 9 * DRAWN)})
    steps = times.bit_length() - 1
    if times != 2**steps:
        raise keys.fault(
            "upscale", Message("is {given}; powers of two and 3 are accepted", given=times)
        )
    step = _same(DRAWN, 4 * DRAWN)
    return joined({f"convolution_{number}": step for number in range(steps)}) if steps else EMPTY


FAMILIES = {
    "swin2sr": Family(
        swin2sr,
        {"ForImageSuperResolution": Head("swin2sr", _drawn), "Model": Head("", nothing)},
    )
}
