"""Let LiteRT's own writers make small files and write down what its own reader lists in them.

In: a seed. Out: tests/data/headers/litert.json: for each file its bytes (base64), and every
tensor that has data: name, shape and bytes, as `ai_edge_litert`'s schema reads them.

Needs the packages ai-edge-litert and litert-lm-builder. Run it as

    python tools/oracle/litert_headers.py
"""

from __future__ import annotations

import base64
import io
import json
import random
import tempfile
import zipfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
TARGET = ROOT / "tests/data/headers/litert.json"

#: The types that weights come in, with bits a number.
BITS = {"FLOAT32": 32, "FLOAT16": 16, "INT8": 8, "INT4": 4, "INT32": 32, "BFLOAT16": 16}


def graph(seed: int, *, shared: bool = False) -> bytes:
    """Return a .tflite of random tensors: some without data, one buffer perhaps used twice."""
    import flatbuffers
    from ai_edge_litert import schema_py_generated as schema

    dice = random.Random(seed)  # noqa: S311 - the same file every time is wanted
    model, subgraph = schema.ModelT(), schema.SubGraphT()
    model.version, model.description = 3, "made by tools/oracle/litert_headers.py"
    model.buffers, subgraph.tensors = [schema.BufferT()], []
    for number in range(dice.randint(3, 9)):
        tensor = schema.TensorT()
        kind = dice.choice(list(BITS))
        tensor.name = f"model/layer_{number}/{kind.lower()}"
        tensor.shape = [dice.randint(1, 7) for _ in range(dice.randint(0, 3))]
        tensor.type = getattr(schema.TensorType, kind)
        tensor.buffer = 0
        if dice.random() < 0.8:
            elements = 1
            for side in tensor.shape:
                elements *= side
            buffer = schema.BufferT()
            buffer.data = list(bytes(-(-elements * BITS[kind] // 8)))
            model.buffers.append(buffer)
            tensor.buffer = len(model.buffers) - 1
        subgraph.tensors.append(tensor)
    model.subgraphs = [subgraph, subgraph] if shared else [subgraph]
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def listed(data: bytes) -> list[list[Any]]:
    """Return name, shape and bytes of every tensor with data of its own."""
    from ai_edge_litert import schema_py_generated as schema

    model = schema.Model.GetRootAs(data, 0)
    found: dict[int, list[Any]] = {}
    for index in range(model.SubgraphsLength()):
        subgraph = model.Subgraphs(index)
        for number in range(subgraph.TensorsLength()):
            tensor = subgraph.Tensors(number)
            buffer = model.Buffers(tensor.Buffer())
            size = buffer.DataLength() or buffer.Size()
            if size and tensor.Buffer() not in found:
                shape = [tensor.Shape(axis) for axis in range(tensor.ShapeLength())]
                found[tensor.Buffer()] = [tensor.Name().decode(), shape, size]
    return list(found.values())


def bundled(graphs: dict[str, bytes]) -> bytes:
    """Return a .task as MediaPipe's bundler makes it: a ZIP whose files lie uncompressed."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, data in (*graphs.items(), ("METADATA", b"\x08\x01")):
            archive.writestr(zipfile.ZipInfo(name), data)
    return file.getvalue()


def packed(graphs: dict[str, bytes]) -> bytes:
    """Return a .litertlm as LiteRT-LM's builder makes it."""
    from litert_lm_builder import litertlm_builder

    builder, file = litertlm_builder.LitertLmFileBuilder(), io.BytesIO()
    with tempfile.TemporaryDirectory() as folder:
        for name, data in graphs.items():
            path = Path(folder) / f"{name}.tflite"
            path.write_bytes(data)
            kind = litertlm_builder.TfLiteModelType.get_enum_from_tf_free_value(name)
            builder.add_tflite_model(str(path), kind)
        builder.build(file)
    return file.getvalue()


def _row(name: str, data: bytes, tensors: list[list[Any]]) -> dict[str, Any]:
    return {"name": name, "data": base64.b64encode(data).decode(), "tensors": tensors}


def _together(graphs: dict[str, bytes], names: list[str]) -> list[list[Any]]:
    """Return the tensors of several graphs, each behind its graph's name."""
    rows = zip(names, graphs.values(), strict=True)
    return [[f"{start}/{n}", shape, size] for start, g in rows for n, shape, size in listed(g)]


def main() -> int:
    """Make the files and write them down with their tensors."""
    rows = []
    for seed in range(6):
        data = graph(seed, shared=seed == 5)
        rows.append(_row(f"made-{seed}.tflite", data, listed(data)))
    pair = {"prefill_decode": graph(11), "embedder": graph(12)}
    rows.append(_row("pair.task", bundled(pair), _together(pair, list(pair))))
    rows.append(_row("pair.litertlm", packed(pair), _together(pair, ["0", "1"])))
    rows.append(_row("one.task", graph(13), listed(graph(13))))
    alone = {"prefill_decode": graph(14)}
    rows.append(_row("one.litertlm", packed(alone), listed(graph(14))))
    said = {name: version(name) for name in ("ai-edge-litert", "litert-lm-builder")}
    lines = ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows)
    TARGET.write_text(f'{json.dumps(said)[:-1]}, "rows": [\n{lines}\n]}}\n', encoding="utf-8")
    print(f"{len(rows)} files written")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
