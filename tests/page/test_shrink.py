"""The pages that shrink a model and that tell of one bit, in the browser."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.page.opening import DESKTOP, PHONE, choose_model, opened


@pytest.fixture(scope="module", params=[PHONE, DESKTOP], ids=["phone", "desktop"])
def ladder(browser: Browser, site: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Yield the page that shrinks, open and answered."""
    with opened(browser, site, "shrink/", size=request.param) as page:
        yield page


@pytest.fixture(scope="module")
def onebit(browser: Browser, site: str) -> Iterator[Page]:
    """Yield the page of one bit on a phone."""
    with opened(browser, site, "1-bit/", size=PHONE) as page:
        yield page


def _fits_across(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def test_a_choice_brings_another_ladder_and_its_link(ladder: Page) -> None:
    """BERT on an iPhone: its precisions and students, in the list and in the address."""
    choose_model(ladder, "bert-base-uncased")
    ladder.get_by_label("Device", exact=True).select_option("iphone-13")
    steps = ladder.get_by_role("list", name="Steps that exist")

    expect(steps.get_by_role("link", name="DistilBERT base uncased")).to_be_visible()
    expect(ladder).to_have_url(re.compile("model=bert-base-uncased"))
    assert _fits_across(ladder)


def test_the_slider_moves_the_adapter(ladder: Page) -> None:
    """One key press on the rank, and the bytes follow."""
    before = ladder.locator("#adapter").inner_text()
    ladder.get_by_role("slider").focus()
    ladder.keyboard.press("ArrowRight")

    expect(ladder.locator("#rank-shown")).to_have_text("9")
    expect(ladder.locator("#adapter")).not_to_have_text(before)


def test_what_could_be_made_arrives_when_it_is_near(ladder: Page) -> None:
    """The second ladder is worked out once somebody scrolls to it."""
    ladder.locator("#made").scroll_into_view_if_needed()
    expect(ladder.locator("#made")).to_contain_text("Two of every four weights")
    expect(ladder.locator("#made")).to_have_attribute("aria-busy", "false")


def test_a_step_leads_to_its_answer(ladder: Page) -> None:
    """A tap on a precision opens the first page with it."""
    link = ladder.get_by_role("list", name="Steps that exist").get_by_role("link", name="q8").first
    expect(link).to_have_attribute("href", re.compile("device=iphone-13"))
    assert (link.get_attribute("href") or "").startswith("../#v=1&model=bert-base-uncased")


def test_one_bit_of_another_model(onebit: Page) -> None:
    """The finding follows the model; tables scroll by themselves on a phone."""
    choose_model(onebit, "llama-3.2-1b")

    expect(onebit.locator("#stored")).to_contain_text("649 MB")
    expect(onebit.get_by_role("region", name="Sizes that the papers print")).to_be_visible()
    assert _fits_across(onebit)


def test_without_scripts_both_pages_answer_for_a_typical_laptop(
    browser: Browser, site: str
) -> None:
    """The documents hold their ladders before any script runs."""
    for path, words in (("shrink/", "Llama 3.2 1B"), ("1-bit/", "OneBit")):
        with opened(browser, site, path, scripts=False, until=None) as page:
            expect(page.locator("main")).to_contain_text("Laptop")
            expect(page.locator(".ladder").first).to_contain_text(words)
