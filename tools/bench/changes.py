"""Changes on the open page: how long until the new answer is shown, and Python's own part of it.

Each change takes the next option of one of the lists of the page's question. *Whole* is from the
change to the new link, with which the answer is on the page; *Python* is `respond`'s own time in
the worker.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import quantiles
from typing import Any

from playwright.sync_api import BrowserContext, Route

from tools.bench.slow_site import SlowSite
from tools.bench.visits import KEPT

LISTS = ("precision", "runtime", "context", "device", "prompt")
#: Lets the worker's Python be reached from here; nothing in the page itself offers that.
BEGUN = "const begun = "
REACHED = "\nbegun.then((python) => (globalThis.python = python));\n"
TIMED = """
import time
from app import answering
taken = []
untimed = answering.respond
def timed(question):
    began = time.perf_counter()
    reply = untimed(question)
    if '"part"' not in question:
        taken.append(1000 * (time.perf_counter() - began))
    return reply
answering.respond = timed
"""
ONE = """async (name) => {
  const list = document.querySelector(`main form[data-asks] select[name="${name}"]`);
  const all = [...(list?.options ?? [])].filter((each) => !each.disabled);
  if (all.length < 2) return null;
  const next = all[(all.indexOf(list.selectedOptions[0]) + 1) % all.length];
  const began = performance.now();
  const shown = new Promise((done) => {
    for (const way of ["pushState", "replaceState"]) {
      const plain = History.prototype[way];
      history[way] = (...told) => { plain.apply(history, told); done(performance.now() - began); };
    }
    setTimeout(() => done(null), 20_000);
  });
  list.value = next.value;
  list.dispatchEvent(new Event("change", { bubbles: true }));
  const whole = await shown;
  delete history.pushState;
  delete history.replaceState;
  await new Promise((go) => setTimeout(go, 30));
  return whole;
}"""


@dataclass(frozen=True, slots=True)
class Spread:
    """Half of all take at most `p50` milliseconds, and 19 of 20 at most `p95`."""

    count: int
    p50: float
    p95: float


def spread(taken: list[float]) -> Spread:
    """Return the spread of some milliseconds.

    >>> spread([float(each) for each in range(1, 101)])
    Spread(count=100, p50=50.5, p95=95.05)
    """
    parts = quantiles(taken, n=100, method="inclusive")
    return Spread(len(taken), round(parts[49], 3), round(parts[94], 3))


def changes(context: BrowserContext, site: SlowSite, page: str, count: int) -> dict[str, Spread]:
    """Return what so many changes on a page took, the whole and Python's part."""
    context.route("**/interpreter.mjs*", _reachable)
    opened = context.new_page()
    opened.goto(site.address + page)
    opened.wait_for_function("seen.ready", polling=100)
    opened.evaluate(KEPT)
    (worker,) = opened.workers
    worker.evaluate("(text) => python.runPython(text)", TIMED)
    whole = _made(lambda name: opened.evaluate(ONE, name), count)
    python: list[float] = worker.evaluate("() => python.globals.get('taken').toJs()")
    opened.close()
    return {"whole": spread(whole), "python": spread(python)}


def _made(change: Callable[[str], Any], count: int) -> list[float]:
    """Return the milliseconds of so many changes, each list in its turn."""
    found: list[float] = []
    for at in range(4 * count):
        taken = change(LISTS[at % len(LISTS)])
        if taken is not None:
            found.append(taken)
        if len(found) == count:
            break
    return found


def _reachable(route: Route) -> None:
    fetched = route.fetch()
    text = fetched.text()
    if BEGUN not in text:
        raise ValueError("static/interpreter.mjs starts Python in another way")
    route.fulfill(response=fetched, body=text + REACHED)
