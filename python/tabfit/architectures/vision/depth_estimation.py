"""Depth from one picture: Depth Anything, and GLPN.

In: keys of such a config. Out: bodies and heads. Depth Anything reads DINOv2's
layers at several depths and brings them together to one map.
Sources: Yang et al. 2024, arXiv:2401.10891; Kim et al. 2022, arXiv:2201.07436.
"""

from __future__ import annotations

import re

from tabfit.architectures.config_keys import Keys
from tabfit.architectures.family import Asked, Body, Ending, Family, Head
from tabfit.architectures.heads import nothing
from tabfit.architectures.vision.convolutions.convolutional import segformer
from tabfit.architectures.vision.convolutions.stages import stage_list
from tabfit.architectures.vision.patches.vision_encoders import part_body
from tabfit.i18n.language import Message
from tabfit.light_dataclass import replace
from tabfit.model.blocks.block import EMPTY, Block, joined, placed, unread
from tabfit.model.blocks.linear import batch_norm, convolution, linear, transposed_convolution
from tabfit.model.tensors import Part, Role

#: What CHMv2 starts from where its config says nothing.
CANOPY_WIDTHS, CANOPY_FACTORS = (128, 256, 512, 1024), (4, 2, 1, 0.5)


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
        raise keys.fault("reassemble_factors", Message("needs {count} entries", count=len(widths)))
    read, parts = keys.whole("reassemble_hidden_size"), {}
    for number, (width, factor) in enumerate(zip(widths, factors, strict=False)):
        again = {
            "projection": convolution(read, width, 1, 1),
            "resize": resized(keys, width, factor),
        }
        parts[f"reassemble_stage.layers.{number}"] = joined(again)
        parts[f"convs.{number}"] = convolution(width, fused, 3, 3, bias=False)
        pair = _pair(fused)
        parts[f"fusion_stage.layers.{number}"] = _fusion(fused, pair if number else unread(pair))
    return joined(parts)


def resized(keys: Keys, width: int, factor: object) -> Block:
    """Return what makes a map larger, smaller, or leaves it."""
    if isinstance(factor, bool) or not isinstance(factor, (int, float)) or not 0 < factor <= 64:
        raise keys.fault("reassemble_factors", Message("needs numbers from above 0 to 64"))
    if factor == 1:
        return EMPTY
    if factor < 1:
        return convolution(width, width, 3, 3)
    if not isinstance(factor, int):
        raise keys.fault("reassemble_factors", Message("needs whole numbers above 1"))
    return transposed_convolution(width, width, factor, factor)


def _pair(width: int) -> Block:
    return joined({f"convolution{n}": convolution(width, width, 3, 3) for n in (1, 2)})


def _fusion(width: int, coarser: Block) -> Block:
    """Return what adds a finer map to what `coarser` makes of the last; the first has none."""
    return joined(
        {
            "projection": convolution(width, width, 1, 1),
            "residual_layer1": coarser,
            "residual_layer2": _pair(width),
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


def chmv2(asked: Asked) -> Body:
    """Return CHMv2, which reads the height of trees from above: DINOv3 and DPT's way of drawing."""
    keys, at = asked.keys, asked.at
    tower = part_body(asked, "backbone_config", "backbone.")
    after = placed(f"{at}head", _canopy(keys, tower.hidden), Part.VISION)
    return replace(tower, tensors=tower.tensors + after)


def _canopy(keys: Keys, read: int) -> Block:
    """Return what brings the tower's layers together, and answers with a score per bin."""
    widths = keys.wholes("post_process_channels", least=1) or CANOPY_WIDTHS
    factors = keys.sequence("reassemble_factors") or CANOPY_FACTORS
    fused = keys.whole("fusion_hidden_size", least=2)
    projects = keys.word("readout_type") == "project"
    narrow, bins = keys.whole("head_hidden_size"), keys.whole("number_output_channels")
    parts = {
        "conv_depth.head.0": convolution(fused, fused // 2, 3, 3),
        "conv_depth.head.2": convolution(fused // 2, narrow, 3, 3),
        "conv_depth.head.4": convolution(narrow, bins, 1, 1),
    }
    for number, width in enumerate(widths):
        parts[f"convs.{number}"] = convolution(width, fused, 3, 3, bias=False)
        parts[f"fusion_layers.{number}"] = _fusion(fused, _pair(fused) if number else EMPTY)
    for number, (width, factor) in enumerate(zip(widths, factors, strict=False)):
        stage = "reassemble_stage"
        parts[f"{stage}.layers.{number}.projection"] = convolution(read, width, 1, 1)
        parts[f"{stage}.layers.{number}.resize"] = resized(keys, width, factor)
        if projects:
            readout = linear(2 * read, read, Role.PROJECTION, bias=True)
            parts[f"{stage}.readout_projects.{number}.0"] = readout
    return joined(parts)


#: What GLPN calls the parts of SegFormer's encoder.
GLPN_NAMES = (
    (r"stages\.(\d+)\.patch_embeddings\.", r"encoder.patch_embeddings.\1."),
    (r"stages\.(\d+)\.blocks\.", r"encoder.block.\1."),
    (r"stages\.(\d+)\.layer_norm\.", r"encoder.layer_norm.\1."),
    (r"\.layernorm_before\.", ".layer_norm_1."),
    (r"\.layernorm_after\.", ".layer_norm_2."),
    (r"\.q_proj\.", ".self.query."),
    (r"\.k_proj\.", ".self.key."),
    (r"\.v_proj\.", ".self.value."),
    (r"\.o_proj\.", ".output.dense."),
    (r"\.sequence_reduction\.sequence_reduction\.", ".self.sr."),
    (r"\.sequence_reduction\.layer_norm\.", ".self.layer_norm."),
    (r"\.fc([12])\.", r".dense\1."),
)


def glpn(asked: Asked) -> Body:
    """Return GLPN's encoder: SegFormer's under older names."""
    body = segformer(asked)
    return replace(body, tensors=tuple(replace(t, name=_older(t.name)) for t in body.tensors))


def _older(name: str) -> str:
    for now, then in GLPN_NAMES:
        name = re.sub(now, then, name)
    return name


def _depth_map(keys: Keys, body: Body) -> Ending:
    """Return what brings the stages together, the deepest first, and draws one map."""
    del body
    width = keys.whole("decoder_hidden_size", least=2)
    parts = {}
    for number, read in enumerate(reversed(stage_list(keys, "hidden_sizes"))):
        stage = f"decoder.stages.{number}"
        if read != width:
            parts[f"{stage}.convolution"] = convolution(read, width, 1, 1)
        if number:
            parts[f"{stage}.fusion"] = _weighed(width)
    parts["head.head.0"] = convolution(width, width, 3, 3)
    parts["head.head.2"] = convolution(width, 1, 3, 3)
    return Ending(placed("", joined(parts), Part.VISION), 1)


def _weighed(width: int) -> Block:
    """Return what weighs a stage against the one before it."""
    half = width // 2
    return joined(
        {
            "convolutional_layer1.0": convolution(2 * width, width, 3, 3),
            "convolutional_layer1.1": batch_norm(width),
            "convolutional_layer2.0": convolution(width, half, 3, 3),
            "convolutional_layer2.1": batch_norm(half),
            "convolutional_layer3": convolution(half, 2, 3, 3),
        }
    )


FAMILIES = {
    "chmv2": Family(chmv2, {"ForDepthEstimation": Head("", nothing)}),
    "depth_anything": Family(depth_anything, {"ForDepthEstimation": Head("", nothing)}),
    "glpn": Family(
        glpn, {"ForDepthEstimation": Head("glpn", _depth_map), "Model": Head("", nothing)}
    ),
}
