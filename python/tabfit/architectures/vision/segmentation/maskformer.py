"""MaskFormer: every thing in a picture as a mask and a label.

In: keys of such a config. Out: bodies and heads. A tower, a pyramid that draws a fine
map, and DETR's decoder whose answers are multiplied with that map.
Source: Cheng et al. 2021, arXiv:2107.06278.
"""

from __future__ import annotations

from tabfit.architectures.config_keys import Keys
from tabfit.architectures.decoders.gpt2 import equal_heads
from tabfit.architectures.encoder_decoders.bart import looking_layer
from tabfit.architectures.family import Asked, Body, Ending, Family, Head
from tabfit.architectures.heads import nothing
from tabfit.architectures.vision.convolutions.backbones import backbone_body
from tabfit.architectures.vision.convolutions.stages import channels, stage_widths
from tabfit.architectures.vision.patches.swin import swin
from tabfit.architectures.vision.patches.vit import picture_body
from tabfit.light_dataclass import replace
from tabfit.model.architecture import Tower
from tabfit.model.blocks.attention import USUAL_NAMES
from tabfit.model.blocks.block import (
    EMPTY,
    Block,
    Stack,
    beside,
    joined,
    placed,
    stacked,
    vector,
)
from tabfit.model.blocks.linear import convolution, embedding, linear, norm
from tabfit.model.layers import KeyValue
from tabfit.model.tensors import Part, Role

LEVELS = "pixel_level_module."
ALL_STAGES = ["stage1", "stage2", "stage3", "stage4"]


def maskformer(asked: Asked) -> Body:
    """Return the tower, the pyramid and the layers of questions."""
    keys, at = asked.keys, asked.at
    inner = _tower_keys(keys)
    sees = backbone_body(replace(asked, keys=inner), "backbone_config", f"{LEVELS}encoder.")
    widths = channels(inner.child("backbone_config"))
    asks = keys.child("decoder_config", "detr")
    hidden = asks.whole("d_model")
    heads = equal_heads(asks, "d_model", "decoder_attention_heads")
    seen = KeyValue(key_value_heads=0, key_width=0, value_width=0)
    layer = looking_layer(
        hidden,
        heads,
        asks.whole("decoder_ffn_dim"),
        looks=seen,
        names=USUAL_NAMES,
        feeding="mlp",
    )
    name = "transformer_module"
    blocks = (replace(layer, keeps=()),) * asks.layers("decoder_layers")
    stack = stacked(f"{at}{name}.decoder.layers", blocks, Part.VISION)
    projects = convolution(widths[-1], hidden, 1, 1) if widths[-1] != hidden else EMPTY
    parts = {
        LEVELS + "decoder": _pyramid(keys, widths),
        f"{name}.queries_embedder": embedding(asks.rows("num_queries"), hidden, Role.POSITION),
        f"{name}.input_projection": projects,
        f"{name}.decoder.layernorm": norm(hidden, bias=True),
    }
    front = placed(at.removesuffix("."), joined(parts), Part.VISION)
    layers = sees.towers[0].layers + stack.layers
    tensors = sees.tensors + front + stack.tensors
    body = picture_body(tensors, Stack(tensors, layers), hidden, None)
    return replace(body, towers=(Tower(part=Part.VISION, hidden=hidden, layers=layers),))


def _tower_keys(keys: Keys) -> Keys:
    """Return the keys with Swin read as MaskFormer's own, which hands out four stages."""
    given = keys.filled("backbone_config").mapping("backbone_config")
    if given.get("model_type", "swin") != "swin":
        return keys
    own = {**given, "model_type": "maskformer-swin", "out_features": ALL_STAGES}
    own.pop("out_indices", None)
    return keys.replaced(backbone_config=own)


def _pyramid(keys: Keys, widths: list[int]) -> Block:
    """Return what adds finer stages to the coarsest one, and draws the map."""
    width, drawn = keys.whole("fpn_feature_size"), keys.whole("mask_feature_size")
    parts = {
        "fpn.stem": _normed(widths[-1], width, 3),
        "mask_projection": convolution(width, drawn, 3, 3),
    }
    for number, read in enumerate(reversed(widths[:-1])):
        parts[f"fpn.layers.{number}.proj"] = _normed(read, width, 1)
        parts[f"fpn.layers.{number}.block"] = _normed(width, width, 3)
    return joined(parts)


def _normed(read: int, written: int, kernel: int) -> Block:
    cut = convolution(read, written, kernel, kernel, bias=False)
    return joined({"0": cut, "1": norm(written, bias=True)})


def _masks(keys: Keys, body: Body) -> Ending:
    """Return each question's label (or nothing), and what its mask is multiplied with."""
    labels, hidden = keys.labels(), body.hidden
    again = linear(hidden, hidden, Role.HEAD, bias=True)
    drawn = linear(hidden, keys.whole("mask_feature_size"), Role.HEAD, bias=True)
    parts = {
        "class_predictor": linear(hidden, labels + 1, Role.HEAD, bias=True),
        "mask_embedder.0.0": again,
        "mask_embedder.1.0": again,
        "mask_embedder.2.0": drawn,
    }
    weights = vector("criterion.empty_weight", labels + 1, Role.OTHER, buffer=True)
    tensors = placed("", beside(joined(parts), weights), Part.VISION)
    return Ending(tensors, labels + 1)


def maskformer_swin(asked: Asked) -> Body:
    """Return Swin as MaskFormer has it, under older names."""
    bare = asked.head == "Backbone"
    return swin(replace(asked, at=f"{asked.at}model.") if bare else asked)


def _every_norm(keys: Keys, body: Body) -> Ending:
    """Return a norm behind each stage, whether it is handed out or not."""
    parts = {
        str(number): norm(width, bias=True) for number, width in enumerate(stage_widths(keys)[1:])
    }
    named = placed("hidden_states_norms", joined(parts), Part.VISION)
    return Ending(named, body.hidden)


FAMILIES = {
    "maskformer": Family(
        maskformer,
        {"ForInstanceSegmentation": Head("model", _masks), "Model": Head("", nothing)},
    ),
    "maskformer-swin": Family(
        maskformer_swin, {"Model": Head("", nothing), "Backbone": Head("", _every_norm)}
    ),
}
