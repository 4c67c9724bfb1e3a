"""Take the loading of a model apart: what tab and GPU process hold while its files come and after.

    python -m tests.runtimes.load_path SHAPE PRECISION [--device wasm] [--files N]
        [--cached] [--limit MIB] [--touched SECONDS]

The model is made on the spot and loaded once in a fresh browser. Private memory (RssAnon) is told
apart from memory that both processes share (RssShmem). `--limit` lets the tab's process have so
much private memory above the empty page's and no more; what dies then needs more. `--touched`
clears the kernel's referenced bits that often and keeps what the tab touched between. A row is
added to load_path.json. Needs Linux and what the bench needs.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread
from typing import Any

from playwright.sync_api import Error as BrowserError
from playwright.sync_api import Page

from tests.runtimes.bench import browser
from tests.runtimes.bench.cases import Case
from tests.runtimes.bench.server import Site
from tests.runtimes.measure import HERE, PACKAGES, ROOT, make, versions

RECORD = ROOT / "tests" / "data" / "load_path.json"
MIB = 2**20
_SETTLING = 5.0  # seconds after loading in which the GPU process still copies
_LOAD = "(plan) => import('/page/load_path.mjs').then((m) => m.load(plan))"
_VISIT = "(files) => import('/page/load_path.mjs').then((m) => m.visit(files))"


@dataclass(frozen=True, slots=True)
class Sample:
    """What both processes held at a moment."""

    at: float
    page: dict[str, int]
    gpu: dict[str, int]


@dataclass(slots=True)
class Watch:
    """Samples two processes every 20 ms, and what the first touched every so many seconds."""

    page: int
    gpu: int | None
    seconds: float
    samples: list[Sample] = field(default_factory=list)
    touched: list[tuple[float, int, int]] = field(default_factory=list)
    _done: Event = field(default_factory=Event)
    _threads: list[Thread] = field(default_factory=list)

    def start(self) -> None:
        """Begin to watch."""
        watched = [self._weigh, self._clear] if self.seconds else [self._weigh]
        self._threads = [Thread(target=each, daemon=True) for each in watched]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Stop watching."""
        self._done.set()
        for thread in self._threads:
            thread.join()

    def _weigh(self) -> None:
        while not self._done.wait(0.02):
            try:
                page = browser.weigh(self.page)
                gpu = browser.weigh(self.gpu) if self.gpu else {}
            except OSError:
                return
            if "VmRSS" not in page:  # the process has ended and is not yet collected
                return
            self.samples.append(Sample(time.time(), page, gpu))

    def _clear(self) -> None:
        while not self._done.wait(self.seconds):
            try:
                referenced = _referenced(self.page)
                Path(f"/proc/{self.page}/clear_refs").write_text("1")
                resident = browser.weigh(self.page)["VmRSS"]
            except (OSError, KeyError):
                return
            self.touched.append((time.time(), referenced, resident))

    def page_peak(self, since: float, until: float, key: str) -> int:
        """Return the tab's highest sample between two moments, above its first."""
        first = self.samples[0].page[key]
        return max(each.page[key] - first for each in self.samples if since <= each.at <= until)

    def gpu_peak(self, since: float, until: float) -> int:
        """Return the GPU process's highest private memory between two moments, likewise."""
        between = [each.gpu["RssAnon"] for each in self.samples if since <= each.at <= until]
        return max(between) - self.samples[0].gpu["RssAnon"]


def _referenced(process: int) -> int:
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    return next(int(each.split()[1]) * 1024 for each in lines if each.startswith("Referenced:"))


def _phases(watch: Watch, said: dict[str, Any], *, gpu: bool) -> dict[str, Any]:
    """Return the peaks while files come in and while the session is made, and what was touched."""
    begin = next(each["at"] for each in said["steps"] if each["name"] == "begin")
    cut = next(each["at"] for each in said["steps"] if each["name"] == "heap")
    end = said["steps"][-1]["at"]
    until = end + _SETTLING
    found = {
        "heap": said["heap"],
        "download": {"own": watch.page_peak(begin, cut, "RssAnon")},
        "load": {
            "own": watch.page_peak(cut, until, "RssAnon"),
            "shared": watch.page_peak(cut, until, "RssShmem"),
            "private": watch.page_peak(begin, until, "VmData"),
        },
    }
    if gpu:
        found["load"]["graphics"] = watch.gpu_peak(cut, until)
        found["buffers"] = said["buffers"]
    return found | _touched(watch, begin, end)


def _touched(watch: Watch, begin: float, end: float) -> dict[str, Any]:
    during = [each for each in watch.touched if begin <= each[0] <= end]
    after = [touched for at, touched, _ in watch.touched if at > end + watch.seconds + 0.5]
    if not during:
        return {}
    most = {"most": max(each[1] for each in during), "of": max(each[2] for each in during)}
    ready = {"ready": max(after)} if after else {}
    return {"touched": {"seconds": watch.seconds, **most, **ready}}


def _limit(process: int, size: int) -> None:
    """Let a process have so many private bytes beyond what it has."""
    most = browser.weigh(process)["VmData"] + size
    subprocess.run(["prlimit", f"--data={most}", "--pid", str(process)], check=True)


def _loaded(
    tab: browser.Tab, case: Case, files: list[Path], asked: argparse.Namespace
) -> dict[str, Any]:
    """Load a model once; return the peaks, or how it died."""
    if asked.limit:
        _limit(tab.process, asked.limit * MIB)
    watch = Watch(tab.process, tab.gpu, asked.touched)
    watch.start()
    try:
        said: dict[str, Any] = tab.page.evaluate(_LOAD, case.plan([file.name for file in files]))
        tab.page.wait_for_timeout(1000 * (_SETTLING + 2 * asked.touched))
    except BrowserError as error:
        said_last = str(error).splitlines()[0].removeprefix("Page.evaluate: ")
        return {"died": said_last.removeprefix("Error: ")}
    finally:
        watch.stop()
    return _phases(watch, said, gpu=case.device == "webgpu")


def measure(case: Case, asked: argparse.Namespace) -> dict[str, Any]:
    """Make a model and load it once; return the row."""
    with tempfile.TemporaryDirectory(prefix="load-path-") as folder:
        files = make(case, Path(folder) / "case")
        packages = {name: asked.modules / path for name, path in PACKAGES.items()}
        packages["onnxruntime-web-next"] = asked.modules / "onnxruntime-web"
        site = Site({**packages, "page": HERE / "page", "model": Path(folder)})

        def visited(page: Page) -> None:
            page.evaluate(_VISIT, [f"{site.origin}/model/case/onnx/{f.name}" for f in files])

        try:
            with browser.tab(
                asked.chromium,
                f"{site.origin}/page/empty.html",
                webgpu=case.device == "webgpu",
                before=visited if asked.cached else None,
            ) as tab:
                found = _loaded(tab, case, files, asked)
        finally:
            site.close()
        return _question(case, files, asked) | found


def _question(case: Case, files: list[Path], asked: argparse.Namespace) -> dict[str, Any]:
    """Return what was loaded, how, and with which versions."""
    return {
        "shape": case.shape,
        "precision": case.precision,
        "runtime": case.runtime,
        "external": case.external,
        "visit": "cached" if asked.cached else "first",
        "limit": asked.limit * MIB or None,
        "files": {file.name: file.stat().st_size for file in files},
        "measured_on": datetime.now(UTC).date().isoformat(),
        "versions": versions(asked.chromium, asked.modules),
    }


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Take the loading of a model apart.")
    parser.add_argument("shape")
    parser.add_argument("precision")
    parser.add_argument("--device", default="webgpu", choices=("webgpu", "wasm"))
    parser.add_argument("--files", type=int, default=0, help="files of weights beside the graph")
    parser.add_argument("--cached", action="store_true", help="as on a second visit")
    parser.add_argument("--limit", type=int, default=0, help="private MiB above the empty page")
    parser.add_argument("--touched", type=float, default=0, help="seconds between looks")
    parser.add_argument("--chromium", default=shutil.which("chromium") or "chromium")
    parser.add_argument("--modules", type=Path, default=ROOT / "node_modules")
    return parser.parse_args()


def main() -> int:
    """Load a model once and keep the row."""
    asked = _asked()
    case = Case(
        runtime=f"transformersjs-{asked.device}",
        shape=asked.shape,
        precision=asked.precision,
        tokens=0,
        external=asked.files,
    )
    row = measure(case, asked)
    rows = json.loads(RECORD.read_text()) if RECORD.exists() else []
    RECORD.write_text(json.dumps([*rows, row], indent=1) + "\n")
    sys.stdout.write(json.dumps(row, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
