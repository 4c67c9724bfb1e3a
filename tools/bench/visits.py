"""Visits of a page in a real Chromium: what a visitor waits for, and what it takes.

A page says that it has answered whole by `data-state="ready"` on its root, as ours does; a verdict
that stands before, by rules that need no Python, by `data-first-verdict`. A *cold* visit is the
first of a new profile; a *warm* one comes later in the same, with all that the browser and the
page's service worker have kept. *Slow* is a processor a quarter as fast, and for what comes cold
also 9 Mbit/s and 150 ms.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page, Playwright

from tools.bench.browser_processes import browser_of, slowed, tab_bytes
from tools.bench.slow_site import PLAIN, SLOW, SlowSite

SLOWER = 4  # times; what Lighthouse takes a phone of the middle to be
PHONE = {"width": 360, "height": 740}
PATIENCE = 600_000  # milliseconds: a busy machine, slowed down besides
WATCH = """
window.seen = { longest: 0, shift: 0, verdict: null, ready: null };
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) seen.longest = Math.max(seen.longest, duration);
}).observe({ type: "longtask", buffered: true });
new PerformanceObserver((list) => {
  for (const { value, hadRecentInput } of list.getEntries())
    if (!hadRecentInput) seen.shift += value;
}).observe({ type: "layout-shift", buffered: true });
new MutationObserver(() => {
  const { state, firstVerdict } = document.documentElement.dataset;
  if (firstVerdict || state === "ready") seen.verdict ??= performance.now();
  if (state === "ready") seen.ready ??= performance.now();
}).observe(document, {
  attributes: true, attributeFilter: ["data-state", "data-first-verdict"], subtree: true,
});
"""
TOLD = """() => ({ ...seen, began: performance.timeOrigin,
  paint: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? null })"""
#: Once the page has kept all that it keeps; a page without a service worker is done at once.
KEPT = """async () => {
  const element = document.querySelector("[data-service-worker]");
  if (element && navigator.serviceWorker) await navigator.serviceWorker.ready;
}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One visit: milliseconds from the navigation, bytes, and the sum of layout shifts."""

    page: str
    cold: bool
    slow: bool
    paint: float
    verdict: float
    ready: float  # the whole answer; of a page that answers at once the same
    blocking: float  # the longest task of the main thread, 0 where none took 50 ms
    shift: float
    sent: int  # bytes of the answers to what was asked before the page was ready
    memory: int  # the tab's, once it has kept what it keeps

    def as_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        return asdict(self)


def round_of(
    driver: Playwright, chromium: str, site: SlowSite, page: str, warm: int
) -> list[Visit]:
    """Return a cold visit, so many warm ones, plain and slow, and a cold one that is slow."""
    found = []
    with profile(driver, chromium) as (context, process):
        found.append(_visit(context, process, site, page, cold=True, slow=False))
        for slow in (False, True):
            found += [
                _visit(context, process, site, page, cold=False, slow=slow) for _ in range(warm)
            ]
    with profile(driver, chromium) as (context, process):
        found.append(_visit(context, process, site, page, cold=True, slow=True))
    return found


@contextmanager
def profile(driver: Playwright, chromium: str) -> Iterator[tuple[BrowserContext, int]]:
    """Yield a browser that knows nothing yet, and its process."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name).resolve()
        context = driver.chromium.launch_persistent_context(
            folder,
            executable_path=chromium,
            args=["--no-sandbox"],
            viewport=PHONE,  # type: ignore[arg-type]
        )
        context.set_default_timeout(PATIENCE)
        context.add_init_script(WATCH)
        yield context, browser_of(folder)
        context.close()


def _visit(
    context: BrowserContext, process: int, site: SlowSite, page: str, *, cold: bool, slow: bool
) -> Visit:
    site.link = SLOW if cold and slow else PLAIN
    site.asked.clear()
    opened = context.new_page()
    time.sleep(0.3)  # the new tab's own work
    with slowed(process, SLOWER if slow else 1):
        opened.goto(site.address + page, wait_until="commit")
        opened.wait_for_function("seen.ready", polling=100)
        told = opened.evaluate(TOLD)
    return _told(opened, process, site, {"page": page, "cold": cold, "slow": slow}, told)


def _told(
    opened: Page, process: int, site: SlowSite, of: dict[str, Any], told: dict[str, Any]
) -> Visit:
    site.link = PLAIN
    opened.evaluate(KEPT)
    time.sleep(0.5)
    told |= opened.evaluate(TOLD)
    sent = site.bytes_before((told["began"] + told["ready"]) / 1000)
    visit = Visit(
        **of,
        paint=told["paint"] or told["ready"],
        verdict=told["verdict"],
        ready=told["ready"],
        blocking=told["longest"],
        shift=told["shift"],
        sent=sent,
        memory=tab_bytes(process),
    )
    opened.close()
    return visit
