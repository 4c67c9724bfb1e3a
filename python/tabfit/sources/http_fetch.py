"""Requests carried out with the standard library, for the command line.

In: a batch of `Request`s. Out: one `HubResponse` for each, good or bad: nothing is
raised for what a server or the network does. No credentials, cookies or
referrer are sent. The page has the same port in `fetch`; see `hub.Request`.
"""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from email.message import Message
from http.client import HTTPException, HTTPMessage, HTTPResponse
from typing import IO
from urllib.parse import urlsplit

from tabfit.hub import LONGEST_ANSWER, PATIENCE, HubResponse, Request, pause_before
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


def fetch(
    batch: Sequence[Request], *, wait: Callable[[float], None] = time.sleep
) -> tuple[HubResponse, ...]:
    """Return the answers to a batch, several asked for at once."""
    if len(batch) == 1:
        return (_patiently(batch[0], wait),)
    with ThreadPoolExecutor(AT_ONCE) as workers:
        return tuple(workers.map(lambda request: _patiently(request, wait), batch))


def _patiently(request: Request, wait: Callable[[float], None]) -> HubResponse:
    """Return the answer, asked for again where that may help."""
    attempt = 1
    while True:
        answer = _once(request)
        pause = pause_before(attempt, answer)
        if pause is None:
            return answer
        wait(pause)
        attempt += 1


def _once(request: Request) -> HubResponse:
    headers = request.headers | {"User-Agent": _AGENT}
    asked = urllib.request.Request(request.url, headers=headers)  # noqa: S310 - parsed as http(s)
    try:
        with _OPENER.open(asked, timeout=PATIENCE) as response:
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
    """Return at most so many bytes; give up on a server that trickles or hangs up too soon."""
    deadline = time.monotonic() + LONGEST_ANSWER
    pieces, left = [], most
    while left and (piece := response.read(min(left, _PIECE))):
        pieces.append(piece)
        left -= len(piece)
        if time.monotonic() > deadline:
            raise TimeoutError
    if left and response.length:
        raise HTTPException(f"the answer broke off {response.length:,} bytes before its end")
    return b"".join(pieces)
