"""Depth Anything: DINOv2's layers read at several depths, brought together to one map.

In: keys of such a config. Out: a body.
Source: Yang et al. 2024, arXiv:2401.10891.
"""

from __future__ import annotations

from willitfit.blocks.block import EMPTY, Block, joined, placed
from willitfit.blocks.linear import convolution
from willitfit.config.convolutions import stage_list
from willitfit.config.heads import nothing
from willitfit.config.keys import Keys
from willitfit.config.model import Asked, Body, Family, Head
from willitfit.config.vision_towers import part_body
from willitfit.tensors import Part, Role, Tensor
from willitfit.values import replace


def depth_anything(asked: Asked) -> Body:
    """Return the tower, the neck that brings its layers together, and the head."""
    keys, at = asked.keys, asked.at
    tower = part_body(asked, "backbone_config", "backbone.")
    parts = {"neck": _neck(keys), "head": _head(keys)}
    after = placed(at.removesuffix("."), joined(parts), Part.VISION)
    return replace(tower, tensors=tower.tensors + after)


def _neck(keys: Keys) -> Block:
    widths, fused = stage_list(keys, "neck_hidden_sizes"), keys.whole("fusion_hidden_size")
    factors = keys.sequence("reassemble_factors") or ()
    if len(factors) < len(widths):
        raise keys.fault("reassemble_factors", f"needs {len(widths)} entries")
    read, parts = keys.whole("reassemble_hidden_size"), {}
    for number, (width, factor) in enumerate(zip(widths, factors, strict=False)):
        again = {
            "projection": convolution(read, width, 1, 1),
            "resize": _resized(keys, width, factor),
        }
        parts[f"reassemble_stage.layers.{number}"] = joined(again)
        parts[f"convs.{number}"] = convolution(width, fused, 3, 3, bias=False)
        parts[f"fusion_stage.layers.{number}"] = _fusion(fused)
    return joined(parts)


def _resized(keys: Keys, width: int, factor: object) -> Block:
    """Return what makes a map larger, smaller, or leaves it."""
    if isinstance(factor, bool) or not isinstance(factor, (int, float)) or not 0 < factor <= 64:
        raise keys.fault("reassemble_factors", "needs numbers from above 0 to 64")
    if factor == 1:
        return EMPTY
    if factor < 1:
        return convolution(width, width, 3, 3)
    if not isinstance(factor, int):
        raise keys.fault("reassemble_factors", "needs whole numbers above 1")
    shape = (width, width, factor, factor)
    return Block(
        (
            Tensor(name="weight", shape=shape, role=Role.CONVOLUTION),
            Tensor(name="bias", shape=(width,), role=Role.CONVOLUTION, bias=True),
        )
    )


def _fusion(width: int) -> Block:
    pair = joined({f"convolution{n}": convolution(width, width, 3, 3) for n in (1, 2)})
    return joined(
        {
            "projection": convolution(width, width, 1, 1),
            "residual_layer1": pair,
            "residual_layer2": pair,
        }
    )


def _head(keys: Keys) -> Block:
    width, narrow = keys.whole("fusion_hidden_size"), keys.whole("head_hidden_size")
    half = max(width // 2, 1)
    return joined(
        {
            "conv1": convolution(width, half, 3, 3),
            "conv2": convolution(half, narrow, 3, 3),
            "conv3": convolution(narrow, 1, 1, 1),
        }
    )


FAMILIES = {"depth_anything": Family(depth_anything, {"ForDepthEstimation": Head("", nothing)})}
