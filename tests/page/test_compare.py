"""Compare, in the browser: sorted, searched, picked and saved, with keys and on a phone."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.page.opening import DESKTOP, PHONE, Visit, choose_model, opened, reached, signal
from tests.page.test_accessible import assert_accessible

BEGINNING = 20  # rows shown before one asks for all


@pytest.fixture(scope="module")
def compared(browser: Browser, site: str) -> Iterator[Page]:
    """Yield the page on a desktop with 8 GB of memory, answered."""
    memory = signal("deviceMemory", "8")
    with opened(browser, site, "compare/", size=DESKTOP, prelude=memory) as page:
        yield page


def _rows(page: Page) -> Locator:
    return page.get_by_role("table").get_by_role("row")


def _names(page: Page) -> list[str]:
    return page.get_by_role("rowheader").locator("a").all_inner_texts()


def _fresh(page: Page) -> None:
    """Show every model in the usual order, as a link does."""
    page.get_by_role("link", name="Every model", exact=True).first.click()
    expect(page.locator("main [aria-busy=true]")).to_have_count(0)
    expect(page.get_by_role("columnheader", name="Verdict")).to_have_attribute(
        "aria-sort", "ascending"
    )
    expect(page.get_by_role("searchbox")).to_have_value("")
    assert _rows(page).count() == 1 + BEGINNING
    page.get_by_role("button", name="Show all").click()
    expect(page.get_by_role("button", name="Show all")).to_have_count(0)


def test_the_finding_counts_the_rows(compared: Page) -> None:
    """As many rows as the heading says there are models, each with a verdict in a word."""
    _fresh(compared)
    found = compared.get_by_role("heading", level=2).filter(has_text="likely fit here")
    likely, models = re.findall(r"\d+", found.inner_text())

    assert _rows(compared).count() == 1 + int(models)
    assert compared.locator("#rows .short.likely").count() == int(likely)


def test_the_best_of_each_task_likely_fits_and_says_its_size(compared: Page) -> None:
    """*Best for this device* is one tap away, with verdict and size class, and no giant in it."""
    best = compared.locator(".best-list li")
    assert best.count() >= 4
    for each in best.all():
        expect(each.locator(".short")).to_have_text(re.compile("likely|may"))
        expect(each.locator("small").last).to_have_text(re.compile(r"B · 20\d\d$"))
    assert not re.search("671B|DeepSeek (R1|V3)$", best.first.inner_text())
    measured = compared.locator("#best-of-tasks .aside-note a")
    assert "LMArena (2025-12-11)" in "".join(measured.all_inner_texts())
    expect(best.first).to_contain_text(re.compile("LMArena|B · 20"))


def test_what_no_browser_runs_is_told_apart(compared: Page) -> None:
    """Such models are counted apart, are never green, and say so on their own page."""
    _fresh(compared)
    assert "BitNet b1.58 2B4T" not in _names(compared)
    compared.get_by_role("link", name=re.compile("have no browser runtime yet")).click()
    row = _rows(compared).filter(has_text="BitNet b1.58 2B4T")
    expect(row.locator(".short")).to_have_text("no browser yet")
    expect(compared.locator("#rows .short.likely")).to_have_count(0)
    row.get_by_role("link", name="BitNet b1.58 2B4T").click()
    compared.wait_for_url("**/#v=1&model=bitnet-b1.58-2b**")
    reached(compared, "ready")

    expect(compared.locator(".verdict")).to_have_text("No browser runs it yet")
    expect(compared.locator("#answer")).not_to_contain_text("in 100")
    compared.go_back()
    reached(compared, "ready")


def test_a_head_sorts_by_its_column_with_keys_alone(compared: Page) -> None:
    """Enter on a head sorts, again turns it round; the focus and the address follow."""
    _fresh(compared)
    head = compared.get_by_role("columnheader", name="Parameters")
    head.get_by_role("link").focus()
    compared.keyboard.press("Enter")
    expect(head).to_have_attribute("aria-sort", "ascending")
    upwards = _names(compared)
    expect(head.get_by_role("link")).to_be_focused()

    compared.keyboard.press("Enter")
    expect(head).to_have_attribute("aria-sort", "descending")
    expect(compared).to_have_url(re.compile("sort=-parameters"))
    assert _names(compared)[0] != upwards[0]


def test_a_search_leaves_what_it_names_and_stays_typed(compared: Page) -> None:
    """Typing narrows the rows as one types; one tap brings all of them back."""
    _fresh(compared)
    every = len(_names(compared))
    box = compared.get_by_role("searchbox", name="Search by name")
    box.press_sequentially("smollm2", delay=30)

    expect(compared.locator("#finding")).not_to_contain_text(f"of {every} ")
    expect(compared).to_have_url(re.compile("q=smollm2"))
    expect(box).to_have_value("smollm2")
    expect(box).to_be_focused()
    assert [name for name in _names(compared) if "smollm2" not in name.lower()] == []

    compared.get_by_role("link", name="Show all models").click()
    expect(compared.locator("#finding")).to_contain_text(f"of {every} ")
    expect(box).to_have_value("")


def test_nothing_left_says_so(compared: Page) -> None:
    """A search that no model passes leaves a sentence, not an empty table."""
    _fresh(compared)
    compared.get_by_role("searchbox").fill("no such model anywhere")

    expect(compared.locator("#finding")).to_contain_text("No model passes")
    expect(compared.locator("#rows")).to_contain_text("Choose fewer filters")


def test_a_file_is_made_of_what_is_shown(compared: Page) -> None:
    """The CSV holds the rows of the table, in its order."""
    _fresh(compared)
    compared.get_by_role("checkbox", name=re.compile("likely$")).first.check()
    expect(compared).to_have_url(re.compile("verdict=likely"))
    with compared.expect_download() as caught:
        compared.get_by_role("button", name="Save as CSV").click()

    assert caught.value.suggested_filename == "will-it-fit.csv"
    text = Path(caught.value.path()).read_text(encoding="utf-8")
    assert [row["name"] for row in csv.DictReader(StringIO(text))] == _names(compared)


def test_picked_models_stand_side_by_side(compared: Page) -> None:
    """Two ticks and a tap: a column each, their differences alone if one wishes."""
    _fresh(compared)
    for name in ("Compare Gemma 2B", "Compare DistilBERT (SST-2 sentiment)"):
        compared.get_by_role("checkbox", name=name, exact=True).check()
    expect(compared.locator("#tray")).to_contain_text("2 models chosen")
    compared.get_by_role("link", name="Side by side").last.click()
    heads = compared.get_by_role("columnheader")
    expect(heads.filter(has_text="Gemma 2B")).to_be_visible()

    rows = _rows(compared).count()
    compared.get_by_label("Only what differs").check()
    expect(compared).to_have_url(re.compile("only=differences"))
    assert 6 < _rows(compared).count() <= rows
    device = compared.get_by_label("Device, scenario 1")
    device.select_option("iphone-13")
    expect(compared).to_have_url(re.compile("s1=distilbert~.*~iphone-13&s2=gemma-2b"))


def test_one_model_is_shown_on_every_device(compared: Page) -> None:
    """From the model's own view, each device leads to its answer."""
    compared.get_by_role("link", name="One model").click()
    choose_model(compared, "distilbert")

    found = compared.get_by_role("heading", name=re.compile("DistilBERT .* likely fits on"))
    expect(found).to_be_visible()
    expect(compared.get_by_role("link", name=re.compile("^Android phone, 8 GB"))).to_be_visible()
    compared.locator("summary").filter(has_text=re.compile("^iPhone")).click()
    link = compared.get_by_role("link", name=re.compile("^iPhone 13 ")).first
    assert "device=iphone-13" in str(link.get_attribute("href"))


def test_no_view_breaks_a_rule(visit: Visit) -> None:
    """The table with what was picked, the devices and the columns, by axe-core's rules."""
    page = visit("compare/#v=1&pick=gemma-2b", prelude=signal("deviceMemory", "8"))
    expect(page.locator("#tray")).to_contain_text("1 model chosen")
    assert_accessible(page)

    for view, said in (("One model", "likely fits on"), ("Side by side", "likely fit")):
        page.get_by_role("link", name=view, exact=True).first.click()
        expect(page.locator("#finding")).to_contain_text(said)
        assert_accessible(page)


def test_a_phone_has_cards_that_fit(browser: Browser, site: str) -> None:
    """No table wider than the screen, every tap large enough, the order in a list."""
    with opened(browser, site, "compare/#v=1&device=pixel-8-pro&sort=download") as page:
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
        expect(page.get_by_label("Order")).to_have_value("download")
        expect(page.get_by_role("columnheader", name="Download")).to_be_hidden()
        first = page.get_by_role("row").filter(has=page.get_by_role("checkbox")).first
        assert first.bounding_box()["height"] > 100  # type: ignore[index]
        expect(page.get_by_role("heading", level=1)).to_contain_text("Google Pixel 8 Pro")


def test_the_table_is_there_without_scripts(browser: Browser, site: str) -> None:
    """Typical devices, a verdict each, and every model's own page one tap away."""
    with opened(browser, site, "compare/", size=DESKTOP, scripts=False) as page:
        rows = page.get_by_role("row").filter(has_text="DistilBERT (SST-2 sentiment)")
        expect(rows.get_by_role("link")).to_have_attribute("href", "../m/distilbert/")
        assert page.get_by_role("columnheader").all_inner_texts()[-1] == "Laptop, 8 GB"
