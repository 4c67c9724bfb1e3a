"""A fake hub: the paths, redirects, ranges and refusals of the real one, on this machine.

    make hub            then HF_ENDPOINT=http://127.0.0.1:8181 tabfit inspect made/tiny-llama

In: repositories (tools/fake_hub_models.py). Out: an HTTP server on 127.0.0.1 that
keeps what it was asked, headers included, for tests to look at. Large files are
redirected to another path, as the real hub redirects to its storage.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from tools.fake_hub_models import COMMIT, Repository, repositories

LARGE = (".safetensors", ".gguf", ".onnx", ".onnx_data", ".bin", ".task", ".litertlm")
EXPOSED = (
    "X-Repo-Commit, X-Error-Code, X-Error-Message, ETag, Accept-Ranges, Content-Range, "
    "X-Linked-Size, X-Linked-ETag, Retry-After"
)
_RANGE = re.compile(r"bytes=(\d{1,18})-(\d{1,18})?")
_CDN = "/stored/"
TOKEN = "hf_of_the_fake_hub"  # noqa: S105 - opens what it made up itself


@dataclass(frozen=True)
class ParsedPath:
    """One request as it came in."""

    method: str
    path: str
    headers: Mapping[str, str]


@dataclass
class HubState:
    """What the server holds and has seen."""

    repositories: Mapping[str, Repository]
    asked: list[ParsedPath] = field(default_factory=list)
    faults_given: dict[str, int] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def fault_of(self, name: str) -> int:
        """Return the status to fail with this time, 0 for a good answer."""
        repository = self.repositories[name]
        with self.lock:
            given = self.faults_given.get(name, 0)
            self.faults_given[name] = given + 1
        return repository.faults[given] if given < len(repository.faults) else repository.always


class HubHandler(BaseHTTPRequestHandler):
    """The answers of the hub."""

    protocol_version = "HTTP/1.1"
    server_version = "FakeHub"
    state: HubState
    trickle = 0.0  # seconds for each byte of this connection's answers

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Keep the terminal quiet; `HubState.asked` has it all."""

    def do_OPTIONS(self) -> None:
        """Answer a browser's question whether it may ask."""
        self._send(204, {"Access-Control-Allow-Headers": "range, accept", "Content-Length": "0"})

    def do_HEAD(self) -> None:
        """Answer without a body."""
        self.do_GET()

    def do_GET(self) -> None:
        """Answer with the model information, a file, a redirect or a refusal."""
        self.state.asked.append(ParsedPath(self.command, self.path, dict(self.headers.items())))
        path = urlsplit(self.path).path
        information = re.fullmatch(r"/api/models/([^/]+/[^/]+)(?:/revision/(.+))?", path)
        file = re.fullmatch(r"(/stored)?/([^/]+/[^/]+)/resolve/([^/]+)/(.+)", path)
        if information:
            name, revision = unquote(information[1]), unquote(information[2] or "main")
            if self._may_answer(name, revision, "information"):
                self._information(name)
        elif file:
            name, revision = unquote(file[2]), unquote(file[3])
            if self._may_answer(name, revision, "file"):
                self._file(name, unquote(file[4]), stored=bool(file[1]))
        elif path == "/leave":
            self._redirect("ftp://127.0.0.1/file", 302)
        else:
            self._refuse(404, "", "no such path")

    def _may_answer(self, name: str, revision: str, what: str) -> bool:
        repository = self.state.repositories.get(name)
        if repository is None or (repository.private and not self._known):
            self._refuse(401, "RepoNotFound", "Repository not found")
            return False
        time.sleep(repository.slow)
        self.trickle = repository.trickle
        status = self.state.fault_of(name)
        if repository.moved:
            self._redirect(self.path.replace(name, repository.moved), 307)
        elif status:
            self._refuse(status, "", "a fault on demand")
        elif revision not in repository.revisions:
            self._refuse(404, "RevisionNotFound", "Invalid rev id")
        elif repository.gated and what == "file" and not self._known:
            self._refuse(401, "GatedRepo", f"Access to model {name} is restricted")
        else:
            return True
        return False

    @property
    def _known(self) -> bool:
        """Return whether a token came along, or an address that the hub gave to who had one."""
        token = self.headers.get("Authorization", "")
        return token == f"Bearer {TOKEN}" or self.path.startswith(_CDN)

    def _information(self, name: str) -> None:
        repository = self.state.repositories[name]
        body = repository.raw
        if body is None:
            body = json.dumps(description(name, repository)).encode()
        self._body(body, {"Content-Type": "application/json; charset=utf-8"})

    def _file(self, name: str, path: str, *, stored: bool) -> None:
        repository = self.state.repositories[name]
        body = repository.files.get(path)
        if body is None:
            self._refuse(404, "EntryNotFound", "Entry not found")
        elif path.endswith(LARGE) and not stored:
            self._redirect(_CDN.rstrip("/") + self.path, 302, linked=body)
        elif repository.cut:
            self._send(200, {"Content-Length": str(len(body) + 1)})
            self.wfile.write(body[: len(body) // 2])
            self.close_connection = True
        else:
            self._body(body, {"Content-Type": "application/octet-stream"}, ranges=repository.ranges)

    def _body(self, body: bytes, headers: Mapping[str, str], *, ranges: bool = False) -> None:
        tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        common = {**headers, "ETag": tag, "X-Repo-Commit": COMMIT}
        common |= {"Accept-Ranges": "bytes"} if ranges else {}
        if self.headers.get("If-None-Match") == tag:
            self._send(304, common)
            return
        wanted = _RANGE.fullmatch(self.headers.get("Range", "")) if ranges else None
        if wanted is None:
            self._send(200, {**common, "Content-Length": str(len(body))}, body)
            return
        first, last = int(wanted[1]), min(int(wanted[2] or len(body)), len(body) - 1)
        if first > last:
            place = {"Content-Range": f"bytes */{len(body)}", "Content-Length": "0"}
            self._send(416, common | place)
            return
        part = body[first : last + 1]
        place = {"Content-Range": f"bytes {first}-{last}/{len(body)}"}
        self._send(206, {**common, **place, "Content-Length": str(len(part))}, part)

    def _redirect(self, to: str, status: int, *, linked: bytes | None = None) -> None:
        told = {} if linked is None else {"X-Linked-Size": str(len(linked))}
        self._send(status, {"Location": to, "Content-Length": "0", **told})

    def _refuse(self, status: int, code: str, message: str) -> None:
        told = {"X-Error-Code": code, "X-Error-Message": message} if code else {}
        told |= {"Retry-After": "0"} if status in {429, 503} else {}
        body = json.dumps({"error": message}).encode()
        headers = {"Content-Type": "application/json", "Content-Length": str(len(body)), **told}
        self._send(status, headers, body)

    def _send(self, status: int, headers: Mapping[str, str], body: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Access-Control-Expose-Headers", EXPOSED)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "HEAD":
            return
        for each in [body] if not self.trickle else [body[at : at + 1] for at in range(len(body))]:
            self.wfile.write(each)
            time.sleep(self.trickle)


def description(name: str, repository: Repository) -> dict[str, Any]:
    """Return the model information as the hub words it."""
    return {
        "_id": "0",
        "id": name,
        "modelId": name,
        "sha": COMMIT,
        "private": False,
        "gated": "manual" if repository.gated else False,
        "disabled": False,
        "pipeline_tag": repository.task,
        "tags": [],
        "siblings": [
            {"rfilename": path} | ({"size": len(body)} if repository.sizes else {})
            for path, body in repository.files.items()
        ],
    }


class Server(ThreadingHTTPServer):
    """The server; a client that hangs up is no news."""

    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Pass over broken connections; show anything else."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


@contextmanager
def running(
    holds: Mapping[str, Repository] | None = None, port: int = 0
) -> Iterator[tuple[str, HubState]]:
    """Run the hub on a free port; give its address and what it has seen; stop it after."""
    state = HubState(repositories() if holds is None else holds)
    handler = type("BoundHandler", (HubHandler,), {"state": state})
    server = Server(("127.0.0.1", port), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def main() -> None:
    """Serve until interrupted."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--port", type=int, default=8181)
    with running(port=asked.parse_args().port) as (address, state):
        print(f"the fake hub is at {address}; it holds:")
        for name in state.repositories:
            print(f"  {address}/{quote(name)}")
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            print()


if __name__ == "__main__":
    main()
