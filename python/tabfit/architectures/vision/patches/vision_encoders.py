"""Towers that only larger models have: Pixtral's, InternVL's, Idefics's.

In: keys of a vision_config. Out: bodies whose tensors a larger model takes over.
"""

from __future__ import annotations

from tabfit.architectures.build import family_of
from tabfit.architectures.config_keys import Keys
from tabfit.architectures.decoders.decoder_layer import FULL, layer_kinds
from tabfit.architectures.decoders.gpt2 import equal_heads
from tabfit.architectures.family import Asked, Body, Family, Head
from tabfit.architectures.heads import nothing
from tabfit.architectures.registry import FAMILIES as KNOWN
from tabfit.architectures.vision.patches.clip import siglip_vision
from tabfit.architectures.vision.patches.vit import patch_count, patches, picture_body, sides
from tabfit.errors import Quoted
from tabfit.i18n.language import Message
from tabfit.model.blocks.attention import NO_BIASES, Heads, Names, attention, biases
from tabfit.model.blocks.block import EMPTY, Block, array, beside, joined, placed, stacked, vector
from tabfit.model.blocks.feed_forward import gated, plain
from tabfit.model.blocks.linear import convolution, linear, norm
from tabfit.model.tensors import Part, Role


def pixtral(asked: Asked) -> Body:
    """Return Pixtral's tower: Llama's layers, positions rotated in two directions."""
    keys, at = asked.keys, asked.at
    hidden = keys.whole("hidden_size")
    heads = equal_heads(keys, "hidden_size", "num_attention_heads")
    layer = joined(
        {
            "attention_norm": norm(hidden),
            "attention": attention(hidden, heads, bias=NO_BIASES, keeps=()),
            "ffn_norm": norm(hidden),
            "feed_forward": gated(hidden, keys.whole("intermediate_size")),
        }
    )
    blocks = (layer,) * keys.layers("num_hidden_layers")
    stack = stacked(at + "transformer.layers", blocks, Part.VISION)
    parts = {"patch_conv": patches(keys, bias=False), "ln_pre": norm(hidden)}
    front = placed(at.removesuffix("."), joined(parts), Part.VISION)
    return picture_body(front + stack.tensors, stack, hidden, patch_count(keys))


def internvl_vision(asked: Asked) -> Body:
    """Return InternVL's tower: ViT whose halves are scaled per channel."""
    keys, at = asked.keys, asked.at
    hidden, positions = keys.whole("hidden_size"), patch_count(keys) + 1
    front = [{"patch_embeddings.projection": patches(keys)}]
    lone = [array("cls_token", (1, 1, hidden), Role.OTHER)]
    if keys.flag("use_mask_token"):
        lone.append(array("mask_token", (1, 1, hidden), Role.OTHER))
    if keys.flag("use_absolute_position_embeddings"):
        lone.append(array("position_embeddings", (1, positions, hidden), Role.POSITION))
    layers = (_internvl_layer(keys),) * keys.layers("num_hidden_layers")
    stack = stacked(at + "encoder.layer", layers, Part.VISION)
    last = EMPTY if keys.flag("use_mean_pooling") else norm(hidden, bias=True)
    return picture_body(
        (
            *placed(at + "embeddings", beside(*lone, joined(front[0])), Part.VISION),
            *stack.tensors,
            *placed(at + "layernorm", last, Part.VISION),
        ),
        stack,
        hidden,
        positions,
    )


def _internvl_layer(keys: Keys) -> Block:
    hidden, heads = (
        keys.whole("hidden_size"),
        equal_heads(keys, "hidden_size", "num_attention_heads"),
    )
    rooted = keys.word("norm_type", ("layer_norm", "rms_norm")) == "rms_norm"
    normed = norm(hidden, bias=not rooted)
    each = (norm(hidden), norm(hidden)) if keys.flag("use_qk_norm") else None
    return joined(
        {
            "attention": attention(
                hidden,
                heads,
                names=Names(output="projection_layer"),
                bias=biases(inputs=keys.flag("attention_bias"), output=True),
                norms=each,
                keeps=(),
            ),
            "mlp": plain(hidden, keys.whole("intermediate_size"), names=("fc1", "fc2")),
            "layernorm_before": normed,
            "layernorm_after": normed,
            "": beside(*(vector(f"lambda_{half}", hidden, Role.OTHER) for half in (1, 2))),
        }
    )


def idefics3_vision(asked: Asked) -> Body:
    """Return Idefics 3's tower: SigLIP's, without the head that sums a picture up."""
    height, width = sides(asked.keys, "image_size")
    if height != width:
        raise asked.keys.fault("image_size", Message("needs one number"))
    return siglip_vision(asked)


def lfm3_vision(asked: Asked) -> Body:
    """Return LFM3-VL's tower: attention in every second layer, convolutions in the others."""
    keys, at = asked.keys, asked.at
    hidden = keys.whole("hidden_size")
    kinds = layer_kinds(
        keys, ("conv", FULL), lambda number: "conv" if number < 2 or number % 2 else FULL
    )
    mixers = {"conv": ("conv", _spatial(keys, hidden)), FULL: ("self_attn", _grouped(keys, hidden))}
    feed = gated(hidden, keys.whole("intermediate_size"), names=("w1", "w3", "w2"))
    made = {
        kind: joined(
            {
                name: block,
                "feed_forward": feed,
                "operator_norm": norm(hidden),
                "ffn_norm": norm(hidden),
            }
        )
        for kind, (name, block) in mixers.items()
    }
    stack = stacked(at + "layers", [made[kind] for kind in kinds], Part.VISION)
    frames = keys.whole("temporal_patch_size", most=64)
    read = keys.whole("in_channels") * frames * sides(keys, "patch_size")[0] ** 2
    parts = {"patch_embed": linear(read, hidden, Role.CONVOLUTION), "embedding_norm": norm(hidden)}
    front = placed(at.removesuffix("."), joined(parts), Part.VISION)
    return picture_body(front + stack.tensors, stack, hidden, None)


def _spatial(keys: Keys, hidden: int) -> Block:
    kernel = keys.whole("conv_kernel_size", most=256)
    return joined(
        {
            "in_proj": linear(hidden, 3 * hidden, Role.RECURRENT),
            "spatial_conv": convolution(hidden, hidden, kernel, kernel, groups=hidden, bias=False),
            "out_proj": linear(hidden, hidden, Role.RECURRENT),
        }
    )


def _grouped(keys: Keys, hidden: int) -> Block:
    width = keys.divided("hidden_size", "num_attention_heads")
    queries, shared = keys.heads("num_attention_heads"), keys.heads("num_key_value_heads")
    heads = Heads(queries=queries, key_values=shared, width=width)
    names, norms = Names(output="out_proj"), (norm(width), norm(width))
    return attention(hidden, heads, names=names, norms=norms, keeps=())


#: Towers that have no model class of their own.
INNER = {
    "idefics3_vision": idefics3_vision,
    "smolvlm_vision": idefics3_vision,
    "internvl_vision": internvl_vision,
    "lfm3_vl_vision": lfm3_vision,
}


def part_body(asked: Asked, key: str, at: str, model_type: str | None = None) -> Body:
    """Return the body of a config inside the config, by the model_type it has or must have."""
    inner = asked.part(key, at, model_type)
    inner = Asked(inner.keys, inner.at, "Model")
    kind = inner.keys.type
    if kind in INNER:
        return INNER[kind](inner)
    if kind not in KNOWN:
        raise asked.keys.fault(
            f"{key}.model_type", Message("is {given}, which is not known", given=Quoted(kind))
        )
    return family_of(kind).body(inner)


FAMILIES = {"pixtral": Family(pixtral, {"VisionModel": Head("", nothing)})}
