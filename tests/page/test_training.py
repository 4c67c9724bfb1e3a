"""The training page in a browser: a choice changes the figures, a part opens to its formula."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.page.opening import PHONE, opened


@pytest.fixture(scope="module")
def training(browser: Browser, site: str) -> Iterator[Page]:
    """Yield the page, ready, on a phone."""
    with opened(browser, site, "training/") as page:
        yield page


def test_a_choice_changes_the_figures_and_the_link(training: Page) -> None:
    """QLoRA chosen, the peak falls, a rank is asked for, and the link says so."""
    expect(training.locator("#finding")).to_contain_text("48.1 GB")
    training.get_by_role("radio", name="adapters on 4-bit weights (QLoRA)").check()
    expect(training.locator("[name=lora_rank]")).to_be_visible()
    expect(training.locator("#finding")).not_to_contain_text("48.1 GB")
    training.wait_for_function("location.hash.includes('method=qlora')")


def test_a_part_opens_to_its_formula(training: Page) -> None:
    """A part opened shows its formula filled in, and stays open when a choice changes."""
    training.locator("#parts summary").first.click()
    training.get_by_label("Sequences at once").select_option("4")
    expect(training.locator("#finding")).to_be_visible()
    expect(training.locator("#parts details[open] .equation").first).to_contain_text("=")
    training.wait_for_function("location.hash.includes('batch=4')")


def test_it_is_no_wider_than_a_phone(training: Page) -> None:
    """Nothing reaches beyond the screen of a narrow phone."""
    assert training.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def test_without_scripts(browser: Browser, site: str) -> None:
    """The textbook case is there before any script, formulas and rules included."""
    with opened(browser, site, "training/", scripts=False) as page:
        assert "40.1 GB" in page.locator("#finding").inner_text()
        assert page.locator("#rules details").count() >= 6
