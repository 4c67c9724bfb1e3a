"""SAM: a tower that looks once, and a small decoder that cuts out what was pointed at.

In: keys of such a config. Out: bodies.
Source: Kirillov et al. 2023, arXiv:2304.02643.
"""

from __future__ import annotations

from collections.abc import Sequence

from tabfit.architectures.config_keys import MOST_LAYERS, MOST_WIDTH, Keys
from tabfit.architectures.encoder_decoders.bart import OUT_NAMES
from tabfit.architectures.family import Asked, Body, Family, Head
from tabfit.architectures.heads import nothing
from tabfit.architectures.vision.patches.vit import (
    patches,
    picture_body,
    relative_position_attention,
    sides,
)
from tabfit.i18n.language import Message
from tabfit.light_dataclass import replace
from tabfit.model.blocks.attention import (
    ALL_BIASED,
    USUAL_NAMES,
    Heads,
    Names,
    attention,
)
from tabfit.model.blocks.block import EMPTY, Block, array, joined, placed, stacked
from tabfit.model.blocks.feed_forward import plain
from tabfit.model.blocks.linear import (
    convolution,
    embedding,
    linear,
    norm,
    transposed_convolution,
)
from tabfit.model.tensors import Part, Role

#: How many learned points there are, and masks tried at most.
MOST_POINTS = 4096


def sam(asked: Asked) -> Body:
    """Return SAM: the tower, what reads points and masks, and what writes masks."""
    keys, at = asked.keys, asked.at
    sees = asked.part("vision_config", "vision_encoder.", "sam_vision_model")
    body, feats = sam_vision(sees), sees.keys.whole("num_pos_feats")
    waves = array("positional_embedding", (2, feats), Role.POSITION)
    (shared,) = placed(f"{at}shared_image_embedding", waves, Part.VISION)
    (again,) = placed(f"{at}prompt_encoder.shared_embedding", waves, Part.PROJECTOR)
    points = keys.child("prompt_encoder_config", "sam_prompt_encoder")
    writes = keys.child("mask_decoder_config", "sam_mask_decoder")
    parts = {
        "prompt_encoder": prompts_read(points),
        "mask_decoder.transformer": looking_both_ways(writes),
        "mask_decoder": masks_written(writes),
    }
    after = placed(at.removesuffix("."), joined(parts), Part.PROJECTOR)
    tied = replace(again, tied_to=shared.name) if keys.flag("tie_word_embeddings") else again
    return replace(body, tensors=(*body.tensors, shared, tied, *after))


def sam_vision(asked: Asked) -> Body:
    """Return SAM's tower: most layers look at windows, a few at everything."""
    keys, at = asked.keys, asked.at
    hidden, outputs = keys.whole("hidden_size"), keys.whole("output_channels")
    picture, patch = sides(keys, "image_size"), sides(keys, "patch_size")
    grid = (picture[0] // patch[0], picture[1] // patch[1])
    far = set(keys.wholes("global_attn_indexes", most=MOST_LAYERS) or ())
    window = keys.whole("window_size", least=0, most=MOST_POINTS)
    near, wide = _layer(keys, (window, window) if window else grid), _layer(keys, grid)
    count = keys.layers("num_hidden_layers")
    stack = stacked(at + "layers", [wide if n in far else near for n in range(count)], Part.VISION)
    places = array("pos_embed", (1, *grid, hidden), Role.POSITION)
    parts = {
        "": places if keys.flag("use_abs_pos") else EMPTY,
        "patch_embed.projection": patches(keys),
        "neck.conv1": convolution(hidden, outputs, 1, 1, bias=False),
        "neck.layer_norm1": norm(outputs, bias=True),
        "neck.conv2": convolution(outputs, outputs, 3, 3, bias=False),
        "neck.layer_norm2": norm(outputs, bias=True),
    }
    front = placed(at.removesuffix("."), joined(parts), Part.VISION)
    return picture_body(front + stack.tensors, stack, outputs, grid[0] * grid[1])


def _layer(keys: Keys, seen: tuple[int, int]) -> Block:
    """Return a layer that looks at so many rows and columns of patches."""
    hidden = keys.whole("hidden_size")
    inner = keys.whole_or("mlp_dim", int(hidden * keys.number("mlp_ratio")))
    if not 1 <= inner <= MOST_WIDTH:
        raise keys.fault("mlp_ratio", Message("makes layers {width} wide", width=inner))
    return joined(
        {
            "layer_norm1": norm(hidden, bias=True),
            "attn": relative_position_attention(keys, seen, "use_rel_pos"),
            "layer_norm2": norm(hidden, bias=True),
            "mlp": plain(hidden, inner, names=("lin1", "lin2")),
        }
    )


def prompts_read(keys: Keys, *, newer: bool = False) -> Block:
    """Return what reads points and a rough mask; since SAM 2 one table holds all points."""
    hidden, channels = keys.whole("hidden_size"), keys.whole("mask_input_channels")
    fewer, point = channels // 4, embedding(1, hidden, Role.POSITION)
    if fewer < 1:
        raise keys.fault(
            "mask_input_channels",
            Message("is {given}; at least {least} is needed", given=channels, least=4),
        )
    count = keys.whole("num_point_embeddings", most=MOST_POINTS)
    tables = {f"point_embed.{number}": point for number in range(count)}
    if newer:
        tables = {"point_embed": embedding(count, hidden, Role.POSITION)}
    return joined(
        {
            "mask_embed.conv1": convolution(1, fewer, 2, 2),
            "mask_embed.layer_norm1": norm(fewer, bias=True),
            "mask_embed.conv2": convolution(fewer, channels, 2, 2),
            "mask_embed.layer_norm2": norm(4 * fewer, bias=True),
            "mask_embed.conv3": convolution(channels, hidden, 1, 1),
            "no_mask_embed": point,
            **tables,
            "not_a_point_embed": point,
        }
    )


def _narrow(keys: Keys, rate: int, names: Names) -> Block:
    """Return attention whose heads share a part of the width."""
    hidden, count = keys.whole("hidden_size"), keys.heads("num_attention_heads")
    inner = hidden // rate
    if inner % count or not inner:
        raise keys.fault(
            "num_attention_heads",
            Message("is {given}, which does not divide {width}", given=count, width=inner),
        )
    heads = Heads(queries=count, key_values=count, width=inner // count)
    return attention(hidden, heads, names=names, bias=ALL_BIASED, keeps=())


def looking_both_ways(keys: Keys, *, newer: bool = False) -> Block:
    """Return layers in which what was pointed at and the picture look at one another.

    SAM's share half the width, whatever the config says; the last look follows it,
    as all do since SAM 2, whose feed-forward layers are as deep as there are layers.
    """
    hidden = keys.whole("hidden_size")
    rate = keys.whole("attention_downsample_rate", most=MOST_POINTS)
    names = USUAL_NAMES if newer else OUT_NAMES
    across = _narrow(keys, rate if newer else 2, names)
    feed = plain(hidden, keys.whole("mlp_dim"), names=("lin1", "lin2"))
    if newer:
        depth = keys.layers("num_hidden_layers")
        feed = mapped((hidden, keys.whole("mlp_dim"), hidden), depth)
    layer = joined(
        {
            "self_attn": _narrow(keys, 1, names),
            "cross_attn_token_to_image": across,
            "cross_attn_image_to_token": across,
            "mlp": feed,
            **{f"layer_norm{number}": norm(hidden, bias=True) for number in (1, 2, 3, 4)},
        }
    )
    ending = _narrow(keys, rate, names)
    layers = {f"layers.{number}": layer for number in range(keys.layers("num_hidden_layers"))}
    last = {"final_attn_token_to_image": ending, "layer_norm_final_attn": norm(hidden, bias=True)}
    return joined({**layers, **last})


def masks_written(keys: Keys) -> Block:
    """Return what turns tokens into masks and into how good each is."""
    hidden = keys.whole("hidden_size")
    count = keys.whole("num_multimask_outputs", most=MOST_POINTS) + 1
    wide, narrow = hidden // 4, hidden // 8
    if narrow < 1:
        raise keys.fault(
            "hidden_size", Message("is {given}; at least {least} is needed", given=hidden, least=8)
        )
    mask = mapped((hidden, hidden, narrow), 3)
    width = keys.whole("iou_head_hidden_dim")
    return joined(
        {
            "iou_token": embedding(1, hidden, Role.POSITION),
            "mask_tokens": embedding(count, hidden, Role.POSITION),
            "upscale_conv1": transposed_convolution(hidden, wide, 2, 2),
            "upscale_layer_norm": norm(wide, bias=True),
            "upscale_conv2": transposed_convolution(wide, narrow, 2, 2),
            **{f"output_hypernetworks_mlps.{number}": mask for number in range(count)},
            "iou_prediction_head": mapped(
                (hidden, width, count), keys.whole("iou_head_depth", most=MOST_LAYERS)
            ),
        }
    )


def mapped(widths: Sequence[int], depth: int) -> Block:
    """Return so many linear layers, all between the first and the last equally wide."""
    read, between, written = widths
    again = linear(between, between, Role.OTHER, bias=True)
    return joined(
        {
            "proj_in": linear(read, between, Role.OTHER, bias=True),
            **{f"layers.{number}": again for number in range(depth - 2)},
            "proj_out": linear(between, written, Role.OTHER, bias=True),
        }
    )


FAMILIES = {
    "sam": Family(sam, {"Model": Head("", nothing)}),
    "sam_vision_model": Family(sam_vision, {"VisionModel": Head("vision_encoder", nothing)}),
}
