"""Checkpoints as their publishers store them: types by the config, packed words by their names."""

from __future__ import annotations

import json
import struct
from math import prod
from pathlib import Path
from typing import Any

import pytest

from tabfit.architectures import read
from tabfit.architectures.weight_types import weight_types
from tabfit.headers import Header, Span, drive
from tabfit.headers.safetensors import read_header
from tabfit.recipes.checkpoint import stored_types
from tabfit.sources.inspection import of_architecture

CONFIGS = Path(__file__).parents[2] / "data" / "configs"


def config_of(name: str) -> dict[str, Any]:
    """Return a real config."""
    found: dict[str, Any] = json.loads((CONFIGS / f"{name}.json").read_text(encoding="utf-8"))
    return found


def inspected(config: dict[str, Any]) -> dict[str, Any]:
    """Return what `inspect` says of a config."""
    return of_architecture(read(config), weight_types(config), source="", bytes_read=0)


# The hub's own counts of all arrays in the published files (`safetensors.total` of its API) as
# AlexsJones/llmfit@a3e0eb2 keeps them in data/hf_models.json; those of Qwen3.5 0.8B, 2B and 9B
# were confirmed by the API in September 2026. They count scales, which are arrays too.
HELD = {
    "deepseek-ai__DeepSeek-R1": 684_531_386_000,
    "deepseek-ai__DeepSeek-V3.2": 685_396_921_376,
    "MiniMaxAI__MiniMax-M2.7": 228_703_644_928,
    "zai-org__GLM-5.1": 753_864_139_008,
    "Qwen__Qwen3.5-0.8B": 873_438_784,
    "Qwen__Qwen3.5-2B": 2_274_069_824,
    "Qwen__Qwen3.5-9B": 9_653_104_368,
    "Qwen__Qwen3.5-27B": 27_781_427_952,
    "Qwen__Qwen3.5-35B-A3B": 35_951_822_704,
    "Qwen__Qwen3.5-397B-A17B": 403_397_928_944,
}


@pytest.mark.parametrize("name", HELD)
def test_every_array_of_a_published_checkpoint_is_counted(name: str) -> None:
    """Layers that predict further tokens and 8-bit scales are there, to the last number."""
    config = config_of(name)
    kept = list(stored_types(read(config), weight_types(config)))
    scales = sum(size // 4 for each, kind in kept for size in kind.arrays_of(each.shape)[1:])

    assert sum(prod(each.shape) for each, _kind in kept) + scales == HELD[name]


def test_four_bit_experts_fill_what_is_published() -> None:
    """The tensors of gpt-oss-120b fill its shards but for their headers."""
    published = 65_248_893_184

    assert inspected(config_of("openai__gpt-oss-120b"))["weights_bytes"] == pytest.approx(
        published, rel=1e-5
    )


def test_the_type_of_the_text_is_the_types_of_the_model() -> None:
    """Where only `text_config` says the type, it is the whole model's."""
    found = inspected(config_of("Qwen__Qwen3.5-0.8B"))

    assert found["weights_bytes"] == 2 * found["parameters"]["published"]


def test_a_quantisation_that_is_not_read_gives_no_bytes() -> None:
    """Methods, and experts of another type, that are not understood are named; no number is."""
    tiny = {"model_type": "llama", "quantization_config": {"quant_method": "aqlm"}}
    for config, named in ((tiny, "aqlm"), (config_of("deepseek-ai__DeepSeek-V4-Flash"), "fp4")):
        found = inspected(config)
        assert found["weights_bytes"] is None
        assert any(named in note for note in found["notes"])


SMALL = {
    "model_type": "llama", "architectures": ["LlamaForCausalLM"], "torch_dtype": "float16",
    "vocab_size": 16, "hidden_size": 128, "intermediate_size": 256, "num_hidden_layers": 1,
    "num_attention_heads": 4, "num_key_value_heads": 4, "tie_word_embeddings": False,
}  # fmt: skip
LAYER = {
    **dict.fromkeys((f"self_attn.{each}_proj" for each in "qkvo"), (128, 128)),
    "mlp.gate_proj": (256, 128),
    "mlp.up_proj": (256, 128),
    "mlp.down_proj": (128, 256),
}
WIDE = {
    "model.embed_tokens.weight": (16, 128),
    "lm_head.weight": (16, 128),
    "model.norm.weight": (128,),
}
NORMS = dict.fromkeys(("input_layernorm.weight", "post_attention_layernorm.weight"), (128,))

Arrays = dict[str, tuple[str, tuple[int, ...]]]


def gptq(rows: int, columns: int) -> Arrays:
    """Return the arrays of GPTQ at four bits in groups of 128, as GPTQModel names them."""
    return {
        "qweight": ("I32", (columns // 8, rows)),
        "qzeros": ("I32", (columns // 128, rows // 8)),
        "scales": ("F16", (columns // 128, rows)),
        "g_idx": ("I32", (columns,)),
    }


def gptq_8(rows: int, columns: int) -> Arrays:
    """Return the same at eight bits."""
    return gptq(rows, columns) | {
        "qweight": ("I32", (columns // 4, rows)),
        "qzeros": ("I32", (columns // 128, rows // 4)),
    }


def awq(rows: int, columns: int) -> Arrays:
    """Return the arrays of AWQ, packed along the outputs, as AutoAWQ names them."""
    return {
        "qweight": ("I32", (columns, rows // 8)),
        "qzeros": ("I32", (columns // 128, rows // 8)),
        "scales": ("F16", (columns // 128, rows)),
    }


def nf4(rows: int, columns: int) -> Arrays:
    """Return the arrays of bitsandbytes at four bits, as its `quant_state` is written."""
    return {
        "weight": ("U8", (rows * columns // 2, 1)),
        "weight.absmax": ("F32", (rows * columns // 64,)),
        "weight.quant_map": ("F32", (16,)),
    }


def nvfp4(rows: int, columns: int) -> Arrays:
    """Return the arrays of ModelOpt's NVFP4."""
    return {
        "weight": ("U8", (rows, columns // 2)),
        "weight_scale": ("F8_E4M3", (rows, columns // 16)),
        "weight_scale_2": ("F32", ()),
        "input_scale": ("F32", ()),
    }


def fp8(rows: int, columns: int) -> Arrays:
    """Return the arrays of FP8 in squares of 128, as DeepSeek names them."""
    return {
        "weight": ("F8_E4M3", (rows, columns)),
        "weight_scale_inv": ("F32", (rows // 128, columns // 128)),
    }


SIZES = {"I32": 4, "F32": 4, "F16": 2, "U8": 1, "F8_E4M3": 1}
MADE = {
    gptq: {"quant_method": "gptq", "bits": 4, "group_size": 128},
    gptq_8: {"quant_method": "gptq", "bits": 8, "group_size": 128},
    awq: {"quant_method": "awq", "bits": 4, "group_size": 128, "zero_point": True},
    nf4: {"quant_method": "bitsandbytes", "load_in_4bit": True, "bnb_4bit_quant_type": "nf4"},
    fp8: {"quant_method": "fp8", "weight_block_size": [128, 128]},
    nvfp4: {"quant_method": "modelopt", "quant_algo": "NVFP4", "ignore": ["lm_head"]},
}


def header_of(arrays: Arrays) -> Header:
    """Return the header of a safetensors file that holds these arrays."""
    entries, start = {}, 0
    for name, (kind, shape) in arrays.items():
        stop = start + SIZES[kind] * prod(shape)
        entries[name] = {"dtype": kind, "shape": list(shape), "data_offsets": [start, stop]}
        start = stop
    text = json.dumps(entries).encode()
    whole = struct.pack("<Q", len(text)) + text + bytes(start)

    def cut(span: Span) -> bytes:
        return whole[span.offset : span.offset + span.length]

    return drive(read_header(len(whole)), cut)


@pytest.mark.parametrize("packing", MADE, ids=lambda each: each.__name__)
def test_packed_words_are_counted_as_the_weights_they_hold(packing: Any) -> None:
    """The header's count is the model's own, and its bytes are those the config gives."""
    arrays: Arrays = {name: ("F16", shape) for name, shape in WIDE.items()}
    arrays |= {f"model.layers.0.{name}": ("F16", shape) for name, shape in NORMS.items()}
    for module, (rows, columns) in LAYER.items():
        for end, array in packing(rows, columns).items():
            arrays[f"model.layers.0.{module}.{end}"] = array
    header, config = header_of(arrays), {**SMALL, "quantization_config": MADE[packing]}

    assert header.parameters == read(config).inventory.total
    said = inspected(config)["weights_bytes"]
    scales_of_inputs = 4 * len(LAYER) if packing is nvfp4 else 0  # one a module, for activations
    assert said == header.weights_bytes - scales_of_inputs


@pytest.mark.parametrize(
    ("pattern", "left"),
    [
        ("lm_head", ()),
        ("mlp", ("mlp.gate_proj", "mlp.up_proj", "mlp.down_proj")),
        ("model.layers.*.self_attn", tuple(f"self_attn.{each}_proj" for each in "qkvo")),
        ("re:.*mlp.up_proj$", ("mlp.up_proj",)),
        ("gate", ()),
    ],
)
def test_modules_that_are_named_stay_as_they_were(pattern: str, left: tuple[str, ...]) -> None:
    """A name is a whole step of a path, a star anything, and an expression is read where plain."""
    made = {"quant_method": "fp8", "modules_to_not_convert": [pattern]}
    config = {**SMALL, "quantization_config": made}
    kept = {each.name: kind.name for each, kind in stored_types(read(config), weight_types(config))}

    for module in LAYER:
        wide = kept[f"model.layers.0.{module}.weight"] == "F16"
        assert wide is (module in left)


def test_an_expression_that_is_not_plain_is_not_guessed_at() -> None:
    """What an expression leaves alone is not known here, so neither are the bytes."""
    made = {"quant_method": "fp8", "ignore": ["re:.*(q|k)_proj"]}

    assert weight_types({**SMALL, "quantization_config": made}).unread
