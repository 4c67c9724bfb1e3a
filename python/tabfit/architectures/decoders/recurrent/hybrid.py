"""Decoders that mix attention with recurrence or short convolutions, layer by layer.

In: keys of such a config. Out: bodies. Few layers keep a growing cache; the
others keep a state of constant size.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tabfit.architectures.config_keys import MOST_WIDTH, Keys
from tabfit.architectures.decoders.decoder_layer import (
    FULL,
    decoder,
    gated_by,
    head_width,
    layer_kinds,
    paired,
    read_heads,
    rope_width,
    said_window,
    same_for_all,
)
from tabfit.architectures.decoders.experts.expert_layers import (
    layered,
    mixture,
    qwen_is_sparse,
    qwen_sparse,
    read_experts,
)
from tabfit.architectures.decoders.llama import ATTENTION_BIAS
from tabfit.architectures.family import Asked, Body, Family
from tabfit.architectures.heads import DECODER_HEADS, DECODER_HEADS_WITH_TRANSFORMER
from tabfit.i18n.language import Message
from tabfit.model.blocks.attention import Biases, Heads, Names, attention
from tabfit.model.blocks.block import Block, beside, joined, vector
from tabfit.model.blocks.feed_forward import gated
from tabfit.model.blocks.linear import linear, norm
from tabfit.model.blocks.recurrent import (
    Delta,
    gated_delta,
    gated_recurrence,
    lightning,
    short_convolution,
)
from tabfit.model.tensors import Role

LINEAR, CONVOLUTION, SLIDING = "linear_attention", "conv", "sliding_attention"


def mixed(
    asked: Asked,
    kinds: Sequence[str],
    mixer: Callable[[Keys, str], tuple[str, Block]],
    feeds: Sequence[Block],
    names: tuple[str, str, str],
    last: str,
) -> Body:
    """Return layers of one mixer and one feed-forward block each.

    `names` are those of the feed-forward block and the two norms; each
    distinct layer is made once.
    """
    keys = asked.keys
    normed = norm(keys.whole("hidden_size"))
    made = {kind: mixer(keys, kind) for kind in dict.fromkeys(kinds)}
    mixers = {kind: joined({name: block}) for kind, (name, block) in made.items()}
    blocks = paired(
        [mixers[kind] for kind in kinds],
        feeds,
        lambda mix, feed: beside(mix, joined({names[0]: feed, names[1]: normed, names[2]: normed})),
    )
    width = max((block.head_width for block in blocks), default=0)
    ropes = (rope_width(keys, width),) if width else ()
    return decoder(asked, blocks, last=last, rope_widths=ropes)


LLAMA_NAMES = ("mlp", "input_layernorm", "post_attention_layernorm")


def _delta_widths(keys: Keys) -> Delta:
    return Delta(
        hidden=keys.whole("hidden_size"),
        key_heads=keys.heads("linear_num_key_heads"),
        value_heads=keys.heads("linear_num_value_heads"),
        key_width=keys.whole("linear_key_head_dim"),
        value_width=keys.whole("linear_value_head_dim"),
        kernel=keys.whole("linear_conv_kernel_dim", most=1024),
    )


def _gated_attention(keys: Keys) -> Block:
    """Return Qwen3-Next's attention: queries bring a gate for the output with them."""
    heads = read_heads(keys)
    return attention(
        keys.whole("hidden_size"),
        heads,
        bias=ATTENTION_BIAS(keys),
        norms=(norm(heads.width), norm(heads.width)),
        gated=True,
    )


def _qwen(feeds: Callable[[Keys], tuple[Block, ...]], *, fused: bool) -> Callable[[Asked], Body]:
    """Return a reader of Qwen3-Next's layers: three of four have linear attention."""

    def mixer(keys: Keys, kind: str) -> tuple[str, Block]:
        if kind == FULL:
            return "self_attn", _gated_attention(keys)
        return "linear_attn", gated_delta(_delta_widths(keys), fused=fused)

    def body(asked: Asked) -> Body:
        keys = asked.keys
        every = keys.whole_or("full_attention_interval", 4)
        kinds = layer_kinds(keys, (FULL, LINEAR), lambda n: LINEAR if (n + 1) % every else FULL)
        return mixed(asked, kinds, mixer, feeds(keys), LLAMA_NAMES, "norm")

    return body


qwen3_next = _qwen(layered(qwen_sparse, gated_by(), qwen_is_sparse), fused=True)
qwen3_5 = _qwen(same_for_all(gated_by()), fused=False)
qwen3_5_moe = _qwen(same_for_all(qwen_sparse), fused=False)


def _lfm2_mixer(keys: Keys, kind: str) -> tuple[str, Block]:
    hidden = keys.whole("hidden_size")
    if kind == CONVOLUTION:
        kernel = keys.whole("conv_L_cache", most=1024)
        return "conv", short_convolution(hidden, kernel, bias=keys.flag("conv_bias"))
    heads = read_heads(keys)
    names = Names(output="out_proj", query_norm="q_layernorm", key_norm="k_layernorm")
    norms = (norm(heads.width), norm(heads.width))
    return "self_attn", attention(hidden, heads, names=names, norms=norms)


def _lfm2_gated(hidden: int, inner: int) -> Block:
    return gated(hidden, inner, names=("w1", "w3", "w2"))


def _lfm2_inner(keys: Keys) -> int:
    """Return LFM2's inner width: two thirds of what is said, rounded up to a multiple."""
    inner = keys.whole_or("block_ff_dim", keys.whole("intermediate_size"))
    if not keys.flag("block_auto_adjust_ff_dim"):
        return inner
    inner = int(2 * inner / 3)
    if keys.get("block_ffn_dim_multiplier") is None:
        return inner
    multiple = keys.whole("block_multiple_of")
    inner = int(keys.number("block_ffn_dim_multiplier") * inner)
    if not 1 <= inner <= MOST_WIDTH:
        raise keys.fault(
            "block_ffn_dim_multiplier",
            Message("makes layers {width} wide", width=inner),
        )
    return multiple * (-(-inner // multiple))


def _lfm2_keys(asked: Asked) -> Asked:
    """Return the question with an older key for the tie of tables in its place."""
    older = asked.keys.get("tie_embedding")
    keys = asked.keys if older is None else asked.keys.replaced(tie_word_embeddings=older)
    return Asked(keys, asked.at, asked.head)


LFM2_NAMES = ("feed_forward", "operator_norm", "ffn_norm")


def lfm2(asked: Asked) -> Body:
    """Return LFM2: short convolutions, and attention in a few layers."""
    asked = _lfm2_keys(asked)
    keys = asked.keys
    listed = keys.wholes("full_attn_idxs")
    kinds = layer_kinds(
        keys, (FULL, CONVOLUTION), lambda n: FULL if listed is None or n in listed else CONVOLUTION
    )
    feed = _lfm2_gated(keys.whole("hidden_size"), _lfm2_inner(keys))
    return mixed(asked, kinds, _lfm2_mixer, (feed,) * len(kinds), LFM2_NAMES, "embedding_norm")


def lfm2_moe(asked: Asked) -> Body:
    """Return LFM2 with experts behind the first layers."""
    asked = _lfm2_keys(asked)
    keys = asked.keys
    if keys.get("layer_types") is None:
        raise keys.fault("layer_types", Message("is missing; a kind for every layer is needed"))
    kinds = layer_kinds(keys, (FULL, CONVOLUTION), lambda _: FULL)
    dense = keys.whole("num_dense_layers", least=0)
    feeds = layered(_lfm2_sparse, _lfm2_dense, lambda _, number: number >= dense)(keys)
    return mixed(asked, kinds, _lfm2_mixer, feeds, LFM2_NAMES, "embedding_norm")


def _lfm2_dense(keys: Keys) -> Block:
    return _lfm2_gated(keys.whole("hidden_size"), keys.whole("intermediate_size"))


def _lfm2_sparse(keys: Keys) -> Block:
    experts = read_experts(keys, "num_experts")
    parts = mixture(keys, experts)
    if keys.flag("use_expert_bias"):
        parts[""] = vector("expert_bias", experts.count, Role.ROUTER, buffer=True)
    return joined(parts)


LFM3_AROUND = ("operator_norm", "ffn_norm")
LFM3_BEHIND = ("post_operator_norm", "post_ffn_norm")


def lfm3(asked: Asked) -> Body:
    """Return LFM3: convolutions, attention with a window and without, norms on both sides."""
    keys = asked.keys
    hidden = keys.whole("hidden_size")
    kinds = layer_kinds(keys, (FULL, SLIDING, CONVOLUTION), _lfm3_kind)
    around = LFM3_AROUND + (LFM3_BEHIND if keys.flag("use_sandwich_norm") else ())
    normed = dict.fromkeys(around, norm(hidden))
    feed = _lfm2_gated(hidden, keys.whole("intermediate_size"))
    made = {kind: _lfm3_mixer(keys, kind) for kind in dict.fromkeys(kinds)}
    layers = {
        kind: joined({name: block, "feed_forward": feed, **normed})
        for kind, (name, block) in made.items()
    }
    width = head_width(keys)
    ropes = (rope_width(keys, width), rope_width(keys, width))
    blocks = [layers[kind] for kind in kinds]
    return decoder(asked, blocks, last="embedding_norm", rope_widths=ropes)


def _lfm3_kind(number: int) -> str:
    """Return a layer's kind where none is listed: of four, two are convolutions."""
    return {2: FULL, 0: SLIDING if number else CONVOLUTION}.get(number % 4, CONVOLUTION)


def _lfm3_mixer(keys: Keys, kind: str) -> tuple[str, Block]:
    hidden = keys.whole("hidden_size")
    if kind == CONVOLUTION:
        kernel = keys.whole("conv_L_cache", most=1024)
        return "conv", short_convolution(hidden, kernel, bias=keys.flag("conv_bias"))
    heads = read_heads(keys)
    attends = attention(
        hidden,
        heads,
        bias=ATTENTION_BIAS(keys),
        norms=(norm(heads.width), norm(heads.width)),
        window=said_window(keys) if kind == SLIDING else None,
    )
    if keys.flag("use_attention_gate"):
        gate = linear(hidden, heads.queries, Role.ATTENTION_OTHER)
        attends = beside(attends, joined({"g_proj": gate}))
    return "self_attn", attends


def minimax(asked: Asked) -> Body:
    """Return MiniMax-Text: lightning attention in every second layer, experts in all."""
    keys = asked.keys
    kinds = layer_kinds(keys, (FULL, LINEAR), lambda n: FULL if (n + 1) % 2 else LINEAR)
    experts = read_experts(keys, "num_local_experts", inner="intermediate_size")
    feed = joined(mixture(keys, experts))
    return mixed(asked, kinds, _minimax_mixer, (feed,) * len(kinds), LLAMA_NAMES, "norm")


def _minimax_mixer(keys: Keys, kind: str) -> tuple[str, Block]:
    hidden, heads = keys.whole("hidden_size"), read_heads(keys)
    if kind == FULL:
        return "self_attn", attention(hidden, heads, window=said_window(keys))
    block = keys.whole("block_size", most=2**16)
    return "self_attn", lightning(hidden, heads.queries, heads.width, block)


def recurrent_gemma(asked: Asked) -> Body:
    """Return RecurrentGemma: two gated recurrences, then attention over a window."""
    keys = asked.keys
    pattern = keys.sequence("block_types") or ("recurrent", "recurrent", "attention")
    if not all(kind in ("recurrent", "attention") for kind in pattern):
        raise keys.fault("block_types", Message("accepts recurrent and attention"))
    count = keys.layers("num_hidden_layers")
    kinds = [str(pattern[number % len(pattern)]) for number in range(count)]
    hidden, inner = keys.whole("hidden_size"), keys.whole("intermediate_size") // 2
    feed = gated(hidden, inner, bias=True)
    names = ("mlp_block", "temporal_pre_norm", "channel_pre_norm")
    return mixed(asked, kinds, _griffin_mixer, (feed,) * count, names, "final_norm")


def _griffin_mixer(keys: Keys, kind: str) -> tuple[str, Block]:
    hidden, queries = keys.whole("hidden_size"), keys.heads("num_attention_heads")
    if kind == "recurrent":
        width = keys.whole_or("lru_width", hidden)
        kernel = keys.whole("conv1d_width", most=1024)
        return "temporal_block", gated_recurrence(hidden, width, queries, kernel)
    shared = keys.whole_or("num_key_value_heads", queries)
    heads = Heads(queries=queries, key_values=shared, width=head_width(keys))
    inputs = keys.flag("attention_bias")
    bias = Biases(inputs, inputs, inputs, output=True)
    window = keys.maybe("attention_window_size")
    return "temporal_block", attention(hidden, heads, bias=bias, window=window)


FAMILIES = {
    "qwen3_next": Family(qwen3_next, DECODER_HEADS_WITH_TRANSFORMER),
    "qwen3_5_text": Family(qwen3_5, DECODER_HEADS),
    "qwen3_5_moe_text": Family(qwen3_5_moe, DECODER_HEADS),
    "lfm2": Family(lfm2, DECODER_HEADS),
    "lfm2_moe": Family(lfm2_moe, DECODER_HEADS),
    "lfm3": Family(lfm3, DECODER_HEADS),
    "minimax": Family(minimax, DECODER_HEADS),
    "recurrent_gemma": Family(recurrent_gemma, DECODER_HEADS),
}
