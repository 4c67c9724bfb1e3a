"""The header of a safetensors file, and the index of a sharded one.

In: the bytes at the front of the file (eight of length, then JSON), or the text
of `model.safetensors.index.json`. Out: a `Header`; the names of the shards.

The JSON is scanned where it lies, entry by entry, and never built as a whole:
a header of sixteen megabytes can describe half a gigabyte of Python objects.
Budget: at most 16 MiB of header, 32,768 tensors, 40 MB of memory beyond the
header itself and, on a slow core, one second.

Source: https://github.com/huggingface/safetensors (README, "Format").
"""

from __future__ import annotations

import json
import re
from codecs import getincrementaldecoder
from collections.abc import Iterator, Mapping
from struct import unpack_from

from tabfit.errors import Quoted, UnreadableHeader
from tabfit.headers.encodings.byte_spans import Reading, Window
from tabfit.headers.encodings.number_types import SAFETENSORS
from tabfit.headers.header import (
    LONGEST_NAME,
    MOST_TENSORS,
    Header,
    Value,
    check_count,
    check_ranges,
    count_elements,
    stored,
)
from tabfit.i18n.language import Message
from tabfit.recipes.stored_model import StoredTensor
from tabfit.units import KIB, MIB, Bytes

FORM = "safetensors"
INDEX_FORM = "safetensors index"
LONGEST_HEADER = 16 * MIB  # the format's own bound, 100 MB, is far above any file's
LONGEST_INDEX = 32 * MIB  # Kimi K2's, the longest known, is about 14 MB
AHEAD = 48 * KIB  # read at once, in all files of a model together
MOST_SHARDS = 1024
MOST_VALUES = 4096  # of metadata; trainers write some 60
LONGEST_VALUE = 256  # of metadata that is kept

_SPACE = rb"[ \t\n\r]*+"
_STRING = rb'"((?:[^"\\\x00-\x1f]++|\\["\\/bfnrtu])*+)"'
_KEY = re.compile(_SPACE + _STRING + _SPACE + rb":" + _SPACE)
_PLAIN = re.compile(  # an entry as every common writer writes it
    rb'\{"dtype": ?"([A-Z0-9_]++)", ?"shape": ?\[([0-9, ]*+)\], ?'
    rb'"data_offsets": ?\[([0-9]{1,18}), ?([0-9]{1,18})\]\}'
)
_OBJECT = re.compile(rb'\{(?:[^{}"]++|"(?:[^"\\]++|\\.)*+")*+\}')
_TEXT = re.compile(_STRING)
_NEXT = re.compile(_SPACE + rb"([,}])")
_OPEN = re.compile(_SPACE + rb"\{")
_NOTHING = re.compile(_SPACE + rb"\}")
_DECODER = json.JSONDecoder(object_pairs_hook=list)
_LONGEST_ENTRY = 4096
_KEYS = {"dtype", "shape", "data_offsets"}
_Entry = tuple[str, tuple[int, ...], tuple[int, int]]


def read_header(size: int | None = None, *, ahead: int = AHEAD) -> Reading[Header]:
    """Return a reading of the header of one file of `size` bytes."""
    window = Window(FORM, size, step=ahead, most=8 + LONGEST_HEADER + ahead)
    (length,) = unpack_from("<Q", (yield from window.take(8)))
    if length > LONGEST_HEADER or (size is not None and length > size - 8):
        raise UnreadableHeader(FORM, _too_long(length, size))
    window.step = 0
    text = yield from window.take(length)
    end = None if window.size is None else window.size - 8 - length
    return _header(text, end, Bytes(window.bytes_read))


def _too_long(length: int, size: int | None) -> Message:
    if size is not None and length > size - 8:
        return Message("it claims {length:,} bytes in a file of {size:,}", length=length, size=size)
    return Message(
        "it claims {length:,} bytes; at most {most:,} are read", length=length, most=LONGEST_HEADER
    )


def _header(text: bytes, end: int | None, bytes_read: Bytes) -> Header:
    _check_utf8(FORM, text)
    tensors: dict[str, StoredTensor] = {}
    ranges: list[tuple[int, int, str]] = []
    metadata: Mapping[str, Value] | None = None
    for name, value in _entries(FORM, text, _OBJECT):
        if name == "__metadata__" and metadata is None:
            metadata = _metadata(value)
            continue
        if name in tensors or name == "__metadata__":
            raise UnreadableHeader(FORM, Message("{name} is there twice", name=Quoted(name)))
        tensors[name], begin, stop = _tensor(name, value)
        ranges.append((begin, stop, name))
        check_count(FORM, len(tensors))
    check_ranges(FORM, ranges, end)
    return Header(
        kind=FORM, tensors=tuple(tensors.values()), bytes_read=bytes_read, metadata=metadata or {}
    )


def _check_utf8(form: str, text: bytes) -> None:
    decoder = getincrementaldecoder("utf-8")()
    try:
        for begin in range(0, len(text), MIB):
            decoder.decode(text[begin : begin + MIB], final=begin + MIB >= len(text))
    except UnicodeDecodeError:
        raise UnreadableHeader(form, Message("it is not UTF-8")) from None


def _entries(
    form: str, text: bytes, value: re.Pattern[bytes], at: int = 0
) -> Iterator[tuple[str, bytes]]:
    """Yield each key of the object at `at` with the text of its value; nothing may follow it."""
    opening = _OPEN.match(text, at)
    if opening is None:
        raise UnreadableHeader(form, Message("it does not begin with {brace}", brace=Quoted("{")))
    closing = _NOTHING.match(text, opening.end())
    place = closing.end() if closing else opening.end()
    while not closing:
        key = _KEY.match(text, place)
        found = value.match(text, key.end()) if key else None
        after = _NEXT.match(text, found.end()) if found else None
        if not key or not found or not after:
            raise UnreadableHeader(
                form, Message("the JSON breaks off near byte {place:,}", place=place)
            )
        yield _name(form, key[1]), found[0]
        place = after.end()
        closing = after if after[1] == b"}" else None
    if text[place:].strip(b" \t\n\r\x00"):
        raise UnreadableHeader(
            form, Message("something follows its end at byte {place:,}", place=place)
        )


def _name(form: str, raw: bytes) -> str:
    if len(raw) > 6 * LONGEST_NAME:
        raise UnreadableHeader(
            form, Message("a name is longer than {most:,} bytes", most=LONGEST_NAME)
        )
    if b"\\" not in raw:
        name = raw.decode()
    else:
        try:
            name = json.loads(b'"' + raw + b'"')
        except ValueError:
            raise UnreadableHeader(
                form, Message("a name has an escape that JSON does not know")
            ) from None
    if len(name) > LONGEST_NAME:
        raise UnreadableHeader(
            form,
            Message("a name is longer than {most:,} characters", most=LONGEST_NAME),
        )
    return name


def _tensor(name: str, text: bytes) -> tuple[StoredTensor, int, int]:
    word, shape, offsets = _plain_entry(text) or _entry(name, text)
    kind = SAFETENSORS.get(word)
    if kind is None:
        known = ", ".join(SAFETENSORS)
        raise UnreadableHeader(
            FORM,
            Message(
                "{name} has the type {type}; known are: {known}",
                name=Quoted(name),
                type=Quoted(word),
                known=known,
            ),
        )
    begin, stop = offsets
    if (stop - begin) * kind.elements != count_elements(FORM, name, shape) * kind.size:
        raise UnreadableHeader(
            FORM,
            Message(
                "{name} fills {offsets}, which is not what its shape and type need",
                name=Quoted(name),
                offsets=Quoted(offsets),
            ),
        )
    return stored(name, shape, kind, stop - begin), begin, stop


def _plain_entry(text: bytes) -> _Entry | None:
    plain = _PLAIN.fullmatch(text, 0, _LONGEST_ENTRY)
    if plain is None or len(text) > _LONGEST_ENTRY:
        return None
    word, lengths, begin, stop = plain.groups()
    try:
        shape = tuple(map(int, lengths.split(b","))) if lengths else ()
    except ValueError:  # an empty place between two commas, or spaces alone
        return None
    return word.decode(), shape, (int(begin), int(stop))


def _entry(name: str, text: bytes) -> _Entry:
    """Return the three values of a tensor's entry; other keys are allowed and dropped.

    A shape is one list and so is the pair of offsets: more opening brackets
    mean nesting, which is refused before a parser recurses into it.
    """
    if len(text) > _LONGEST_ENTRY or text.count(b"[") > 8:
        raise UnreadableHeader(
            FORM, Message("the entry of {name} is too long or too deep", name=Quoted(name))
        )
    try:
        pairs = _DECODER.decode(text.decode())
    except ValueError:
        raise UnreadableHeader(
            FORM, Message("the entry of {name} is not JSON", name=Quoted(name))
        ) from None
    entry = dict(pairs)
    if len(entry) != len(pairs) or not entry.keys() >= _KEYS:
        raise UnreadableHeader(
            FORM,
            Message(
                "the entry of {name} does not have dtype, shape and data_offsets once each",
                name=Quoted(name),
            ),
        )
    word, offsets = entry["dtype"], _whole_numbers(name, entry["data_offsets"])
    if not isinstance(word, str) or len(offsets) != 2:
        raise UnreadableHeader(
            FORM, Message("{name} has no type, or not two offsets", name=Quoted(name))
        )
    return word, _whole_numbers(name, entry["shape"]), (offsets[0], offsets[1])


def _whole_numbers(name: str, value: object) -> tuple[int, ...]:
    if isinstance(value, list) and all(type(one) is int and 0 <= one < 2**63 for one in value):
        return tuple(value)
    raise UnreadableHeader(
        FORM,
        Message(
            "{name} has {value} where whole numbers belong", name=Quoted(name), value=Quoted(value)
        ),
    )


def _metadata(text: bytes) -> Mapping[str, Value]:
    """Return the short values of `__metadata__`; training logs kept there are passed over."""
    kept: dict[str, Value] = {}
    for count, (key, raw) in enumerate(_entries(FORM, text, _TEXT)):
        if count >= MOST_VALUES:
            raise UnreadableHeader(
                FORM,
                Message("its metadata has more than {most:,} values", most=MOST_VALUES),
            )
        if len(raw) <= LONGEST_VALUE:
            kept[key] = _name(FORM, raw[1:-1])
    return kept


def read_index(text: bytes) -> tuple[str, ...]:
    """Return the names of the shards that an index lists, sorted.

    Only the names of the files are kept: each shard's own header says better
    what lies in it.

    >>> read_index(b'{"weight_map": {"a": "1.safetensors", "b": "1.safetensors"}}')
    ('1.safetensors',)
    """
    if len(text) > LONGEST_INDEX:
        raise UnreadableHeader(
            INDEX_FORM, Message("it is longer than {most:,} bytes", most=LONGEST_INDEX)
        )
    _check_utf8(INDEX_FORM, text)
    shards: set[str] = set()
    for key, value in _entries(INDEX_FORM, text, _OBJECT):
        if key == "weight_map":
            shards.update(_shards(value))
    if not shards:
        raise UnreadableHeader(INDEX_FORM, Message("its weight_map names no file"))
    return tuple(sorted(shards))


def _shards(text: bytes) -> set[str]:
    found: set[str] = set()
    for count, (_, raw) in enumerate(_entries(INDEX_FORM, text, _TEXT), start=1):
        found.add(_name(INDEX_FORM, raw[1:-1]))
        if len(found) > MOST_SHARDS or count > 4 * MOST_TENSORS:
            raise UnreadableHeader(
                INDEX_FORM,
                Message("it names more than {most:,} files", most=MOST_SHARDS),
            )
    for name in found:
        if not name.endswith(".safetensors") or name.startswith("/") or ".." in name.split("/"):
            raise UnreadableHeader(
                INDEX_FORM, Message("{name} is not a file beside it", name=Quoted(name))
            )
    return found
