"""Safetensors files against published ones, and quantised checkpoints against their bits."""

from __future__ import annotations

from typing import Any

import pytest

from tabfit.errors import UnsupportedCombination
from tabfit.recipes import torch
from tabfit.recipes.stored_model import Content
from tabfit.sources.inspection import of_architecture
from tabfit.storage.storage_type import BF16, F16, F32
from tabfit.units import GB
from tests.accuracy.onnx_sizes import Row, architecture_of
from tests.accuracy.torch_sizes import rows

SMOLLM2 = "HuggingFaceTB__SmolLM2-135M-Instruct"


@pytest.mark.parametrize("row", list(rows()), ids=lambda row: row.model)
def test_whole_files_match(row: Row) -> None:
    """Headers included, checkpoints have the published size to a hundred-thousandth.

    MiniLM's file also holds position numbers, gpt-oss's names its arrays otherwise.
    """
    assert abs(row.error) < 1e-4
    assert row.inside or not row.model.startswith("HuggingFaceTB")


FLAN_T5_LARGE = {
    "architectures": ["T5ForConditionalGeneration"],
    "model_type": "t5",
    "d_model": 1024,
    "d_ff": 2816,
    "d_kv": 64,
    "num_heads": 16,
    "num_layers": 24,
    "vocab_size": 32128,
    "feed_forward_proj": "gated-gelu",
    "tie_word_embeddings": False,
}
# Parameters in the headers of the published safetensors files, and as keras-hub counts them.
UNTIED = [
    ("google__flan-t5-small", 76_961_152),
    ("google__flan-t5-base", 247_577_856),
    (FLAN_T5_LARGE, 783_150_080),
    ("google__flan-t5-xl", 2_849_757_184),
    ("google__flan-t5-xxl", 11_135_332_352),
]


@pytest.mark.parametrize(("config", "count"), UNTIED)
def test_a_head_stored_apart_is_counted(config: str | dict[str, Any], count: int) -> None:
    """Flan-T5 is published with head and table apart, which transformers shares: both are said."""
    architecture = architecture_of(config)
    found = of_architecture(architecture, F32, source="", bytes_read=0)
    assert found["parameters"]["published"] == count
    assert found["parameters"]["total"] == architecture.inventory.total < count
    assert found["weights_bytes"] == 4 * count


def test_an_unquantised_file_is_exact() -> None:
    """SmolLM2's model.safetensors has its published size to the byte."""
    (file, *_) = torch.store(architecture_of(SMOLLM2), "bf16").files
    assert (file.name, file.size.likely) == ("model.safetensors", 269_060_552)


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
        torch.store(architecture_of(SMOLLM2), "zip")
