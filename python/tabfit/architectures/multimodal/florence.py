"""Florence 2: a tower that looks at places and at channels by turns, before BART.

In: keys of such a config. Out: a body.
Sources: Xiao et al. 2023, arXiv:2311.06242; Ding et al. 2022, arXiv:2204.03645.
"""

from __future__ import annotations

from itertools import pairwise

from tabfit.architectures.config_keys import MOST_WIDTH, Keys
from tabfit.architectures.family import Asked, Body, Family, Head
from tabfit.architectures.heads import nothing, output_layer
from tabfit.architectures.multimodal.vision_language import together
from tabfit.architectures.vision.convolutions.stages import MOST_DEPTH, MOST_SIDE, stage_list
from tabfit.architectures.vision.patches.vision_encoders import part_body
from tabfit.architectures.vision.patches.vit import picture_body
from tabfit.i18n.language import Message
from tabfit.model.blocks.attention import Heads, fused_attention
from tabfit.model.blocks.block import Block, Stack, array, joined, placed, stacked, tensors_of
from tabfit.model.blocks.feed_forward import plain
from tabfit.model.blocks.linear import convolution, embedding, linear, norm
from tabfit.model.tensors import Part, Role

#: More places or moments than any picture or film is cut into.
MOST_PLACES = 2**20


def florence2(asked: Asked) -> Body:
    """Return Florence 2 but its output layer."""
    keys = asked.keys
    texts = part_body(asked, "text_config", "language_model.")
    vision = asked.part("vision_config", "vision_tower.", "florence_vision")
    bridge = _bridge(vision.keys)
    at = f"{asked.at}multi_modal_projector"
    return together(keys, texts, _davit(vision), bridge=(at, bridge))


def _davit(asked: Asked) -> Body:
    """Return DaViT: stages of layers, each opened by a convolution."""
    keys, at = asked.keys, asked.at
    widths = stage_list(keys, "embed_dim")
    depths = stage_list(keys, "depths", len(widths), most=MOST_DEPTH)
    sides = stage_list(keys, "patch_size", len(widths), most=MOST_SIDE)
    first, openings, stages = keys.whole("in_channels"), {}, []
    for number, (read, width) in enumerate(pairwise((first, *widths))):
        opening = convolution(read, width, sides[number], sides[number])
        before = read if _normed_first(keys, number) else width
        openings[f"convs.{number}"] = joined({"conv": opening, "norm": norm(before, bias=True)})
        blocks = [_pair(keys, number, width)] * depths[number]
        stages.append(stacked(f"{at}blocks.{number}", blocks, Part.VISION))
    front = placed(at.removesuffix("."), joined(openings), Part.VISION)
    tensors = tensors_of(front, *(stage.tensors for stage in stages))
    layers = tuple(layer for stage in stages for layer in stage.layers)
    return picture_body(tensors, Stack(tensors, layers), widths[-1], None)


def _normed_first(keys: Keys, number: int) -> bool:
    given = keys.sequence("patch_prenorm") or ()
    said: object = given[number] if number < len(given) else None
    if not isinstance(said, bool):
        raise keys.fault("patch_prenorm", Message("needs true or false for each stage"))
    return said


def _pair(keys: Keys, number: int, width: int) -> Block:
    """Return a layer: attention among places in a window, then among groups of channels."""
    heads = stage_list(keys, "num_heads", number + 1)[number]
    groups = stage_list(keys, "num_groups", number + 1)[number]
    for key, count in (("num_heads", heads), ("num_groups", groups)):
        if width % count:
            raise keys.fault(
                key, Message("has {given}, which does not divide {width}", given=count, width=width)
            )
    return joined(
        {
            "spatial_block": _turn(keys, "window_attn", width, heads),
            "channel_block": _turn(keys, "channel_attn", width, groups),
        }
    )


def _turn(keys: Keys, name: str, width: int, count: int) -> Block:
    heads = Heads(queries=count, key_values=count, width=width // count)
    bias = (keys.flag("qkv_bias"), True)
    own = fused_attention(width, heads, names=("qkv", "proj"), bias=bias)
    inner = int(width * keys.number("mlp_ratio"))
    if not 1 <= inner <= MOST_WIDTH:
        raise keys.fault("mlp_ratio", Message("makes layers {width} wide", width=inner))
    near = convolution(width, width, 3, 3, groups=width)
    return joined(
        {
            "conv1": near,
            "norm1": norm(width, bias=True),
            name: Block(own.tensors, own.heads, own.head_width),
            "conv2": near,
            "norm2": norm(width, bias=True),
            "ffn": plain(width, inner, names=("fc1", "fc2")),
        }
    )


def _bridge(keys: Keys) -> Block:
    """Return the layer into BART's space, and where and when each patch lies."""
    read, written = stage_list(keys, "embed_dim")[-1], keys.whole("projection_dim")
    places = keys.whole("max_position_embeddings", most=MOST_PLACES)
    times = (keys.whole("max_temporal_embeddings", most=MOST_PLACES), read)
    moments = array("pos_idx_to_embed", times, Role.POSITION, buffer=True)
    return joined(
        {
            "image_projection": linear(read, written, Role.PROJECTION),
            "image_proj_norm": norm(written, bias=True),
            "image_position_embed.row_embeddings": embedding(places, read // 2, Role.POSITION),
            "image_position_embed.column_embeddings": embedding(
                places, read - read // 2, Role.POSITION
            ),
            "visual_temporal_embed": moments,
        }
    )


FAMILIES = {
    "florence2": Family(
        florence2,
        {"ForConditionalGeneration": Head("model", output_layer), "Model": Head("", nothing)},
    )
}
