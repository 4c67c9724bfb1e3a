"""The page in every language: its own documents, the choice in the head, numbers and verdicts."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from app import site_pages
from tabfit.i18n.language import LANGUAGES
from tests.page.opening import PHONE, opened, signal

#: The verdict on Gemma 2B where the browser offers no graphics: it will not fit.
WILL_NOT = {
    "en": "Will not fit",
    "de": "Passt nicht",
    "ru": "Не поместится",
    "th": "รันไม่ได้",
    "bg": "Не се побира",
}
FOLDERS = [*site_pages.FOLDERS.values()]


@pytest.fixture(scope="module")
def german(browser: Browser, site: str) -> Iterator[Page]:
    """Yield a model's own page, whose document is English, opened by a German browser."""
    memory = signal("deviceMemory", "4")
    with opened(
        browser, site, "m/gemma-2b/#v=1&model=gemma-2b", locale="de-AT", prelude=memory
    ) as page:
        yield page


@pytest.fixture(scope="module")
def still(browser: Browser) -> Iterator[Page]:
    """Yield a phone's page that runs no scripts."""
    context = browser.new_context(
        viewport={"width": PHONE["width"], "height": PHONE["height"]}, java_script_enabled=False
    )
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("code", LANGUAGES)
def test_documents(still: Page, site: str, code: str) -> None:
    """Without scripts every page is there in every language, and nothing is wider than a phone."""
    for folder in FOLDERS:
        still.goto(f"{site}{'' if code == 'en' else code + '/'}{folder}")
        still.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))")
        root = still.locator(f"html[lang={code}]")
        expect(root).to_be_attached()
        assert root.evaluate("(page) => page.scrollWidth - page.clientWidth") == 0, folder
        assert still.locator("link[hreflang]").count() == len(LANGUAGES) + 1


def test_the_browser_s_language(german: Page) -> None:
    """A German browser gets German: sentences, numbers with a comma, the document's language."""
    expect(german.locator("html")).to_have_attribute("lang", "de")
    expect(german.locator(".verdict")).to_have_text(WILL_NOT["de"])
    expect(german.locator(".figures")).to_contain_text("1,35\N{NO-BREAK SPACE}GB")
    expect(german.get_by_role("heading", level=1)).to_contain_text("Läuft")
    assert "lang=" not in german.url


@pytest.mark.parametrize("code", ["ru", "th", "bg", "en", "de"])
def test_chosen_by_hand(german: Page, code: str) -> None:
    """The choice in the head changes the whole page where it stands, and goes into its link."""
    choice = german.locator("#language")
    choice.select_option(code)
    expect(german.locator(f"html[lang={code}]")).to_be_attached()
    expect(german.locator(".verdict")).to_have_text(WILL_NOT[code])
    expect(choice).to_be_focused()
    expect(choice).to_have_value(code)
    assert german.url.endswith(f"&lang={code}")
    assert german.evaluate("localStorage.getItem('language')") == code
    assert german.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_a_link_names_its_language(german: Page) -> None:
    """A link that says `lang` is opened in that language, whatever was chosen before."""
    german.evaluate("location.hash = 'v=1&model=distilbert&lang=ru'")
    expect(german.locator("html")).to_have_attribute("lang", "ru")
    expect(german.locator(".verdict")).to_have_text("Скорее поместится")


def test_a_page_of_its_own(browser: Browser, site: str) -> None:
    """The site's own pages are opened where they lie in the browser's language, with the link."""
    with opened(browser, site, "#v=1&model=distilbert", locale="th-TH", until=None) as page:
        page.wait_for_url("**/th/#v=1&model=distilbert")
        expect(page.locator("html[lang=th]")).to_be_attached()
        expect(page.locator("#stage")).to_have_text(re.compile("[ก-๙]"))
