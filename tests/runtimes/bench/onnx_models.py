"""ONNX files with true graphs and random weights, as Transformers.js loads them.

In: a config, a precision (a Transformers.js dtype) and a folder. Out: the
file's path. The graphs follow what the usual exporters write: an encoder with
attention spelt out in plain operators, a decoder with the fused
GroupQueryAttention operator and a cache that goes in and comes out.

Precisions, as the usual conversion script makes them:
    fp32, fp16    all weights in that type; inputs and outputs stay fp32 but for the cache
    q8            dynamic quantisation: 8-bit weights of products and embeddings, one scale each
    q4, q4f16     4-bit products in blocks of 32 (MatMulNBits); embeddings at 32 and 16 bits
A tied output projection transposes the embedding table inside the graph.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from math import prod, sqrt
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import onnx
from onnx import TensorProto, helper

from tests.runtimes.bench import fill
from tests.runtimes.bench.shapes import Config

FLOAT, HALF, BYTE, LONG, INT = (
    TensorProto.FLOAT,
    TensorProto.FLOAT16,
    TensorProto.UINT8,
    TensorProto.INT64,
    TensorProto.INT32,
)
_FILLED_AS: dict[int, str] = {FLOAT: "float32", HALF: "float16", BYTE: "uint8"}
_BLOCK = 32  # weights per 4-bit block
_SMALL, _ALIGNED = 1024, 64  # bytes that stay in the graph; where a tensor beside it begins
_SUFFIX = {"fp32": "", "fp16": "_fp16", "q8": "_quantized", "q4": "_q4", "q4f16": "_q4f16"}


@dataclass(slots=True)
class Graph:
    """A graph under construction: nodes in order, weights by name."""

    precision: str
    nodes: list[onnx.NodeProto] = field(default_factory=list)
    weights: list[onnx.TensorProto] = field(default_factory=list)
    inputs: list[onnx.ValueInfoProto] = field(default_factory=list)
    outputs: list[onnx.ValueInfoProto] = field(default_factory=list)
    _names: int = 0

    @property
    def kind(self) -> int:
        """Return the element type that activations have."""
        return int(HALF if self.precision in ("fp16", "q4f16") else FLOAT)

    @property
    def number(self) -> type[np.generic]:
        """Return that type as numpy names it."""
        return np.float16 if self.kind == HALF else np.float32

    def op(self, kind: str, *inputs: str, outputs: int | Sequence[str] = 1, **more: Any) -> Any:
        """Add a node and return its output's name, or names if there are several."""
        self._names += 1
        names = (
            [f"{kind}_{self._names}_{i}" for i in range(outputs)]
            if isinstance(outputs, int)
            else list(outputs)
        )
        self.nodes.append(helper.make_node(kind, list(inputs), names, f"n{self._names}", **more))
        return names[0] if len(names) == 1 else names

    def weight(self, name: str, shape: Sequence[int], kind: int | None = None) -> str:
        """Add a random weight and return its name."""
        kind = self.kind if kind is None else kind
        data = fill.numbers(_FILLED_AS[kind], prod(shape))
        self.weights.append(helper.make_tensor(name, kind, shape, data, raw=True))
        return name

    def constant(self, value: Any, kind: type[np.generic] = np.int64) -> str:
        """Add a small constant and return its name."""
        self._names += 1
        name = f"c{self._names}"
        self.weights.append(onnx.numpy_helper.from_array(np.asarray(value, kind), name))
        return name

    def scalar(self, value: float) -> str:
        """Add a constant of the activations' type and return its name."""
        return self.constant(value, self.number)

    def ones(self, name: str, width: int) -> str:
        """Add a norm's scale and return its name."""
        self.weights.append(onnx.numpy_helper.from_array(np.ones(width, self.number), name))
        return name

    def linear(self, x: str, name: str, into: int, out: int, *, bias: bool) -> str:
        """Multiply by a weight of the chosen precision; return the output's name."""
        y = {
            "q8": self._linear_8,
            "q4": self._linear_4,
            "q4f16": self._linear_4,
        }.get(self.precision, self._linear_float)(x, name, into, out)
        if not bias:
            return y
        return str(self.op("Add", self.weight(f"{name}.bias", [out]), y))

    def _linear_float(self, x: str, name: str, into: int, out: int) -> str:
        return str(self.op("MatMul", x, self.weight(f"{name}.weight", [into, out])))

    def _linear_8(self, x: str, name: str, into: int, out: int) -> str:
        return self.product_8(x, self.weight(f"{name}.weight_quantized", [into, out], BYTE))

    def product_8(self, x: str, weight: str) -> str:
        """Quantise activations as they come; share that between products of one input."""
        quantised = [f"{x}_q", f"{x}_scale", f"{x}_zero"]
        if not any(node.output[0] == quantised[0] for node in self.nodes[-12:]):
            self.op("DynamicQuantizeLinear", x, outputs=quantised)
        zero = self.constant(128, np.uint8)
        product = self.op("MatMulInteger", quantised[0], weight, quantised[2], zero)
        product = self.op("Cast", product, to=FLOAT)
        scale = self.op("Mul", quantised[1], self.constant(0.0004, np.float32))
        return str(self.op("Mul", product, scale))

    def _linear_4(self, x: str, name: str, into: int, out: int) -> str:
        rows = -(-into // _BLOCK)
        packed = self.weight(f"{name}.weight_Q4", [out, rows, _BLOCK // 2], BYTE)
        scales = self.weight(f"{name}.weight_scales", [out * rows])
        return str(
            self.op(
                "MatMulNBits",
                x,
                packed,
                scales,
                domain="com.microsoft",
                K=into,
                N=out,
                bits=4,
                block_size=_BLOCK,
            )
        )

    def embedding(self, ids: str, name: str, rows: int, width: int) -> str:
        """Look rows up; an 8-bit table is widened after the look-up."""
        if self.precision != "q8":
            return str(self.op("Gather", self.weight(name, [rows, width]), ids))
        table = self.weight(f"{name}_quantized", [rows, width], BYTE)
        found = self.op("Gather", table, ids)
        return str(
            self.op(
                "DequantizeLinear",
                found,
                self.constant(0.0004, np.float32),
                self.constant(128, np.uint8),
            )
        )

    def input(self, name: str, kind: int, shape: Sequence[int | str]) -> str:
        """Declare an input and return its name."""
        self.inputs.append(helper.make_tensor_value_info(name, kind, list(shape)))
        return name

    def output(self, value: str, name: str, kind: int, shape: Sequence[int | str]) -> None:
        """Declare an output, cast to its type if the activations have another."""
        if kind != self.kind:
            self.op("Cast", value, outputs=[name], to=kind)
        else:
            self.op("Identity", value, outputs=[name])
        self.outputs.append(helper.make_tensor_value_info(name, kind, list(shape)))

    def model(self) -> onnx.ModelProto:
        """Return the finished model."""
        graph = helper.make_graph(self.nodes, "main_graph", self.inputs, self.outputs, self.weights)
        opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=8)


def _norm(g: Graph, x: str, name: str, width: int) -> str:
    bias = g.weight(f"{name}.bias", [width])
    return str(
        g.op("LayerNormalization", x, g.ones(f"{name}.weight", width), bias, axis=-1, epsilon=1e-12)
    )


def _split(g: Graph, x: str, heads: int, width: int, order: list[int]) -> str:
    shape = g.constant([0, -1, heads, width])
    return str(g.op("Transpose", g.op("Reshape", x, shape), perm=order))


def _attend(g: Graph, x: str, name: str, mask: str, hidden: int, heads: int) -> str:
    """Attention in plain operators, as a PyTorch export writes it."""
    width = hidden // heads
    query, key, value = (
        g.linear(x, f"{name}.{part}", hidden, hidden, bias=True) for part in ("q", "k", "v")
    )
    query = _split(g, query, heads, width, [0, 2, 1, 3])
    key = _split(g, key, heads, width, [0, 2, 3, 1])
    value = _split(g, value, heads, width, [0, 2, 1, 3])
    scores = g.op("Div", g.op("MatMul", query, key), g.scalar(sqrt(width)))
    chances = g.op("Softmax", g.op("Add", scores, mask), axis=-1)
    mixed = g.op("Transpose", g.op("MatMul", chances, value), perm=[0, 2, 1, 3])
    mixed = g.op("Reshape", mixed, g.constant([0, -1, hidden]))
    return g.linear(str(mixed), f"{name}.out", hidden, hidden, bias=True)


def _gelu(g: Graph, x: str) -> str:
    half = g.op("Erf", g.op("Div", x, g.scalar(sqrt(2))))
    return str(g.op("Mul", g.op("Mul", x, g.op("Add", half, g.scalar(1))), g.scalar(0.5)))


def encoder(config: Config, precision: str) -> onnx.ModelProto:
    """Return a BERT or a DistilBERT with random weights."""
    g = Graph(precision)
    bert = config["model_type"] == "bert"
    hidden = config["hidden_size" if bert else "dim"]
    heads = config["num_attention_heads" if bert else "n_heads"]
    inner = config["intermediate_size" if bert else "hidden_dim"]
    layers = config["num_hidden_layers" if bert else "n_layers"]
    ids = g.input("input_ids", LONG, ["batch_size", "sequence_length"])
    seen = g.input("attention_mask", LONG, ["batch_size", "sequence_length"])

    length = g.op("Slice", g.op("Shape", ids), g.constant([1]), g.constant([2]))
    table = g.constant([list(range(config["max_position_embeddings"]))])
    places = g.op("Slice", table, g.constant([0]), length, g.constant([1]))
    x = g.embedding(ids, "word", config["vocab_size"], hidden)
    x = g.op("Add", x, g.embedding(places, "position", config["max_position_embeddings"], hidden))
    if bert:
        kinds = g.input("token_type_ids", LONG, ["batch_size", "sequence_length"])
        x = g.op("Add", x, g.embedding(kinds, "type", 2, hidden))
    x = _norm(g, x, "embeddings.norm", hidden)

    wide = g.op("Cast", g.op("Unsqueeze", seen, g.constant([1, 2])), to=g.kind)
    mask = g.op("Mul", g.op("Sub", g.scalar(1), wide), g.scalar(-10000))
    for i in range(layers):
        name = f"layer.{i}"
        mixed = _attend(g, x, f"{name}.attention", mask, hidden, heads)
        x = _norm(g, g.op("Add", mixed, x), f"{name}.norm1", hidden)
        inside = _gelu(g, g.linear(x, f"{name}.up", hidden, inner, bias=True))
        down = g.linear(inside, f"{name}.down", inner, hidden, bias=True)
        x = _norm(g, g.op("Add", down, x), f"{name}.norm2", hidden)
    if bert:
        g.output(x, "last_hidden_state", FLOAT, ["batch_size", "sequence_length", hidden])
        return g.model()
    first = g.op("Gather", x, g.constant(0), axis=1)
    first = g.op("Relu", g.linear(first, "pre_classifier", hidden, hidden, bias=True))
    g.output(
        g.linear(first, "classifier", hidden, 2, bias=True), "logits", FLOAT, ["batch_size", 2]
    )
    return g.model()


def _counts(g: Graph, mask: str) -> tuple[str, str]:
    """Return the two lengths that GroupQueryAttention reads, from the mask."""
    total = g.op("Gather", g.op("Shape", mask), g.constant(1), axis=0)
    ends = g.op("Sub", g.op("ReduceSum", mask, g.constant([1]), keepdims=0), g.constant(1))
    return str(g.op("Cast", ends, to=INT)), str(g.op("Cast", total, to=INT))


def decoder(config: Config, precision: str, *, last: bool = False) -> onnx.ModelProto:
    """Return a Llama or a Qwen2 with a cache, its weights random.

    Graphs as optimum exports them give the logits of every token of a prompt; `last` adds the
    input of newer builds that says how many to keep.
    """
    g = Graph(precision)
    hidden, heads = config["hidden_size"], config["num_attention_heads"]
    shared, inner = config["num_key_value_heads"], config["intermediate_size"]
    width, vocabulary = config["head_dim"], config["vocab_size"]
    bias = config["model_type"] == "qwen2"
    ids = g.input("input_ids", LONG, ["batch_size", "sequence_length"])
    mask = g.input("attention_mask", LONG, ["batch_size", "total_sequence_length"])
    ends, total = _counts(g, mask)
    rotary = [config["max_position_embeddings"], width // 2]
    tables = g.weight("cos_cache", rotary), g.weight("sin_cache", rotary)

    def norm(x: str, name: str, rest: str | None = None) -> tuple[str, str]:
        scale = g.ones(f"{name}.weight", hidden)
        if rest is None:
            return str(g.op("SimplifiedLayerNormalization", x, scale, axis=-1, epsilon=1e-6)), x
        outputs = [f"{name}.y", "", "", f"{name}.sum"]
        g.op(
            "SkipSimplifiedLayerNormalization",
            x,
            rest,
            scale,
            outputs=outputs,
            domain="com.microsoft",
            epsilon=1e-6,
        )
        return outputs[0], outputs[3]

    stream = g.embedding(ids, "embed_tokens", vocabulary, hidden)
    y, rest = norm(stream, "layers.0.norm1")
    past = ["batch_size", shared, "past_sequence_length", width]
    present = ["batch_size", shared, "total_sequence_length", width]
    for i in range(config["num_hidden_layers"]):
        name = f"layers.{i}"
        query = g.linear(y, f"{name}.q", hidden, heads * width, bias=bias)
        key = g.linear(y, f"{name}.k", hidden, shared * width, bias=bias)
        value = g.linear(y, f"{name}.v", hidden, shared * width, bias=bias)
        before = [g.input(f"past_key_values.{i}.{part}", g.kind, past) for part in ("key", "value")]
        after = [f"present.{i}.key", f"present.{i}.value"]
        mixed = f"{name}.mixed"
        g.op(
            "GroupQueryAttention",
            query,
            key,
            value,
            *before,
            ends,
            total,
            *tables,
            outputs=[mixed, *after],
            domain="com.microsoft",
            num_heads=heads,
            kv_num_heads=shared,
            do_rotary=1,
            rotary_interleaved=0,
        )
        g.outputs += [helper.make_tensor_value_info(n, g.kind, present) for n in after]
        out = g.linear(mixed, f"{name}.o", heads * width, hidden, bias=False)
        y, rest = norm(out, f"{name}.norm2", rest)
        gate = g.linear(y, f"{name}.gate", hidden, inner, bias=False)
        gate = g.op("Mul", gate, g.op("Sigmoid", gate))
        up = g.linear(y, f"{name}.up", hidden, inner, bias=False)
        down = g.linear(g.op("Mul", gate, up), f"{name}.down", inner, hidden, bias=False)
        y, rest = norm(down, f"layers.{i + 1}.norm1", rest)
    if last:
        y = _last(g, y)
    g.output(_head(g, y, config), "logits", FLOAT, ["batch_size", "num_logits", vocabulary])
    return g.model()


def _last(g: Graph, y: str) -> str:
    """Cut all but the last tokens' states off, as many as an input says; 0 keeps every one."""
    kept = g.op("Neg", g.input("num_logits_to_keep", LONG, []))
    start = g.op("Reshape", kept, g.constant([1]))
    return str(g.op("Slice", y, start, g.constant([2**31 - 1]), g.constant([1])))


def _head(g: Graph, y: str, config: Config) -> str:
    hidden, vocabulary = config["hidden_size"], config["vocab_size"]
    if not config["tie_word_embeddings"]:
        return g.linear(y, "lm_head", hidden, vocabulary, bias=False)
    if g.precision == "q8":
        table = g.op("Transpose", "embed_tokens_quantized", perm=[1, 0])
        return g.product_8(y, str(table))
    return str(g.op("MatMul", y, g.op("Transpose", "embed_tokens", perm=[1, 0])))


def write(
    config: Config, precision: str, folder: Path, *, external: int = 0, last: bool = False
) -> list[Path]:
    """Write the model as a hub repository lays it out; return its files.

    `external` puts the weights into so many files beside the graph, as exporters do from 2 GB
    on (and newer ones for smaller models too).
    """
    encodes = config["model_type"] in ("bert", "distilbert")
    model = encoder(config, precision) if encodes else decoder(config, precision, last=last)
    path = folder / "onnx" / f"model{_SUFFIX[precision]}.onnx"
    path.parent.mkdir(parents=True, exist_ok=True)
    if not external:
        path.write_bytes(model.SerializeToString())
        return [path]
    beside = _write_beside(model, path, external)
    path.write_bytes(model.SerializeToString())
    return [path, *beside]


def _write_beside(model: onnx.ModelProto, path: Path, parts: int) -> list[Path]:
    """Move the large weights into so many files of about one size; return the files."""
    large = [tensor for tensor in model.graph.initializer if len(tensor.raw_data) > _SMALL]
    share = sum(len(tensor.raw_data) for tensor in large) / parts
    files = [path.with_name(f"{path.name}_data{f'_{i}' if i else ''}") for i in range(parts)]
    done = 0
    with ExitStack() as opened:
        streams = [opened.enter_context(file.open("wb")) for file in files]
        for tensor in large:
            part = min(int(done / share), parts - 1)
            done += len(tensor.raw_data)
            _move(tensor, streams[part], files[part].name)
    return files


def _move(tensor: onnx.TensorProto, stream: BinaryIO, name: str) -> None:
    """Append a tensor's bytes, aligned, and leave a note of where they are."""
    stream.write(bytes(-stream.tell() % _ALIGNED))
    onnx.external_data_helper.set_external_data(
        tensor, name, offset=stream.tell(), length=len(tensor.raw_data)
    )
    stream.write(tensor.raw_data)
    tensor.ClearField("raw_data")
