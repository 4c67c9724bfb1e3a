"""A file server for the bench: models, packages and one page, on this machine only.

In: folders. Out: an origin, and for every file the moment its last byte left.
Those moments split a runtime's own loading into what it does while bytes
arrive and what it does afterwards.
"""

from __future__ import annotations

import time
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

_TYPES = {".mjs": "text/javascript", ".js": "text/javascript", ".wasm": "application/wasm"}


class _Handler(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, *args: Any, site: Site, **more: Any) -> None:
        self.site = site
        super().__init__(*args, **more)

    def translate_path(self, path: str) -> str:
        """Map the first part of a path to the folder that goes by that name."""
        first, _, rest = path.lstrip("/").partition("?")[0].partition("/")
        folder = self.site.folders.get(first)
        return str(folder / rest) if folder else "/nonexistent"

    def guess_type(self, path: Any) -> str:
        """Name the types that modules and WebAssembly need."""
        return _TYPES.get(
            Path(str(path)).suffix,
            "application/octet-stream" if "onnx" in str(path) else super().guess_type(path),
        )

    def end_headers(self) -> None:
        """Isolate the page from other origins where the case asks for threads."""
        if self.site.isolated:
            self.send_header("Cross-Origin-Opener-Policy", "same-origin")
            self.send_header("Cross-Origin-Embedder-Policy", "require-corp")
        super().end_headers()

    def copyfile(self, source: Any, outputfile: Any) -> None:
        """Send a file and note when its last byte left."""
        super().copyfile(source, outputfile)
        self.site.sent[Path(self.path).name] = time.monotonic()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing."""


class Site:
    """The served folders and what has been sent of them."""

    def __init__(self, folders: dict[str, Path], *, isolated: bool = False) -> None:
        self.folders = folders
        self.isolated = isolated
        self.sent: dict[str, float] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, site=self))
        self._server.daemon_threads = True
        Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def origin(self) -> str:
        """Return where it answers."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._server.server_close()
