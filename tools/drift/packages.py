"""What the runtimes' npm packages say: versions, sizes of their code, kernels, lists of models.

In: a catalogue's rows, a node_modules folder. Out: sentences, one for each row that differs.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

Row = Mapping[str, Any]

#: Where a file lies that a row names, by package; others lie where their own name says.
PLACES: Final[Mapping[str, Mapping[str, str]]] = {
    "@wllama/wllama": {
        "index.min.js": "@wllama/wllama/esm/index.min.js",
        "wllama.wasm": "@wllama/wllama/esm/wasm/wllama.wasm",
        "wllama.js of @wllama/wllama-compat": "@wllama/wllama-compat/wasm/wllama.js",
        "wllama.wasm of @wllama/wllama-compat": "@wllama/wllama-compat/wasm/wllama.wasm",
    },
    "@huggingface/transformers": {
        "transformers.min.js": "@huggingface/transformers/dist/transformers.min.js",
        **{
            f"ort-wasm-simd-threaded{build}": f"onnxruntime-web/dist/ort-wasm-simd-threaded{build}"
            for build in (".asyncify.mjs", ".asyncify.wasm", ".mjs", ".wasm")
        },
    },
    "@mlc-ai/web-llm": {"index.js": "@mlc-ai/web-llm/lib/index.js"},
    "@litert-lm/core": {
        "dist/*.js": "@litert-lm/core/dist/*.js",
        "litertlm_wasm_internal.js": "@litert-lm/core/wasm/litertlm_wasm_internal.js",
        "litertlm_wasm_internal.wasm": "@litert-lm/core/wasm/litertlm_wasm_internal.wasm",
    },
    "@mediapipe/tasks-genai": {
        "genai_bundle.mjs": "@mediapipe/tasks-genai/genai_bundle.mjs",
        "genai_wasm_internal.js": "@mediapipe/tasks-genai/wasm/genai_wasm_internal.js",
        "genai_wasm_internal.wasm": "@mediapipe/tasks-genai/wasm/genai_wasm_internal.wasm",
    },
}
#: The runtime whose WGSL kernels its own wasm file lists, and where that lies.
KERNELS: Final = ("wllama-webgpu", "@wllama/wllama/esm/wasm/wllama.wasm")
#: llama.cpp's types that a mix is named after but for the letters of the mix.
_KERNEL: Final = re.compile(rb"INIT_SRC0_SHMEM_([A-Z0-9_]+)")
_MODEL_ID: Final = re.compile(r'model_id:\s*"([^"]+)"')
_COMMENT: Final = re.compile(r"^\s*//.*$", re.MULTILINE)
#: What an entry of WebLLM's list says of a model, as the catalogue calls it.
_SAID: Final = {
    "vram_required_MB": re.compile(r"vram_required_MB:\s*([0-9.]+)"),
    "context": re.compile(r"context_window_size:\s*([0-9]+)"),
}
#: A package's size may differ by so many bytes where another gzip made it.
ROUNDED: Final = 64


def drift(rows: Iterable[Row], modules: Path) -> Iterator[str]:
    """Yield what the installed packages say otherwise than rows of runtimes.json."""
    for row in rows:
        if row.get("package"):
            yield from _version(row, modules)
            yield from _files(row, modules)
    yield from _kernels({row["id"]: row for row in rows}, modules)


def version(package: str, modules: Path) -> str | None:
    """Return the version of an installed package, `None` where it is not installed."""
    path = modules / package / "package.json"
    return str(json.loads(path.read_text())["version"]) if path.exists() else None


def _version(row: Row, modules: Path) -> Iterator[str]:
    installed = version(row["package"], modules)
    if installed is None:
        yield f"{row['id']}: {row['package']} is not installed"
    elif installed != row["version"]:
        yield f"{row['id']}: version {row['version']}, {row['package']} is {installed}"


def _files(row: Row, modules: Path) -> Iterator[str]:
    builds = (file for build in row.get("builds", ()) for file in build["files"])
    for file in (*row["files"], *builds):
        place = PLACES.get(row["package"], {}).get(file["name"])
        found = compressed(modules, place) if place else None
        if found is None:
            yield f"{row['id']}: no file {file['name']} in {row['package']}"
        elif abs(found - file["bytes"]) > ROUNDED:
            yield f"{row['id']}: {file['name']} is {file['bytes']:,} bytes, gzip makes {found:,}"


@cache
def compressed(modules: Path, place: str) -> int | None:
    """Return the bytes of a file, or of all that a pattern names, each as gzip -9 makes it.

    None where nothing is there.
    """
    sizes = [len(gzip.compress(path.read_bytes(), 9, mtime=0)) for path in modules.glob(place)]
    return sum(sizes) if sizes else None


def kernels(wasm: Path) -> frozenset[str]:
    """Return the types that llama.cpp's WebGPU kernels read, by their names in a wasm file."""
    return frozenset(found.decode().lower() for found in _KERNEL.findall(wasm.read_bytes()))


def _kernels(rows: Mapping[str, Row], modules: Path) -> Iterator[str]:
    row, wasm = rows.get(KERNELS[0]), modules / KERNELS[1]
    if row is None or not wasm.exists():
        return
    known = kernels(wasm)
    for mix in row.get("lacking_precisions", ()):
        if mix in known:
            yield f"{row['id']}: {mix} is said to be lacking, and has a kernel"
    for mix in row["needs"]["shader_f16_for"]:
        kind = tensor_type(mix)
        if kind not in known:
            yield f"{row['id']}: {mix} is said to run, and {kind} has no kernel"


#: Mixes named after a size of blocks and a letter: the type most of their tensors have.
_MIXES: Final = {"iq2_m": "iq2_s", "iq3_m": "iq3_s", "iq3_xs": "iq3_s"}


def tensor_type(mix: str) -> str:
    """Return the type of a mix's layers, as kernels are called.

    >>> tensor_type("q3_k_xl"), tensor_type("q8_0"), tensor_type("bf16"), tensor_type("iq3_xs")
    ('q3_k', 'q8_0', 'float', 'iq3_s')
    """
    if mix in ("f32", "f16", "bf16"):
        return "float"
    whole = re.fullmatch(r"(q[0-9]_k)_(?:s|m|l|xl)", mix)
    return whole[1] if whole else _MIXES.get(mix, mix)


def model_ids(modules: Path) -> tuple[str, ...]:
    """Return the ids of WebLLM's own list of models."""
    return tuple(entries(modules))


def entries(modules: Path) -> dict[str, dict[str, float]]:
    """Return what WebLLM's own list says of each model; what is commented out is not in it."""
    text = (modules / "@mlc-ai/web-llm/lib/index.js").read_text(encoding="utf-8")
    _, *parts = _MODEL_ID.split(_COMMENT.sub("", text))
    return {
        name: {key: float(told[1]) for key, asked in _SAID.items() if (told := asked.search(said))}
        for name, said in zip(parts[::2], parts[1::2], strict=True)
    }


def entries_differing(models: Iterable[Row], modules: Path) -> Iterator[str]:
    """Yield what the catalogue says otherwise of a model than WebLLM's own list."""
    theirs = entries(modules)
    for offer in _offers(models):
        said = theirs.get(offer.get("model_id", ""), {})
        for key, figure in said.items():
            if key in offer and offer[key] != figure:
                yield f"webllm: {offer['model_id']}: {key} {offer[key]}, theirs {figure:g}"


def catalogue_ids(models: Iterable[Row]) -> frozenset[str]:
    """Return the ids of WebLLM's list that the catalogue has."""
    return frozenset(offer["model_id"] for offer in _offers(models) if offer.get("model_id"))


def _offers(models: Iterable[Row]) -> Iterator[Row]:
    return (
        offer
        for model in models
        for published in model.get("published", ())
        if published["format"] == "mlc"
        for offer in published["precisions"].values()
        if isinstance(offer, dict)
    )


def lists(models: Iterable[Row], left_out: Iterable[str], modules: Path) -> Iterator[str]:
    """Yield the ids of WebLLM's list that neither the catalogue nor its list of others has."""
    listed, ours, others = {*model_ids(modules)}, catalogue_ids(models), {*left_out}
    yield from (f"webllm: {name} is listed and not known here" for name in listed - ours - others)
    yield from (f"webllm: {name} is not listed any more" for name in (ours | others) - listed)
    yield from (f"webllm: {name} is in the catalogue now" for name in ours & others)
