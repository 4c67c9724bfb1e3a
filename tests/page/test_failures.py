"""The page fails politely: each way to fail is provoked once."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, Route, expect

from tests.page.opening import Held, Visit, appended, asked, mended, reached, without_snapshot

Sabotage = Callable[[BrowserContext], object]

pytestmark = pytest.mark.console_errors  # the browser itself logs what does not load


def missing(pattern: str) -> Sabotage:
    """Return a sabotage by which a file is not there."""
    return lambda context: context.route(pattern, lambda route: route.fulfill(status=404))


def spoilt(pattern: str) -> Sabotage:
    """Return a sabotage by which a file has one byte more than it had when it was named."""
    return lambda context: context.route(pattern, _with_a_byte_more)


def _with_a_byte_more(route: Route) -> None:
    fetched = route.fetch()
    route.fulfill(response=fetched, body=fetched.body() + b"!")


def cut(pattern: str) -> Sabotage:
    """Return a sabotage by which only half of a file arrives."""

    def answer(route: Route) -> None:
        fetched = route.fetch()
        route.fulfill(response=fetched, body=fetched.body()[: len(fetched.body()) // 2])

    return lambda context: context.route(pattern, answer)


def ordinarily(fault: Sabotage) -> Sabotage:
    """Return a sabotage of the ordinary start, which is had where there is no snapshot."""

    def both(context: BrowserContext) -> None:
        without_snapshot(context)
        fault(context)

    return both


BROKEN = """
from app import answering
async def answer(question):
    raise ValueError("broken")
answering.answer = answer
"""
FAULTS = [
    pytest.param(missing("**/page.js"), "did not arrive", id="page script missing"),
    pytest.param(missing("**/interpreter.mjs*"), "Python did not start", id="interpreter missing"),
    pytest.param(missing("**/pyodide.mjs"), "Python did not start", id="Pyodide missing"),
    pytest.param(missing("**/*.wasm"), "Python did not start", id="WebAssembly file missing"),
    pytest.param(
        ordinarily(missing("**/python_stdlib.zip")), "Python did not start", id="library missing"
    ),
    pytest.param(missing("**/pyodide-lock.json"), "Python did not start", id="lock missing"),
    pytest.param(
        ordinarily(missing("**/tabfit-*.whl")), "did not arrive whole", id="wheel missing"
    ),
    pytest.param(
        ordinarily(spoilt("**/tabfit-*.whl")), "did not arrive whole", id="wheel with a wrong hash"
    ),
    pytest.param(
        appended("**/interpreter.mjs*", f"begun.then((python) => python.runPython({BROKEN!r}));"),
        "a fault of its own",
        id="exception in an answer",
    ),
    pytest.param(
        lambda context: context.add_init_script("delete window.WebAssembly"),
        "WebAssembly switched off",
        id="no WebAssembly",
    ),
]


@pytest.mark.parametrize(("sabotage", "message"), FAULTS)
def test_faults(visit: Visit, sabotage: Sabotage, message: str) -> None:
    """What failed is said in a sentence, with Retry, and what was on the page stays readable."""
    page = visit(setup=sabotage, until="failed")
    told(page, message)
    expect(page.get_by_role("heading").first).to_be_visible()


def told(page: Page, message: str) -> None:
    """Assert that the page shows a failure: a sentence, what happened, and Retry."""
    alert = page.locator("#failure")
    expect(alert).to_be_visible()
    expect(alert).to_have_attribute("role", "alert")
    expect(alert.locator("[data-part=what]")).to_contain_text(message)
    expect(alert.locator("[data-part=detail]")).not_to_be_empty()
    expect(alert.get_by_role("button", name="Retry")).to_be_visible()


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(missing("**/memory.wasm"), id="missing"),
        pytest.param(spoilt("**/memory.wasm"), id="damaged"),
        pytest.param(
            lambda context: context.route(
                "**/memory.wasm", lambda route: route.fulfill(status=200, body="<!doctype html>")
            ),
            id="another file",
        ),
    ],
)
def test_snapshot(visit: Visit, fault: Sabotage) -> None:
    """Without a whole snapshot Python starts from its files, and the page says nothing of it."""
    page = visit(setup=fault)
    expect(page.locator("#failure")).to_be_hidden()
    assert page.workers[0].evaluate("fromSnapshot") is False


LATE = [
    pytest.param(missing("**/python_stdlib.zip"), id="library missing"),
    pytest.param(missing("**/tabfit-*.whl"), id="wheel missing"),
    pytest.param(spoilt("**/tabfit-*.whl"), id="wheel with a wrong hash"),
]


@pytest.mark.parametrize("fault", LATE)
def test_late_files(visit: Visit, fault: Sabotage) -> None:
    """What arrives after the first answer may fail to: the page stays ready and answers."""
    page = visit("#v=1&model=distilbert", setup=fault)
    with pytest.raises(Error):  # Python's, when the page asks for what did not arrive
        asked(page, "whole")
    page.locator("[name=context]").select_option(index=1)
    expect(page).to_have_url(re.compile("context="))
    expect(page.locator("#failure")).to_be_hidden()


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(missing("**/core.js"), id="PyScript missing"),
        pytest.param(missing("**/worker.py"), id="Python script missing"),
        pytest.param(
            appended("**/worker.py", "raise ValueError('broken at the start')"),
            id="exception at the start",
        ),
    ],
)
def test_without_pyscript(visit: Visit, fault: Sabotage) -> None:
    """Without PyScript, which comes after the first answer, the page answers; the rest says so."""
    page = visit(setup=fault)
    answered_still(page)
    page.get_by_role("button", name="Share this answer").click()
    expect(page.locator("#sharing .late-problem")).to_be_visible()
    expect(page.locator("#link")).not_to_have_value("")


ALONE = [
    pytest.param(fault, pattern, id=f"{pattern} {kind}")
    for pattern in ("wheels/numpy-*", "wheels/micropip-*")
    for kind, fault in (("missing", missing), ("damaged", spoilt))
]


@pytest.mark.parametrize(("fault", "pattern"), ALONE)
def test_a_late_part_fails_alone(
    visit: Visit, fault: Callable[[str], Sabotage], pattern: str
) -> None:
    """What needs a file that did not come says so in its place; *Try again* brings it."""
    page = visit(setup=fault(f"**/{pattern}"))
    page.locator("#alternatives").scroll_into_view_if_needed()
    answered_still(page)
    page.locator("#alternatives").scroll_into_view_if_needed()  # choosing scrolled up
    problem = page.locator("#alternatives .late-problem")
    expect(problem).to_be_visible()
    mended(page)
    problem.get_by_role("button", name="Try again").click()
    expect(page.locator("#alternatives table").first).to_be_visible()


def test_without_the_grid_s_table(visit: Visit) -> None:
    """The other ways to run the model asked about are worked out here then."""
    page = visit(setup=missing("**/wheels/tabfitgrid-*"))
    page.locator("#alternatives").scroll_into_view_if_needed()
    expect(page.locator("#alternatives table").first).to_be_visible()


def answered_still(page: Page) -> None:
    """Assert that the page goes on answering."""
    expect(page.locator("#failure")).to_be_hidden()
    page.locator("[name=context]").select_option(index=1)
    expect(page).to_have_url(re.compile("context="))


@pytest.mark.parametrize("fault", [missing, cut, spoilt])
def test_a_language_fails_alone(visit: Visit, fault: Callable[[str], Sabotage]) -> None:
    """A language whose catalogue does not come leaves the page in the one it is in."""
    page = visit(setup=fault("**/locale/ru.mo"))
    page.locator("#language").select_option("ru")
    problem = page.locator("#late .late-problem")
    expect(problem).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("#language")).to_have_value("en")
    answered_still(page)
    mended(page)
    problem.get_by_role("button", name="Try again").click()
    expect(page.locator("html")).to_have_attribute("lang", "ru")


@pytest.mark.parametrize("pattern", ["**/locale/de.mo", "**/wheels/segno-*"])
def test_what_a_cache_holds_damaged_is_fetched_past_it(visit: Visit, pattern: str) -> None:
    """A file that came damaged once is asked for again, and nobody notices."""
    page = visit(setup=lambda context: context.route(pattern, _with_a_byte_more, times=1))
    page.locator("#language").select_option("de")
    expect(page.locator("html")).to_have_attribute("lang", "de")
    page.locator("button.main[data-share]").click()
    expect(page.locator("#qr svg")).to_be_visible()
    expect(page.locator(".late-problem")).to_have_count(0)


def test_a_picture_of_a_link_fails_alone(visit: Visit) -> None:
    """The link can be copied all the same; *Try again* draws its QR code."""
    page = visit(setup=missing("**/wheels/segno-*"))
    page.get_by_role("button", name="Share this answer").click()
    problem = page.locator("#sharing .late-problem")
    expect(problem).to_be_visible()
    expect(page.locator("#link")).not_to_have_value("")
    mended(page)
    problem.get_by_role("button", name="Try again").click()
    expect(page.locator("#qr svg")).to_be_visible()


def test_the_finder_fails_alone(visit: Visit) -> None:
    """Without the finder's script the list of models is one to choose from; it can be had again."""
    page = visit(setup=missing("**/model_search.js"))
    problem = page.locator("#late .late-problem")
    expect(problem).to_be_visible()
    mended(page)
    page.locator("#choose-model").select_option("distilbert")
    expect(page).to_have_url(re.compile("model=distilbert"))
    problem.get_by_role("button", name="Try again").click()
    expect(page.locator("#open-finder")).to_be_visible()


def test_what_fails_beside_another_is_told_beside_it(visit: Visit) -> None:
    """Each part that lacks something has a line, until that part has come: no other ends it."""
    page = visit(setup=missing("**/model_search.js"))
    page.context.route("**/locale/ru.mo", lambda route: route.fulfill(status=404))
    problems = page.locator("#late .late-problem")
    expect(problems).to_have_count(1)
    page.locator("#language").select_option("ru")
    expect(problems).to_have_count(2)
    page.locator("#language").select_option("de")
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(problems).to_have_count(1)  # the finder's: nobody waits for Russian any more
    mended(page)
    problems.get_by_role("button").click()
    expect(page.locator("#open-finder")).to_be_visible()
    expect(problems).to_have_count(0)


def test_a_damaged_runtime_is_said_at_once(visit: Visit) -> None:
    """A WebAssembly file that came damaged fails the start in seconds, not in a minute."""
    began = time.monotonic()
    page = visit(setup=spoilt("**/pyodide.asm.wasm"), until="failed")
    assert time.monotonic() - began < 55  # before the patience of a minute ends
    told(page, "Python did not start")


def test_first_failure_is_final(visit: Visit) -> None:
    """A second failure does not replace the message of the first."""
    page = visit(setup=missing("**/interpreter.mjs*"), until="failed")
    page.evaluate("boot.fail('webassembly', 'later')")
    page.evaluate("boot.ready()")
    told(page, "Python did not start")


def test_retry(visit: Visit) -> None:
    """Retry starts the page again, and it gets ready once the fault is gone."""
    page = visit(setup=missing("**/pyodide.mjs"), until="failed")
    mended(page)
    page.get_by_role("button", name="Retry").click()
    reached(page, "ready")
    expect(page.locator("#failure")).to_be_hidden()


def test_slow(visit: Visit) -> None:
    """A wait past all patience is said; the answer that comes late is shown all the same."""
    held = Held("**/*.wasm")

    def hold(context: BrowserContext) -> None:
        context.clock.install()
        held(context)

    page = visit(setup=hold, until="loading")
    expect(page.get_by_role("status").first).to_contain_text("Loading Python")
    page.clock.fast_forward(61_000)
    reached(page, "slow")
    told(page, "longer than it should")
    held.let_go()
    reached(page, "ready")
    expect(page.locator("#failure")).to_be_hidden()


@pytest.mark.console_errors
def test_a_frame_without_an_origin_says_why(browser: Browser, site: str) -> None:
    """Where a sandbox lets the page load none of its own files, one sentence says so."""
    page = browser.new_page()
    page.set_content(f'<iframe sandbox="allow-scripts" src="{site}?embed"></iframe>')
    frame = page.frame_locator("iframe")

    expect(frame.locator("#failure")).to_contain_text(
        "a frame whose sandbox lacks allow-same-origin"
    )
    expect(frame.locator("html")).to_have_attribute("data-state", "failed")
    page.close()
