"""Decoders with a mixture of experts: which layers have one, and what it is made of.

In: keys of such a config. Out: the families' bodies and heads. transformers
holds all experts of a layer in one array; one token uses those its router
chooses, and the shared ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from willitfit.blocks.attention import Heads, attention
from willitfit.blocks.block import Block, array, beside, joined, vector
from willitfit.blocks.feed_forward import (
    Experts,
    experts_by_input,
    fused_gated,
    gated,
    gated_experts,
    router,
)
from willitfit.blocks.linear import linear, norm
from willitfit.config.decoders import (
    ATTENTION_BIAS,
    GRANITE_WINDOWS,
    HUNYUAN_NAMES,
    INPUT_BIAS,
    exaone_slides,
)
from willitfit.config.heads import (
    DECODER_HEADS,
    DECODER_HEADS_WITH_TRANSFORMER,
    output_layer_biased_by,
)
from willitfit.config.keys import MOST_EXPERTS, Keys
from willitfit.config.model import Asked, Body, Family, Head
from willitfit.config.styles import (
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
    per_head,
    pre_norm,
    read_heads,
    rope_width,
    same_for_all,
    windows_where,
)
from willitfit.tensors import Role

Feed = Callable[[Keys], Block]


def read_experts(
    keys: Keys,
    count: str,
    *,
    chosen: str = "num_experts_per_tok",
    inner: str = "moe_intermediate_size",
) -> Experts:
    """Return how many experts there are, how many a token uses, and their width."""
    return Experts(
        count=keys.whole(count, most=MOST_EXPERTS),
        chosen=keys.whole(chosen, most=MOST_EXPERTS),
        inner=keys.whole(inner),
    )


def mixture(
    keys: Keys, experts: Experts, *, gate: str = "gate", correction: bool = False
) -> dict[str, Block]:
    """Return a router and its experts under the names most families use."""
    hidden = keys.whole("hidden_size")
    return {
        gate: router(hidden, experts.count, correction=correction),
        "experts": gated_experts(hidden, experts),
    }


def shared(keys: Keys, inner: int, *, bias: bool = False) -> Block:
    """Return the experts that every token meets: one gated layer as wide as all of them."""
    return gated(keys.whole("hidden_size"), inner, bias=bias)


def layered(
    sparse: Feed, dense: Feed, where: Callable[[Keys, int], bool]
) -> Callable[[Keys], tuple[Block, ...]]:
    """Return a reader of feed-forward layers: experts where the rule says so, else one layer."""

    def read(keys: Keys) -> tuple[Block, ...]:
        chosen = [where(keys, number) for number in range(keys.layers("num_hidden_layers"))]
        made = {kind: (sparse if kind else dense)(keys) for kind in set(chosen)}
        return tuple(made[kind] for kind in chosen)

    return read


def listed(
    sparse: Feed, dense: Feed, first: Callable[[Keys], int]
) -> Callable[[Keys], tuple[Block, ...]]:
    """Return a reader of feed-forward layers by `mlp_layer_types`, else dense ones first."""

    def read(keys: Keys) -> tuple[Block, ...]:
        dense_first = first(keys)
        kinds = layer_kinds(
            keys,
            ("dense", "sparse"),
            lambda number: "dense" if number < dense_first else "sparse",
            key="mlp_layer_types",
        )
        made = {kind: (sparse if kind == "sparse" else dense)(keys) for kind in set(kinds)}
        return tuple(made[kind] for kind in kinds)

    return read


def dense_first(keys: Keys) -> int:
    """Return how many of the first layers have no experts (DeepSeek's key)."""
    return keys.whole_or("first_k_dense_replace", 0, least=0)


def _one_first(keys: Keys) -> int:
    del keys
    return 1


def past_dense(keys: Keys, number: int) -> bool:
    """Return whether a layer comes after the dense ones."""
    return number >= dense_first(keys)


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


def granite_shared(keys: Keys, width: int) -> Block:
    """Return Granite's shared feed-forward layer."""
    return fused_gated(keys.whole("hidden_size"), width, names=("input_linear", "output_linear"))


def qwen_sparse(keys: Keys) -> Block:
    """Return Qwen's experts with one shared expert behind a gate of its own."""
    hidden, width = keys.whole("hidden_size"), keys.whole("shared_expert_intermediate_size")
    return joined(
        {
            **mixture(keys, read_experts(keys, "num_experts")),
            "shared_expert": shared(keys, width),
            "shared_expert_gate": linear(hidden, 1, Role.ROUTER),
        }
    )


def _qwen3_sparse(keys: Keys) -> Block:
    return joined(mixture(keys, read_experts(keys, "num_experts")))


def qwen_is_sparse(keys: Keys, number: int) -> bool:
    """Return whether a layer of Qwen has experts: every so manieth, but for those listed."""
    step = keys.whole("decoder_sparse_step")
    dense = keys.wholes("mlp_only_layers") or ()
    some = keys.whole("num_experts", least=0, most=MOST_EXPERTS) > 0
    return number not in dense and some and (number + 1) % step == 0


def deepseek_sparse(keys: Keys) -> Block:
    """Return experts with a corrected router, and shared ones beside (DeepSeek-V3)."""
    return _with_shared(keys, correction=True)


def deepseek_v2_sparse(keys: Keys) -> Block:
    """Return experts and shared ones beside, the router uncorrected (DeepSeek-V2)."""
    return _with_shared(keys, correction=False, bias=keys.flag("mlp_bias"))


def uncorrected_sparse(keys: Keys) -> Block:
    """Return experts and shared ones beside, the router uncorrected and nothing biased."""
    return _with_shared(keys, correction=False)


def _with_shared(
    keys: Keys,
    *,
    correction: bool,
    count: str = "n_routed_experts",
    shared_count: str = "n_shared_experts",
    bias: bool = False,
) -> Block:
    experts = read_experts(keys, count)
    width = experts.inner * keys.whole(shared_count, least=0, most=MOST_EXPERTS)
    parts = mixture(keys, experts, correction=correction)
    return joined({**parts, "shared_experts": shared(keys, width, bias=bias)})


def _exaone_sparse(keys: Keys) -> Block:
    return _with_shared(
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
    window = keys.maybe("sliding_window") if window is None else window + 1
    attends = {kind: _mimo_attention(keys, narrow, kind, window) for kind in set(kinds)}
    made: dict[tuple[str, int], Block] = {}
    blocks = []
    for kind, feed in zip(kinds, feeds, strict=True):
        if (kind, id(feed)) not in made:
            made[kind, id(feed)] = pre_norm(attends[kind], feed, norm(hidden))
        blocks.append(made[kind, id(feed)])
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
    """Return Llama 4's text part: experts on every so manieth layer, windows in chunks."""
    keys = asked.keys
    hidden, heads = keys.whole("hidden_size"), read_heads(keys)
    count = keys.layers("num_hidden_layers")
    step = keys.whole("interleave_moe_layer_step", least=0)
    given = keys.wholes("moe_layers")
    sparse = set(range(step - 1, count, step) if given is None and step else given or ())
    rotated = keys.sequence("no_rope_layers") or [
        (number + 1) % keys.whole("no_rope_layer_interval") != 0 for number in range(count)
    ]
    chunk = keys.maybe("attention_chunk_size")
    made: dict[tuple[bool, bool], Block] = {}
    blocks = []
    for number in range(count):
        mark = (number in sparse, bool(number < len(rotated) and rotated[number]))
        if mark not in made:
            attends = attention(
                hidden, heads, bias=ATTENTION_BIAS(keys), window=chunk if mark[1] else None
            )
            feeds = (
                _llama4_sparse(keys)
                if mark[0]
                else gated(hidden, keys.whole("intermediate_size_mlp"))
            )
            made[mark] = joined(
                {
                    "self_attn": attends,
                    "feed_forward": feeds,
                    "input_layernorm": norm(hidden),
                    "post_attention_layernorm": norm(hidden),
                }
            )
        blocks.append(made[mark])
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
    "phimoe": Family(
        STYLES["phimoe"].body,
        {**DECODER_HEADS, "ForCausalLM": Head("model", output_layer_biased_by("lm_head_bias"))},
    ),
    "ernie4_5_moe": Family(
        STYLES["ernie4_5_moe"].body,
        {**DECODER_HEADS, "ForCausalLM": Head("model", output_layer_biased_by("use_bias"))},
    ),
}
