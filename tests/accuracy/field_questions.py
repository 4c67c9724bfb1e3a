"""The question behind each field report: a device as data, a model, a runtime, a precision.

A report names things as people do; here is what this project asks in its place. What
a report does not say is not known: a browser says whether it has WebGPU, a report
seldom does.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Final

from tabfit.units import GIB
from tests.accuracy.published import DATA

#: WebGPU as Safari offers it on phones and Macs.
_PHONE_GPU = {"vendor": "apple", "shader_f16": True, "max_buffer_size": GIB}
_MAC_GPU = {"vendor": "apple", "shader_f16": True, "max_buffer_size": 4 * GIB - 4}
_IPHONE = {"platform": "ios", "browser": "safari", "webgpu": _PHONE_GPU}
_IPAD = {"platform": "ipados", "browser": "safari"}  # iPadOS 18 had no WebGPU yet
_MAC = {"platform": "macos", "webgpu": _MAC_GPU}
_CARD = {"platform": "linux", "graphics": "discrete", "webgpu": {"vendor": "nvidia"}}
_PHONE_8GB = {"platform": "android", "ram_bytes": 8 * GIB}
_RDNA4 = {
    "platform": "windows",
    "graphics": "discrete",
    "device_memory": 32,
    "browser_version": 148,
    "webgpu": {"vendor": "amd", "shader_f16": True, "max_buffer_size": 2 * GIB},
}
_RYZEN = {"platform": "linux", "graphics": "integrated", "ram_bytes": 32 * GIB}

#: Ministral 3 3B's decoder (mlc-ai/mlc-llm python/mlc_llm/model/model_preset.py at 79d603f).
_MINISTRAL = {
    "model_type": "ministral3",
    "architectures": ["Ministral3ForCausalLM"],
    "hidden_size": 3072,
    "intermediate_size": 9216,
    "num_hidden_layers": 26,
    "num_attention_heads": 32,
    "num_key_value_heads": 8,
    "head_dim": 128,
    "vocab_size": 131072,
    "tie_word_embeddings": True,
}
#: OLMo 7B, of February 2024 (its model card: 32 layers, width 4096, 11008 inside).
_OLMO = {
    "model_type": "olmo",
    "architectures": ["OlmoForCausalLM"],
    "hidden_size": 4096,
    "intermediate_size": 11008,
    "num_hidden_layers": 32,
    "num_attention_heads": 32,
    "num_key_value_heads": 32,
    "vocab_size": 50304,
    "tie_word_embeddings": False,
}


def _encoder(layers: int) -> dict[str, Any]:
    """Return a plain encoder of so many layers, in place of one this project does not read."""
    return {
        "model_type": "bert",
        "architectures": ["BertModel"],
        "hidden_size": 1024,
        "num_hidden_layers": layers,
        "num_attention_heads": 8,
        "intermediate_size": 4096,
        "vocab_size": 30522,
        "max_position_embeddings": 2048,
        "type_vocab_size": 2,
    }


def _config(name: str) -> dict[str, Any]:
    given: dict[str, Any] = json.loads((DATA / "configs" / f"{name}.json").read_text("utf-8"))
    return given


@dataclass(frozen=True, slots=True)
class Question:
    """What a report is about; `model` is a catalogue id or a config."""

    device: str | dict[str, Any]
    model: str | dict[str, Any]
    runtime: str
    precision: str
    note: str = field(default="")


#: Device, runtime, model and precision, as the report names them.
Key = tuple[str, str, str, str]


def key(row: dict[str, str]) -> Key:
    """Return what a report's question is found by."""
    return row["device"], row["runtime"], row["model"], row["precision"]


#: The question behind each report, or why there is none.
QUESTIONS: Final[dict[Key, Question | str]] = {
    ("iPhone 17 Pro Max", "wllama-webgpu", "Llama-3.2-1B", "Q2_K"): Question(
        "iphone-17-pro", "llama-3.2-1b", "wllama-webgpu", "q2_k"
    ),
    ("iPhone (iOS 26)", "webllm", "SmolLM2-135M", "q0f16"): Question(
        _IPHONE, "smollm2-135m", "webllm", "q0f16"
    ),
    ("iPhone (iOS 26)", "webllm", "Qwen2.5-3B", "q4f16_1"): Question(
        _IPHONE, "qwen2.5-3b", "webllm", "q4f16_1"
    ),
    ("iPhone 11 Pro Max", "webllm", "Llama-3.2-1B", "q4f16_1"): Question(
        {**_IPHONE, "ram_bytes": 4 * GIB}, "llama-3.2-1b", "webllm", "q4f16_1"
    ),
    ("iPad", "transformersjs", "whisper-base", "fp32/q8"): Question(
        _IPAD,
        "whisper-base",
        "transformersjs-wasm",
        "fp32",
        "the report names fp32 and q4, on the processor",
    ),
    ("iPhone / Android", "tinygrad (streamed)", "Llama-3.2-1B", "int8"): (
        "another runtime, on two kinds of phone at once, and it sometimes died"
    ),
    ("iPhone 17 Pro Max", "streamed WebGPU", "gemma-3-1b", "Q8_0"): Question(
        "iphone-17-pro",
        "gemma-3-1b",
        "mediapipe",
        "int8",
        "another runtime that streams, as MediaPipe does; the same phone died with less above",
    ),
    ("Pixel 6a", "webllm", "TinyLlama-1.1B", "q4f16_1"): Question(
        "pixel-6a", "tinyllama-1.1b", "webllm", "q4f16_1"
    ),
    ("Pixel 6a", "webllm", "Phi-3-mini", "q4f16_1"): Question(
        "pixel-6a", "phi-3-mini-4k", "webllm", "q4f16_1"
    ),
    ("Pixel 7", "webllm", "RedPajama-3B", "q4f16_1"): Question(
        "pixel-7", "redpajama-3b", "webllm", "q4f16_1"
    ),
    ("Laptop AMD 680M", "webllm", "Llama-3.2-3B", "q4f16_1"): Question(
        "laptop-16gb-ryzen", "llama-3.2-3b", "webllm", "q4f16_1"
    ),
    ("MacBook M3", "wllama-cpu", "SmolLM3-3B", "Q4_K_M"): Question(
        "macbook-air-m3-16gb", "smollm3-3b", "wllama-cpu", "q4_k_m"
    ),
    ("MacBook M3", "wllama-cpu", "Ministral-3-3B", "BF16"): Question(
        "macbook-air-m3-16gb", _MINISTRAL, "wllama-cpu", "bf16"
    ),
    ("Mac (Apple silicon)", "transformersjs", "Parakeet encoder", "fp16"): Question(
        _MAC,
        _encoder(46),
        "transformersjs-webgpu",
        "fp16",
        "an encoder of as many bytes in Parakeet's place; memory not said",
    ),
    ("Desktop", "onnxruntime-web wasm", "350 MB fp32 model x4", "fp32"): Question(
        {"platform": "windows", "browser": "chrome"},
        _encoder(26),
        "transformersjs-wasm",
        "fp32",
        "one encoder of as many bytes in place of four; memory not said",
    ),
    ("iPhone (several)", "transformersjs wasm", "Whisper", "q8"): Question(
        _IPHONE,
        "whisper-tiny.en",
        "transformersjs-wasm",
        "q8",
        "JetStream 3 runs whisper-tiny.en; ended often, not always",
    ),
    # Read after the budgets were set.
    ("iPhone 11 Pro Max", "wllama-webgpu", "Qwen2.5-0.5B", "Q4_K_M"): Question(
        {**_IPHONE, "ram_bytes": 4 * GIB}, "qwen2.5-0.5b", "wllama-webgpu", "q4_k_m"
    ),
    ("Pixel 8a", "webllm", "Llama-3.2-1B", "q4f16_1"): Question(
        "pixel-8a", "llama-3.2-1b", "webllm", "q4f16_1"
    ),
    ("Desktop RDNA 4", "transformersjs-webgpu", "Qwen2.5-1.5B", "q4f16"): Question(
        _RDNA4, "qwen2.5-1.5b", "transformersjs-webgpu", "q4f16"
    ),
    ("Desktop RDNA 4", "transformersjs-webgpu", "Llama-3.2-1B", "q4f16"): Question(
        _RDNA4, "llama-3.2-1b", "transformersjs-webgpu", "q4f16"
    ),
    ("Desktop RDNA 4", "webllm", "Qwen2.5-1.5B", "q4f16_1"): Question(
        _RDNA4, "qwen2.5-1.5b", "webllm", "q4f16_1"
    ),
    ("Desktop RDNA 4", "wllama-webgpu", "Qwen2.5-1.5B", "Q4_K_M"): Question(
        _RDNA4, "qwen2.5-1.5b", "wllama-webgpu", "q4_k_m"
    ),
    ("iPhone (iOS 26)", "wllama-webgpu", "Bonsai-1.7B", "Q1_0"): Question(
        _IPHONE, "bonsai-1.7b", "wllama-webgpu", "q1_0"
    ),
    ("iPad (not Pro)", "wllama-webgpu", "Llama-3.2-1B", "Q8_0"): Question(
        "ipad-air-m1", "llama-3.2-1b", "wllama-webgpu", "q8_0", "an iPad Air with M1 assumed"
    ),
    ("MacBook M3", "wllama-webgpu", "Llama-3.2-1B", "Q6_K"): Question(
        {**_MAC, "ram_bytes": 16 * GIB}, "llama-3.2-1b", "wllama-webgpu", "q6_k"
    ),
    ("MacBook M3", "wllama-cpu", "gemma-3-1b", "Q6_K"): Question(
        {**_MAC, "ram_bytes": 16 * GIB}, "gemma-3-1b", "wllama-cpu", "q6_k"
    ),
    ("MacBook M3", "wllama-webgpu", "Llama-3.2-3B", "Q4_K_M"): Question(
        "macbook-air-m3-16gb", "llama-3.2-3b", "wllama-webgpu", "q4_k_m"
    ),
    ("MacBook M3", "wllama-cpu", "Llama-3.2-3B", "Q4_K_M"): Question(
        {**_MAC, "ram_bytes": 16 * GIB}, "llama-3.2-3b", "wllama-cpu", "q4_k_m"
    ),
    ("MacBook M3", "wllama-cpu", "Llama-3.2-3B", "F16"): Question(
        "macbook-air-m3-16gb", _config("meta-llama__Llama-3.2-3B"), "wllama-cpu", "f16"
    ),
    ("Mac (8 GB)", "wllama-webgpu", "Llama-3.2-1B", "Q4_1"): Question(
        "macbook-air-m3-8gb", _config("meta-llama__Llama-3.2-1B"), "wllama-webgpu", "q4_1"
    ),
    ("Pixel 6a", "webllm", "Gemma-2-2B", "q4f16_1"): Question(
        "pixel-6a", "gemma-2-2b", "webllm", "q4f16_1"
    ),
    ("Pixel 6a", "wllama-cpu", "Gemma-2-2B", "Q4_K_M"): Question(
        "pixel-6a", "gemma-2-2b", "wllama-cpu", "q4_k_m", "1.63 GB of another 4-bit mix"
    ),
    ("Pixel 6a", "transformersjs-wasm", "whisper-base.en", "q8"): Question(
        "pixel-6a", "whisper-base.en", "transformersjs-wasm", "q8"
    ),
    ("Pixel 7", "webllm", "RedPajama-3B", "q4f32_1"): Question(
        "pixel-7", "redpajama-3b", "webllm", "q4f32_1"
    ),
    ("Pixel 7", "webllm", "Phi-2", "q4f16_1"): Question("pixel-7", "phi-2", "webllm", "q4f16_1"),
    ("Pixel 7", "webllm", "Phi-2", "q4f32_1"): Question("pixel-7", "phi-2", "webllm", "q4f32_1"),
    ("Pixel 7", "webllm", "Phi-1.5", "q4f32_1"): Question(
        "pixel-7", "phi-1.5", "webllm", "q4f32_1"
    ),
    ("Pixel 7", "webllm", "TinyLlama-1.1B", "q4f32_1"): Question(
        "pixel-7", "tinyllama-1.1b", "webllm", "q4f32_1"
    ),
    ("Galaxy S23", "webllm", "Phi-2", "q4f16_1"): Question(
        "galaxy-s23", "phi-2", "webllm", "q4f16_1", "the precision is not said"
    ),
    ("Pixel 8 Pro", "webllm", "Llama-3.2-3B", "q4f16_1"): Question(
        "pixel-8-pro", "llama-3.2-3b", "webllm", "q4f16_1"
    ),
    ("Pixel 9", "litertlm", "Gemma-4-E2B", "int4"): Question(
        "pixel-9", "gemma-4-e2b", "litertlm", "int4"
    ),
    ("realme Q3", "transformersjs-wasm", "whisper-base", "q8"): Question(
        "android-6gb", "whisper-base", "transformersjs-wasm", "q8"
    ),
    ("Galaxy S20+", "transformersjs-wasm", "whisper-base", "q8"): Question(
        "galaxy-s20", "whisper-base", "transformersjs-wasm", "q8"
    ),
    ("Essential PH-1", "transformersjs-wasm", "whisper-base", "q8"): Question(
        {"platform": "android", "ram_bytes": 4 * GIB},
        "whisper-base",
        "transformersjs-wasm",
        "q8",
        "sold with 4 GB",
    ),
    ("Galaxy S23", "transformersjs-webgpu", "Kokoro-82M", "fp32"): Question(
        "galaxy-s23", "kokoro-82m", "transformersjs-webgpu", "fp32"
    ),
    ("Galaxy S10 5G", "transformersjs-wasm", "Kokoro-82M", "q8"): Question(
        _PHONE_8GB, "kokoro-82m", "transformersjs-wasm", "q8"
    ),
    ("iPad Pro M1", "transformersjs-wasm", "Kokoro-82M", "q8"): Question(
        "ipad-air-m1", "kokoro-82m", "transformersjs-wasm", "q8"
    ),
    ("iPhone 13 mini", "transformersjs-wasm", "Kokoro-82M", "q8"): Question(
        "iphone-13", "kokoro-82m", "transformersjs-wasm", "q8"
    ),
    ("iPhone (iOS 17)", "transformersjs-wasm", "CLIP ViT-B/16", "q8"): Question(
        {"platform": "ios"},
        "clip-vit-base-patch32",
        "transformersjs-wasm",
        "q8",
        "CLIP with patches of 32, a file of as many bytes",
    ),
    ("iPhone (iOS 17)", "wllama-cpu", "TinyLlama-1.1B", "Q3_K_M"): Question(
        {"platform": "ios"}, "tinyllama-1.1b", "wllama-cpu", "q3_k_m"
    ),
    ("iPhone (iOS 17)", "wllama-cpu", "Qwen1.5-0.5B", "Q3_K_M"): Question(
        {"platform": "ios"}, _config("Qwen__Qwen1.5-0.5B"), "wllama-cpu", "q3_k_m"
    ),
    ("Laptop Ryzen 7840U", "transformersjs-webgpu", "Bonsai-1.7B", "q1"): Question(
        _RYZEN, "bonsai-1.7b", "transformersjs-webgpu", "q1"
    ),
    ("Laptop Ryzen 7840U", "transformersjs-webgpu", "Bonsai-4B", "q1"): Question(
        _RYZEN,
        _config("Qwen__Qwen3-4B"),
        "transformersjs-webgpu",
        "q1",
        "Qwen3 4B, whose shape it has",
    ),
    ("MacBook Pro M1 Pro", "transformersjs-webgpu", "Phi-3-mini", "q4"): Question(
        {**_MAC, "ram_bytes": 16 * GIB}, "phi-3-mini-4k", "transformersjs-webgpu", "q4"
    ),
    ("Desktop RX 7600", "transformersjs-webgpu", "NLLB-200-distilled-600M", "fp32"): Question(
        {"platform": "linux", "graphics": "discrete", "vram_bytes": 8 * GIB},
        "nllb-200-distilled-600m",
        "transformersjs-webgpu",
        "fp32",
        "memory not said",
    ),
    ("Desktop RX 7600", "transformersjs-wasm", "NLLB-200-distilled-600M", "q8"): Question(
        {"platform": "linux", "graphics": "discrete", "vram_bytes": 8 * GIB},
        "nllb-200-distilled-600m",
        "transformersjs-wasm",
        "q8",
        "memory not said",
    ),
    ("Desktop Tesla P4", "transformersjs-wasm", "NLLB-200-distilled-600M", "q8"): Question(
        {"platform": "windows", "graphics": "discrete"},
        "nllb-200-distilled-600m",
        "transformersjs-wasm",
        "q8",
        "memory not said",
    ),
    ("Laptop GTX 1060", "webllm", "Vicuna-7B", "q4f32_0"): Question(
        {**_CARD, "ram_bytes": 16 * GIB, "vram_bytes": 6 * GIB},
        "llama-2-7b",
        "webllm",
        "q4f32_1",
        "Llama 2 7B, whose shape it has",
    ),
    ("Laptop RTX 3050 Ti", "webllm", "Llama-3-8B", "q4f32_1"): Question(
        {**_CARD, "ram_bytes": 32 * GIB, "vram_bytes": 4 * GIB}, "llama-3.1-8b", "webllm", "q4f32_1"
    ),
    ("MacBook Pro M3 Max", "webllm", "Llama-3.1-8B", "q4f16_1"): Question(
        {**_MAC, "ram_bytes": 36 * GIB}, "llama-3.1-8b", "webllm", "q4f16_1"
    ),
    ("MacBook Pro M3 Max", "webllm", "Phi-3.5-mini", "q4f16_1"): Question(
        {**_MAC, "ram_bytes": 36 * GIB}, "phi-3.5-mini", "webllm", "q4f16_1"
    ),
    ("MacBook Air M3", "webllm", "Qwen2.5-0.5B", "q4f16_1"): Question(
        "macbook-air-m3-8gb", "qwen2.5-0.5b", "webllm", "q4f16_1"
    ),
    ("MacBook Air M1", "webllm", "Gemma-2B", "q4f16_1"): Question(
        "macbook-air-m1-8gb", "gemma-2b", "webllm", "q4f16_1"
    ),
    ("Chromebook or PC (8 GB)", "mediapipe", "Gemma-2-2B", "int8"): Question(
        "chromebook-8gb",
        "gemma-2b",
        "mediapipe",
        "int8",
        "of both devices the Chromebook; the first Gemma 2B, a file of as many bytes",
    ),
    ("Chromebook or PC (8 GB)", "mediapipe", "gemma-3-1b", "int4"): Question(
        "chromebook-8gb", "gemma-3-1b", "mediapipe", "int4", "of both devices the Chromebook"
    ),
    ("Chromebook or PC (8 GB)", "mediapipe", "Gemma-3n-E2B", "int4"): (
        "the release could not run this family at all, whatever the memory"
    ),
    ("Strix Halo", "wllama-webgpu", "Gemma-4-26B-A4B", "Q5_K_XL"): Question(
        {"platform": "windows", "graphics": "integrated", "ram_bytes": 64 * GIB},
        _config("google__gemma-4-26B-A4B"),
        "wllama-webgpu",
        "q5_k_m",
        "a mix of the same width; the system is not said",
    ),
    ("Desktop", "wllama-cpu", "OLMo-7B", "Q4_K_M"): Question(
        {"platform": "macos", "browser": "chrome"}, _OLMO, "wllama-cpu", "q4_k_m", "memory not said"
    ),
}
