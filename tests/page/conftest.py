"""The page in a real browser: built once, served on a free port, watched for complaints.

A test opens the page with `visit(...)`, or shares its module's `ready` page. Whatever
it does, an error in the console, an error nobody caught or a request to another
host fails it; `@pytest.mark.console_errors` and `@pytest.mark.other_hosts` say that
a test means to see one.

What the browser says of its device is read inside the worker that runs Python,
where no init script of the test's reaches. So a test that wants another
device gives the worker a prelude: the interpreter's module is served with a few
lines before it, which change `WorkerNavigator` before Python starts. Nothing in
the page itself knows of tests.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

from tests.page.opening import COMPLAINTS, DESKTOP, PATIENCE, Visit, opened, signal
from tools.find_chromium import MISSING, found_headless
from tools.serve import Site

ROOT = Path(__file__).resolve().parents[2]

expect.set_options(timeout=PATIENCE)
#: A name that leads to the tests' own server, and is no local one to a browser.
INSECURE = "insecure.test"
# No other host is found. WebAssembly is compiled once, by V8's quick compiler: its slower one takes
# a second and a half of the processor for each page opened, which no test's few questions win back.
ALONE = (
    "--no-sandbox",
    f"--host-resolver-rules=MAP {INSECURE} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--js-flags=--liftoff-only",
)
SOFTWARE_ADAPTER = ("--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader")


@pytest.fixture(scope="session")
def site() -> Iterator[str]:
    """Yield the address of the page: dist/ as `make site` builds it, on a free port.

    It is served from a path below the root, as many static hosts do, and not compressed, which
    the tests of a page without a network and those of three engines are.
    """
    subprocess.run([sys.executable, "-m", "tools.dist"], cwd=ROOT, check=True)
    with Site(ROOT, compressed=False).running() as server:
        yield f"{server.address}dist/"


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the path of the browser, looked for before Playwright's loop runs."""
    path = found_headless()
    if path is None:
        pytest.fail(MISSING)
    return path


@pytest.fixture(scope="session")
def playwright(chromium: str) -> Iterator[Playwright]:
    """Yield the driver of browsers."""
    del chromium  # needed only to be found first
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def browser(playwright: Playwright, chromium: str) -> Iterator[Browser]:
    """Yield a Chromium without a graphics adapter: `requestAdapter()` gives null."""
    with _launched(playwright, chromium) as launched:
        yield launched


@pytest.fixture(scope="session")
def adapter_browser(playwright: Playwright, chromium: str) -> Iterator[Browser]:
    """Yield a Chromium whose graphics adapter is drawn by the processor (SwiftShader)."""
    with _launched(playwright, chromium, *SOFTWARE_ADAPTER) as launched:
        yield launched


@contextmanager
def _launched(playwright: Playwright, path: str, *flags: str) -> Iterator[Browser]:
    launched = playwright.chromium.launch(executable_path=path, args=[*ALONE, *flags])
    yield launched
    launched.close()


@pytest.fixture(autouse=True)
def no_complaints(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test whose page complained, unless the test is marked as meaning it."""
    yield
    seen = {kind: list(said) for kind, said in COMPLAINTS.items()}
    for said in COMPLAINTS.values():
        said.clear()
    for kind, said in seen.items():
        if said and not request.node.get_closest_marker(kind):
            pytest.fail(f"{kind}: " + "\n".join(said))


@pytest.fixture
def visit(request: pytest.FixtureRequest, site: str) -> Iterator[Visit]:
    """Yield a function that opens the page; `adapter=True` gives it SwiftShader."""
    with ExitStack() as open_pages:

        def visited(path: str = "", *, adapter: bool = False, **options: Any) -> Page:
            browser = request.getfixturevalue("adapter_browser" if adapter else "browser")
            return open_pages.enter_context(opened(browser, site, path, **options))

        yield visited


@pytest.fixture(scope="module")
def ready(browser: Browser, site: str) -> Iterator[Page]:
    """Yield one page per module, ready, on a phone without an adapter and with 4 GB of memory."""
    with opened(browser, site, prelude=signal("deviceMemory", "4")) as page:
        yield page


@pytest.fixture(scope="module")
def ready_with_adapter(adapter_browser: Browser, site: str) -> Iterator[Page]:
    """Yield one page per module, ready, on a desktop with a software adapter."""
    with opened(adapter_browser, site, size=DESKTOP) as page:
        yield page
