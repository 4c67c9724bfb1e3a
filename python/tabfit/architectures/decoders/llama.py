"""Dense decoders built like Llama: one row says how each family differs.

In: keys of a Llama-like config. Out: the families' bodies and heads.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import isqrt

from tabfit.architectures.config_keys import MOST_EXPERTS, Keys
from tabfit.architectures.decoders.decoder_layer import (
    AROUND,
    BEHIND,
    Norms,
    Style,
    all_but_every,
    biased_inputs,
    biases_by,
    dividing_heads,
    fused,
    gated_by,
    layer_norm,
    one_window,
    over_heads,
    per_head,
    plain_by,
    qwen_windows,
    same_for_all,
    shared_heads,
    weightless,
    windows_where,
)
from tabfit.architectures.family import Family
from tabfit.architectures.heads import (
    DECODER_HEADS,
    DECODER_HEADS_WITH_TRANSFORMER,
    LM_HEAD_WITH_BIAS,
)
from tabfit.i18n.language import Message
from tabfit.model.blocks.attention import Biases, Heads, Names
from tabfit.model.blocks.block import Block, array, beside, joined, vector
from tabfit.model.blocks.feed_forward import Experts, gated, plain, widened
from tabfit.model.blocks.linear import linear, norm
from tabfit.model.tensors import Role

ATTENTION_BIAS = biases_by("attention_bias")
INPUT_BIAS = biases_by("attention_bias", output=False)
MLP_BIAS = same_for_all(gated_by("mlp_bias"))

LLAMA = Style(heads=dividing_heads, bias=ATTENTION_BIAS, feeds=MLP_BIAS)
OLMO_2 = Style(bias=ATTENTION_BIAS, norms=over_heads, around=BEHIND)


def _smollm_slides(keys: Keys, number: int) -> bool:
    """Return whether a layer of SmolLM 3 has a window: those without rotation, where asked for."""
    rotated = keys.sequence("no_rope_layers")
    interval = keys.whole("no_rope_layer_interval")
    turns = rotated[number] if rotated and number < len(rotated) else (number + 1) % interval
    return keys.flag("use_sliding_window") and not turns


def _stablelm_around(keys: Keys) -> tuple[str, ...]:
    return AROUND[:1] if keys.flag("use_parallel_residual") else AROUND


def _stablelm_norms(keys: Keys, heads: Heads) -> Mapping[str, Block]:
    """Return StableLM's norms of queries and keys: one for every head, where asked for."""
    if not keys.flag("qk_layernorm"):
        return {}
    return {
        "q_layernorm": joined({f"norms.{n}": norm(heads.width) for n in range(heads.queries)}),
        "k_layernorm": joined({f"norms.{n}": norm(heads.width) for n in range(heads.key_values)}),
    }


def _cohere_norms(keys: Keys, heads: Heads) -> Norms:
    """Return Cohere's norms: a weight for every head and width, where asked for."""
    if not keys.flag("use_qk_norm"):
        return None
    return (
        array("weight", (heads.queries, heads.width), Role.NORM),
        array("weight", (heads.key_values, heads.width), Role.NORM),
    )


def _bitnet_feed(keys: Keys) -> Block:
    hidden, inner = keys.whole("hidden_size"), keys.whole("intermediate_size")
    return widened({"": gated(hidden, inner), "ffn_sub_norm": norm(inner)}, inner)


def _bitnet_norm(keys: Keys, heads: Heads) -> Mapping[str, Block]:
    del heads
    return {"attn_sub_norm": norm(keys.whole("hidden_size"))}


def exaone_slides(keys: Keys, number: int) -> bool:
    """Return whether a layer of EXAONE 4 has a window: all but every n-th."""
    every = keys.maybe("sliding_window_pattern", least=0)
    if keys.maybe("sliding_window") is None or not every:
        raise keys.fault(
            "layer_types", Message("is missing; without a window pattern it is needed")
        )
    return bool((number + 1) % every)


def _helium_output(keys: Keys, heads: Heads) -> Mapping[str, Block]:
    """Return Helium's output projection, which is as wide as the model."""
    del heads
    hidden = keys.whole("hidden_size")
    return {"o_proj": linear(hidden, hidden, Role.ATTENTION_OUTPUT)}


def _apertus_feed(keys: Keys) -> Block:
    """Return Apertus's feed-forward layer: its activation, xIELU, has weights of its own."""
    hidden, inner = keys.whole("hidden_size"), keys.whole("intermediate_size")
    parts = {
        "up_proj": linear(hidden, inner, Role.UP),
        "down_proj": linear(inner, hidden, Role.DOWN),
    }
    if keys.get("hidden_act") == "xielu":
        parts["act_fn"] = beside(
            vector("alpha_p", 1, Role.OTHER),
            vector("alpha_n", 1, Role.OTHER),
            array("beta", (), Role.OTHER, buffer=True),
            array("eps", (), Role.OTHER, buffer=True),
        )
    return widened(parts, inner)


def _post_norms(keys: Keys) -> tuple[str, ...]:
    return (*AROUND, *(("post_norm1", "post_norm2") if keys.flag("use_post_norm") else ()))


def _lambdas(keys: Keys, heads: Heads) -> Mapping[str, Block]:
    """Return what weighs DiffLlama's second attention map against its first."""
    del keys
    names = ("lambda_q1", "lambda_k1", "lambda_q2", "lambda_k2")
    return {"": beside(*(vector(name, heads.width, Role.ATTENTION_OTHER) for name in names))}


def _seed_biases(keys: Keys) -> Biases:
    inputs, output = keys.flag("attention_bias"), keys.flag("attention_out_bias")
    return Biases(inputs, inputs, inputs, output)


def _doge_scores(keys: Keys, heads: Heads) -> Mapping[str, Block]:
    """Return what makes Doge's mask out of the values (arXiv:2412.11834)."""
    bias = keys.flag("attention_bias")
    return {
        "": vector("A", heads.key_values, Role.ATTENTION_OTHER),
        "dt_proj": linear(heads.key_outputs, heads.key_values, Role.ATTENTION_OTHER, bias=bias),
    }


def _doge_scales(keys: Keys) -> Block:
    hidden = keys.whole("hidden_size")
    names = ("input_residual", "post_attention_residual")
    return beside(*(vector(name, hidden, Role.OTHER) for name in names))


def _doge_feed(keys: Keys) -> Block:
    """Return Doge's feed-forward layer, with tables of single neurons as experts where asked."""
    feed = gated_by("mlp_bias")(keys)
    if not keys.flag("is_moe"):
        return feed
    hidden, count = keys.whole("hidden_size"), keys.whole("num_experts", most=MOST_EXPERTS)
    chosen = keys.whole("num_experts_per_tok", most=MOST_EXPERTS)
    experts = Experts(count=count, chosen=chosen, inner=1)
    rows = (("up_embed.weight", Role.EXPERT_UP), ("down_embed.weight", Role.EXPERT_DOWN))
    tables = Block(tuple(experts.held(name, hidden, role=role) for name, role in rows))
    scores = linear(hidden, 2 * isqrt(count), Role.ROUTER)
    return widened({"": beside(feed, tables), "router_gate": scores}, feed.inner + chosen)


def _phi_norms(keys: Keys, heads: Heads) -> Mapping[str, Block]:
    del heads
    if not keys.flag("qk_layernorm"):
        return {}
    width = keys.whole("hidden_size") // keys.heads("num_attention_heads")
    return {"q_layernorm": norm(width, bias=True), "k_layernorm": norm(width, bias=True)}


def _phi_feed(keys: Keys) -> Block:
    return plain(
        keys.whole("hidden_size"), keys.whole("intermediate_size"), names=("fc1", "fc2"), bias=True
    )


HUNYUAN_NAMES = Names(query_norm="query_layernorm", key_norm="key_layernorm")
GRANITE_WINDOWS = windows_where(lambda _, number: number % 4 != 0)

STYLES: dict[str, Style] = {
    "llama": LLAMA,
    "internlm3": LLAMA,
    "exaone": LLAMA,
    "mistral": Style(windows=one_window),
    "ministral": Style(
        windows=windows_where(lambda keys, _: keys.get("sliding_window") is not None)
    ),
    "ministral3": Style(windows=one_window),
    "qwen2": Style(bias=biased_inputs, windows=qwen_windows),
    "qwen3": Style(bias=ATTENTION_BIAS, norms=per_head, windows=qwen_windows),
    "smollm3": Style(bias=ATTENTION_BIAS, feeds=MLP_BIAS, windows=windows_where(_smollm_slides)),
    "stablelm": Style(
        heads=shared_heads,
        bias=biases_by("use_qkv_bias", output=False),
        extend=_stablelm_norms,
        around=_stablelm_around,
        normed=layer_norm,
        rope=0.25,
    ),
    "olmo": Style(bias=ATTENTION_BIAS, normed=weightless),
    "olmo2": OLMO_2,
    "olmo3": Style(bias=ATTENTION_BIAS, norms=over_heads, around=BEHIND, windows=all_but_every(4)),
    "cohere": Style(bias=ATTENTION_BIAS, norms=_cohere_norms, around=AROUND[:1]),
    "cohere2": Style(
        bias=ATTENTION_BIAS,
        around=AROUND[:1],
        windows=windows_where(
            lambda keys, n: bool((n + 1) % keys.whole_or("sliding_window_pattern", 4))
        ),
    ),
    "granite": Style(bias=ATTENTION_BIAS, feeds=MLP_BIAS),
    "granite_swa": Style(bias=ATTENTION_BIAS, feeds=MLP_BIAS, sinks=True, windows=GRANITE_WINDOWS),
    "starcoder2": Style(
        bias=biases_by("use_bias"),
        feeds=same_for_all(plain_by("c_fc", "c_proj", "use_bias")),
        windows=one_window,
        normed=layer_norm,
    ),
    "glm": Style(bias=INPUT_BIAS, feeds=same_for_all(fused), rope=0.5),
    "glm4": Style(
        bias=INPUT_BIAS,
        feeds=same_for_all(fused),
        around=(*AROUND, "post_self_attn_layernorm", "post_mlp_layernorm"),
        rope=0.5,
    ),
    "ernie4_5": Style(bias=biases_by("use_bias"), feeds=same_for_all(gated_by("use_bias"))),
    "exaone4": Style(norms=per_head, around=BEHIND, windows=windows_where(exaone_slides)),
    "hunyuan_v1_dense": Style(bias=ATTENTION_BIAS, norms=per_head, names=HUNYUAN_NAMES),
    "bitnet": Style(bias=ATTENTION_BIAS, feeds=same_for_all(_bitnet_feed), extend=_bitnet_norm),
    "helium": Style(bias=INPUT_BIAS, feeds=MLP_BIAS, extend=_helium_output),
    "arcee": Style(
        heads=dividing_heads,
        bias=ATTENTION_BIAS,
        feeds=same_for_all(plain_by("up_proj", "down_proj", "mlp_bias")),
    ),
    "seed_oss": Style(bias=_seed_biases, feeds=MLP_BIAS),
    "nemotron": Style(
        bias=ATTENTION_BIAS,
        feeds=same_for_all(plain_by("up_proj", "down_proj", "mlp_bias")),
        normed=layer_norm,
        rope=0.5,
    ),
    "apertus": Style(
        bias=ATTENTION_BIAS,
        norms=per_head,
        feeds=same_for_all(_apertus_feed),
        around=("attention_layernorm", "feedforward_layernorm"),
    ),
    "jais2": Style(
        heads=dividing_heads,
        bias=ATTENTION_BIAS,
        feeds=same_for_all(plain_by("up_proj", "down_proj", "mlp_bias")),
        normed=layer_norm,
    ),
    "nanochat": Style(
        bias=ATTENTION_BIAS,
        feeds=same_for_all(plain_by("fc1", "fc2")),
        normed=weightless,
    ),
    "cwm": Style(heads=dividing_heads, feeds=MLP_BIAS, windows=GRANITE_WINDOWS),
    "hyperclovax": Style(
        heads=dividing_heads, bias=ATTENTION_BIAS, feeds=MLP_BIAS, around=_post_norms
    ),
    "doge": Style(
        bias=ATTENTION_BIAS,
        norms=per_head,
        feeds=same_for_all(_doge_feed),
        extend=_doge_scores,
        lone=_doge_scales,
    ),
    "diffllama": Style(bias=ATTENTION_BIAS, extend=_lambdas),
    "phi3": Style(fused=True, feeds=same_for_all(fused), windows=one_window),
    "phi": Style(
        bias=lambda _: Biases(query=True, key=True, value=True, output=True),
        names=Names(output="dense"),
        feeds=same_for_all(_phi_feed),
        extend=_phi_norms,
        around=AROUND[:1],
        normed=layer_norm,
        last="final_layernorm",
        rope=0.5,
    ),
}

#: Families whose question-answering class calls its body `transformer`.
WITH_TRANSFORMER = {
    "llama",
    "qwen2",
    "qwen3",
    "smollm3",
    "arcee",
    "exaone4",
    "ministral",
    "nemotron",
    "seed_oss",
    "diffllama",
}
FAMILIES = {
    name: Family(
        style.body,
        DECODER_HEADS_WITH_TRANSFORMER if name in WITH_TRANSFORMER else DECODER_HEADS,
    )
    for name, style in STYLES.items()
}
#: A Llama in all but its name, whose heads need not divide its width.
UNKNOWN = Family(Style(bias=ATTENTION_BIAS, feeds=MLP_BIAS).body, DECODER_HEADS)
FAMILIES["phi"] = Family(STYLES["phi"].body, LM_HEAD_WITH_BIAS)
