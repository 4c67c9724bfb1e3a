"""What the fake hub holds: repositories of each kind, and those that go wrong.

In: nothing. Out: `Repository` values by name. Weights are zeros, written on the
spot by the formats' own packages (tools/sample_files.py).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

import numpy as np

from tools import sample_files

COMMIT = "1f2e3d4c5b6a798897a6b5c4d3e2f10000000001"


@dataclass(frozen=True, kw_only=True)
class Repository:
    """One repository, and how its hub behaves when asked for it.

    `gated` and `private` are answered as the real hub does without a token.
    `moved` names the repository that it is called now. `faults` are statuses to
    answer with before the first good answer; `always` is answered each time.
    `slow` is how many seconds each answer takes, `trickle` how many each byte of one does.
    `ranges` and `sizes` switch off
    what some servers do not offer. `raw` is sent for the model information.
    """

    files: Mapping[str, bytes] = field(default_factory=dict)
    revisions: tuple[str, ...] = ("main", "v1", "refs/pr/1", COMMIT)
    task: str = "text-generation"
    gated: bool = False
    private: bool = False
    moved: str = ""
    faults: tuple[int, ...] = ()
    always: int = 0
    slow: float = 0.0
    trickle: float = 0.0
    cut: bool = False
    ranges: bool = True
    sizes: bool = True
    raw: bytes | None = None


def _config() -> dict[str, bytes]:
    return {
        "config.json": sample_files.as_json(sample_files.LLAMA),
        "README.md": b"# A tiny Llama\n",
    }


def _onnx() -> dict[str, bytes]:
    shapes = sample_files.LLAMA_SHAPES.items()
    outside = [
        sample_files.initialiser(name, np.zeros(shape, np.float32), outside="model.onnx_data")
        for name, shape in shapes
    ]
    halves = [sample_files.initialiser(name, np.zeros(shape, np.float16)) for name, shape in shapes]
    bytes_ = [sample_files.initialiser(name, np.zeros(shape, np.uint8)) for name, shape in shapes]
    weights = sum(4 * math.prod(shape) for _, shape in shapes)
    return _config() | {
        "onnx/model.onnx": sample_files.onnx_file(outside),
        "onnx/model.onnx_data": bytes(weights),
        "onnx/model_fp16.onnx": sample_files.onnx_file(halves),
        "onnx/model_quantized.onnx": sample_files.onnx_file(bytes_),
        "tokenizer.json": b"{}",
    }


def _gguf() -> dict[str, bytes]:
    return {
        "README.md": b"# GGUF\n",
        "tiny-llama-Q4_K_M.gguf": sample_files.gguf_file(kind="Q4_K"),
        "tiny-llama-Q8_0.gguf": sample_files.gguf_file(kind="Q8_0"),
        "mmproj-tiny-llama-f16.gguf": sample_files.gguf_file({}, vocabulary=0),
        **sample_files.gguf_parts("F16"),
    }


def _mlc() -> dict[str, bytes]:
    rows, offset = [], 0
    for name, shape in sample_files.LLAMA_SHAPES.items():
        packed = len(shape) > 1
        kind, columns = ("uint32", shape[-1] // 8) if packed else ("float16", shape[-1])
        size = math.prod(shape[:-1]) * columns * (4 if packed else 2)
        row = {"name": name, "shape": [*shape[:-1], columns], "dtype": kind, "format": "raw"}
        rows.append(row | {"nbytes": size, "byteOffset": offset})
        offset += size
    shard = {"dataPath": "params_shard_0.bin", "format": "raw-shard", "nbytes": offset}
    told = {"metadata": {"ParamSize": len(rows)}, "records": [shard | {"records": rows}]}
    chat = {"model_type": "llama", "quantization": "q4f16_1", "model_config": sample_files.LLAMA}
    return {
        "mlc-chat-config.json": sample_files.as_json(chat),
        "tensor-cache.json": sample_files.as_json(told),
        "params_shard_0.bin": bytes(offset),
        "tokenizer.json": b"{}",
    }


def _markup() -> dict[str, bytes]:
    name = "<img src=x onerror=alert(1)>"
    tensors = {f"{name}.weight": (4, 4), "<script>alert(2)</script>": (2,)}
    config = sample_files.LLAMA | {"model_type": "<b>llama</b>", "architectures": [name]}
    return {
        "config.json": sample_files.as_json(config),
        "model.safetensors": sample_files.safetensors_file(tensors),
        f"{name}-Q4_K_M.gguf": sample_files.gguf_file(kind="Q4_K"),
        "<svg onload=alert(3)>.task": bytes(1000),
    }


@cache
def repositories() -> Mapping[str, Repository]:
    """Return every repository of the fake hub by name."""
    tiny = _config() | {"model.safetensors": sample_files.safetensors_file()}
    return {
        "made/tiny-llama": Repository(files=tiny),
        "made/tiny-llama-sharded": Repository(files=_config() | sample_files.sharded()),
        "made/tiny-llama-GGUF": Repository(files=_gguf()),
        "made/tiny-llama-ONNX": Repository(files=_onnx()),
        "made/tiny-llama-q4f16_1-MLC": Repository(files=_mlc()),
        "made/tiny-llama-LiteRT": Repository(
            files={
                "tiny-llama-int4-web.task": bytes(5000),
                "tiny-llama_q8_ekv1280.litertlm": bytes(9000),
            }
        ),
        "made/no-config": Repository(files={"model.safetensors": tiny["model.safetensors"]}),
        "made/config-only": Repository(files=_config()),
        "faults/gated": Repository(files=tiny, gated=True),
        "faults/private": Repository(files=tiny, private=True),
        "faults/renamed": Repository(moved="made/tiny-llama"),
        "faults/empty": Repository(files={".gitattributes": b""}),
        "faults/scripts": Repository(files={"README.md": b"#", "train.py": b"print()"}),
        "faults/pickles": Repository(files={"pytorch_model.bin": b"PK", "README.md": b"#"}),
        "faults/huge": Repository(files={f"data/{i:06}.txt": b"" for i in range(13_000)}),
        "faults/busy": Repository(files=tiny, always=429),
        "faults/busy-at-first": Repository(files=tiny, faults=(429, 503)),
        "faults/broken": Repository(files=tiny, always=500),
        "faults/taken-down": Repository(files=tiny, always=451),
        "faults/trickle": Repository(files=tiny, trickle=0.2),
        "faults/slow": Repository(files=tiny, slow=1.5),
        "faults/cut-off": Repository(files=tiny, cut=True),
        "faults/no-ranges": Repository(files=tiny, ranges=False),
        "faults/no-sizes": Repository(files=tiny, sizes=False),
        "faults/garbage": Repository(files=tiny, raw=b"<!DOCTYPE html><title>Sign in</title>"),
        "faults/deep": Repository(files=tiny, raw=b"[" * 100_000),
        "faults/endless": Repository(files=tiny, raw=b'{"id":"' + b"x" * 5_000_000 + b'"}'),
        "faults/elsewhere": Repository(
            files=tiny, raw=b'{"id":"../../x","siblings":[{"rfilename":"a"}]}'
        ),
        "faults/markup": Repository(files=_markup()),
        "faults/bad-config": Repository(files=tiny | {"config.json": b"{oops"}),
        "faults/bad-header": Repository(files={"model.safetensors": b"\xff" * 64}),
    }
