"""SAM 2's and SAM 3's cutters of single pictures: a tower of stages, and SAM's small decoder.

In: keys of such a config. Out: bodies. EdgeTAM is SAM 2 behind RepViT, which is not read.
Sources: Ravi et al. 2024, arXiv:2408.00714; Carion et al. 2025, arXiv:2511.16719.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod

from tabfit.architectures.config_keys import MOST_HEADS, Keys
from tabfit.architectures.decoders.gpt2 import equal_heads
from tabfit.architectures.family import Asked, Body, Family, Head
from tabfit.architectures.heads import BARE, nothing
from tabfit.architectures.vision.convolutions.stages import MOST_DEPTH, MOST_SIDE, stage_list
from tabfit.architectures.vision.patches.vit import (
    patch_count,
    patches,
    picture_body,
    ratio_width,
    sides,
)
from tabfit.architectures.vision.segmentation.sam import (
    looking_both_ways,
    mapped,
    masks_written,
    prompts_read,
)
from tabfit.i18n.language import Message
from tabfit.light_dataclass import replace
from tabfit.model.blocks.attention import ALL_BIASED, Heads, attending, attention
from tabfit.model.blocks.block import EMPTY, Block, array, beside, joined, placed, stacked
from tabfit.model.blocks.feed_forward import plain
from tabfit.model.blocks.linear import (
    convolution,
    embedding,
    linear,
    norm,
    transposed_convolution,
)
from tabfit.model.tensors import Part, Role

#: What each step of a pyramid does to a map: how many halvings of channels make it larger.
GROWN = {4.0: 2, 2.0: 1, 1.0: 0, 0.5: 0}


#: What the tower and its neck start from where their configs say nothing.
TINY = {
    "image_size": [1024, 1024],
    "patch_kernel_size": [7, 7],
    "patch_stride": [4, 4],
    "window_positional_embedding_background_size": [7, 7],
    "blocks_per_stage": [1, 2, 7, 2],
    "embed_dim_per_stage": [96, 192, 384, 768],
    "num_attention_heads_per_stage": [1, 2, 4, 8],
    "window_size_per_stage": [8, 4, 14, 7],
    "backbone_channel_list": [768, 384, 192, 96],
    "scale_factors": [4.0, 2.0, 1.0, 0.5],
}


def _with_first_values(asked: Asked) -> Asked:
    keys = asked.keys
    missing = {key: value for key, value in TINY.items() if keys.get(key) is None}
    return replace(asked, keys=keys.replaced(**missing))


def hiera_tower(asked: Asked) -> Body:
    """Return Hiera as SAM 2 has it: positions for a window beside those for the whole."""
    asked = _with_first_values(asked)
    keys, at = asked.keys, asked.at
    first = keys.whole("hidden_size")
    widths = stage_list(keys, "embed_dim_per_stage")
    count = len(widths)
    blocks: list[Block] = []
    for number, depth in enumerate(_said(keys, "blocks_per_stage", count, MOST_DEPTH)):
        heads = _said(keys, "num_attention_heads_per_stage", count, MOST_HEADS)[number]
        width = widths[number]
        opening = _hiera_layer(keys, widths[max(number - 1, 0)], width, heads)
        again = _hiera_layer(keys, width, width, heads)
        blocks += [opening, *[again] * (depth - 1)]
    stack = stacked(at + "blocks", blocks, Part.VISION)
    window = _said(keys, "window_size_per_stage", 1, MOST_SIDE)[0]
    seen = sides(keys, "window_positional_embedding_background_size")
    kernel = sides(keys, "patch_kernel_size")
    cut = convolution(keys.whole("num_channels"), first, *kernel)
    parts = {
        "": beside(
            array("pos_embed", (1, first, *seen), Role.POSITION),
            array("pos_embed_window", (1, first, window, window), Role.POSITION),
        ),
        "patch_embed.projection": cut,
    }
    front = placed(at.removesuffix("."), joined(parts), Part.VISION)
    picture, step = sides(keys, "image_size"), sides(keys, "patch_stride")
    count = prod(whole // part for whole, part in zip(picture, step, strict=True))
    return picture_body(front + stack.tensors, stack, widths[-1], count or None)


def _said(keys: Keys, key: str, count: int, most: int) -> list[int]:
    return stage_list(keys, key, count, most=most)


def _hiera_layer(keys: Keys, read: int, written: int, count: int) -> Block:
    fused = {
        "qkv": linear(read, 3 * written, Role.QUERY_KEY_VALUE, bias=True),
        "proj": linear(written, written, Role.ATTENTION_OUTPUT, bias=True),
    }
    heads = Heads(queries=count, key_values=count, width=max(written // count, 1))
    wider = linear(read, written, Role.PROJECTION, bias=True) if read != written else EMPTY
    inner = ratio_width(keys, written)
    return joined(
        {
            "layer_norm1": norm(read, bias=True),
            "attn": attending(joined(fused), heads, ()),
            "layer_norm2": norm(written, bias=True),
            "mlp": plain(written, inner, names=("proj_in", "proj_out")),
            "proj": wider,
        }
    )


def sam2_vision(asked: Asked) -> Body:
    """Return the tower, and what brings its stages to one width."""
    asked = _with_first_values(asked)
    keys, at = asked.keys, asked.at
    inner = asked.part("backbone_config", "backbone.")
    if inner.keys.type != "sam2_hiera_det_model":
        raise keys.fault(
            "backbone_config.model_type",
            Message("is read as {known} alone", known="sam2_hiera_det_model"),
        )
    body = hiera_tower(inner)
    width, kernel = keys.whole("fpn_hidden_size"), keys.whole("fpn_kernel_size", most=MOST_SIDE)
    parts = {
        f"convs.{number}": convolution(read, width, kernel, kernel)
        for number, read in enumerate(stage_list(keys, "backbone_channel_list"))
    }
    neck = placed(f"{at}neck", joined(parts), Part.VISION)
    return replace(body, tensors=body.tensors + neck, hidden=width)


def vit_tower(asked: Asked) -> Body:
    """Return SAM 3's ViT: positions both learned and rotated, windows in most layers."""
    keys, at = asked.keys, asked.at
    hidden = keys.whole("hidden_size")
    heads = equal_heads(keys, "hidden_size", "num_attention_heads")
    layer = joined(
        {
            "layer_norm1": norm(hidden, bias=True),
            "attention": attention(hidden, heads, bias=ALL_BIASED, keeps=()),
            "layer_norm2": norm(hidden, bias=True),
            "mlp": plain(hidden, keys.whole("intermediate_size"), names=("fc1", "fc2")),
        }
    )
    blocks = (layer,) * keys.layers("num_hidden_layers")
    stack = stacked(at + "layers", blocks, Part.VISION)
    count = patch_count(keys.replaced(image_size=keys.get("pretrain_image_size")))
    parts = {
        "embeddings": array("position_embeddings", (1, count, hidden), Role.POSITION),
        "embeddings.patch_embeddings.projection": patches(keys, bias=False),
        "layer_norm": norm(hidden, bias=True),
    }
    front = placed(at.removesuffix("."), joined(parts), Part.VISION)
    return picture_body(front + stack.tensors, stack, hidden, patch_count(keys))


def sam3_vision(asked: Asked) -> Body:
    """Return SAM 3's tower, and the pyramid of maps drawn from its last layer."""
    asked = _with_first_values(asked)
    keys, at = asked.keys, asked.at
    inner = asked.part("backbone_config", "backbone.")
    if inner.keys.type != "sam3_vit_model":
        raise keys.fault(
            "backbone_config.model_type",
            Message("is read as {known} alone", known="sam3_vit_model"),
        )
    body, width = vit_tower(inner), keys.whole("fpn_hidden_size")
    factors = keys.get("scale_factors")
    if not isinstance(factors, (list, tuple)) or not all(
        isinstance(f, int | float) and f in GROWN for f in factors
    ):
        raise keys.fault("scale_factors", Message("needs a list of 4, 2, 1 and 0.5"))
    if len(factors) > MOST_SIDE:
        raise keys.fault("scale_factors", Message("has more than {most} entries", most=MOST_SIDE))
    parts = {
        f"fpn_layers.{number}": _drawn(body.hidden, width, GROWN[factor])
        for number, factor in enumerate(factors)
    }
    neck = placed(f"{at}neck", joined(parts), Part.VISION)
    return replace(body, tensors=body.tensors + neck, hidden=width)


def _drawn(read: int, width: int, times: int) -> Block:
    """Return a map made larger so many times, then brought to the pyramid's width."""
    parts = {}
    for number in range(times):
        into, out = read // 2**number, read // 2 ** (number + 1)
        parts[f"scale_layers.{2 * number}"] = transposed_convolution(into, out, 2, 2)
    parts["proj1"] = convolution(read // 2**times, width, 1, 1)
    parts["proj2"] = convolution(width, width, 3, 3)
    return joined(parts)


def cutter(kind: str, vision: Callable[[Asked], Body]) -> Callable[[Asked], Body]:
    """Return a reader of a tower and the decoder that cuts out what was pointed at."""

    def body(asked: Asked) -> Body:
        keys, at = asked.keys, asked.at
        seen = vision(asked.part("vision_config", "vision_encoder.", f"{kind}_vision_model"))
        own = "sam3_tracker" if kind == "sam3" else kind
        points = keys.child("prompt_encoder_config", f"{own}_prompt_encoder")
        writes = keys.child("mask_decoder_config", f"{own}_mask_decoder")
        waves = array(
            "positional_embedding",
            (2, points.whole("hidden_size") // 2),
            Role.POSITION,
            buffer=True,
        )
        parts = {
            "": array("no_memory_embedding", (1, 1, seen.hidden), Role.OTHER),
            "shared_image_embedding": waves,
            "prompt_encoder.shared_embedding": waves,
            "prompt_encoder": prompts_read(points, newer=True),
            "mask_decoder.transformer": looking_both_ways(writes, newer=True),
            "mask_decoder": beside(masks_written(writes), _scored(writes)),
        }
        after = placed(at.removesuffix("."), joined(parts), Part.PROJECTOR)
        return replace(seen, tensors=seen.tensors + after)

    return body


def _scored(keys: Keys) -> Block:
    """Return what reads finer maps, and says whether the thing is there at all."""
    hidden = keys.whole("hidden_size")
    return joined(
        {
            "conv_s0": convolution(hidden, hidden // 8, 1, 1),
            "conv_s1": convolution(hidden, hidden // 4, 1, 1),
            "obj_score_token": embedding(1, hidden, Role.POSITION),
            "pred_obj_score_head": mapped((hidden, hidden, 1), 3),
        }
    )


FAMILIES = {
    "sam2": Family(cutter("sam2", sam2_vision), BARE),
    "sam2_vision_model": Family(sam2_vision, {"VisionModel": Head("", nothing)}),
    "sam2_hiera_det_model": Family(hiera_tower, BARE),
    "sam3_tracker": Family(cutter("sam3", sam3_vision), BARE),
    "sam3_vision_model": Family(sam3_vision, {"VisionModel": Head("", nothing)}),
    "sam3_vit_model": Family(vit_tower, BARE),
}
