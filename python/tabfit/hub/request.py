"""Requests as values, and what each kind of answer means in a sentence.

In: what a plan wants to know. Out: `Request` values for whoever can fetch
(urllib on the command line, `fetch` in the page), and `UnreachableHub` where an
answer is not what was asked for. Retrying is a rule here and an act there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tabfit.errors import UnreachableHub
from tabfit.i18n.language import Message, verbatim
from tabfit.units import KIB, MIB

MOST_RETRIES = 3
FIRST_PAUSE = 0.5  # seconds; doubled each time
LONGEST_PAUSE = 20.0
PATIENCE = 20.0  # seconds without a byte until a request is given up
LONGEST_QUESTION = 30.0  # seconds for all that one question asks, however steadily it trickles in
JSON_BYTES = 4 * MIB  # a list of some 12,000 files; the longest config known is 1.7 MB
INDEX_BYTES = 32 * MIB
SMALL = 64 * KIB


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One GET: a whole small file, or a stretch of a large one.

    Whoever fetches sends no cookies, no referrer and no credentials of its own, follows
    redirects, and reads at most `most` + 1 bytes of the answer. `purpose` says
    to the visitor what is asked for.
    """

    url: str
    purpose: str
    most: int
    offset: int | None = None
    accept: str = "*/*"

    @property
    def headers(self) -> dict[str, str]:
        """Return the headers to send."""
        if self.offset is None:
            return {"Accept": self.accept}
        last = self.offset + self.most - 1
        return {"Accept": self.accept, "Range": f"bytes={self.offset}-{last}"}


@dataclass(frozen=True, slots=True, kw_only=True)
class HubResponse:
    """What came back: `status` 0 where nothing did, and `problem` says why.

    Names of headers are in lower case. In a page only those are seen that the
    server exposes; nothing here depends on more than `content-range`.
    """

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    url: str = ""
    problem: str = ""

    @property
    def size(self) -> int | None:
        """Return the size of the whole file, where the answer tells."""
        total = self.headers.get("content-range", "").rpartition("/")[2]
        if self.status == 200:
            total = self.headers.get("content-length", "")
            if self.headers.get("content-encoding", "identity") != "identity":
                total = ""
        return int(total) if total.isascii() and total.isdigit() and len(total) < 17 else None


def pause_before(attempt: int, answer: HubResponse) -> float | None:
    """Return the seconds to wait before asking again, `None` to take the answer as it is.

    What may pass is asked again: no answer, 429 and 5xx. The server's own
    `Retry-After` counts where it is short enough to wait for.

    >>> pause_before(1, HubResponse(status=503)), pause_before(2, HubResponse(status=503))
    (0.5, 1.0)
    """
    if attempt > MOST_RETRIES or not (answer.status in {0, 408, 429} or answer.status >= 500):
        return None
    said = answer.headers.get("retry-after", "")
    if said.isascii() and said.isdigit() and len(said) < 6:
        return float(said) if int(said) <= LONGEST_PAUSE else None
    return min(FIRST_PAUSE * (1 << attempt - 1), LONGEST_PAUSE)


def check(asked: str, request: Request, answer: HubResponse) -> bytes:
    """Return the body of a good answer; refuse any other with the sentence that fits it."""
    if answer.status not in {200, 206}:
        raise UnreachableHub(asked, sentence(request, answer))
    if len(answer.body) > request.most:
        if request.offset is None:
            raise UnreachableHub(
                asked,
                Message(
                    "has {purpose} of more than {most:,} bytes, too much to read",
                    purpose=Message(request.purpose),
                    most=request.most,
                ),
            )
        return answer.body[: request.most]
    return answer.body


def sentence(request: Request, answer: HubResponse) -> Message:
    """Return what a failed answer means, for the end of a sentence that names what was asked."""
    host = urlsplit(request.url).netloc
    code = answer.headers.get("x-error-code", "")
    if answer.status == 0:
        problem = verbatim(answer.problem) if answer.problem else Message("no answer")
        return Message(
            "cannot be read: {host} could not be reached ({problem})", host=host, problem=problem
        )
    if code == "GatedRepo" or (answer.status == 403 and not code):
        return Message(
            "is gated: {host} lets in only those who signed in and were accepted, and nobody is "
            "signed in here; give its config.json, or a file you already have, instead",
            host=host,
        )
    if answer.status in {401, 404, 410}:
        return _missing(host, code or ("EntryNotFound" if request.offset is not None else ""))
    return _refused(host, request, answer.status)


def _missing(host: str, code: str) -> Message:
    """Return what is missing; hubs answer 401 for what is private and for what is not there."""
    if code == "RevisionNotFound":
        return Message("has no such revision on {host}", host=host)
    if code == "EntryNotFound":
        return Message("has no such file on {host}", host=host)
    return Message("does not exist on {host}, or is private", host=host)


def _refused(host: str, request: Request, status: int) -> Message:
    if status == 416:
        return Message(
            "has {purpose} that ends before byte {count:,}",
            purpose=Message(request.purpose),
            count=request.offset or 0,
        )
    if status == 429:
        return Message(
            "cannot be read now: {host} asks for fewer requests (429); try again in some minutes",
            host=host,
        )
    if status == 451:
        return Message("was taken down from {host} for legal reasons (451)", host=host)
    if status >= 500:
        return Message(
            "cannot be read now: {host} has a fault of its own ({status}); try again later",
            host=host,
            status=status,
        )
    return Message("cannot be read: {host} answered {status}", host=host, status=status)
