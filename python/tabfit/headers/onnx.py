"""The initialisers of an ONNX file: names, shapes, types, and where their bytes lie.

In: ranges of the file. Out: a `Header`. Tensors' bytes are passed over, those
in sub-graphs (`If`, `Loop`, `Scan`) included; tensors kept in other files are
listed with the files that hold them. Weights that a node holds itself (`Constant`, as in
Silero VAD and PaddleOCR's models) count as well, shapes and single numbers there do not.
Functions and training graphs are left out.

Budget: everything but the tensors plus 64 KiB is read, 64 MiB at most; 32,768
tensors, 300,000 fields, graphs 16 deep; some 30 MB of memory and one second on
a slow core.

Source: onnx.proto of onnx 1.23 (ModelProto, GraphProto, NodeProto, TensorProto).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from tabfit.errors import Quoted, UnreadableHeader
from tabfit.headers.encodings.byte_spans import Reading
from tabfit.headers.encodings.number_types import ONNX, STRING, packed_size
from tabfit.headers.encodings.protobuf import BYTES, VARINT, Field, FieldReader
from tabfit.headers.header import Header, Value, check_count, count_elements, read_name, stored
from tabfit.i18n.language import Message
from tabfit.recipes.stored_model import StoredTensor
from tabfit.storage.storage_type import StorageType
from tabfit.units import KIB, Bytes

FORM = "ONNX"
KIND = "onnx"
AHEAD = 48 * KIB  # bytes of tensors that may be read by mistake, in all files together
MOST_DEPTH = 16  # graphs within graphs
_LONGEST_NODE = 64 * KIB  # a longer one holds a constant and is walked, not looked through
_LONGEST_KEPT = 256
#: A constant of more numbers than this is a weight, no shape; a shorter node holds none.
MOST_IN_A_SHAPE, _SHORTEST_WITH_WEIGHTS = 16, 80
# AttributeProto.type, the field every attribute ends with: GRAPH and GRAPHS; TENSOR.
_HOLDS_GRAPH = (b"\xa0\x01\x05", b"\xa0\x01\x0a")
_HOLDS_TENSOR = b"\xa0\x01\x04"
_MODEL = {2: "producer_name", 3: "producer_version"}
_GRAPH_IN_MODEL = 7
_NODE, _INITIALIZER, _SPARSE_INITIALIZER = 1, 5, 15
_ATTRIBUTE_IN_NODE = 5
_TENSOR_IN_ATTRIBUTE = 5
_GRAPHS_IN_ATTRIBUTE = {6, 11}
_VALUES, _INDICES = 1, 2
_DIMS, _TYPE, _STRINGS, _NAME, _RAW, _EXTERNAL, _LOCATION = 1, 2, 6, 8, 9, 13, 14
_TYPED = {4: 4, 5: 1, 7: 1, 10: 8, 11: 1}  # lists of numbers: the least bytes that one takes
_LOOKED_INTO = {_DIMS, _NAME, _EXTERNAL}
_DATA = {_STRINGS, _RAW, *_TYPED}
_ELSEWHERE = 1


@dataclass(slots=True)
class _Draft:
    """What has been read of one tensor so far."""

    name: str = ""
    dims: list[int] = field(default_factory=list)
    number: int = 0
    raw: int | None = None
    typed: int = 0
    strings: int = 0
    entries: dict[str, str] = field(default_factory=dict)
    elsewhere: bool = False


@dataclass(slots=True)
class _OnnxFields:
    """What has been read of one file so far."""

    walk: FieldReader
    tensors: list[StoredTensor] = field(default_factory=list)
    outside: dict[str, Bytes] = field(default_factory=dict)
    metadata: dict[str, Value] = field(default_factory=dict)
    graphs: int = 0


def read_header(size: int, *, ahead: int = AHEAD) -> Reading[Header]:
    """Return a reading of the header of one file of `size` bytes."""
    found = _OnnxFields(FieldReader(FORM, size, ahead))
    if not size:
        raise UnreadableHeader(FORM, Message("the file is empty"))
    while found.walk.window.position < size:
        field = yield from found.walk.next_field(size)
        if field.number == _GRAPH_IN_MODEL and field.wire == BYTES:
            yield from _read_graph(found, field.value, depth=1)
        elif field.number in _MODEL and field.wire == BYTES and field.value <= _LONGEST_KEPT:
            text = yield from found.walk.window.take(field.value)
            found.metadata[_MODEL[field.number]] = text.decode(errors="replace")
        else:
            found.walk.skip(field)
    if not found.graphs:
        raise UnreadableHeader(FORM, Message("it holds no graph"))
    return Header(
        kind=KIND,
        tensors=tuple(found.tensors),
        bytes_read=Bytes(found.walk.window.bytes_read),
        metadata=found.metadata,
        outside=found.outside,
    )


def _read_graph(found: _OnnxFields, length: int, depth: int) -> Reading[None]:
    if depth > MOST_DEPTH:
        raise found.walk.fault(
            Message("graphs lie more than {most} deep in each other", most=MOST_DEPTH)
        )
    found.graphs += 1
    names: set[str] = set()
    end = found.walk.window.position + length
    while found.walk.window.position < end:
        field = found.walk.field_at_hand(end) or (yield from found.walk.next_field(end))
        if field.wire != BYTES:
            found.walk.skip(field)
        elif field.number == _INITIALIZER:
            yield from _read_tensor(found, field.value, names)
        elif field.number == _NODE:
            yield from _read_node(found, field, depth)
        elif field.number == _SPARSE_INITIALIZER:
            yield from _read_sparse(found, field.value, names)
        else:
            found.walk.skip(field)


def _read_node(found: _OnnxFields, node: Field, depth: int) -> Reading[None]:
    """Walk into a node only where it may hold a graph or weights: nearly none does."""
    window = found.walk.window
    if node.value <= _LONGEST_NODE:
        yield from window.more(node.value)
        text = window.buffer[window.at : window.at + node.value]
        weights = node.value > _SHORTEST_WITH_WEIGHTS and _HOLDS_TENSOR in text
        if not weights and not any(mark in text for mark in _HOLDS_GRAPH):
            window.at += node.value
            return
    end = window.position + node.value
    while window.position < end:
        field = found.walk.field_at_hand(end) or (yield from found.walk.next_field(end))
        if field.number == _ATTRIBUTE_IN_NODE and field.wire == BYTES:
            yield from _read_attribute(found, field.value, depth)
        else:
            found.walk.skip(field)


def _read_attribute(found: _OnnxFields, length: int, depth: int) -> Reading[None]:
    end = found.walk.window.position + length
    while found.walk.window.position < end:
        field = found.walk.field_at_hand(end) or (yield from found.walk.next_field(end))
        if field.number in _GRAPHS_IN_ATTRIBUTE and field.wire == BYTES:
            yield from _read_graph(found, field.value, depth + 1)
        elif field.number == _TENSOR_IN_ATTRIBUTE and field.wire == BYTES:
            yield from _read_constant(found, field.value)
        else:
            found.walk.skip(field)


def _read_constant(found: _OnnxFields, length: int) -> Reading[None]:
    """Read what a node holds itself; kept is what is more than a shape."""
    draft = yield from _read_draft(found, length)
    tensor = _tensor(found.walk, draft)
    if count_elements(FORM, draft.name, draft.dims) > MOST_IN_A_SHAPE:
        _keep(found, draft, tensor)


def _read_sparse(found: _OnnxFields, length: int, names: set[str]) -> Reading[None]:
    """Read a sparse initialiser as the two dense tensors it consists of."""
    end = found.walk.window.position + length
    while found.walk.window.position < end:
        field = found.walk.field_at_hand(end) or (yield from found.walk.next_field(end))
        if field.number in {_VALUES, _INDICES} and field.wire == BYTES:
            yield from _read_tensor(found, field.value, names)
        else:
            found.walk.skip(field)


def _read_draft(found: _OnnxFields, length: int) -> Reading[_Draft]:
    draft = _Draft()
    end = found.walk.window.position + length
    while found.walk.window.position < end:
        field = found.walk.field_at_hand(end) or (yield from found.walk.next_field(end))
        if field.wire == BYTES and field.number in _LOOKED_INTO:
            yield from _read_part(found.walk, draft, field)
        else:
            _note(draft, field)
            found.walk.skip(field, data=field.number in _DATA)
    return draft


def _read_tensor(found: _OnnxFields, length: int, names: set[str]) -> Reading[None]:
    draft = yield from _read_draft(found, length)
    if draft.name in names and draft.name:
        raise found.walk.fault(
            Message("the initialiser {name} is there twice", name=Quoted(draft.name))
        )
    names.add(draft.name)
    _keep(found, draft, _tensor(found.walk, draft))


def _keep(found: _OnnxFields, draft: _Draft, tensor: StoredTensor) -> None:
    found.tensors.append(tensor)
    check_count(FORM, len(found.tensors))
    if draft.elsewhere:
        place = draft.entries.get("location", "")
        found.outside[place] = Bytes(found.outside.get(place, 0) + tensor.size)


def _read_part(walk: FieldReader, draft: _Draft, field: Field) -> Reading[None]:
    """Read what one field of a tensor says in words or a list."""
    if field.number == _NAME:
        raw = yield from walk.window.take(_bounded(walk, field.value))
        draft.name = read_name(FORM, raw)
    elif field.number == _DIMS:
        draft.dims += yield from walk.packed_varints(_bounded(walk, field.value))
    else:
        draft.elsewhere = True
        yield from _read_entry(walk, draft, field.value)


def _bounded(walk: FieldReader, length: int) -> int:
    if length > 2**16:
        raise walk.fault(Message("a name or shape of {length:,} bytes is too long", length=length))
    return length


def _note(draft: _Draft, field: Field) -> None:
    number, wire, value = field
    if number == _DIMS and wire == VARINT:
        draft.dims.append(value)
    elif number == _TYPE and wire == VARINT:
        draft.number = value
    elif number == _LOCATION and wire == VARINT:
        draft.elsewhere = value == _ELSEWHERE
    elif number == _RAW and wire == BYTES:
        draft.raw = value
    elif number == _STRINGS and wire == BYTES:
        draft.strings += value
    elif number in _TYPED:
        draft.typed += 1 if wire == VARINT else value


def _read_entry(walk: FieldReader, draft: _Draft, length: int) -> Reading[None]:
    """Read one key and value of where a tensor's bytes lie."""
    end = walk.window.position + length
    texts = {1: "", 2: ""}
    while walk.window.position < end:
        field = walk.field_at_hand(end) or (yield from walk.next_field(end))
        if field.number in texts and field.wire == BYTES:
            raw = yield from walk.window.take(_bounded(walk, field.value))
            texts[field.number] = read_name(FORM, raw)
        else:
            walk.skip(field)
    draft.entries[texts[1]] = texts[2]
    if len(draft.entries) > _LONGEST_KEPT:
        raise walk.fault(Message("a tensor lies in too many places"))


def _tensor(walk: FieldReader, draft: _Draft) -> StoredTensor:
    kind = ONNX.get(draft.number)
    if kind is None:
        known = ", ".join(f"{number} ({one.name})" for number, one in ONNX.items())
        raise walk.fault(
            Message(
                "{name} has the unknown type number {number}; known are: {known}",
                name=Quoted(draft.name),
                number=draft.number,
                known=known,
            )
        )
    elements = count_elements(FORM, draft.name, draft.dims)
    size = draft.strings if kind is STRING else packed_size(kind, elements)
    if not all(_agrees(draft, kind, elements, size)):
        raise walk.fault(
            Message(
                "the data of {name} is not what its shape and type need", name=Quoted(draft.name)
            )
        )
    return stored(draft.name, tuple(draft.dims), kind, size)


def _agrees(draft: _Draft, kind: StorageType, elements: int, size: int) -> Iterator[bool]:
    """Yield whether each statement about the bytes agrees with the shape."""
    if draft.elsewhere:
        said = draft.entries.get("length", "")
        yield not said or said == str(size)
        yield bool(draft.entries.get("location"))
    elif draft.raw is not None:
        yield draft.raw == size
    elif kind is not STRING:
        least = -(-elements // kind.elements)  # one number for each, or for the few packed in it
        yield draft.typed >= least and bool(draft.typed) == bool(elements)
