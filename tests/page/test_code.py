"""The code that loads a model, in the browser: a tab for each runtime, copied by a button."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

import tabfit
from tests.page.opening import DESKTOP, PHONE, opened
from tests.page.test_accessible import assert_accessible

QUESTION = "m/llama-3.2-1b/#v=1&model=llama-3.2-1b&runtime=wllama-cpu&precision=q8_0&context=2048"


@pytest.fixture(scope="module", params=[PHONE, DESKTOP], ids=["phone", "desktop"])
def page(browser: Browser, site: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Yield the page of Llama 3.2 1B, scrolled to its code."""
    with opened(
        browser,
        site,
        QUESTION,
        size=request.param,
        permissions=["clipboard-read", "clipboard-write"],
    ) as page:
        page.locator("#code").scroll_into_view_if_needed()
        expect(page.get_by_role("heading", name="The code")).to_be_visible()
        yield page


def code(page: Page) -> Locator:
    """Return the code that is shown."""
    return page.locator("#code pre code:visible")


def test_it_opens_on_what_was_chosen(page: Page) -> None:
    """The runtime's tab is open, with the very code of the command line; nothing sticks out."""
    found = tabfit.snippet(
        tabfit.estimate("llama-3.2-1b", runtime="wllama-cpu", precision="q8_0", context=2048)
    )
    assert found is not None
    expect(page.get_by_role("radio", name="wllama (CPU)")).to_be_checked()
    assert code(page).text_content() == found.code
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_copy_gives_the_code_of_the_open_tab(page: Page) -> None:
    """Another runtime's tab shows its code; *Copy* puts that on the clipboard and says so."""
    page.get_by_role("radio", name="WebLLM").check()
    expect(code(page)).to_contain_text('"Llama-3.2-1B-Instruct-q4f16_1-MLC"')
    page.locator("#code").get_by_role("button", name="Copy").locator("visible=true").click()

    expect(page.locator("#code [role=status]:visible")).to_have_text("Copied.")
    assert page.evaluate("navigator.clipboard.readText()") == code(page).text_content()


def test_a_change_of_the_question_changes_the_code(page: Page) -> None:
    """Another context stands in the code once the question asks for it."""
    page.evaluate("location.hash = 'v=1&model=llama-3.2-1b&runtime=webllm&context=1024'")
    expect(code(page)).to_contain_text("context_window_size: 1024")


def test_it_is_accessible(page: Page) -> None:
    """The tabs and their panels, in both looks."""
    assert_accessible(page)
