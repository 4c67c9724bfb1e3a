"""Where a body's joints are, and what lies in front: ViTPose and ViTMatte.

In: keys of such a config. Out: bodies and heads; ViTPose's own tower and ViTDet,
which ViTMatte reads a picture with.
Sources: Xu et al. 2022, arXiv:2204.12484; Yao et al. 2023, arXiv:2305.15272;
Li et al. 2022, arXiv:2203.16527.
"""

from __future__ import annotations

from itertools import pairwise

from tabfit.architectures.config_keys import MOST_EXPERTS, MOST_LAYERS, Keys
from tabfit.architectures.family import Asked, Body, Ending, Family, Head
from tabfit.architectures.heads import nothing
from tabfit.architectures.vision.convolutions.backbones import backbone_body
from tabfit.architectures.vision.convolutions.stages import stage_list
from tabfit.architectures.vision.patches.vit import (
    MOST_PIXELS,
    older_attention,
    patch_count,
    patches,
    picture_body,
    ratio_width,
    relative_position_attention,
    sides,
)
from tabfit.i18n.language import Message
from tabfit.model.blocks.block import EMPTY, Block, array, beside, joined, placed, stacked
from tabfit.model.blocks.feed_forward import plain, widened
from tabfit.model.blocks.linear import (
    batch_norm,
    convolution,
    linear,
    norm,
    transposed_convolution,
)
from tabfit.model.tensors import Part, Role


def vitpose_backbone(asked: Asked) -> Body:
    """Return ViTPose's tower: ViT, perhaps with feed-forward layers that have experts."""
    keys, at = asked.keys, asked.at
    hidden, positions = keys.whole("hidden_size"), patch_count(keys) + 1
    layer = joined(
        {
            "attention": older_attention(keys),
            "mlp": _pose_feed(keys),
            "layernorm_before": norm(hidden, bias=True),
            "layernorm_after": norm(hidden, bias=True),
        }
    )
    blocks = (layer,) * keys.layers("num_hidden_layers")
    stack = stacked(at + "encoder.layer", blocks, Part.VISION)
    places = array("position_embeddings", (1, positions, hidden), Role.POSITION)
    parts = {
        "embeddings": beside(places, joined({"patch_embeddings.projection": patches(keys)})),
        "layernorm": norm(hidden, bias=True),
    }
    front = placed(at.removesuffix("."), joined(parts), Part.VISION)
    return picture_body(front + stack.tensors, stack, hidden, positions)


def _pose_feed(keys: Keys) -> Block:
    """Return two projections; with experts, each writes the last part of what comes out."""
    hidden, inner = keys.whole("hidden_size"), ratio_width(keys, keys.whole("hidden_size"))
    count = keys.whole("num_experts", most=MOST_EXPERTS)
    if count == 1:
        return plain(hidden, inner, names=("fc1", "fc2"))
    part = keys.whole("part_features")
    if part >= hidden:
        raise keys.fault(
            "part_features",
            Message("is {given}, not below {limit}", given=part, limit=hidden),
        )
    parts = {
        "fc1": linear(hidden, inner, Role.UP, bias=True),
        "fc2": linear(inner, hidden - part, Role.DOWN, bias=True),
    }
    expert = linear(inner, part, Role.EXPERT_DOWN, bias=True)
    return widened(parts | {f"experts.{n}": expert for n in range(count)}, inner)


def vitpose(asked: Asked) -> Body:
    """Return the tower that ViTPose's config names."""
    return backbone_body(asked, "backbone_config", f"{asked.at}backbone.")


def _joints(keys: Keys, body: Body) -> Ending:
    """Return a map for every joint, drawn at once or through two larger maps."""
    labels = keys.labels()
    if keys.flag("use_simple_decoder"):
        parts = {"conv": convolution(body.hidden, labels, 3, 3)}
    else:
        parts = {
            "deconv1": transposed_convolution(body.hidden, 256, 4, 4, bias=False),
            "batchnorm1": batch_norm(256),
            "deconv2": transposed_convolution(256, 256, 4, 4, bias=False),
            "batchnorm2": batch_norm(256),
            "conv": convolution(256, labels, 1, 1),
        }
    return Ending(placed("head", joined(parts), Part.VISION), labels)


def vitdet(asked: Asked) -> Body:
    """Return ViTDet: most layers look at windows; some end in convolutions."""
    keys, at = asked.keys, asked.at
    hidden = keys.whole("hidden_size")
    near = set(keys.wholes("window_block_indices", most=MOST_LAYERS) or ())
    convolved = set(keys.wholes("residual_block_indices", most=MOST_LAYERS) or ())
    made = {
        kind: _vitdet_layer(keys, windowed=kind[0], convolved=kind[1])
        for kind in ((a, b) for a in (True, False) for b in (True, False))
    }
    count = keys.layers("num_hidden_layers")
    blocks = [made[number in near, number in convolved] for number in range(count)]
    stack = stacked(at + "encoder.layer", blocks, Part.VISION)
    lone = EMPTY
    if keys.flag("use_absolute_position_embeddings"):
        trained = keys.replaced(image_size=keys.get("pretrain_image_size"))
        lone = array("position_embeddings", (1, patch_count(trained) + 1, hidden), Role.POSITION)
    front = beside(lone, joined({"projection": patches(keys)}))
    return picture_body(
        placed(at + "embeddings", front, Part.VISION) + stack.tensors, stack, hidden, None
    )


def _vitdet_layer(keys: Keys, *, windowed: bool, convolved: bool) -> Block:
    hidden = keys.whole("hidden_size")
    window = keys.whole("window_size", least=0, most=MOST_PIXELS) if windowed else 0
    picture, patch = sides(keys, "image_size"), sides(keys, "patch_size")
    seen = (window, window) if window else (picture[0] // patch[0], picture[1] // patch[1])
    return joined(
        {
            "norm1": norm(hidden, bias=True),
            "attention": relative_position_attention(
                keys, seen, "use_relative_position_embeddings"
            ),
            "norm2": norm(hidden, bias=True),
            "mlp": plain(hidden, ratio_width(keys, hidden), names=("fc1", "fc2")),
            "residual": _residual(hidden) if convolved else EMPTY,
        }
    )


def _residual(width: int) -> Block:
    """Return three convolutions through half the channels."""
    steps = zip((1, 3, 1), pairwise((width, width // 2, width // 2, width)), strict=True)
    parts = {}
    for number, (kernel, (read, written)) in enumerate(steps, start=1):
        parts[f"conv{number}"] = convolution(read, written, kernel, kernel, bias=False)
        parts[f"norm{number}"] = norm(written, bias=True)
    return joined(parts)


def vitmatte(asked: Asked) -> Body:
    """Return the tower that ViTMatte's config names."""
    return backbone_body(asked, "backbone_config", f"{asked.at}backbone.")


def _matte(keys: Keys, body: Body) -> Ending:
    """Return how much of each place lies in front, from the tower and from the picture itself."""
    del body
    stream = (
        keys.child("backbone_config").whole("num_channels"),
        *stage_list(keys, "convstream_hidden_sizes"),
    )
    fused = (keys.whole("hidden_size"), *stage_list(keys, "fusion_hidden_sizes"))
    if len(fused) != len(stream) + 1:
        raise keys.fault("fusion_hidden_sizes", Message("needs {count} entries", count=len(stream)))
    parts = {
        f"convstream.convs.{number}": _counted(read, written)
        for number, (read, written) in enumerate(pairwise(stream))
    }
    for number, (read, written) in enumerate(pairwise(fused)):
        beside_it = stream[-(number + 1)]
        parts[f"fusion_blocks.{number}.conv"] = _counted(read + beside_it, written)
    parts |= {
        "matting_head.matting_convs.0": convolution(fused[-1], 16, 3, 3),
        "matting_head.matting_convs.1": batch_norm(16),
        "matting_head.matting_convs.3": convolution(16, 1, 1, 1),
    }
    return Ending(placed("decoder", joined(parts), Part.VISION), 1)


def _counted(read: int, written: int) -> Block:
    return joined(
        {"conv": convolution(read, written, 3, 3, bias=False), "batch_norm": batch_norm(written)}
    )


FAMILIES = {
    "vitpose": Family(vitpose, {"ForPoseEstimation": Head("", _joints)}),
    "vitpose_backbone": Family(vitpose_backbone, {"Backbone": Head("", nothing)}),
    "vitdet": Family(vitdet, {"Model": Head("", nothing), "Backbone": Head("", nothing)}),
    "vitmatte": Family(vitmatte, {"ForImageMatting": Head("", _matte)}),
}
