"""How the pages lie on a screen: nothing jumps, the verdict comes first, no text is too small."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from app import pages
from tabfit.i18n.language import LANGUAGES
from tests.page.opening import DESKTOP, PHONE, Visit
from tools.screenshots import DEVICE

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ["", "m/gemma-2b/", *(folder for folder, _label in pages.labels().values())]
WAYS = ["compare/#v=1&view=places&model=distilbert", "compare/#v=1&view=sides"]
SLOWER = 4  # times, as DevTools slows a processor down to that of a phone
MOST_SHIFT = 0.02  # a fifth of what web.dev calls good
FIRST_LOOK = 480  # pixels from the top of a phone by which the verdict's word has ended
LEAST_TYPE = 14  # pixels

WATCH = """window.shifts = []; new PerformanceObserver((list) => {
  for (const { value, hadRecentInput, sources } of list.getEntries()) if (!hadRecentInput)
    shifts.push([value, ...sources.map(({ node }) => node?.id || node?.className || "?")]);
}).observe({ type: "layout-shift", buffered: true });"""
WORD = """() => { const words = document.createRange();
  words.selectNodeContents(document.querySelector(".verdict"));
  return words.getBoundingClientRect().bottom + scrollY; }"""
SMALL = """(least) => { const found = new Set();
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const unread = "script, style, noscript, option, optgroup";
  while (walk.nextNode()) {
    const element = walk.currentNode.parentElement, seen = document.createRange();
    seen.selectNodeContents(walk.currentNode);
    const size = parseFloat(getComputedStyle(element).fontSize);
    if (walk.currentNode.data.trim() && size < least && seen.getBoundingClientRect().width > 1
        && !element.closest(unread)) found.add(`${element.tagName}.${element.className}: ${size}`);
  }
  return [...found]; }"""


def slowed(context: BrowserContext) -> None:
    """Watch for shifts, on a processor as slow as a phone's."""
    context.add_init_script(WATCH)
    context.on("page", _slow)


def _slow(page: Page) -> None:
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})


@pytest.mark.slow
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("path", [*FOLDERS, *WAYS])
def test_nothing_jumps_anywhere(visit: Visit, path: str, size: dict[str, int]) -> None:
    """From the first line painted to the answer, what is on the screen stays where it is."""
    _nothing_jumps(visit, path, size)


@pytest.mark.parametrize("path", ["", "compare/"])
def test_nothing_jumps_on_a_phone(visit: Visit, path: str) -> None:
    """The same on the two pages that most people open; `make test-slow` opens all."""
    _nothing_jumps(visit, path, PHONE)


def _nothing_jumps(visit: Visit, path: str, size: dict[str, int]) -> None:
    page = visit(path, size=size, prelude=DEVICE, setup=slowed)
    page.wait_for_timeout(500)  # what comes near the screen is filled after the answer

    shifts = page.evaluate("shifts")
    assert sum(each[0] for each in shifts) <= MOST_SHIFT, shifts


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_verdict_is_on_the_first_screen(visit: Visit, language: str) -> None:
    """On a phone the word is read without scrolling, and the device takes one line."""
    page = visit(f"#v=1&lang={language}", prelude=DEVICE)

    assert page.evaluate(WORD) <= FIRST_LOOK
    assert page.locator("#said summary").bounding_box()["height"] <= 48  # type: ignore[index]


@pytest.mark.parametrize(
    "path",
    [pytest.param(each, marks=pytest.mark.slow if each else ()) for each in FOLDERS],
)
def test_no_text_is_small(visit: Visit, path: str) -> None:
    """Nothing that people read is under 14 pixels on a phone, whatever is folded out."""
    page = visit(path, prelude=DEVICE)
    page.locator("main details").evaluate_all("all => all.forEach((each) => (each.open = true))")

    assert page.evaluate(SMALL, LEAST_TYPE) == []


def test_type_has_five_sizes() -> None:
    """The style sheets name sizes by the scale's variables, or take that of what is around."""
    sheets = [ROOT / "static" / "base.css", *(ROOT / "app").rglob("*.css")]
    said = "".join(sheet.read_text(encoding="utf-8") for sheet in sheets)
    sizes = set(re.findall(r"font(?:-size)?:\s*([^;}]+)", said))

    assert len(set(re.findall(r"^  (--text-\w+):", said, re.MULTILINE))) == 5
    assert [each for each in sizes if "--text-" not in each and each != "inherit"] == []


def test_every_page_is_one_tap_away_on_a_phone(visit: Visit) -> None:
    """The list of pages opens over the first screen and is whole there."""
    page = visit()
    links = page.locator("#pages a")
    expect(links.last).to_be_hidden()
    page.get_by_role("button", name="Pages").click()

    for link in links.all():
        expect(link).to_be_in_viewport(ratio=1)


def test_a_chip_says_what_it_means(visit: Visit) -> None:
    """A tap on how a figure is known opens what the word means; Escape closes it."""
    page = visit(prelude=DEVICE)
    page.locator(".figures .basis").first.click()
    meaning = page.locator(".meaning:popover-open")
    expect(meaning).to_contain_text(re.compile("computed|listed"))
    page.keyboard.press("Escape")

    expect(meaning).to_have_count(0)


def test_choices_are_seen_in_forced_colours(visit: Visit) -> None:
    """With the system's own colours carets stay, and a chosen page has an outline."""
    page = visit("shrink/", size=DESKTOP, forced_colors="active")
    caret = "getComputedStyle(document.querySelector('.chosen'), '::after').backgroundColor"
    ground = "getComputedStyle(document.body).backgroundColor"

    assert page.evaluate(caret) != page.evaluate(ground)
    chosen = page.locator("#pages [aria-current]")
    assert chosen.evaluate("(each) => getComputedStyle(each).outlineStyle") == "solid"


def test_the_content_is_one_key_away(visit: Visit) -> None:
    """The first thing the keyboard reaches leads past the head, and the link stays as it was."""
    page = visit(prelude=DEVICE)
    before = page.url
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.locator("#main")).to_be_focused()
    assert page.url == before


def test_the_verdict_is_said_aloud_in_a_sentence(visit: Visit) -> None:
    """Only the verdict and its sentence are announced, not everything that changed."""
    page: Page = visit(prelude=DEVICE)

    said = page.locator("#announced")
    expect(said).to_contain_text("May fit. Android decides how much one tab may use")
    assert len(said.inner_text()) < 300
    assert page.locator("#answer[aria-live], #answer [aria-live]").count() == 0


@pytest.mark.parametrize("path", ["m/gemma-2b/", "compare/#v=1&view=sides"])
def test_paper_names_what_was_asked(visit: Visit, path: str) -> None:
    """A printed page has the model in its question, and none of what only a tap can use."""
    page = visit(path, size=DESKTOP, prelude=DEVICE)
    page.emulate_media(media="print")
    expect(page.locator("main button[aria-haspopup=dialog]").first).to_contain_text("Gemma 2B")
    expect(page.locator("main button[aria-haspopup=dialog]").first).to_be_visible()
    expect(page.get_by_role("button", name="It ran")).to_be_hidden()
