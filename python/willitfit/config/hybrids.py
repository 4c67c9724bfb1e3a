"""Decoders that mix attention with recurrence or short convolutions, layer by layer.

In: keys of such a config. Out: bodies. Few layers keep a growing cache; the
others keep a state of constant size.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from willitfit.blocks.attention import Biases, Heads, Names, attention
from willitfit.blocks.block import Block, beside, joined, vector
from willitfit.blocks.feed_forward import gated, plain, plain_experts, router
from willitfit.blocks.linear import linear, norm
from willitfit.blocks.recurrent import (
    Delta,
    Mamba,
    Mamba2,
    gated_delta,
    gated_recurrence,
    lightning,
    mamba,
    mamba2,
    short_convolution,
)
from willitfit.config.decoders import ATTENTION_BIAS
from willitfit.config.experts import (
    granite_shared,
    layered,
    mixture,
    qwen_is_sparse,
    qwen_sparse,
    read_experts,
)
from willitfit.config.heads import DECODER_HEADS, DECODER_HEADS_WITH_TRANSFORMER
from willitfit.config.keys import MOST_EXPERTS, MOST_HEADS, MOST_LAYERS, MOST_WIDTH, Keys
from willitfit.config.model import Asked, Body, Family
from willitfit.config.recurrent import time_step_rank
from willitfit.config.styles import (
    FULL,
    decoder,
    gated_by,
    layer_kinds,
    paired,
    read_heads,
    rope_width,
    same_for_all,
)
from willitfit.tensors import Role

LINEAR, CONVOLUTION, SLIDING = "linear_attention", "conv", "sliding_attention"

Mixers = dict[str, tuple[str, Block]]


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
        raise keys.fault("block_ffn_dim_multiplier", f"makes a feed-forward width of {inner}")
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
        raise keys.fault("layer_types", "is missing; a kind for every layer is needed")
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


def _mamba2_of(keys: Keys, inner: int, *, output_bias: bool, normed: bool) -> Block:
    """Return Mamba 2 by the keys that IBM's and TII's hybrids share."""
    heads = keys.heads("mamba_n_heads")
    width = keys.get("mamba_d_head")
    if inner % heads or (width != "auto" and keys.whole("mamba_d_head") * heads != inner):
        raise keys.fault("mamba_n_heads", f"times mamba_d_head is not the inner width {inner}")
    widths = Mamba2(
        hidden=keys.whole("hidden_size"),
        inner=inner,
        heads=heads,
        groups=keys.whole("mamba_n_groups", most=MOST_HEADS),
        state=keys.whole("mamba_d_state"),
        kernel=keys.whole("mamba_d_conv", most=1024),
        bias=keys.flag("mamba_proj_bias"),
        convolution_bias=keys.flag("mamba_conv_bias"),
        output_bias=output_bias,
        normed=normed,
    )
    return mamba2(widths)


def _expanded(keys: Keys) -> int:
    return keys.whole("mamba_expand", most=1024) * keys.whole("hidden_size")


def _plain_attention(keys: Keys) -> Block:
    return attention(keys.whole("hidden_size"), read_heads(keys), bias=ATTENTION_BIAS(keys))


def _mamba2_or_attention(keys: Keys, kind: str) -> tuple[str, Block]:
    if kind == FULL:
        return "self_attn", _plain_attention(keys)
    bias = keys.flag("mamba_proj_bias")
    return "mamba", _mamba2_of(keys, _expanded(keys), output_bias=bias, normed=True)


def granite_hybrid(asked: Asked) -> Body:
    """Return Granite 4: Mamba 2 and a few layers of attention, experts where it has some."""
    keys = asked.keys
    kinds = layer_kinds(keys, (FULL, LINEAR), lambda _: LINEAR)
    feed = _granite_feed(keys)
    names = ("", "input_layernorm", "post_attention_layernorm")
    return mixed(asked, kinds, _mamba2_or_attention, (feed,) * len(kinds), names, "norm")


def _granite_feed(keys: Keys) -> Block:
    parts = {"shared_mlp": granite_shared(keys, keys.whole("shared_intermediate_size"))}
    if keys.whole_or("num_local_experts", 0, least=0, most=MOST_EXPERTS):
        experts = read_experts(keys, "num_local_experts", inner="intermediate_size")
        parts["block_sparse_moe"] = joined(mixture(keys, experts, gate="router"))
    return joined(parts)


JAMBA_NAMES = ("feed_forward", "input_layernorm", "pre_ff_layernorm")


def bamba(asked: Asked) -> Body:
    """Return Bamba: Mamba 2, and attention in the layers listed."""
    keys = asked.keys
    listed = keys.wholes("attn_layer_indices") or ()
    count = keys.layers("num_hidden_layers")
    kinds = [FULL if number in listed else LINEAR for number in range(count)]
    feed = gated_by("mlp_bias")(keys)
    return mixed(
        asked, kinds, _mamba2_or_attention, (feed,) * count, JAMBA_NAMES, "final_layernorm"
    )


def falcon_h1(asked: Asked) -> Body:
    """Return Falcon-H1: every layer has attention and Mamba 2 side by side."""
    keys = asked.keys
    inner = keys.maybe("mamba_d_ssm")
    mixer = _mamba2_of(
        keys,
        _expanded(keys) if inner is None else inner,
        output_bias=keys.flag("projectors_bias"),
        normed=keys.flag("mamba_rms_norm"),
    )
    both = joined({"mamba": mixer, "self_attn": _plain_attention(keys)})
    count = keys.layers("num_hidden_layers")
    feeds = (gated_by("mlp_bias")(keys),) * count
    return mixed(
        asked, [FULL] * count, lambda _, __: ("", both), feeds, JAMBA_NAMES, "final_layernorm"
    )


def jamba(asked: Asked) -> Body:
    """Return Jamba: Mamba 1 and attention by one period, experts by another."""
    keys = asked.keys
    count = keys.layers("num_hidden_layers")
    kinds = [FULL if _due(keys, "attn_layer", n) else LINEAR for n in range(count)]
    several = keys.whole("num_experts", most=MOST_EXPERTS) > 1
    feeds = layered(
        _jamba_sparse, gated_by(), lambda _, n: several and _due(keys, "expert_layer", n)
    )(keys)
    return mixed(asked, kinds, _jamba_mixer, feeds, JAMBA_NAMES, "final_layernorm")


def _due(keys: Keys, name: str, number: int) -> bool:
    period, offset = keys.whole(f"{name}_period"), keys.whole(f"{name}_offset", least=0)
    if offset >= period:
        raise keys.fault(f"{name}_offset", f"is {offset}, not smaller than the period {period}")
    return number % period == offset


def _jamba_mixer(keys: Keys, kind: str) -> tuple[str, Block]:
    hidden = keys.whole("hidden_size")
    if kind == FULL:
        return "self_attn", attention(hidden, read_heads(keys))
    state, rank = keys.whole("mamba_d_state"), time_step_rank(keys, "mamba_dt_rank")
    widths = Mamba(
        hidden=hidden,
        inner=_expanded(keys),
        state=state,
        rank=rank,
        kernel=keys.whole("mamba_d_conv", most=1024),
        bias=keys.flag("mamba_proj_bias"),
        convolution_bias=keys.flag("mamba_conv_bias"),
    )
    norms = {"dt_layernorm": norm(rank), "b_layernorm": norm(state), "c_layernorm": norm(state)}
    return "mamba", mamba(widths, norms)


def _jamba_sparse(keys: Keys) -> Block:
    experts = read_experts(keys, "num_experts", inner="intermediate_size")
    return joined(mixture(keys, experts, gate="router"))


NEMOTRON_LETTERS = {"M": LINEAR, "E": "moe", "*": FULL, "-": "mlp"}


def nemotron_h(asked: Asked) -> Body:
    """Return Nemotron-H: each layer is one mixer: Mamba 2, attention, experts or plain."""
    keys = asked.keys
    normed = norm(keys.whole("hidden_size"))
    kinds = _nemotron_kinds(keys)
    made = {
        kind: joined({"norm": normed, "mixer": _nemotron_mixer(keys, kind)}) for kind in set(kinds)
    }
    blocks = [made[kind] for kind in kinds]
    body = decoder(asked, blocks, table="embeddings", last="norm_f")
    return replace(body, tied=False)  # its class names no weights to tie, whatever the config says


def _nemotron_kinds(keys: Keys) -> tuple[str, ...]:
    """Return each layer's kind, listed or spelt as letters; `num_hidden_layers` is not asked."""
    choices = tuple(NEMOTRON_LETTERS.values())
    listed = keys.sequence("layers_block_type")
    if listed is not None:
        if not 1 <= len(listed) <= MOST_LAYERS:
            raise keys.fault("layers_block_type", f"needs 1 to {MOST_LAYERS} entries")
        return layer_kinds(
            keys, choices, lambda _: LINEAR, key="layers_block_type", count=len(listed)
        )
    if keys.get("hybrid_override_pattern") is None:
        return (LINEAR, "moe", FULL, "mlp")
    letters = keys.word("hybrid_override_pattern")
    if not 1 <= len(letters) <= MOST_LAYERS or set(letters) - set(NEMOTRON_LETTERS):
        accepted = ", ".join(NEMOTRON_LETTERS)
        raise keys.fault("hybrid_override_pattern", f"needs a letter per layer out of {accepted}")
    return tuple(NEMOTRON_LETTERS[letter] for letter in letters)


def _nemotron_mixer(keys: Keys, kind: str) -> Block:
    hidden, bias = keys.whole("hidden_size"), keys.flag("mlp_bias")
    if kind == FULL:
        return attention(hidden, read_heads(keys))
    if kind == "mlp":
        return plain(hidden, keys.whole("intermediate_size"), names=UP_DOWN, bias=bias)
    if kind == "moe":
        return _nemotron_experts(keys, hidden, bias=bias)
    heads = keys.heads("mamba_num_heads")
    biased = keys.flag("use_bias")
    widths = Mamba2(
        hidden=hidden,
        inner=heads * keys.whole("mamba_head_dim"),
        heads=heads,
        groups=keys.whole_or("mamba_n_groups", keys.whole("n_groups"), most=MOST_HEADS),
        state=keys.whole("ssm_state_size"),
        kernel=keys.whole_or("mamba_d_conv", keys.whole("conv_kernel"), most=1024),
        bias=biased,
        convolution_bias=keys.flag(
            "mamba_conv_bias" if keys.has("mamba_conv_bias") else "use_conv_bias"
        ),
        output_bias=biased,
    )
    return mamba2(widths)


UP_DOWN = ("up_proj", "down_proj")


def _nemotron_experts(keys: Keys, hidden: int, *, bias: bool) -> Block:
    """Return Nemotron's experts: two projections each, perhaps in a narrower space."""
    experts = read_experts(keys, "n_routed_experts")
    narrow = keys.maybe("moe_latent_size")
    wide = keys.whole("moe_shared_expert_intermediate_size", least=0)
    inner = wide or keys.whole("intermediate_size")
    parts = {
        "gate": router(hidden, experts.count, correction=True),
        "experts": plain_experts(hidden if narrow is None else narrow, experts),
        "shared_experts": plain(hidden, inner, names=UP_DOWN, bias=bias),
    }
    if narrow is not None:
        parts["fc1_latent_proj"] = linear(hidden, narrow, Role.PROJECTION, bias=bias)
        parts["fc2_latent_proj"] = linear(narrow, hidden, Role.PROJECTION, bias=bias)
    return joined(parts)


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
        return "self_attn", attention(hidden, heads, window=keys.maybe("sliding_window"))
    block = keys.whole("block_size", most=2**16)
    return "self_attn", lightning(hidden, heads.queries, heads.width, block)


def recurrent_gemma(asked: Asked) -> Body:
    """Return RecurrentGemma: two gated recurrences, then attention over a window."""
    keys = asked.keys
    pattern = keys.sequence("block_types") or ("recurrent", "recurrent", "attention")
    if not all(kind in ("recurrent", "attention") for kind in pattern):
        raise keys.fault("block_types", "accepts recurrent and attention")
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
    heads = Heads(queries=queries, key_values=shared, width=hidden // queries)
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
    "granitemoehybrid": Family(granite_hybrid, DECODER_HEADS),
    "bamba": Family(bamba, DECODER_HEADS),
    "falcon_h1": Family(falcon_h1, DECODER_HEADS),
    "jamba": Family(jamba, DECODER_HEADS),
    "nemotron_h": Family(nemotron_h, DECODER_HEADS),
    "minimax": Family(minimax, DECODER_HEADS),
    "recurrent_gemma": Family(recurrent_gemma, DECODER_HEADS),
}
