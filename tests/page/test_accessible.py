"""No page and no state of a page breaks a rule that axe-core knows.

axe-core finds what can be found without a person: names that are missing, contrast that is
too small, roles that do not go together. Its rules for WCAG 2.2 A and AA and its own best
practices are all asked.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from app import site_pages
from tests.page.opening import DESKTOP, PHONE, Visit, signal, without

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
FOUND = """async () => {
  const { violations } = await axe.run(document, { resultTypes: ["violations"] });
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target}`));
}"""
#: Other things a page shows, by their links.
WAYS = [
    "compare/#v=1&view=places&model=distilbert",
    "compare/#v=1&view=sides",
    "th/learn/",
]
FOLDERS = [site_pages.FOLDERS[name] for name in site_pages.labels()]


@cache
def axe() -> str:
    """Return axe-core's own script."""
    return AXE.read_text(encoding="utf-8")


def violations(page: Page) -> list[str]:
    """Return every rule that a page breaks, with the element that breaks it."""
    page.evaluate(axe())
    found: list[str] = page.evaluate(FOUND)
    return found


def assert_accessible(page: Page) -> None:
    """Assert that a page breaks no rule on a phone in the light and on a desk in the dark."""
    for look, size in (("light", PHONE), ("dark", DESKTOP)):
        page.set_viewport_size({"width": size["width"], "height": size["height"]})
        page.emulate_media(color_scheme="dark" if look == "dark" else "light")
        assert violations(page) == [], look


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_page(visit: Visit, folder: str) -> None:
    """Each page is free of violations, everything that opens being open."""
    page = visit(folder, prelude=signal("deviceMemory", "8"))
    page.locator("main details").evaluate_all("all => all.forEach((each) => (each.open = true))")

    assert_accessible(page)


@pytest.mark.parametrize("path", WAYS)
def test_ways_of_a_page(visit: Visit, path: str) -> None:
    """So are the views of Compare that a link opens, and a page in another language."""
    page = visit(path, prelude=signal("deviceMemory", "8"), dark=True)
    expect(page.locator("main [aria-busy=true]:not([data-later])")).to_have_count(0)

    assert violations(page) == []


def test_an_answer_with_its_formula_and_its_link(visit: Visit) -> None:
    """An answer that may fit, its figures, an open formula and the open sharing dialog."""
    page = visit(prelude=signal("deviceMemory", "8"), adapter=True)
    page.locator("#answer").get_by_text("The figures").click()
    assert_accessible(page)

    page.locator(".figures button").first.click()
    expect(page.locator(".formula .result")).to_be_visible()
    assert_accessible(page)

    page.keyboard.press("Escape")
    page.get_by_role("button", name="Share this answer").click()
    expect(page.locator("#qr svg")).to_be_visible()
    assert_accessible(page)


#: A link that names no runtime means the maker's, which needs graphics that are not there.
MAKERS_WAY = "#v=1&model=gemma-2b"
STATES = [
    pytest.param("m/distilbert/", signal("deviceMemory", "16"), "Likely fits", id="likely"),
    pytest.param(MAKERS_WAY, signal("deviceMemory", "16"), "Will not fit", id="no"),
    pytest.param("m/distilbert/#v=1&zoom=2", without("deviceMemory"), "Cannot tell", id="notice"),
]


@pytest.mark.parametrize(("path", "prelude", "verdict"), STATES)
def test_every_verdict(visit: Visit, path: str, prelude: str, verdict: str) -> None:
    """Likely, no, and cannot tell with a notice above it: in the dark, where colours differ."""
    page = visit(path, prelude=prelude, dark=True)

    expect(page.locator(".verdict")).to_have_text(verdict)
    assert violations(page) == []


@pytest.mark.console_errors
def test_a_failure(visit: Visit) -> None:
    """A page whose Python did not start says so, and what it says breaks no rule."""

    def broken(context: BrowserContext) -> None:
        context.route("**/pyodide.mjs", lambda route: route.fulfill(status=404))

    page = visit(setup=broken, until="failed")

    expect(page.locator("#failure")).to_be_visible()
    assert violations(page) == []
