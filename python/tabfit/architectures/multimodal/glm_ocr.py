"""GLM-OCR: pages seen by a gated tower, squares of patches merged, told by GLM's decoder.

In: keys of a GLM-OCR config. Out: its body.
Source: transformers 5.24, models/glm_ocr; the model's card, zai-org/GLM-OCR.
"""

from __future__ import annotations

from tabfit.architectures.config_keys import MOST_WIDTH, Keys
from tabfit.architectures.decoders.decoder_layer import AROUND, Style, fused, same_for_all
from tabfit.architectures.family import Asked, Body, Family
from tabfit.architectures.multimodal.qwen_vl import picture_layer, picture_tower
from tabfit.architectures.multimodal.vision_language import HEADS, together
from tabfit.i18n.language import Message
from tabfit.light_dataclass import replace
from tabfit.model.blocks.block import Block, joined
from tabfit.model.blocks.feed_forward import gated
from tabfit.model.blocks.linear import convolution, linear, norm
from tabfit.model.tensors import Role

_TEXTS = Style(
    feeds=same_for_all(fused),
    around=(*AROUND, "post_self_attn_layernorm", "post_mlp_layernorm"),
)


def _layer(keys: Keys) -> Block:
    """Return a layer of the tower: fused attention and a gated layer, both with or without bias."""
    width, bias = keys.whole("hidden_size"), keys.flag("attention_bias")
    feeds = gated(width, keys.whole("intermediate_size"), bias=bias)
    return picture_layer(keys, "hidden_size", norm(width), feeds, bias=bias, normed_heads=True)


def _merger(keys: Keys) -> Block:
    """Return what makes a token of a square: a projection, then a gated layer that is wider."""
    width = keys.whole("out_hidden_size")
    inner = width * keys.whole("in_channels")
    if inner > MOST_WIDTH:
        raise keys.fault("in_channels", Message("makes layers {width} wide", width=inner))
    parts = {
        "proj": linear(width, width, Role.PROJECTION),
        "post_projection_norm": norm(width, bias=True),
        "": gated(width, inner),
    }
    return joined(parts)


def _bridge(keys: Keys) -> Block:
    """Return what stands between the tower and the decoder: a norm, a convolution, the merger."""
    width, side = keys.whole("hidden_size"), keys.whole("spatial_merge_size", most=64)
    parts = {
        "post_layernorm": norm(width),
        "downsample": convolution(width, keys.whole("out_hidden_size"), side, side),
        "merger": _merger(keys),
    }
    return joined(parts)


def glm_ocr(asked: Asked) -> Body:
    """Return the whole model but its output layer."""
    keys = asked.keys
    texts = _TEXTS.body(asked.part("text_config", "language_model.", "glm_ocr_text"))
    sees = asked.part("vision_config", "visual.", "glm_ocr_vision")
    width = sees.keys.whole("hidden_size")
    pictures = picture_tower(sees, width, _layer(sees.keys), bias=True)
    bridge = (f"{asked.at}visual", _bridge(sees.keys))
    whole = together(keys, texts, pictures, bridge=bridge)
    return replace(whole, tied=whole.tied or texts.tied)


FAMILIES = {"glm_ocr": Family(glm_ocr, HEADS)}
