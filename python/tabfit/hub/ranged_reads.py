"""Headers read over the web: a reader's spans become ranged requests.

In: the addresses of a model's files. Out: a plan that yields batches of
requests and returns headers. Files of one model are read side by side.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import TypeVar

from tabfit.errors import UnreachableHub
from tabfit.headers import Header, Reading, Span, first_reading, read
from tabfit.hub.request import HubResponse, Request, check
from tabfit.i18n.language import Message, later
from tabfit.light_dataclass import dataclass
from tabfit.units import Bytes

Result = TypeVar("Result")
Plan = Generator[tuple[Request, ...], tuple[HubResponse, ...], Result]

AT_ONCE = 6  # requests in one batch, what browsers allow a host over HTTP/1.1
MOST_REQUESTS = 2000  # of one plan; an ONNX file needs one for each large tensor
_PURPOSE = later("a header")


@dataclass(frozen=True, slots=True)
class Remote:
    """A file on the web; `size` is `None` where the first answer must tell it."""

    name: str
    url: str
    size: int | None = None


def ask(*requests: Request) -> Plan[tuple[HubResponse, ...]]:
    """Return the answers to some requests, asked for a few at a time."""
    answers: list[HubResponse] = []
    for at in range(0, len(requests), AT_ONCE):
        answers += yield requests[at : at + AT_ONCE]
    return tuple(answers)


class _Progress:
    """One file's reading, between two batches."""

    __slots__ = ("among", "asked", "file", "front", "header", "reading", "size", "span")

    def __init__(self, asked: str, file: Remote, among: int) -> None:
        self.asked, self.file, self.among = asked, file, among
        self.front = b""  # the first bytes, kept while their end is not passed
        self.header: Header | None = None
        self.reading: Reading[Header] | None = None
        self.size = 0
        self.span = Span(0, first_reading(file.name, among=among))
        if file.size is not None:
            self._begin(file.size)

    def _begin(self, size: int) -> None:
        self.size, self.reading = size, read(self.file.name, size, among=self.among)
        self._step(None)

    def _step(self, data: bytes | None) -> None:
        """Send bytes to the reader, as long as what it asks for is at hand."""
        if self.reading is None:
            return
        try:
            self.span = next(self.reading) if data is None else self.reading.send(data)
            while self.span.offset + self.span.length <= len(self.front):
                end = self.span.offset + self.span.length
                self.span = self.reading.send(self.front[self.span.offset : end])
        except StopIteration as done:
            self.header = done.value

    def request(self) -> Request:
        """Return the request for the span that is wanted next."""
        return Request(
            url=self.file.url, purpose=_PURPOSE, most=self.span.length, offset=self.span.offset
        )

    def take(self, request: Request, answer: HubResponse) -> None:
        """Take in what came for the span."""
        body = check(self.asked, request, answer)
        if answer.status == 200 and self.span.offset:
            raise UnreachableHub(
                self.asked,
                Message("lies on a server that sends whole files only, not parts of them"),
            )
        if self.reading is not None:
            self._step(body)
            return
        size = answer.size
        if size is None:
            raise UnreachableHub(
                self.asked, Message("lies on a server that does not tell a file's size")
            )
        self.front = body
        self._begin(size)


def read_remote(asked: str, files: Sequence[Remote]) -> Plan[tuple[tuple[Header, Bytes], ...]]:
    """Return the headers of a model's files in order, each with the file's size."""
    every = [_Progress(asked, file, len(files)) for file in files]
    requests = 0
    while waiting := [one for one in every if one.header is None]:
        batch = waiting[:AT_ONCE]
        requests += len(batch)
        if requests > MOST_REQUESTS:
            raise UnreachableHub(
                asked,
                Message(
                    "has its header in more than {most:,} places, too many to ask for",
                    most=MOST_REQUESTS,
                ),
            )
        asking = tuple(one.request() for one in batch)
        answers = yield asking
        for one, request, answer in zip(batch, asking, answers, strict=True):
            one.take(request, answer)
    return tuple((one.header, Bytes(one.size)) for one in every if one.header is not None)
