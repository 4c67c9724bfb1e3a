"""What a GGUF header tells of the architecture is what the config.json told its converter.

Real configs become tensors (the GGUF recipe) and keys (the table below, as
`convert_hf_to_gguf.py` of llama.cpp writes them); the way back must give the
same parameters and the same cache.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tabfit.architectures import FAMILIES
from tabfit.architectures import read as read_architecture
from tabfit.architectures.conversions.gguf import GGUF_ARCHITECTURES
from tabfit.errors import UnreadableConfig
from tabfit.headers.gguf.gguf_config import _TYPES, read_config
from tabfit.headers.header import stored
from tabfit.model.architecture import Architecture, KeyValue
from tabfit.model.tensors import Part
from tabfit.recipes.gguf.tensors import converted
from tabfit.recipes.stored_model import StoredTensor
from tabfit.storage.storage_type import F16

CONVERTED = json.loads(
    (Path(__file__).parents[2] / "data" / "gguf" / "converted.json").read_text(encoding="utf-8")
)["rows"]
# Their files leave windows to llama.cpp: it keeps every token, or knows the pattern by itself.
WINDOWS_UNSAID = {"llama", "mistral3", "qwen2vl", "cohere2", "llama4"}
# The converter wants weights or keys that transformers' own small models do not have.
NOT_CONVERTED = {
    *("bitnet", "eurobert", "gptneox", "lfm2moe", "nemotron_h", "nomic-bert", "qwen3next"),
    "t5encoder",
}

CONFIGS = Path(__file__).parents[2] / "data" / "configs"
# What the converter writes, and where in a config.json it finds it.
WRITTEN = {
    "block_count": ("num_hidden_layers", "n_layer", "n_layers"),
    "embedding_length": ("hidden_size", "n_embd"),
    "feed_forward_length": ("intermediate_size", "n_inner"),
    "attention.head_count": ("num_attention_heads", "n_head"),
    "attention.head_count_kv": ("num_key_value_heads",),
    "attention.key_length": ("head_dim",),
    "attention.sliding_window": ("sliding_window",),
    "context_length": ("max_position_embeddings", "n_positions"),
    "vocab_size": ("vocab_size",),
    "expert_count": ("num_local_experts", "num_experts"),
    "expert_used_count": ("num_experts_per_tok",),
    "expert_feed_forward_length": ("moe_intermediate_size",),
    "expert_shared_feed_forward_length": ("shared_expert_intermediate_size",),
    "shortconv.l_cache": ("conv_L_cache",),
}
DECODERS = (
    *("llama", "qwen2", "qwen3", "gemma", "gemma2", "gemma3_text", "phi", "phi3", "gpt2"),
    *("smollm3", "olmo", "olmo2", "granite", "stablelm", "starcoder2", "cohere", "exaone4"),
    *("mixtral", "qwen2_moe", "qwen3_moe", "olmoe", "granitemoe", "gpt_oss", "lfm2", "gpt_neox"),
)


def keys_of(config: Mapping[str, Any], tensors: tuple[StoredTensor, ...]) -> dict[str, Any]:
    """Return the metadata of the file made from a config."""
    name = GGUF_ARCHITECTURES[config["model_type"]]
    keys: dict[str, Any] = {"general.architecture": name}
    for key, sources in WRITTEN.items():
        value = next((config[s] for s in sources if config.get(s) is not None), None)
        if value is not None:
            keys[f"{name}.{key}"] = value
    if name == "gpt2":
        keys.setdefault("gpt2.feed_forward_length", 4 * keys["gpt2.embedding_length"])
    if name == "gpt-oss":
        keys["gpt-oss.expert_feed_forward_length"] = config["intermediate_size"]
    if name == "lfm2":
        names = {tensor.name: tensor.shape for tensor in tensors}
        layers, heads = range(config["num_hidden_layers"]), config["num_key_value_heads"]
        attends = [f"blk.{layer}.attn_q.weight" in names for layer in layers]
        keys["lfm2.attention.head_count_kv"] = tuple(heads if one else 0 for one in attends)
        keys["lfm2.feed_forward_length"] = names["blk.0.ffn_up.weight"][0]
    return keys


def there_and_back(config: Mapping[str, Any]) -> tuple[Architecture, Architecture]:
    """Return the architecture of a config, and that of the GGUF file made of it."""
    whole = read_architecture(config)
    tensors = tuple(stored(t.name, t.shape, F16, 0) for t in converted(whole))
    told = read_config(keys_of(config, tensors), {}, tensors)
    assert told is not None
    return whole, read_architecture(told)


def readable(path: Path) -> bool:
    """Return whether a config is of a family listed above that this project reads."""
    config = json.loads(path.read_text())
    if config.get("model_type") not in DECODERS or config["model_type"] not in FAMILIES:
        return False
    try:
        read_architecture(config)
    except UnreadableConfig:
        return False
    return True


@pytest.mark.parametrize("path", [p for p in sorted(CONFIGS.glob("*.json")) if readable(p)],
                         ids=lambda path: path.stem)  # fmt: skip
def test_the_way_back_from_a_gguf_header_gives_the_same_model(path: Path) -> None:
    """Parameters and every layer's cache are those of the config.json."""
    whole, back = there_and_back(json.loads(path.read_text()))
    assert back.inventory.total == whole.inventory.total
    assert [layer.keeps for layer in back.main.layers] == [
        layer.keeps for layer in whole.main.layers
    ]


def test_a_llama_file_of_a_windowed_mistral_keeps_the_whole_context() -> None:
    """Mistral's files say `llama` and no window, and so llama.cpp keeps every token."""
    config = json.loads((CONFIGS / "mistralai__Mistral-7B-v0.1.json").read_text())
    whole, back = there_and_back({k: v for k, v in config.items() if k != "sliding_window"})
    assert back.inventory.total == whole.inventory.total
    keeps = [keep for layer in back.main.layers for keep in layer.keeps]
    assert {keep.window for keep in keeps if isinstance(keep, KeyValue)} == {None}


def made_of(row: Mapping[str, Any]) -> Architecture:
    """Return the architecture that the header of a converted file tells."""
    keys = {k: tuple(v) if isinstance(v, list) else v for k, v in row["metadata"].items()}
    tensors = tuple(stored(name, tuple(shape), F16, 0) for name, shape in row["tensors"].items())
    told = read_config(keys, {}, tensors)
    assert told is not None
    return read_architecture(told)


def kept(architecture: Architecture, *, windows: bool) -> list[tuple[object, ...]]:
    """Return what each layer keeps, as if every token were kept where windows are left out."""
    layers = [layer.keeps for layer in architecture.main.layers]
    if windows:
        return [tuple(layer) for layer in layers]
    return [
        tuple(
            (keep.key_value_heads, keep.key_width, keep.value_width)
            if isinstance(keep, KeyValue)
            else keep
            for keep in layer
        )
        for layer in layers
    ]


@pytest.mark.parametrize(
    "row",
    CONVERTED,
    ids=lambda row: f"{row['metadata']['general.architecture']}-{row['config']['model_type']}",
)
def test_a_converted_file_tells_the_shape_of_its_config(row: Mapping[str, Any]) -> None:
    """Words and what layers keep are the config's, in files that llama.cpp's converter made."""
    whole, back = read_architecture(row["config"]), made_of(row)
    windows = row["metadata"]["general.architecture"] not in WINDOWS_UNSAID
    parts = (Part.ENCODER, Part.DECODER)
    assert back.inventory.in_part(*parts).total == whole.inventory.in_part(*parts).total
    assert kept(back, windows=windows) == kept(whole, windows=windows)


def test_every_architecture_that_is_listed_has_been_converted() -> None:
    """What is read was compared with the converter, but for those it cannot make from a config."""
    converted = {row["metadata"]["general.architecture"] for row in CONVERTED}
    assert set(_TYPES) - converted == NOT_CONVERTED


@pytest.mark.parametrize("name", ["", "clip", "no-such-model", "llama\x00"])
def test_an_architecture_not_listed_tells_nothing(name: str) -> None:
    """An unknown name gives no config, rather than a guess."""
    assert read_config({"general.architecture": name, f"{name}.block_count": 2}, {}, ()) is None


def test_a_listed_pattern_says_which_layers_look_back() -> None:
    """True marks a window; a single number says every n-th layer has none."""
    keys: dict[str, Any] = {"general.architecture": "gemma3"}
    listed = keys | {"gemma3.attention.sliding_window_pattern": (True, False)}
    told = read_config(listed, {}, ())
    assert told is not None
    assert told["layer_types"] == ["sliding_attention", "full_attention"]
    counted = read_config(keys | {"gemma3.attention.sliding_window_pattern": 6}, {}, ())
    assert counted is not None
    assert counted["sliding_window_pattern"] == 6


def test_the_tokens_stand_in_for_a_table_that_is_not_there() -> None:
    """A file of a vocabulary alone still tells how many tokens there are."""
    told = read_config({"general.architecture": "llama"}, {"tokenizer.ggml.tokens": 32000}, ())
    assert told is not None
    assert told["vocab_size"] == 32000
    assert "tie_word_embeddings" not in told
