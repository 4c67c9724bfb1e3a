"""The files of a repository grouped into what somebody would download together.

In: paths with sizes. Out: `Variant` values: one precision of one format each,
with all of its files. Only names and sizes are looked at.

How runtimes pick files: Transformers.js takes `onnx/<part><suffix>.onnx` with
its `.onnx_data` (its `DEFAULT_DTYPE_SUFFIX_MAPPING`); llama.cpp takes all parts
`-00001-of-0000N`; WebLLM takes every `params_shard_*`; MediaPipe and LiteRT-LM
take one file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from tabfit.headers import parts_of
from tabfit.hub.listing import ListedFile, Listing
from tabfit.light_dataclass import dataclass
from tabfit.units import Bytes

AS_STORED = "as stored"  # the precision of files whose names tell none

SUFFIXES = {
    "": "fp32",
    "_fp16": "fp16",
    "_int8": "int8",
    "_uint8": "uint8",
    "_quantized": "q8",
    "_q4": "q4",
    "_q4f16": "q4f16",
    "_bnb4": "bnb4",
    "_q2": "q2",
    "_q2f16": "q2f16",
    "_q1": "q1",
    "_q1f16": "q1f16",
}
_MERGED, _UNMERGED = "decoder_model_merged", {"decoder_model", "decoder_with_past_model"}
_ONNX = re.compile(r"(?P<stem>.+?)\.onnx(?P<data>[._]data(?:_\d{1,3})?)?")
_GGUF = re.compile(
    r"(?<![A-Za-z0-9])(?:UD-)?(IQ[1-4]_(?:XXS|XS|S|M|NL)|Q[1-8]_K(?:_(?:XS|S|M|L|XL))?"
    r"|Q[1-8]_[01](?:_\d_\d)?|TQ[12]_0|MXFP4(?:_MOE)?|NVFP4|BF16|F16|FP16|F32|FP32|F64|I2_S)(?![A-Za-z0-9])",
    re.IGNORECASE,
)
_ONE_FILE = re.compile(
    r"(?<![A-Za-z0-9])(int[248]|q[248](?:_0)?|f32|fp32|f16|fp16)(?![A-Za-z0-9])", re.IGNORECASE
)
_MEDIAPIPE = re.compile(r"[-_](?:cpu|gpu)[-_](int[48])\.(?:bin|tflite)$")
_SHARD = re.compile(r"params_shard_\d+\.bin")
_MLC_LISTS = ("tensor-cache.json", "ndarray-cache.json")
_TEXTS = (".json", ".txt", ".model")
_ORDER = ("onnx", "gguf", "mlc", "task", "litertlm", "safetensors")


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One precision of one format: what is downloaded together.

    `format` is onnx, gguf, mlc, task, litertlm or safetensors. `precision` is the
    runtimes' own name for it where the files' names tell, else the file's name.
    """

    format: str
    precision: str
    files: tuple[ListedFile, ...]

    @property
    def size(self) -> Bytes | None:
        """Return the bytes of all files, `None` where the hub leaves one out."""
        sizes = [file.size for file in self.files]
        return Bytes(sum(size for size in sizes if size is not None)) if None not in sizes else None


def variants_of(listing: Listing, mlc_precision: str = "") -> tuple[Variant, ...]:
    """Return the variants of a repository: by format, then from small to large."""
    found = [
        *onnx_variants(listing.files),
        *gguf_variants(listing.files),
        *_mlc_variant(listing, mlc_precision),
        *_single_files(listing.files),
        *_safetensors_variant(listing.files),
    ]
    return tuple(sorted(found, key=lambda v: (_ORDER.index(v.format), v.size or 0, v.precision)))


def _split(path: str) -> tuple[str, str]:
    folder, _, name = path.rpartition("/")
    return folder, name


def onnx_variants(files: Iterable[ListedFile]) -> Iterator[Variant]:
    """Yield a variant for each precision of which every part is there.

    `onnx/` is where Transformers.js looks; only without it do other folders
    count. A merged decoder replaces the two that it was merged from, and one
    `model` replaces the towers that were exported beside it.
    """
    parts: dict[tuple[str, str], dict[str, list[ListedFile]]] = {}
    for file in files:
        folder, name = _split(file.name)
        named = _ONNX.fullmatch(name)
        if named is not None:
            component, precision = _component(named["stem"])
            precision = precision if folder in {"", "onnx"} else f"{folder}: {precision}"
            parts.setdefault((folder, precision), {}).setdefault(component, []).append(file)
    folders = {folder for folder, _ in parts}
    home = next((folder for folder in ("onnx", "") if folder in folders), None)
    chosen = {key: _chosen(found) for key, found in parts.items() if home in {None, key[0]}}
    every = {name for found in chosen.values() for name in found}
    for (_, precision), found in chosen.items():
        if home is None or found.keys() == every or "model" in found:
            together = [file for name in sorted(found) for file in found[name]]
            yield Variant(format="onnx", precision=precision, files=tuple(together))


def _component(stem: str) -> tuple[str, str]:
    """Return a file's part of the model and its precision.

    >>> _component("decoder_model_merged_q4f16"), _component("model_O2")
    (('decoder_model_merged', 'q4f16'), ('model', 'O2'))
    """
    for suffix, precision in SUFFIXES.items():
        if suffix and stem.endswith(suffix) and stem != suffix:
            return stem.removesuffix(suffix), precision
    if stem.startswith("model_"):
        return "model", stem.removeprefix("model_")
    return stem, SUFFIXES[""]


def _chosen(found: dict[str, list[ListedFile]]) -> dict[str, list[ListedFile]]:
    if "model" in found:
        return {"model": found["model"]}
    dropped = _UNMERGED if _MERGED in found else set()
    return {name: files for name, files in found.items() if name not in dropped}


def gguf_precision(path: str) -> str:
    """Return the mix that a GGUF file's name says, else the name itself.

    >>> gguf_precision("Qwen3-0.6B-UD-Q4_K_XL.gguf"), gguf_precision("model-fp16.gguf")
    ('Q4_K_XL', 'F16')
    """
    name = _split(path)[1]
    found = _GGUF.findall(name) or _GGUF.findall(path)
    if not found:
        return name.rpartition(".")[0]
    word: str = found[-1].upper()
    return word.replace("FP", "F") if word in {"FP16", "FP32"} else word


def gguf_variants(files: Iterable[ListedFile]) -> Iterator[Variant]:
    """Yield a variant for each GGUF model, its parts together.

    Left out: projectors (`mmproj`) and importance matrices, which are no model
    by themselves, and files of which a part is missing.
    """
    listed = {file.name: file for file in files if file.name.lower().endswith(".gguf")}
    for path, file in listed.items():
        name = _split(path)[1].lower()
        parts = parts_of(path)
        if path != parts[0] or "mmproj" in name or "imatrix" in name:
            continue
        if all(part in listed for part in parts):
            whole = tuple(listed[part] for part in parts) if len(parts) > 1 else (file,)
            yield Variant(format="gguf", precision=gguf_precision(path), files=whole)


def _mlc_variant(listing: Listing, precision: str) -> Iterator[Variant]:
    shards = [file for file in listing.files if _SHARD.fullmatch(file.name)]
    if shards and listing.has("mlc-chat-config.json"):
        beside = [
            f for f in listing.files if f.name.startswith("tokenizer") or f.name in _MLC_LISTS
        ]
        yield Variant(
            format="mlc",
            precision=precision or _mlc_name(listing.name),
            files=(*shards, *beside),
        )


def _mlc_name(name: str) -> str:
    """Return the precision in a repository's name: `...-q4f16_1-MLC`."""
    found = re.search(r"q\d+(?:f\d+|bf16)(?:_\d)?", name)
    return found[0] if found else "mlc"


def mlc_list(listing: Listing) -> str | None:
    """Return the path of the list of an MLC model's shards."""
    return next((name for name in _MLC_LISTS if listing.has(name)), None)


def _single_files(files: Iterable[ListedFile]) -> Iterator[Variant]:
    for file in files:
        ending = file.name.rpartition(".")[2].lower()
        converted = _MEDIAPIPE.search(file.name)
        if ending in {"task", "litertlm"}:
            found = _ONE_FILE.findall(_split(file.name)[1])
            precision = found[-1].lower() if found else _split(file.name)[1]
            yield Variant(format=ending, precision=precision, files=(file,))
        elif converted:
            yield Variant(format="task", precision=converted[1], files=(file,))


def precision_of(path: str) -> str:
    """Return the precision that one file's name says, as `variants_of` names it.

    >>> precision_of("onnx/model_q4f16.onnx"), precision_of("tiny-Q8_0.gguf")
    ('q4f16', 'Q8_0')
    """
    name = _split(path)[1]
    named = _ONNX.fullmatch(name)
    if named is not None:
        return _component(named["stem"])[1]
    return gguf_precision(name) if name.lower().endswith(".gguf") else AS_STORED


def common_files(files: Iterable[ListedFile]) -> tuple[ListedFile, ...]:
    """Return the small files that lie beside the weights: the tokenizer's and the configs."""
    return tuple(file for file in files if file.name.endswith(_TEXTS) and "/" not in file.name)


def _safetensors_variant(files: Sequence[ListedFile]) -> Iterator[Variant]:
    names = safetensors_files([file.name for file in files])
    if names:
        chosen = tuple(file for file in files if file.name in names)
        yield Variant(format="safetensors", precision=AS_STORED, files=chosen)


def safetensors_files(names: Iterable[str]) -> tuple[str, ...]:
    """Return the files that transformers would load: one model, or all its shards.

    >>> safetensors_files(["model.safetensors", "consolidated.safetensors", "x/y.safetensors"])
    ('model.safetensors',)
    """
    here = sorted(name for name in names if name.endswith(".safetensors") and "/" not in name)
    if "model.safetensors" in here:
        return ("model.safetensors",)
    for name in here:
        parts = parts_of(name)
        if len(parts) > 1 and set(parts) <= set(here):
            return parts
    return tuple(name for name in here if not name.startswith("adapter"))[:1]
