"""Kin of CLIP: CLIPSeg and GroupViT, which find what words name, and Chinese CLIP.

In: keys of such a config. Out: bodies and heads.
Sources: Lüddecke and Ecker 2021, arXiv:2112.10003; Xu et al. 2022, arXiv:2202.11094;
Yang et al. 2022, arXiv:2211.01335.
"""

from __future__ import annotations

from tabfit.architectures.config_keys import MOST_LAYERS, Keys
from tabfit.architectures.encoders.bert import bert
from tabfit.architectures.family import Asked, Body, Ending, Family, Head
from tabfit.architectures.heads import nothing
from tabfit.architectures.vision.convolutions.stages import MOST_DEPTH, stage_list
from tabfit.architectures.vision.patches.clip import (
    both,
    clip_layer,
    clip_space,
    clip_text,
    clip_vision,
    older_part,
    renamed,
)
from tabfit.architectures.vision.patches.vit import patch_count, patches, picture_body, sides
from tabfit.i18n.language import Message
from tabfit.light_dataclass import replace
from tabfit.model.blocks.attention import ALL_BIASED, Heads, Names, attention
from tabfit.model.blocks.block import (
    Block,
    Stack,
    array,
    beside,
    joined,
    placed,
    stacked,
    tensors_of,
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


def clipseg(asked: Asked) -> Body:
    """Return CLIP with its shared space, as CLIPSeg's decoder reads it."""
    body = both(
        clip_text(older_part(asked, "text_config", "text_model.", "clipseg_text_model")),
        clip_vision(older_part(asked, "vision_config", "vision_model.", "clipseg_vision_model")),
    )
    tensors = body.tensors + renamed(asked.at, clip_space(asked.keys, body).tensors)
    if asked.head == "ForImageSegmentation":
        looked = max(asked.keys.wholes("extract_layers", most=MOST_LAYERS) or (MOST_LAYERS,))
        tensors = tuple(replace(t, unread=_is_behind(t, looked)) for t in tensors)
    return replace(body, tensors=tensors)


def _is_behind(tensor: Tensor, looked: int) -> bool:
    """Return whether it lies behind the last layer of CLIP that the decoder looks at."""
    if tensor.part is Part.VISION and tensor.layer is not None:
        return tensor.layer > looked
    return "post_layernorm" in tensor.name or "visual_projection" in tensor.name


def _segmented(keys: Keys, body: Body) -> Ending:
    """Return what draws a map of what was asked for, from a few of CLIP's layers."""
    width, asked_in = keys.whole("reduce_dim", least=2), keys.whole("projection_dim")
    vision = keys.child("vision_config", "clipseg_vision_model")
    small = vision.replaced(
        hidden_size=width,
        num_attention_heads=keys.heads("decoder_num_attention_heads"),
        intermediate_size=keys.whole("decoder_intermediate_size"),
    )
    reduced = linear(body.hidden, width, Role.PROJECTION, bias=True)
    count = len(keys.wholes("extract_layers", most=MOST_LAYERS) or ())
    parts = {
        "film_mul": linear(asked_in, width, Role.PROJECTION, bias=True),
        "film_add": linear(asked_in, width, Role.PROJECTION, bias=True),
        "transposed_convolution": _map(keys, width, sides(vision, "patch_size")[0]),
        **{f"reduces.{number}": reduced for number in range(count)},
    }
    layers = stacked("decoder.layers", (clip_layer(small),) * count, Part.VISION)
    return Ending(placed("decoder", joined(parts), Part.VISION) + layers.tensors, 1)


def _map(keys: Keys, width: int, side: int) -> Block:
    if not keys.flag("use_complex_transposed_convolution"):
        return transposed_convolution(width, 1, side, side)
    step = side // 4
    if not step:
        raise keys.fault(
            "vision_config.patch_size",
            Message("is {given}; at least {least} is needed", given=side, least=4),
        )
    return joined(
        {
            "0": convolution(width, width, 3, 3),
            "2": transposed_convolution(width, width // 2, step, step),
            "4": transposed_convolution(width // 2, 1, step, step),
        }
    )


def chinese_clip(asked: Asked) -> Body:
    """Return CLIP's tower for pictures beside BERT without its pooler."""
    words = older_part(asked, "text_config", "text_model.", "chinese_clip_text_model")
    seen = older_part(asked, "vision_config", "vision_model.", "chinese_clip_vision_model")
    return both(bert(words, pooled=()), clip_vision(seen))


def groupvit(asked: Asked) -> Body:
    """Return GroupViT: patches gathered by learned groups, stage by stage."""
    words = older_part(asked, "text_config", "text_model.", "groupvit_text_model")
    seen = older_part(asked, "vision_config", "vision_model.", "groupvit_vision_model")
    return both(clip_text(words), _grouping(seen))


def _grouping(asked: Asked) -> Body:
    keys, at = asked.keys, asked.at
    hidden, depths = keys.whole("hidden_size"), stage_list(keys, "depths", most=MOST_DEPTH)
    tokens = keys.wholes("num_group_tokens", count=len(depths)) or ()
    groups = keys.wholes("num_output_groups", count=len(depths)) or ()
    positions, layer = patch_count(keys), clip_layer(keys)
    parts = {
        "embeddings": array("position_embeddings", (1, positions, hidden), Role.POSITION),
        "embeddings.patch_embeddings.projection": patches(keys),
        "embeddings.layernorm": norm(hidden, bias=True),
        "layernorm": norm(hidden, bias=True),
    }
    stages = []
    for number, depth in enumerate(depths):
        name = f"encoder.stages.{number}"
        stages.append(stacked(f"{at}{name}.layers", (layer,) * depth, Part.VISION))
        if tokens[number]:
            before = groups[number - 1] if number else 0
            parts[name] = _gathered(keys, before, tokens[number], groups[number])
    front = placed(at.removesuffix("."), joined(parts), Part.VISION)
    tensors = tensors_of(front, *(stage.tensors for stage in stages))
    layers = tuple(layer for stage in stages for layer in stage.layers)
    return picture_body(tensors, Stack(tensors, layers), hidden, positions)


def _gathered(keys: Keys, before: int, tokens: int, groups: int) -> Block:
    """Return a stage's learned groups, and what gives each patch to one of them."""
    hidden = keys.whole("hidden_size")
    ratios = keys.sequence("assign_mlp_ratio", count=2) or (0.5, 4)
    if not all(isinstance(r, (int, float)) and 0 < r <= 1024 for r in ratios):
        raise keys.fault("assign_mlp_ratio", Message("needs two numbers from above 0 to 1024"))
    mixed, inner = (max(int(ratio * hidden), 1) for ratio in ratios)
    normed = norm(hidden, bias=True)
    layer = clip_layer(keys)
    assigns = {
        "norm_tokens": normed,
        "mlp_inter": _between(tokens, mixed, groups),
        "norm_post_tokens": normed,
        "norm_x": normed,
        "pre_assign_attn": _looks(layer, normed),
        "assign": _assigns(hidden),
        "norm_new_x": normed,
        "mlp_channels": plain(hidden, inner, names=("fc1", "fc2")),
    }
    parts = {
        "": array("group_token", (1, tokens, hidden), Role.OTHER),
        "downsample": joined(assigns),
    }
    if before:
        parts["group_projector.0"] = normed
        parts["group_projector.1"] = _between(before, hidden // 2, tokens)
    return joined(parts)


def _between(read: int, inner: int, written: int) -> Block:
    """Return two projections from so many groups to so many others."""
    return joined(
        {
            "fc1": linear(read, inner, Role.UP, bias=True),
            "fc2": linear(inner, written, Role.DOWN, bias=True),
        }
    )


def _looks(layer: Block, normed: Block) -> Block:
    """Return a layer that looks at patches, under the names of cross-attention here."""
    kept = []
    for tensor in layer.tensors:
        if tensor.name.startswith("self_attn."):
            kept.append(replace(tensor, name="attn." + tensor.name.removeprefix("self_attn.")))
        elif tensor.name.startswith("mlp."):
            kept.append(tensor)
    return beside(
        replace(layer, tensors=tuple(kept)), joined({"norm2": normed, "norm_post": normed})
    )


def _assigns(hidden: int) -> Block:
    """Return attention that gives each patch to one group: all of the width is one head."""
    heads = Heads(queries=1, key_values=1, width=hidden)
    return attention(hidden, heads, names=Names(output="proj"), bias=ALL_BIASED, keeps=())


def _group_space(keys: Keys, body: Body) -> Ending:
    """Return two layers with a batch norm between into the shared space, for each tower."""
    width, inner = keys.whole("projection_dim"), keys.whole("projection_intermediate_dim")
    words = next(tower for tower in body.towers if tower.part is Part.ENCODER)
    parts = {"": array("logit_scale", (), Role.OTHER)}
    for name, read in (("visual", body.hidden), ("text", words.hidden)):
        parts[f"{name}_projection.0"] = linear(read, inner, Role.PROJECTION, bias=True)
        parts[f"{name}_projection.1"] = batch_norm(inner)
        parts[f"{name}_projection.3"] = linear(inner, width, Role.PROJECTION, bias=True)
    return Ending(placed("", joined(parts), Part.PROJECTOR), width)


FAMILIES = {
    "clipseg": Family(
        clipseg,
        {"ForImageSegmentation": Head("clip", _segmented), "Model": Head("", nothing)},
    ),
    "chinese_clip": Family(chinese_clip, {"Model": Head("", clip_space)}),
    "groupvit": Family(groupvit, {"Model": Head("", _group_space)}),
}
