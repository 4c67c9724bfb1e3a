"""The list of an MLC model's shards: every tensor with its shape, type and bytes.

In: the text of `tensor-cache.json` (older: `ndarray-cache.json`). Out: a `Header`.
Source: mlc-llm, `python/mlc_llm/loader`, which writes it through tvm's
`tvmjs.dump_tensor_cache`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tabfit.errors import Quoted, UnreadableHeader, from_outside
from tabfit.headers.encodings.number_types import BOOL, F8_E4M3, F8_E5M2, U16, U32, U64, packed_size
from tabfit.headers.header import Header, check_count, count_elements, stored
from tabfit.hub.bounded_json import parse_object
from tabfit.i18n.language import Message
from tabfit.recipes.stored_model import StoredTensor
from tabfit.storage.storage_type import BF16, F16, F32, F64, I8, I16, I32, I64, U8, StorageType
from tabfit.units import Bytes

FORM = "MLC shard list"
_TYPES: Mapping[str, StorageType] = {
    "float64": F64,
    "float32": F32,
    "float16": F16,
    "bfloat16": BF16,
    "float8_e4m3fn": F8_E4M3,
    "e4m3_float8": F8_E4M3,
    "float8_e5m2": F8_E5M2,
    "int64": I64,
    "int32": I32,
    "int16": I16,
    "int8": I8,
    "uint64": U64,
    "uint32": U32,
    "uint16": U16,
    "uint8": U8,
    "bool": BOOL,
}
_SHARD = re.compile(r"params_shard_\d{1,6}\.bin")


def read_mlc_list(text: bytes) -> Header:
    """Return the tensors that a shard list describes.

    The list says how many bytes each tensor takes in its shard; a BF16 tensor
    may be kept packed, so both its type and its bytes are as the list says.
    """
    try:
        shards = parse_object(text).get("records")
    except (ValueError, TypeError) as error:
        raise UnreadableHeader(FORM, Message("it {error}", error=from_outside(error))) from None
    if not isinstance(shards, list) or not shards:
        raise UnreadableHeader(FORM, Message("it has no records"))
    tensors = tuple(_tensors(shards))
    check_count(FORM, len(tensors))
    if len({tensor.name for tensor in tensors}) < len(tensors):
        raise UnreadableHeader(FORM, Message("a tensor is there twice"))
    return Header(kind="mlc", tensors=tensors, bytes_read=Bytes(len(text)))


def _tensors(shards: list[Any]) -> Iterator[StoredTensor]:
    for shard in shards:
        records = shard.get("records") if isinstance(shard, dict) else None
        if not isinstance(records, list):
            raise UnreadableHeader(FORM, Message("a shard has no records"))
        for record in records:
            yield _tensor(record)


def _tensor(record: object) -> StoredTensor:
    said = record if isinstance(record, dict) else {}
    name, shape, size = said.get("name"), said.get("shape"), said.get("nbytes")
    if not isinstance(name, str) or not isinstance(shape, list) or type(size) is not int:
        raise UnreadableHeader(FORM, Message("a tensor lacks its name, shape or nbytes"))
    kind = _TYPES.get(str(said.get("dtype")))
    if kind is None:
        raise UnreadableHeader(
            FORM,
            Message(
                "{name} has the type {type}; known are: {known}",
                name=Quoted(name),
                type=Quoted(said.get("dtype")),
                known=", ".join(_TYPES),
            ),
        )
    if not all(type(length) is int for length in shape):
        raise UnreadableHeader(
            FORM, Message("{name} has a shape that is no list of numbers", name=Quoted(name))
        )
    least = packed_size(kind, count_elements(FORM, name, shape))
    if not 0 <= size <= least or (size < least and said.get("format") != "f32-to-bf16"):
        raise UnreadableHeader(
            FORM,
            Message(
                "{name} fills {size:,} bytes, not what its shape needs",
                name=Quoted(name),
                size=size,
            ),
        )
    return stored(name[:1000], tuple(shape), kind, size)
