"""The three readers on whole files: the same tensors as the formats' own packages read."""

from __future__ import annotations

import asyncio
import io
import json
import os
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

pytest.importorskip("gguf")
pytest.importorskip("onnx")
pytest.importorskip("safetensors")

import gguf
import numpy as np
import onnx
import safetensors
from onnx import TensorProto, helper

from tabfit.architectures import read as read_architecture
from tabfit.errors import UnreadableHeader
from tabfit.headers import Header, Span, drive, drive_async, join, parts_of, read, read_index
from tabfit.headers import safetensors as safetensors_reader
from tabfit.headers.encodings.number_types import ONNX
from tabfit.headers.gguf import gguf_header as gguf_reader
from tabfit.headers.gguf.ggml_type_numbers import TYPES
from tabfit.units import KIB, MIB
from tests.event_loops import finished
from tools import sample_files

Rows = dict[str, tuple[tuple[int, ...], str, int]]


def read_bytes(name: str, data: bytes) -> Header:
    """Return the header of a file held in memory."""
    return drive(read(name, len(data)), lambda span: piece(data, span))


def piece(data: bytes, span: Span) -> bytes:
    """Return the bytes of a span."""
    return data[span.offset : span.offset + span.length]


def rows(header: Header) -> Rows:
    """Return shape, type and bytes of each tensor by name."""
    return {t.name: (t.shape, t.type.name, t.size) for t in header.tensors}


def peer_safetensors(data: bytes, folder: Path) -> Rows:
    """Return what the `safetensors` package reads."""
    (folder / "peer.safetensors").write_bytes(data)
    with safetensors.safe_open(folder / "peer.safetensors", framework="numpy") as opened:
        slices = {name: opened.get_slice(name) for name in opened.keys()}  # noqa: SIM118
        return {
            name: (tuple(s.get_shape()), s.get_dtype(), opened.get_tensor(name).nbytes)
            for name, s in slices.items()
        }


def peer_gguf(data: bytes, folder: Path) -> Rows:
    """Return what the `gguf` package reads, its shapes turned to rows first."""
    (folder / "peer.gguf").write_bytes(data)
    reader = gguf.GGUFReader(folder / "peer.gguf")
    return {
        t.name: (tuple(int(n) for n in reversed(t.shape)), t.tensor_type.name, int(t.n_bytes))
        for t in reader.tensors
    }


def peer_onnx(data: bytes) -> Rows:
    """Return what the `onnx` package reads of the main graph."""
    graph = onnx.load_model_from_string(data).graph
    return {
        t.name: (tuple(t.dims), ONNX[t.data_type].name, onnx.numpy_helper.to_array(t).nbytes)
        for t in graph.initializer
    }


@pytest.mark.parametrize(
    "kind",
    ["float64", "float32", "float16", "int8", "uint8", "int64", "uint16", "bool", "complex64"],
)
def test_safetensors_are_read_as_their_package_reads_them(kind: str, tmp_path: Path) -> None:
    """Names, shapes, types and bytes are those of the `safetensors` package."""
    data = sample_files.safetensors_file(kind=kind)
    header = read_bytes("model.safetensors", data)
    assert rows(header) == peer_safetensors(data, tmp_path)
    assert header.metadata == {"format": "pt"}


def test_shards_make_one_header(tmp_path: Path) -> None:
    """All shards that an index lists hold together what one file would."""
    files = sample_files.sharded()
    names = read_index(files.pop("model.safetensors.index.json"))
    assert set(names) == set(files)
    assert set(parts_of(names[1])) == set(files)
    together = join([read_bytes(name, files[name]) for name in names])
    assert rows(together) == peer_safetensors(sample_files.safetensors_file(), tmp_path)


def test_a_tensor_in_two_shards_is_refused() -> None:
    """Two shards with the same tensor are not added up."""
    header = read_bytes("a.safetensors", sample_files.safetensors_file())
    with pytest.raises(UnreadableHeader, match="more than one of its parts"):
        join([header, header])


@pytest.mark.parametrize("kind", sorted({t.name for t in TYPES.values()} - {"Q2_0"}))
def test_gguf_is_read_as_its_package_reads_it(kind: str, tmp_path: Path) -> None:
    """Every tensor type: names, shapes, types and bytes are those of the `gguf` package."""
    data = sample_files.gguf_file(kind=kind)
    assert rows(read_bytes("model.gguf", data)) == peer_gguf(data, tmp_path)


def test_type_numbers_are_those_of_the_gguf_package() -> None:
    """Every number of a tensor type means the type, block and bytes that the package says."""
    numbers = {n: (t.name, t.elements, t.size) for n, t in TYPES.items() if t.name != "Q2_0"}
    assert numbers == {
        int(kind): (kind.name, *gguf.GGML_QUANT_SIZES[kind]) for kind in gguf.GGMLQuantizationType
    }


def test_a_big_endian_file_is_read_and_marked(tmp_path: Path) -> None:
    """Byte order is found out; the note says that no browser reads such a file."""
    data = sample_files.gguf_file(big_endian=True)
    header = read_bytes("model.gguf", data)
    assert rows(header) == peer_gguf(data, tmp_path)
    assert "big-endian" in header.notes[0]


def test_every_kind_of_value_is_read_or_passed_over() -> None:
    """Scalars and short lists are kept, long lists and nested ones only counted."""
    kind = gguf.GGUFValueType
    scalars = [
        ("x.u8", 200, kind.UINT8),
        ("x.i8", -100, kind.INT8),
        ("x.u16", 60000, kind.UINT16),
        ("x.i16", -30000, kind.INT16),
        ("x.u32", 2**32 - 1, kind.UINT32),
        ("x.i32", -(2**31), kind.INT32),
        ("x.u64", 2**64 - 1, kind.UINT64),
        ("x.i64", -(2**63), kind.INT64),
        ("x.f32", 0.5, kind.FLOAT32),
        ("x.f64", 0.1, kind.FLOAT64),
        ("x.bool", True, kind.BOOL),
        ("x.text", "grüße", kind.STRING),
    ]
    lists = [
        ("x.flags", [True, False], kind.ARRAY, kind.BOOL),
        ("x.long", list(range(5000)), kind.ARRAY, kind.INT32),
        ("x.words", ["a", "b"], kind.ARRAY, kind.STRING),
        ("x.nested", [[1, 2], [3]], kind.ARRAY, None),
    ]
    data = sample_files.gguf_file(extra=[*((*row, None) for row in scalars), *lists])
    header = read_bytes("model.gguf", data)
    assert [header.metadata[row[0]] for row in scalars] == [row[1] for row in scalars]
    assert header.metadata["x.flags"] == (True, False)
    assert "x.long" not in header.metadata
    assert header.lengths["x.long"] == 5000
    assert header.lengths["x.words"] == header.lengths["x.nested"] == 2


def test_vocabulary_and_merges_are_counted_and_not_kept() -> None:
    """Only the lengths of the tokenizer's lists stay."""
    header = read_bytes("model.gguf", sample_files.gguf_file(vocabulary=3000))
    assert header.lengths["tokenizer.ggml.tokens"] == 3000
    assert header.lengths["tokenizer.ggml.merges"] == 6000
    assert not {"tokenizer.ggml.tokens", "tokenizer.ggml.merges"} & header.metadata.keys()


def test_the_architecture_in_a_gguf_file_has_the_weights_of_the_file() -> None:
    """The config told by the header describes exactly the parameters that the file stores."""
    header = read_bytes("model.gguf", sample_files.gguf_file())
    assert header.config is not None
    assert header.config.items() >= sample_files.LLAMA.items()
    assert read_architecture(header.config).inventory.total == header.parameters


def test_onnx_is_read_as_its_package_reads_it() -> None:
    """Names, shapes, types and bytes are those of the `onnx` package."""
    data = sample_files.onnx_file()
    assert rows(read_bytes("model.onnx", data)) == peer_onnx(data)


@pytest.mark.parametrize("number", sorted(set(ONNX) - {TensorProto.STRING}))
def test_every_onnx_type_fills_the_bytes_that_its_package_writes(number: int) -> None:
    """A tensor of seven elements takes as many raw bytes as the `onnx` package packs it in."""
    array = np.zeros(7, dtype=helper.tensor_dtype_to_np_dtype(number))
    tensor = onnx.numpy_helper.from_array(array, "seven")
    header = read_bytes("model.onnx", sample_files.onnx_file([tensor]))
    assert header.tensors[0].size == len(tensor.raw_data)


def test_lists_of_numbers_in_place_of_raw_bytes_are_read() -> None:
    """Typed lists, strings and scalars have the bytes that they take once loaded."""
    tensors = [
        helper.make_tensor("floats", TensorProto.FLOAT, [2, 2], [1.0, 2.0, 3.0, 4.0]),
        helper.make_tensor("halves", TensorProto.FLOAT16, [3], [1.0, 2.0, 3.0]),
        helper.make_tensor("longs", TensorProto.INT64, [3], [1, 300, -1]),
        helper.make_tensor("nibbles", TensorProto.UINT4, [3], [1, 2, 3]),
        helper.make_tensor("scalar", TensorProto.DOUBLE, [], [1.0]),
        helper.make_tensor("empty", TensorProto.FLOAT, [0, 4], []),
        TensorProto(name="words", data_type=8, dims=[2], string_data=[b"ab", b"cde"]),
    ]
    header = read_bytes("model.onnx", sample_files.onnx_file(tensors))
    assert {t.name: (t.shape, t.size) for t in header.tensors} == {
        "floats": ((2, 2), 16),
        "halves": ((3,), 6),
        "longs": ((3,), 24),
        "nibbles": ((3,), 2),
        "scalar": ((), 8),
        "empty": ((0, 4), 0),
        "words": ((2,), 5),
    }


def test_initialisers_of_branches_are_found() -> None:
    """What lies in the branch of an `If` counts, also in a node too long to look through."""
    inner = sample_files.initialiser("inner", np.zeros((3, 4), np.float32))
    large = sample_files.initialiser("large", np.zeros((300, 400), np.float32))
    nested = sample_files.branching(inner)
    graph = helper.make_graph([nested], "outer", [], [], initializer=[large])
    loop = helper.make_node("Loop", ["", ""], ["y"], body=graph)
    header = read_bytes("model.onnx", sample_files.onnx_file([], [loop]))
    assert {t.name: t.size for t in header.tensors} == {"inner": 48, "large": 480_000}
    assert header.bytes_read < 10_000


def test_sparse_initialisers_are_two_tensors() -> None:
    """Values and indices of a sparse initialiser both count."""
    values = helper.make_tensor("values", TensorProto.FLOAT, [2], [1.0, 2.0])
    indices = helper.make_tensor("places", TensorProto.INT64, [2], [3, 9])
    graph = helper.make_graph([], "g", [], [])
    graph.sparse_initializer.append(helper.make_sparse_tensor(values, indices, [10]))
    header = read_bytes("model.onnx", helper.make_model(graph).SerializeToString())
    assert {t.name: t.size for t in header.tensors} == {"values": 8, "places": 16}


def test_data_kept_in_other_files_is_listed_with_them() -> None:
    """External data counts as the tensor's bytes and under the file that holds it."""
    tensors = [
        sample_files.initialiser(name, np.zeros((64, 64), np.float32), outside=place)
        for name, place in (("a", "m.onnx_data"), ("b", "m.onnx_data"), ("c", "m.onnx_data_1"))
    ]
    header = read_bytes("m.onnx", sample_files.onnx_file(tensors))
    assert header.outside == {"m.onnx_data": 32768, "m.onnx_data_1": 16384}
    assert header.weights_bytes == 49152


def test_little_more_than_the_header_is_read_of_safetensors() -> None:
    """At most 64 KiB beyond the header."""
    data = sample_files.safetensors_file()
    length = 8 + int.from_bytes(data[:8], "little")
    assert read_bytes("m.safetensors", data).bytes_read <= length + 64 * KIB


@pytest.mark.parametrize("vocabulary", [0, 1000, 100_000])
def test_little_more_than_the_header_is_read_of_gguf(vocabulary: int) -> None:
    """At most a mebibyte beyond the header, however long the vocabulary."""
    data = sample_files.gguf_file(kind="F32", vocabulary=vocabulary)
    header = read_bytes("m.gguf", data)
    assert header.bytes_read <= len(data) - header.weights_bytes + MIB


@pytest.mark.parametrize("layers", [1, 40, 400])
def test_little_more_than_the_header_is_read_of_onnx(layers: int) -> None:
    """At most 64 KiB beyond everything that is not a tensor's bytes, however many tensors."""
    shapes = {"q_proj.weight": (64, 512), "bias": (512,), "norm": (100,), "scales": (64, 16)}
    tensors = [
        sample_files.initialiser(f"model.layers.{layer}.{name}", np.zeros(shape, np.float32))
        for layer in range(layers)
        for name, shape in shapes.items()
    ]
    data = sample_files.onnx_file(tensors)
    weights = sum(len(tensor.raw_data) for tensor in tensors)
    header = read_bytes("m.onnx", data)
    assert header.weights_bytes == weights
    assert header.bytes_read <= len(data) - weights + 64 * KIB


@pytest.fixture
def huge(tmp_path: Path) -> Path:
    """Return a sparse GGUF file of more than 4 GiB."""
    data, size = sample_files.huge_gguf()
    path = tmp_path / "huge.gguf"
    with path.open("wb") as file:
        file.write(data)
        file.truncate(size)
    return path


def test_a_sparse_file_of_four_gigabytes_is_answered_from_its_front(huge: Path) -> None:
    """A large file on disk is answered without reading its tensors."""
    with huge.open("rb") as file:
        reading = read("huge.gguf", huge.stat().st_size)
        header = drive(reading, lambda span: _pread(file, span))
    assert header.weights_bytes == 2**32
    assert header.bytes_read < 2 * MIB


PEAK = """
import sys
from pathlib import Path
from tabfit.cli.start import main
main(["inspect", sys.argv[1], "--json"])
peak = next(l for l in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in l)
print(peak.split()[1], file=sys.stderr)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells the peak")
def test_inspecting_a_large_file_takes_little_memory(huge: Path) -> None:
    """The whole command stays under 150 MB, however large the file is."""
    command = [sys.executable, "-c", PEAK, str(huge)]
    environment = os.environ | {"PYTHONPATH": "python"}
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    told = json.loads(done.stdout)
    assert told["weights_bytes"] == 2**32
    assert told["bytes_read"] < 2 * MIB
    assert int(done.stderr) * KIB < 150 * 10**6


def _pread(file: io.BufferedReader, span: Span) -> bytes:
    file.seek(span.offset)
    return file.read(span.length)


NPM_READER = """
import { gguf } from "@huggingface/gguf";
const digits = (key, value) => (typeof value === "bigint" ? Number(value) : value);
const found = {};
for (const path of process.argv.slice(2)) {
  const { tensorInfos, metadata } = await gguf(path, { allowLocalFile: true });
  const tensors = tensorInfos.map((t) => [t.name, t.shape, t.dtype, t.offset]);
  found[path] = { tensors, blocks: metadata["llama.block_count"] };
}
console.log(JSON.stringify(found, digits));
"""
KINDS_OF_ALL = ("F32", "F16", "BF16", "Q4_0", "Q5_1", "Q8_0", "Q2_K", "Q4_K", "Q6_K", "IQ4_XS")


def test_gguf_is_read_as_the_hub_javascript_package_reads_it(tmp_path: Path) -> None:
    """The same tensors come out of npm's `@huggingface/gguf`, where it is installed."""
    packages = Path(__file__).parents[3] / "node_modules"
    if not (packages / "@huggingface/gguf").is_dir() or shutil.which("node") is None:
        pytest.skip("node or @huggingface/gguf is not installed")
    files = {kind: tmp_path / f"{kind}.gguf" for kind in KINDS_OF_ALL}
    for kind, path in files.items():
        path.write_bytes(sample_files.gguf_file(kind=kind))
    (tmp_path / "node_modules").symlink_to(packages)
    (tmp_path / "read.mjs").write_text(NPM_READER)
    command = ["node", "read.mjs", *map(str, files.values())]
    done = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True)
    told = json.loads(done.stdout)
    for path in files.values():
        theirs = {
            name: (tuple(reversed(shape)), TYPES[number].name)
            for name, shape, number, _offset in told[str(path)]["tensors"]
        }
        header = read_bytes("m.gguf", path.read_bytes())
        assert {t.name: (t.shape, t.type.name) for t in header.tensors} == theirs
        assert header.metadata["llama.block_count"] == told[str(path)]["blocks"]


def test_an_awaited_source_gives_what_a_plain_one_gives() -> None:
    """The same reader is driven by a page's awaited reads."""
    data = sample_files.gguf_file()

    async def fetch(span: Span) -> bytes:
        await asyncio.sleep(0)
        return piece(data, span)

    reading = read("m.gguf", len(data))
    assert finished(drive_async(reading, fetch)) == read_bytes("m.gguf", data)


def test_a_header_is_an_inventory() -> None:
    """What a file stores can be counted like any model's tensors."""
    header = read_bytes("m.safetensors", sample_files.safetensors_file())
    assert header.inventory.total == header.parameters == 1_436_928
    assert header.largest_tensor_bytes == 2 * 256_000


def test_a_file_of_unknown_size_is_read_as_far_as_it_goes() -> None:
    """Without a size nothing is checked against the file's end, and nothing else changes."""
    for name, reading in (
        ("m.safetensors", safetensors_reader.read_header()),
        ("m.gguf", gguf_reader.read_header()),
    ):
        data = sample_files.safetensors_file() if "safe" in name else sample_files.gguf_file()
        assert rows(drive(reading, partial(piece, data))) == rows(read_bytes(name, data))


def test_weights_that_nodes_hold_are_counted() -> None:
    """A `Constant` of weights counts as an initialiser does; a shape and a number do not.

    So Silero VAD's silero_vad_16k_op15.onnx (wheel silero-vad 6.2.3) has its 309,633 parameters.
    """
    values = {"w": (8, 9), "bias": (17,), "shape": (4,), "one": ()}
    nodes = [
        helper.make_node(
            "Constant",
            [],
            [name],
            value=onnx.numpy_helper.from_array(np.ones(shape, np.float32)),
        )
        for name, shape in values.items()
    ]
    graph = helper.make_graph(nodes, "g", [], [])
    header = read_bytes("m.onnx", helper.make_model(graph).SerializeToString())
    assert sorted(tensor.shape for tensor in header.tensors) == [(8, 9), (17,)]
