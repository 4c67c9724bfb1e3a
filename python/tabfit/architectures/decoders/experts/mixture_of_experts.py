"""Decoders with a mixture of experts: what each family's experts are, and where.

In: keys of such a config. Out: the families' bodies and heads.
"""

from __future__ import annotations

from collections.abc import Mapping

from tabfit.architectures.config_keys import MOST_EXPERTS, Keys
from tabfit.architectures.decoders.decoder_layer import (
    AROUND,
    BEHIND,
    FULL,
    SLIDING,
    Norms,
    Style,
    all_but_every,
    biases_by,
    decoder,
    gated_by,
    layer_kinds,
    layer_norm,
    one_window,
    over_heads,
    paired,
    per_head,
    pre_norm,
    read_heads,
    rope_width,
    said_window,
    same_for_all,
    windows_where,
)
from tabfit.architectures.decoders.experts.expert_layers import (
    deepseek_sparse,
    dense_first,
    granite_shared,
    layered,
    listed,
    mixture,
    past_dense,
    qwen_is_sparse,
    qwen_sparse,
    read_experts,
    shared,
    with_shared,
)
from tabfit.architectures.decoders.llama import (
    ATTENTION_BIAS,
    GRANITE_WINDOWS,
    HUNYUAN_NAMES,
    INPUT_BIAS,
    exaone_slides,
)
from tabfit.architectures.family import Asked, Body, Ending, Family, Head
from tabfit.architectures.heads import (
    DECODER_HEADS,
    DECODER_HEADS_WITH_TRANSFORMER,
    nothing,
    output_layer_biased_by,
)
from tabfit.light_dataclass import replace
from tabfit.model.architecture import Kind
from tabfit.model.blocks.attention import Heads, attention
from tabfit.model.blocks.block import Block, array, beside, joined, placed, vector
from tabfit.model.blocks.feed_forward import Experts, experts_by_input, gated, router
from tabfit.model.blocks.linear import linear, norm
from tabfit.model.tensors import Part, Role


def _one_first(keys: Keys) -> int:
    del keys
    return 1


def _mixtral(keys: Keys) -> Block:
    experts = read_experts(keys, "num_local_experts", inner="intermediate_size")
    return joined(mixture(keys, experts))


def _olmoe(keys: Keys) -> Block:
    return joined(mixture(keys, read_experts(keys, "num_experts", inner="intermediate_size")))


def _olmoe_norms(keys: Keys, heads: Heads) -> Norms:
    """Return OLMoE's norms, as wide as the hidden size divided among heads makes them."""
    hidden = keys.whole("hidden_size")
    return norm(hidden), norm(hidden // heads.queries * heads.key_values)


def _granite(keys: Keys) -> Block:
    """Return Granite's experts, and beside them a shared layer where it has a width."""
    experts = read_experts(keys, "num_local_experts", inner="intermediate_size")
    parts = {"block_sparse_moe": joined(mixture(keys, experts, gate="router"))}
    width = keys.whole_or("shared_intermediate_size", 0, least=0)
    if width:
        parts["shared_mlp"] = granite_shared(keys, width)
    return joined(parts)


def _qwen3_sparse(keys: Keys) -> Block:
    return joined(mixture(keys, read_experts(keys, "num_experts")))


def _exaone_sparse(keys: Keys) -> Block:
    return with_shared(
        keys, correction=True, count="num_experts", shared_count="num_shared_experts"
    )


def _minimax_sparse(keys: Keys) -> Block:
    """Return MiniMax-M2's experts; the router's correction lies beside it, not in it."""
    experts = read_experts(keys, "num_local_experts", inner="intermediate_size")
    return joined({"": _correction(experts), **mixture(keys, experts)})


def _correction(experts: Experts) -> Block:
    return vector("e_score_correction_bias", experts.count, Role.ROUTER, buffer=True)


def _hunyuan_3_sparse(keys: Keys) -> Block:
    experts = read_experts(keys, "num_experts")
    width = experts.inner * keys.whole("num_shared_experts", least=0, most=MOST_EXPERTS)
    bias = keys.flag("mlp_bias")
    return joined(
        {
            "": _correction(experts),
            **mixture(keys, experts),
            "shared_experts": shared(keys, width, bias=bias),
        }
    )


def _ernie_sparse(keys: Keys) -> Block:
    """Return ERNIE's experts; its router's correction is a weight like others."""
    experts = read_experts(keys, "moe_num_experts", chosen="moe_k")
    parts = mixture(keys, experts)
    statics = array("moe_statics.e_score_correction_bias", (1, experts.count), Role.ROUTER)
    parts["gate"] = beside(parts["gate"], statics)
    width = experts.inner * keys.whole_or("moe_num_shared_experts", 0, least=0, most=MOST_EXPERTS)
    if width:
        parts["shared_experts"] = shared(keys, width, bias=keys.flag("use_bias"))
    return joined(parts)


def _ernie_is_sparse(keys: Keys, number: int) -> bool:
    last = keys.whole("moe_layer_end_index", least=-1)
    inside = keys.whole("moe_layer_start_index", least=0) <= number
    return (
        inside
        and (last == -1 or number <= last)
        and ((number + 1) % keys.whole("moe_layer_interval") == 0)
    )


def _gpt_oss(keys: Keys) -> Block:
    """Return gpt-oss's experts: stored one row per input, with biases."""
    hidden = keys.whole("hidden_size")
    experts = read_experts(keys, "num_local_experts", inner="intermediate_size")
    return joined(
        {
            "router": router(hidden, experts.count, bias=True),
            "experts": experts_by_input(hidden, experts, bias=True),
        }
    )


def _phimoe(keys: Keys) -> Block:
    experts = read_experts(keys, "num_local_experts", inner="intermediate_size")
    return joined(mixture(keys, experts, gate="router"))


def _hunyuan(keys: Keys) -> Block:
    """Return Hunyuan's experts, and a dense layer of the same width that every token meets."""
    most = keys.get("moe_topk")
    chosen = max(keys.wholes("moe_topk", least=1) or (1,)) if isinstance(most, list) else None
    experts = Experts(
        count=keys.whole("num_experts", most=MOST_EXPERTS),
        chosen=keys.whole("moe_topk", most=MOST_EXPERTS) if chosen is None else chosen,
        inner=keys.whole("intermediate_size"),
    )
    return joined(
        {**mixture(keys, experts, gate="gate.wg"), "shared_mlp": shared(keys, experts.inner)}
    )


def _afmoe_sparse(keys: Keys) -> Block:
    """Return AFMoE's experts; its correction is a weight that training moves by hand."""
    experts = read_experts(keys, "num_experts")
    width = experts.inner * keys.whole("num_shared_experts", least=0, most=MOST_EXPERTS)
    return joined(
        {
            "": vector("expert_bias", experts.count, Role.ROUTER),
            **mixture(keys, experts, gate="router.gate"),
            "shared_experts": shared(keys, width),
        }
    )


def _afmoe_gate(keys: Keys, heads: Heads) -> Mapping[str, Block]:
    hidden = keys.whole("hidden_size")
    return {"gate_proj": linear(hidden, heads.query_outputs, Role.ATTENTION_OTHER)}


def _afmoe_slides(keys: Keys, number: int) -> bool:
    return bool((number + 1) % keys.whole("global_attn_every_n_layers"))


def _norms_if_asked(keys: Keys, heads: Heads) -> Norms:
    return per_head(keys, heads) if keys.flag("use_qk_norm") else None


def _qwen2_moe_slides(keys: Keys, number: int) -> bool:
    first = keys.whole("max_window_layers", least=0)
    return keys.flag("use_sliding_window") and number < first and number % 2 == 0


def _qwen3_moe_windows(keys: Keys) -> tuple[int | None, ...]:
    if keys.flag("use_sliding_window"):
        return one_window(keys)
    return (None,) * keys.layers("num_hidden_layers")


def mimo(asked: Asked) -> Body:
    """Return MiMo-V2-Flash: layers with a window have twice the key heads, and sinks."""
    keys = asked.keys
    hidden, narrow = keys.whole("hidden_size"), read_heads(keys)
    kinds = layer_kinds(keys, (FULL, SLIDING), _mimo_kind)
    feeds = listed(_mimo_sparse, gated_by(), _one_first)(keys)
    window = keys.maybe("sliding_window_size")
    window = said_window(keys) if window is None else window + 1
    made = {kind: _mimo_attention(keys, narrow, kind, window) for kind in set(kinds)}
    attends = [made[kind] for kind in kinds]
    normed = norm(hidden)
    blocks = paired(attends, feeds, lambda attend, feed: pre_norm(attend, feed, normed))
    rope = rope_width(keys, narrow.width)
    return decoder(asked, blocks, rope_widths=(rope, rope))


def _mimo_kind(number: int) -> str:
    return FULL if number == 0 or not (number + 1) % 6 else SLIDING


def _mimo_sparse(keys: Keys) -> Block:
    return joined(mixture(keys, read_experts(keys, "n_routed_experts"), correction=True))


def _mimo_attention(keys: Keys, narrow: Heads, kind: str, window: int | None) -> Block:
    slides = kind == SLIDING
    heads = Heads(
        queries=narrow.queries,
        key_values=narrow.key_values * (2 if slides else 1),
        width=narrow.width,
        value_width=keys.whole("v_head_dim"),
    )
    return attention(
        keys.whole("hidden_size"),
        heads,
        bias=INPUT_BIAS(keys),
        window=window if slides else None,
        sinks=slides,
    )


def llama4(asked: Asked) -> Body:
    """Return Llama 4's text part: experts on every n-th layer, windows in chunks."""
    keys = asked.keys
    hidden, heads = keys.whole("hidden_size"), read_heads(keys)
    count = keys.layers("num_hidden_layers")
    step = keys.whole("interleave_moe_layer_step", least=0)
    given = keys.wholes("moe_layers")
    sparse = set(range(step - 1, count, step) if given is None and step else given or ())
    rotated = keys.sequence("no_rope_layers") or [
        (number + 1) % keys.whole("no_rope_layer_interval") != 0 for number in range(count)
    ]
    chunk, bias = keys.maybe("attention_chunk_size"), ATTENTION_BIAS(keys)
    local, whole = (attention(hidden, heads, bias=bias, window=each) for each in (chunk, None))
    dense = gated(hidden, keys.whole("intermediate_size_mlp"))
    many = _llama4_sparse(keys)
    blocks = paired(
        [local if number < len(rotated) and rotated[number] else whole for number in range(count)],
        [many if number in sparse else dense for number in range(count)],
        lambda attend, feed: joined(
            {"self_attn": attend, "feed_forward": feed, **dict.fromkeys(AROUND, norm(hidden))}
        ),
    )
    return decoder(asked, blocks, rope_widths=(heads.width,))


def _llama4_sparse(keys: Keys) -> Block:
    hidden = keys.whole("hidden_size")
    experts = read_experts(keys, "num_local_experts", inner="intermediate_size")
    return joined(
        {
            "router": router(hidden, experts.count),
            "experts": experts_by_input(hidden, experts, bias=False),
            "shared_expert": shared(keys, experts.inner),
        }
    )


PRIVATE = Style(bias=ATTENTION_BIAS, sinks=True, feeds=same_for_all(_gpt_oss))
#: How many kinds of private things the filter's own list names.
PRIVATE_LABELS = 33


def privacy_filter(asked: Asked) -> Body:
    """Return OpenAI's privacy filter: gpt-oss's layers as an encoder, windows on both sides."""
    body = PRIVATE.body(asked)
    (tower,) = body.towers
    layers = tuple(replace(layer, keeps=()) for layer in tower.layers)
    tower = replace(tower, part=Part.ENCODER, layers=layers)
    return replace(body, kind=Kind.ENCODER, towers=(tower,))


def _private_things(keys: Keys, body: Body) -> Ending:
    labels = keys.labels(otherwise=PRIVATE_LABELS)
    return Ending(placed("score", linear(body.hidden, labels, Role.HEAD, bias=True)), labels)


NORMED_QWEN = Style(
    bias=ATTENTION_BIAS,
    norms=per_head,
    feeds=layered(_qwen3_sparse, gated_by(), qwen_is_sparse),
    windows=_qwen3_moe_windows,
)
STYLES: dict[str, Style] = {
    "mixtral": Style(feeds=same_for_all(_mixtral), windows=one_window),
    "olmoe": Style(bias=ATTENTION_BIAS, norms=_olmoe_norms, feeds=same_for_all(_olmoe)),
    "flex_olmo": Style(
        bias=ATTENTION_BIAS, norms=over_heads, feeds=same_for_all(_olmoe), around=BEHIND
    ),
    "granitemoe": Style(bias=ATTENTION_BIAS, feeds=same_for_all(_granite), feeding=""),
    "granitemoeshared": Style(bias=ATTENTION_BIAS, feeds=same_for_all(_granite), feeding=""),
    "granitemoe_swa": Style(
        bias=ATTENTION_BIAS,
        feeds=same_for_all(_granite),
        feeding="",
        sinks=True,
        windows=GRANITE_WINDOWS,
    ),
    "qwen2_moe": Style(
        bias=biases_by("qkv_bias", output=False),
        feeds=layered(qwen_sparse, gated_by(), qwen_is_sparse),
        windows=windows_where(_qwen2_moe_slides),
    ),
    "qwen3_moe": NORMED_QWEN,
    "minimax_m2": Style(norms=over_heads, feeds=same_for_all(_minimax_sparse)),
    "glm4_moe": Style(
        bias=INPUT_BIAS,
        norms=_norms_if_asked,
        feeds=layered(deepseek_sparse, gated_by(), past_dense),
        rope=0.5,
    ),
    "dots1": Style(
        bias=ATTENTION_BIAS,
        norms=per_head,
        feeds=layered(deepseek_sparse, gated_by(), past_dense),
        windows=windows_where(
            lambda keys, number: number >= keys.whole_or("max_window_layers", 0, least=0)
        ),
    ),
    "solar_open": Style(bias=INPUT_BIAS, feeds=same_for_all(deepseek_sparse)),
    "exaone_moe": Style(
        norms=per_head,
        feeds=listed(_exaone_sparse, gated_by(), dense_first),
        windows=windows_where(exaone_slides),
    ),
    "ernie4_5_moe": Style(
        bias=biases_by("use_bias"),
        feeds=layered(_ernie_sparse, gated_by("use_bias"), _ernie_is_sparse),
    ),
    "hunyuan_v1_moe": Style(
        bias=ATTENTION_BIAS, norms=per_head, names=HUNYUAN_NAMES, feeds=same_for_all(_hunyuan)
    ),
    "hy_v3": Style(
        bias=ATTENTION_BIAS,
        norms=per_head,
        feeds=listed(_hunyuan_3_sparse, gated_by("mlp_bias"), _one_first),
    ),
    "gpt_oss": Style(
        bias=ATTENTION_BIAS,
        sinks=True,
        feeds=same_for_all(_gpt_oss),
        windows=all_but_every(2),
    ),
    "phimoe": Style(
        bias=ATTENTION_BIAS,
        feeds=same_for_all(_phimoe),
        normed=layer_norm,
        windows=one_window,
    ),
    "afmoe": Style(
        bias=ATTENTION_BIAS,
        norms=per_head,
        extend=_afmoe_gate,
        feeds=layered(
            _afmoe_sparse,
            gated_by(),
            lambda keys, number: number >= keys.whole_or("num_dense_layers", 0, least=0),
        ),
        around=(
            "input_layernorm",
            "post_attention_layernorm",
            "pre_mlp_layernorm",
            "post_mlp_layernorm",
        ),
        windows=windows_where(_afmoe_slides),
    ),
}

WITH_TRANSFORMER = {"qwen3_moe"}
FAMILIES = {
    name: Family(
        style.body,
        DECODER_HEADS_WITH_TRANSFORMER if name in WITH_TRANSFORMER else DECODER_HEADS,
    )
    for name, style in STYLES.items()
}
FAMILIES |= {
    "mimo_v2_flash": Family(mimo, DECODER_HEADS),
    "llama4_text": Family(llama4, DECODER_HEADS),
    "openai_privacy_filter": Family(
        privacy_filter,
        {"ForTokenClassification": Head("model", _private_things), "Model": Head("", nothing)},
    ),
    "phimoe": Family(
        STYLES["phimoe"].body,
        {**DECODER_HEADS, "ForCausalLM": Head("model", output_layer_biased_by("lm_head_bias"))},
    ),
    "ernie4_5_moe": Family(
        STYLES["ernie4_5_moe"].body,
        {**DECODER_HEADS, "ForCausalLM": Head("model", output_layer_biased_by("use_bias"))},
    ),
}
