"""Depth and segments from one picture, at every scale at once: DPT, Depth Pro, BiT.

In: keys of such a config. Out: bodies and heads. DPT reads a ViT at several depths
and brings what it saw together; BiT is the ResNet under its hybrid; Depth Pro reads
DINOv2 over patches of several sizes.
Sources: Ranftl et al. 2021, arXiv:2103.13413; Kolesnikov et al. 2019,
arXiv:1912.11370; Bochkovskii et al. 2024, arXiv:2410.02073.
"""

from __future__ import annotations

from itertools import pairwise

from tabfit.architectures.config_keys import Keys
from tabfit.architectures.family import Asked, Body, Ending, Family, Head
from tabfit.architectures.heads import nothing
from tabfit.architectures.vision.convolutions.backbones import backbone_body
from tabfit.architectures.vision.convolutions.convolutional import (
    divisible,
    labelled_picture,
    pictured,
)
from tabfit.architectures.vision.convolutions.stages import MOST_DEPTH, stage_list
from tabfit.architectures.vision.depth_estimation import resized
from tabfit.architectures.vision.patches.vision_encoders import part_body
from tabfit.architectures.vision.patches.vit import (
    older_attention,
    patch_count,
    patches,
    picture_body,
    pooler,
    sides,
)
from tabfit.i18n.language import Message
from tabfit.light_dataclass import replace
from tabfit.model.blocks.block import (
    EMPTY,
    Block,
    array,
    beside,
    joined,
    placed,
    stacked,
    unread,
)
from tabfit.model.blocks.feed_forward import plain
from tabfit.model.blocks.linear import (
    batch_norm,
    convolution,
    linear,
    norm,
    transposed_convolution,
)
from tabfit.model.tensors import Part, Role, Tensor


def dpt(asked: Asked) -> Body:
    """Return DPT's own ViT, or the tower that its config names in its place."""
    keys, at = asked.keys, asked.at
    hybrid = keys.flag("is_hybrid")
    whole = asked.head == "Model"
    if asked.head == "ForDepthEstimation" and not hybrid and keys.get("backbone_config"):
        return backbone_body(asked, "backbone_config", f"{at}backbone.")
    at = at if whole else f"{at}dpt."
    hidden = keys.whole("hidden_size")
    blocks = (_dpt_layer(keys),) * keys.layers("num_hidden_layers")
    stack = stacked(at + "encoder.layer", blocks, Part.VISION)
    positions = patch_count(keys) + 1
    lone = beside(
        array("cls_token", (1, 1, hidden), Role.OTHER),
        array("position_embeddings", (1, positions, hidden), Role.POSITION),
    )
    parts = {
        "embeddings": lone,
        "layernorm": norm(hidden, bias=True),
        "pooler.dense": pooler(keys) if whole else EMPTY,
    }
    if hybrid:
        parts["embeddings.projection"] = convolution(_map_depth(keys), hidden, 1, 1)
    else:
        parts["embeddings.patch_embeddings.projection"] = patches(keys)
    seen = backbone_body(asked, "backbone_config", f"{at}embeddings.backbone.") if hybrid else None
    front = placed(at.removesuffix("."), joined(parts), Part.VISION)
    first = () if seen is None else seen.tensors
    return picture_body(first + front + stack.tensors, stack, hidden, positions)


def _map_depth(keys: Keys) -> int:
    """Return how many channels the hybrid's ViT reads."""
    given = keys.wholes("backbone_featmap_shape", count=4)
    if given is None:
        raise keys.fault(
            "backbone_featmap_shape", Message("is missing; four whole numbers are needed")
        )
    return given[1]


def _dpt_layer(keys: Keys) -> Block:
    hidden, inner = keys.whole("hidden_size"), keys.whole("intermediate_size")
    return joined(
        {
            "attention": older_attention(keys),
            "": plain(hidden, inner, names=("intermediate.dense", "output.dense")),
            "layernorm_before": norm(hidden, bias=True),
            "layernorm_after": norm(hidden, bias=True),
        }
    )


def _neck(keys: Keys, hidden: int, *, reassembled: bool) -> Block:
    """Return what brings the layers that were read to one width, the coarsest last."""
    fused = keys.whole("fusion_hidden_size")
    hybrid = keys.flag("is_hybrid")
    factors = keys.sequence("reassemble_factors") or ()
    projects = keys.word("readout_type", ("ignore", "add", "project")) == "project"
    parts = {}
    for number, width in enumerate(stage_list(keys, "neck_hidden_sizes")):
        parts[f"convs.{number}"] = convolution(width, fused, 3, 3, bias=False)
        parts[f"fusion_stage.layers.{number}"] = _fusion(keys, first=number == 0)
        if not reassembled or (hybrid and number <= 1):
            continue
        stage = "reassemble_stage"
        if projects or hybrid:
            readout = linear(2 * hidden, hidden, Role.PROJECTION, bias=True)
            parts[f"{stage}.readout_projects.{number}.0"] = readout
        if number < len(factors):
            parts[f"{stage}.layers.{number}.projection"] = convolution(hidden, width, 1, 1)
            parts[f"{stage}.layers.{number}.resize"] = resized(keys, width, factors[number])
    return joined(parts)


def _fusion(keys: Keys, *, first: bool) -> Block:
    """Return what adds a finer map to a coarser one; the first has no coarser one to add to."""
    width = keys.whole("fusion_hidden_size")
    residual = refining(keys)
    return joined(
        {
            "projection": convolution(width, width, 1, 1),
            "residual_layer1": unread(residual) if first else residual,
            "residual_layer2": residual,
        }
    )


def refining(keys: Keys) -> Block:
    """Return two convolutions around which a map is carried, perhaps with batch norms."""
    width, normed = (
        keys.whole("fusion_hidden_size"),
        keys.flag("use_batch_norm_in_fusion_residual"),
    )
    said = keys.get("use_bias_in_fusion_residual")
    bias = not normed if said is None else keys.flag("use_bias_in_fusion_residual")
    parts = {}
    for number in ("1", "2"):
        parts["convolution" + number] = convolution(width, width, 3, 3, bias=bias)
        parts["batch_norm" + number] = batch_norm(width) if normed else EMPTY
    return joined(parts)


def _neck_after(keys: Keys) -> Block:
    given = keys.mapping("backbone_config")
    said = keys.child("backbone_config").maybe("hidden_size") if given else None
    return _neck(
        keys,
        keys.whole("hidden_size") if said is None else said,
        reassembled=given.get("model_type") != "swinv2",
    )


def _depth_map(keys: Keys, body: Body) -> Ending:
    del body
    width = keys.whole("fusion_hidden_size", least=2)
    parts = {"neck": _neck_after(keys), "head.head": _drawn(width)}
    if keys.flag("add_projection"):
        parts["head.projection"] = convolution(256, 256, 3, 3)
    return Ending(placed("", joined(parts), Part.VISION), 1)


def _drawn(width: int) -> Block:
    return joined(
        {
            "0": convolution(width, width // 2, 3, 3),
            "2": convolution(width // 2, 32, 3, 3),
            "4": convolution(32, 1, 1, 1),
        }
    )


def _segments(keys: Keys, body: Body) -> Ending:
    """Return a label for every place, and a second head that only training reads."""
    del body
    width, labels = keys.whole("fusion_hidden_size"), keys.labels()
    head = joined(
        {
            "0": convolution(width, width, 3, 3, bias=False),
            "1": batch_norm(width),
            "4": convolution(width, labels, 1, 1),
        }
    )
    parts = {"neck": _neck_after(keys), "head.head": head}
    if keys.flag("use_auxiliary_head"):
        parts["auxiliary_head.head"] = head
    return Ending(placed("", joined(parts), Part.VISION), labels)


def bit(asked: Asked) -> Body:
    """Return BiT: ResNet with group norms, in front of each convolution or behind it."""
    keys = asked.keys
    at = asked.at + ("bit." if asked.head == "Backbone" else "")
    first = keys.whole("embedding_size")
    before = keys.word("layer_type", ("preactivation", "bottleneck")) == "preactivation"
    factor = keys.whole("width_factor", most=64)
    widths = [divisible(width * factor, 8) for width in stage_list(keys, "hidden_sizes")]
    depths = stage_list(keys, "depths", most=MOST_DEPTH)  # the hybrid has one fewer than widths
    stages = []
    for number, (depth, (read, written)) in enumerate(
        zip(depths, pairwise((first, *widths)), strict=False)
    ):
        opening = _bit_layer(read, written, before=before, opens=True)
        others = _bit_layer(written, written, before=before, opens=False)
        blocks = [opening, *[others] * (depth - 1)]
        stages.append(stacked(f"{at}encoder.stages.{number}.layers", blocks, Part.VISION))
    last = stage_list(keys, "hidden_sizes")[-1]
    stem = convolution(keys.whole("num_channels"), first, 7, 7, bias=False)
    front = {"embedder.convolution": stem}
    front["norm" if before else "embedder.norm"] = norm(last if before else first, bias=True)
    return pictured(front, at, stages, last)


def _bit_layer(read: int, written: int, *, before: bool, opens: bool) -> Block:
    """Return three convolutions through a quarter of the channels, each with its norm."""
    narrow = divisible(written * 0.25, 8)
    parts = {}
    if opens:
        parts["downsample.conv"] = convolution(read, written, 1, 1, bias=False)
        parts["downsample.norm"] = EMPTY if before else norm(written, bias=True)
    widths = (read, narrow, narrow, written)
    for number, kernel in enumerate((1, 3, 1)):
        into, out = widths[number], widths[number + 1]
        parts[f"conv{number + 1}"] = convolution(into, out, kernel, kernel, bias=False)
        parts[f"norm{number + 1}"] = norm(into if before else out, bias=True)
    return joined(parts)


def depth_pro(asked: Asked) -> Body:
    """Return Depth Pro: DINOv2 over patches and over the whole picture, and a neck."""
    keys, at = asked.keys, asked.at
    side = keys.get("patch_size")
    towers = []
    for key, name in (("patch", "encoder.patch_encoder"), ("image", "encoder.image_encoder")):
        given = f"{key}_model_config"
        sized = {**keys.filled(given).mapping(given), "image_size": side}
        inner = replace(asked, keys=keys.replaced(**{given: sized}))
        towers.append(part_body(inner, given, f"{name}.model."))
    patched, pictured_whole = towers
    neck = _pro_neck(keys, patched.hidden, pictured_whole.hidden)
    after = placed(f"{at}neck", neck, Part.VISION)
    layers = patched.towers[0].layers + pictured_whole.towers[0].layers
    tower = replace(patched.towers[0], layers=layers)
    tensors = (*patched.tensors, *pictured_whole.tensors, *after)
    return replace(patched, tensors=tensors, towers=(tower,))


def _pro_neck(keys: Keys, read: int, seen: int) -> Block:
    """Return what makes each map larger, and all of them equally wide."""
    scaled = stage_list(keys, "scaled_images_feature_dims")
    between, fused = stage_list(keys, "intermediate_feature_dims"), keys.whole("fusion_hidden_size")
    parts = {
        "feature_upsample.image_block.layers.0": transposed_convolution(seen, scaled[0], 2, 2),
        "fuse_image_with_low_res": convolution(2 * scaled[0], scaled[0], 1, 1),
    }
    for number, width in enumerate(scaled):
        grown = _grown(read, width, width, 1)
        parts[f"feature_upsample.scaled_images.{number}.layers"] = grown
    for number, width in enumerate(between):
        first = width if number else fused
        grown = _grown(read, first, width, 2 + number)
        parts[f"feature_upsample.intermediate.{number}.layers"] = grown
    widths = (*scaled, *between)
    for number, width in enumerate(widths):
        same = number == len(widths) - 1 and width == fused
        made = EMPTY if same else convolution(width, fused, 3, 3, bias=False)
        parts[f"feature_projection.projections.{number}"] = made
    return joined(parts)


def _grown(read: int, between: int, written: int, times: int) -> Block:
    """Return a projection, and so many steps that each double a map's sides."""
    parts = {"0": convolution(read, between, 1, 1, bias=False)}
    for number in range(times):
        into = written if number else between
        parts[str(number + 1)] = transposed_convolution(into, written, 2, 2, bias=False)
    return joined(parts)


def _pro_depth(keys: Keys, body: Body) -> Ending:
    """Return Depth Pro's map, and the angle the picture was taken at, where asked for."""
    del body
    width = keys.whole("fusion_hidden_size", least=2)
    count = len(keys.sequence("intermediate_hook_ids") or ())
    count += len(keys.sequence("scaled_images_ratios") or ())
    residual = refining(keys)
    fusion = {
        "projection": convolution(width, width, 1, 1),
        "residual_layer1": residual,
        "residual_layer2": residual,
    }
    grows = {"deconv": transposed_convolution(width, width, 2, 2, bias=False)}
    alone = fusion | {"residual_layer1": unread(residual)}  # nothing coarser comes before it
    parts = {
        f"fusion_stage.intermediate.{n}": joined((fusion if n else alone) | grows)
        for n in range(count - 1)
    }
    half = width // 2
    head = {
        "fusion_stage.final": joined(fusion),
        "head.layers.0": convolution(width, half, 3, 3),
        "head.layers.1": transposed_convolution(half, half, 2, 2),
        "head.layers.2": convolution(half, 32, 3, 3),
        "head.layers.4": convolution(32, 1, 1, 1),
    }
    tensors = placed("", joined(parts | head), Part.VISION)
    if keys.flag("use_fov_model"):
        tensors += _angle(keys, width)
    return Ending(tensors, 1)


def _angle(keys: Keys, width: int) -> tuple[Tensor, ...]:
    """Return a third tower, and what reads one number from it."""
    given = "fov_model_config"
    sized = {**keys.filled(given).mapping(given), "image_size": keys.get("patch_size")}
    inner = Asked(keys.replaced(**{given: sized}))
    sees = part_body(inner, given, "fov_model.fov_encoder.model.")
    image = keys.child("image_model_config")
    grid = sides(keys, "patch_size")[0] // sides(image, "patch_size")[0]
    count = keys.layers("num_fov_head_layers", least=0)
    parts = {
        "fov_encoder.neck": linear(sees.hidden, width // 2, Role.PROJECTION, bias=True),
        "conv": convolution(width, width // 2, 3, 3),
    }
    for number in range(count):
        into, out = (-(-width // 2 ** (number + step)) for step in (1, 2))
        parts[f"head.layers.{2 * number}"] = convolution(into, out, 3, 3)
    last = int((grid - 1) / 2**count + 1)
    narrow = -(-width // 2 ** (count + 1))
    parts[f"head.layers.{2 * count}"] = convolution(narrow, 1, last, last)
    return sees.tensors + placed("fov_model", joined(parts), Part.VISION)


FAMILIES = {
    "dpt": Family(
        dpt,
        {
            "ForDepthEstimation": Head("", _depth_map),
            "ForSemanticSegmentation": Head("", _segments),
            "Model": Head("", nothing),
        },
    ),
    "bit": Family(
        bit,
        {
            "ForImageClassification": Head("bit", labelled_picture("classifier.1")),
            "Model": Head("", nothing),
            "Backbone": Head("", nothing),
        },
    ),
    "depth_pro": Family(
        depth_pro, {"ForDepthEstimation": Head("depth_pro", _pro_depth), "Model": Head("", nothing)}
    ),
}
