"""A server that tells when each request came and what it took, and is as slow as a link.

A browser's own throttling does not reach what a worker fetches, so the server is slow: every
answer waits for the link's latency, and all of them share its rate.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BufferedIOBase
from pathlib import Path
from threading import Lock

from tools.serve import Site, SiteHandler

PIECE = 16_384  # bytes that are written at once


@dataclass(frozen=True, slots=True)
class Link:
    """A way to the server: bytes a second, None for no limit, and the seconds an answer waits."""

    rate: float | None = None
    latency: float = 0.0


PLAIN = Link()
SLOW = Link(rate=9e6 / 8, latency=0.15)


@dataclass(slots=True)
class Asked:
    """A request: when it came (seconds since 1970), its path, and the bytes of its answer."""

    began: float
    path: str
    status: int = 0
    sent: int = 0


@dataclass(slots=True)
class Pace:
    """Hands out the seconds at which pieces may leave, so that all together keep to a rate."""

    free: float = 0.0
    lock: Lock = field(default_factory=Lock)

    def wait(self, length: int, rate: float) -> None:
        """Sleep until a piece of `length` bytes would have gone through."""
        with self.lock:
            self.free = max(self.free, time.monotonic()) + length / rate
            until = self.free
        time.sleep(max(0.0, until - time.monotonic()))


class SlowSite(Site):
    """A folder on a free port of this machine, over a link that may be changed."""

    def __init__(self, folder: Path) -> None:
        """Note nothing yet."""
        super().__init__(folder)
        self.RequestHandlerClass = _SlowHandler
        self.link, self.pace, self.asked = PLAIN, Pace(), list[Asked]()

    def bytes_before(self, moment: float) -> int:
        """Return what the answers took whose requests came before a moment."""
        return sum(each.sent for each in self.asked if each.began <= moment)


class _SlowHandler(SiteHandler):
    """One connection; what was asked last is noted."""

    server: SlowSite
    noted: Asked | None = None

    def setup(self) -> None:
        """Let all that is written go over the link."""
        super().setup()
        self.wfile = _Paced(self.wfile, self._sent)

    def do_GET(self) -> None:  # noqa: N802 - the base names it
        """Note the request, and answer once the link has let it through."""
        self.noted = Asked(time.time(), self.path)
        self.server.asked.append(self.noted)
        time.sleep(self.server.link.latency)
        super().do_GET()

    def send_response(self, code: int, message: str | None = None) -> None:
        """Note the status."""
        if self.noted:
            self.noted.status = int(code)
        super().send_response(code, message)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base names it
        """Say nothing: what is missing is noted."""

    def _sent(self, length: int) -> None:
        """Note a piece that leaves, and wait until it may."""
        if self.noted:
            self.noted.sent += length
        if self.server.link.rate:
            self.server.pace.wait(length, self.server.link.rate)


class _Paced(BufferedIOBase):
    """Writes in pieces, each after `before` was called with its length."""

    def __init__(self, whole: BufferedIOBase, before: Callable[[int], None]) -> None:
        self._whole, self._before = whole, before

    def write(self, content: bytes, /) -> int:  # type: ignore[override]
        """Write all of it, piece by piece."""
        given = memoryview(content).cast("B")
        for at in range(0, len(given), PIECE):
            self._before(len(given[at : at + PIECE]))
            self._whole.write(given[at : at + PIECE])
        return len(given)
