"""llama.cpp's converter and quantiser, and who publishes its files, by what sizes depend on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tabfit.architectures.conversions.by_family import among, told

# Which families it takes, and what it does with their tensors

#: The families that llama.cpp converts and this project follows, by model_type: what it calls them
#: (its conversion modules, as shipped in the source of llama-cpp-python 0.3.36).
GGUF_ARCHITECTURES: Final[dict[str, str]] = {
    **{
        name: name
        for name in (
            *(
                "llama",
                "apertus",
                "arcee",
                "bitnet",
                "bloom",
                "cohere2",
                "ernie4_5",
                "exaone4",
                "falcon",
            ),
            *("gemma", "gemma2", "gemma3", "gemma3n", "gemma4", "glm4", "gpt2", "granite", "jais2"),
            *("jamba", "lfm2", "mamba", "mamba2", "minicpm3", "nemotron", "olmo", "olmo2", "olmoe"),
            *(
                "phi2",
                "phi3",
                "qwen2",
                "qwen3",
                "seed_oss",
                "smollm3",
                "stablelm",
                "starcoder2",
                "t5",
            ),
            *("bert", "eurobert", "afmoe", "mpt", "openelm", "minicpm"),
        )
    },
    "mistral": "llama",
    "mixtral": "llama",
    "ministral3": "mistral3",
    "mistral3": "mistral3",
    "cohere": "command-r",
    "llama4": "llama4",
    "llama4_text": "llama4",
    "gemma3_text": "gemma3",
    "gemma3n_text": "gemma3n",
    "gemma4_text": "gemma4",
    "olmo3": "olmo2",
    "phi": "phi2",
    "phimoe": "phimoe",
    "qwen2_moe": "qwen2moe",
    "qwen2_vl": "qwen2vl",
    "qwen2_5_vl": "qwen2vl",
    "qwen2_audio": "qwen2",
    "qwen3_moe": "qwen3moe",
    "qwen3_vl": "qwen3vl",
    "qwen3_vl_moe": "qwen3vlmoe",
    "qwen3_next": "qwen3next",
    "qwen3_5": "qwen35",
    "qwen3_5_text": "qwen35",
    "qwen3_5_moe": "qwen35moe",
    "qwen3_5_moe_text": "qwen35moe",
    "gpt_neox": "gptneox",
    "gpt_bigcode": "starcoder",
    "gpt_oss": "gpt-oss",
    "granitemoe": "granitemoe",
    "granitemoeshared": "granitemoe",
    "granitemoehybrid": "granitehybrid",
    "bamba": "granitehybrid",
    "lfm2_moe": "lfm2moe",
    "lfm2_vl": "lfm2",
    "falcon_mamba": "mamba",
    "falcon_h1": "falcon-h1",
    "nemotron_h": "nemotron_h",
    "deepseek_v2": "deepseek2",
    "deepseek_v3": "deepseek2",
    "deepseek_v32": "deepseek32",
    "glm_moe_dsa": "glm-dsa",
    "glm4_moe_lite": "deepseek2",
    "youtu": "deepseek2",
    "glm": "chatglm",
    "glm4v": "glm4",
    "glm4_moe": "glm4moe",
    "solar_open": "glm4moe",
    "dots1": "dots1",
    "ernie4_5_moe": "ernie4_5-moe",
    "exaone_moe": "exaone-moe",
    "hunyuan_v1_dense": "hunyuan-dense",
    "hunyuan_v1_moe": "hunyuan-moe",
    "mimo_v2_flash": "mimo2",
    "minimax_m2": "minimax-m2",
    "idefics3": "llama",
    "smolvlm": "llama",
    "llava": "llama",
    "janus": "llama",
    "multi_modality": "llama",
    "voxtral": "llama",
    "internlm3": "llama",
    "mellum": "mellum",
    "distilbert": "bert",
    "roberta": "bert",
    "xlm-roberta": "bert",
    "camembert": "bert",
    "nomic_bert": "nomic-bert",
    "modernbert": "modern-bert",
    "mt5": "t5",
    "umt5": "t5",
}
#: Whose attention is followed by a norm of its own, and the feed-forward preceded by another.
norms_after_attention = among(
    *(
        *(
            "gemma2",
            "gemma3",
            "gemma3_text",
            "gemma3n",
            "gemma3n_text",
            "gemma4",
            "gemma4_text",
        ),
        *("olmo2", "olmo3", "exaone4", "gpt_oss", "qwen3_next", "qwen3_5", "qwen3_5_text"),
        *("qwen3_5_moe", "qwen3_5_moe_text", "glm4_moe", "solar_open", "afmoe", "seed_oss"),
    ),
)
#: Files of these say the number of key heads layer by layer, none for layers without attention.
says_heads_by_layer = among(
    *("lfm2", "lfm2_moe", "lfm2_vl", "granitemoehybrid", "bamba", "jamba", "nemotron_h"),
    *("gemma4", "gemma4_text", "mamba", "mamba2", "falcon_mamba"),
)
#: Families whose converter writes the factors of stretched rotary positions, by how they stretch,
#: and what these are called.
ROTARY_FACTORS: Final[dict[str, tuple[tuple[str, ...], Callable[[str], bool]]]] = {
    "llama3": (
        ("rope_freqs",),
        among(
            *("llama", "mistral", "mixtral", "ministral3", "mistral3", "llama4", "llama4_text"),
            *("arcee", "smollm3", "apertus", "granite", "granitemoe", "granitemoeshared"),
            *("afmoe", "exaone4", "internlm3", "idefics3", "smolvlm", "llava", "voxtral"),
        ),
    ),
    "longrope": (
        ("rope_factors_long", "rope_factors_short"),
        among("phi3", "phimoe", "minicpm", "minicpm3"),
    ),
    "proportional": (("rope_freqs",), among("gemma4", "gemma4_text")),
}
#: Published with keys and values for layers that look up another layer's; nobody reads them.
has_unused_keys = among("gemma3n", "gemma3n_text", "gemma4", "gemma4_text")
#: Published in MXFP4, whose experts a quantiser leaves as they are.
has_native_experts = among("gpt_oss")
#: Stored input first: Conv1D of GPT-2, and experts read with a plain product.
transposes_conv1d = among("gpt2")
transposes_experts = among("gpt_oss", "llama4", "llama4_text")
#: Positions counted from two: the first rows are cut.
offsets_positions = among("roberta", "xlm-roberta", "camembert")
#: Experts' gate and up left in one array.
fuses_experts = among("gemma4", "gemma4_text")
#: Latent attention whose expansion is not cut into keys and values.
keeps_expansion_whole = among("minicpm3")
#: Per-head decay and skip kept as columns.
is_mamba_2 = among("mamba2", "bamba", "falcon_h1", "granitemoehybrid", "nemotron_h")

# How it writes and quantises them

#: Models that see, of whose config the converter reads the part about the text.
is_read_by_text = among("idefics3", "lfm2_vl", "smolvlm")
#: Whose pieces the converter stores with the merges that they were converted to.
stores_pieces_with_merges = among("gemma4", "gemma4_text")
#: By how many queries must share a key for the quantiser to take a model of 80 layers for 70B:
#: Llama's first 65B had one for each (llama.cpp src/llama-model.cpp, `LLM_TYPE_70B`).
queries_of_seventy_billion = told({"llama": 2, "qwen2": 1})
#: Families with rules of their own in the quantiser (`LLM_ARCH_FALCON` in src/llama-quant.cpp).
is_falcon = among("falcon")

# Who publishes the files, and when they were made

#: By what share files differ either way from what the quantiser makes by itself, where publishers
#: choose types tensor by tensor: bartowski's Gemma 4 are 1.0 to 1.3 % larger, Unsloth's Qwen 3.5
#: 2.2 % smaller to 2.2 % larger, with experts 2.4 % smaller to 6.2 % larger, bartowski's Nemotron
#: 3 Nano 0.6 % larger.
chosen_by_tensor = told(
    {
        **dict.fromkeys(("gemma3n", "gemma3n_text", "gemma4", "gemma4_text"), 0.015),
        **dict.fromkeys(("qwen3_5", "qwen3_5_text"), 0.025),
        **dict.fromkeys(("qwen3_5_moe", "qwen3_5_moe_text"), 0.065),
        "nemotron_h": 0.015,
    }
)
#: Families whose checkpoints hold a tied head: Qwen's own files and lmstudio-community's store it
#: beside the table, others' leave it out.
may_hold_head = among("qwen2", "qwen3")
#: Published checkpoints of these hold the tied head a second time, and so do the files.
stores_head = among("falcon")

#: Until which month the converter wrote a tied head out a second time (llama.cpp pull request
#: 12456, March 2025).
copied_heads_until = told(
    {"gpt2": "2025-03", "bloom": "2025-03", "gpt_bigcode": "2025-03", "mpt": "2024-02"}
)
#: Whose three projections were once one array.
joined_queries = among("phi")
#: When the files that people fetch were made, for families where it changes bytes.
usually_made_in = told(
    {
        "phi": "2023-12",
        "mpt": "2023-10",
        "falcon": "2023-10",
        "gpt2": "2024-09",
        "bloom": "2024-05",
        "gpt_neox": "2024-05",
        "gpt_bigcode": "2024-05",
        "phi3": "2024-09",
        "minicpm3": "2024-09",
        "deepseek_v2": "2024-07",
    }
)
