"""Protocol buffers, field by field, over a window that stays small.

In: ranges of a file. Out: each field's number, wire type and place; what lies
in it is read only when asked for, so a tensor's bytes are passed over.

Nothing here recurses by itself: a caller that walks into a field counts how
deep it went. Every field costs one unit of a budget that bounds the time.
Source: https://protobuf.dev/programming-guides/encoding/
"""

from __future__ import annotations

from typing import NamedTuple

from tabfit.errors import UnreadableHeader
from tabfit.headers.encodings.byte_spans import Reading, Window
from tabfit.i18n.language import Message
from tabfit.units import KIB

VARINT, EIGHT_BYTES, BYTES, FOUR_BYTES = 0, 1, 2, 5
MOST_FIELDS = 300_000  # eight for each of the most tensors; a node mostly takes one
_LONGEST_VARINT = 10
_LONGEST_TAG = 2 * _LONGEST_VARINT  # a tag and a length
FIRST_READING = KIB
_LEAST, _TAG, _MOST = 64, 16, 32 * KIB
_SCALAR = 32  # a tensor of so few bytes is as good as a part of the header
_LENGTHS = 1024  # different lengths of skips that are remembered


class Field(NamedTuple):
    """One field: `value` is the number of a varint, or how many bytes follow."""

    number: int
    wire: int
    value: int


class AdaptiveWindow(Window):
    """A window that asks for more while it reads on, and for little after a skip.

    Layers repeat: after a skip of so many bytes it asks for what was needed
    the last time that so many were skipped, and then doubles what it asks for.
    It never asks for more than a quarter of what may still be wasted, so that
    all waste together stays near `ahead` (once that is used up it asks for a
    few bytes at a time).
    """

    __slots__ = ("_asked", "_left", "_needed", "_next", "_skipped")

    def __init__(self, form: str, size: int, ahead: int) -> None:
        """Begin before the first byte of a file of `size` bytes; `ahead` may be wasted."""
        super().__init__(form, size, step=FIRST_READING)
        self._needed: dict[int, int] = {}
        self._next, self._skipped, self._asked, self._left = FIRST_READING, 0, 0, ahead

    def more(self, count: int) -> Reading[None]:
        """Ask until the next `count` bytes are in the buffer."""
        if self.short_of(count):
            self.step = min(self._next, max(_TAG, self._left // 4))
            self._next = min(max(_LEAST, 2 * self._asked), _MOST)
            read = self.bytes_read
            yield from super().more(count)
            self._asked += self.bytes_read - read

    def skip(self, count: int, *, data: bool) -> None:
        """Move past bytes that nobody looks at; those of tensors, if read, were wasted."""
        left = len(self.buffer) - self.at
        self._left -= max(0, min(count, left)) if data and count > _SCALAR else 0
        if count > left and self._asked:
            if len(self._needed) < _LENGTHS:
                self._needed[self._skipped] = self._asked - left
            self._next, self._skipped, self._asked = self._needed.get(count, _LEAST), count, 0
        self.at += count


class FieldReader:
    """A walk through the fields of messages that lie within each other."""

    __slots__ = ("fields", "form", "window")

    def __init__(self, form: str, size: int, ahead: int) -> None:
        """Begin before the first field of a file of `size` bytes; `ahead` may be wasted."""
        self.form, self.window, self.fields = form, AdaptiveWindow(form, size, ahead), 0

    def fault(self, problem: Message) -> UnreadableHeader:
        """Return the error that says what is wrong near the place reached."""
        return UnreadableHeader(
            self.form,
            Message(
                "{problem} (near byte {position:,})", problem=problem, position=self.window.position
            ),
        )

    def next_field(self, end: int) -> Reading[Field]:
        """Return the next field of the message that ends at `end`, and stop before its bytes."""
        window = self.window
        while window.short_of(_LONGEST_TAG) and not self._tag_is_there(end):
            yield from window.more(max(0, len(window.buffer) - window.at) + 1)
        return self._field(end)

    def field_at_hand(self, end: int) -> Field | None:
        """Return the next field where the buffer surely holds its tag: the quick way."""
        return None if self.window.short_of(_LONGEST_TAG) else self._field(end)

    def _field(self, end: int) -> Field:
        self.fields += 1
        if self.fields > MOST_FIELDS:
            raise self.fault(Message("it has more than {most:,} fields", most=MOST_FIELDS))
        tag = self._varint()
        number, wire = tag >> 3, tag & 7
        if wire in (VARINT, BYTES):
            value = self._varint()
        elif wire in (FOUR_BYTES, EIGHT_BYTES):
            value = 4 if wire == FOUR_BYTES else 8
        else:
            raise self.fault(Message("a field has a type that is not in use"))
        if not number:
            raise self.fault(Message("a field has no number"))
        if self.window.position + (value if wire else 0) > end:
            raise self.fault(Message("a field is longer than what it lies in"))
        return Field(number, wire, value)

    def _tag_is_there(self, end: int) -> bool:
        """Return whether two whole numbers lie in the buffer, or all there is before `end`."""
        window = self.window
        if window.start + len(window.buffer) >= end:
            return window.at < len(window.buffer)
        return sum(byte < 0x80 for byte in window.buffer[window.at :]) >= 2

    def _varint(self) -> int:
        window = self.window
        buffer, at = window.buffer, window.at
        if at < len(buffer) and buffer[at] < 0x80:
            window.at = at + 1
            return buffer[at]
        value = shift = 0
        for byte in buffer[at : at + _LONGEST_VARINT]:
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                window.at = at + shift // 7
                return value & (2**64 - 1)
        raise self.fault(Message("a number is longer than ten bytes, or cut off"))

    def packed_varints(self, length: int) -> Reading[list[int]]:
        """Return the numbers packed into the next `length` bytes."""
        yield from self.window.more(length)
        end = self.window.at + length
        numbers = []
        while self.window.at < end:
            numbers.append(self._varint())
        if self.window.at != end:
            raise self.fault(Message("packed numbers run over their end"))
        return numbers

    def skip(self, field: Field, *, data: bool = False) -> None:
        """Move past a field's bytes, a tensor's `data` or not; those not yet there stay unread."""
        if field.wire != VARINT:
            self.window.skip(field.value, data=data)
