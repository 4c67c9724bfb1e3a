"""The whole way by keyboard alone: a model, a formula, a link, another page, another language."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.page.opening import DESKTOP, Visit, reached, signal

FOCUS = """() => {
  const at = document.activeElement;
  return [at.tagName.toLowerCase(), at.name || at.id || "", at.innerText || at.value || ""];
}"""
MOST = 90  # presses of Tab before a test gives up


def focused(page: Page) -> tuple[str, str, str]:
    """Return the element that has the focus: its kind, its name, its text."""
    kind, name, text = page.evaluate(FOCUS)
    return kind, name, text


def walk(page: Page, *, name: str = "", text: str = "", selector: str = "") -> None:
    """Press Tab until the element with this name, text or selector has the focus."""
    for _press in range(MOST):
        page.keyboard.press("Tab")
        _kind, its_name, its_text = focused(page)
        if selector and page.evaluate("(s) => document.activeElement.matches(s)", selector):
            return
        if (name and its_name == name) or (text and re.search(text, its_text)):
            return
    raise AssertionError(f"{name or text or selector} is not reached with the Tab key")


def visible(page: Page) -> bool:
    """Return whether the focus can be seen: an outline somewhere about the focused element."""
    script = """() => {
      const ring = (each) => each && getComputedStyle(each).outlineStyle !== "none";
      const at = document.activeElement;
      return ring(at) || ring(at.nextElementSibling) || ring(at.previousElementSibling);
    }"""
    found: bool = page.evaluate(script)
    return found


def test_the_whole_walk(visit: Visit) -> None:
    """Nothing but keys: a model is chosen, a formula read and left, a link shared."""
    page = visit(size=DESKTOP, prelude=signal("deviceMemory", "8"))

    walk(page, name="model")
    assert visible(page)
    page.keyboard.press("Enter")
    page.keyboard.type("DistilBERT")
    page.keyboard.press("Enter")
    expect(page.locator("[data-for=model]")).to_contain_text("DistilBERT")
    expect(page.locator("#answer")).to_have_attribute("aria-busy", "false")
    assert focused(page)[1] == "model"

    walk(page, selector=".figures button.figure")
    assert visible(page)
    page.keyboard.press("Enter")
    formula = page.locator(".formula:popover-open")
    expect(formula.locator(".result")).to_be_visible()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.formula') !== null")
    page.keyboard.press("Escape")
    expect(page.locator(".formula:popover-open")).to_have_count(0)
    assert page.evaluate("document.activeElement.matches('.figures button.figure')")

    walk(page, text="Share this answer")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    expect(page.get_by_role("textbox", name="Link")).to_have_value(re.compile("model=distilbert"))
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert "Share this answer" in focused(page)[2]


def test_figures_in_the_table_open_too(visit: Visit) -> None:
    """The table behind the picture is opened, and a number in it, without a pointer."""
    page = visit("m/distilbert/", size=DESKTOP, prelude=signal("deviceMemory", "8"))

    walk(page, text="The figures")
    page.keyboard.press("Enter")
    walk(page, selector=".scroll td button.figure")
    page.keyboard.press("Space")
    expect(page.locator(".formula:popover-open .equations")).to_contain_text("=")


def test_another_page_and_another_language(visit: Visit) -> None:
    """From the first page to Compare, to a choice there, and into German, without a pointer."""
    page = visit(size=DESKTOP, prelude=signal("deviceMemory", "16"))

    walk(page, text="^Compare$")
    assert visible(page)
    page.keyboard.press("Enter")
    page.wait_for_url("**/compare/**")
    reached(page, "ready")
    rows = page.locator("#compared")
    expect(rows).to_contain_text("Bonsai 1.7B")

    walk(page, name="q")
    page.keyboard.type("gemma")
    expect(rows).not_to_contain_text("Bonsai 1.7B")
    assert focused(page)[1:] == ("q", "gemma")

    page.locator(".brand").focus()
    walk(page, name="language")
    page.keyboard.type("Deutsch")
    expect(page.locator("html")).to_have_attribute("lang", "de")
    assert focused(page)[1] == "language"
    expect(rows).not_to_contain_text("Bonsai 1.7B")
