"""Let files that the page needs later fail in many ways, in a real browser.

In: the built page. Each visit takes a few late files at random and has each fail in a way of its
own: missing, refused, cut, noisy, empty, another file. The visitor uses what needs them, goes on,
and tries again once the files come. Out: a line with the number of faults.
Exit 1 where the page called it a fault of its own, no longer answered, or did not recover.

    python -m tools.fuzz.late_files --count 40 --seed 1
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from playwright.sync_api import Browser, BrowserContext, Error, Page, Route, sync_playwright

from tests.page.opening import COMPLAINTS, DESKTOP, opened
from tools.dist.paths import DIST, ROOT
from tools.find_chromium import MISSING, found
from tools.fuzz.trials import counting
from tools.serve import TYPES, Site

#: Late files by what a visitor does that needs them.
FILES: Final = {
    "ways": ("**/wheels/numpy-*", "**/wheels/micropip-*", "**/wheels/tabfitgrid-*"),
    "link": ("**/wheels/segno-*", "**/wheels/micropip-*"),
    "language": ("**/locale/de.mo",),
    "finder": ("**/model_search.js*",),
    "all": ("**/python_stdlib.zip", "**/tabfit-*.whl", "**/app-*.whl"),
}
#: What a visitor does, what is there once it has worked, and where it says what is lacking.
CHOOSE_GERMAN: Final = (
    "{ const list = document.querySelector('#language'); list.value = 'de';"
    "list.dispatchEvent(new Event('change', { bubbles: true })) }"
)
ACTS: Final = {
    "finder": ("undefined", "#open-finder", "#late"),  # it is fetched as the page opens
    "ways": (
        "document.querySelector('#alternatives').scrollIntoView()",
        "#alternatives table",
        "#alternatives",
    ),
    "link": ("document.querySelector('[data-share]').click()", "#qr svg", "#sharing"),
    "language": (CHOOSE_GERMAN, "html[lang=de]", "#late"),
}
SCRIPT: Final = "**/model_search.js*"
PROBLEM: Final = ".late-problem button"
Fault = Callable[[Route, random.Random], None]


def _content(route: Route) -> bytes:
    """Return the file that is asked for, from the built folder."""
    path = urlsplit(route.request.url).path.partition(f"/{DIST.name}/")[2]
    return (DIST / unquote(path)).read_bytes()


def _with(route: Route, body: bytes) -> None:
    suffix = PurePosixPath(urlsplit(route.request.url).path).suffix
    route.fulfill(status=200, body=body, content_type=TYPES.get(suffix))


def _noisy(route: Route, dice: random.Random) -> None:
    body = bytearray(_content(route))
    for _ in range(dice.randint(1, 20)):
        body[dice.randrange(len(body))] ^= dice.randint(1, 255)
    _with(route, bytes(body))


def _cut(route: Route, dice: random.Random) -> None:
    body = _content(route)
    _with(route, body[: dice.randrange(len(body))])


FAULTS: Final[dict[str, Fault]] = {
    "missing": lambda route, _: route.fulfill(status=404),
    "broken": lambda route, _: route.fulfill(status=503, body="later"),
    "refused": lambda route, _: route.abort(),
    "empty": lambda route, _: _with(route, b""),
    "another file": lambda route, _: _with(route, b"<!doctype html><title>no</title>"),
    "noisy": _noisy,
    "cut": _cut,
}


def _failing(fault: Fault, dice: random.Random) -> Callable[[Route], None]:
    """Return a handler of one argument, as the driver counts them."""
    return lambda route: fault(route, dice)


def sabotaged(context: Any, dice: random.Random) -> dict[str, str]:
    """Have one to three late files fail, and return which fails how."""
    every = sorted({pattern for patterns in FILES.values() for pattern in patterns})
    chosen = {pattern: dice.choice(sorted(FAULTS)) for pattern in dice.sample(every, 3)}
    if chosen.get(SCRIPT) == "noisy":
        chosen[SCRIPT] = "missing"  # a script that still runs is another script
    for pattern, fault in chosen.items():
        context.route(pattern, _failing(FAULTS[fault], dice))
    return chosen


def settled(page: Page, selector: str, problem: str) -> bool:
    """Wait for what was wanted or for the word that it is lacking; return whether it came."""
    page.wait_for_selector(f"{selector}, {problem}", state="attached", timeout=60_000)
    return page.locator(problem).count() == 0


def wrong(page: Page, chosen: dict[str, str], dice: random.Random) -> Iterator[str]:
    """Use every part, each that is lacking again without faults, and yield what is wrong."""
    first, *others = ACTS
    for name in (first, *dice.sample(others, len(others))):
        act, selector, place = ACTS[name]
        page.evaluate(act)
        lacking = not settled(page, selector, f"{place} {PROBLEM}")
        yield from unanswered(page, name)
        if lacking:
            for pattern in chosen:
                page.context.unroute(pattern)
            again = f"{{ click() {{ {act} }} }}"  # where another part's answer ended the line
            page.evaluate(f"(document.querySelector('{place} {PROBLEM}') ?? {again}).click()")
            page.wait_for_selector(selector, state="attached", timeout=60_000)
    page.evaluate("document.querySelector('#sharing').close()")
    yield from unanswered(page, "everything")


def unanswered(page: Page, after: str) -> Iterator[str]:
    """Yield that the page no longer answers, where it does not."""
    if page.locator("#failure").is_visible():
        yield f"{after}: {page.locator('#failure').inner_text()[:200]}"
        return
    chosen = page.evaluate(
        "(() => { const list = document.querySelector('#choose-context');"
        "const other = [...list.options].find((each) => each.value && !each.selected);"
        "list.value = other.value; list.dispatchEvent(new Event('change', { bubbles: true }));"
        "return other.value })()"
    )
    page.wait_for_function(f"location.hash.includes('context={chosen}')", timeout=30_000)


def visited(browser: Browser, address: str, seed: int, number: int) -> list[str]:
    """Return what was wrong in one visit."""
    dice = random.Random(f"{seed}:{number}")  # noqa: S311 - the same draws every time are wanted
    chosen: dict[str, str] = {}
    try:

        def sabotage(context: BrowserContext) -> None:
            chosen.update(sabotaged(context, dice))

        with opened(browser, address, size=DESKTOP, setup=sabotage) as page:
            found = list(wrong(page, chosen, dice))
    except Error as error:
        found = [str(error).split("\n", maxsplit=1)[0]]
    strangers = [f"asked {each}" for each in COMPLAINTS["other_hosts"]]
    for said in COMPLAINTS.values():
        said.clear()
    return [f"visit {number}, {chosen}: {each}" for each in (*found, *strangers)]


def main() -> int:
    """Make so many visits and say what was wrong."""
    options = counting(__doc__, 40).parse_args()
    path = found()
    if path is None:
        raise SystemExit(MISSING)
    faults: list[str] = []
    with Site(ROOT).running() as server, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        for number in range(options.count):
            told = visited(browser, f"{server.address}dist/", options.seed, number)
            faults += told
            print("\n".join(told), end="\n" if told else "", flush=True)
        browser.close()
    print(f"{options.count} visits with late files that fail: {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
