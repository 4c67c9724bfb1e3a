"""FlatBuffers, table by table, over pages of a file that are each asked for once.

In: ranges of a file. Out: where the fields of a table lie, and the numbers, texts and lists
there. Tables point forward to what they hold, anywhere in the file, so a reader jumps; the
bytes of tensors lie between and are passed over.

Budget: 64 MiB read in pages of 4 KiB. Source: https://flatbuffers.dev/internals/
"""

from __future__ import annotations

from collections.abc import Sequence

from tabfit.errors import UnreadableHeader
from tabfit.headers.encodings.byte_spans import LONGEST_READING, Reading, Span
from tabfit.i18n.language import Message
from tabfit.units import KIB

PAGE = 4 * KIB
MOST_ENTRIES = 2**20  # of a list of numbers or tables
_OFFSET = 4  # bytes of a forward offset, and of a list's length


class Pages:
    """The pages of one file that were read so far, or of a part that lies in it.

    Places are counted from the part's own beginning.
    """

    __slots__ = ("_begin", "_whole", "bytes_read", "form", "pages", "size")

    def __init__(self, form: str, size: int) -> None:
        """Begin with nothing read of a file of `size` bytes."""
        self.form, self.size, self.bytes_read = form, size, 0
        self.pages: dict[int, bytes] = {}
        self._whole, self._begin = self, 0

    def part(self, begin: int, end: int) -> Pages:
        """Return the stretch of the same file between two places."""
        inner = Pages(self.form, end - begin)
        inner._whole, inner._begin = self._whole, self._begin + begin
        return inner

    def fault(self, problem: Message) -> UnreadableHeader:
        """Return the error that says what is wrong."""
        return UnreadableHeader(self.form, problem)

    def take(self, at: int, length: int) -> Reading[bytes]:
        """Return so many bytes from a place, which must lie in the file or its part."""
        if at < 0 or at + length > self.size:
            raise self.fault(Message("it points to byte {at:,}, beyond its end", at=at))
        whole, begin = self._whole, self._begin + at
        first, last = begin // PAGE, (begin + max(length, 1) - 1) // PAGE
        for number in range(first, last + 1):
            if number not in whole.pages:
                yield from whole.ask(number)
        together = b"".join(whole.pages[number] for number in range(first, last + 1))
        return together[begin - first * PAGE : begin - first * PAGE + length]

    def ask(self, number: int) -> Reading[None]:
        """Read one page of the whole file."""
        length = min(PAGE, self.size - number * PAGE)
        if self.bytes_read + length > LONGEST_READING:
            raise self.fault(Message("it is longer than {most:,} bytes", most=LONGEST_READING))
        page = (yield Span(number * PAGE, length))[:length]
        if len(page) < length:
            end = number * PAGE + len(page)
            raise self.fault(
                Message("the file ends after {end:,} bytes, in the middle of it", end=end)
            )
        self.pages[number] = page
        self.bytes_read += length

    def number(self, at: int, length: int, *, signed: bool = False) -> Reading[int]:
        """Return the whole number of so many bytes at a place."""
        return int.from_bytes((yield from self.take(at, length)), "little", signed=signed)

    def follow(self, at: int) -> Reading[int]:
        """Return the place that a forward offset points to."""
        return at + (yield from self.number(at, _OFFSET))


class Table:
    """One table: `fields` are the places of those that are there, by number."""

    __slots__ = ("fields", "pages")

    def __init__(self, pages: Pages, fields: dict[int, int]) -> None:
        """Keep what `table_at` found."""
        self.pages, self.fields = pages, fields

    def number(self, field: int, length: int, otherwise: int = 0) -> Reading[int]:
        """Return a whole number, another where the field is left out."""
        at = self.fields.get(field)
        return otherwise if at is None else (yield from self.pages.number(at, length))

    def inner(self, field: int) -> Reading[Table | None]:
        """Return the table that a field points to, None where the field is left out."""
        at = self.fields.get(field)
        return None if at is None else (yield from table_at(self.pages, at))

    def length(self, field: int) -> Reading[int]:
        """Return how many entries a list has, 0 where the field is left out."""
        at = self.fields.get(field)
        if at is None:
            return 0
        return (yield from self.pages.number((yield from self.pages.follow(at)), _OFFSET))

    def _entries(self, field: int, width: int) -> Reading[tuple[int, int]]:
        """Return where a list begins and how many entries it has, all of them in the file."""
        count = yield from self.length(field)
        if not count:
            return 0, 0
        begin = (yield from self.pages.follow(self.fields[field])) + _OFFSET
        if count > MOST_ENTRIES or begin + count * width > self.pages.size:
            raise self.pages.fault(Message("a list of {count:,} entries is too long", count=count))
        return begin, count

    def tables(self, field: int) -> Reading[Sequence[Table]]:
        """Return the tables of a list."""
        begin, count = yield from self._entries(field, _OFFSET)
        found = []
        for number in range(count):
            one = yield from table_at(self.pages, begin + number * _OFFSET)
            found.append(one)
        return found

    def numbers(self, field: int) -> Reading[tuple[int, ...]]:
        """Return the signed 32-bit numbers of a list."""
        begin, count = yield from self._entries(field, 4)
        raw = (yield from self.pages.take(begin, 4 * count)) if count else b""
        return tuple(
            int.from_bytes(raw[at : at + 4], "little", signed=True) for at in range(0, len(raw), 4)
        )

    def text(self, field: int, most: int) -> Reading[bytes]:
        """Return a text's bytes, refused where there are more than `most`."""
        begin, count = yield from self._entries(field, 1)
        if count > most:
            raise self.pages.fault(
                Message("a name or shape of {length:,} bytes is too long", length=count)
            )
        return (yield from self.pages.take(begin, count)) if count else b""


def table_at(pages: Pages, at: int) -> Reading[Table]:
    """Return the table that the forward offset at a place leads to."""
    place = yield from pages.follow(at)
    listed = place - (yield from pages.number(place, 4, signed=True))
    size = yield from pages.number(listed, 2)
    raw = yield from pages.take(listed, size)
    offsets = (int.from_bytes(raw[n : n + 2], "little") for n in range(4, len(raw) - 1, 2))
    fields = {number: place + offset for number, offset in enumerate(offsets) if offset}
    return Table(pages, fields)
