"""The workbench in a browser: sliders by keyboard, numbers beside them, mistakes told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.page.opening import PHONE, choose_model, opened


@pytest.fixture(scope="module")
def bench(browser: Browser, site: str) -> Iterator[Page]:
    """Yield the page, ready, on a phone."""
    with opened(browser, site, "workbench/") as page:
        yield page


def test_a_slider_moves_by_keyboard(bench: Page) -> None:
    """An arrow key on a slider changes its number, the parameters and the link."""
    bench.get_by_role("slider", name="Layers").focus()
    bench.keyboard.press("ArrowRight")
    expect(bench.get_by_role("spinbutton", name="Layers")).to_have_value("13")
    expect(bench.locator("#total")).to_contain_text("131 M")
    expect(bench.get_by_role("slider", name="Layers")).to_be_focused()
    bench.wait_for_function("location.hash.includes('layers=13')")


def test_a_number_moves_its_slider(bench: Page) -> None:
    """A number typed moves the slider beside it."""
    bench.get_by_role("spinbutton", name="Layers").fill("24")
    expect(bench.get_by_role("slider", name="Layers")).to_have_value("24")
    expect(bench.locator("#total")).to_contain_text("209 M")


def test_a_mistake_is_one_sentence(bench: Page) -> None:
    """Heads that do not divide the width are told in sight of the sliders, and stay as set."""
    heads = bench.get_by_role("spinbutton", name="Heads", exact=True)
    heads.fill("7")
    notice = bench.locator("#notice")
    expect(notice).to_contain_text("7 heads do not divide a width of 768")
    expect(notice).to_be_in_viewport()
    expect(heads).to_have_value("7")
    heads.fill("12")
    expect(notice).to_be_hidden()


def test_another_start_sets_the_sliders(bench: Page) -> None:
    """Starting from a model sets every slider, and one tap starts over from a larger one."""
    choose_model(bench, "smollm2-135m")
    expect(bench.get_by_role("spinbutton", name="Width", exact=True)).to_have_value("576")
    expect(bench.locator("#total")).to_contain_text("135 M")
    bench.get_by_role("link", name="Make it that large").click()
    expect(bench.get_by_role("spinbutton", name="Width", exact=True)).not_to_have_value("576")


def test_verdicts_are_of_this_model(bench: Page) -> None:
    """The verdicts come once they are near, and open the answer's page on the same model."""
    bench.locator("#verdicts").scroll_into_view_if_needed()
    first = bench.locator("#verdicts li a").first
    expect(first).to_be_visible()
    assert "model=config:" in (first.get_attribute("href") or "")


def test_it_is_no_wider_than_a_phone(bench: Page) -> None:
    """Nothing reaches beyond the screen of a narrow phone."""
    assert bench.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
