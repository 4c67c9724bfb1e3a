"""Gemma 3n and 4: vision and audio encoders before a decoder with embeddings per layer.

In: keys of such a config. Out: bodies.
"""

from __future__ import annotations

from tabfit.architectures.audio import conformer
from tabfit.architectures.audio.conformer import clipped
from tabfit.architectures.config_keys import Keys
from tabfit.architectures.decoders.decoder_layer import read_heads
from tabfit.architectures.decoders.gemma import SANDWICHED
from tabfit.architectures.family import Asked, Body, Family
from tabfit.architectures.multimodal.vision_language import HEADS, together
from tabfit.architectures.vision.convolutions.mobilenet_v5 import mobilenet_v5
from tabfit.architectures.vision.patches.vision_encoders import part_body
from tabfit.architectures.vision.patches.vit import picture_body
from tabfit.model.blocks.attention import attending
from tabfit.model.blocks.block import EMPTY, Block, array, beside, joined, placed, stacked, vector
from tabfit.model.blocks.feed_forward import widened
from tabfit.model.blocks.linear import embedding, linear, norm
from tabfit.model.tensors import Part, Role


def sees(asked: Asked) -> Body:
    """Return Gemma 4's tower for pictures: Gemma's layers that look both ways."""
    keys, at = asked.keys, asked.at
    hidden = keys.whole("hidden_size")
    layer = _seeing_layer(keys, hidden)
    blocks = (layer,) * keys.layers("num_hidden_layers")
    stack = stacked(at + "encoder.layers", blocks, Part.VISION)
    rows, side = keys.rows("position_embedding_size"), keys.whole("patch_size", most=4096)
    parts = {
        "patch_embedder.input_proj": linear(3 * side**2, hidden, Role.CONVOLUTION),
        "patch_embedder": array("position_embedding_table", (2, rows, hidden), Role.POSITION),
        "": _standard(keys, hidden),
    }
    front = placed(at.removesuffix("."), joined(parts), Part.VISION)
    return picture_body(front + stack.tensors, stack, hidden, None)


def _standard(keys: Keys, hidden: int) -> Block:
    """Return the stored offset and scale of the tower's outputs, where there are any."""
    if not keys.flag("standardize"):
        return EMPTY
    return beside(
        *(vector(f"std_{name}", hidden, Role.NORM, buffer=True) for name in ("bias", "scale"))
    )


def _seeing_layer(keys: Keys, hidden: int) -> Block:
    heads, inner = read_heads(keys), keys.whole("intermediate_size")
    attends = {
        "q_proj": clipped(keys, hidden, heads.query_outputs, Role.QUERY),
        "k_proj": clipped(keys, hidden, heads.key_outputs, Role.KEY),
        "v_proj": clipped(keys, hidden, heads.value_outputs, Role.VALUE),
        "o_proj": clipped(keys, heads.query_outputs, hidden, Role.ATTENTION_OUTPUT),
        "q_norm": norm(heads.width),
        "k_norm": norm(heads.width),
    }
    feeds = {
        "gate_proj": clipped(keys, hidden, inner, Role.GATE),
        "up_proj": clipped(keys, hidden, inner, Role.UP),
        "down_proj": clipped(keys, inner, hidden, Role.DOWN),
    }
    return joined(
        {
            "self_attn": attending(joined(attends), heads, ()),
            "mlp": widened(feeds, inner),
            **dict.fromkeys(SANDWICHED, norm(hidden)),
        }
    )


def gemma4(asked: Asked) -> Body:
    """Return Gemma 4 with the towers that its config describes."""
    keys = asked.keys
    texts = part_body(asked, "text_config", "language_model.", "gemma4_text")
    others: list[Body] = []
    bridges: dict[str, Block] = {}
    for name, read in (("vision", sees), ("audio", conformer.gemma4)):
        if keys.get(f"{name}_config") is None:
            continue
        other = read(asked.part(f"{name}_config", f"{name}_tower.", f"gemma4_{name}"))
        layer = linear(other.hidden, texts.hidden, Role.PROJECTION)
        bridges[f"embed_{name}.embedding_projection"] = layer
        others.append(other)
    return together(keys, texts, *others, bridge=(asked.at.removesuffix("."), joined(bridges)))


def gemma3n(asked: Asked) -> Body:
    """Return Gemma 3n: a convolutional vision and an audio encoder, each with words of its own."""
    keys = asked.keys
    texts = part_body(asked, "text_config", "language_model.", "gemma3n_text")
    vision = asked.part("vision_config", "vision_tower.timm_model.", "gemma3n_vision")
    audio = asked.part("audio_config", "audio_tower.", "gemma3n_audio")
    bridges = {
        "embed_vision": _own_words(vision.keys, texts.hidden),
        "embed_audio": _own_words(audio.keys, texts.hidden),
    }
    at = asked.at.removesuffix(".")
    return together(
        keys, texts, mobilenet_v5(vision), conformer.gemma3n(audio), bridge=(at, joined(bridges))
    )


def _own_words(keys: Keys, written: int) -> Block:
    """Return a table of words that stand for pictures or sounds, and the layer behind it."""
    hidden = keys.whole("hidden_size")
    return joined(
        {
            "embedding": embedding(keys.rows("vocab_size"), hidden),
            "hard_embedding_norm": norm(hidden),
            "soft_embedding_norm": norm(hidden),
            "embedding_projection": linear(hidden, written, Role.PROJECTION),
        }
    )


FAMILIES = {"gemma3n": Family(gemma3n, HEADS), "gemma4": Family(gemma4, HEADS)}
