"""Pictures looked at through windows that shift: Swin 1 and 2, and Donut's.

In: keys of such a config. Out: bodies and heads.
Sources: Liu et al. 2021, arXiv:2103.14030, and arXiv:2111.09883.
"""

from __future__ import annotations

from tabfit.architectures.config_keys import MOST_HEADS, Keys
from tabfit.architectures.encoders.bert import BERT_NAMES
from tabfit.architectures.family import Asked, Body, Family, Head
from tabfit.architectures.heads import nothing
from tabfit.architectures.vision.convolutions.convolutional import pictured
from tabfit.architectures.vision.convolutions.stages import MOST_DEPTH, stage_list, stage_norms
from tabfit.architectures.vision.patches.vit import (
    MOST_PIXELS,
    patch_count,
    picture_labels,
    pixels,
    ratio_width,
    sides,
)
from tabfit.i18n.language import Message
from tabfit.model.blocks.attention import Biases, Heads, attention, biases
from tabfit.model.blocks.block import Block, array, beside, joined, stacked
from tabfit.model.blocks.feed_forward import plain, widened
from tabfit.model.blocks.linear import convolution, linear, norm
from tabfit.model.tensors import Part, Role

#: The width of the layer that makes Swin 2's position scores from distances.
DISTANCES = 512


def swin(asked: Asked) -> Body:
    """Return stages of windowed attention; each halves the sides and doubles the width."""
    keys, at = asked.keys, asked.at
    first, depths = keys.whole("embed_dim"), stage_list(keys, "depths", most=MOST_DEPTH)
    layer = LAYERS[keys.type]
    parts, stages = {"embeddings": _front(keys, masked=asked.head == "ForMaskedImageModeling")}, []
    for number, depth in enumerate(depths):
        width, name = first * 2**number, f"encoder.layers.{number}"
        block = layer(keys, number, width)
        stages.append(stacked(f"{at}{name}.blocks", (block,) * depth, Part.VISION))
        if number + 1 < len(depths):
            parts[f"{name}.downsample"] = _merged(keys, width)
    last = first * 2 ** (len(depths) - 1)
    if keys.type != "donut-swin" and (keys.type, asked.head) != ("swinv2", "Backbone"):
        parts["layernorm"] = norm(last, bias=True)
    return pictured(parts, at, stages, last)


def _front(keys: Keys, *, masked: bool) -> Block:
    width = keys.whole("embed_dim")
    parts = {
        "patch_embeddings.projection": convolution(
            keys.whole("num_channels"), width, *sides(keys, "patch_size")
        ),
        "norm": norm(width, bias=True),
    }
    lone = [array("mask_token", (1, 1, width), Role.OTHER)] if masked else []
    if keys.flag("use_absolute_embeddings"):
        places = patch_count(keys) + (keys.type != "swin")
        lone.append(array("position_embeddings", (1, places, width), Role.POSITION))
    return joined({"": beside(*lone), **parts})


def _merged(keys: Keys, width: int) -> Block:
    """Return what makes one vector of four neighbours; Swin 2 norms what comes out."""
    read = 2 * width if keys.type == "swinv2" else 4 * width
    return joined(
        {
            "reduction": linear(4 * width, 2 * width, Role.PROJECTION),
            "norm": norm(read, bias=True),
        }
    )


def window_heads(keys: Keys, key: str, number: int, width: int) -> Heads:
    """Return the heads of a stage that is so wide."""
    count = stage_list(keys, key, number + 1, most=MOST_HEADS)[number]
    if width % count:
        raise keys.fault(
            key,
            Message("has {given}, which does not divide {width}", given=count, width=width),
        )
    return Heads(queries=count, key_values=count, width=width // count)


def _layer(keys: Keys, number: int, width: int) -> Block:
    """Return Swin's layer, with a score for every distance within a window."""
    heads = window_heads(keys, "num_heads", number, width)
    window = keys.whole("window_size", most=MOST_PIXELS)
    bias = biases(inputs=keys.flag("qkv_bias"), output=True)
    distances = array(
        "relative_position_bias.relative_position_bias_table",
        ((2 * window - 1) ** 2, heads.queries),
        Role.ATTENTION_OTHER,
    )
    normed = norm(width, bias=True)
    return joined(
        {
            "attention": beside(attention(width, heads, bias=bias, keeps=()), distances),
            "layernorm_before": normed,
            "layernorm_after": normed,
            "mlp": plain(width, ratio_width(keys, width), names=("fc1", "fc2")),
        }
    )


def second_layer(keys: Keys, number: int, width: int) -> Block:
    """Return Swin 2's layer, whose position scores come from a small network of distances."""
    heads = window_heads(keys, "num_heads", number, width)
    inputs = keys.flag("qkv_bias")
    bias = Biases(query=inputs, key=False, value=inputs, output=True)
    own = {
        "": beside(
            attention(width, heads, names=BERT_NAMES, bias=bias, keeps=()),
            array("self.logit_scale", (heads.queries, 1, 1), Role.ATTENTION_OTHER),
        ),
        "self.continuous_position_bias_mlp.0": linear(
            2, DISTANCES, Role.ATTENTION_OTHER, bias=True
        ),
        "self.continuous_position_bias_mlp.2": linear(
            DISTANCES, heads.queries, Role.ATTENTION_OTHER
        ),
    }
    return _under_older_names(keys, width, joined(own))


def _under_older_names(keys: Keys, width: int, attends: Block) -> Block:
    """Return a layer around its attention, the halves named as BERT's."""
    normed, inner = norm(width, bias=True), ratio_width(keys, width)
    feed = {
        "intermediate.dense": linear(width, inner, Role.UP, bias=True),
        "output.dense": linear(inner, width, Role.DOWN, bias=True),
    }
    return joined(
        {
            "attention": attends,
            "layernorm_before": normed,
            "": widened(feed, inner),
            "layernorm_after": normed,
        }
    )


def _older_layer(keys: Keys, number: int, width: int) -> Block:
    """Return Donut's layer: Swin's under older names."""
    return older_layer(keys, window_heads(keys, "num_heads", number, width), width)


def older_layer(keys: Keys, heads: Heads, width: int) -> Block:
    """Return Swin's layer under older names, the number of every distance stored beside."""
    window = keys.whole("window_size", most=MOST_PIXELS)
    bias = biases(inputs=keys.flag("qkv_bias"), output=True)
    shape = ((2 * window - 1) ** 2, heads.queries)
    pairs = (window**2, window**2)
    own = beside(
        attention(width, heads, names=BERT_NAMES, bias=bias, keeps=()),
        array("self.relative_position_bias_table", shape, Role.ATTENTION_OTHER),
        array("self.relative_position_index", pairs, Role.ATTENTION_OTHER, buffer=True),
    )
    return _under_older_names(keys, width, own)


LAYERS = {
    "swin": _layer,
    "swinv2": second_layer,
    "donut-swin": _older_layer,
    "maskformer-swin": _older_layer,
}


def _heads_at(at: str) -> dict[str, Head]:
    return {
        "ForImageClassification": Head(at, picture_labels),
        "Model": Head("", nothing),
        "ForMaskedImageModeling": Head(at, pixels),
    }


FAMILIES = {
    "swin": Family(swin, {**_heads_at("swin"), "Backbone": Head("swin", stage_norms)}),
    "swinv2": Family(swin, {**_heads_at("swinv2"), "Backbone": Head("", nothing)}),
}
FAMILIES["donut-swin"] = Family(
    swin, {"Model": Head("", nothing), "ForImageClassification": Head("donut", picture_labels)}
)
