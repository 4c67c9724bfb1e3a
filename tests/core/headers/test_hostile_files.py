"""Headers made to harm: each is refused with the sentence that names what is wrong.

The bytes are written by hand here, because no honest package writes them.
"""

from __future__ import annotations

import contextlib
import json
import struct
import tracemalloc
from collections.abc import Iterator

import pytest

from tabfit.errors import UnreadableHeader
from tabfit.headers import Header, Span, drive, read, read_index
from tabfit.headers.gguf.gguf_header import read_header as read_gguf
from tabfit.headers.safetensors import read_header as read_safetensors
from tabfit.units import MIB


def read_bytes(name: str, data: bytes, size: int | None = None) -> Header:
    """Return the header of a file held in memory, which may lie about its size."""
    reading = read(name, len(data) if size is None else size)
    return drive(reading, lambda span: data[span.offset : span.offset + span.length])


def safetensors(text: str | bytes, *, after: int = 0, length: int | None = None) -> bytes:
    """Return a safetensors file with this text for a header."""
    raw = text.encode() if isinstance(text, str) else text
    return struct.pack("<Q", len(raw) if length is None else length) + raw + bytes(after)


def entry(name: str = "a", kind: str = "F32", shape: str = "[2]", offsets: str = "[0,8]") -> str:
    """Return the header of a safetensors file with one tensor."""
    return f'{{"{name}":{{"dtype":"{kind}","shape":{shape},"data_offsets":{offsets}}}}}'


SAFETENSORS = {
    "no bytes": (b"", "no bytes"),
    "seven bytes": (b"\x01" * 7, "ends after 7 bytes"),
    "beyond the file": (safetensors("{}", length=1000), "claims 1,000 bytes in a file of 10"),
    "sixteen exabytes": (safetensors("{}", length=2**64 - 1), "claims 18,446,744,073,709,551,615"),
    "empty": (safetensors(""), "does not begin with '{'"),
    "a list": (safetensors("[]"), "does not begin with '{'"),
    "not UTF-8": (safetensors(b'{"\xff\xfe":{}}'), "not UTF-8"),
    "broken off": (safetensors(entry()[:-2], after=8), "breaks off"),
    "something behind": (safetensors(entry() + "x", after=8), "follows its end"),
    "nested deeply": (safetensors('{"a":' + "[" * 100_000), "breaks off"),
    "nested in a shape": (safetensors(entry(shape="[" * 50 + "]" * 50), after=8), "too deep"),
    "the same key": (safetensors(entry()[:-1] + "," + entry()[1:], after=8), "'a' is there twice"),
    "the same key inside": (
        safetensors('{"a":{"dtype":"F32","dtype":"F16","shape":[],"data_offsets":[0,4]}}'),
        "once each",
    ),
    "the same key escaped": (
        safetensors(entry()[:-1] + "," + entry("\\u0061")[1:], after=8),
        "'a' is there twice",
    ),
    "no shape": (safetensors('{"a":{"dtype":"F32"}}'), "dtype, shape and data_offsets once each"),
    "an unknown type": (safetensors(entry(kind="F99"), after=8), "'F99'; known are: F64"),
    "a type that is no word": (safetensors(entry().replace('"F32"', "5"), after=8), "no type"),
    "too few bytes": (safetensors(entry(offsets="[0,7]"), after=8), "not what its shape"),
    "backwards": (safetensors(entry(offsets="[8,0]"), after=8), "not what its shape"),
    "half a byte": (safetensors(entry(kind="F4", shape="[3]", offsets="[0,1]")), "not what"),
    "beyond the data": (safetensors(entry(), after=7), "1 bytes beyond the end"),
    "negative offsets": (safetensors(entry(offsets="[-8,0]"), after=8), "whole numbers"),
    "fractions": (safetensors(entry(shape="[2.0]"), after=8), "whole numbers belong"),
    "true for a number": (safetensors(entry(shape="[true,2]"), after=8), "whole numbers belong"),
    "a product that overflows": (
        safetensors(entry(shape="[4294967296,4294967296,4294967296]"), after=8),
        "more than 2^63 elements",
    ),
    "an overflow hidden by a zero": (
        safetensors(entry(shape="[0,4294967296,4294967296]", offsets="[0,0]")),
        "more than 2^63 elements",
    ),
    "many tensors": (
        safetensors(
            "{" + ",".join(entry(str(i), "U8", "[0]", "[0,0]")[1:-1] for i in range(40_000)) + "}"
        ),
        "32,769 tensors; at most 32,768 are read",
    ),
    "many values": (
        safetensors(json.dumps({"__metadata__": {str(i): "" for i in range(5000)}})),
        "more than 4,096 values",
    ),
    "many dimensions": (
        safetensors(entry(shape="[" + "1," * 99 + "2]"), after=8),
        "100 dimensions; at most 32",
    ),
    "a number of a thousand digits": (
        safetensors(entry(shape=f"[{'9' * 1000}]"), after=8),
        "a dimension of a number of more than 30 digits",
    ),
    "overlapping": (
        safetensors(entry()[:-1] + "," + entry("b", offsets="[4,12]")[1:], after=12),
        "'b' lies over another tensor's bytes",
    ),
    "empty places in a shape": (safetensors(entry(shape="[1,,2]"), after=8), "is not JSON"),
    "a name of megabytes": (safetensors(entry("n" * 10_000), after=8), "longer than 1,024 bytes"),
    "a long name": (safetensors(entry("n" * 2000), after=8), "longer than 1,024"),
    "a wrong escape": (safetensors(entry("\\ud8zz"), after=8), "an escape that JSON does not know"),
}


@pytest.mark.parametrize("case", SAFETENSORS)
def test_a_hostile_safetensors_header_is_refused_by_name(case: str) -> None:
    """Each kind of damage is named."""
    data, sentence = SAFETENSORS[case]
    with pytest.raises(UnreadableHeader) as caught:
        read_bytes("m.safetensors", data)
    assert sentence in str(caught.value)


def test_names_that_are_markup_or_hold_nul_come_through_as_they_are() -> None:
    """A name is text: showing it safely is the page's part."""
    name = "<script>alert(1)</script>\u0000\u202e"
    header = read_bytes("m.safetensors", safetensors(entry(json.dumps(name)[1:-1]), after=8))
    assert header.tensors[0].name == name


def test_entries_in_another_order_with_other_keys_are_read() -> None:
    """Writers may order keys as they like, add spaces and add keys."""
    text = (
        '{ "a" : { "data_offsets" : [ 0 , 8 ] , "more" : 1 , "shape" : [ 2 ] , "dtype":"F32" } }  '
    )
    assert read_bytes("m.safetensors", safetensors(text, after=8)).parameters == 2


def test_metadata_too_long_to_keep_is_passed_over() -> None:
    """Training logs in the metadata are not kept, short values are."""
    text = json.dumps({"__metadata__": {"format": "pt", "log": "x" * 10_000}})
    assert read_bytes("m.safetensors", safetensors(text)).metadata == {"format": "pt"}


INDEXES = {
    "32 MiB": (b" " * (2**25 + 1), "longer than 33,554,432 bytes"),
    "no JSON": (b"oops", "does not begin"),
    "no map": (b'{"metadata": {}}', "names no file"),
    "a file elsewhere": (b'{"weight_map": {"a": "../../x.safetensors"}}', "not a file beside it"),
    "an absolute file": (b'{"weight_map": {"a": "/etc/x.safetensors"}}', "not a file beside it"),
    "another format": (b'{"weight_map": {"a": "pytorch_model.bin"}}', "not a file beside it"),
    "a number": (b'{"weight_map": {"a": 5}}', "breaks off"),
    "thousands of files": (
        json.dumps({"weight_map": {str(i): f"{i}.safetensors" for i in range(2000)}}).encode(),
        "more than 1,024 files",
    ),
}


@pytest.mark.parametrize("case", INDEXES)
def test_a_hostile_index_is_refused_by_name(case: str) -> None:
    """Each kind of damage is named."""
    data, sentence = INDEXES[case]
    with pytest.raises(UnreadableHeader) as caught:
        read_index(data)
    assert sentence in str(caught.value)


def text(raw: bytes | str) -> bytes:
    """Return a GGUF string."""
    data = raw.encode() if isinstance(raw, str) else raw
    return struct.pack("<Q", len(data)) + data


def pair(key: str, kind: int, value: bytes) -> bytes:
    """Return one key with its value."""
    return text(key) + struct.pack("<I", kind) + value


def described(
    name: bytes | str = "a", shape: tuple[int, ...] = (32,), kind: int = 0, offset: int = 0
) -> bytes:
    """Return how GGUF describes a tensor."""
    return text(name) + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, kind, offset)


def gguf(
    pairs: tuple[bytes, ...] = (),
    tensors: tuple[bytes, ...] = (),
    *,
    counts: tuple[int, int] | None = None,
    version: int = 3,
    after: int = 4096,
) -> bytes:
    """Return a GGUF file."""
    numbers = (len(tensors), len(pairs)) if counts is None else counts
    start = b"GGUF" + struct.pack("<IQQ", version, *numbers)
    return start + b"".join(pairs) + b"".join(tensors) + bytes(after)


def array(kind: int, count: int, items: bytes = b"") -> bytes:
    """Return an array value."""
    return struct.pack("<IQ", kind, count) + items


GGUF = {
    "no bytes": (b"", "no bytes"),
    "another file": (b"PK\x03\x04" + bytes(100), "does not begin with 'GGUF'"),
    "version 1": (gguf(version=1), "version 1 is not known; 2 and 3"),
    "version 2^24": (gguf(version=2**24), "version 1"),
    "a broken front": (gguf()[:20], "ends after 20 bytes"),
    "billions of tensors": (gguf(counts=(2**40, 0)), "1,099,511,627,776 tensors"),
    "billions of keys": (gguf(counts=(0, 2**63)), "keys; at most 4,096"),
    "a key of gigabytes": (
        gguf((struct.pack("<Q", 2**33),), after=2**17),
        "longer than 1,024 bytes",
    ),
    "a key that is not UTF-8": (gguf((text(b"\xff\xfe") + bytes(8),)), "not UTF-8"),
    "the same key": (gguf((pair("k", 0, b"\x01"),) * 2), "the key 'k' is there twice"),
    "the same list": (gguf((pair("k", 9, array(8, 0)),) * 2), "the key 'k' is there twice"),
    "an unknown value type": (gguf((pair("k", 13, b""),)), "unknown type 13"),
    "a string of gigabytes": (gguf((pair("k", 8, struct.pack("<Q", 2**34)),)), "beyond the file"),
    "a string of exabytes": (gguf((pair("k", 8, struct.pack("<Q", 2**64 - 1)),)), "beyond the"),
    "an array of billions": (gguf((pair("k", 9, array(4, 2**40)),)), "beyond the file's end"),
    "billions of strings": (gguf((pair("k", 9, array(8, 2**40)),)), "1,572,864 strings"),
    "a string beyond, in a list": (
        gguf((pair("k", 9, array(8, 2, struct.pack("<Q", 2**40))),)),
        "beyond the file's end",
    ),
    "strings that end": (gguf((pair("k", 9, array(8, 9999)),), after=64), "in the middle"),
    "arrays in arrays": (gguf((pair("k", 9, array(9, 1) * 9),)), "nests more than 4"),
    "billions of arrays": (gguf((pair("k", 9, array(9, 2**40)),)), "1,572,864 strings"),
    "many numbers in lists": (
        gguf(tuple(pair(f"k{i}", 9, array(0, 1024, bytes(1024))) for i in range(70))),
        "more than 65,536 numbers",
    ),
    "an alignment of three": (
        gguf((pair("general.alignment", 4, struct.pack("<I", 3)),), (described(),)),
        "its alignment, 3, is not a power of two",
    ),
    "an alignment of text": (
        gguf((pair("general.alignment", 8, text("32")),), (described(),)),
        "not a power of two",
    ),
    "five dimensions": (gguf((), (described(shape=(1,) * 5),)), "5 dimensions; 4 are allowed"),
    "billions of dimensions": (
        gguf((), (text("a") + struct.pack("<I", 2**32 - 1),)),
        "4,294,967,295 dimensions",
    ),
    "a product that overflows": (
        gguf((), (described(shape=(2**32, 2**32, 2**32)),)),
        "more than 2^63 elements",
    ),
    "a negative dimension": (gguf((), (described(shape=(2**64 - 1,)),)), "a dimension of 18446744"),
    "an unknown tensor type": (gguf((), (described(kind=99),)), "unknown type number 99; known"),
    "rows of half blocks": (gguf((), (described(shape=(100,), kind=12),)), "Q4_K blocks"),
    "a scalar of blocks": (gguf((), (described(shape=(), kind=12),)), "Q4_K blocks"),
    "the same name": (gguf((), (described(), described(offset=128))), "'a' is there twice"),
    "overlapping": (gguf((), (described(), described("b", offset=64))), "over another tensor's"),
    "not aligned": (gguf((), (described(offset=3),)), "begins at 3, not a multiple of 32"),
    "beyond the file": (gguf((), (described(offset=2**40),)), "beyond the end of the file"),
    "a file cut short": (gguf((), (described(shape=(9999,)),), after=64), "beyond the end"),
    "a name that is not UTF-8": (gguf((), (described(b"\xc3\x28"),)), "not UTF-8"),
}


@pytest.mark.parametrize("case", GGUF)
def test_a_hostile_gguf_header_is_refused_by_name(case: str) -> None:
    """Each kind of damage is named."""
    data, sentence = GGUF[case]
    with pytest.raises(UnreadableHeader) as caught:
        read_bytes("m.gguf", data)
    assert sentence in str(caught.value)


def varint(number: int) -> bytes:
    """Return a number as protocol buffers write it."""
    parts = []
    while number >= 0x80:
        parts.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*parts, number])


def message(number: int, value: bytes | int) -> bytes:
    """Return one field: a number, or bytes with their length."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def weight(
    name: bytes = b"a", dims: tuple[int, ...] = (2,), kind: int = 1, raw: bytes | None = bytes(8)
) -> bytes:
    """Return an initialiser."""
    parts = [*(message(1, n) for n in dims), message(2, kind), message(8, name)]
    return b"".join(parts) + (b"" if raw is None else message(9, raw))


def onnx(*weights: bytes) -> bytes:
    """Return a model whose graph has these initialisers."""
    return message(1, 8) + message(7, b"".join(message(5, one) for one in weights))


def branch(inside: bytes, depth: int) -> bytes:
    """Return a graph in an `If` in a graph, so many deep."""
    for _ in range(depth):
        attribute = message(6, inside) + message(20, 5)
        inside = message(1, message(4, b"If") + message(5, attribute))
    return inside


def elsewhere(**entries: str) -> bytes:
    """Return an initialiser kept in another file."""
    places = (message(1, k.encode()) + message(2, v.encode()) for k, v in entries.items())
    return weight(raw=None) + b"".join(message(13, place) for place in places) + message(14, 1)


ONNX = {
    "no bytes": (b"", "the file is empty"),
    "no graph": (message(1, 8), "holds no graph"),
    "text": (b"<!DOCTYPE html><html></html>", "a type that is not in use"),
    "field number 0": (b"\x00\x00\x00", "a field has no number"),
    "a group": (b"\x0b\x0c", "a type that is not in use"),
    "a number of eleven bytes": (b"\x08" + b"\xff" * 11, "longer than ten bytes"),
    "a number cut off": (b"\x08\xff", "cut off"),
    "a field of gigabytes": (varint(7 << 3 | 2) + varint(2**40), "longer than what it lies in"),
    "a field of exabytes": (varint(7 << 3 | 2) + b"\xff" * 9 + b"\x01", "longer than what it"),
    "a tensor longer than its graph": (message(7, b"\x2a\x7f\x08\x01"), "longer than what it"),
    "graphs in graphs": (message(7, branch(b"", 40)), "more than 16 deep"),
    "millions of fields": (message(7, b"\x08\x01" * 500_000), "more than 300,000 fields"),
    "an unknown type": (onnx(weight(kind=99)), "unknown type number 99; known are: 1 (F32)"),
    "no type": (onnx(weight(kind=0)), "unknown type number 0"),
    "a shape larger than its bytes": (onnx(weight(dims=(3,))), "not what its shape and type need"),
    "no bytes at all": (onnx(weight(raw=None)), "not what its shape and type need"),
    "a product that overflows": (onnx(weight(dims=(2**32,) * 3)), "more than 2^63 elements"),
    "a negative dimension": (onnx(weight(dims=(2**64 - 1,))), "a dimension of 18446744"),
    "many dimensions": (onnx(weight(dims=(1,) * 40)), "40 dimensions; at most 32"),
    "thousands of dimensions": (onnx(weight(dims=(1,) * 4000)), "4,000 dimensions; at most 32"),
    "thousands of packed dimensions": (
        onnx(message(1, b"\x01" * 4000) + message(2, 1) + message(8, b"a")),
        "4,000 dimensions; at most 32",
    ),
    "gigabytes of packed dimensions": (
        onnx(message(1, b"\x01" * 100_000)),
        "a name or shape of 100,000 bytes is too long",
    ),
    "packed dimensions cut off": (onnx(message(1, b"\x01\xff") + message(2, 1)), "run over"),
    "the same name": (onnx(weight(), weight()), "the initialiser 'a' is there twice"),
    "a long name": (onnx(weight(b"n" * 2000)), "longer than 1,024 bytes"),
    "a name of gigabytes": (onnx(weight(b"n" * 70_000)), "of 70,000 bytes is too long"),
    "a name that is not UTF-8": (onnx(weight(b"\xc3\x28")), "not UTF-8"),
    "bytes elsewhere, nowhere": (onnx(elsewhere(length="8")), "not what its shape"),
    "bytes elsewhere, too few": (onnx(elsewhere(location="x", length="7")), "not what its shape"),
    "bytes in many places": (
        onnx(elsewhere(**{f"k{i}": "v" for i in range(300)})),
        "lies in too many places",
    ),
}


@pytest.mark.parametrize("case", ONNX)
def test_a_hostile_onnx_header_is_refused_by_name(case: str) -> None:
    """Each kind of damage is named."""
    data, sentence = ONNX[case]
    with pytest.raises(UnreadableHeader) as caught:
        read_bytes("m.onnx", data)
    assert sentence in str(caught.value)


def test_bytes_in_another_file_are_named_as_written() -> None:
    """A path that climbs out is only a name here: nothing is opened by it."""
    header = read_bytes("m.onnx", onnx(elsewhere(location="../../etc/passwd", length="8")))
    assert header.outside == {"../../etc/passwd": 8}


def test_a_name_without_a_reader_is_refused() -> None:
    """A file of another kind is refused with the endings that are read."""
    with pytest.raises(UnreadableHeader, match=r"\.safetensors, \.gguf, \.onnx"):
        read_bytes("model.bin", b"")


def bombs() -> Iterator[tuple[str, str, bytes]]:
    """Yield inputs as heavy as the limits allow."""
    zero = entry(shape="[0]", offsets="[0,0]")[1:-1].encode()
    most = b",".join(zero.replace(b'"a"', b'"%d"' % i, 1) for i in range(32_768))
    yield "safetensors, 32,768 tensors", "m.safetensors", safetensors(b"{" + most + b"}")
    yield "safetensors, a name of 16 MiB", "m.safetensors", safetensors(entry("n" * 2**24)[: 2**24])
    deep = b'{"a":{"b":[' + b"[" * (2**24 - 100)
    yield "safetensors, 16 MiB of brackets", "m.safetensors", safetensors(deep)
    log = json.dumps({"__metadata__": {f"k{i}": "\U0001f600" * 20 for i in range(4096)}})
    yield "safetensors, 4,096 values", "m.safetensors", safetensors(log)
    keys = tuple(pair(f"k{i}", 8, text("x" * 256)) for i in range(4096))
    yield "GGUF, 4,096 keys", "m.gguf", gguf(keys)
    names = tuple(described("n" * 1000 + str(i), shape=(0,)) for i in range(32_768))
    yield "GGUF, 32,768 tensors with long names", "m.gguf", gguf((), names)
    few = b"".join(message(5, weight(b"%d" % i)) for i in range(32_768))
    yield "ONNX, 32,768 tensors", "m.onnx", message(7, few)
    yield "ONNX, 60 MiB of text", "m.onnx", message(6, bytes(60 * MIB)) + onnx(weight())


@pytest.mark.parametrize(("name", "data"), [pytest.param(n, d, id=i) for i, n, d in bombs()])
def test_the_heaviest_input_takes_less_than_64_mebibytes(name: str, data: bytes) -> None:
    """Memory beyond the input stays within what the readers state, read or refused."""
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        with contextlib.suppress(UnreadableHeader):
            read_bytes(name, data)
        assert tracemalloc.get_traced_memory()[1] - before < 64 * MIB
    finally:
        tracemalloc.stop()


def test_a_reader_never_asks_beyond_the_file_or_for_nothing() -> None:
    """Every span lies within the size that was told and has a length."""
    asked: list[Span] = []
    data = gguf((pair("k", 8, text("x" * 5000)),), (described(),))

    def fetch(span: Span) -> bytes:
        asked.append(span)
        return data[span.offset : span.offset + span.length]

    drive(read("m.gguf", len(data)), fetch)
    assert all(span.length and span.offset + span.length <= len(data) for span in asked)


def test_a_header_of_unknown_size_is_bounded_all_the_same() -> None:
    """Where nobody says how long a file is, the readers' own limits hold."""
    endless = safetensors("{}", length=2**40)
    with pytest.raises(UnreadableHeader, match="at most 16,777,216 are read"):
        drive(read_safetensors(), lambda span: endless[span.offset : span.offset + span.length])
    far = gguf((pair("k", 8, struct.pack("<Q", 2**60)),))
    with pytest.raises(UnreadableHeader, match="a value claims 1,152,921,504,606,846,976 bytes"):
        drive(read_gguf(), lambda span: far[span.offset : span.offset + span.length])


def test_no_reader_reads_on_for_ever() -> None:
    """A header that goes on and on is given up at 64 MiB."""
    nodes = message(1, bytes(60_000))
    size = 2**40
    front = varint(7 << 3 | 2) + varint(size - 10)

    def fetch(span: Span) -> bytes:
        turn = (span.offset - len(front)) % len(nodes) if span.offset else 0
        text = (front if not span.offset else b"") + nodes[turn:] + nodes * 2
        return (text + nodes * (span.length // len(nodes)))[: span.length]

    with pytest.raises(UnreadableHeader, match="longer than 67,108,864 bytes"):
        drive(read("m.onnx", size), fetch)
