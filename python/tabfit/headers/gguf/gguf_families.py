"""What a GGUF header says of the families whose configs need more than a few common keys.

In: a config that holds what the common keys say, the file's keys and its tensors'
shapes. Out: the same config, with latent attention, experts, recurrent layers and
whatever else that family writes. What a shape shows counts for more than a key.

Source: `conversion/` of llama.cpp; compared with what that converter makes of small
models of each family in tests/data/gguf/converted.json.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tabfit.light_dataclass import dataclass

FULL = "full_attention"
Config = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Seen:
    """The header of one file: its keys below the architecture's name, and shapes by tensor."""

    keys: Mapping[str, object]
    shapes: Mapping[str, tuple[int, ...]]

    def whole(self, key: str) -> int | None:
        """Return a whole number that a key holds; of a list, the largest."""
        value = self.keys.get(key)
        if isinstance(value, tuple) and value and all(type(one) is int for one in value):
            value = max(value)
        return value if type(value) is int else None

    def shape(self, layer: int, name: str) -> tuple[int, ...] | None:
        """Return the shape of a tensor of one layer."""
        return self.shapes.get(f"blk.{layer}.{name}")

    def layers_with(self, name: str, count: int) -> list[bool]:
        """Return which layers have a tensor."""
        return [self.shape(layer, name) is not None for layer in range(count)]

    def first(self, name: str, count: int, axis: int) -> int | None:
        """Return one side of a tensor in the first layer that has it."""
        for layer in range(count):
            shape = self.shape(layer, name)
            if shape is not None and len(shape) > axis:
                return shape[axis]
        return None

    def has(self, name: str, count: int) -> bool:
        """Return whether any layer has a tensor."""
        return any(self.layers_with(name, count))


def one_count_of_key_value_heads(config: Config) -> None:
    """Put the most of a list of key-value heads, 0 in layers that keep a state, in its place."""
    listed = config.get("num_key_value_heads")
    if isinstance(listed, list) and listed:
        config["num_key_value_heads"] = max(listed)


def layer_count(config: Config, seen: Seen) -> int:
    """Return how many layers there are, never more than tensors."""
    count = config.get("num_hidden_layers")
    return count if type(count) is int and 0 < count <= len(seen.shapes) + 1 else 0


def widths(config: Config, seen: Seen) -> None:
    """Take the widths of attention and feed-forward layers from the shapes themselves."""
    count = layer_count(config, seen)
    heads = config.get("num_attention_heads")
    if type(heads) is int and heads:
        _head_widths(config, seen, count, heads)
    places = seen.shapes.get("position_embd.weight", ())
    if len(places) == 2:
        config["max_position_embeddings"] = places[0]
    for name, axis in (("ffn_down.weight", 1), ("ffn_up.weight", 0)):
        inner = seen.first(name, count, axis)
        if inner is not None:
            config["intermediate_size"] = inner
            break


def _head_widths(config: Config, seen: Seen, count: int, heads: int) -> None:
    read = seen.first("attn_output.weight", count, 1)
    if read is not None and read % heads == 0:
        config["head_dim"] = read // heads
    rows, width = seen.first("attn_k.weight", count, 0), config.get("head_dim")
    if rows is not None and type(width) is int and width and rows % width == 0:
        config["num_key_value_heads"] = rows // width


def experts(config: Config, seen: Seen) -> None:
    """Say which layers have experts, how many, how wide, and what lies beside them."""
    count = layer_count(config, seen)
    total = seen.first("ffn_down_exps.weight", count, 0) or 0
    turned = seen.first("ffn_down_exps.weight", count, 1) != config.get("hidden_size")
    inner = seen.first("ffn_down_exps.weight", count, 1 if turned else 2)
    sparse = seen.layers_with("ffn_gate_inp.weight", count)
    names = ("num_experts", "num_local_experts", "n_routed_experts", "moe_num_experts")
    config.update(dict.fromkeys(names, total))
    if inner is None:
        return
    config["moe_intermediate_size"] = inner
    config["mlp_layer_types"] = ["sparse" if one else "dense" for one in sparse]
    config["mlp_only_layers"] = [number for number, one in enumerate(sparse) if not one]
    dense = sparse.index(True) if True in sparse else count
    config.update(first_k_dense_replace=dense, num_dense_layers=dense)
    beside = seen.first("ffn_down_shexp.weight", count, 1) or 0
    config["shared_expert_intermediate_size"] = beside
    shared = ("n_shared_experts", "num_shared_experts", "moe_num_shared_experts")
    config.update(dict.fromkeys(shared, beside // inner))


def narrow_experts(config: Config, seen: Seen) -> None:
    """Say the same of families whose experts' width goes by the usual name."""
    experts(config, seen)
    if "mlp_layer_types" in config:
        config["intermediate_size"] = config.pop("moe_intermediate_size")


def latent(config: Config, seen: Seen) -> None:
    """Say the ranks and widths of latent attention."""
    experts(config, seen)
    count = layer_count(config, seen)
    rank = seen.whole("attention.kv_lora_rank") or 0
    together = seen.first("attn_kv_a_mqa.weight", count, 0) or rank
    rope = together - rank
    wide = seen.whole("attention.key_length_mla") or seen.whole("attention.key_length") or rope
    value = seen.whole("attention.value_length_mla")
    heads = config.get("num_attention_heads")
    if value is None and type(heads) is int and heads:
        rows = seen.first("attn_kv_b.weight", count, 0) or 0
        value = rows // heads - (wide - rope)
    if type(heads) is int:
        config["num_key_value_heads"] = heads
    config.pop("head_dim", None)
    config.update(
        q_lora_rank=seen.whole("attention.q_lora_rank"),
        kv_lora_rank=rank,
        qk_rope_head_dim=rope,
        qk_nope_head_dim=wide - rope,
        v_head_dim=value,
        attention_bias=seen.has("attn_kv_a_mqa.bias", count),
    )


def deepseek(config: Config, seen: Seen) -> None:
    """Say whether it is the second version or the third: only the third corrects its router."""
    latent(config, seen)
    count = layer_count(config, seen)
    if not seen.has("ffn_gate_inp.weight", count):
        config.update(model_type="youtu", architectures=["YoutuForCausalLM"])
    elif not seen.has("exp_probs_b.bias", count):
        config.update(model_type="deepseek_v2", architectures=["DeepseekV2ForCausalLM"])
        config["mlp_bias"] = False


def indexed(config: Config, seen: Seen) -> None:
    """Say the indexer's widths beside those of latent attention."""
    latent(config, seen)
    count = layer_count(config, seen)
    config["index_n_heads"] = seen.whole("attention.indexer.head_count")
    config["index_head_dim"] = seen.whole("attention.indexer.key_length")
    found = seen.layers_with("indexer.proj.weight", count)
    config["indexer_types"] = ["full" if one else "shared" for one in found]


def mamba(config: Config, seen: Seen) -> None:
    """Say the widths of Mamba's only kind of layer; Falcon's norms what it selects by."""
    _states(config, seen)
    config["time_step_rank"] = seen.whole("ssm.time_step_rank")
    if seen.keys.get("ssm.dt_b_c_rms") is True:
        config.update(model_type="falcon_mamba", architectures=["FalconMambaForCausalLM"])


def mamba2(config: Config, seen: Seen) -> None:
    """Say the heads of Mamba 2's states."""
    _states(config, seen)
    heads, inner = seen.whole("ssm.time_step_rank") or 0, seen.whole("ssm.inner_size") or 0
    config.update(num_heads=heads, head_dim=inner // heads if heads else 0)
    config["n_groups"] = seen.whole("ssm.group_count")


def _states(config: Config, seen: Seen) -> None:
    for unused in ("num_attention_heads", "num_key_value_heads", "head_dim", "intermediate_size"):
        config.pop(unused, None)
    inner, hidden = seen.whole("ssm.inner_size") or 0, config.get("hidden_size")
    config.update(
        state_size=seen.whole("ssm.state_size"),
        conv_kernel=seen.whole("ssm.conv_kernel"),
        intermediate_size=inner,
        expand=inner // hidden if type(hidden) is int and hidden else 0,
        use_conv_bias="blk.0.ssm_conv1d.bias" in seen.shapes,
        use_bias="blk.0.ssm_in.bias" in seen.shapes,
    )


def mamba_hybrid(config: Config, seen: Seen) -> None:
    """Say which layers attend, and the widths of those that keep a state."""
    count = layer_count(config, seen)
    attends = seen.layers_with("attn_q.weight", count)
    inner, heads = seen.whole("ssm.inner_size") or 0, seen.whole("ssm.time_step_rank") or 0
    hidden = config.get("hidden_size")
    one_count_of_key_value_heads(config)
    config.update(
        layer_types=[FULL if one else "mamba" for one in attends],
        mamba_n_heads=heads,
        mamba_d_head=inner // heads if heads else 0,
        mamba_d_ssm=inner,
        mamba_n_groups=seen.whole("ssm.group_count"),
        mamba_d_state=seen.whole("ssm.state_size"),
        mamba_d_conv=seen.whole("ssm.conv_kernel"),
        mamba_expand=inner // hidden if type(hidden) is int and hidden else 0,
        mamba_conv_bias=seen.has("ssm_conv1d.bias", count),
        mamba_proj_bias=seen.has("ssm_in.bias", count),
        attention_bias=seen.has("attn_q.bias", count),
    )


def granite_hybrid(config: Config, seen: Seen) -> None:
    """Say the same of Granite 4, whose dense layer is a shared expert without others; or Bamba."""
    mamba_hybrid(config, seen)
    count = layer_count(config, seen)
    dense = seen.first("ffn_down.weight", count, 1)
    narrow = seen.first("ffn_down_exps.weight", count, 2)
    if dense is not None and narrow is None and "attention.scale" not in seen.keys:
        config.update(model_type="bamba", architectures=["BambaForCausalLM"])
        config["attn_layer_indices"] = [
            number for number, kind in enumerate(config["layer_types"]) if kind == FULL
        ]
        config["mlp_bias"] = seen.has("ffn_up.bias", count)
        del config["layer_types"]
        return
    shared = dense or seen.first("ffn_down_shexp.weight", count, 1)
    total = seen.first("ffn_down_exps.weight", count, 0) or 0
    config.update(
        shared_intermediate_size=shared or 0,
        num_local_experts=total,
        intermediate_size=narrow or shared,
    )


def mixtral(config: Config, seen: Seen) -> None:
    """Say Mixtral where what is called llama has experts: llama.cpp tells them apart by that."""
    del seen
    if config.get("num_experts"):
        config.update(
            model_type="mixtral",
            architectures=["MixtralForCausalLM"],
            num_local_experts=config.pop("num_experts"),
        )


def local_experts(config: Config, seen: Seen) -> None:
    """Say the experts, which are all there is, by the keys that a dense model's width has."""
    del seen
    config["num_local_experts"] = config.pop("num_experts", None)
    inner = config.pop("moe_intermediate_size", config.get("intermediate_size"))
    config["intermediate_size"] = inner


def granite_moe(config: Config, seen: Seen) -> None:
    """Say Granite's experts, and the shared one beside them where there is one."""
    local_experts(config, seen)
    narrow_experts(config, seen)
    beside = config.pop("shared_expert_intermediate_size", 0)
    if beside:
        config.update(
            model_type="granitemoeshared",
            architectures=["GraniteMoeSharedForCausalLM"],
            shared_intermediate_size=beside,
        )


def jamba(config: Config, seen: Seen) -> None:
    """Say which of Jamba's layers attend and which have experts, as it lists them."""
    mamba_hybrid(config, seen)
    count = layer_count(config, seen)
    attends = config.pop("layer_types")
    sparse = seen.layers_with("ffn_gate_inp.weight", count)
    config.update(
        mamba_dt_rank=seen.whole("ssm.time_step_rank"),
        num_experts=seen.first("ffn_down_exps.weight", count, 0) or 1,
        layers_block_type=["attention" if kind == FULL else "mamba" for kind in attends],
        **_period("attn", [kind == FULL for kind in attends]),
        **_period("expert", sparse),
    )


def _period(name: str, found: list[bool]) -> Config:
    """Return how often a kind of layer comes and where it starts, as it is seen."""
    at = [number for number, one in enumerate(found) if one]
    if not at:
        return {f"{name}_layer_period": len(found) + 1, f"{name}_layer_offset": len(found)}
    period = at[1] - at[0] if len(at) > 1 else max(len(found), at[0] + 1)
    return {f"{name}_layer_period": period, f"{name}_layer_offset": at[0] % period}


def nemotron_hybrid(config: Config, seen: Seen) -> None:
    """Say each layer's only half: a state, attention, experts or two projections."""
    mamba_hybrid(config, seen)
    count = layer_count(config, seen)
    letters = {"ssm_in.weight": "M", "attn_q.weight": "*", "ffn_gate_inp.weight": "E"}
    kinds = ["-"] * count
    for name, letter in letters.items():
        for number, there in enumerate(seen.layers_with(name, count)):
            kinds[number] = letter if there else kinds[number]
    experts(config, seen)
    for unused in ("layer_types", "mlp_layer_types"):
        config.pop(unused, None)
    config.update(
        hybrid_override_pattern="".join(kinds),
        mamba_num_heads=config["mamba_n_heads"],
        mamba_head_dim=config["mamba_d_head"],
        n_groups=config["mamba_n_groups"],
        ssm_state_size=config["mamba_d_state"],
        conv_kernel=config["mamba_d_conv"],
        mlp_bias=seen.has("ffn_up.bias", count) or seen.has("ffn_up_shexp.bias", count),
        expand=config["mamba_expand"],
        use_conv_bias=config["mamba_conv_bias"],
        use_bias=config["mamba_proj_bias"],
        moe_shared_expert_intermediate_size=seen.first("ffn_down_shexp.weight", count, 1) or 1,
        n_shared_experts=1 if seen.has("ffn_down_shexp.weight", count) else 0,
    )


def delta(config: Config, seen: Seen) -> None:
    """Say Qwen's linear attention: heads of keys and of values, and which layers have it."""
    experts(config, seen)
    count = layer_count(config, seen)
    attends = seen.layers_with("attn_q.weight", count)
    values, inner = seen.whole("ssm.time_step_rank") or 0, seen.whole("ssm.inner_size") or 0
    one_count_of_key_value_heads(config)
    config.update(
        layer_types=[FULL if one else "linear_attention" for one in attends],
        linear_num_value_heads=values,
        linear_value_head_dim=inner // values if values else 0,
        linear_num_key_heads=seen.whole("ssm.group_count"),
        linear_key_head_dim=seen.whole("ssm.state_size"),
        linear_conv_kernel_dim=seen.whole("ssm.conv_kernel"),
        decoder_sparse_step=1,
        attention_bias=seen.has("attn_output.bias", count),
    )


def convolved(config: Config, seen: Seen) -> None:
    """Say which of LFM2's layers attend; the others are short convolutions."""
    count = layer_count(config, seen)
    one_count_of_key_value_heads(config)
    attends = seen.layers_with("attn_q.weight", count)
    config["layer_types"] = [FULL if one else "conv" for one in attends]
    config["block_auto_adjust_ff_dim"] = False
    experts(config, seen)
    config["use_expert_bias"] = seen.has("exp_probs_b.bias", count)


def llama4(config: Config, seen: Seen) -> None:
    """Say Llama 4's two widths, and which layers have experts."""
    count = layer_count(config, seen)
    config["intermediate_size_mlp"] = config.get("intermediate_size")
    sparse = seen.layers_with("ffn_gate_inp.weight", count)
    config.update(
        num_local_experts=seen.first("ffn_down_exps.weight", count, 0) or 1,
        intermediate_size=seen.whole("expert_feed_forward_length"),
        moe_layers=[number for number, one in enumerate(sparse) if one],
    )
    chunk = seen.whole("attention.chunk_size")
    if chunk is not None:
        config["attention_chunk_size"] = chunk


def t5(config: Config, seen: Seen) -> None:
    """Say both halves of T5; UMT5 learns positions in every layer."""
    gated = "enc.blk.0.ffn_gate.weight" in seen.shapes
    both = "dec.blk.0.attn_q.weight" in seen.shapes
    every = "enc.blk.1.attn_rel_b.weight" in seen.shapes
    config.update(
        model_type="umt5" if every else "t5",
        architectures=["T5ForConditionalGeneration" if both else "T5EncoderModel"],
        d_model=config.get("hidden_size"),
        d_ff=config.get("intermediate_size"),
        d_kv=seen.whole("attention.key_length"),
        num_heads=config.get("num_attention_heads"),
        num_layers=config.get("num_hidden_layers"),
        num_decoder_layers=seen.whole("decoder_block_count") or config.get("num_hidden_layers"),
        relative_attention_num_buckets=seen.whole("attention.relative_buckets_count"),
        feed_forward_proj="gated-gelu" if gated else "relu",
    )
    if every and both:
        config["architectures"] = ["UMT5ForConditionalGeneration"]
    for other in ("hidden_size", "intermediate_size", "num_attention_heads", "num_hidden_layers"):
        config.pop(other, None)


def falcon(config: Config, seen: Seen) -> None:
    """Say how Falcon's halves lie: one norm or two, one key head or groups of them."""
    count = layer_count(config, seen)
    keys = config.get("num_key_value_heads")
    norms = seen.has("attn_norm_2.weight", count)
    grouped = type(keys) is int and keys > 1
    config.update(
        new_decoder_architecture=grouped or norms,
        multi_query=keys == 1,
        num_kv_heads=keys,
        parallel_attn=True,
        num_ln_in_parallel_attn=2 if norms else 1,
        ffn_hidden_size=config.get("intermediate_size"),
        bias=seen.has("attn_qkv.bias", count),
    )


def bigcode(config: Config, seen: Seen) -> None:
    """Say whether StarCoder's heads share one key."""
    hidden = config.get("hidden_size")
    rows = seen.first("attn_qkv.weight", layer_count(config, seen), 0)
    config["multi_query"] = type(hidden) is int and rows != 3 * hidden
    config["n_inner"] = seen.first("ffn_down.weight", layer_count(config, seen), 1)


def gpt2(config: Config, seen: Seen) -> None:
    """Say GPT-2's inner width as it is stored."""
    config["n_inner"] = seen.first("ffn_down.weight", layer_count(config, seen), 1)


def gemma3n(config: Config, seen: Seen) -> None:
    """Say Gemma 3n's tables and streams beside the common keys."""
    count = layer_count(config, seen)
    listed = config.get("intermediate_size")
    table = seen.shapes.get("per_layer_token_embd.weight", ())
    config.update(
        hidden_size_per_layer_input=seen.whole("embedding_length_per_layer_input"),
        num_kv_shared_layers=seen.whole("attention.shared_kv_layers"),
        altup_num_inputs=seen.whole("altup.num_inputs"),
        laurel_rank=seen.first("laurel_l.weight", count, 0),
        intermediate_size=max(listed) if isinstance(listed, list) and listed else listed,
    )
    if table:
        config["vocab_size_per_layer_input"] = table[0]


def gemma4(config: Config, seen: Seen) -> None:
    """Say Gemma 4's two widths of heads: with a window, and without."""
    count = layer_count(config, seen)
    kinds = config.get("layer_types") or []
    near = [number for number, kind in enumerate(kinds) if kind != FULL]
    far = [number for number, kind in enumerate(kinds) if kind == FULL]
    windowed, whole = seen.whole("attention.key_length_swa"), seen.whole("attention.key_length")
    heads = config.get("num_key_value_heads")
    table = seen.shapes.get("per_layer_token_embd.weight", ())
    if isinstance(heads, list) and heads and len(heads) == len(kinds):
        config["num_key_value_heads"] = heads[near[0]] if near else heads[0]
        config["num_global_key_value_heads"] = heads[far[0]] if far else None
    inner = seen.first("ffn_down_exps.weight", count, 2)
    shared = seen.whole("attention.shared_kv_layers") or 0
    own = [number for number in range(count - shared) if number in far]
    config.update(
        head_dim=windowed or whole,
        global_head_dim=whole,
        hidden_size_per_layer_input=seen.whole("embedding_length_per_layer_input") or 0,
        num_kv_shared_layers=shared,
        attention_k_eq_v=any(
            seen.shape(number, "attn_k.weight") and not seen.shape(number, "attn_v.weight")
            for number in own
        ),
        enable_moe_block=inner is not None,
    )
    dense = [shape[1] for n in range(count) if (shape := seen.shape(n, "ffn_down.weight"))]
    config.update(intermediate_size=min(dense) if dense else None)
    config["use_double_wide_mlp"] = len(set(dense)) > 1
    if table and config["hidden_size_per_layer_input"]:
        config["vocab_size_per_layer_input"] = table[0]
    if inner is not None:
        config["num_experts"] = seen.first("ffn_down_exps.weight", count, 0)
        config["top_k_experts"] = seen.whole("expert_used_count")
        config["moe_intermediate_size"] = inner


def predicted_apart(config: Config, seen: Seen) -> None:
    """Leave out the layers at the end that predict further tokens, then say the experts."""
    ahead = seen.whole("nextn_predict_layers") or 0
    count = config.get("num_hidden_layers")
    if type(count) is int and count > ahead:
        config["num_hidden_layers"] = count - ahead
        kinds = config.get("layer_types")
        if isinstance(kinds, list):
            config["layer_types"] = kinds[: count - ahead]
    experts(config, seen)
    count = layer_count(config, seen)
    config["use_qk_norm"] = seen.has("attn_q_norm.weight", count)


def stablelm(config: Config, seen: Seen) -> None:
    """Say whether StableLM's halves share a norm, and whether heads have norms of their own."""
    count = layer_count(config, seen)
    config.update(
        qk_layernorm=seen.has("attn_q_norm.weight", count),
        use_parallel_residual=not seen.has("ffn_norm.weight", count),
        use_qkv_bias=seen.has("attn_q.bias", count),
    )


def biases(config: Config, seen: Seen) -> None:
    """Say which biases there are, under the names that some families give them."""
    count = layer_count(config, seen)
    config["use_bias"] = config["qkv_bias"] = seen.has("attn_q.bias", count)
    config["attention_out_bias"] = seen.has("attn_output.bias", count)


def qwen2_moe(config: Config, seen: Seen) -> None:
    """Say Qwen 2's experts and biases."""
    biases(config, seen)
    experts(config, seen)


def apertus(config: Config, seen: Seen) -> None:
    """Say whether the activation has weights; they are kept as keys of the file."""
    weighted = any(key.startswith("xielu.") for key in seen.keys)
    config["hidden_act"] = "xielu" if weighted else "silu"


def olmo2(config: Config, seen: Seen) -> None:
    """Say that an OLMo with windows is the third."""
    del seen
    if "layer_types" in config:
        config.update(model_type="olmo3", architectures=["Olmo3ForCausalLM"])


def bert(config: Config, seen: Seen) -> None:
    """Say how many kinds of tokens there are; DistilBERT tells none apart."""
    kinds = seen.shapes.get("token_types.weight")
    if kinds is not None:
        config["type_vocab_size"] = kinds[0] if len(kinds) == 2 else 1
        return
    config.update(
        model_type="distilbert",
        architectures=["DistilBertModel"],
        dim=config.get("hidden_size"),
        n_layers=config.get("num_hidden_layers"),
        n_heads=config.get("num_attention_heads"),
        hidden_dim=config.get("intermediate_size"),
    )


def ernie_moe(config: Config, seen: Seen) -> None:
    """Say ERNIE's experts by its own names."""
    experts(config, seen)
    count = layer_count(config, seen)
    sparse = seen.layers_with("ffn_gate_inp.weight", count)
    at = [number for number, one in enumerate(sparse) if one]
    config.update(
        moe_k=seen.whole("expert_used_count"),
        moe_layer_start_index=at[0] if at else count,
        moe_layer_end_index=at[-1] if at else -1,
        moe_layer_interval=seen.whole("interleave_moe_layer_step") or 1,
        use_bias=seen.has("attn_q.bias", count),
    )


#: How the families' configs differ from what the common keys say, by model_type.
SETTLED: Mapping[str, Callable[[Config, Seen], None]] = {
    "llama": mixtral,
    "gpt_oss": local_experts,
    "afmoe": experts,
    "deepseek_v3": deepseek,
    "minicpm3": latent,
    "deepseek_v32": indexed,
    "glm_moe_dsa": indexed,
    "dots1": experts,
    "ernie4_5_moe": ernie_moe,
    "exaone_moe": predicted_apart,
    "glm4_moe": predicted_apart,
    "hy_v3": experts,
    "qwen2_moe": qwen2_moe,
    "qwen3_moe": experts,
    "minimax_m2": narrow_experts,
    "granitemoe": granite_moe,
    "granitemoehybrid": granite_hybrid,
    "falcon_h1": mamba_hybrid,
    "jamba": jamba,
    "nemotron_h": nemotron_hybrid,
    "mamba": mamba,
    "mamba2": mamba2,
    "qwen3_next": delta,
    "qwen3_5_text": delta,
    "qwen3_5_moe_text": delta,
    "lfm2": convolved,
    "lfm2_moe": convolved,
    "llama4_text": llama4,
    "t5": t5,
    "falcon": falcon,
    "gpt_bigcode": bigcode,
    "gpt2": gpt2,
    "gemma3n_text": gemma3n,
    "gemma4_text": gemma4,
    "stablelm": stablelm,
    "starcoder2": biases,
    "seed_oss": biases,
    "apertus": apertus,
    "olmo2": olmo2,
    "bert": bert,
}
