"""Decoders built like Llama: attention and a gated feed-forward layer, each behind a norm.

In: keys of a Llama-like config. Out: bodies. What differs between families is
said in a line or two each: biases, norms of queries and keys, windows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from willitfit.architecture import Kind, Tower
from willitfit.blocks.attention import NO_BIASES, Biases, Heads, attention, biases, fused_attention
from willitfit.blocks.block import Block, joined, placed, stacked, tensors_of
from willitfit.blocks.feed_forward import fused_gated, gated
from willitfit.blocks.linear import embedding, norm
from willitfit.config.heads import DECODER_HEADS, DECODER_HEADS_WITH_TRANSFORMER
from willitfit.config.keys import Keys
from willitfit.config.model import Asked, Body, Family
from willitfit.tensors import Part

Kinds = TypeVar("Kinds")


def read_heads(keys: Keys) -> Heads:
    """Return the heads of a Llama-like config: as many key heads as heads unless said."""
    queries = keys.heads("num_attention_heads")
    key_values = keys.whole_or("num_key_value_heads", queries)
    if queries % key_values:
        raise keys.fault(
            "num_attention_heads",
            f"is {queries}, which num_key_value_heads ({key_values}) does not divide",
        )
    return Heads(queries=queries, key_values=key_values, width=head_width(keys))


def head_width(keys: Keys) -> int:
    """Return the width of a head: said, or the hidden size shared among the heads."""
    said = keys.maybe("head_dim")
    if said is not None:
        return said
    width = keys.whole("hidden_size") // keys.heads("num_attention_heads")
    if width == 0:
        raise keys.fault("num_attention_heads", "is larger than hidden_size")
    return width


def rope_width(keys: Keys, width: int) -> int:
    """Return how much of a head is rotated, from wherever the config says it."""
    for key in ("rope_parameters", "rope_scaling"):
        said = keys.mapping(key).get("partial_rotary_factor")
        if isinstance(said, (int, float)) and not isinstance(said, bool):
            return round(width * min(max(said, 0.0), 1.0))
    part = keys.number("partial_rotary_factor", 1.0)
    return round(width * min(max(part, 0.0), 1.0))


def windows(keys: Keys, *, otherwise: str = "full_attention") -> tuple[int | None, ...]:
    """Return each layer's window, from `layer_types` where the config lists them."""
    count = keys.layers("num_hidden_layers")
    kinds = keys.words(
        "layer_types", count=count, choices=("full_attention", "sliding_attention")
    ) or ((otherwise,) * count)
    window = keys.maybe("sliding_window")
    return tuple(window if kind == "sliding_attention" else None for kind in kinds)


def per_kind(kinds: Sequence[Kinds], make: Callable[[Kinds], Block]) -> tuple[Block, ...]:
    """Return a layer for each kind in order, each distinct kind made once."""
    made = {kind: make(kind) for kind in dict.fromkeys(kinds)}
    return tuple(made[kind] for kind in kinds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What lies around the layers of a decoder: names and widths of tables and norms."""

    table: str = "embed_tokens"
    layers: str = "layers"
    last: str = "norm"
    final: Block | None = None


def decoder(
    asked: Asked,
    blocks: Sequence[Block],
    *,
    around: Around = Around(),
    rope_widths: tuple[int, ...] | None = None,
    extra: tuple[Block, ...] = (),
) -> Body:
    """Return a token table, the layers and a last norm as one body."""
    keys, at = asked.keys, asked.at
    hidden, vocabulary = keys.whole("hidden_size"), keys.rows("vocab_size")
    table = placed(at + around.table, embedding(vocabulary, hidden))
    stack = stacked(at + around.layers, blocks)
    final = placed(at + around.last, norm(hidden) if around.final is None else around.final)
    others = [placed(at.removesuffix("."), block) for block in extra]
    return Body(
        kind=Kind.DECODER,
        tensors=tensors_of(table, stack.tensors, final, *others),
        towers=(
            Tower(
                part=Part.DECODER,
                hidden=hidden,
                layers=stack.layers,
                positions=keys.maybe("max_position_embeddings", most=2**40),
                rope_widths=rope_widths or (),
            ),
        ),
        hidden=hidden,
        vocabulary=vocabulary,
        table=table[0].name,
        tied=keys.flag("tie_word_embeddings"),
    )


def pre_norm(attends: Block, feeds: Block, normed: Block, *, feeding: str = "mlp") -> Block:
    """Return Llama's layer: a norm before attention and one before the feed-forward layer."""
    return joined(
        {
            "self_attn": attends,
            feeding: feeds,
            "input_layernorm": normed,
            "post_attention_layernorm": normed,
        }
    )


def llama_like(asked: Asked, bias: Biases, *, mlp_bias: bool, every: Sequence[int | None]) -> Body:
    """Return a body of Llama's layers with these biases and windows."""
    keys = asked.keys
    hidden, heads = keys.whole("hidden_size"), read_heads(keys)
    feeds = gated(hidden, keys.whole("intermediate_size"), bias=mlp_bias)

    def layer(window: int | None) -> Block:
        return pre_norm(attention(hidden, heads, bias=bias, window=window), feeds, norm(hidden))

    return decoder(asked, per_kind(every, layer), rope_widths=(heads.width,))


def llama(asked: Asked) -> Body:
    """Return Llama 1 to 3: biases only where the config asks for them."""
    keys = asked.keys
    keys.check_divides("hidden_size", "num_attention_heads")
    bias = biases(inputs=keys.flag("attention_bias"))
    every = (None,) * keys.layers("num_hidden_layers")
    return llama_like(asked, bias, mlp_bias=keys.flag("mlp_bias"), every=every)


def mistral(asked: Asked) -> Body:
    """Return Mistral: Llama with one window for all layers, and no biases."""
    keys = asked.keys
    every = (keys.maybe("sliding_window"),) * keys.layers("num_hidden_layers")
    return llama_like(asked, NO_BIASES, mlp_bias=False, every=every)


def qwen2(asked: Asked) -> Body:
    """Return Qwen 1.5 to 2.5: biases on queries, keys and values."""
    keys = asked.keys
    every = qwen_windows(keys)
    return llama_like(asked, biases(inputs=True, output=False), mlp_bias=False, every=every)


def qwen_windows(keys: Keys) -> tuple[int | None, ...]:
    """Return Qwen's windows: none unless asked for, and then only past the first layers."""
    if not keys.flag("use_sliding_window"):
        return (None,) * keys.layers("num_hidden_layers")
    if keys.get("layer_types") is not None:
        return windows(keys)
    count, first = keys.layers("num_hidden_layers"), keys.whole("max_window_layers", least=0)
    window = keys.maybe("sliding_window")
    return tuple(window if number >= first else None for number in range(count))


def phi3(asked: Asked) -> Body:
    """Return Phi 3 and 4: queries, keys and values fused, gate and up projection too."""
    keys = asked.keys
    hidden, heads = keys.whole("hidden_size"), read_heads(keys)
    feeds = fused_gated(hidden, keys.whole("intermediate_size"))
    attends = fused_attention(hidden, heads, window=keys.maybe("sliding_window"))
    layer = pre_norm(attends, feeds, norm(hidden))
    every = (layer,) * keys.layers("num_hidden_layers")
    return decoder(asked, every, rope_widths=(rope_width(keys, heads.width),))


FAMILIES = {
    "llama": Family(llama, DECODER_HEADS_WITH_TRANSFORMER),
    "mistral": Family(mistral, DECODER_HEADS),
    "qwen2": Family(qwen2, DECODER_HEADS_WITH_TRANSFORMER),
    "phi3": Family(phi3, DECODER_HEADS),
}
