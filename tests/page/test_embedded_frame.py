"""The page in another site's frame: the three lines of the how-to, from another origin."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect

from tests.page.opening import opened
from tools.serve import Site

HOW_TO = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "embed-a-link.md"
(LINES,) = re.findall(r"```html\n(.*?)```", HOW_TO.read_text(encoding="utf-8"), re.DOTALL)
#: Without a picture that browsers would ask for besides.
AROUND = '<!doctype html><title>Around</title><link rel="icon" href="data:,">'
HIGH_ENOUGH = """() => {
  const [inside, frame] = [document.documentElement, document.body];
  return inside.clientHeight >= Math.floor(frame.offsetHeight) && frame.offsetHeight > 100;
}"""


REFUSING = """for (const name of ["localStorage", "sessionStorage"])
  Object.defineProperty(window, name, { get() { throw new DOMException("", "SecurityError"); } });
"""


@pytest.fixture(scope="module")
def around(site: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Yield the address of a page of another site that holds the lines."""
    folder = tmp_path_factory.mktemp("around")
    text = LINES.replace("https://your.host/", site)
    (folder / "index.html").write_text(f"{AROUND}{text}")
    with Site(folder).running() as server:
        yield server.address


@pytest.fixture(scope="module")
def page(browser: Browser, around: str, site: str) -> Iterator[Page]:
    """Yield the page around, once what is in its frame has answered."""
    with opened(browser, around, until=None, hub=site) as page:  # a hub is another host it may ask
        inside(page).locator("html[data-state=ready]").wait_for(state="attached")
        yield page


def inside(page: Page) -> FrameLocator:
    """Return what is in the frame."""
    return page.frame_locator("iframe")


def test_three_lines() -> None:
    """That many does it take: two of the frame and one script."""
    assert len(LINES.splitlines()) == 3
    assert "&amp;" in LINES


def test_the_answer_alone(page: Page) -> None:
    """The verdict asked for is there; head, foot, ways to other pages and the rest are not."""
    frame = inside(page)
    expect(frame.locator(".verdict")).to_be_visible()
    expect(frame.locator("#chosen-precision")).to_have_text("int4")
    for part in ("header.site", "footer.site", "nav", "#common", "#about", "#models", ".checks"):
        assert frame.locator(part).count(), part
        expect(frame.locator(part).first).to_be_hidden()


def test_narrow_and_whole(page: Page) -> None:
    """In 320 pixels nothing scrolls: the frame is as wide as asked and as high as it said."""
    frame = page.frames[1]
    assert frame.evaluate("innerWidth") == 320
    frame.wait_for_function(HIGH_ENOUGH)
    assert frame.evaluate("document.documentElement.scrollWidth") <= 320
    before = page.locator("iframe").bounding_box()
    inside(page).locator("#more-choices > summary").click()
    page.wait_for_function(
        "height => document.querySelector('iframe').offsetHeight > height",
        arg=before["height"] if before else 0,
    )


def test_the_way_to_the_whole_page(page: Page) -> None:
    """It opens what the frame asks now, in a tab of its own and not as a frame's content."""
    frame = inside(page)
    frame.locator("#choose-precision").select_option("int8")
    expect(frame.locator("#chosen-precision")).to_have_text("int8")
    frame.locator("main[id=main]:not(:has([aria-busy=true]))").wait_for()
    with page.context.expect_page() as told:
        frame.locator("#whole-page").click()
    address = unescape(told.value.url)
    assert "?" not in address.partition("#")[0]
    assert "int8" in address
    told.value.close()


def test_a_browser_that_keeps_nothing(browser: Browser, site: str) -> None:
    """Where storage is refused, as it may be in a frame, the page answers and is changed."""
    with opened(
        browser, site, "?embed", setup=lambda context: context.add_init_script(REFUSING)
    ) as page:
        expect(page.locator(".verdict")).to_be_visible()
        page.locator("#choose-context").select_option("512")
        page.wait_for_url("**context=512*")
        expect(page.locator("#chosen-context")).to_contain_text("512")
