"""Which reader a file needs, and shards put together again.

In: a file's name and size, or the headers of all shards. Out: a reading, or
one header for all.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from tabfit.errors import UnreadableHeader
from tabfit.headers import litert, onnx, safetensors
from tabfit.headers.encodings.byte_spans import Reading
from tabfit.headers.encodings.protobuf import FIRST_READING
from tabfit.headers.gguf import gguf_header
from tabfit.headers.gguf.gguf_config import read_config
from tabfit.headers.header import MOST_TENSORS_TOGETHER, Header, check_count
from tabfit.i18n.language import Message
from tabfit.light_dataclass import replace
from tabfit.units import Bytes

LITERT = ("tflite", "task", "litertlm")
KINDS = ("safetensors", "gguf", "onnx", *LITERT)
MOST_PARTS = 1024
LEAST_READING = 512
_PART = re.compile(r"-(\d{5})-of-(\d{5})(?=\.[a-z]+$)")


def kind_of(name: str) -> str | None:
    """Return the format that a file's name says, `None` for no format read here.

    >>> kind_of("Model-Q4_K_M.GGUF")
    'gguf'
    """
    ending = name.rpartition(".")[2].lower()
    return ending if ending in KINDS else None


def read(name: str, size: int, *, among: int = 1) -> Reading[Header]:
    """Return a reading of the header of a file of this name and size.

    What a reader may read beyond its header is shared `among` all files of one
    model, so that a model of a hundred shards costs little more than one file.
    """
    kind = kind_of(name)
    if kind == "safetensors":
        return safetensors.read_header(size, ahead=_share(safetensors.AHEAD, among))
    if kind == "gguf":
        return gguf_header.read_header(size, ahead=_share(gguf_header.AHEAD, among))
    if kind == "onnx":
        return onnx.read_header(size, ahead=_share(onnx.AHEAD, among))
    if kind in LITERT:
        return litert.read_header(kind, size)
    raise UnreadableHeader(
        "model", Message("its name must end in one of: .{known}", known=", .".join(KINDS))
    )


def first_reading(name: str, *, among: int = 1) -> int:
    """Return how many bytes a reader asks for first, where the file has so many."""
    first = {
        "safetensors": _share(safetensors.AHEAD, among),
        "gguf": _share(gguf_header.AHEAD, among),
    }
    return first.get(kind_of(name) or "", FIRST_READING)


def _share(ahead: int, among: int) -> int:
    return max(ahead // among, LEAST_READING)


def parts_of(name: str) -> tuple[str, ...]:
    """Return the names of all files that this one is a part of, itself alone if of none.

    >>> parts_of("m-00002-of-00003.gguf")
    ('m-00001-of-00003.gguf', 'm-00002-of-00003.gguf', 'm-00003-of-00003.gguf')
    """
    found = _PART.search(name)
    if found is None or not 1 <= int(found[1]) <= int(found[2]) <= MOST_PARTS:
        return (name,)
    start, end = name[: found.start()], name[found.end() :]
    return tuple(f"{start}-{i:05}-of-{found[2]}{end}" for i in range(1, int(found[2]) + 1))


def join(headers: Sequence[Header]) -> Header:
    """Return one header for all shards of a model; no tensor may lie in two of them."""
    first = headers[0]
    if len(headers) == 1:
        return first
    tensors = tuple(tensor for header in headers for tensor in header.tensors)
    check_count(first.kind, len(tensors), MOST_TENSORS_TOGETHER)
    if len({tensor.name for tensor in tensors}) < len(tensors):
        raise UnreadableHeader(first.kind, Message("a tensor lies in more than one of its parts"))
    return replace(
        first,
        tensors=tensors,
        bytes_read=Bytes(sum(header.bytes_read for header in headers)),
        config=read_config(first.metadata, first.lengths, tensors),
    )
