"""Serve dist/ on this machine as a good host would: `python tools/serve.py`.

Right types, brotli or gzip where a browser takes them, the headers that dist/_headers
names, and 304 for what a browser already has. The port is `PORT` in the environment, or 8000.
"""

from __future__ import annotations

import gzip
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.utils import formatdate
from fnmatch import fnmatch
from functools import lru_cache
from hashlib import sha256
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path, PurePosixPath
from threading import Thread
from typing import Self
from urllib.parse import unquote, urlsplit

import brotli

ROOT = Path(__file__).resolve().parents[1]
COMPRESSED = ROOT / ".cache" / "compressed"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".mjs": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".py": "text/x-python; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".whl": "application/zip",
    ".zip": "application/zip",
}
ALREADY_COMPRESSED = {".png", ".whl", ".zip"}
SMALL = 512  # bytes; compressing less gains nothing

Encoder = Callable[[bytes], bytes]
ENCODERS: dict[str, Encoder] = {
    "br": lambda content: brotli.compress(content, quality=9),
    "gzip": lambda content: gzip.compress(content, 9, mtime=0),
}
BESIDE = {"br": ".br", "gzip": ".gz"}  # a build may have made them ahead of time


class Site(ThreadingHTTPServer):
    """A folder on a port of this machine; port 0 is any free one.

    Where not `compressed`, files go out as they lie there: on one machine, unpacking them costs a
    browser more than it saves.
    """

    daemon_threads = True

    def __init__(self, folder: Path, port: int = 0, *, compressed: bool = True) -> None:
        """Bind to this machine alone: nobody else on the network is served."""
        self.folder = folder.resolve()
        self.compressed = compressed
        super().__init__(("127.0.0.1", port), SiteHandler)

    @property
    def address(self) -> str:
        """Return the URL of the folder."""
        return f"http://127.0.0.1:{self.server_address[1]}/"

    @contextmanager
    def running(self) -> Iterator[Self]:
        """Serve in a thread of its own for as long as it is entered."""
        Thread(target=self.serve_forever, daemon=True).start()
        try:
            yield self
        finally:
            self.shutdown()
            self.server_close()

    def handle_error(self, request: object, client_address: object) -> None:
        """Pass over connections that a browser broke off; show anything else."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class SiteHandler(BaseHTTPRequestHandler):
    """One request."""

    server: Site
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer with the file, or that there is none."""
        self._answer(with_content=True)

    def do_HEAD(self) -> None:
        """Answer without the content."""
        self._answer(with_content=False)

    def _answer(self, *, with_content: bool) -> None:
        path = self._asked()
        if path is None:
            self._say_missing(with_content=with_content)
            return
        accepted = self.headers.get("Accept-Encoding", "") if self.server.compressed else ""
        encoding, content, tag = answered(path, accepted)
        headers = {
            "Content-Type": TYPES.get(path.suffix, "application/octet-stream"),
            **told_with(path, self.server.folder),
            "ETag": tag,
            "Vary": "Accept-Encoding",
            "Last-Modified": formatdate(path.stat().st_mtime, usegmt=True),
            **({"Content-Encoding": encoding} if encoding else {}),
        }
        if tag in self.headers.get("If-None-Match", ""):
            self._say(HTTPStatus.NOT_MODIFIED, b"", headers)
        else:
            self._say(HTTPStatus.OK, content if with_content else b"", headers, len(content))

    def _say_missing(self, *, with_content: bool) -> None:
        """Answer with the site's own 404.html, from the nearest folder above that has one."""
        asked = (self.server.folder / unquote(urlsplit(self.path).path).lstrip("/")).resolve()
        above = (each for each in asked.parents if each.is_relative_to(self.server.folder))
        own = next((each for each in above if (each / "404.html").is_file()), None)
        content = (own / "404.html").read_bytes() if own else b"not found\n"
        headers = {"Content-Type": TYPES[".html" if own else ".txt"]}
        self._say(HTTPStatus.NOT_FOUND, content if with_content else b"", headers, len(content))

    def _say(
        self,
        status: HTTPStatus,
        content: bytes,
        headers: dict[str, str] | None = None,
        length: int | None = None,
    ) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if status is not HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Length", str(len(content) if length is None else length))
        self.end_headers()
        try:
            self.wfile.write(content)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # the visitor left

    def _asked(self) -> Path | None:
        """Return the file a path names: inside the folder, an index.html for a folder."""
        asked = PurePosixPath(unquote(urlsplit(self.path).path)).relative_to("/")
        path = (self.server.folder / asked).resolve()
        if not path.is_relative_to(self.server.folder):
            return None
        if path.is_dir():
            path /= "index.html"
        return path if path.is_file() else None

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002, ARG002 - the base names it
        """Say only what went wrong."""
        if len(args) > 1 and str(args[1]) >= "400":
            sys.stderr.write(f"{args[0]} -> {args[1]}\n")


def told_with(path: Path, folder: Path) -> dict[str, str]:
    """Return the headers that the built page's own `_headers` gives a file.

    The page lies in the nearest folder above that has such a file: `folder` may hold more.
    """
    above = (each for each in path.parents if each.is_relative_to(folder))
    home = next((each for each in above if (each / "_headers").is_file()), None)
    if home is None:
        return {}
    asked = f"/{path.relative_to(home).as_posix()}"
    found: dict[str, str] = {}
    for pattern, headers in header_rules((home / "_headers").read_text()):
        if fnmatch(asked, pattern):
            found |= headers
    return found


def header_rules(text: str) -> list[tuple[str, dict[str, str]]]:
    """Return the patterns of a `_headers` file with the headers of each, in its order."""
    rules: list[tuple[str, dict[str, str]]] = []
    for line in text.splitlines():
        if line.startswith("/"):
            rules.append((line.strip(), {}))
        elif line.startswith(" ") and ":" in line:
            name, _, value = line.strip().partition(":")
            rules[-1][1][name] = value.strip()
    return rules


def answered(path: Path, accepted: str) -> tuple[str | None, bytes, str]:
    """Return a file's content as `encoded` gives it, and its tag; a file is read once."""
    return _answered(path, accepted, path.stat().st_mtime_ns)


@lru_cache(maxsize=64)
def _answered(path: Path, accepted: str, _changed: int) -> tuple[str | None, bytes, str]:
    encoding, content = encoded(path, accepted)
    return encoding, content, f'"{sha256(content).hexdigest()[:20]}"'


def encoded(path: Path, accepted: str) -> tuple[str | None, bytes]:
    """Return a file's content as a browser takes it, and what it was encoded with."""
    content = path.read_bytes()
    if path.suffix in ALREADY_COMPRESSED or len(content) < SMALL:
        return None, content
    names = {part.partition(";")[0].strip() for part in accepted.split(",")}
    name = next((name for name in ENCODERS if name in names), None)
    if name is None:
        return None, content
    beside = path.with_name(path.name + BESIDE[name])
    return name, beside.read_bytes() if beside.exists() else _twin(content, name)


def _twin(content: bytes, name: str) -> bytes:
    """Return the compressed twin of a file, made once for each content."""
    twin = COMPRESSED / f"{sha256(content).hexdigest()[:24]}.{name}"
    if not twin.exists():
        COMPRESSED.mkdir(parents=True, exist_ok=True)
        part = twin.with_name(f"{twin.name}.{os.getpid()}.{id(content)}")
        part.write_bytes(ENCODERS[name](content))
        part.rename(twin)
    return twin.read_bytes()


def main() -> None:
    """Serve dist/ until interrupted, and say where."""
    port = int(os.environ.get("PORT", "8000"))
    folder = ROOT / "dist"
    for path in sorted(folder.rglob("*.wasm")):
        encoded(path, "br")  # the largest file, so that no visitor waits for its compressing
    try:
        site = Site(folder, port)
    except OSError as error:
        sys.exit(f"port {port} cannot be had ({error.strerror}); try `make serve PORT=8001`")
    print(f"\n  {site.address}\n\n{PHONE.format(port=site.server_address[1])}", flush=True)
    try:
        site.serve_forever()
    except KeyboardInterrupt:
        print()


PHONE = """On a phone: a browser tells its memory and its graphics only to a secure page, which
http://<this computer's address> is not. Either of these is:
  - a cable: with an Android phone's USB debugging on, `adb reverse tcp:{port} tcp:{port}`,
    then open http://127.0.0.1:{port}/ on the phone;
  - a static host with https: copy dist/ there as it is, to any path.
Ctrl+C ends it."""


if __name__ == "__main__":
    main()
