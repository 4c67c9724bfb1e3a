"""Below the answer, in the browser: pictures that come when they are near, taps that choose."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.page.opening import DESKTOP, PHONE, opened
from tests.page.test_accessible import assert_accessible


@pytest.fixture(scope="module", params=[PHONE, DESKTOP], ids=["phone", "desktop"])
def near(browser: Browser, site: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Yield Gemma 2B's page, scrolled to what lies below its answer."""
    with opened(
        browser, site, "m/gemma-2b/#v=1&model=gemma-2b&device=pixel-8-pro", size=request.param
    ) as page:
        page.locator("#pictures").scroll_into_view_if_needed()
        expect(page.get_by_role("heading", name="Look closer")).to_be_visible()
        yield page


def test_the_pictures_say_what_they_show(near: Page) -> None:
    """The chart by its finding, the bars as tables, nothing wider than the screen."""
    chart = near.get_by_role("img", name=re.compile("Memory at its peak: .* A tab here"))
    expect(chart).to_be_visible()
    expect(near.get_by_role("table", name="Where the bytes go")).to_contain_text("feed-forward")
    expect(near.get_by_role("table", name="Time to download")).to_contain_text("10 Mbit/s")
    assert near.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_tap_on_the_chart_chooses_a_context(near: Page) -> None:
    """The context below the chart becomes the question's, and the mark moves there."""
    taps = near.get_by_role("list", name="Choose a context")
    taps.get_by_role("link", name="2k: 2,048 tokens").click()

    expect(near).to_have_url(re.compile("context=2048"))
    chosen = taps.locator("[aria-current]")
    expect(chosen).to_have_accessible_name("2k: 2,048 tokens")


def test_every_way_is_judged_with_numpy_and_can_be_tapped(near: Page) -> None:
    """Once it is near, numpy and its table are installed; a cell chooses its precision."""
    near.locator("#alternatives").scroll_into_view_if_needed()
    cell = near.get_by_role("link", name=re.compile("^int8 with 2,048 tokens: "))
    expect(cell).to_be_visible()
    expect(near.get_by_role("heading", name="What fits here")).to_be_visible()
    cell.click()

    expect(near).to_have_url(re.compile("precision=int8"))
    assert near.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_all_of_it_is_accessible(near: Page) -> None:
    """Charts, maps and everything folded, in both looks."""
    expect(near.get_by_role("heading", name="What fits here")).to_be_visible()
    near.locator("#closer details").evaluate_all("all => all.forEach((each) => (each.open = true))")

    assert_accessible(near)
