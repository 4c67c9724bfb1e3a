"""Janus: one Llama that reads pictures with SigLIP and draws them with a VQ-VAE.

In: keys with a text_config, a vision_config and a vq_config, or those of its makers' own code
(`multi_modality`). Out: a body: the tower and its bridge, what draws, and the decoder.
Source: Chen et al. 2025, arXiv:2501.17811; transformers `convert_janus_weights_to_hf.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tabfit.architectures.config_keys import Keys
from tabfit.architectures.decoders.gpt2 import equal_heads
from tabfit.architectures.family import Asked, Body, Family, Head
from tabfit.architectures.heads import output_layer
from tabfit.architectures.multimodal.vision_language import HEADS, together
from tabfit.architectures.transformers_defaults import facts_of
from tabfit.architectures.vision.convolutions.stages import MOST_DEPTH, stage_list
from tabfit.architectures.vision.patches.vision_encoders import part_body
from tabfit.architectures.vision.patches.vit import patch_count, patches, picture_body, ratio_width
from tabfit.i18n.language import Message
from tabfit.light_dataclass import replace
from tabfit.model.blocks.attention import Names, attention, biases
from tabfit.model.blocks.block import EMPTY, Block, joined, placed, stacked
from tabfit.model.blocks.feed_forward import plain
from tabfit.model.blocks.linear import convolution, embedding, linear, norm
from tabfit.model.tensors import Part, Role

_NAMES: Final = Names(output="projection_layer")
#: More layers than any bridge has.
MOST_BRIDGES: Final = 64


def janus(asked: Asked) -> Body:
    """Return the decoder with what it sees with and what draws the pictures it thinks of."""
    keys, at = asked.keys, asked.at
    seen = asked.part("vision_config", "vision_model.", "janus_vision_model")
    tower = _tower(seen)
    texts = part_body(asked, "text_config", "language_model.")
    depth = seen.keys.whole("depth", most=MOST_BRIDGES)
    bridge = _aligner(tower.hidden, seen.keys.whole("projection_dim"), depth)
    whole = together(keys, texts, tower, bridge=(f"{at}aligner", bridge))
    drawn = placed(
        at.removesuffix("."), _drawing(keys.child("vq_config", "janus_vqgan")), Part.DRAWING
    )
    return replace(whole, tensors=drawn + whole.tensors)


def _tower(asked: Asked) -> Body:
    keys, at = asked.keys, asked.at
    hidden, positions = keys.whole("hidden_size"), patch_count(keys)
    heads = equal_heads(keys, "hidden_size", "num_attention_heads")
    normed = norm(hidden, bias=True)
    layer = joined(
        {
            "layer_norm1": normed,
            "self_attn": attention(
                hidden,
                heads,
                names=_NAMES,
                bias=biases(inputs=keys.flag("attention_bias"), output=True),
                norms=(normed, normed) if keys.flag("use_qk_norm") else None,
                keeps=(),
            ),
            "layer_norm2": normed,
            "mlp": plain(hidden, ratio_width(keys, hidden), names=("fc1", "fc2")),
        }
    )
    front = {
        "embeddings.patch_embedding": patches(keys),
        "embeddings.position_embedding": embedding(positions, hidden, Role.POSITION),
        "post_layernorm": normed,
    }
    blocks = (layer,) * keys.layers("num_hidden_layers")
    stack = stacked(at + "encoder.layers", blocks, Part.VISION)
    around = placed(at.removesuffix("."), joined(front), Part.VISION)
    return picture_body(around + stack.tensors, stack, hidden, positions)


def _aligner(read: int, written: int, depth: int) -> Block:
    """Return so many linear layers from one width to another."""
    again = linear(written, written, Role.PROJECTION, bias=True)
    others = {f"hidden_layers.{number}": again for number in range(depth - 1)}
    return joined({"fc1": linear(read, written, Role.PROJECTION, bias=True), **others})


def _drawing(keys: Keys) -> Block:
    """Return what tells tokens of pictures, what they mean to the decoder, and what draws them."""
    codes, width = keys.whole("num_embeddings"), keys.whole("embed_dim")
    written, latent = keys.whole("projection_dim"), keys.whole("latent_channels")
    table = embedding(codes, width)
    head = {
        "proj_out": linear(
            keys.whole("image_token_embed_dim"), written, Role.PROJECTION, bias=True
        ),
        "vision_head": linear(written, codes, Role.PROJECTION, bias=True),
    }
    depth = keys.whole("num_hidden_layers", most=MOST_BRIDGES)
    return joined(
        {
            "vqmodel.encoder": _looks(keys, latent),
            "vqmodel.quantize.embedding": table,
            "vqmodel.quant_conv": convolution(latent, width, 1, 1),
            "vqmodel.post_quant_conv": convolution(width, latent, 1, 1),
            "vqmodel.decoder": _draws(keys, latent),
            "generation_embeddings": table,
            "generation_aligner": _aligner(width, written, depth),
            "generation_head": joined(head),
        }
    )


def _widths(keys: Keys) -> list[int]:
    base = keys.whole("base_channels")
    return [base * times for times in stage_list(keys, "channel_multiplier", most=64)]


def _looks(keys: Keys, latent: int) -> Block:
    """Return the VQ-VAE's encoder: levels that each halve the picture's sides."""
    widths, read = _widths(keys), keys.whole("base_channels")
    last, count = widths[-1], keys.whole("num_res_blocks", most=MOST_DEPTH)
    parts = {"conv_in": convolution(keys.whole("in_channels"), read, 3, 3)}
    for number, width in enumerate(widths):
        ends = number == len(widths) - 1
        parts[f"down.{number}"] = _level(read, width, count, attends=ends)
        parts[f"down.{number}.downsample.conv"] = EMPTY if ends else convolution(width, width, 3, 3)
        read = width
    parts["mid"], parts["norm_out"] = _middle(last), norm(last, bias=True)
    parts["conv_out"] = convolution(last, latent * (1 + keys.flag("double_latent")), 3, 3)
    return joined(parts)


def _draws(keys: Keys, latent: int) -> Block:
    """Return the VQ-VAE's decoder: the same levels the other way, each with one block more."""
    widths, count = _widths(keys), keys.whole("num_res_blocks", most=MOST_DEPTH) + 1
    read = widths[-1]
    parts = {"conv_in": convolution(latent, read, 3, 3), "mid": _middle(read)}
    for number, width in enumerate(reversed(widths)):
        ends = number == len(widths) - 1
        parts[f"up.{number}"] = _level(read, width, count, attends=number == 0)
        parts[f"up.{number}.upsample.conv"] = EMPTY if ends else convolution(width, width, 3, 3)
        read = width
    parts["norm_out"] = norm(read, bias=True)
    parts["conv_out"] = convolution(read, keys.whole("out_channels"), 3, 3)
    return joined(parts)


def _level(read: int, written: int, count: int, *, attends: bool) -> Block:
    parts = {}
    for number in range(count):
        parts[f"block.{number}"] = _residual(read if number == 0 else written, written)
        parts[f"attn.{number}"] = _attends(written) if attends else EMPTY
    return joined(parts)


def _middle(width: int) -> Block:
    block = _residual(width, width)
    return joined({"block_1": block, "attn_1": _attends(width), "block_2": block})


def _residual(read: int, written: int) -> Block:
    return joined(
        {
            "norm1": norm(read, bias=True),
            "conv1": convolution(read, written, 3, 3),
            "norm2": norm(written, bias=True),
            "conv2": convolution(written, written, 3, 3),
            "nin_shortcut": EMPTY if read == written else convolution(read, written, 1, 1),
        }
    )


def _attends(width: int) -> Block:
    once = convolution(width, width, 1, 1)
    names = ("q", "k", "v", "proj_out")
    return joined({"norm": norm(width, bias=True), **dict.fromkeys(names, once)})


#: The towers that its makers' code knows by name (deepseek-ai/Janus, janus/models/siglip_vit.py).
_SIGLIP: Final[Mapping[str, Mapping[str, Any]]] = {
    "siglip_large_patch16_384": {
        "hidden_size": 1024,
        "num_hidden_layers": 24,
        "num_attention_heads": 16,
        "patch_size": 16,
    },
}


def multi_modality(asked: Asked) -> Body:
    """Return Janus as its makers' own config tells it, under the names of transformers."""
    keys = asked.keys
    lacks = [key for key in _PARTS if not keys.mapping(key)]
    if 0 < len(lacks) < len(_PARTS):  # DeepSeek-VL goes by the same name, and draws nothing
        raise keys.fault(lacks[0], Message("is missing"))
    sees, joins, codes, means, head = (_params(keys, key) for key in _PARTS)
    name = sees.get("model_name", next(iter(_SIGLIP)))
    tower = _SIGLIP.get(str(name))
    if tower is None:
        known = Message("is not known; known are: {known}", known=", ".join(_SIGLIP))
        raise keys.fault("vision_config.params.model_name", known)
    seeing = {"image_size": sees.get("image_size"), "depth": joins.get("depth")}
    drawing = {
        "num_embeddings": codes.get("image_token_size"),
        "embed_dim": codes.get("n_embed"),
        "num_hidden_layers": means.get("depth"),
        "projection_dim": means.get("n_embed"),
        "image_token_embed_dim": head.get("n_embed"),
    }
    said = {
        "text_config": {"model_type": "llama", **keys.mapping("language_config")},
        "vision_config": {**tower, **_told({**seeing, "projection_dim": joins.get("n_embed")})},
        "vq_config": _told(drawing),
        "tie_word_embeddings": False,
    }
    return janus(Asked(Keys(said, facts_of("janus")), asked.at, asked.head))


def _params(keys: Keys, key: str) -> Mapping[str, Any]:
    params = keys.mapping(key).get("params")
    return params if isinstance(params, Mapping) else {}


def _told(params: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in params.items() if value is not None}


_PARTS: Final = (
    *("vision_config", "aligner_config", "gen_vision_config", "gen_aligner_config"),
    "gen_head_config",
)

FAMILIES = {
    "janus": Family(janus, HEADS),
    "multi_modality": Family(multi_modality, {"CausalLM": Head("model", output_layer)}),
}
