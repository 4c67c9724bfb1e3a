"""The memory of a tab and of the Python in its worker.

The tab's is the proportional set size of its process (`PSS`, proc(5)): what it shares with other
processes of the browser counts by its share. The worker's is the size of Pyodide's WebAssembly
memory, which grows and never shrinks, and how much of it the allocator holds as used
(`mallinfo`, mallinfo(3)).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tabfit.units import MIB

#: What the worker runs before Python: it notes the memory of the first module that brings one.
PRELUDE: Final = """
for (const name of ["instantiate", "instantiateStreaming"]) {
  const plain = WebAssembly[name];
  WebAssembly[name] = async (...given) => {
    const made = await plain.apply(WebAssembly, given);
    globalThis.heap ??= (made.instance ?? made).exports?.memory;
    return made;
  };
}
"""
#: How far the end may lie above the beginning.
MOST_GROWTH: Final = 0.10
_PSS: Final = re.compile(r"^Pss:\s+(\d+) kB", re.MULTILINE)


@dataclass(frozen=True)
class Sample:
    """What was held after so many actions, in bytes."""

    actions: int
    heap: int
    tab: int


def pss(smaps_rollup: str) -> int:
    """Return the bytes of a process by the text of its /proc/PID/smaps_rollup."""
    found = _PSS.search(smaps_rollup)
    return int(found[1]) * 1024 if found else 0


def sample(page: Any, actions: int) -> Sample:
    """Return what a page's tab and its worker hold, once JavaScript's garbage is gone."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    session.detach()
    heap = page.workers[0].evaluate("heap.buffer.byteLength")
    return Sample(actions=actions, heap=heap, tab=tab_size(page.context.browser))


def tab_size(browser: Any) -> int:
    """Return the bytes of the largest process that renders pages: the only tab's."""
    session = browser.new_browser_cdp_session()
    processes = session.send("SystemInfo.getProcessInfo")["processInfo"]
    session.detach()
    renderers = [each["id"] for each in processes if each["type"] == "renderer"]
    return max(pss(Path(f"/proc/{pid}/smaps_rollup").read_text("ascii")) for pid in renderers)


def grown(first: int, last: int) -> bool:
    """Return whether something ended further above its beginning than it may."""
    return last > first * (1 + MOST_GROWTH)


def row(each: Sample) -> str:
    """Return a line of the table."""
    return f"{each.actions:8,} {each.heap / MIB:10.1f} MiB {each.tab / MIB:10.1f} MiB"
