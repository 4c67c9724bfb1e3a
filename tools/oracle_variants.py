"""Small random configs of every family, so that the rule is tested and not the row.

In: a model_type. Out: configs with odd widths, few layers, ties broken, biases
added and other classes chosen, always the same ones for the same seed.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

Table = dict[str, tuple[Any, ...]]

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

#: Keys drawn every time; without them a variant would be as large as the default model.
SIZES = (
    "vocab_size",
    "hidden_size",
    "intermediate_size",
    "num_hidden_layers",
    "num_attention_heads",
    "num_key_value_heads",
)

DENSE: Table = {**LLAMA, **HEAD_DIM, **ATTENTION_BIAS}
SWITCH = (True, False)

TABLES: dict[str, Table] = {
    "llama": {**DENSE, "mlp_bias": SWITCH},
    "internlm3": {**LLAMA, "head_dim": (8, 16)},
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
    """Return the tables of every family, those in oracle_variants_other.py included."""
    from oracle_variants_other import TABLES as OTHERS

    return {**TABLES, **OTHERS}


def drawn(model_type: str, count: int) -> Iterator[dict[str, Any]]:
    """Yield so many configs of a family: its usual class first, then any class it has."""
    from willitfit.config.facts import facts_of
    from willitfit.config.read import family_of

    dice = random.Random(model_type)  # noqa: S311 - the same draws every time are wanted
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
            **{
                key: dice.choice(choices)
                for key, choices in table.items()
                if key in SIZES or dice.random() < 0.6
            },
        }
