"""Speech read from a spectrogram by attention and convolution: Wav2Vec2-BERT.

In: keys of such a config. Out: body and heads.
Source: Seamless Communication et al. 2023, arXiv:2312.05187.
"""

from __future__ import annotations

from tabfit.architectures.audio.wav2vec2 import MORE, speech_heads
from tabfit.architectures.config_keys import MOST_ROWS, Keys
from tabfit.architectures.family import Asked, Body, Family
from tabfit.i18n.language import Message
from tabfit.model.architecture import Kind, Tower
from tabfit.model.blocks.attention import ALL_BIASED, Heads, Names, attention
from tabfit.model.blocks.block import (
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
from tabfit.model.blocks.feed_forward import widened
from tabfit.model.blocks.linear import convolution, embedding, linear, norm
from tabfit.model.tensors import Part, Role

LINEAR_NAMES = Names("linear_q", "linear_k", "linear_v", "linear_out")
MOST_KERNEL = 4096

#: A hundred columns of the spectrogram a second, two of them read together
#: (SeamlessM4TFeatureExtractor: hops of 10 ms, stride 2).
PER_SECOND = 50.0


def wav2vec2_bert(asked: Asked) -> Body:
    """Return frames brought to width, conformer layers, and an adapter where there is one.

    Classifiers read what comes before the adapter's width, as in transformers.
    """
    keys, at = asked.keys, asked.at
    hidden, read = keys.whole("hidden_size"), keys.whole("feature_projection_input_dim")
    blocks = (_layer(keys, hidden),) * keys.layers("num_hidden_layers")
    stack = stacked(at + "encoder.layers", blocks, Part.AUDIO)
    masked = keys.number("mask_time_prob", 0.0) > 0 or keys.number("mask_feature_prob", 0.0) > 0
    shortens = keys.flag("add_adapter")
    parts = {
        "": vector("masked_spec_embed", hidden, Role.OTHER) if masked else EMPTY,
        "feature_projection.layer_norm": norm(read, bias=True),
        "feature_projection.projection": linear(read, hidden, Role.PROJECTION, bias=True),
        "adapter": _adapter(keys, hidden) if shortens else EMPTY,
    }
    if keys.flag("use_intermediate_ffn_before_adapter"):
        parts["intermediate_ffn"] = _feed(keys, hidden)
    around = placed(at.removesuffix("."), joined(parts), Part.AUDIO)
    return Body(
        kind=Kind.ENCODER,
        tensors=tensors_of(around, stack.tensors),
        towers=(Tower(part=Part.AUDIO, hidden=hidden, layers=stack.layers, per_second=PER_SECOND),),
        hidden=hidden,
    )


def _feed(keys: Keys, hidden: int) -> Block:
    inner = keys.whole("intermediate_size")
    parts = {
        "intermediate_dense": linear(hidden, inner, Role.UP, bias=True),
        "output_dense": linear(inner, hidden, Role.DOWN, bias=True),
    }
    return widened(parts, inner)


def _attention(keys: Keys, hidden: int, *, places: bool) -> Block:
    """Return attention, with positions told as its config says: learned, relative or rotated."""
    count = keys.heads("num_attention_heads")
    heads = Heads(queries=count, key_values=count, width=hidden // count)
    if hidden % count:
        raise keys.fault(
            "num_attention_heads",
            Message("is {given}, which does not divide {width}", given=count, width=hidden),
        )
    own = attention(hidden, heads, names=LINEAR_NAMES, bias=ALL_BIASED, keeps=())
    kind = keys.get("position_embeddings_type") if places else None
    if kind == "relative":
        shape = (count, heads.width)
        biased = (array(f"pos_bias_{name}", shape, Role.ATTENTION_OTHER) for name in "uv")
        place = joined({"linear_pos": linear(hidden, hidden, Role.ATTENTION_OTHER)})
        return beside(own, *biased, place)
    if kind == "relative_key":
        left = keys.whole("left_max_position_embeddings", most=MOST_ROWS)
        rows = left + keys.whole("right_max_position_embeddings", most=MOST_ROWS) + 1
        table = embedding(rows, heads.width, Role.ATTENTION_OTHER)
        return beside(own, joined({"distance_embedding": table}))
    return own


def _layer(keys: Keys, hidden: int) -> Block:
    """Return a layer: half a feed-forward layer, attention, convolution, the other half."""
    normed = norm(hidden, bias=True)
    kernel = keys.whole("conv_depthwise_kernel_size", most=MOST_KERNEL)
    convolved = {
        "layer_norm": normed,
        "pointwise_conv1": convolution(hidden, 2 * hidden, 1, bias=False),
        "depthwise_conv": convolution(hidden, hidden, kernel, groups=hidden, bias=False),
        "depthwise_layer_norm": normed,
        "pointwise_conv2": convolution(hidden, hidden, 1, bias=False),
    }
    return joined(
        {
            "ffn1_layer_norm": normed,
            "ffn1": _feed(keys, hidden),
            "self_attn_layer_norm": normed,
            "self_attn": _attention(keys, hidden, places=True),
            "conv_module": joined(convolved),
            "ffn2_layer_norm": normed,
            "ffn2": _feed(keys, hidden),
            "final_layer_norm": normed,
        }
    )


def _adapter(keys: Keys, hidden: int) -> Block:
    """Return layers that make the frames fewer, each by a stride."""
    width = keys.whole_or("output_hidden_size", hidden)
    kernel = keys.whole("adapter_kernel_size", most=MOST_KERNEL)
    normed, cut = norm(width, bias=True), convolution(width, 2 * width, kernel)
    layer = joined(
        {
            "residual_layer_norm": normed,
            "residual_conv": cut,
            "self_attn_layer_norm": normed,
            "self_attn_conv": cut,
            "self_attn": _attention(keys, width, places=False),
            "ffn_layer_norm": normed,
            "ffn": _feed(keys, width),
        }
    )
    count = keys.layers("num_adapter_layers", least=0)
    parts = {f"layers.{number}": layer for number in range(count)}
    if width != hidden:
        parts["proj"] = linear(hidden, width, Role.PROJECTION, bias=True)
        parts["proj_layer_norm"] = normed
    return joined(parts)


FAMILIES = {"wav2vec2-bert": Family(wav2vec2_bert, speech_heads("wav2vec2_bert", *MORE))}
