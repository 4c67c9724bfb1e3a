"""Act at random in one tab and print what it comes to: `python -m tools.soak --actions 5000`.

Out: a table of memory, and a line for each fault. Exit 1 where there is a fault: an answer that
is not the command line's, a complaint of the page, a tab or a heap that ends more than
`memory.MOST_GROWTH` above what it was after the first `SETTLED` actions.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import BrowserContext, sync_playwright

from tests.page.opening import COMPLAINTS, DESKTOP, opened, signal
from tools.find_chromium import MISSING, found
from tools.serve import Site
from tools.soak import agreement, memory, races

ROOT: Final = Path(__file__).resolve().parents[2]
SCRIPT: Final = Path(__file__).with_name("actions.js")
#: Actions until everything that is kept on purpose is kept, and the size is the usual one.
SETTLED: Final = 500
SAMPLED, COMPARED = 250, 50  # memory and an answer, once in so many actions
#: How often each kind of action comes, of the sum of all.
SHARES: Final = {
    "choose": 60,
    "scroll": 12,
    "formula": 8,
    "suggestion": 6,
    "share": 4,
    "language": 3,
    "find": 3,
    "back": 4,
}
DEVICE: Final = memory.PRELUDE + signal("deviceMemory", "8")
SIGNALS: Final = """async () => {
  const script = document.querySelector('script[src$="page.js"]').src;
  const { describe } = await import(script.replace("page.js", "python_worker.js"));
  return JSON.stringify(await describe());
}"""


class Visit:
    """One tab, and what was seen in it."""

    def __init__(self, page: Any, device: Path, seed: int) -> None:
        """Note nothing yet; the device is written into a file for the command line."""
        self.page, self.device = page, device
        self.dice = random.Random(seed)  # noqa: S311 - the same draws every time are wanted
        self.samples: list[memory.Sample] = []
        self.done: Counter[str] = Counter()
        self.faults: list[str] = []
        self.compared = 0
        device.write_text(page.evaluate(SIGNALS), encoding="utf-8")

    def act(self) -> str:
        """Do one thing that a visitor does, and return which."""
        (name,) = self.dice.choices(list(SHARES), list(SHARES.values()))
        self.page.evaluate("([name, chance]) => act(name, chance)", [name, self.dice.random()])
        self.done[name] += 1
        return name

    def compare(self, number: int) -> None:
        """Hold what the page shows against the command line's answer."""
        self.page.evaluate("act('language', 0)")  # the command line speaks English
        shown = self.page.evaluate("shown()")
        command = agreement.words(shown["link"], self.device)
        told = agreement.differences(shown, agreement.answered(command))
        self.faults += [f"action {number}: {each} ({shown['link']})" for each in told]
        self.compared += 1

    def sample(self, number: int) -> None:
        """Note what tab and worker hold, and print it."""
        self.samples.append(memory.sample(self.page, number))
        print(memory.row(self.samples[-1]), flush=True)

    def growth(self) -> Iterator[str]:
        """Yield what ended further above its beginning than it may."""
        first = next((each for each in self.samples if each.actions >= SETTLED), self.samples[-1])
        last = self.samples[-1]
        for name in ("heap", "tab"):
            before, after = getattr(first, name), getattr(last, name)
            if memory.grown(before, after):
                yield f"the {name} grew by {after / before - 1:.0%} after {first.actions} actions"


def soaked(page: Any, address: str, options: argparse.Namespace, device: Path) -> Visit:
    """Return a visit once all that it is to do is done."""
    visit = Visit(page, device, options.seed)
    print(memory.HEAD)
    for number in range(options.actions + 1):
        if number % SAMPLED == 0:
            visit.sample(number)
        if number % COMPARED == 0 and number:
            visit.compare(number)
        visit.act()
    visit.faults += visit.growth()
    visit.faults += races.hurried(page)
    visit.faults += races.two_tabs(page, address)
    visit.faults += races.reloaded(page, address)
    visit.faults += [each for said in COMPLAINTS.values() for each in said]
    return visit


def _with_actions(context: BrowserContext) -> None:
    context.add_init_script(path=SCRIPT)


def told(visit: Visit, seconds: float) -> None:
    """Print what a visit came to."""
    print(f"{sum(visit.done.values()):,} actions in {seconds:,.0f} s: {dict(visit.done)}")
    print(f"{visit.compared} answers held against the command line's; {len(visit.faults)} faults")
    for each in visit.faults[:20]:
        print(each)


def main() -> int:
    """Serve the built page, visit it, and return 1 where anything was wrong."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--actions", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    path = found()
    if path is None:
        raise SystemExit(MISSING)
    began = time.monotonic()
    with (
        Site(ROOT).running() as server,
        sync_playwright() as driver,
        tempfile.TemporaryDirectory() as folder,
    ):
        address, flags = f"{server.address}dist/", ["--no-sandbox", memory.FLAG]
        browser = driver.chromium.launch(executable_path=path, args=flags)
        with opened(browser, address, size=DESKTOP, prelude=DEVICE, setup=_with_actions) as page:
            visit = soaked(page, address, options, Path(folder) / "device.json")
        browser.close()
    told(visit, time.monotonic() - began)
    return 1 if visit.faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
