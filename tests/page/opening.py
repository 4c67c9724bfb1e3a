"""Opening the page for a test: which device, which faults, and what it complains of."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import escape
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, Request, Route

PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 800}
PATIENCE = 120_000  # milliseconds: a busy machine of two cores starts Python slowly

OTHERS = "connect-src 'self'"  # where the page's rules name whom it may ask

# What the pages of the running test complained of, by the mark that allows it.
COMPLAINTS: dict[str, list[str]] = {"console_errors": [], "other_hosts": []}


class Visit(Protocol):
    """Open the page as `opened` does; `adapter=True` gives it a software adapter."""

    def __call__(self, path: str = "", *, adapter: bool = False, **options: Any) -> Page:
        """Return the open page; it is closed when the test ends."""


@contextmanager
def opened(
    browser: Browser,
    site: str,
    path: str = "",
    *,
    size: dict[str, int] = PHONE,
    dark: bool = False,
    scripts: bool = True,
    offline_copy: bool = False,
    prelude: str = "",
    setup: Callable[[BrowserContext], object] | None = None,
    until: str | None = "ready",
    hub: str = "",
    **more: Any,
) -> Iterator[Page]:
    """Yield the page open at `path`, once `html[data-state]` says `until`.

    `hub` is the address of a hub that the page is set to; see `may_ask`.

    `prelude` runs in the worker before Python; `setup` gets the context before the
    page is opened, to sabotage what it likes; `offline_copy` lets the service
    worker be registered; `more` goes to Playwright's `new_context`.
    """
    context = browser.new_context(
        viewport={"width": size["width"], "height": size["height"]},
        color_scheme="dark" if dark else "light",
        java_script_enabled=scripts,
        service_workers="allow" if offline_copy else "block",
        **more,
    )
    context.set_default_timeout(PATIENCE)
    _watched(context, {urlsplit(site).netloc, urlsplit(hub).netloc})
    if hub:
        told = f"localStorage.setItem('hub', {hub!r})"
        context.add_init_script(f"if (location.host) {told}")  # a blank page has no storage
    if prelude:
        changed(context, "**/interpreter.mjs*", lambda script: f"{prelude}\n{script}")
    if setup:
        setup(context)
    try:
        page = context.new_page()
        page.goto(site + path, wait_until="commit" if scripts else "load")
        if until and scripts:
            reached(page, until)
        yield page
    finally:  # a page that never came, too, must not complain in another test
        context.unroute_all(behavior="ignoreErrors")  # what is still on its way no test waits for
        context.close()


def reached(page: Page, state: str) -> None:
    """Wait until the page says it is in a state."""
    page.locator(f"html[data-state={state}]").wait_for(state="attached")


_PAINTED = "new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)))"


def painted(page: Page) -> None:
    """Wait until what the page has to show by now has been painted."""
    page.evaluate(_PAINTED)


def mended(page: Page) -> None:
    """Let every file arrive as it is, once the answers that are being spoilt have been given."""
    page.context.unroute_all(behavior="wait")


def asked(page: Page, function: str, *text: str) -> str:
    """Return what one of Python's functions answers to the page, once PyScript is there."""
    page.wait_for_function("document.getElementById('estimator').xworker?.ready")
    call = f"""async (text) => {{
      const {{ xworker }} = document.getElementById("estimator");
      await xworker.ready;
      return xworker.sync.{function}(...text);
    }}"""
    answer: str = page.evaluate(call, list(text))
    return answer


_DESCRIBE = """async () => {
  const { describe } = await import(document.querySelector('script[src$="page.js"]').src
    .replace("page.js", "python_worker.js"));
  return JSON.stringify(await describe());
}"""


def described(page: Page) -> dict[str, Any]:
    """Return the device as the page's Python describes it."""
    device: dict[str, Any] = json.loads(page.evaluate(_DESCRIBE))
    return device


class Held:
    """A setup by which requests wait until they are let go; those that come later do not."""

    def __init__(self, pattern: str) -> None:
        """Hold what matches `pattern`."""
        self._pattern = pattern
        self._waiting: list[Route] = []
        self._free = False

    def __call__(self, context: BrowserContext) -> None:
        """Hold a context's requests."""
        context.route(self._pattern, self._hold)

    def _hold(self, route: Route) -> None:
        if self._free:
            route.continue_()
        else:
            self._waiting.append(route)

    def came(self, page: Page) -> None:
        """Wait until something has been asked for."""
        for _ in range(PATIENCE // 50):
            if self._waiting:
                return
            page.wait_for_timeout(50)
        raise AssertionError(f"nobody asked for {self._pattern}")

    def let_go(self) -> None:
        """Let what waits arrive, and what comes from now on."""
        self._free = True
        for route in self._waiting:
            route.continue_()


def changed(context: BrowserContext, pattern: str, change: Callable[[str], str]) -> None:
    """Serve the scripts of `pattern` as `change` leaves them."""

    def answer(route: Route) -> None:
        fetched = route.fetch()
        route.fulfill(response=fetched, body=change(fetched.text()))

    context.route(pattern, answer)


def appended(pattern: str, lines: str) -> Callable[[BrowserContext], None]:
    """Return a setup by which a script has more lines."""
    return lambda context: changed(context, pattern, lambda script: f"{script}\n{lines}\n")


def without_snapshot(context: BrowserContext) -> None:
    """Let Python start from its files, as it does where its memory cannot be restored."""
    context.route("**/memory.wasm", lambda route: route.fulfill(status=404))


def signal(name: str, value: str) -> str:
    """Return a prelude by which `navigator.<name>` is a JavaScript value in the worker."""
    return (
        f"Object.defineProperty(WorkerNavigator.prototype, {name!r},"
        f" {{ get: () => ({value}), configurable: true }});"
    )


def without(name: str) -> str:
    """Return a prelude by which the worker's navigator has no such property."""
    return f"delete WorkerNavigator.prototype.{name};"


def may_ask(built: Path, hub: str, folder: Path) -> None:
    """Write into `folder` the page as a build whose `SITE_HUBS` names a hub would be.

    The rules are in the documents and among the headers; all else is the same files.
    """
    shutil.copytree(built, folder, ignore=shutil.ignore_patterns("m", "og"))
    for path in (folder / "index.html", folder / "_headers"):
        text = path.read_text(encoding="utf-8")
        for own in (OTHERS, escape(OTHERS)):
            text = text.replace(own, f"{own} {hub}")
        path.write_text(text, encoding="utf-8")


def choose_model(page: Page, name: str) -> None:
    """Choose a model of the catalogue by its id, as a visitor does."""
    page.locator("#open-finder").click()
    page.locator("#find").fill(name)
    page.locator(f'[id="match-{name}"]').click()


_DROP = """([name, bytes]) => {
  const carried = new DataTransfer();
  carried.items.add(new File([new Uint8Array(bytes)], name));
  const how = { dataTransfer: carried, bubbles: true, cancelable: true };
  for (const type of ["dragover", "drop"]) document.body.dispatchEvent(new DragEvent(type, how));
}"""


def drop(page: Page, name: str, content: bytes) -> None:
    """Drop a file on the page."""
    page.evaluate(_DROP, [name, list(content)])


def _watched(context: BrowserContext, hosts: set[str]) -> None:
    """Note every complaint of a context's pages, and every request to another host."""
    errors, strangers = COMPLAINTS["console_errors"], COMPLAINTS["other_hosts"]
    context.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    context.on("weberror", lambda fault: errors.append(str(fault.error)))

    def asked(request: Request) -> None:
        if urlsplit(request.url).netloc not in hosts | {""}:
            strangers.append(request.url)

    context.on("request", asked)
