"""A fresh browser whose processes are weighed.

In: a page's address and steps to run in it. Out: for each step the highest
resident memory of the tab's process and of the GPU process. The kernel keeps
that peak itself (VmHWM) and forgets it on request, once per step, so no peak
falls between two samples; samples every 20 ms place peaks within a step.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread

from playwright.sync_api import BrowserContext, Page, sync_playwright

from tools.bench.browser_processes import browser_of, command, family

_FLAGS = [
    "--no-sandbox",
    "--disable-features=SpareRendererForSitePerProcess",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]
_WEBGPU = [
    "--enable-unsafe-webgpu",
    "--use-webgpu-adapter=swiftshader",
    "--enable-features=Vulkan",
]
_KEYS = ("VmRSS", "VmHWM", "RssAnon", "RssFile", "RssShmem", "VmData")


def weigh(process: int) -> dict[str, int]:
    """Return a process's resident bytes: now, at most, and of which kind."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    pairs = (line.split(":") for line in lines)
    return {key: int(rest.split()[0]) * 1024 for key, rest in pairs if key in _KEYS}


def forget_peak(process: int) -> None:
    """Set a process's VmHWM back to what is resident now."""
    Path(f"/proc/{process}/clear_refs").write_text("5")


def _processor_time(process: int) -> int:
    return sum(map(int, Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[11:13]))


def processes(profile: str, kind: str) -> list[int]:
    """Return the processes of one kind that belong to a browser's profile folder."""
    everyone = family(browser_of(Path(profile)))
    return sorted(one for one in everyone if f"--type={kind}".encode() in command(one))


@dataclass(slots=True)
class Scale:
    """Watches two processes and keeps every sample: time, page bytes, GPU bytes."""

    page: int
    gpu: int | None
    samples: list[tuple[float, int, int]] = field(default_factory=list)
    _done: Event = field(default_factory=Event)
    _thread: Thread | None = None

    def start(self) -> None:
        """Begin to sample."""
        self._thread = Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop sampling."""
        self._done.set()
        if self._thread:
            self._thread.join()

    def _watch(self) -> None:
        while not self._done.wait(0.02):
            try:
                gpu = weigh(self.gpu)["VmRSS"] if self.gpu else 0
                self.samples.append((time.monotonic(), weigh(self.page)["VmRSS"], gpu))
            except (OSError, KeyError):
                return

    def highest(self, since: float, until: float) -> tuple[int, int]:
        """Return the highest sample of each process between two moments."""
        between = [(page, gpu) for at, page, gpu in self.samples if since <= at <= until]
        return max((p for p, _ in between), default=0), max((g for _, g in between), default=0)


@dataclass(slots=True)
class Tab:
    """An open page with the processes behind it."""

    page: Page
    process: int
    gpu: int | None
    scale: Scale


def _settled(page: Page, profile: str) -> int:
    """Return the page's own process: the one that works when the page does.

    The browser's own pages (its tab strip) have processes too, and say so.
    """
    page.wait_for_timeout(1000)
    candidates = [
        one for one in processes(profile, "renderer") if b"--top-chrome-webui" not in command(one)
    ]
    before = {one: _processor_time(one) for one in candidates}
    page.evaluate("() => { const end = performance.now() + 250; while (performance.now() < end); }")
    return max(candidates, key=lambda one: _processor_time(one) - before[one])


@contextmanager
def _launched(chromium: str, *, webgpu: bool) -> Iterator[tuple[BrowserContext, str]]:
    with (
        TemporaryDirectory(prefix="bench-profile-", ignore_cleanup_errors=True) as profile,
        sync_playwright() as play,
    ):
        context = play.chromium.launch_persistent_context(
            profile,
            executable_path=chromium,
            headless=True,
            args=_FLAGS + (_WEBGPU if webgpu else []),
        )
        try:
            yield context, profile
        finally:
            context.close()


@contextmanager
def tab(
    chromium: str, address: str, *, webgpu: bool, before: Callable[[Page], None] | None = None
) -> Iterator[Tab]:
    """Open one page in a fresh browser and weigh it while it lives.

    `before` is what an earlier visit did, in a page that is closed again.
    """
    with _launched(chromium, webgpu=webgpu) as (context, profile):
        page = context.pages[0]
        page.set_default_timeout(600_000)
        page.goto(address)
        if before:
            before(page)
            earlier, page = page, context.new_page()
            page.set_default_timeout(600_000)
            page.goto(address)
            earlier.close()
        process = _settled(page, profile)
        page.wait_for_timeout(700)
        gpu = next(iter(processes(profile, "gpu-process")), None)
        scale = Scale(process, gpu)
        scale.start()
        try:
            yield Tab(page, process, gpu, scale)
        finally:
            scale.stop()
