"""The header of a GGUF file: metadata, then a list of tensors, then (unread) their bytes.

In: ranges of the file. Out: a `Header`. Versions 2 and 3, either byte order.
Vocabularies and merges are passed over, their lengths kept; arrays of numbers
too long to keep are not even read.

Budget: at most 64 MiB read, a mebibyte held at a time, 32,768 tensors, 4,096
keys, a million and a half strings; some 20 MB of memory and one second on a slow core.

Source: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from struct import Struct, unpack_from

from tabfit.errors import Quoted, UnreadableHeader
from tabfit.headers.encodings.byte_spans import Reading, Window
from tabfit.headers.gguf.ggml_type_numbers import ARRAY, FIXED, STRING, TYPES
from tabfit.headers.gguf.gguf_config import read_config
from tabfit.headers.header import (
    Header,
    Value,
    check_count,
    check_ranges,
    count_elements,
    read_name,
    stored,
)
from tabfit.i18n.language import Message
from tabfit.recipes.stored_model import StoredTensor
from tabfit.units import MIB, Bytes

FORM = "GGUF"
KIND = "gguf"
AHEAD = MIB  # asked for at a time; what is read beyond the header stays below it
MOST_KEYS = 4096  # real files have 30 to 60
MOST_STRINGS = 3 * 2**19  # Gemma 3, the longest known: 262,144 tokens, 514,906 merges
MOST_DEPTH = 4  # of arrays in arrays; no writer nests them at all
LONGEST_KEPT_STRING = 256  # bytes; chat templates and licences are passed over
LONGEST_KEPT_ARRAY = 1024  # numbers; per-layer values are kept, scores are not
MOST_KEPT_NUMBERS = 2**16  # in all arrays together
_DIMENSIONS = 4  # GGML_MAX_DIMS
_ALIGNMENT = 32
_FARTHEST = 2**53  # the last offset that JavaScript counts exactly


@dataclass(slots=True)
class _GgufFields:
    """What has been read of one file so far."""

    window: Window
    order: str = "<"
    metadata: dict[str, Value] = field(default_factory=dict)
    lengths: dict[str, int] = field(default_factory=dict)
    strings: int = 0
    numbers: int = 0

    def whole(self, code: str, size: int) -> Reading[int]:
        """Return the next whole number."""
        if self.window.short_of(size):
            yield from self.window.more(size)
        (value,) = unpack_from(self.order + code, self.window.buffer, self.window.at)
        self.window.at += size
        return int(value)

    def knows(self, key: str) -> bool:
        """Return whether a key has been read already."""
        return key in self.metadata or key in self.lengths


def read_header(size: int | None = None, *, ahead: int = AHEAD) -> Reading[Header]:
    """Return a reading of the header of one file of `size` bytes."""
    found = _GgufFields(Window(FORM, size, step=ahead))
    found.order = _order((yield from found.window.take(8)))
    tensors = yield from found.whole("Q", 8)
    keys = yield from found.whole("Q", 8)
    check_count(FORM, tensors)
    if keys > MOST_KEYS:
        raise UnreadableHeader(
            FORM,
            Message("it lists {keys:,} keys; at most {most:,} are read", keys=keys, most=MOST_KEYS),
        )
    for _ in range(keys):
        yield from _read_pair(found)
    return (yield from _read_tensors(found, tensors))


def _order(start: bytes) -> str:
    if start[:4] != b"GGUF":
        raise UnreadableHeader(FORM, Message("it does not begin with 'GGUF'"))
    order = "<" if unpack_from("<I", start, 4)[0] & 0xFFFF else ">"
    version = unpack_from(order + "I", start, 4)[0]
    if version not in {2, 3}:
        raise UnreadableHeader(
            FORM, Message("version {version:,} is not known; 2 and 3 are read", version=version)
        )
    return order


def _read_pair(found: _GgufFields) -> Reading[None]:
    length = yield from found.whole("Q", 8)
    key = read_name(FORM, (yield from found.window.take(min(length, 2**16))))
    if found.knows(key):
        raise UnreadableHeader(FORM, Message("the key {key} is there twice", key=Quoted(key)))
    kind = yield from found.whole("I", 4)
    if kind == STRING:
        yield from _read_string(found, key)
    elif kind == ARRAY:
        yield from _read_array(found, key, depth=1)
    else:
        (found.metadata[key],) = yield from _numbers(found, key, kind, 1)


def _read_string(found: _GgufFields, key: str) -> Reading[None]:
    """Keep a short string; pass over a long one, its length kept."""
    length = yield from found.whole("Q", 8)
    if length > LONGEST_KEPT_STRING:
        found.lengths[key] = length
        _skip(found, length)
    else:
        raw = yield from found.window.take(length)
        found.metadata[key] = raw.decode(errors="replace")


def _skip(found: _GgufFields, count: int) -> None:
    """Move past bytes without reading those not yet read; refuse to pass the file's end."""
    window = found.window
    if window.size is not None and window.position + count > window.size:
        raise UnreadableHeader(
            FORM, Message("a value claims {count:,} bytes, beyond the file's end", count=count)
        )
    if window.position + count > _FARTHEST:
        raise UnreadableHeader(FORM, Message("a value claims {count:,} bytes", count=count))
    window.at += count


def _numbers(
    found: _GgufFields, key: str, kind: int, count: int
) -> Reading[tuple[bool | int | float, ...]]:
    code, size = _fixed(key, kind)
    yield from found.window.more(count * size)
    values = unpack_from(f"{found.order}{count}{code}", found.window.buffer, found.window.at)
    found.window.at += count * size
    return values


def _fixed(key: str, kind: int) -> tuple[str, int]:
    if kind not in FIXED:
        raise UnreadableHeader(
            FORM,
            Message(
                "the key {key} has a value of unknown type {kind:,}", key=Quoted(key), kind=kind
            ),
        )
    return FIXED[kind]


def _read_array(found: _GgufFields, key: str, depth: int) -> Reading[None]:
    kind = yield from found.whole("I", 4)
    count = yield from found.whole("Q", 8)
    found.lengths.setdefault(key, count)
    if kind == STRING:
        yield from _pass_strings(found, count)
    elif kind == ARRAY:
        yield from _pass_arrays(found, key, count, depth)
    elif depth == 1 and count <= LONGEST_KEPT_ARRAY:
        found.numbers += count
        if found.numbers > MOST_KEPT_NUMBERS:
            raise UnreadableHeader(
                FORM,
                Message("its arrays hold more than {most:,} numbers", most=MOST_KEPT_NUMBERS),
            )
        found.metadata[key] = yield from _numbers(found, key, kind, count)
    else:
        _skip(found, count * _fixed(key, kind)[1])


def _pass_arrays(found: _GgufFields, key: str, count: int, depth: int) -> Reading[None]:
    _count_strings(found, count)
    if depth >= MOST_DEPTH:
        raise UnreadableHeader(
            FORM,
            Message("{key} nests more than {most} arrays", key=Quoted(key), most=MOST_DEPTH),
        )
    for _ in range(count):
        yield from _read_array(found, key, depth + 1)


def _count_strings(found: _GgufFields, count: int) -> None:
    found.strings += count
    if found.strings > MOST_STRINGS:
        raise UnreadableHeader(
            FORM,
            Message(
                "its lists hold more than {most:,} strings, the most that are read",
                most=MOST_STRINGS,
            ),
        )


def _pass_strings(found: _GgufFields, count: int) -> Reading[None]:
    """Move past strings, each a length and so many bytes: the one loop that must be quick."""
    _count_strings(found, count)
    window, length_at = found.window, Struct(found.order + "Q").unpack_from
    remaining = count
    while remaining:
        buffer, at, last = window.buffer, window.at, len(window.buffer) - 8
        while remaining and at <= last:
            at += 8 + length_at(buffer, at)[0]
            remaining -= 1
        window.at = at
        _skip(found, 0)
        if remaining:
            yield from window.more(8)


def _read_tensors(found: _GgufFields, count: int) -> Reading[Header]:
    tensors: dict[str, StoredTensor] = {}
    ranges: list[tuple[int, int, str]] = []
    alignment = _alignment(found.metadata)
    for _ in range(count):
        tensor, offset = yield from _read_tensor(found)
        if tensor.name in tensors:
            raise UnreadableHeader(FORM, Message("{name} is there twice", name=Quoted(tensor.name)))
        if offset % alignment:
            raise UnreadableHeader(
                FORM,
                Message(
                    "{name} begins at {offset:,}, not a multiple of {alignment}",
                    name=Quoted(tensor.name),
                    offset=offset,
                    alignment=alignment,
                ),
            )
        tensors[tensor.name] = tensor
        ranges.append((offset, offset + tensor.size, tensor.name))
    check_ranges(FORM, ranges, _data_bytes(found.window, alignment, count))
    return _header(found, tuple(tensors.values()))


def _alignment(metadata: Mapping[str, Value]) -> int:
    alignment = metadata.get("general.alignment", _ALIGNMENT)
    if type(alignment) is not int or alignment <= 0 or alignment & (alignment - 1):
        raise UnreadableHeader(
            FORM,
            Message(
                "its alignment, {alignment}, is not a power of two", alignment=Quoted(alignment)
            ),
        )
    return alignment


def _data_bytes(window: Window, alignment: int, tensors: int) -> int | None:
    """Return how many bytes of tensors the file has room for; a vocabulary alone needs none."""
    if window.size is None:
        return None
    start = -(-window.position // alignment) * alignment
    return max(0, window.size - start) if tensors else 0


def _read_tensor(found: _GgufFields) -> Reading[tuple[StoredTensor, int]]:
    length = yield from found.whole("Q", 8)
    name = read_name(FORM, (yield from found.window.take(min(length, 2**16))))
    dimensions = yield from found.whole("I", 4)
    if dimensions > _DIMENSIONS:
        raise UnreadableHeader(
            FORM,
            Message(
                "{name} has {count:,} dimensions; {most} are allowed",
                name=Quoted(name),
                count=dimensions,
                most=4,
            ),
        )
    *lengths, number, offset = yield from _tensor_numbers(found, dimensions)
    kind = TYPES.get(number)
    if kind is None:
        known = ", ".join(one.name for one in TYPES.values())
        raise UnreadableHeader(
            FORM,
            Message(
                "{name} has the unknown type number {number}; known are: {known}",
                name=Quoted(name),
                number=number,
                known=known,
            ),
        )
    shape = tuple(reversed(lengths))  # the file counts columns first
    blocks, rest = divmod(count_elements(FORM, name, shape), kind.elements)
    if rest or not kind.fits(shape):
        raise UnreadableHeader(
            FORM,
            Message(
                "{name} has rows that do not divide into {type} blocks",
                name=Quoted(name),
                type=kind.name,
            ),
        )
    return stored(name, shape, kind, blocks * kind.size), offset


def _tensor_numbers(found: _GgufFields, dimensions: int) -> Reading[tuple[int, ...]]:
    size = 8 * dimensions + 12
    yield from found.window.more(size)
    layout = f"{found.order}{dimensions}QIQ"
    values: tuple[int, ...] = unpack_from(layout, found.window.buffer, found.window.at)
    found.window.at += size
    return values


def _header(found: _GgufFields, tensors: tuple[StoredTensor, ...]) -> Header:
    return Header(
        kind=KIND,
        tensors=tensors,
        bytes_read=Bytes(found.window.bytes_read),
        metadata=found.metadata,
        lengths=found.lengths,
        config=read_config(found.metadata, found.lengths, tensors),
        notes=("a big-endian file, which no browser runtime reads",) if found.order == ">" else (),
    )
