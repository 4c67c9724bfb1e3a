"""RF-DETR: DINOv2 that mostly looks at windows, and few layers of many questions.

In: keys of such a config. Out: bodies and heads.
Source: Robinson et al. 2025, arXiv:2511.09554.
"""

from __future__ import annotations

from tabfit.architectures.config_keys import MOST_LAYERS, Keys
from tabfit.architectures.family import Asked, Body, Ending, Family, Head
from tabfit.architectures.heads import nothing
from tabfit.architectures.vision.convolutions.stages import handed_out
from tabfit.architectures.vision.detection.rt_detr import (
    deformable_attention,
    dividing_heads,
    points,
)
from tabfit.architectures.vision.patches.clip import renamed
from tabfit.architectures.vision.patches.vit import (
    dino_feeds,
    dino_layer,
    patch_count,
    patches,
    picture_body,
)
from tabfit.architectures.vision.patches.vit_variants import perceptron
from tabfit.light_dataclass import replace
from tabfit.model.architecture import Tower
from tabfit.model.blocks.attention import attention, biases
from tabfit.model.blocks.block import Block, Stack, array, beside, joined, placed, stacked
from tabfit.model.blocks.feed_forward import plain
from tabfit.model.blocks.linear import convolution, embedding, linear, norm
from tabfit.model.tensors import Part, Role

#: The tower's config where none is written, and what it starts from.
TOWER = "rf_detr_dinov2"
FIRST = {
    "model_type": TOWER,
    "num_attention_heads": 6,
    "out_features": ["stage2", "stage5", "stage8", "stage11"],
    "hidden_size": 384,
    "image_size": 518,
}


def windowed_dinov2(asked: Asked) -> Body:
    """Return DINOv2 under newer names, with its token for hidden patches."""
    keys, at = asked.keys, asked.at
    hidden, positions = keys.whole("hidden_size"), patch_count(keys) + 1
    lone = [
        array("cls_token", (1, 1, hidden), Role.OTHER),
        array("position_embeddings", (1, positions, hidden), Role.POSITION),
    ]
    if keys.flag("use_mask_token"):
        lone.append(array("mask_token", (1, hidden), Role.OTHER))
    front = beside(*lone, joined({"patch_embeddings.projection": patches(keys)}))
    bias = biases(inputs=keys.flag("qkv_bias"), output=True)
    blocks = (dino_layer(keys, dino_feeds(keys), bias),) * keys.layers("num_hidden_layers")
    stack = stacked(at + "encoder.layer", blocks, Part.VISION)
    return picture_body(
        placed(at + "embeddings", front, Part.VISION)
        + stack.tensors
        + placed(at + "layernorm", norm(hidden, bias=True), Part.VISION),
        stack,
        hidden,
        positions,
    )


def rf_detr(asked: Asked) -> Body:
    """Return the tower, what makes one map of its layers, and the layers of questions."""
    if asked.keys.get("backbone_config") is None:
        asked = replace(asked, keys=asked.keys.replaced(backbone_config=FIRST))
    keys, at = asked.keys, asked.at
    at = at + "model." if asked.head == "ForInstanceSegmentation" else at
    sees = windowed_dinov2(
        replace(asked, at=at).part("backbone_config", "backbone.backbone.", TOWER)
    )
    hidden = keys.whole("d_model")
    blocks = (_layer(keys, hidden),) * keys.layers("decoder_layers")
    stack = stacked(at + "decoder.layers", blocks, Part.VISION)
    tower = keys.child("backbone_config", TOWER)
    handed = len(handed_out(tower, tower.layers("num_hidden_layers")))
    projected = {"projector.projector_layer": _mixed(keys, sees.hidden * handed)}
    projected["projector.layer_norm"] = norm(hidden, bias=True)
    parts = {"backbone": joined(projected), "": _questions(keys, hidden)}
    front = placed(at.removesuffix("."), joined(parts), Part.VISION)
    layers = sees.towers[0].layers + stack.layers
    tensors = sees.tensors + front + stack.tensors
    body = picture_body(tensors, Stack(tensors, layers), hidden, None)
    return replace(body, towers=(Tower(part=Part.VISION, hidden=hidden, layers=layers),))


def _mixed(keys: Keys, read: int) -> Block:
    """Return convolutions of which all are read together at the end (C2f), with layer norms."""
    hidden = keys.whole("d_model")
    inner = int(hidden * keys.number("hidden_expansion"))
    count = keys.layers("c2f_num_blocks", least=0)
    step = joined({"conv1": _normed(inner, inner, 3), "conv2": _normed(inner, inner, 3)})
    return joined(
        {
            "conv1": _normed(read, 2 * inner, 1),
            "conv2": _normed((2 + count) * inner, hidden, 1),
            **{f"bottlenecks.{number}": step for number in range(count)},
        }
    )


def _normed(read: int, written: int, kernel: int) -> Block:
    cut = convolution(read, written, kernel, kernel, bias=False)
    return joined({"conv": cut, "norm": norm(written, bias=True)})


def _questions(keys: Keys, hidden: int) -> Block:
    """Return the questions, and what chooses the places they start from; once per group."""
    groups, labels = keys.whole("group_detr", most=MOST_LAYERS), keys.labels()
    rows = keys.rows("num_queries") * groups
    parts = {
        "reference_point_embed": embedding(rows, 4, Role.POSITION),
        "query_feat": embedding(rows, hidden, Role.POSITION),
        "decoder.layernorm": norm(hidden, bias=True),
        "decoder.ref_point_head": perceptron((2 * hidden, hidden, hidden), Role.POSITION),
    }
    for number in range(groups):
        parts |= {
            f"enc_output.{number}": linear(hidden, hidden, Role.PROJECTION, bias=True),
            f"enc_output_norm.{number}": norm(hidden, bias=True),
            f"enc_out_bbox_embed.{number}": perceptron((hidden, hidden, hidden, 4)),
            f"enc_out_class_embed.{number}": linear(hidden, labels, Role.HEAD, bias=True),
        }
    return joined(parts)


def _layer(keys: Keys, hidden: int) -> Block:
    bias = keys.flag("attention_bias")
    heads = dividing_heads(keys, "decoder_self_attention_heads", hidden)
    across = dividing_heads(keys, "decoder_cross_attention_heads", hidden)
    normed = norm(hidden, bias=True)
    own = attention(hidden, heads, bias=biases(inputs=bias), keeps=())
    return joined(
        {
            "self_attn": own,
            "self_attn_layer_norm": normed,
            "cross_attn": deformable_attention(across, sum(points(keys)), hidden),
            "cross_attn_layer_norm": normed,
            "mlp": plain(hidden, keys.whole("decoder_ffn_dim"), names=("fc1", "fc2")),
            "layer_norm": normed,
        }
    )


def _things(keys: Keys, body: Body) -> Ending:
    labels, hidden = keys.labels(), body.hidden
    parts = {
        "class_embed": linear(hidden, labels, Role.HEAD, bias=True),
        "bbox_embed": perceptron((hidden, hidden, hidden, 4)),
    }
    return Ending(placed("", joined(parts), Part.VISION), labels)


def _masks(keys: Keys, body: Body) -> Ending:
    """Return the detector's answers, and masks drawn for them."""
    things, hidden = _things(keys, body), body.hidden
    step = joined(
        {
            "layernorm": norm(hidden, bias=True),
            "depthwise_conv": convolution(hidden, hidden, 3, 3, groups=hidden),
            "pointwise_conv": linear(hidden, hidden, Role.OTHER, bias=True),
        }
    )
    inner = keys.whole("intermediate_size")
    parts = {
        "": array("segmentation_bias", (1,), Role.HEAD),
        **{f"blocks.{number}": step for number in range(keys.layers("decoder_layers"))},
        "spatial_features_proj": convolution(hidden, hidden, 1, 1),
        "query_features_block.norm": norm(hidden, bias=True),
        "query_features_block.mlp": plain(hidden, inner, names=("fc1", "fc2")),
        "query_features_proj": linear(hidden, hidden, Role.HEAD, bias=True),
    }
    drawn = placed("", joined(parts), Part.VISION)
    return Ending(renamed("model.", things.tensors) + drawn, things.outputs)


FAMILIES = {
    "rf_detr": Family(
        rf_detr,
        {
            "ForObjectDetection": Head("model", _things),
            "ForInstanceSegmentation": Head("model", _masks),
            "Model": Head("", nothing),
        },
    ),
    TOWER: Family(windowed_dinov2, {"Backbone": Head("", nothing)}),
}
