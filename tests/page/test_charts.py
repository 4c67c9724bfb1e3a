"""Below the answer, in the browser: pictures that come when they are near, taps that choose."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.page.opening import DESKTOP, PHONE, opened
from tests.page.test_accessible import assert_accessible
from tests.page.test_layout import LEAST_TYPE, SMALL, TORN

PARTS = ("runtime", "weights", "copies", "cache", "work")
#: The parts that bars of memory have and that their legend names, the hatched ones, and three hues.
DRAWN = """(parts) => {
  const pen = document.createElement("canvas").getContext("2d");
  const style = getComputedStyle(document.documentElement);
  const bars = (part) => [...document.querySelectorAll(`.scaled rect.${part}`)];
  const hatched = (bar) => getComputedStyle(bar).fill.startsWith("url(");
  const hue = (part) => {
    pen.fillStyle = style.getPropertyValue(`--part-${part}`).trim();
    const [red, green, blue] = pen.fillStyle.match(/\\w\\w/g).map((each) => parseInt(each, 16));
    const y = Math.sqrt(3) * (green - blue), x = 2 * red - green - blue;
    return (Math.atan2(y, x) * 180 / Math.PI + 360) % 360;
  };
  const swatches = [...document.querySelectorAll(".scaled ~ .legend .swatch")];
  return {
    drawn: parts.filter((part) => bars(part).length),
    named: swatches.map((each) => each.classList[1]),
    hatched: parts.filter((part) => bars(part).some(hatched)),
    hues: ["weights", "cache", "work"].map(hue),
  };
}"""


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
    for axis in (".plot.contexts .tick", ".scaled .scale text"):
        ticks = near.locator(axis).evaluate_all("all => all.map((each) => each.textContent)")
        assert len(ticks) > 2
        assert all(re.fullmatch(r"0|[\d.,]+ [MG]B", each) for each in ticks if each != "\u2191")


def test_bars_are_told_apart_without_colour_and_in_print(near: Page) -> None:
    """The legend names what is drawn and no more, two parts are hatched, hues lie far apart.

    So it is in light, in dark and on paper.
    """
    for look in ({"color_scheme": "light"}, {"color_scheme": "dark"}, {"media": "print"}):
        near.emulate_media(**look)  # type: ignore[arg-type]
        found = near.evaluate(DRAWN, list(PARTS))
        assert set(found["drawn"]) == set(found["named"])
        assert {"weights", "copies", "cache"} <= set(found["drawn"])
        assert set(found["hatched"]) == {"copies", "work"} & set(found["drawn"])
        turns = sorted(found["hues"])
        gaps = [b - a for a, b in zip(turns, [*turns[1:], turns[0] + 360], strict=True)]
        assert min(gaps) > 45
    near.emulate_media(media="screen", color_scheme="light")


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
    """Charts, maps and everything folded, in both looks; on a phone none of it is small or torn."""
    expect(near.get_by_role("heading", name="What fits here")).to_be_visible()
    near.locator("#closer details").evaluate_all("all => all.forEach((each) => (each.open = true))")

    assert_accessible(near)
    if (near.viewport_size or DESKTOP)["width"] == PHONE["width"]:
        assert near.evaluate(SMALL, LEAST_TYPE) == []
        assert near.evaluate(TORN) == []
