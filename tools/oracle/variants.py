"""Small random configs of every family, so that the rule is tested and not the row.

In: a model_type. Out: configs with odd widths, few layers, ties broken, biases
added and other classes chosen, always the same ones for the same seed.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

#: What each key may hold; a table inside a table stands for a config inside a config.
Table = dict[str, Any]

LLAMA: Table = {
    "vocab_size": (97, 128, 331),
    "hidden_size": (48, 96, 144),
    "intermediate_size": (56, 100, 33),
    "num_hidden_layers": (1, 2, 3, 5),
    "num_attention_heads": (6, 12),
    "num_key_value_heads": (1, 2, 3, 6),
    "max_position_embeddings": (64, 100),
    "tie_word_embeddings": (True, False),
    "num_labels": (1, 3, 7),
}
HEAD_DIM: Table = {"head_dim": (8, 10, 16)}
ATTENTION_BIAS: Table = {"attention_bias": (True, False)}
WINDOW: Table = {"sliding_window": (None, 16), "use_sliding_window": (True, False)}

DENSE: Table = {**LLAMA, **HEAD_DIM, **ATTENTION_BIAS}
SWITCH = (True, False)
EXPERTS: Table = {
    "num_experts": (4, 6),
    "num_local_experts": (4, 6),
    "n_routed_experts": (4, 6),
    "num_experts_per_tok": (1, 2),
    "moe_intermediate_size": (20, 36),
    "shared_expert_intermediate_size": (24, 30),
    "n_shared_experts": (1, 2),
    "num_shared_experts": (1, 2),
    "first_k_dense_replace": (0, 1, 2),
}
SPARSE_STEP: Table = {"decoder_sparse_step": (1, 2), "mlp_only_layers": ([], [0], [1])}

#: Keys drawn every time; without them a variant would be as large as the default model.
SIZES = (
    "vocab_size",
    "hidden_size",
    "intermediate_size",
    "num_hidden_layers",
    "num_attention_heads",
    "num_key_value_heads",
    *EXPERTS,
    "q_lora_rank",
    "kv_lora_rank",
    "index_head_dim",
    "index_n_heads",
    "o_lora_rank",
    "n_embd",
    "n_layer",
    "n_head",
    "d_model",
    "n_layers",
    "num_layers",
    "attention_heads",
    "ffn_dim",
    "hc_mult",
    "state_size",
    "linear_key_head_dim",
    "linear_value_head_dim",
    "linear_num_key_heads",
    "linear_num_value_heads",
    "mamba_n_heads",
    "mamba_d_state",
    "mamba_d_ssm",
    "mamba_num_heads",
    "mamba_head_dim",
    "num_heads",
    "ssm_state_size",
    "moe_shared_expert_intermediate_size",
    "hybrid_override_pattern",
    "shared_intermediate_size",
    "expand",
    "vocab_size_per_layer_input",
    "num_kv_shared_layers",
    "hidden_size_per_layer_input",
    "laurel_rank",
    "global_head_dim",
)

LATENT: Table = {
    **LLAMA,
    **EXPERTS,
    **ATTENTION_BIAS,
    "num_key_value_heads": (6,),
    "num_attention_heads": (6,),
    "q_lora_rank": (24, 40),
    "kv_lora_rank": (16, 20),
    "qk_nope_head_dim": (8, 12),
    "qk_rope_head_dim": (4, 8),
    "v_head_dim": (10, 16),
}
NO_QUERY_RANK: Table = {**LATENT, "q_lora_rank": (None, 24)}
INDEXED: Table = {**LATENT, "index_head_dim": (8, 16), "index_n_heads": (2, 4)}

GPT_J: Table = {
    "vocab_size": (97, 128),
    "n_embd": (48, 96),
    "n_layer": (1, 3),
    "n_head": (4,),
    "n_positions": (32, 50),
    "rotary_dim": (4, 8),
    "n_inner": (None, 77),
    "tie_word_embeddings": SWITCH,
    "num_labels": (1, 5),
}

MAMBA: Table = {
    "vocab_size": (97, 128),
    "hidden_size": (48, 60),
    "num_hidden_layers": (1, 3),
    "state_size": (8, 16),
    "expand": (1, 2, 3),
    "conv_kernel": (2, 4),
    "use_bias": SWITCH,
    "use_conv_bias": SWITCH,
    "time_step_rank": ("auto", 5),
    "tie_word_embeddings": SWITCH,
}
DELTA: Table = {
    **DENSE,
    **EXPERTS,
    "linear_conv_kernel_dim": (2, 4),
    "linear_key_head_dim": (8, 12),
    "linear_value_head_dim": (8, 10),
    "linear_num_key_heads": (2, 4),
    "linear_num_value_heads": (4, 8),
    "full_attention_interval": (2, 3),
}
SSM: Table = {
    **DENSE,
    "mlp_bias": SWITCH,
    "mamba_n_heads": (6, 12),
    "mamba_n_groups": (1, 2),
    "mamba_d_state": (8, 16),
    "mamba_d_conv": (2, 4),
    "mamba_expand": (1, 2),
    "mamba_conv_bias": SWITCH,
    "mamba_proj_bias": SWITCH,
}

EDGE: Table = {
    **DENSE,
    "num_hidden_layers": (7, 12),
    "num_attention_heads": (6, 12),
    "num_key_value_heads": (1, 2),
    "vocab_size_per_layer_input": (90, 97),
    "num_kv_shared_layers": (0, 1, 2),
}

TABLES: dict[str, Table] = {
    "gemma3n_text": {
        **EDGE,
        "hidden_size_per_layer_input": (8, 12),
        "altup_num_inputs": (2, 4),
        "laurel_rank": (4, 6),
    },
    "gemma4_text": {
        **EDGE,
        "hidden_size_per_layer_input": (0, 8, 12),
        "global_head_dim": (20, 32),
        "attention_k_eq_v": SWITCH,
        "num_global_key_value_heads": (1, 3),
        "use_double_wide_mlp": SWITCH,
        "enable_moe_block": SWITCH,
        "num_experts": (4, 6),
        "top_k_experts": (1, 2),
        "moe_intermediate_size": (20, 30),
    },
    "mamba": MAMBA,
    "falcon_mamba": MAMBA,
    "mamba2": {
        **MAMBA,
        "hidden_size": (48,),
        "expand": (2,),
        "num_heads": (8,),
        "head_dim": (12,),
        "n_groups": (1, 2),
    },
    "rwkv": {
        "vocab_size": (97, 128),
        "hidden_size": (48, 60),
        "num_hidden_layers": (1, 3),
        "attention_hidden_size": (None, 48, 72),
        "intermediate_size": (None, 77),
        "tie_word_embeddings": SWITCH,
    },
    "qwen3_next": {**DELTA, **SPARSE_STEP},
    "qwen3_5_text": DELTA,
    "qwen3_5_moe_text": DELTA,
    "lfm2": {
        **LLAMA,
        **HEAD_DIM,
        "full_attn_idxs": (None, [0], [1, 2]),
        "block_multiple_of": (16, 32),
        "block_ffn_dim_multiplier": (1.0, 1.3, None),
        "block_auto_adjust_ff_dim": SWITCH,
        "block_ff_dim": (90, 120),
        "conv_bias": SWITCH,
        "conv_L_cache": (3, 4),
        "tie_embedding": SWITCH,
    },
    "lfm2_moe": {
        **LLAMA,
        **HEAD_DIM,
        **EXPERTS,
        "num_hidden_layers": (3,),
        "layer_types": (["conv", "full_attention", "conv"], ["conv", "conv", "conv"]),
        "num_dense_layers": (0, 1, 2),
        "use_expert_bias": SWITCH,
        "conv_bias": SWITCH,
    },
    "granitemoehybrid": {
        **SSM,
        **EXPERTS,
        "num_local_experts": (0, 4),
        "num_hidden_layers": (3,),
        "layer_types": (["mamba", "attention", "mamba"], None),
        "shared_intermediate_size": (30, 40),
    },
    "bamba": {**SSM, "attn_layer_indices": (None, [0], [1, 2])},
    "falcon_h1": {
        **SSM,
        "mamba_d_ssm": (None, 48, 96),
        "mamba_rms_norm": SWITCH,
        "projectors_bias": SWITCH,
    },
    "jamba": {
        **LLAMA,
        **HEAD_DIM,
        **EXPERTS,
        "num_experts": (1, 4),
        "attn_layer_period": (2, 3),
        "attn_layer_offset": (0, 1),
        "expert_layer_period": (2, 3),
        "expert_layer_offset": (0, 1),
        "mamba_d_state": (8, 16),
        "mamba_d_conv": (2, 4),
        "mamba_expand": (1, 2),
        "mamba_dt_rank": ("auto", 5),
        "mamba_conv_bias": SWITCH,
        "mamba_proj_bias": SWITCH,
    },
    "nemotron_h": {
        **LLAMA,
        **HEAD_DIM,
        **EXPERTS,
        "hybrid_override_pattern": ("M*-E", "MM-*", "E*M"),
        "mlp_bias": SWITCH,
        "use_bias": SWITCH,
        "use_conv_bias": SWITCH,
        "mamba_num_heads": (4, 6),
        "mamba_head_dim": (8, 10),
        "n_groups": (1, 2),
        "mamba_n_groups": (1, 2),
        "ssm_state_size": (8, 16),
        "conv_kernel": (2, 4),
        "moe_latent_size": (None, 20),
        "moe_shared_expert_intermediate_size": (28, 44),
    },
    "minimax": {
        **LLAMA,
        **HEAD_DIM,
        **EXPERTS,
        "block_size": (16, 32),
    },
    "recurrent_gemma": {
        **LLAMA,
        **ATTENTION_BIAS,
        "lru_width": (None, 48, 96),
        "conv1d_width": (2, 4),
        "block_types": (["recurrent", "attention"], ["recurrent"]),
    },
    "deepseek_v2": {**NO_QUERY_RANK, "mlp_bias": SWITCH},
    "deepseek_v3": NO_QUERY_RANK,
    "mistral4": NO_QUERY_RANK,
    "glm4_moe_lite": {**NO_QUERY_RANK, "head_dim": (6, 8)},
    "minicpm3": {**NO_QUERY_RANK, "v_head_dim": (None, 10), "mlp_bias": SWITCH},
    "youtu": NO_QUERY_RANK,
    "deepseek_v32": INDEXED,
    "glm_moe_dsa": {**INDEXED, "index_topk_freq": (1, 2, 4), "index_skip_topk_offset": (1, 3)},
    "deepseek_v4": {
        **INDEXED,
        "head_dim": (16, 24),
        "hc_mult": (2, 4),
        "o_groups": (2, 3),
        "o_lora_rank": (8, 12),
        "num_hash_layers": (0, 1, 2),
        "mlp_bias": SWITCH,
        "compress_rate_csa": (2, 4),
        "compress_rate_hca": (8, 16),
    },
    "llama": {**DENSE, "mlp_bias": SWITCH},
    "internlm3": {
        **LLAMA,
        "head_dim": (8, 16),
        "attention_bias": SWITCH,
        "qkv_bias": SWITCH,
        "bias": SWITCH,
    },
    "mistral": {**LLAMA, **HEAD_DIM, "sliding_window": (None, 16)},
    "ministral": {**LLAMA, **HEAD_DIM, "sliding_window": (None, 16)},
    "ministral3": {**LLAMA, **HEAD_DIM, "sliding_window": (None, 16)},
    "qwen2": {**LLAMA, **HEAD_DIM, **WINDOW, "max_window_layers": (0, 1)},
    "qwen3": {**DENSE, **WINDOW, "max_window_layers": (0, 1)},
    "smollm3": {**DENSE, **WINDOW, "mlp_bias": SWITCH, "no_rope_layer_interval": (2, 3)},
    "stablelm": {
        **LLAMA,
        "use_qkv_bias": SWITCH,
        "qk_layernorm": SWITCH,
        "use_parallel_residual": SWITCH,
    },
    "olmo": DENSE,
    "olmo2": DENSE,
    "olmo3": {**DENSE, "sliding_window": (16, 32)},
    "cohere": {**DENSE, "use_qk_norm": SWITCH},
    "cohere2": {**LLAMA, **ATTENTION_BIAS, "sliding_window_pattern": (2, 3)},
    "granite": {**DENSE, "mlp_bias": SWITCH},
    "granite_swa": {**DENSE, "mlp_bias": SWITCH},
    "starcoder2": {**LLAMA, **HEAD_DIM, "use_bias": SWITCH, "sliding_window": (None, 16)},
    "glm": DENSE,
    "glm4": DENSE,
    "ernie4_5": {**LLAMA, **HEAD_DIM, "use_bias": SWITCH},
    "exaone4": {**LLAMA, **HEAD_DIM, "sliding_window_pattern": (2, 3)},
    "hunyuan_v1_dense": {**DENSE, "head_dim": (8, 10)},
    "bitnet": {**LLAMA, **ATTENTION_BIAS},
    "helium": {**DENSE, "mlp_bias": SWITCH},
    "arcee": {**DENSE, "mlp_bias": SWITCH},
    "seed_oss": {**DENSE, "mlp_bias": SWITCH, "attention_out_bias": SWITCH},
    "nemotron": {**DENSE, "mlp_bias": SWITCH},
    "apertus": {**DENSE, "hidden_act": ("silu", "xielu")},
    "jais2": {**DENSE, "mlp_bias": SWITCH},
    "nanochat": DENSE,
    "cwm": {**LLAMA, **HEAD_DIM, "mlp_bias": SWITCH},
    "hyperclovax": {**DENSE, "mlp_bias": SWITCH, "use_post_norm": SWITCH},
    "diffllama": {**LLAMA, **ATTENTION_BIAS},
    "phi": {**LLAMA, "qk_layernorm": SWITCH, "head_dim": (8, 12)},
    "phi3": {**LLAMA, "head_dim": (8, 16), "partial_rotary_factor": (0.5, 1.0)},
    "mixtral": {**LLAMA, **HEAD_DIM, **EXPERTS},
    "olmoe": {**DENSE, **EXPERTS},
    "flex_olmo": {**DENSE, **EXPERTS},
    "granitemoe": {**DENSE, **EXPERTS},
    "granitemoeshared": {**DENSE, **EXPERTS, "shared_intermediate_size": (0, 20)},
    "granitemoe_swa": {**DENSE, **EXPERTS, "shared_intermediate_size": (0, 20)},
    "qwen2_moe": {**LLAMA, **HEAD_DIM, **EXPERTS, **SPARSE_STEP, "qkv_bias": SWITCH},
    "qwen3_moe": {**DENSE, **EXPERTS, **SPARSE_STEP, "num_local_experts": (3, 7)},
    "minimax_m2": {**LLAMA, **HEAD_DIM, **EXPERTS},
    "glm4_moe": {**DENSE, **EXPERTS, "use_qk_norm": SWITCH},
    "dots1": {**DENSE, **EXPERTS},
    "solar_open": {**DENSE, **EXPERTS},
    "exaone_moe": {**LLAMA, **HEAD_DIM, **EXPERTS, "sliding_window_pattern": (2, 3)},
    "ernie4_5_moe": {
        **LLAMA,
        **HEAD_DIM,
        **EXPERTS,
        "use_bias": SWITCH,
        "moe_num_experts": (4, 6),
        "moe_num_shared_experts": (0, 1, 2),
        "moe_layer_start_index": (0, 1, 2),
        "moe_layer_end_index": (-1, 1, 2),
        "moe_layer_interval": (1, 2),
    },
    "hunyuan_v1_moe": {**DENSE, **EXPERTS, "head_dim": (8, 10)},
    "hy_v3": {**DENSE, **EXPERTS, "mlp_bias": SWITCH},
    "gpt_oss": {**DENSE, **EXPERTS},
    "phimoe": {**DENSE, **EXPERTS, "lm_head_bias": SWITCH},
    "afmoe": {**DENSE, **EXPERTS, "num_dense_layers": (0, 1, 2)},
    "mimo_v2_flash": {
        **DENSE,
        **EXPERTS,
        "num_key_value_heads": (1, 3),
        "v_head_dim": (8, 12),
        "sliding_window_size": (8, 16),
    },
    "llama4_text": {
        **DENSE,
        **EXPERTS,
        "intermediate_size_mlp": (40, 60),
        "interleave_moe_layer_step": (1, 2),
        "no_rope_layer_interval": (2, 4),
    },
    "gemma": DENSE,
    "gemma2": DENSE,
    "vaultgemma": DENSE,
    "gemma3_text": {**DENSE, "sliding_window_pattern": (2, 3)},
    "gpt2": {
        "vocab_size": (97, 128),
        "n_embd": (48, 60),
        "n_layer": (1, 3),
        "n_head": (3, 4),
        "n_positions": (32, 50),
        "n_inner": (None, 77),
        "add_cross_attention": (False, True),
        "tie_word_embeddings": (True, False),
        "num_labels": (1, 5),
        "summary_use_proj": (True, False),
        "summary_proj_to_labels": (True, False),
    },
    "openai-gpt": {
        "vocab_size": (97, 128),
        "n_embd": (48, 60),
        "n_layer": (1, 3),
        "n_head": (3, 4),
        "n_positions": (32, 50),
        "tie_word_embeddings": SWITCH,
        "num_labels": (1, 5),
        "summary_use_proj": SWITCH,
    },
    "gpt_bigcode": {
        "vocab_size": (97, 128),
        "n_embd": (48, 60),
        "n_layer": (1, 3),
        "n_head": (3, 4),
        "n_positions": (32, 50),
        "n_inner": (None, 77),
        "multi_query": SWITCH,
        "add_cross_attention": SWITCH,
        "tie_word_embeddings": SWITCH,
        "num_labels": (1, 5),
    },
    "gpt_neo": {
        "vocab_size": (97, 128),
        "hidden_size": (48, 60),
        "num_layers": (4,),
        "num_heads": (3, 4),
        "intermediate_size": (None, 77),
        "max_position_embeddings": (32, 50),
        "attention_types": ([[["global", "local"], 2]], [[["global"], 3], [["local"], 1]]),
        "tie_word_embeddings": SWITCH,
        "num_labels": (1, 5),
    },
    "gptj": GPT_J,
    "codegen": GPT_J,
    "gpt_neox": {**LLAMA, "num_attention_heads": (3, 6), **ATTENTION_BIAS},
    "opt": {
        **LLAMA,
        "num_attention_heads": (3, 6),
        "ffn_dim": (50, 77),
        "word_embed_proj_dim": (None, 20),
        "do_layer_norm_before": SWITCH,
        "_remove_final_layer_norm": SWITCH,
        "enable_bias": SWITCH,
        "layer_norm_elementwise_affine": SWITCH,
    },
    "bloom": {
        "vocab_size": (97, 128),
        "hidden_size": (48, 96),
        "n_layer": (1, 3),
        "n_head": (3, 6),
        "n_embed": (60, 120),
        "tie_word_embeddings": SWITCH,
        "num_labels": (1, 5),
    },
    "falcon": {
        **LLAMA,
        "num_attention_heads": (6, 12),
        "num_kv_heads": (None, 1, 2, 3),
        "new_decoder_architecture": SWITCH,
        "multi_query": SWITCH,
        "parallel_attn": SWITCH,
        "bias": SWITCH,
        "num_ln_in_parallel_attn": (None, 1, 2),
        "ffn_hidden_size": (None, 77),
    },
    "mpt": {
        "vocab_size": (97, 128),
        "d_model": (48, 96),
        "n_layers": (1, 3),
        "n_heads": (3, 6),
        "expansion_ratio": (2, 4),
        "no_bias": SWITCH,
        "tie_word_embeddings": SWITCH,
        "num_labels": (1, 5),
    },
    "persimmon": {**LLAMA, "num_attention_heads": (3, 6), "qk_layernorm": SWITCH},
    "xglm": {
        "vocab_size": (97, 128),
        "d_model": (48, 96),
        "num_layers": (1, 3),
        "attention_heads": (3, 6),
        "ffn_dim": (50, 77),
        "max_position_embeddings": (32, 50),
        "add_cross_attention": SWITCH,
        "tie_word_embeddings": SWITCH,
    },
    "biogpt": {**LLAMA, "num_attention_heads": (3, 6)},
    "bert": {
        "vocab_size": (97, 128),
        "hidden_size": (48, 60),
        "num_hidden_layers": (1, 3),
        "num_attention_heads": (3, 4),
        "intermediate_size": (50, 77),
        "max_position_embeddings": (32, 50),
        "type_vocab_size": (1, 2),
        "tie_word_embeddings": (True, False),
        "num_labels": (1, 5),
    },
    "distilbert": {
        "vocab_size": (97, 128),
        "dim": (48, 60),
        "n_layers": (1, 3),
        "n_heads": (3, 4),
        "hidden_dim": (50, 77),
        "max_position_embeddings": (32, 50),
        "tie_word_embeddings": (True, False),
        "num_labels": (1, 2, 5),
    },
    "whisper": {
        "vocab_size": (97, 128),
        "d_model": (48, 60),
        "encoder_layers": (1, 2),
        "decoder_layers": (1, 3),
        "encoder_attention_heads": (3, 4),
        "decoder_attention_heads": (2, 6),
        "encoder_ffn_dim": (50, 77),
        "decoder_ffn_dim": (40, 99),
        "num_mel_bins": (16, 20),
        "max_source_positions": (30, 40),
        "max_target_positions": (20, 22),
        "tie_word_embeddings": (True, False),
        "use_weighted_layer_sum": (True, False),
        "classifier_proj_size": (12, 16),
        "num_labels": (1, 5),
    },
}


def all_tables() -> dict[str, Table]:
    """Return the tables of every family, those in the files beside this one included."""
    from variants_2026 import TABLES as LATEST
    from variants_encoders import TABLES as OTHERS
    from variants_kin import TABLES as MORE
    from variants_pictures import TABLES as PICTURES
    from variants_speech import TABLES as SPEECH

    return {**TABLES, **OTHERS, **MORE, **PICTURES, **SPEECH, **LATEST}


def drawn(model_type: str, count: int, seed: int = 0) -> Iterator[dict[str, Any]]:
    """Yield so many configs of a family: its usual class first, then any class it has.

    The stored ones are of seed 0; another gives configs that nobody has seen.
    """
    from tabfit.architectures.build import family_of
    from tabfit.architectures.transformers_defaults import facts_of

    dice = random.Random(f"{model_type} {seed}" if seed else model_type)  # noqa: S311 - repeatable
    heads, table = family_of(model_type).heads, all_tables()[model_type]
    classes = [
        name for name in facts_of(model_type).classes if any(name.endswith(end) for end in heads)
    ]
    classes = classes or ["LlamaForCausalLM"]  # types that transformers reads as Llama
    usual = [name for name in classes if name.endswith(next(iter(heads)))] or classes
    for number in range(count):
        name = usual[0] if number < 2 else dice.choice(classes)
        yield {
            "model_type": model_type,
            "architectures": [name],
            "pad_token_id": 0,  # the usual one may lie outside a small vocabulary
            **_chosen(dice, table),
        }


def _chosen(dice: random.Random, table: Table) -> dict[str, Any]:
    """Return some of a table's keys with one choice each; a table inside gives a config inside."""
    from variants_2026 import SIZES as LATEST_SIZES
    from variants_encoders import SIZES as OTHER_SIZES
    from variants_kin import SIZES as MORE_SIZES
    from variants_pictures import SIZES as PICTURE_SIZES
    from variants_speech import SIZES as SPEECH_SIZES

    always = (*SIZES, *OTHER_SIZES, *MORE_SIZES, *PICTURE_SIZES, *SPEECH_SIZES, *LATEST_SIZES)
    return {
        key: _chosen(dice, choices) if isinstance(choices, dict) else dice.choice(choices)
        for key, choices in table.items()
        if isinstance(choices, dict) or key in always or dice.random() < 0.6
    }
