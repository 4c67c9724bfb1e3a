"""The memory of a tab and of the Python in its worker.

The tab's is the proportional set size of its process (`PSS`, proc(5)) without what is mapped from
files: the browser's own code is no tab's, and how many processes share it changes by itself. The
worker's is the size of Pyodide's WebAssembly memory, which grows by a fifth at a time and never
shrinks; how much of it the allocator has given out (`uordblks` of mallinfo(3)) says how near the
next step is.

What a tab's process grows by is not all the page's. Between actions 500 and 2,000 of a visit to
Chromium 156 the documents and scripts alive stayed at 7 MB and what malloc had given out at 46 MB,
while the heap that Blink keeps documents in went from 23 to 44 MB: it moves nothing, and gives back
no page of memory on which anything is alive (`blink_gc` in the browser's own memory dump).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tabfit.units import MIB

#: What the worker runs before Python: it notes what the first module with a memory exports.
PRELUDE: Final = """
for (const name of ["instantiate", "instantiateStreaming"]) {
  const plain = WebAssembly[name];
  WebAssembly[name] = async (...given) => {
    const made = await plain.apply(WebAssembly, given);
    const { exports } = made.instance ?? made;
    if (exports?.memory) globalThis.wasm ??= exports;
    return made;
  };
}
"""
_HEAP: Final = """() => {
  const place = wasm.malloc(40);
  wasm.mallinfo(place);
  const [, , , , , , , used] = new Uint32Array(wasm.memory.buffer, place, 10);
  wasm.free(place);
  return { size: wasm.memory.buffer.byteLength, used };
}"""
#: What lets `gc()` be called in the worker.
FLAG: Final = "--js-flags=--expose-gc"
#: How far the end may lie above the beginning.
MOST_GROWTH: Final = 0.10
_PSS: Final = re.compile(r"^Pss_(?:Anon|Shmem):\s+(\d+) kB", re.MULTILINE)


@dataclass(frozen=True)
class Sample:
    """What was held after so many actions, in bytes."""

    actions: int
    heap: int
    used: int
    tab: int


def pss(smaps_rollup: str) -> int:
    """Return the bytes of a process by the text of its /proc/PID/smaps_rollup."""
    return sum(int(each) * 1024 for each in _PSS.findall(smaps_rollup))


def sample(page: Any, actions: int) -> Sample:
    """Return what a page's tab and its worker hold, once JavaScript's garbage is gone.

    The tab's is collected from outside: `gc()` is called by a script, whose stack keeps what might
    be an address, and a page that has no more than 5 MB of documents kept 50 MB that way.
    """
    page.workers[0].evaluate("gc()")
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    session.detach()
    heap = page.workers[0].evaluate(_HEAP)
    tab = tab_size(page.context.browser)
    return Sample(actions=actions, heap=heap["size"], used=heap["used"], tab=tab)


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
    sizes = (each.heap, each.used, each.tab)
    return f"{each.actions:8,} " + " ".join(f"{size / MIB:10.1f} MiB" for size in sizes)


HEAD: Final = f"{'actions':>8} {'worker':>14} {'in use':>14} {'tab':>14}"
