"""The weights of LiteRT's files: .tflite, and the .task and .litertlm that hold several.

In: ranges of the file. Out: a `Header` with every tensor that has bytes of its own; what
several graphs share is counted once. A .task is a ZIP whose entries lie uncompressed, or a
.tflite by another name; a .litertlm begins with a list of its sections. Tensors whose bytes lie
in a section of their own (`TFLiteWeights`) are listed with the bytes that their type needs.

Budget: that of `flatbuffers`; 32,768 tensors, 256 graphs, 256 entries of a ZIP.
Sources: schema.fbs of LiteRT 2.3; litertlm_header_schema.fbs of LiteRT-LM 0.18;
APPNOTE.TXT 6.3.10, 4.3 of ZIP.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tabfit.errors import Quoted, UnreadableHeader
from tabfit.headers.encodings.byte_spans import Reading
from tabfit.headers.encodings.flatbuffers import Pages, Table, table_at
from tabfit.headers.encodings.number_types import STRING, TFLITE, packed_size
from tabfit.headers.header import (
    LONGEST_NAME,
    Header,
    check_count,
    count_elements,
    read_name,
    stored,
)
from tabfit.i18n.language import Message
from tabfit.light_dataclass import dataclass
from tabfit.recipes.stored_model import StoredTensor
from tabfit.units import KIB, Bytes

FORM = "LiteRT"
MAGIC, MAGIC_AT = b"TFL3", 4
MOST_PARTS = 256
# Fields of the tables, by their number in the schema.
_SUBGRAPHS, _BUFFERS = 2, 4
_TENSORS = 0
_SHAPE, _TYPE, _BUFFER, _NAME, _EXTERNAL = 0, 1, 2, 3, 10
_DATA, _FAR_OFFSET, _FAR_SIZE = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Graph:
    """Where a .tflite lies in a file, and what its tensors' names begin with."""

    begin: int
    end: int
    name: str = ""


def read_header(kind: str, size: int) -> Reading[Header]:
    """Return a reading of the header of one file of `size` bytes; `kind` is its ending."""
    pages = Pages(FORM, size)
    if size < MAGIC_AT + len(MAGIC):
        raise UnreadableHeader(FORM, Message("the file is empty"))
    first = yield from pages.take(0, MAGIC_AT + len(MAGIC))
    if first[MAGIC_AT:] == MAGIC:
        graphs: Sequence[Graph] = (Graph(0, size),)
    elif first == LITERTLM:
        graphs = yield from _sections(pages)
    elif first.startswith(ZIP_ENTRY):
        graphs = yield from _zipped(pages)
    else:
        raise UnreadableHeader(
            FORM,
            Message("it is none: a .{kind} begins otherwise", kind=kind),
        )
    if not graphs:
        raise UnreadableHeader(FORM, Message("it holds no graph"))
    tensors: list[StoredTensor] = []
    for number, graph in enumerate(graphs):
        start = f"{graph.name or number}/" if len(graphs) > 1 else ""
        tensors += yield from _read_graph(pages.part(graph.begin, graph.end), start)
        check_count(FORM, len(tensors))
    return Header(kind=kind, tensors=tuple(tensors), bytes_read=Bytes(pages.bytes_read))


def _read_graph(pages: Pages, start: str) -> Reading[Sequence[StoredTensor]]:
    """Return the tensors of one .tflite that have bytes, each buffer once."""
    if (yield from pages.take(MAGIC_AT, len(MAGIC))) != MAGIC:
        raise pages.fault(Message("a graph in it is no .tflite"))
    model = yield from table_at(pages, 0)
    sizes = []
    for buffer in (yield from model.tables(_BUFFERS)):
        sizes.append((yield from _size_of(pages, buffer)))  # noqa: PERF401 - it asks for bytes
    found: dict[int, StoredTensor] = {}
    outside: list[StoredTensor] = []
    for graph in (yield from model.tables(_SUBGRAPHS)):
        for tensor in (yield from graph.tables(_TENSORS)):
            number = yield from tensor.number(_BUFFER, 4)
            if number >= len(sizes):
                raise pages.fault(Message("a tensor lies in a buffer that is not there"))
            if _EXTERNAL in tensor.fields and (yield from tensor.number(_EXTERNAL, 4)):
                outside.append((yield from _read_tensor(pages, tensor, start, None)))
            elif sizes[number] and number not in found:
                found[number] = yield from _read_tensor(pages, tensor, start, sizes[number])
    return (*found.values(), *outside)


def _size_of(pages: Pages, buffer: Table) -> Reading[int]:
    """Return a buffer's bytes: beside its table, or behind all tables in files over 2 GiB."""
    near = yield from buffer.length(_DATA)
    size = near or (yield from buffer.number(_FAR_SIZE, 8))
    if size > pages.size:
        raise pages.fault(Message("a buffer of {size:,} bytes is larger than it", size=size))
    return size


def _read_tensor(
    pages: Pages, tensor: Table, start: str, size: int | None
) -> Reading[StoredTensor]:
    name = start + read_name(FORM, (yield from tensor.text(_NAME, LONGEST_NAME)))
    shape = yield from tensor.numbers(_SHAPE)
    number = yield from tensor.number(_TYPE, 1)
    kind = TFLITE.get(number)
    if kind is None:
        raise pages.fault(
            Message(
                "{name} has the unknown type number {number}; known are: {known}",
                name=Quoted(name),
                number=number,
                known=", ".join(f"{each} ({one.name})" for each, one in TFLITE.items()),
            )
        )
    elements = count_elements(FORM, name, shape)
    needed = packed_size(kind, elements)
    if size is not None and kind is not STRING and size > needed:
        raise pages.fault(
            Message("the data of {name} is not what its shape and type need", name=Quoted(name))
        )
    return stored(name, shape, kind, needed if size is None else size)


# .litertlm

LITERTLM = b"LITERTLM"
_HEADER_END_AT, _TABLES_AT = 24, 32
_SECTION_METADATA, _OBJECTS = 1, 0
_BEGIN, _END, _DATA_TYPE = 1, 2, 3
_TFLITE_MODEL = 3


def _sections(pages: Pages) -> Reading[Sequence[Graph]]:
    """Return the graphs that a .litertlm lists."""
    end = yield from pages.number(_HEADER_END_AT, 8)
    if not _TABLES_AT < end <= pages.size:
        raise pages.fault(Message("its list of sections ends at byte {end:,}", end=end))
    root = yield from table_at(pages, _TABLES_AT)
    listed = yield from root.inner(_SECTION_METADATA)
    objects = (yield from listed.tables(_OBJECTS)) if listed is not None else ()
    graphs = []
    for section in objects[:MOST_PARTS]:
        begin = yield from section.number(_BEGIN, 8)
        stop = yield from section.number(_END, 8)
        if (yield from section.number(_DATA_TYPE, 1)) != _TFLITE_MODEL:
            continue
        if not begin < stop <= pages.size:
            raise pages.fault(Message("a section of it ends at byte {end:,}", end=stop))
        graphs.append(Graph(begin, stop))
    return graphs


# .task

ZIP_ENTRY, ZIP_END = b"PK\x03\x04", b"PK\x05\x06"
_LONGEST_TAIL = 66 * KIB
_TAIL, _LISTED, _LOCAL = 22, 46, 30


def _zipped(pages: Pages) -> Reading[Sequence[Graph]]:
    """Return the graphs of a ZIP, which must lie in it as they are."""
    tail = min(pages.size, _LONGEST_TAIL)
    raw = yield from pages.take(pages.size - tail, tail)
    at = raw.rfind(ZIP_END)
    if at < 0 or at + _TAIL > len(raw):
        raise pages.fault(Message("its list of files is missing"))
    count = int.from_bytes(raw[at + 10 : at + 12], "little")
    length, place = (int.from_bytes(raw[at + n : at + n + 4], "little") for n in (12, 16))
    listing = yield from pages.take(place, min(length, _LONGEST_TAIL))
    graphs = []
    for entry in _entries(listing, min(count, MOST_PARTS)):
        graph = yield from _entry_graph(pages, *entry)
        if graph is not None:
            graphs.append(graph)
    return graphs


def _entries(listing: bytes, count: int) -> Iterator[tuple[str, int, int, int]]:
    """Yield each file's name, how it is compressed, its bytes and where it begins."""
    at = 0
    for _number in range(count):
        row = listing[at : at + _LISTED]
        if len(row) < _LISTED:
            return
        method = int.from_bytes(row[10:12], "little")
        size, begin = (int.from_bytes(row[n : n + 4], "little") for n in (20, 42))
        lengths = [int.from_bytes(row[n : n + 2], "little") for n in (28, 30, 32)]
        name = listing[at + _LISTED : at + _LISTED + lengths[0]].decode(errors="replace")
        yield name, method, size, begin
        at += _LISTED + sum(lengths)


def _entry_graph(
    pages: Pages, name: str, method: int, size: int, begin: int
) -> Reading[Graph | None]:
    """Return a file of a ZIP as a graph, None where it is none or lies compressed."""
    local = yield from pages.take(begin, _LOCAL)
    lengths = (int.from_bytes(local[n : n + 2], "little") for n in (26, 28))
    at = begin + _LOCAL + sum(lengths)
    if method or size < MAGIC_AT + len(MAGIC) or at + size > pages.size:
        return None
    if (yield from pages.take(at + MAGIC_AT, len(MAGIC))) != MAGIC:
        return None
    return Graph(at, at + size, name[:LONGEST_NAME])
