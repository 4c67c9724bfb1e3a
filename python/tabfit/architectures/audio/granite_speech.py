"""Speech brought to a language model through a few questions: Granite Speech.

In: keys of such a config. Out: body. A conformer hears, a small transformer asks it a few
questions for every stretch of time, and Granite writes. The adapter that its files carry
beside these weights is no part of the class.
Source: Saon et al. 2025, arXiv:2505.08699.
"""

from __future__ import annotations

from tabfit.architectures.config_keys import MOST_LAYERS, MOST_ROWS, Keys
from tabfit.architectures.decoders.gpt2 import equal_heads
from tabfit.architectures.family import Asked, Body, Family, Head
from tabfit.architectures.heads import nothing, output_layer
from tabfit.architectures.multimodal.vision_language import together
from tabfit.architectures.vision.patches.vision_encoders import part_body
from tabfit.architectures.vision.patches.vit import OLDER_NAMES
from tabfit.model.architecture import Kind, Tower
from tabfit.model.blocks.attention import ALL_BIASED, Heads, attending, attention
from tabfit.model.blocks.block import Block, array, joined, placed, stacked, tensors_of
from tabfit.model.blocks.feed_forward import plain
from tabfit.model.blocks.linear import batch_norm, convolution, embedding, linear, norm
from tabfit.model.tensors import Part, Role

MOST_KERNEL, MOST_TIMES = 4096, 64


def granite_speech(asked: Asked) -> Body:
    """Return the conformer, the questions, and the language model."""
    keys = asked.keys
    hears = conformer(asked.part("encoder_config", "encoder.", "granite_speech_encoder"))
    texts = part_body(asked, "text_config", "language_model.")
    rate = keys.whole("downsample_rate", most=MOST_KERNEL)
    count = keys.whole("window_size", most=MOST_KERNEL) // rate
    asks = keys.child("projector_config")
    hidden = asks.whole("hidden_size")
    layers = {
        f"qformer.encoder.layer.{number}": block for number, block in enumerate(_asking(asks))
    }
    bridge = joined(
        {
            "": array("query", (1, count, hidden), Role.OTHER),
            "qformer.layernorm": norm(hidden, bias=True),
            **layers,
            "linear": linear(hidden, texts.hidden, Role.PROJECTION, bias=True),
        }
    )
    return together(keys, texts, hears, bridge=(f"{asked.at}projector", bridge))


def _asking(keys: Keys) -> list[Block]:
    """Return BLIP-2's layers of questions; every n-th looks at what was heard."""
    hidden, inner = keys.whole("hidden_size"), keys.whole("intermediate_size")
    heads = equal_heads(keys, "hidden_size", "num_attention_heads")
    every = keys.whole("cross_attention_frequency", most=MOST_LAYERS)
    source, words = keys.whole("encoder_hidden_size"), keys.flag("use_qformer_text_input")
    return [
        _question(hidden, inner, heads, source if number % every == 0 else None, words=words)
        for number in range(keys.layers("num_hidden_layers"))
    ]


def _question(hidden: int, inner: int, heads: Heads, source: int | None, *, words: bool) -> Block:
    normed = norm(hidden, bias=True)
    own = attention(hidden, heads, names=OLDER_NAMES, bias=ALL_BIASED, keeps=())
    parts = {"attention": own, "attention.output.LayerNorm": normed}
    if source is not None:
        looks = attention(
            hidden, heads, names=OLDER_NAMES, bias=ALL_BIASED, source=source, keeps=()
        )
        parts |= {"crossattention": looks, "crossattention.output.LayerNorm": normed}
    for end in ("_query", *(("",) if words else ())):
        parts |= {
            f"intermediate{end}.dense": linear(hidden, inner, Role.UP, bias=True),
            f"output{end}.dense": linear(inner, hidden, Role.DOWN, bias=True),
            f"output{end}.LayerNorm": normed,
        }
    return joined(parts)


def conformer(asked: Asked) -> Body:
    """Return layers of half a feed-forward layer, attention, convolution and the other half."""
    keys, at = asked.keys, asked.at
    hidden, letters = keys.whole("hidden_dim"), keys.rows("output_dim")
    stack = stacked(at + "layers", (_layer(keys, hidden),) * keys.layers("num_layers"), Part.AUDIO)
    around = {
        "input_linear": linear(keys.whole("input_dim"), hidden, Role.PROJECTION, bias=True),
        "out": linear(hidden, letters, Role.HEAD, bias=True),
        "out_mid": linear(letters, hidden, Role.PROJECTION, bias=True),
    }
    front = placed(at.removesuffix("."), joined(around), Part.AUDIO)
    return Body(
        kind=Kind.ENCODER,
        tensors=tensors_of(front, stack.tensors),
        towers=(Tower(part=Part.AUDIO, hidden=hidden, layers=stack.layers),),
        hidden=hidden,
    )


def _layer(keys: Keys, hidden: int) -> Block:
    normed = norm(hidden, bias=True)
    inner = hidden * keys.whole("feedforward_mult", most=MOST_TIMES)
    feed = joined({"pre_norm": normed, "": plain(hidden, inner, names=("up_proj", "down_proj"))})
    return joined(
        {
            "ff1": feed,
            "attn": _heard(keys, hidden),
            "conv": _convolved(keys, hidden),
            "ff2": feed,
            "post_norm": normed,
        }
    )


def _heard(keys: Keys, hidden: int) -> Block:
    """Return attention whose keys and values come from one layer, distances from a table."""
    count = keys.heads("num_heads")
    width = keys.whole_or("dim_head", max(hidden // count, 1))
    heads = Heads(queries=count, key_values=count, width=width)
    rows = 2 * keys.whole("max_pos_emb", most=MOST_ROWS) + 1
    parts = {
        "pre_norm": norm(hidden, bias=True),
        "to_q": linear(hidden, heads.query_outputs, Role.QUERY),
        "to_kv": linear(hidden, 2 * heads.key_outputs, Role.QUERY_KEY_VALUE),
        "to_out": linear(heads.query_outputs, hidden, Role.ATTENTION_OUTPUT, bias=True),
        "rel_pos_emb": embedding(rows, width, Role.ATTENTION_OTHER),
    }
    return attending(joined(parts), heads, ())


def _convolved(keys: Keys, hidden: int) -> Block:
    inner = hidden * keys.whole("conv_expansion_factor", most=MOST_TIMES)
    kernel = keys.whole("conv_kernel_size", most=MOST_KERNEL)
    return joined(
        {
            "norm": norm(hidden, bias=True),
            "up_conv": convolution(hidden, 2 * inner, 1),
            "depth_conv.conv": convolution(inner, inner, kernel, groups=inner, bias=False),
            "batch_norm": batch_norm(inner),
            "down_conv": convolution(inner, hidden, 1),
        }
    )


FAMILIES = {
    "granite_speech": Family(
        granite_speech,
        {"ForConditionalGeneration": Head("model", output_layer), "Model": Head("", nothing)},
    )
}
