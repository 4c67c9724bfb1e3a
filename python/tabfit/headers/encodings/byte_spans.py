"""Stretches of a file: what a reader asks for, and the window it keeps of them.

In: bytes, sent to a generator that asks for them. Out: whatever the generator
returns. No file and no network is known here: the same reader serves a local
file (seek), a chosen file in a page (`File.slice`) and a web server (`Range`).

A *reading* is a generator. It yields a `Span`; the caller sends back the bytes
that lie there, fewer only where the file ends; its return value is the result.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator
from typing import TypeVar

from tabfit.errors import UnreadableHeader
from tabfit.i18n.language import Message
from tabfit.light_dataclass import dataclass
from tabfit.units import MIB

Asked = TypeVar("Asked")
Answered = TypeVar("Answered")
Result = TypeVar("Result")

LONGEST_READING = 64 * MIB  # bytes of one file; the longest real header known is about 20 MB


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a file: `length` bytes from `offset`."""

    offset: int
    length: int


Reading = Generator[Span, bytes, Result]


def drive(
    asking: Generator[Asked, Answered, Result], answer: Callable[[Asked], Answered]
) -> Result:
    """Return what a generator returns, all it asks for answered by `answer`: spans, or requests.

    >>> def first_byte():
    ...     return (yield Span(0, 1))
    >>> drive(first_byte(), lambda span: b"hello"[span.offset:span.offset + span.length])
    b'h'
    """
    try:
        asked = next(asking)
        while True:
            asked = asking.send(answer(asked))
    except StopIteration as done:
        result: Result = done.value
        return result


async def drive_async(
    asking: Generator[Asked, Answered, Result], answer: Callable[[Asked], Awaitable[Answered]]
) -> Result:
    """Return what a generator returns, all it asks for answered by an awaited `answer`."""
    try:
        asked = next(asking)
        while True:
            asked = asking.send(await answer(asked))
    except StopIteration as done:
        result: Result = done.value
        return result


class Window:
    """The bytes of a file that a reader holds: `buffer`, which begins at `start`.

    `at` is the next byte to read, counted in `buffer`; it may lie beyond its
    end after a skip, and then the bytes between are never asked for. `step` is
    how much is asked for at a time where a reader needs less.
    """

    __slots__ = ("at", "buffer", "bytes_read", "form", "most", "size", "start", "step")

    def __init__(
        self, form: str, size: int | None, *, step: int, most: int = LONGEST_READING
    ) -> None:
        """Begin before the first byte of a file of `size` bytes, `None` where it is not known."""
        self.form, self.size, self.step, self.most = form, size, step, most
        self.buffer, self.start, self.at, self.bytes_read = b"", 0, 0, 0

    @property
    def position(self) -> int:
        """Return the offset in the file of the next byte to read."""
        return self.start + self.at

    def short_of(self, count: int) -> bool:
        """Return whether the next `count` bytes are not all in the buffer."""
        return self.at + count > len(self.buffer)

    def more(self, count: int) -> Reading[None]:
        """Ask until the next `count` bytes are in the buffer; refuse a file that ends before."""
        if not self.short_of(count):
            return
        self._forget_what_was_read()
        missing = count - len(self.buffer)
        span = self._next_span(missing)
        answer = (yield span)[: span.length] if span.length else b""
        self.buffer += answer
        self.bytes_read += len(answer)
        if len(answer) < missing:
            raise UnreadableHeader(self.form, self._ended())

    def take(self, count: int) -> Reading[bytes]:
        """Return the next `count` bytes and move past them."""
        yield from self.more(count)
        taken = self.buffer[self.at : self.at + count]
        self.at += count
        return taken

    def _forget_what_was_read(self) -> None:
        self.buffer, self.start, self.at = self.buffer[self.at :], self.position, 0

    def _next_span(self, missing: int) -> Span:
        offset = self.start + len(self.buffer)
        length = max(missing, self.step)
        if self.size is not None:
            length = max(0, min(length, self.size - offset))
        if self.bytes_read + missing > self.most:
            raise UnreadableHeader(
                self.form, Message("it is longer than {most:,} bytes", most=self.most)
            )
        return Span(offset, min(length, self.most - self.bytes_read))

    def _ended(self) -> Message:
        end = self.start + len(self.buffer)
        if not end:
            return Message("no bytes")
        return Message("the file ends after {end:,} bytes, in the middle of it", end=end)
