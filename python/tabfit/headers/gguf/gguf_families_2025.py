"""What a GGUF header says of the families that llama.cpp came to know in 2025 and 2026, and of MPT.

In: a config that holds what the common keys say, the file's keys and its tensors' shapes. Out:
the same config in the family's own words, as in `gguf_families`.

Source: `conversion/` of llama.cpp; compared with what that converter makes of small
models of each family in tests/data/gguf/converted.json.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tabfit.headers.gguf.gguf_families import (
    FULL,
    Config,
    Seen,
    experts,
    latent,
    layer_count,
    narrow_experts,
)

LINEAR = "linear_attention"


def mpt(config: Config, seen: Seen) -> None:
    """Say MPT's widths by its own names."""
    del seen
    for ours, theirs in (
        ("hidden_size", "d_model"),
        ("num_hidden_layers", "n_layers"),
        ("num_attention_heads", "n_heads"),
        ("max_position_embeddings", "max_seq_len"),
    ):
        config[theirs] = config.pop(ours, None)


def phimoe(config: Config, seen: Seen) -> None:
    """Say Phi's experts, and whether the output layer has a bias."""
    narrow_experts(config, seen)
    config["lm_head_bias"] = "output.bias" in seen.shapes
    config["sliding_window"] = config.get("sliding_window") or None


def hunyuan(config: Config, seen: Seen) -> None:
    """Say Hunyuan's experts, and how many of them a token uses."""
    narrow_experts(config, seen)
    config["moe_topk"] = seen.whole("expert_used_count")


def laguna(config: Config, seen: Seen) -> None:
    """Say the heads of each layer, and whether their gates are one number or as wide as they."""
    experts(config, seen)
    listed = config.get("num_attention_heads")
    if isinstance(listed, list) and listed:
        config.update(num_attention_heads=max(listed), num_attention_heads_per_layer=listed)
    count = layer_count(config, seen)
    gate = seen.shape(0, "attn_gate.weight")
    heads = listed[0] if isinstance(listed, list) and listed else listed
    if gate is not None and count:
        config["gating"] = "per-head" if gate[0] == heads else "per-element"


def step(config: Config, seen: Seen) -> None:
    """Say how many heads layers with a window have, and those without."""
    experts(config, seen)
    heads, kinds = config.get("num_attention_heads"), config.get("layer_types")
    if isinstance(heads, list) and isinstance(kinds, list) and len(heads) == len(kinds):
        of = dict(zip(kinds, heads, strict=True))
        near = next((each for kind, each in of.items() if kind != FULL), None)
        config.update(num_attention_heads=of.get(FULL, near), num_sliding_attention_heads=near)
    config["share_expert_dim"] = config.pop("shared_expert_intermediate_size", None)


def minimax_m3(config: Config, seen: Seen) -> None:
    """Say MiniMax-M3's three widths of feed-forward layers, and which layers have an indexer."""
    dense = config.get("intermediate_size")
    narrow_experts(config, seen)
    count = layer_count(config, seen)
    chosen = [any(f"blk.{n}.indexer" in name for name in seen.shapes) for n in range(count)]
    config.update(
        dense_intermediate_size=dense,
        shared_intermediate_size=config.pop("shared_expert_intermediate_size", dense),
        layer_types=["minimax_m3_sparse" if one else FULL for one in chosen],
        index_n_heads=seen.whole("attention.indexer.head_count"),
        index_head_dim=seen.whole("attention.indexer.key_length"),
    )


def mistral4(config: Config, seen: Seen) -> None:
    """Say Mistral 4's latent attention and its experts, also where no layer has any."""
    latent(config, seen)
    if not config.get("n_routed_experts"):
        total = seen.whole("expert_count")
        config.update(dict.fromkeys(("num_local_experts", "n_routed_experts"), total))
        config["first_k_dense_replace"] = config.get("num_hidden_layers")


def mimo(config: Config, seen: Seen) -> None:
    """Say MiMo's values, narrower than its keys, and the key heads of layers without a window."""
    experts(config, seen)
    width = seen.whole("attention.key_length")
    config.update(head_dim=width, v_head_dim=seen.whole("attention.value_length"))
    kinds = config.get("layer_types") or [FULL] * layer_count(config, seen)
    for number, kind in enumerate(kinds):
        rows = seen.shape(number, "attn_k.weight")
        if kind == FULL and rows and width:
            config["num_key_value_heads"] = rows[0] // width
            break


def kimi_linear(config: Config, seen: Seen) -> None:
    """Say which layers of Kimi Linear attend, and the heads of those that keep a state."""
    latent(config, seen)
    count = layer_count(config, seen)
    attends = seen.layers_with("attn_kv_a_mqa.weight", count)
    config.update(
        layer_types=[FULL if one else LINEAR for one in attends],
        linear_num_heads=seen.first("ssm_beta.weight", count, 0),
        linear_head_dim=seen.whole("kda.head_dim"),
        linear_conv_kernel_dim=seen.whole("ssm.conv_kernel"),
        num_experts_per_token=seen.whole("expert_used_count"),
    )


def hrm_text(config: Config, seen: Seen) -> None:
    """Say how many layers HRM-Text's stacks have, and how often each is gone through."""
    config.update(
        num_layers_per_stack=seen.whole("hrm.layers_per_stack"),
        H_cycles=seen.whole("hrm.h_cycles"),
        L_cycles=seen.whole("hrm.l_cycles"),
    )


def jina(config: Config, seen: Seen) -> None:
    """Say how many kinds of tokens Jina's third model tells apart."""
    kinds = seen.shapes.get("token_types.weight", (1,))
    config["type_vocab_size"] = kinds[0] if len(kinds) > 1 else 1


#: How these families' configs differ from what the common keys say, by model_type.
SETTLED_2025: Mapping[str, Callable[[Config, Seen], None]] = {
    "mpt": mpt,
    "phimoe": phimoe,
    "hunyuan_v1_moe": hunyuan,
    "laguna": laguna,
    "step3p5": step,
    "minimax_m3_vl_text": minimax_m3,
    "mistral4": mistral4,
    "mimo_v2_flash": mimo,
    "kimi_linear": kimi_linear,
    "hrm_text": hrm_text,
    "jina_embeddings_v3": jina,
}
