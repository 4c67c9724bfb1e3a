"""How the pages lie on a screen: nothing jumps, the verdict comes first, no text is too small."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from app import site_pages
from app.components.forms import question_form
from tabfit.api import read_catalog
from tabfit.catalog.rows import RuntimeFacts
from tabfit.devices.device import Device
from tabfit.estimate import answers
from tabfit.estimate.defaults import precisions_of, runtimes_of
from tabfit.estimate.scenario import Scenario
from tabfit.i18n.language import ENGLISH, LANGUAGES, use
from tests.page.opening import DESKTOP, PHONE, Visit, opened, painted, signal
from tools.screenshots import DEVICE

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ["", "m/gemma-2b/", *(site_pages.FOLDERS[name] for name in site_pages.labels())]
WAYS = ["compare/#v=1&view=places&model=distilbert", "compare/#v=1&view=sides"]
SLOWER = 4  # times, as DevTools slows a processor down to that of a phone
#: Models from the whole of the catalogue, and two whose way depends much on the device.
SOME = [*sorted(each.id for each in read_catalog().models)[::50], "gemma-3n-e2b", "gpt-oss-20b"]
MOST_SHIFT = 0.02  # a fifth of what web.dev calls good
FIRST_LOOK = 480  # pixels from the top of a phone by which the verdict's word has ended
LEAST_TYPE = 14  # pixels
#: Links whose question takes many words: two of the longest names, and every choice said.
LONG_LINKS = [
    ("bert-base-multilingual-uncased-sentiment", ""),
    ("paraphrase-multilingual-mpnet-base-v2", "&runtime=transformersjs-webgpu&precision=fp16"),
    ("qwen3-coder-480b-a35b", "&runtime=wllama-webgpu&precision=q4_k_m&context=131072"),
]

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

TORN = """() => [...document.querySelectorAll("no-break")].map((each) => each.parentElement)
  .filter((each) => { const { display, columnGap } = getComputedStyle(each);
    return display.includes("flex") && columnGap === "normal"
      && [...each.childNodes].some(({ nodeType, data }) => nodeType === 3 && data.trim()); })
  .map((each) => each.innerText)"""


@pytest.fixture(scope="module")
def shown(browser: Browser, site: str) -> Iterator[Page]:
    """Yield the first page on a made-up phone, for tests that leave what it shows to others."""
    with opened(browser, site, prelude=DEVICE) as page:
        yield page


@pytest.fixture(scope="module")
def compared(browser: Browser, site: str) -> Iterator[Page]:
    """Yield the page that compares on the same phone."""
    with opened(browser, site, "compare/", prelude=DEVICE) as page:
        yield page


def asks(page: Page, link: str, size: dict[str, int] = PHONE) -> None:
    """Have an open page of a size answer another link, as a tap does."""
    page.set_viewport_size({"width": size["width"], "height": size["height"]})
    page.evaluate("link => (location.hash = link)", f"v=1&{link}")
    painted(page)  # by now it has heard
    expect(page.locator("html")).to_have_attribute("lang", re.search("lang=(..)", link)[1])  # type: ignore[index]
    expect(page.locator("main [aria-busy=true]:not([data-later])")).to_have_count(0)
    painted(page)


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


@pytest.mark.slow
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("model", SOME)
def test_nothing_jumps_where_another_way_is_opened(
    visit: Visit, model: str, size: dict[str, int]
) -> None:
    """Without an adapter models open on other ways than their documents say: the same holds."""
    _nothing_jumps(visit, f"m/{model}/", size, prelude=signal("deviceMemory", "8"))


@pytest.mark.parametrize("path", ["", "compare/"])
def test_nothing_jumps_on_a_phone(visit: Visit, path: str) -> None:
    """The same on the two pages that most people open; `make test-slow` opens all."""
    _nothing_jumps(visit, path, PHONE)


def _nothing_jumps(visit: Visit, path: str, size: dict[str, int], prelude: str = DEVICE) -> None:
    page = visit(path, size=size, prelude=prelude, setup=slowed)
    page.wait_for_timeout(500)  # what comes near the screen is filled after the answer
    for below in page.locator("#common").all():  # a reader who is there sees it filled
        below.scroll_into_view_if_needed()
        page.wait_for_timeout(500)

    shifts = page.evaluate("shifts")
    assert sum(each[0] for each in shifts) <= MOST_SHIFT, shifts


#: The sentences whose height depends on the way that is shown. All else is away meanwhile: each
#: height is asked for anew, and a short page is soon laid out.
UNEVEN = """(asked) => { const place = document.querySelector("#question");
  const [before, width, away] = [place.innerHTML, place.offsetWidth, []];
  for (let each = place; each !== document.body; each = each.parentElement)
    away.push(...[...each.parentElement.children].filter((one) => !one.hidden && one !== each));
  for (const each of away) each.hidden = true;
  const uneven = asked.filter(({ html, ways }) => {
    place.innerHTML = html;
    const say = (name, words) => (place.querySelector(`[data-for=${name}]`).textContent = words);
    const heights = ways.map(([runtime, precision]) => {
      say("runtime", runtime), say("precision", precision);
      return place.querySelector("h1").offsetHeight;
    });
    return new Set(heights).size > 1;
  }).map(({ name }) => name);
  const moved = place.offsetWidth !== width;
  for (const each of away) each.hidden = false;
  place.innerHTML = before;
  return moved ? ["another width"] : uneven; }"""


@cache
def answered() -> list[tuple[answers.Answer, list[tuple[RuntimeFacts, str]]]]:
    """Return every model's answer on a device that nothing is known of, and its ways."""
    catalog, found = read_catalog(), []
    for model in catalog.models:
        answer = answers.answer(Scenario(model=model.id), catalog, Device())
        ways = [
            (facts, precision)
            for facts in runtimes_of(answer.subject, catalog)
            for precision in precisions_of(answer.subject, facts)
            if not facts.hypothetical
        ]
        found.append((answer, ways))
    return found


def asked(language: str) -> list[dict[str, Any]]:
    """Return the question about every model in a language, and the ways a device may open it on."""
    every, catalog, found = answered(), read_catalog(), []
    use(language)
    for answer, ways in every:
        html = re.sub("<select.*?</select>", "", str(question_form.form(answer, catalog)))
        said = [(facts.short, precision) for facts, precision in ways]
        found.append({"name": answer.scenario.model, "html": html, "ways": said})
    use(ENGLISH)
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_question_keeps_its_lines(shown: Page, language: str) -> None:
    """On whichever way a device opens a model, its sentence is as high as in the document."""
    every = asked(language)
    for size in (PHONE, DESKTOP):
        asks(shown, f"model=gemma-2b&lang={language}", size)
        assert shown.evaluate(UNEVEN, every) == []


@pytest.mark.parametrize("path", ["", "m/whisper-base/", "m/gemma-3n-e2b/"])
def test_both_columns_end_at_one_height(visit: Visit, path: str) -> None:
    """On a desk no gap is left under the verdict or under the picture, whichever is the shorter."""
    page = visit(path, size=DESKTOP, prelude=DEVICE)
    ends = "all => all.map((each) => each.lastElementChild.getBoundingClientRect().bottom)"
    verdict, picture = page.locator("#answer > .column").evaluate_all(ends)

    assert abs(verdict - picture) < 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_verdict_is_on_the_first_screen(shown: Page, language: str) -> None:
    """On a phone the word is read without scrolling, and the device takes one line.

    So it is on the first page, and where a link brings a long name or a long way.
    """
    for model, more in (*LONG_LINKS, ("gemma-2b", "")):
        asks(shown, f"model={model}&lang={language}{more}")
        _first_screen(shown, model)


def test_the_verdict_is_on_the_first_screen_of_a_model_s_own_page(visit: Visit) -> None:
    """The same where the longest name is a document of its own."""
    name = LONG_LINKS[0][0]
    _first_screen(visit(f"m/{name}/#v=1&model={name}", prelude=DEVICE), name)


def _first_screen(page: Page, model: str) -> None:
    expect(page).to_have_title(re.compile(re.escape(read_catalog().model(model).name)))
    assert page.evaluate(WORD) <= FIRST_LOOK, model
    assert page.locator("#said summary").bounding_box()["height"] <= 48  # type: ignore[index]


@pytest.mark.parametrize(
    "path",
    [pytest.param(each, marks=pytest.mark.slow if each else ()) for each in FOLDERS],
)
def test_no_text_is_small(visit: Visit, path: str) -> None:
    """Nothing that people read is under 14 pixels on a phone, whatever is folded out.

    No line of words is torn into boxes beside each other, which would lose the spaces between.
    """
    page = visit(path, prelude=DEVICE)
    page.locator("main details").evaluate_all("all => all.forEach((each) => (each.open = true))")

    assert page.evaluate(SMALL, LEAST_TYPE) == []
    assert page.evaluate(TORN) == []


def test_type_has_five_sizes() -> None:
    """The style sheets name sizes by the scale's variables, or take that of what is around."""
    sheets = [ROOT / "static" / "base.css", *(ROOT / "app").rglob("*.css")]
    said = "".join(sheet.read_text(encoding="utf-8") for sheet in sheets)
    sizes = set(re.findall(r"font(?:-size)?:\s*([^;}]+)", said))

    assert len(set(re.findall(r"^  (--text-\w+):", said, re.MULTILINE))) == 5
    assert [each for each in sizes if "--text-" not in each and each != "inherit"] == []


PARTED = """() => [...document.querySelectorAll("main no-break")]
  .filter((each) => {
    const lines = [...each.getClientRects()].map(({ bottom }) => Math.round(bottom));
    return new Set(lines).size > 1;
  })
  .map((each) => each.innerText)"""


@pytest.mark.parametrize("path", ["", "m/llama-3.2-1b/", "1-bit/", "accuracy/"])
def test_a_figure_stays_on_one_line(visit: Visit, path: str) -> None:
    """No line of a phone ends between a figure and its unit, or before the sign behind a choice."""
    page = visit(path, prelude=DEVICE)

    assert page.locator("main no-break").count() > 2
    assert page.evaluate(PARTED) == []


def test_every_page_is_one_tap_away_on_a_phone(visit: Visit) -> None:
    """The list of pages opens over the first screen and is whole there."""
    page = visit()
    links = page.locator("#pages a")
    expect(links.last).to_be_hidden()
    page.get_by_role("button", name="Pages").click()

    for link in links.all():
        expect(link).to_be_in_viewport(ratio=1)


def test_a_wide_screen_is_used(visit: Visit) -> None:
    """At 1,920 pixels an answer takes four fifths of the width, and nothing has to be scrolled."""
    page = visit(size={"width": 1920, "height": 1080}, prelude=DEVICE)

    answer = page.locator("#answer").bounding_box()
    assert answer is not None
    assert answer["width"] >= 0.8 * 1920
    assert page.evaluate("document.documentElement.scrollWidth") <= 1920
    page = visit("workbench/", size={"width": 1920, "height": 1080}, scripts=False)
    assert page.locator(".bench").bounding_box()["width"] >= 0.8 * 1920  # type: ignore[index]


@pytest.mark.parametrize("language", LANGUAGES)
def test_compare_is_no_longer_than_a_thumb_scrolls(compared: Page, language: str) -> None:
    """Twenty cards on a phone, the ways to look whole in each language, three columns in sight."""
    page = compared
    asks(page, f"lang={language}")
    edges = "all => all.map((each) => each.getBoundingClientRect().right)"

    assert page.evaluate("document.documentElement.scrollHeight") < 9000
    assert max(page.locator(".views a").evaluate_all(edges)) <= PHONE["width"]
    if language == ENGLISH:
        three = "s1=gemma-2b~webllm&s2=distilbert~transformersjs-wasm&s3=gpt2"
        page.goto(f"{page.url.split('#')[0]}#v=1&view=sides&{three}")
        heads = page.locator(".sides-table thead th")
        expect(heads).to_have_count(3)
        assert max(heads.evaluate_all(edges)) <= PHONE["width"]


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
    expect(said).to_contain_text("May fit. ")
    word, sentence = said.inner_text().split(". ", 1)
    card = page.locator("#answer").inner_text()
    assert card.startswith(word)
    assert sentence in card
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
