"""MLC's model definitions (mlc-ai/mlc-llm python/mlc_llm/model), by what sizes depend on."""

from __future__ import annotations

from tabfit.architectures.conversions.by_family import among

#: Definitions without a shared head: they keep a tied head as a second matrix.
keeps_head_twice = among("gpt2", "gpt_bigcode", "starcoder2")
#: Definitions that see; the others are of the text alone, whatever the checkpoint holds.
sees = among("llava", "phi3_v", "qwen2_5_vl")
#: Families that MLC compiles and that make no text.
embeds = among("bert")
#: Definitions whose head has as many outputs as the vocabulary. The others leave the number
#: open until the weights arrive, so that a library can plan no memory for logits; these plan, for
#: checking guessed tokens, the logits of a whole piece (mlc-ai/mlc-llm python/mlc_llm/model at
#: 79d603f: `nn.Linear(config.hidden_size, config.vocab_size)` against `"vocab_size"`; Gemma 4 at
#: 87ef4ed).
fixes_head = among(
    *("baichuan", "chatglm", "deepseek", "deepseek_v2", "deepseek_v3", "gptj"),
    *("internlm", "internlm2", "minicpm", "ministral3", "olmo", "olmo2"),
    *("qwen", "qwen2", "qwen2_5_vl", "qwen2_moe", "qwen3", "qwen3_moe"),
    *("gemma4", "gemma4_text", "qwen3_5", "qwen3_5_text", "stablelm", "starcoder2"),
)
#: Definitions whose token table is fixed and whose own head is open: fixed when tied to the table.
fixes_table = among("phi", "phi3")
