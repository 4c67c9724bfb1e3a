"""The audio encoder of Gemma 3n and 4: a shorter spectrogram, then attention and convolution.

In: keys of an audio_config. Out: bodies whose tensors a larger model takes over.
Source: Gulati et al. 2020, arXiv:2005.08100.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from tabfit.architectures.config_keys import MOST_LAYERS, MOST_WIDTH, Keys
from tabfit.architectures.decoders.gpt2 import equal_heads
from tabfit.architectures.family import Asked, Body
from tabfit.errors import Quoted
from tabfit.i18n.language import Message
from tabfit.model.architecture import Kind, Tower
from tabfit.model.blocks.attention import Heads, attending
from tabfit.model.blocks.block import Block, Stack, beside, joined, placed, stacked, vector
from tabfit.model.blocks.feed_forward import widened
from tabfit.model.blocks.linear import convolution, linear, norm
from tabfit.model.tensors import Part, Role, Tensor

Makes = Callable[[int, int, Role], Block]

BOUNDS = ("input_min", "input_max", "output_min", "output_max")
MOST_KERNEL = 4096
MOST_REACH = 2**16


def clipped(keys: Keys, read: int, written: int, role: Role) -> Block:
    """Return a linear layer whose inputs and outputs are clipped to stored bounds where asked."""
    layer = joined({"linear": linear(read, written, role)})
    if not keys.flag("use_clipped_linears"):
        return layer
    bounds = (Tensor(name=name, shape=(), role=role, buffer=True) for name in BOUNDS)
    return beside(layer, Block(tuple(bounds)))


def gemma4(asked: Asked) -> Body:
    """Return Gemma 4's tower for sound."""
    keys, at = asked.keys, asked.at
    hidden, written = keys.whole("hidden_size"), keys.whole("output_proj_dims")
    heads = equal_heads(keys, "hidden_size", "num_attention_heads")
    makes = partial(clipped, keys)
    layer = joined(
        {
            "feed_forward1": _half(hidden, makes),
            "feed_forward2": _half(hidden, makes),
            "self_attn": _attention4(hidden, heads, makes),
            "lconv1d": _light(hidden, keys.whole("conv_kernel_size", most=MOST_KERNEL), makes),
            **dict.fromkeys(("norm_pre_attn", "norm_post_attn", "norm_out"), norm(hidden)),
        }
    )
    stack = stacked(at + "layers", (layer,) * keys.layers("num_hidden_layers"), Part.AUDIO)
    last = linear(hidden, written, Role.PROJECTION, bias=True)
    front = {"subsample_conv_projection": _shorter4(keys, hidden), "output_proj": last}
    left, right = _reaches(keys, "attention_context")
    seen = keys.whole("attention_chunk_size", most=MOST_REACH) + left - 1 + right
    return _body(at, joined(front), stack, hidden, written, seen // 2 + 1)


def _reaches(keys: Keys, name: str) -> tuple[int, int]:
    """Return how many frames attention reaches back, its own included, and how many ahead."""
    left = keys.whole(f"{name}_left", most=MOST_REACH)
    return left, keys.whole(f"{name}_right", least=0, most=MOST_REACH)


def _body(at: str, front: Block, stack: Stack, hidden: int, written: int, distances: int) -> Body:
    return Body(
        kind=Kind.ENCODER,
        tensors=placed(at.removesuffix("."), front, Part.AUDIO) + stack.tensors,
        towers=(Tower(part=Part.AUDIO, hidden=hidden, layers=stack.layers, distances=distances),),
        hidden=written,
    )


def _shorter4(keys: Keys, hidden: int) -> Block:
    """Return two convolutions, each halving time and pitch, and the layer behind them."""
    first, second = _two(keys, "subsampling_conv_channels")
    return joined(
        {
            "layer0.conv": convolution(1, first, 3, 3, bias=False),
            "layer0.norm": norm(first),
            "layer1.conv": convolution(first, second, 3, 3, bias=False),
            "layer1.norm": norm(second),
            "input_proj_linear": linear(first // 4 * second, hidden, Role.PROJECTION),
        }
    )


def _two(keys: Keys, key: str) -> tuple[int, int]:
    given = keys.wholes(key, least=1) or ()
    if len(given) != 2:
        raise keys.fault(
            key, Message("has {count} entries; {count2} are needed", count=len(given), count2=2)
        )
    return given[0], given[1]


def _half(hidden: int, makes: Makes) -> Block:
    """Return a feed-forward half between two norms."""
    return widened(
        {
            "ffw_layer_1": makes(hidden, 4 * hidden, Role.UP),
            "ffw_layer_2": makes(4 * hidden, hidden, Role.DOWN),
            "pre_layer_norm": norm(hidden),
            "post_layer_norm": norm(hidden),
        },
        4 * hidden,
    )


def _light(hidden: int, kernel: int, makes: Makes) -> Block:
    """Return a convolution channel by channel between two linear layers."""
    return joined(
        {
            "linear_start": makes(hidden, 2 * hidden, Role.PROJECTION),
            "linear_end": makes(hidden, hidden, Role.PROJECTION),
            "depthwise_conv1d": convolution(hidden, hidden, kernel, groups=hidden, bias=False),
            "pre_layer_norm": norm(hidden),
            "conv_norm": norm(hidden),
        }
    )


def _looks(hidden: int, heads: Heads, makes: Makes) -> Block:
    """Return the three projections and a learned scale per channel of a head."""
    roles = {"q_proj": Role.QUERY, "k_proj": Role.KEY, "v_proj": Role.VALUE}
    scale = vector("per_dim_scale", heads.width, Role.ATTENTION_OTHER)
    return joined({"": scale, **{name: makes(hidden, hidden, r) for name, r in roles.items()}})


def _attention4(hidden: int, heads: Heads, makes: Makes) -> Block:
    parts = {
        "": _looks(hidden, heads, makes),
        "post": makes(hidden, hidden, Role.ATTENTION_OUTPUT),
        "relative_k_proj": linear(hidden, hidden, Role.ATTENTION_OTHER),
    }
    return attending(joined(parts), heads, ())


def gemma3n(asked: Asked) -> Body:
    """Return Gemma 3n's tower for sound."""
    keys, at = asked.keys, asked.at
    hidden = keys.whole("hidden_size")
    heads = equal_heads(keys, "hidden_size", "conf_num_attention_heads")
    kernel = keys.whole("conf_conv_kernel_size", most=MOST_KERNEL)
    layer = joined(
        {
            "ffw_layer_start": _half(hidden, linear),
            "attention": _attention3n(hidden, heads),
            "lconv1d": _light(hidden, kernel, linear),
            "ffw_layer_end": _half(hidden, linear),
            "norm": norm(hidden),
        }
    )
    layers = (layer,) * keys.layers("conf_num_hidden_layers")
    stack = stacked(at + "conformer", layers, Part.AUDIO)
    front = joined({"subsample_conv_projection": _shorter3n(keys, hidden)})
    left, right = _reaches(keys, "conf_attention_context")
    return _body(at, front, stack, hidden, hidden, left + right)


def _attention3n(hidden: int, heads: Heads) -> Block:
    places = linear(hidden, hidden, Role.ATTENTION_OTHER)
    parts = {
        "pre_attn_norm": norm(hidden),
        "attn": _looks(hidden, heads, linear),
        "attn.relative_position_embedding.pos_proj": places,
        "post": linear(hidden, hidden, Role.ATTENTION_OUTPUT),
        "post_norm": norm(hidden),
    }
    return attending(joined(parts), heads, ())


def _shorter3n(keys: Keys, hidden: int) -> Block:
    """Return two convolutions, and a layer that reads what pitches they leave."""
    pitches, read, parts = keys.whole("input_feat_size"), 1, {}
    kernels, strides = (_pairs(keys, f"sscp_conv_{name}_size") for name in ("kernel", "stride"))
    for number, written in enumerate(_two(keys, "sscp_conv_channel_size")):
        (high, wide), (_, step) = kernels[number], strides[number]
        parts[f"conv_{number}.conv"] = convolution(read, written, high, wide, bias=False)
        parts[f"conv_{number}.norm"] = norm(written)
        pitches, read = (pitches + 2 - wide) // step + 1, written
    if not 1 <= pitches * read <= MOST_WIDTH:
        raise keys.fault("input_feat_size", Message("leaves nothing behind the convolutions"))
    parts["input_proj_linear"] = linear(pitches * read, hidden, Role.PROJECTION)
    return joined(parts)


def _pairs(keys: Keys, key: str) -> tuple[tuple[int, int], ...]:
    """Return a list of two pairs of whole numbers."""
    given = keys.sequence(key, count=2) or ()
    pairs = tuple(tuple(pair) for pair in given if isinstance(pair, (list, tuple)))
    fine = (
        len(pair) == 2 and all(type(n) is int and 1 <= n <= MOST_LAYERS for n in pair)
        for pair in pairs
    )
    if len(pairs) != 2 or not all(fine):
        raise keys.fault(
            key, Message("is {given}; two pairs of whole numbers are needed", given=Quoted(given))
        )
    return tuple((pair[0], pair[1]) for pair in pairs)
