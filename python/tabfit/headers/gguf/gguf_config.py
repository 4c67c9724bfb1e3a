"""What a GGUF header says of the architecture, in the words of a config.json.

In: metadata, the lengths of lists, tensors. Out: a mapping that `config.read`
takes, or `None` for an architecture whose keys are not listed here.

Two writers, one set of facts: llama.cpp's converters write these keys from the
config.json of transformers, so this table is their way back.
Source: `gguf-py/gguf/constants.py` and `convert_hf_to_gguf.py` of llama.cpp.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tabfit.headers.gguf.gguf_families import SETTLED, Seen, widths
from tabfit.headers.gguf.gguf_families_2025 import SETTLED_2025
from tabfit.recipes.stored_model import StoredTensor

_Values = Mapping[str, object]

# general.architecture -> model_type and the class that the weights belong to.
_TYPES: Mapping[str, tuple[str, str]] = {
    "llama": ("llama", "LlamaForCausalLM"),
    "mistral3": ("mistral", "MistralForCausalLM"),
    "qwen2": ("qwen2", "Qwen2ForCausalLM"),
    "qwen2moe": ("qwen2_moe", "Qwen2MoeForCausalLM"),
    "qwen3": ("qwen3", "Qwen3ForCausalLM"),
    "qwen3moe": ("qwen3_moe", "Qwen3MoeForCausalLM"),
    "gemma": ("gemma", "GemmaForCausalLM"),
    "gemma2": ("gemma2", "Gemma2ForCausalLM"),
    "gemma3": ("gemma3_text", "Gemma3ForCausalLM"),
    "gemma-embedding": ("gemma3_text", "Gemma3TextModel"),
    "phi2": ("phi", "PhiForCausalLM"),
    "phi3": ("phi3", "Phi3ForCausalLM"),
    "bert": ("bert", "BertModel"),
    "gpt2": ("gpt2", "GPT2LMHeadModel"),
    "gptneox": ("gpt_neox", "GPTNeoXForCausalLM"),
    "starcoder2": ("starcoder2", "Starcoder2ForCausalLM"),
    "stablelm": ("stablelm", "StableLmForCausalLM"),
    "olmo": ("olmo", "OlmoForCausalLM"),
    "olmo2": ("olmo2", "Olmo2ForCausalLM"),
    "smollm3": ("smollm3", "SmolLM3ForCausalLM"),
    "granite": ("granite", "GraniteForCausalLM"),
    "command-r": ("cohere", "CohereForCausalLM"),
    "cohere2": ("cohere2", "Cohere2ForCausalLM"),
    "exaone4": ("exaone4", "Exaone4ForCausalLM"),
    "ernie4_5": ("ernie4_5", "Ernie4_5ForCausalLM"),
    "seed_oss": ("seed_oss", "SeedOssForCausalLM"),
    "gpt-oss": ("gpt_oss", "GptOssForCausalLM"),
    "lfm2": ("lfm2", "Lfm2ForCausalLM"),
    "olmoe": ("olmoe", "OlmoeForCausalLM"),
    "granitemoe": ("granitemoe", "GraniteMoeForCausalLM"),
    "bitnet": ("bitnet", "BitNetForCausalLM"),
    "bloom": ("bloom", "BloomForCausalLM"),
    "glm4": ("glm4", "Glm4ForCausalLM"),
    "arcee": ("arcee", "ArceeForCausalLM"),
    "hunyuan-dense": ("hunyuan_v1_dense", "HunYuanDenseV1ForCausalLM"),
    "nomic-bert": ("nomic_bert", "NomicBertModel"),
    "modern-bert": ("modernbert", "ModernBertModel"),
    "mamba": ("mamba", "MambaForCausalLM"),
    "afmoe": ("afmoe", "AfmoeForCausalLM"),
    "apertus": ("apertus", "ApertusForCausalLM"),
    "chatglm": ("glm", "GlmForCausalLM"),
    "deepseek2": ("deepseek_v3", "DeepseekV3ForCausalLM"),
    "deepseek32": ("deepseek_v32", "DeepseekV32ForCausalLM"),
    "dots1": ("dots1", "Dots1ForCausalLM"),
    "ernie4_5-moe": ("ernie4_5_moe", "Ernie4_5_MoeForCausalLM"),
    "eurobert": ("eurobert", "EuroBertModel"),
    "exaone-moe": ("exaone_moe", "ExaoneMoeForCausalLM"),
    "falcon": ("falcon", "FalconForCausalLM"),
    "falcon-h1": ("falcon_h1", "FalconH1ForCausalLM"),
    "gemma3n": ("gemma3n_text", "Gemma3nForCausalLM"),
    "gemma4": ("gemma4_text", "Gemma4ForCausalLM"),
    "glm-dsa": ("glm_moe_dsa", "GlmMoeDsaForCausalLM"),
    "glm4moe": ("glm4_moe", "Glm4MoeForCausalLM"),
    "granite_swa": ("granite_swa", "GraniteSWAForCausalLM"),
    "granitehybrid": ("granitemoehybrid", "GraniteMoeHybridForCausalLM"),
    "hy_v3": ("hy_v3", "HYV3ForCausalLM"),
    "jais2": ("jais2", "Jais2ForCausalLM"),
    "jamba": ("jamba", "JambaForCausalLM"),
    "lfm2moe": ("lfm2_moe", "Lfm2MoeForCausalLM"),
    "llama4": ("llama4_text", "Llama4ForCausalLM"),
    "mamba2": ("mamba2", "Mamba2ForCausalLM"),
    "minicpm3": ("minicpm3", "MiniCPM3ForCausalLM"),
    "minimax-m2": ("minimax_m2", "MiniMaxM2ForCausalLM"),
    "nemotron": ("nemotron", "NemotronForCausalLM"),
    "nemotron_h": ("nemotron_h", "NemotronHForCausalLM"),
    "nemotron_h_moe": ("nemotron_h", "NemotronHForCausalLM"),
    "qwen2vl": ("qwen2", "Qwen2ForCausalLM"),
    "qwen3vl": ("qwen3", "Qwen3ForCausalLM"),
    "qwen3vlmoe": ("qwen3_moe", "Qwen3MoeForCausalLM"),
    "qwen3next": ("qwen3_next", "Qwen3NextForCausalLM"),
    "qwen35": ("qwen3_5_text", "Qwen3_5ForCausalLM"),
    "qwen35moe": ("qwen3_5_moe_text", "Qwen3_5MoeForCausalLM"),
    "starcoder": ("gpt_bigcode", "GPTBigCodeForCausalLM"),
    "t5": ("t5", "T5ForConditionalGeneration"),
    "t5encoder": ("t5", "T5EncoderModel"),
    "exaone": ("exaone", "ExaoneForCausalLM"),
    "mpt": ("mpt", "MptForCausalLM"),
    "phimoe": ("phimoe", "PhimoeForCausalLM"),
    "hunyuan-moe": ("hunyuan_v1_moe", "HunYuanMoEV1ForCausalLM"),
    "laguna": ("laguna", "LagunaForCausalLM"),
    "step35": ("step3p5", "Step3p7ForCausalLM"),
    "minimax-m3": ("minimax_m3_vl_text", "MiniMaxM3VLForCausalLM"),
    "mistral4": ("mistral4", "Mistral4ForCausalLM"),
    "mimo2": ("mimo_v2_flash", "MiMoV2FlashForCausalLM"),
    "kimi-linear": ("kimi_linear", "KimiLinearForCausalLM"),
    "hrm_text": ("hrm_text", "HrmTextForCausalLM"),
    "jina-bert-v3": ("jina_embeddings_v3", "JinaEmbeddingsV3Model"),
}

# Keys below "<architecture>." -> what transformers calls them.
_NAMES = {
    "embedding_length": "hidden_size",
    "block_count": "num_hidden_layers",
    "feed_forward_length": "intermediate_size",
    "attention.head_count": "num_attention_heads",
    "attention.head_count_kv": "num_key_value_heads",
    "attention.key_length": "head_dim",
    "attention.sliding_window": "sliding_window",
    "context_length": "max_position_embeddings",
    "expert_count": "num_experts",
    "expert_used_count": "num_experts_per_tok",
    "expert_feed_forward_length": "moe_intermediate_size",
    "expert_shared_feed_forward_length": "shared_expert_intermediate_size",
    "vocab_size": "vocab_size",
    "shortconv.l_cache": "conv_L_cache",
}
_ATTENTION_BIASES = {"blk.0.attn_q.bias", "blk.0.attn_qkv.bias"}


def read_config(
    metadata: _Values, lengths: Mapping[str, int], tensors: Sequence[StoredTensor]
) -> dict[str, object] | None:
    """Return the config.json that such a header was made from, as far as sizes depend on it."""
    architecture = metadata.get("general.architecture")
    if not isinstance(architecture, str) or architecture not in _TYPES:
        return None
    model_type, head = _TYPES[architecture]
    config: dict[str, Any] = {"model_type": model_type, "architectures": [head]}
    config.update(_translated(metadata, architecture + "."))
    shapes = {tensor.name: tensor.shape for tensor in tensors}
    config.update(_seen(shapes))
    config.update(_vocabulary(config, shapes, lengths))
    config.update(_windows(metadata.get(architecture + ".attention.sliding_window_pattern")))
    keys = {key.removeprefix(architecture + "."): value for key, value in metadata.items()}
    _settle(config, Seen(keys, shapes))
    return config


def _translated(metadata: _Values, prefix: str) -> dict[str, object]:
    """Return the values under their other names; a list that repeats one number is that number."""
    found: dict[str, object] = {}
    for ours, theirs in _NAMES.items():
        value = metadata.get(prefix + ours)
        if isinstance(value, tuple) and len(set(value)) == 1:
            value = value[0]
        if value is not None:
            found[theirs] = list(value) if isinstance(value, tuple) else value
    return found


def _seen(shapes: Mapping[str, tuple[int, ...]]) -> dict[str, object]:
    """Return what only the presence of tensors tells: ties and biases."""
    if "token_embd.weight" not in shapes:
        return {}
    return {
        "tie_word_embeddings": "output.weight" not in shapes,
        "attention_bias": not _ATTENTION_BIASES.isdisjoint(shapes),
        "mlp_bias": "blk.0.ffn_up.bias" in shapes,
    }


def _vocabulary(
    config: _Values, shapes: Mapping[str, tuple[int, ...]], lengths: Mapping[str, int]
) -> dict[str, object]:
    """Return the vocabulary: the rows of the table, which may be padded beyond the tokens."""
    table = shapes.get("token_embd.weight", ())
    tokens = table[0] if len(table) == 2 else lengths.get("tokenizer.ggml.tokens")
    return {} if tokens is None else {"vocab_size": config.get("vocab_size", tokens)}


def _windows(pattern: object) -> dict[str, object]:
    """Return each layer's kind where listed; a single number means every n-th layer."""
    if isinstance(pattern, tuple):
        kinds = ("full_attention", "sliding_attention")
        return {"layer_types": [kinds[bool(windowed)] for windowed in pattern]}
    return {"sliding_window_pattern": pattern} if type(pattern) is int else {}


def _settle(config: dict[str, Any], seen: Seen) -> None:
    """Say what a header leaves to custom: head widths, experts, and each family's own keys."""
    width, heads = config.get("hidden_size"), config.get("num_attention_heads")
    if type(width) is int and type(heads) is int and heads:
        config.setdefault("head_dim", width // heads)
    widths(config, seen)
    model_type = str(config["model_type"])
    settle = SETTLED.get(model_type, SETTLED_2025.get(model_type))
    if settle is not None:
        settle(config, seen)
