"""Mixtures of experts that see: Llama 4, Kimi K2.5, MiniMax-M3 and Step 3.7.

In: keys with a text_config and a vision_config. Out: bodies: a tower of each
family's own, the bridge, and the decoder.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import prod

from tabfit.architectures.config_keys import Keys
from tabfit.architectures.decoders.gpt2 import equal_heads
from tabfit.architectures.encoder_decoders.bart import OUT_NAMES
from tabfit.architectures.family import Asked, Body, Ending, Family, Head, tied_to_table
from tabfit.architectures.heads import nothing, output_layer
from tabfit.architectures.multimodal.vision_language import together, two_layers
from tabfit.architectures.vision.patches.clip import clip_layer, renamed
from tabfit.architectures.vision.patches.vision_encoders import part_body
from tabfit.architectures.vision.patches.vit import (
    patch_count,
    patches,
    picture_body,
    ratio_width,
    sides,
)
from tabfit.light_dataclass import replace
from tabfit.model.blocks.attention import ALL_BIASED, Names, attention
from tabfit.model.blocks.block import Block, array, beside, joined, placed, stacked, vector
from tabfit.model.blocks.feed_forward import plain
from tabfit.model.blocks.linear import convolution, embedding, linear, norm
from tabfit.model.tensors import Part, Role

MOST_FRAMES = 64


def _tower(
    asked: Asked, front: Mapping[str, Block], layer: Block, layers: str, positions: int | None
) -> Body:
    """Return a tower of equal layers and what lies around them."""
    keys, at = asked.keys, asked.at
    blocks = (layer,) * keys.layers("num_hidden_layers")
    stack = stacked(at + layers, blocks, Part.VISION)
    around = placed(at.removesuffix("."), joined(front), Part.VISION)
    return picture_body(around + stack.tensors, stack, keys.whole("hidden_size"), positions)


def _feeds(keys: Keys, inner: int) -> Block:
    return plain(keys.whole("hidden_size"), inner, names=("fc1", "fc2"))


def llama4_vision(asked: Asked) -> Body:
    """Return Llama 4's tower: patches as rows of numbers, and a perceptron at its end."""
    keys = asked.keys
    hidden, patch = keys.whole("hidden_size"), sides(keys, "patch_size")
    count, inner = patch_count(keys) + 1, keys.whole("intermediate_size")
    read, written = keys.whole("projector_input_dim"), keys.whole("projector_output_dim")
    lone = beside(
        vector("class_embedding", hidden, Role.OTHER),
        array("positional_embedding_vlm", (count, hidden), Role.POSITION),
    )
    cut = linear(keys.whole("num_channels") * prod(patch), hidden, Role.CONVOLUTION)
    front = {
        "": lone,
        "patch_embedding.linear": cut,
        "layernorm_pre": norm(hidden, bias=True),
        "layernorm_post": norm(hidden, bias=True),
        "vision_adapter.mlp.fc1": linear(inner, read, Role.PROJECTION),
        "vision_adapter.mlp.fc2": linear(written, written, Role.PROJECTION),
    }
    heads = equal_heads(keys, "hidden_size", "num_attention_heads")
    layer = joined(
        {
            "self_attn": attention(hidden, heads, bias=ALL_BIASED, keeps=()),
            "mlp": _feeds(keys, inner),
            "input_layernorm": norm(hidden, bias=True),
            "post_attention_layernorm": norm(hidden, bias=True),
        }
    )
    return _tower(asked, front, layer, "model.layers", count)


def llama4(asked: Asked) -> Body:
    """Return Llama 4 whole: its decoder keeps the names it has by itself."""
    keys = asked.keys
    seen = asked.part("vision_config", "vision_model.", "llama4_vision_model")
    texts = part_body(asked, "text_config", "language_model.model.", "llama4_text")
    width = seen.keys.whole("vision_output_dim")
    bridge = joined({"linear_1": linear(width, texts.hidden, Role.PROJECTION)})
    whole = together(
        keys, texts, llama4_vision(seen), bridge=(f"{asked.at}multi_modal_projector", bridge)
    )
    return replace(whole, tied=texts.tied)


def _inner_output(keys: Keys, body: Body) -> Ending:
    """Return an output layer that lies with the decoder."""
    del keys
    head = tied_to_table(linear(body.hidden, body.vocabulary, Role.HEAD), "lm_head", body)
    return Ending(renamed("language_model.", head), body.vocabulary)


def kimi(asked: Asked) -> Body:
    """Return Kimi K2.5: DeepSeek-V3 behind a tower that reads pictures and films."""
    keys = asked.keys
    tower = _kimi_tower(asked.part("vision_config", "vision_tower.", "kimi_k25_vision"))
    texts = part_body(asked, "text_config", "language_model.")
    normed = keys.whole_or("projection_hidden_size", tower.hidden)
    merged = keys.child("vision_config", "kimi_k25_vision").wholes("merge_kernel_size", least=1)
    read = tower.hidden * prod(merged or (1,))
    bridge = joined(
        {
            "pre_norm": norm(normed, bias=True),
            "in_proj": linear(read, read, Role.PROJECTION, bias=True),
            "out_proj": linear(read, texts.hidden, Role.PROJECTION, bias=True),
        }
    )
    return together(keys, texts, tower, bridge=(f"{asked.at}mm_projector", bridge))


def _kimi_tower(asked: Asked) -> Body:
    keys = asked.keys
    hidden = keys.whole("hidden_size")
    grid = (keys.whole("pos_emb_height"), keys.whole("pos_emb_width"))
    front = {
        "patch_embed.proj": convolution(3, hidden, *sides(keys, "patch_size")),
        "patch_embed.pos_emb": array("position_embeddings", (*grid, hidden), Role.POSITION),
        "final_layernorm": norm(hidden, bias=True),
    }
    heads = equal_heads(keys, "hidden_size", "num_attention_heads")
    names = Names(output="proj")
    layer = joined(
        {
            "norm1": norm(hidden, bias=True),
            "norm2": norm(hidden, bias=True),
            "attn": attention(hidden, heads, names=names, bias=ALL_BIASED, keeps=()),
            "mlp": _feeds(keys, keys.whole("intermediate_size")),
        }
    )
    return _tower(asked, front, layer, "layers", prod(grid))


def minimax(asked: Asked) -> Body:
    """Return MiniMax-M3 whole: films cut in time and space, patches merged after the bridge."""
    keys = asked.keys
    tower = _minimax_tower(asked.part("vision_config", "vision_tower.", "minimax_m3_vl_vision"))
    texts = part_body(asked, "text_config", "language_model.", "minimax_m3_vl_text")
    side = keys.child("vision_config", "minimax_m3_vl_vision").whole("spatial_merge_size", most=64)
    between = keys.whole("projector_hidden_size")
    last = two_layers(texts.hidden * side**2, between, texts.hidden)
    merged = replace(last, tensors=renamed("merge_", last.tensors))
    bridge = beside(two_layers(tower.hidden, between, texts.hidden), merged)
    at = f"{asked.at}multi_modal_projector"
    whole = together(keys, texts, tower, bridge=(at, bridge))
    return replace(whole, tied=whole.tied or texts.tied)


def _minimax_tower(asked: Asked) -> Body:
    keys = asked.keys
    hidden = keys.whole("hidden_size")
    kernel = (keys.whole("temporal_patch_size", most=MOST_FRAMES), *sides(keys, "patch_size"))
    cut = convolution(keys.whole("num_channels"), hidden, *kernel, bias=False)
    front = {"embeddings.proj": cut, "pre_layrnorm": norm(hidden, bias=True)}
    return _tower(asked, front, clip_layer(keys), "layers", None)


def step(asked: Asked) -> Body:
    """Return Step 3.7 whole: a tower whose maps two convolutions make a quarter as long."""
    keys = asked.keys
    tower = _step_tower(asked.part("vision_config", "vision_model.", "step3p5_vision"))
    texts = part_body(asked, "text_config", "language_model.", "step3p5")
    read, bias = 4 * tower.hidden, keys.flag("projector_bias")
    bridge = linear(read, texts.hidden, Role.PROJECTION, bias=bias)
    return together(keys, texts, tower, bridge=(f"{asked.at}multi_modal_projector", bridge))


def _step_tower(asked: Asked) -> Body:
    keys = asked.keys
    older = {"layers": "num_hidden_layers", "heads": "num_attention_heads"}
    said = {new: keys.get(old) for old, new in older.items() if keys.get(old) is not None}
    keys = keys.replaced(**said)
    hidden, count = keys.whole("hidden_size"), patch_count(keys)
    front = {
        "embeddings.patch_embedding": patches(keys, bias=False),
        "embeddings.position_embedding": embedding(count, hidden, Role.POSITION),
        "pre_layernorm": norm(hidden, bias=True),
        "downsampler1": convolution(hidden, 2 * hidden, 3, 3),
        "downsampler2": convolution(2 * hidden, 4 * hidden, 3, 3),
    }
    heads = equal_heads(keys, "hidden_size", "num_attention_heads")
    layer = joined(
        {
            "": beside(*(vector(f"lambda_{half}", hidden, Role.OTHER) for half in (1, 2))),
            "self_attn": attention(hidden, heads, names=OUT_NAMES, bias=ALL_BIASED, keeps=()),
            "mlp": _feeds(keys, ratio_width(keys, hidden)),
            "layernorm_before": norm(hidden, bias=True),
            "layernorm_after": norm(hidden, bias=True),
        }
    )
    return _tower(Asked(keys, asked.at, asked.head), front, layer, "layers", count)


HEADS = {
    "ForConditionalGeneration": Head("model", output_layer),
    "Model": Head("", nothing),
}
FAMILIES = {
    "llama4": Family(llama4, {"ForConditionalGeneration": Head("", _inner_output)}),
    "kimi_k25": Family(kimi, HEADS),
    "minimax_m3_vl": Family(minimax, HEADS),
    "step3p7": Family(step, HEADS),
}
