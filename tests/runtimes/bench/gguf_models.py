"""GGUF files with true tensors and random blocks, as wllama loads them.

In: a Llama- or Qwen2-shaped config, a file type and a path. Out: the path.
Tensor by tensor the file is what llama.cpp's converter and quantiser write:
names, order of dimensions, one-dimensional tensors in F32, and for Q4_K_M the
tensors that its rule keeps at Q6_K. The vocabulary is made up, but has as
many entries as the real one, because entries cost memory too.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice, product
from math import prod
from pathlib import Path

import gguf
import numpy as np
from gguf import GGMLQuantizationType as Type
from numpy.typing import NDArray

from tests.runtimes.bench import fill
from tests.runtimes.bench.shapes import Config

_PLAIN = {"F32": Type.F32, "F16": Type.F16, "Q8_0": Type.Q8_0}


def _richer(layer: int, layers: int) -> bool:
    """Return whether Q4_K_M spends more on this layer (llama.cpp's `use_more_bits`)."""
    eighth = layers // 8
    return layer < eighth or layer >= 7 * eighth or (layer - eighth) % 3 == 2


def _type(kind: str, name: str, width: int, layers: int, *, tied: bool) -> Type:
    """Return a tensor's type; the output's own table is kept richer than the rest."""
    if name.endswith(("norm.weight", "bias")):
        return Type.F32
    if kind in ("F32", "F16", "Q8_0"):
        return _PLAIN[kind]
    if name == ("token_embd.weight" if tied else "output.weight"):
        return Type.Q6_K if width % 256 == 0 else Type.Q8_0
    if kind == "Q4_0":
        return Type.Q4_0
    if width % 256:
        message = f"q4_k_m needs rows of whole 256s, and {name} has {width}"
        raise ValueError(message)
    if "attn_v" in name or "ffn_down" in name:
        return Type.Q6_K if _richer(int(name.split(".")[1]), layers) else Type.Q4_K
    return Type.Q4_K


def _tensors(config: Config) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Yield names and shapes, rows first, in the converter's order."""
    hidden, inner = config["hidden_size"], config["intermediate_size"]
    keys = config["num_key_value_heads"] * config["head_dim"]
    if not config["tie_word_embeddings"]:
        yield "output.weight", (config["vocab_size"], hidden)
    yield "token_embd.weight", (config["vocab_size"], hidden)
    yield "output_norm.weight", (hidden,)
    for i in range(config["num_hidden_layers"]):
        for name, shape in (
            ("attn_norm", (hidden,)),
            ("ffn_norm", (hidden,)),
            ("attn_q", (hidden, hidden)),
            ("attn_k", (keys, hidden)),
            ("attn_v", (keys, hidden)),
            ("attn_output", (hidden, hidden)),
            ("ffn_gate", (inner, hidden)),
            ("ffn_up", (inner, hidden)),
            ("ffn_down", (hidden, inner)),
        ):
            yield f"blk.{i}.{name}.weight", shape
            if config["model_type"] == "qwen2" and name in ("attn_q", "attn_k", "attn_v"):
                yield f"blk.{i}.{name}.bias", shape[:1]


def _vocabulary(entries: int) -> tuple[list[str], list[str]]:
    """Return tokens and merges, made up; digits never merge, so each is one token."""
    letters = [chr(c) for c in range(ord("a"), ord("z") + 1)]
    printable = [chr(c) for c in (*range(33, 127), *range(161, 173), *range(174, 256))]
    tokens = printable + [chr(256 + n) for n in range(256 - len(printable))]
    pairs = list(product(letters, letters))
    twos = [left + right for left, right in pairs]
    joined = chain(pairs, product(twos, letters), product(twos, twos))
    merged = list(islice(joined, entries - len(tokens) - 3))
    tokens += [left + right for left, right in merged]
    merges = [f"{left} {right}" for left, right in merged]
    return [*tokens, "<|endoftext|>", "<|im_start|>", "<|im_end|>"], merges


def _header(writer: gguf.GGUFWriter, config: Config) -> None:
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_head_count_kv(config["num_key_value_heads"])
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_rope_freq_base(config["rope_theta"])
    writer.add_rope_dimension_count(config["head_dim"])
    writer.add_vocab_size(config["vocab_size"])
    tokens, merges = _vocabulary(config["vocab_size"])
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list(tokens)
    writer.add_token_types([1] * (len(tokens) - 3) + [3] * 3)
    writer.add_token_merges(merges)
    writer.add_bos_token_id(len(tokens) - 2)
    writer.add_eos_token_id(len(tokens) - 1)


def write(config: Config, kind: str, path: Path) -> Path:
    """Write the model in a file type: F16, Q8_0, Q4_0 or Q4_K_M."""
    path.parent.mkdir(parents=True, exist_ok=True)
    writer = gguf.GGUFWriter(str(path), config["model_type"])
    _header(writer, config)
    layers = config["num_hidden_layers"]
    tied = config["tie_word_embeddings"]
    plan = [
        (name, shape, _type(kind, name, shape[-1], layers, tied=tied))
        for name, shape in _tensors(config)
    ]
    for name, shape, type_ in plan:
        elements, size = gguf.GGML_QUANT_SIZES[type_]
        total = prod(shape) // elements * size
        stored = (*shape[:-1], shape[-1] // elements * size)
        if type_ in (Type.F32, Type.F16):
            stored = shape
        writer.add_tensor_info(
            name,
            stored,
            np.dtype(
                np.float32 if type_ is Type.F32 else np.float16 if type_ is Type.F16 else np.uint8
            ),
            total,
            raw_dtype=type_,
        )
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    for name, shape, type_ in plan:
        writer.write_tensor_data(_weights(name, shape, type_))
    writer.close()
    return path


def _weights(name: str, shape: tuple[int, ...], type_: Type) -> NDArray[np.generic]:
    if name.endswith("norm.weight"):
        return np.ones(shape, np.float32)
    if type_ in (Type.F32, Type.F16):
        kind = "float32" if type_ is Type.F32 else "float16"
        return np.frombuffer(fill.numbers(kind, prod(shape)), kind).reshape(shape)
    elements, size = gguf.GGML_QUANT_SIZES[type_]
    return np.frombuffer(fill.blocks(type_.name, prod(shape) // elements * size), np.uint8)
