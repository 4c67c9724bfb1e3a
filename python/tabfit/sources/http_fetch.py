"""Requests carried out with the standard library, for the command line.

In: a batch of `Request`s. Out: one `HubResponse` for each, good or bad: nothing is
raised for what a server or the network does. No cookies or referrer are sent, and no
credentials but a hub's own token to that hub (`hub_token`). The page has the same port in
`fetch`; see `hub.Request`.
"""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from collections import deque
from collections.abc import Callable, Sequence
from email.message import Message
from http.client import HTTPException, HTTPMessage, HTTPResponse
from queue import Empty, Queue
from threading import Thread
from typing import IO
from urllib.parse import urlsplit

from tabfit.hub import LONGEST_QUESTION, PATIENCE, HubResponse, Request, pause_before
from tabfit.sources import hub_token
from tabfit.units import KIB

AT_ONCE = 6
_PIECE = 64 * KIB
_AGENT = "tabfit (reads headers of model files)"


class _WebOnly(urllib.request.HTTPRedirectHandler):
    """Redirects that stay on the web: urllib itself would follow one to ftp."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        """Return the next request, `None` to take the redirect itself for the answer."""
        if urlsplit(newurl).scheme not in {"http", "https"}:
            return None
        return super().redirect_request(req, fp, code, msg, headers, newurl)


_OPENER = urllib.request.build_opener(_WebOnly())


class WebFetch:
    """Answers batch after batch until the time of one whole question is up.

    What has not come by then is answered as nothing (status 0), so that a hub that trickles
    holds nobody. Requests run in threads that end with the program: whoever waits can stop.
    """

    def __init__(
        self, seconds: float = LONGEST_QUESTION, *, wait: Callable[[float], None] = time.sleep
    ) -> None:
        """Let the question begin now and end after so many seconds."""
        self.seconds = seconds
        self.ends = time.monotonic() + seconds
        self.wait = wait

    @property
    def left(self) -> float:
        """Return the seconds that are left."""
        return self.ends - time.monotonic()

    def __call__(self, batch: Sequence[Request]) -> tuple[HubResponse, ...]:
        """Return the answers to a batch, several asked for at once."""
        answers = [self._too_late(request) for request in batch]
        done: Queue[tuple[int, HubResponse]] = Queue()
        waiting = deque(enumerate(batch))
        for _ in range(min(AT_ONCE, len(batch))):
            Thread(target=self._work, args=(waiting, done), daemon=True).start()
        for _ in batch:
            try:
                place, answer = done.get(timeout=max(0.0, self.left))
            except Empty:
                break
            answers[place] = answer
        return tuple(answers)

    def _work(
        self, waiting: deque[tuple[int, Request]], done: Queue[tuple[int, HubResponse]]
    ) -> None:
        while self.left > 0:
            try:
                place, request = waiting.popleft()
            except IndexError:
                return
            done.put((place, self._patiently(request)))

    def _patiently(self, request: Request) -> HubResponse:
        """Return the answer, asked for again where that may help."""
        attempt = 1
        while self.left > 0:
            answer = _once(request, min(PATIENCE, self.left))
            pause = pause_before(attempt, answer)
            if pause is None or pause > self.left:
                return answer
            self.wait(pause)
            attempt += 1
        return self._too_late(request)

    def _too_late(self, request: Request) -> HubResponse:
        problem = f"no whole answer within {self.seconds:g} seconds"
        return HubResponse(status=0, url=request.url, problem=problem)


def fetch(batch: Sequence[Request]) -> tuple[HubResponse, ...]:
    """Return the answers to a batch that is a whole question."""
    return WebFetch()(batch)


def _once(request: Request, patience: float) -> HubResponse:
    headers = request.headers | {"User-Agent": _AGENT}
    asked = urllib.request.Request(request.url, headers=headers)  # noqa: S310 - parsed as http(s)
    if token := hub_token.token_for(request.url):
        asked.add_unredirected_header("Authorization", f"Bearer {token}")
    try:
        with _OPENER.open(asked, timeout=patience) as response:
            return HubResponse(
                status=response.status,
                body=_body(response, request.most + 1),
                headers=_headers(response.headers),
                url=response.url,
            )
    except urllib.error.HTTPError as error:
        with error:
            return HubResponse(status=error.code, headers=_headers(error.headers), url=error.url)
    except urllib.error.URLError as error:
        return HubResponse(status=0, url=request.url, problem=_reason(error.reason))
    except (OSError, HTTPException, ValueError) as error:
        return HubResponse(status=0, url=request.url, problem=_reason(error))


def _headers(said: Message) -> dict[str, str]:
    return {name.lower(): value for name, value in said.items()}


def _reason(error: object) -> str:
    if isinstance(error, TimeoutError):
        return f"no answer within {PATIENCE:.0f} seconds"
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return text[:200] or type(error).__name__


def _body(response: HTTPResponse, most: int) -> bytes:
    """Return at most so many bytes; give up on a server that hangs up too soon."""
    pieces, left = [], most
    while left and (piece := response.read1(min(left, _PIECE))):
        pieces.append(piece)
        left -= len(piece)
    if left and response.length:
        raise HTTPException(f"the answer broke off {response.length:,} bytes before its end")
    return b"".join(pieces)
