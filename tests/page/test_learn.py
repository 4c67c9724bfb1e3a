"""Lessons in a browser: an example of one's own, a formula that was there before any script."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.page.opening import DESKTOP, PHONE, Visit, choose_model, signal


def test_an_example_of_ones_own(visit: Visit) -> None:
    """Another model changes the stair, the precisions and the phases, and the link says so."""
    page = visit("learn/", size=DESKTOP, prelude=signal("deviceMemory", "16"))
    expect(page.locator("#here")).to_contain_text("12 to 24 GB")
    choose_model(page, "distilbert")

    expect(page.locator("#stair")).to_contain_text("DistilBERT")
    expect(page.locator("#phases")).not_to_contain_text("generate")
    expect(page).to_have_url(re.compile("#v=1&model=distilbert"))
    page.locator("#stored").scroll_into_view_if_needed()
    expect(page.locator("#stored")).to_contain_text("DistilBERT")


def test_in_another_language_nothing_is_lost(visit: Visit) -> None:
    """The lessons said anew in the page have every figure that the document had."""
    page = visit("learn/", size=DESKTOP, prelude=signal("deviceMemory", "16"))
    before = page.locator("#running td").count()
    page.get_by_label("Language", exact=True).select_option("de")
    expect(page.locator("html")).to_have_attribute("lang", "de")

    page.locator("#running").scroll_into_view_if_needed()
    expect(page.locator("#running td")).to_have_count(before)
    page.locator("#running a").first.click()
    page.wait_for_url("**/m/**")


OVER = """() => {
  const chart = document.querySelector(".plot.sizes");
  const box = (each) => each.getBoundingClientRect();
  const across = (a, b) => a.left < b.right && b.left < a.right;
  const meet = (a, b) => across(a, b) && a.top < b.bottom && b.top < a.bottom;
  const words = [...chart.querySelectorAll("text.said")];
  const over = (said, other) => said !== other && meet(box(said), box(other));
  return words.filter((said) => [...chart.querySelectorAll(".dot"), ...words]
    .some((other) => over(said, other))).map((said) => said.textContent);
}"""


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_no_name_in_the_chart_of_sizes_covers_a_dot(visit: Visit, size: dict[str, int]) -> None:
    """Names stand beside the dots, and none over another."""
    page = visit("learn/", size=size, scripts=False)

    assert page.locator(".plot.sizes text.said").count() > 5
    assert page.evaluate(OVER) == []


def test_a_formula_without_scripts(visit: Visit) -> None:
    """Gemma 2B's count opens to its arrays before any script has run, or where none does."""
    page = visit("learn/", size=DESKTOP, scripts=False)
    page.get_by_role("button", name="2,506,172,416").click()

    expect(page.locator(".formula:popover-open")).to_contain_text("= 256,000 × 2,048")
