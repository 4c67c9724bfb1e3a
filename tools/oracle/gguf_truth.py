"""Make GGUF files on random weights with llama.cpp itself and write down what came out.

In: the shapes below. Out: tests/data/gguf/made.json: every type's block; for each shape the config,
every tensor with its shape and type in the float file and its bytes in each type it
was given; for each mix a letter per tensor for its type, and the file's bytes.

Not part of `make test`: it needs an environment of its own with torch,
transformers and llama-cpp-python, and llama.cpp's converter, which the source of
llama-cpp-python carries under vendor/llama.cpp. transformers makes the weights,
llama.cpp's converter the float file, its quantiser every other. Run it as

    python tools/oracle/gguf_truth.py VENDOR_FOLDER [shape ...]
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
TARGET = ROOT / "tests/data/gguf/made.json"
PACKAGES = ("torch", "transformers", "llama-cpp-python", "gguf")

_LLAMA = {
    "architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": 256,
    "max_position_embeddings": 512, "rms_norm_eps": 1e-5,
}  # fmt: skip

SHAPES: dict[str, dict[str, Any]] = {
    # tied, neither width a multiple of 256: nearly everything falls back
    "tied-narrow": {
        "architectures": ["Qwen2ForCausalLM"], "model_type": "qwen2", "vocab_size": 256,
        "hidden_size": 320, "intermediate_size": 864, "num_hidden_layers": 9,
        "num_attention_heads": 5, "num_key_value_heads": 1, "tie_word_embeddings": True,
        "max_position_embeddings": 512,
    },
    "untied-grouped": _LLAMA | {
        "hidden_size": 256, "intermediate_size": 256, "num_hidden_layers": 16,
        "num_attention_heads": 8, "num_key_value_heads": 2, "tie_word_embeddings": False,
        "rope_scaling": {
            "rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0,
            "high_freq_factor": 4.0, "original_max_position_embeddings": 256,
        },
    },
    "eight-experts": {
        "architectures": ["MixtralForCausalLM"], "model_type": "mixtral", "vocab_size": 256,
        "hidden_size": 256, "intermediate_size": 256, "num_hidden_layers": 8,
        "num_attention_heads": 4, "num_key_value_heads": 2, "num_local_experts": 8,
        "num_experts_per_tok": 2, "tie_word_embeddings": False, "max_position_embeddings": 512,
    },
    "shared-expert": {
        "architectures": ["Qwen2MoeForCausalLM"], "model_type": "qwen2_moe", "vocab_size": 256,
        "hidden_size": 256, "intermediate_size": 512, "moe_intermediate_size": 256,
        "shared_expert_intermediate_size": 256, "num_hidden_layers": 8, "num_experts": 4,
        "num_experts_per_tok": 2, "num_attention_heads": 8, "num_key_value_heads": 8,
        "decoder_sparse_step": 1, "tie_word_embeddings": False, "max_position_embeddings": 512,
    },
    "encoder": {
        "architectures": ["BertModel"], "model_type": "bert", "vocab_size": 256,
        "hidden_size": 384, "intermediate_size": 768, "num_hidden_layers": 6,
        "num_attention_heads": 12, "max_position_embeddings": 512, "pad_token_id": 0,
    },
    "wide-embedding": {
        "architectures": ["Gemma3ForCausalLM"], "model_type": "gemma3_text", "vocab_size": 256,
        "hidden_size": 640, "intermediate_size": 256, "num_hidden_layers": 8,
        "num_attention_heads": 1, "num_key_value_heads": 1, "head_dim": 256,
        "sliding_window": 128, "tie_word_embeddings": True, "max_position_embeddings": 512,
        "bos_token_id": 2, "eos_token_id": 1, "pad_token_id": 0,
    },
    "fused": {
        "architectures": ["Phi3ForCausalLM"], "model_type": "phi3", "vocab_size": 256,
        "hidden_size": 256, "intermediate_size": 768, "num_hidden_layers": 8,
        "num_attention_heads": 4, "num_key_value_heads": 4, "tie_word_embeddings": False,
        "max_position_embeddings": 512, "original_max_position_embeddings": 512,
        "bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 0, "sliding_window": 256,
    },
    "convolutions": {
        "architectures": ["Lfm2ForCausalLM"], "model_type": "lfm2", "vocab_size": 256,
        "hidden_size": 256, "intermediate_size": 512, "block_ff_dim": 512,
        "block_auto_adjust_ff_dim": False, "num_hidden_layers": 8, "num_attention_heads": 8,
        "num_key_value_heads": 2, "tie_word_embeddings": True, "max_position_embeddings": 512,
        "layer_types": ["conv", "conv", "full_attention", "conv"] * 2,
        "bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 0,
    },
    # rows that no block divides: float16
    "odd-width": _LLAMA | {
        "hidden_size": 144, "intermediate_size": 304, "num_hidden_layers": 4,
        "num_attention_heads": 4, "num_key_value_heads": 4, "tie_word_embeddings": True,
    },
}  # fmt: skip

# What neither the float types nor the mixes that need other kernels are.
LEFT_OUT = ("F16", "BF16", "NVFP4", "Q1_0", "Q2_0")


def float_file(config: dict[str, Any], folder: Path) -> Path:
    """Return a float16 GGUF file of a model with random weights."""
    import conversion
    import gguf
    import torch
    import transformers
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING

    torch.manual_seed(1)
    made = CONFIG_MAPPING[config["model_type"]].from_dict(dict(config))
    name = config["architectures"][0]
    getattr(transformers, name)(made).to(torch.float16).save_pretrained(folder)
    words = {f"word{number}": number for number in range(config["vocab_size"])}
    tokenizer = {"model": {"vocab": words, "merges": []}, "added_tokens": []}
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer))
    converter = conversion.get_model_class(name)
    converter.set_vocab = lambda _: None
    path = folder / "float.gguf"
    model = converter(folder, gguf.LlamaFileType.MOSTLY_F16, path, eager=True)
    model.write()
    return path


def listed(path: Path) -> Iterator[tuple[str, list[int], str, int]]:
    """Yield each tensor's name, shape (rows first), type and bytes, read from a file."""
    import gguf

    for tensor in gguf.GGUFReader(path).tensors:
        shape = [int(size) for size in reversed(tensor.shape)]
        yield tensor.name, shape, tensor.tensor_type.name, int(tensor.n_bytes)


def importance(tensors: list[tuple[str, list[int], str, int]]) -> Any:
    """Return an importance matrix of ones for every matrix, as the library takes it."""
    import llama_cpp

    kind = llama_cpp.llama_model_imatrix_data
    rows = []
    for name, shape, *_ in tensors:
        if len(shape) > 1:
            size = shape[-1] * (shape[0] if len(shape) == 3 else 1)
            ones = (ctypes.c_float * size)(*([1.0] * size))
            data = ctypes.cast(ones, ctypes.POINTER(ctypes.c_float))
            rows.append((kind(name.encode(), data, size), ones))
    whole = (kind * (len(rows) + 1))(*(row for row, _ in rows))
    return whole, rows  # the second keeps the numbers alive


def quantised(path: Path, mix: int, matrix: Any, target: Path) -> bool:
    """Quantise a file and return whether the library could."""
    import llama_cpp

    asked = llama_cpp.llama_model_quantize_default_params()
    asked.ftype, asked.nthread = mix, 2
    if matrix is not None:
        kind = ctypes.POINTER(llama_cpp.llama_model_imatrix_data)
        asked.imatrix = ctypes.cast(matrix, kind)
    names = str(path).encode(), str(target).encode()
    return not llama_cpp.llama_model_quantize(*names, ctypes.byref(asked))


def mixes() -> dict[str, int]:
    """Return the library's own mixes by name."""
    import llama_cpp

    start = "LLAMA_FTYPE_MOSTLY_"
    found = {
        name.removeprefix(start): getattr(llama_cpp, name)
        for name in dir(llama_cpp)
        if name.startswith(start)
    }
    return {name: found[name] for name in found if name not in LEFT_OUT}


LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def letters(made: list[tuple[str, list[int], str, int]]) -> str:
    """Return the types of a file's tensors in order, a letter each (by `block_sizes`)."""
    names = list(block_sizes())
    return "".join(LETTERS[names.index(kind)] for _, _, kind, _ in made)


def measured(config: dict[str, Any]) -> dict[str, Any]:
    """Return what llama.cpp makes of one shape in every mix."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = float_file(config, Path(folder)), Path(folder) / "small.gguf"
        tensors = list(listed(source))
        matrix, _alive = importance(tensors)
        every: dict[str, list[str | int]] = {}
        sizes: dict[str, dict[str, int]] = {}
        for name, number in mixes().items():
            for key, given in ((name, matrix), (f"{name} without matrix", None)):
                if quantised(source, number, given, target):
                    made = list(listed(target))
                    for tensor, _, kind, size in made:
                        if sizes.setdefault(tensor, {}).setdefault(kind, size) != size:
                            sys.exit(f"{tensor} as {kind} has two sizes")
                    every[key] = [letters(made), target.stat().st_size]
    floats = {name: (shape, kind) for name, shape, kind, _ in tensors}
    return {
        "config": config,
        "tensors": [[name, *floats[name], sizes[name]] for name in sizes],
        "mixes": every,
    }


def block_sizes() -> dict[str, list[int]]:
    """Return the elements and bytes of every type's block, as the `gguf` package lists them."""
    import gguf

    return {kind.name: list(sizes) for kind, sizes in gguf.GGML_QUANT_SIZES.items()}


def main() -> None:
    """Measure the shapes asked for and write them into the data file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("vendor", type=Path, help="the folder vendor/llama.cpp")
    parser.add_argument("shapes", nargs="*", default=list(SHAPES))
    asked = parser.parse_args()
    sys.path[:0] = [str(asked.vendor), str(asked.vendor / "gguf-py")]
    os.environ["TRANSFORMERS_VERBOSITY"] = "error"
    known = json.loads(TARGET.read_text()) if TARGET.exists() else {"shapes": {}}
    known["made_with"] = {name: version(name) for name in PACKAGES}
    known["types"] = block_sizes()
    for name in asked.shapes:
        known["shapes"][name] = measured(SHAPES[name])
        print(name, len(known["shapes"][name]["mixes"]), "files")
        TARGET.write_text(json.dumps(known, indent=None, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
