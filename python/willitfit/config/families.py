"""Which module reads which model_type; a family's module is imported only when asked for.

To add a family: write its body in the module named here, list it in that
module's `FAMILIES`, name it here, and run `tools/config_facts.py`.
"""

from __future__ import annotations

from collections.abc import Iterable


def _in(module: str, types: Iterable[str]) -> dict[str, str]:
    return dict.fromkeys(types, f"willitfit.config.{module}")


FAMILIES: dict[str, str] = {
    **_in(
        "decoders",
        (
            "llama",
            "internlm3",
            "mistral",
            "ministral",
            "ministral3",
            "qwen2",
            "qwen3",
            "smollm3",
            "stablelm",
            "olmo",
            "olmo2",
            "olmo3",
            "cohere",
            "cohere2",
            "granite",
            "granite_swa",
            "starcoder2",
            "glm",
            "glm4",
            "ernie4_5",
            "exaone4",
            "hunyuan_v1_dense",
            "bitnet",
            "helium",
            "arcee",
            "seed_oss",
            "nemotron",
            "apertus",
            "jais2",
            "nanochat",
            "cwm",
            "hyperclovax",
            "diffllama",
            "phi",
            "phi3",
        ),
    ),
    **_in(
        "mixtures",
        (
            "mixtral",
            "olmoe",
            "flex_olmo",
            "granitemoe",
            "granitemoeshared",
            "granitemoe_swa",
            "qwen2_moe",
            "qwen3_moe",
            "minimax_m2",
            "glm4_moe",
            "dots1",
            "solar_open",
            "exaone_moe",
            "ernie4_5_moe",
            "hunyuan_v1_moe",
            "hy_v3",
            "gpt_oss",
            "phimoe",
            "afmoe",
            "mimo_v2_flash",
            "llama4_text",
        ),
    ),
    **_in(
        "latent",
        (
            "deepseek_v2",
            "deepseek_v3",
            "deepseek_v32",
            "deepseek_v4",
            "mistral4",
            "glm4_moe_lite",
            "glm_moe_dsa",
            "minicpm3",
            "youtu",
        ),
    ),
    **_in("recurrent", ("mamba", "mamba2", "falcon_mamba", "rwkv")),
    **_in(
        "hybrids",
        (
            "qwen3_next",
            "qwen3_5_text",
            "qwen3_5_moe_text",
            "lfm2",
            "lfm2_moe",
            "minimax",
            "recurrent_gemma",
        ),
    ),
    **_in("state_spaces", ("granitemoehybrid", "bamba", "falcon_h1", "jamba", "nemotron_h")),
    **_in("gemma_edge", ("gemma3n_text", "gemma4_text")),
    **_in("gemma", ("gemma", "gemma2", "gemma3_text", "vaultgemma")),
    **_in("gpt", ("gpt2", "openai-gpt", "gpt_bigcode", "gpt_neo", "gptj", "codegen")),
    **_in(
        "first_open",
        ("gpt_neox", "opt", "bloom", "falcon", "mpt", "persimmon", "xglm", "biogpt"),
    ),
    **_in(
        "encoders",
        ("bert", "roberta", "xlm-roberta", "camembert", "electra", "mpnet", "distilbert"),
    ),
    **_in("deberta", ("deberta", "deberta-v2")),
    **_in("compact", ("albert", "mobilebert")),
    **_in(
        "rotary_encoders",
        ("modernbert", "nomic_bert", "gte", "jina_embeddings_v3", "eurobert"),
    ),
    **_in("encoder_decoders", ("t5", "mt5", "umt5", "t5gemma")),
    **_in("bart", ("bart", "mbart", "pegasus", "marian", "m2m_100")),
    **_in("vision", ("vit", "deit", "dinov2", "dinov2_with_registers", "dinov3_vit")),
    **_in(
        "vision_text",
        (
            "clip",
            "clip_text_model",
            "clip_vision_model",
            "siglip",
            "siglip_text_model",
            "siglip_vision_model",
            "siglip2",
            "siglip2_text_model",
            "siglip2_vision_model",
        ),
    ),
    **_in("vision_towers", ("pixtral",)),
    **_in(
        "multimodal",
        (
            "idefics3",
            "smolvlm",
            "llava",
            "llava_next",
            "llava_onevision",
            "mistral3",
            "paligemma",
            "gemma3",
            "lfm2_vl",
            "internvl",
        ),
    ),
    **_in(
        "multimodal_qwen",
        ("qwen2_vl", "qwen2_5_vl", "qwen3_vl", "qwen3_vl_moe", "qwen3_5", "qwen3_5_moe"),
    ),
    **_in("multimodal_gemma", ("gemma3n", "gemma4")),
    **_in(
        "convolutions",
        ("resnet", "convnext", "convnextv2", "mobilenet_v1", "mobilenet_v2", "segformer"),
    ),
    **_in("depth", ("depth_anything",)),
    **_in("voices", ("vits",)),
    **_in("speech", ("whisper", "moonshine")),
    **_in("waves", ("wav2vec2", "hubert", "wavlm")),
}
