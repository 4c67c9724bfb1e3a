"""Gemma 4: eyes and ears, each optional, before a decoder with embeddings per layer.

In: keys of a Gemma 4 config. Out: bodies.
"""

from __future__ import annotations

from willitfit.architecture import Kind, Tower
from willitfit.blocks.attention import attending
from willitfit.blocks.block import (
    EMPTY,
    Block,
    array,
    beside,
    joined,
    placed,
    stacked,
    tensors_of,
    vector,
)
from willitfit.blocks.feed_forward import widened
from willitfit.blocks.linear import convolution, linear, norm
from willitfit.config.gemma import SANDWICHED
from willitfit.config.gpt import equal_heads
from willitfit.config.keys import Keys
from willitfit.config.model import Asked, Body, Family
from willitfit.config.multimodal import HEADS, together
from willitfit.config.styles import read_heads
from willitfit.config.vision import picture_body
from willitfit.config.vision_towers import part_body
from willitfit.tensors import Part, Role, Tensor

BOUNDS = ("input_min", "input_max", "output_min", "output_max")


def _clipped(keys: Keys, read: int, written: int, role: Role) -> Block:
    """Return a linear layer whose inputs and outputs are clipped to stored bounds where asked."""
    layer = joined({"linear": linear(read, written, role)})
    if not keys.flag("use_clipped_linears"):
        return layer
    bounds = (Tensor(name=name, shape=(), role=role, buffer=True) for name in BOUNDS)
    return beside(layer, Block(tuple(bounds)))


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
        "q_proj": _clipped(keys, hidden, heads.query_outputs, Role.QUERY),
        "k_proj": _clipped(keys, hidden, heads.key_outputs, Role.KEY),
        "v_proj": _clipped(keys, hidden, heads.value_outputs, Role.VALUE),
        "o_proj": _clipped(keys, heads.query_outputs, hidden, Role.ATTENTION_OUTPUT),
        "q_norm": norm(heads.width),
        "k_norm": norm(heads.width),
    }
    feeds = {
        "gate_proj": _clipped(keys, hidden, inner, Role.GATE),
        "up_proj": _clipped(keys, hidden, inner, Role.UP),
        "down_proj": _clipped(keys, inner, hidden, Role.DOWN),
    }
    return joined(
        {
            "self_attn": attending(joined(attends), heads, ()),
            "mlp": widened(feeds, inner),
            **dict.fromkeys(SANDWICHED, norm(hidden)),
        }
    )


def hears(asked: Asked) -> Body:
    """Return Gemma 4's tower for sound: a conformer over a spectrogram made shorter."""
    keys, at = asked.keys, asked.at
    hidden = keys.whole("hidden_size")
    layer = _hearing_layer(keys, hidden)
    blocks = (layer,) * keys.layers("num_hidden_layers")
    stack = stacked(at + "layers", blocks, Part.AUDIO)
    written = keys.whole("output_proj_dims")
    parts = {
        "subsample_conv_projection": _shortened(keys, hidden),
        "output_proj": linear(hidden, written, Role.PROJECTION, bias=True),
    }
    front = placed(at.removesuffix("."), joined(parts), Part.AUDIO)
    return Body(
        kind=Kind.ENCODER,
        tensors=tensors_of(front, stack.tensors),
        towers=(Tower(part=Part.AUDIO, hidden=hidden, layers=stack.layers),),
        hidden=written,
    )


def _shortened(keys: Keys, hidden: int) -> Block:
    """Return two convolutions, each halving time and pitch, and the layer behind them."""
    channels = keys.wholes("subsampling_conv_channels", least=1) or ()
    if len(channels) != 2:
        raise keys.fault("subsampling_conv_channels", f"has {len(channels)} entries; 2 are needed")
    first, second = channels
    return joined(
        {
            "layer0.conv": convolution(1, first, 3, 3, bias=False),
            "layer0.norm": norm(first),
            "layer1.conv": convolution(first, second, 3, 3, bias=False),
            "layer1.norm": norm(second),
            "input_proj_linear": linear(first // 4 * second, hidden, Role.PROJECTION),
        }
    )


def _hearing_layer(keys: Keys, hidden: int) -> Block:
    half = _hearing_half(keys, hidden)
    normed = norm(hidden)
    return joined(
        {
            "feed_forward1": half,
            "feed_forward2": half,
            "self_attn": _hearing_attention(keys, hidden),
            "lconv1d": _light_convolution(keys, hidden),
            "norm_pre_attn": normed,
            "norm_post_attn": normed,
            "norm_out": normed,
        }
    )


def _hearing_half(keys: Keys, hidden: int) -> Block:
    return widened(
        {
            "ffw_layer_1": _clipped(keys, hidden, 4 * hidden, Role.UP),
            "ffw_layer_2": _clipped(keys, 4 * hidden, hidden, Role.DOWN),
            "pre_layer_norm": norm(hidden),
            "post_layer_norm": norm(hidden),
        },
        4 * hidden,
    )


def _hearing_attention(keys: Keys, hidden: int) -> Block:
    """Return attention with relative positions and a learned scale per channel of a head."""
    heads = equal_heads(keys, "hidden_size", "num_attention_heads")
    parts = {
        "q_proj": _clipped(keys, hidden, hidden, Role.QUERY),
        "k_proj": _clipped(keys, hidden, hidden, Role.KEY),
        "v_proj": _clipped(keys, hidden, hidden, Role.VALUE),
        "post": _clipped(keys, hidden, hidden, Role.ATTENTION_OUTPUT),
        "relative_k_proj": linear(hidden, hidden, Role.ATTENTION_OTHER),
        "": vector("per_dim_scale", heads.width, Role.ATTENTION_OTHER),
    }
    return attending(joined(parts), heads, ())


def _light_convolution(keys: Keys, hidden: int) -> Block:
    """Return a convolution channel by channel between two linear layers."""
    kernel = keys.whole("conv_kernel_size", most=4096)
    return joined(
        {
            "linear_start": _clipped(keys, hidden, 2 * hidden, Role.PROJECTION),
            "linear_end": _clipped(keys, hidden, hidden, Role.PROJECTION),
            "depthwise_conv1d": convolution(hidden, hidden, kernel, groups=hidden, bias=False),
            "pre_layer_norm": norm(hidden),
            "conv_norm": norm(hidden),
        }
    )


def gemma4(asked: Asked) -> Body:
    """Return Gemma 4 with the towers that its config describes."""
    keys = asked.keys
    texts = part_body(asked, "text_config", "language_model.", "gemma4_text")
    others: list[Body] = []
    bridges: dict[str, Block] = {}
    for name, read in (("vision", sees), ("audio", hears)):
        if keys.get(f"{name}_config") is None:
            continue
        other = read(asked.part(f"{name}_config", f"{name}_tower.", f"gemma4_{name}"))
        layer = linear(other.hidden, texts.hidden, Role.PROJECTION)
        bridges[f"embed_{name}.embedding_projection"] = layer
        others.append(other)
    return together(keys, texts, *others, bridge=(asked.at.removesuffix("."), joined(bridges)))


FAMILIES = {"gemma4": Family(gemma4, HEADS)}
