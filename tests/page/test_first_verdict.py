"""The first verdict stands before Python is there, and is the one that Python gives."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.page.opening import Held, Visit, reached

LINK = "m/llama-3.2-1b/#v=1&model=llama-3.2-1b&runtime=webllm&precision=q4f16_1"
CHOSEN = ("precision", "runtime", "context")
VERDICT = "#answer h2.verdict"


def _question(page: Page) -> list[str]:
    return [page.locator(f"#chosen-{name}").inner_text() for name in CHOSEN]


def _early(visit: Visit, path: str) -> tuple[Page, Held]:
    held = Held("**/snapshot/**")
    page = visit(path, setup=held, until=None)
    page.locator("html[data-first-verdict]").wait_for(state="attached")
    return page, held


@pytest.mark.parametrize("path", ["", "de/", "m/llama-3.2-1b/", LINK])
def test_python_says_the_same(visit: Visit, path: str) -> None:
    """Its word, chance, way and download stay when Python's answer takes its place."""
    page, held = _early(visit, path)
    word, question = page.locator(VERDICT).inner_text(), _question(page)
    chance = re.findall(r"\d+", page.locator("#answer .deciding").text_content() or "")
    size = page.locator("#answer dd").first.inner_text()
    held.let_go()
    reached(page, "ready")
    assert page.locator(VERDICT).inner_text() == word
    assert _question(page) == question
    assert page.locator("#answer dd").first.inner_text() == size
    for hundred in chance:
        assert hundred in (page.locator("#answer .deciding").text_content() or "")
    assert bool(chance) is (path != LINK)  # nothing is open where there is no adapter


def test_a_choice_takes_it_away(visit: Visit) -> None:
    """A verdict about something else than what is asked never stands on the page."""
    page, held = _early(visit, "")
    page.locator("[name=context]").select_option("4096")
    expect(page.locator(VERDICT)).to_have_count(0)
    assert _question(page) == ["int4", "MediaPipe", "4,096 tokens"]
    held.let_go()
    reached(page, "ready")
    expect(page.locator("#chosen-context")).to_have_text("4,096 tokens")


@pytest.mark.parametrize("path", ["#v=1&context=4096", "#v=1&device=iphone-15", ""])
def test_what_it_cannot_know_waits_for_python(visit: Visit, path: str) -> None:
    """A link that says more, or what was said of this device, is left to Python."""

    def said(context: BrowserContext) -> None:
        kept = '{"stated": {"device_memory": "4"}}'
        context.add_init_script(f"if (location.host) localStorage.setItem('kept', '{kept}')")

    page = visit(path, setup=None if path else said)
    assert page.locator("html").get_attribute("data-first-verdict") is None
    expect(page.locator(VERDICT)).to_be_visible()


@pytest.mark.console_errors  # the browser itself logs what does not load
def test_it_stays_where_python_does_not_start(visit: Visit) -> None:
    """Where Python's files are away the verdict stands all the same, beside what went wrong."""

    def broken(context: BrowserContext) -> None:
        context.route("**/pyodide.asm.mjs", lambda route: route.fulfill(status=404))

    page = visit(setup=broken, until="failed")
    expect(page.locator(VERDICT)).to_be_visible()
    expect(page.locator("#failure")).to_be_visible()
