"""Small model files, written on the spot by the packages that own their formats.

In: nothing, or what a test wants inside. Out: bytes, as `safetensors`, `gguf`
and `onnx` write them. The weights are zeros: only headers are of interest.
The fake hub serves these; the tests read them back with both readers.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import gguf
import numpy as np
import onnx
import safetensors.numpy
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

Shapes = Mapping[str, tuple[int, ...]]
Array = NDArray[np.generic]

LLAMA = {
    "model_type": "llama",
    "architectures": ["LlamaForCausalLM"],
    "vocab_size": 1000,
    "hidden_size": 256,
    "intermediate_size": 512,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 64,
    "max_position_embeddings": 512,
    "tie_word_embeddings": True,
}
# What the tiny Llama's parts are called in a state dict and in a GGUF file, with their shapes.
_TABLES = (
    ("model.embed_tokens", "token_embd", (1000, 256)),
    ("model.norm", "output_norm", (256,)),
)
_LAYER = (
    ("input_layernorm", "attn_norm", (256,)),
    ("self_attn.q_proj", "attn_q", (256, 256)),
    ("self_attn.k_proj", "attn_k", (128, 256)),
    ("self_attn.v_proj", "attn_v", (128, 256)),
    ("self_attn.o_proj", "attn_output", (256, 256)),
    ("post_attention_layernorm", "ffn_norm", (256,)),
    ("mlp.gate_proj", "ffn_gate", (512, 256)),
    ("mlp.up_proj", "ffn_up", (512, 256)),
    ("mlp.down_proj", "ffn_down", (256, 512)),
)


def _llama(column: int) -> dict[str, tuple[int, ...]]:
    tables: dict[str, tuple[int, ...]] = {f"{row[column]}.weight": row[2] for row in _TABLES}
    at = ("model.layers", "blk")[column]
    layers = {f"{at}.{layer}.{row[column]}.weight": row[2] for layer in range(2) for row in _LAYER}
    return tables | layers


LLAMA_SHAPES: Shapes = _llama(0)
LLAMA_GGUF_SHAPES: Shapes = _llama(1)


def as_json(value: object) -> bytes:
    """Return a value as the text of a JSON file."""
    return json.dumps(value, indent=2).encode()


def zeros(shape: tuple[int, ...], kind: str = "float32") -> Array:
    """Return an array of zeros."""
    return np.zeros(shape, dtype=kind)


def safetensors_file(shapes: Shapes = LLAMA_SHAPES, kind: str = "float16") -> bytes:
    """Return a safetensors file of zeros."""
    arrays = {name: np.zeros(shape, dtype=kind) for name, shape in shapes.items()}
    return safetensors.numpy.save(arrays, metadata={"format": "pt"})


def sharded(shapes: Shapes = LLAMA_SHAPES, shards: int = 3) -> dict[str, bytes]:
    """Return the shards of a model and the index that lists them, by file name."""
    names = [f"model-{i + 1:05}-of-{shards:05}.safetensors" for i in range(shards)]
    where = {tensor: names[i % shards] for i, tensor in enumerate(shapes)}
    files = {
        name: safetensors_file({t: shapes[t] for t, place in where.items() if place == name})
        for name in names
    }
    index = {"metadata": {"total_size": 1}, "weight_map": where}
    return files | {"model.safetensors.index.json": as_json(index)}


def gguf_file(
    shapes: Shapes = LLAMA_GGUF_SHAPES,
    kind: str = "Q4_K",
    *,
    vocabulary: int = 1000,
    architecture: str = "llama",
    extra: Iterable[tuple[str, object, gguf.GGUFValueType, gguf.GGUFValueType | None]] = (),
    big_endian: bool = False,
) -> bytes:
    """Return a GGUF file of zeros with the tiny Llama's keys; vectors are kept as F32.

    `architecture` is what it calls itself, and what its keys stand under.
    """
    order = gguf.GGUFEndian.BIG if big_endian else gguf.GGUFEndian.LITTLE
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.gguf"
        writer = gguf.GGUFWriter(path, architecture, endianess=order)
        _write_keys(writer, vocabulary)
        for key, value, value_kind, item_kind in extra:
            writer.add_key_value(key, value, value_kind, item_kind)
        for name, shape in shapes.items():
            _write_tensor(writer, name, shape, kind)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        return path.read_bytes()


def huge_gguf() -> tuple[bytes, int]:
    """Return the front of a GGUF file of more than 4 GiB, and its size: beyond lie zeros.

    It keeps one tensor, the token table, whose rows are written into the finished front.
    """
    front = gguf_file({"token_embd.weight": (0, 256)}, "F16")
    rows = 2**32 // (2 * 256)
    empty, full = (np.array([256, each], np.uint64).tobytes() for each in (0, rows))
    return front.replace(empty, full), len(front) + 2**32


def gguf_parts(kind: str = "F16", *, tensors: int = 8) -> dict[str, bytes]:
    """Return the tiny Llama split into files of so many tensors each, by file name."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"tiny-llama-{kind}.gguf"
        writer = gguf.GGUFWriter(path, "llama", split_max_tensors=tensors)
        _write_keys(writer, 1000)
        for name, shape in LLAMA_GGUF_SHAPES.items():
            _write_tensor(writer, name, shape, kind)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        return {part.name: part.read_bytes() for part in sorted(Path(folder).glob("*.gguf"))}


def _write_keys(writer: gguf.GGUFWriter, vocabulary: int) -> None:
    writer.add_block_count(2)
    writer.add_context_length(512)
    writer.add_embedding_length(256)
    writer.add_feed_forward_length(512)
    writer.add_head_count(4)
    writer.add_head_count_kv(2)
    writer.add_tokenizer_model("gpt2")
    if vocabulary:
        writer.add_token_list([f"token {i}" for i in range(vocabulary)])
        writer.add_token_types([1] * vocabulary)
        writer.add_token_scores([0.0] * vocabulary)
        writer.add_token_merges([f"a b{i}" for i in range(2 * vocabulary)])
    writer.add_chat_template("{{ messages }}" * 100)


def _write_tensor(writer: gguf.GGUFWriter, name: str, shape: tuple[int, ...], kind: str) -> None:
    chosen = gguf.GGMLQuantizationType[kind if len(shape) > 1 else "F32"]
    elements, size = gguf.GGML_QUANT_SIZES[chosen]
    data = np.zeros((*shape[:-1], shape[-1] // elements * size), dtype=np.uint8)
    writer.add_tensor(name, data, raw_dtype=chosen)


def initialiser(name: str, array: Array, *, outside: str = "") -> TensorProto:
    """Return an ONNX initialiser, its bytes said to lie in another file where one is named."""
    tensor = numpy_helper.from_array(array, name)
    if outside:
        onnx.external_data_helper.set_external_data(tensor, outside, 0, len(tensor.raw_data))
        tensor.ClearField("raw_data")
        tensor.data_location = TensorProto.EXTERNAL
    return tensor


def onnx_file(
    initialisers: Sequence[TensorProto] | None = None, nodes: Sequence[onnx.NodeProto] = ()
) -> bytes:
    """Return an ONNX file; without arguments it holds the tiny Llama's weights."""
    if initialisers is None:
        initialisers = [
            initialiser(name, np.zeros(shape, np.float16)) for name, shape in LLAMA_SHAPES.items()
        ]
    made = nodes or [
        helper.make_node("MatMul", ["input", tensor.name], [f"{tensor.name}/output"])
        for tensor in initialisers
    ]
    graph = helper.make_graph(list(made), "main", [], [], initializer=list(initialisers))
    written: bytes = helper.make_model(graph, producer_name="samples").SerializeToString()
    return written


def branching(*inside: TensorProto) -> onnx.NodeProto:
    """Return an `If` whose branches hold initialisers of their own."""
    graph = helper.make_graph([], "branch", [], [], initializer=list(inside))
    empty = helper.make_graph([], "other", [], [])
    return helper.make_node("If", ["condition"], ["result"], then_branch=graph, else_branch=empty)
