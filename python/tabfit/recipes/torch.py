"""Safetensors as PyTorch reads them: a number type or a quantiser, in one file or shards.

In: an architecture and a name such as bf16 or gptq. Out: a `Stored`. The header
of each file is written out to be measured, so unquantised files are exact.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from tabfit.errors import UnsupportedCombination
from tabfit.i18n.language import Message, _
from tabfit.light_dataclass import dataclass, replace
from tabfit.model.architecture import Architecture
from tabfit.model.tensors import EXPERTS, Tensor, is_layer_matrix
from tabfit.recipes.shared_weights import as_stored
from tabfit.recipes.stored_model import Content, File, Stored, StoredTensor, keep
from tabfit.recipes.tokenizer_size import small_files
from tabfit.storage.storage_type import BF16, F16, F32, StorageType
from tabfit.storage.type_table import (
    AWQ_4,
    FP8,
    FP8_BLOCK,
    GPTQ_3,
    GPTQ_4,
    HQQ_1,
    HQQ_2,
    HQQ_3,
    HQQ_4,
    HQQ_8,
    LLM_INT8,
    MXFP4,
    NF4,
    NF4_DOUBLE,
    NVFP4,
)
from tabfit.units import GB, Basis, Bytes, Interval, exactly


@dataclass(frozen=True, slots=True)
class Format:
    """What the matrices inside the layers become, and what everything else is kept as."""

    wide: StorageType
    packed: StorageType | None = None
    only_experts: bool = False


FORMATS: dict[str, Format] = {
    "fp32": Format(F32),
    "fp16": Format(F16),
    "bf16": Format(BF16),
    "gptq": Format(F16, GPTQ_4),
    "gptq-3bit": Format(F16, GPTQ_3),
    "awq": Format(F16, AWQ_4),
    "nf4": Format(BF16, NF4),
    "nf4-double": Format(BF16, NF4_DOUBLE),
    "llm-int8": Format(F16, LLM_INT8),
    "fp8": Format(BF16, FP8),
    "fp8-block": Format(BF16, FP8_BLOCK),
    "mxfp4": Format(BF16, MXFP4, only_experts=True),
    "nvfp4": Format(BF16, NVFP4),
    "hqq-8bit": Format(F16, HQQ_8),
    "hqq-4bit": Format(F16, HQQ_4),
    "hqq-3bit": Format(F16, HQQ_3),
    "hqq-2bit": Format(F16, HQQ_2),
    "hqq-1bit": Format(F16, HQQ_1),
}
PRECISIONS: tuple[str, ...] = tuple(FORMATS)
_ALIASES = {
    "f32": "fp32", "f16": "fp16", "gptq-4bit": "gptq", "awq-4bit": "awq", "bnb-4bit": "nf4",
    "bnb-8bit": "llm-int8", "int8": "llm-int8", "hqq": "hqq-4bit",
}  # fmt: skip

#: The shard that `save_pretrained` aimed at when most files on the hub were written.
SHARD = 5 * GB


def _type_of(tensor: Tensor, form: Format) -> StorageType:
    if form.packed is None or not is_layer_matrix(tensor):
        return form.wide
    if form.only_experts and tensor.role not in EXPERTS:
        return form.wide
    return form.packed


def format_of(precision: str) -> tuple[str, Format]:
    """Return a format and its own spelling, or say which there are."""
    name = _ALIASES.get(precision.lower(), precision.lower())
    if name not in FORMATS:
        what = Message("no safetensors precision is called {precision}", precision=repr(precision))
        raise UnsupportedCombination(what, PRECISIONS)
    return name, FORMATS[name]


_NUMBER_NAMES = {"F32": "F32", "F16": "F16", "BF16": "BF16"}
_BESIDE = ("", "_scale", "_zeros", "_index", "_more")


def _entries(tensor: StoredTensor, start: int) -> dict[str, object]:
    """Return the header's entries of a tensor's arrays, one after another from `start`."""
    entries: dict[str, object] = {}
    for suffix, size in zip(_BESIDE, tensor.type.arrays_of(tensor.shape), strict=False):
        number = _NUMBER_NAMES.get(tensor.type.name)
        entries[tensor.name + suffix] = {
            "dtype": number or "U8",
            "shape": list(tensor.shape) if number else [size],
            "data_offsets": [start, start + size],
        }
        start += size
    return entries


def header_size(tensors: Iterable[StoredTensor]) -> Bytes:
    """Return the bytes of a safetensors header: eight for its length, then JSON.

    Entries are in the order of their names; the JSON is padded to a multiple
    of eight. Source: huggingface/safetensors README, "Format".
    """
    entries: dict[str, object] = {"__metadata__": {"format": "pt"}}
    start = 0
    for tensor in sorted(tensors, key=lambda t: t.name):
        entries |= _entries(tensor, start)
        start += tensor.size
    text = json.dumps(entries, separators=(",", ":"), ensure_ascii=False).encode()
    return Bytes(8 + -(-len(text) // 8) * 8)


def shards_of(tensors: Iterable[StoredTensor]) -> tuple[tuple[StoredTensor, ...], ...]:
    """Return the tensors in shards of at most 5 GB, in the model's order."""
    shards: list[list[StoredTensor]] = [[]]
    filled = 0
    for tensor in tensors:
        if shards[-1] and filled + tensor.size > SHARD:
            shards.append([])
            filled = 0
        shards[-1].append(tensor)
        filled += tensor.size
    return tuple(tuple(shard) for shard in shards)


def _files(tensors: tuple[StoredTensor, ...]) -> Iterator[File]:
    shards = shards_of(tensors)
    for number, shard in enumerate(shards, 1):
        one = f"model-{number:05}-of-{len(shards):05}.safetensors"
        size = sum(tensor.size for tensor in shard) + header_size(shard)
        yield File(
            name="model.safetensors" if len(shards) == 1 else one,
            size=exactly(size),
            basis=Basis.COMPUTED,
            why=_("the tensors and the header that names them"),
            tensors=shard,
        )
    if len(shards) > 1:
        yield _index(tensors, shards)


def _index(tensors: tuple[StoredTensor, ...], shards: tuple[tuple[StoredTensor, ...], ...]) -> File:
    total = sum(tensor.size for tensor in tensors)
    where = {
        tensor.name: f"model-{number:05}-of-{len(shards):05}.safetensors"
        for number, shard in enumerate(shards, 1)
        for tensor in shard
    }
    text = json.dumps({"metadata": {"total_size": total}, "weight_map": where}, indent=2)
    size = len(text.encode()) + 1
    return File(
        name="model.safetensors.index.json",
        size=Interval(size, size, 2 * size),
        basis=Basis.COMPUTED,
        why=_("which shard holds which tensor"),
        content=Content.CONFIG,
    )


def store(architecture: Architecture, precision: str) -> Stored:
    """Return the files of a checkpoint at a number type or under a quantiser.

    Tied weights are stored once, as `save_pretrained` does; some publishers
    store them twice, which a header says and a config does not.
    """
    name, form = format_of(precision)
    tensors = tuple(keep(t, _type_of(t, form)) for t in as_stored(architecture).stored)
    files = tuple(_files(tensors))
    if form.packed is not None:
        files = tuple(replace(file, size=_loosened(file.size)) for file in files)
    return Stored("torch", name, tensors, (*files, *small_files(architecture)))


def _loosened(size: Interval) -> Interval:
    """Return the size of a quantised file: what its makers call the arrays beside is open."""
    return Interval(round(size.low * 0.998), size.likely, round(size.high * 1.01))
