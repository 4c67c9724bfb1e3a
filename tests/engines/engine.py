"""One small face for three engines: open an address, run a script, wait, press.

Chromium and Firefox ESR are driven by Playwright, WebKitGTK's MiniBrowser by its own WebDriver
(W3C WebDriver), on a screen of its own. What a test says of a page it says as a script.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from playwright.sync_api import Error, Page, sync_playwright

PATIENCE = 180.0  # seconds: engines differ in speed, and WebKitGTK took 88 on a busy machine
MINI_BROWSERS = ("/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/libexec")


class Engine(Protocol):
    """A browser with one tab."""

    name: str

    def open(self, address: str) -> None:
        """Go to an address."""

    def run(self, script: str) -> Any:
        """Return what the body of a function returns in the page."""


def until(engine: Engine, condition: str, seconds: float = PATIENCE) -> Any:
    """Return what a script returns once that is anything but nothing."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        found = engine.run(f"return {condition}")
        if found:
            return found
        time.sleep(0.2)
    state = engine.run("return document.documentElement.outerHTML.slice(0, 300)")
    raise AssertionError(f"{engine.name}: {condition} never came; the page is {state}")


class _Played:
    def __init__(self, name: str, page: Page) -> None:
        self.name, self.page = name, page

    def open(self, address: str) -> None:
        try:
            self.page.goto(address, wait_until="commit")
        except Error as error:  # Firefox may report one going to an address as two
            if f'another navigation to "{address}"' not in str(error):
                raise

    def run(self, script: str) -> Any:
        try:
            return self.page.evaluate(f"() => {{ {script} }}")
        except Error as error:
            if "Execution context was destroyed" not in str(error):
                raise
            return None  # the page moved on, to its document in another language for one


@contextmanager
def played(name: str, path: str) -> Iterator[Engine]:
    """Yield Chromium or Firefox ESR."""
    with sync_playwright() as driver:
        if name == "firefox":
            launched = driver.firefox.launch(executable_path=path, channel="moz-firefox")
        else:
            launched = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield _Played(name, launched.new_context().new_page())
        launched.close()


class _Driven:
    name = "webkitgtk"

    def __init__(self, port: int) -> None:
        self.base = f"http://127.0.0.1:{port}"
        self.session = ""

    def call(self, method: str, path: str, body: object = None) -> Any:
        data = None if method != "POST" else json.dumps(body or {}).encode()
        headers = {"Content-Type": "application/json"}
        asked = urllib.request.Request(self.base + path, data, headers, method=method)
        with urllib.request.urlopen(asked, timeout=PATIENCE) as answer:
            return json.load(answer)["value"]

    def begin(self, binary: Path) -> None:
        options = {"binary": str(binary), "args": ["--automation"]}
        wanted = {"browserName": "MiniBrowser", "webkitgtk:browserOptions": options}
        told = self.call("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
        self.session = f"/session/{told['sessionId']}"
        self.call("POST", f"{self.session}/timeouts", {"pageLoad": int(PATIENCE * 1000)})

    def open(self, address: str) -> None:
        self.call("POST", f"{self.session}/url", {"url": address})

    def run(self, script: str) -> Any:
        return self.call("POST", f"{self.session}/execute/sync", {"script": script, "args": []})


@contextmanager
def webkitgtk() -> Iterator[Engine]:
    """Yield WebKitGTK's MiniBrowser, on a screen that nobody sees."""
    places = (path for top in MINI_BROWSERS for path in Path(top).glob("webkit2gtk-4*/MiniBrowser"))
    binary, port = next(places), _free_port()
    with _screen() as display:
        # its own sandbox needs user namespaces, which a container seldom has
        told = {**os.environ, "DISPLAY": display, "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1"}
        with _process("WebKitWebDriver", f"--port={port}", env=told):
            engine = _Driven(port)
            _began(lambda: engine.begin(binary))
            yield engine
            engine.call("DELETE", engine.session)


@contextmanager
def _screen() -> Iterator[str]:
    numbers, written = os.pipe()
    command = [
        "Xvfb",
        "-displayfd",
        str(written),
        "-screen",
        "0",
        "1280x900x24",
        "-nolisten",
        "tcp",
    ]
    with subprocess.Popen(command, pass_fds=[written], stderr=subprocess.DEVNULL) as running:
        os.close(written)
        with os.fdopen(numbers) as told:
            yield f":{told.readline().strip()}"
        running.terminate()


@contextmanager
def _process(*command: str, env: dict[str, str]) -> Iterator[None]:
    with subprocess.Popen(command, env=env, stderr=subprocess.DEVNULL) as running:
        yield
        running.terminate()


def _began(act: Callable[[], None]) -> None:
    """Do what needs the driver, once it listens."""
    for _ in range(50):
        try:
            act()
        except urllib.error.HTTPError:
            raise
        except urllib.error.URLError:
            time.sleep(0.2)
        else:
            return
    act()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port
