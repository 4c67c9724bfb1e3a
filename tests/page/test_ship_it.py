"""Ship it in a browser: the sample by its link, a file by hand, a mistake told, numpy missing."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.page.opening import PHONE, Visit, choose_model, drop, mended, opened
from tests.page.test_accessible import assert_accessible

ROWS = (
    "platform,browser,device_memory,visits\nwindows,chrome,8,4\nios,safari,,1\nlinux,firefox,,1\n"
)


def handed(page: Page, rows: str) -> None:
    """Hand a file over, as the button does."""
    page.locator("#visits-file").set_input_files(
        {"name": "visits.csv", "mimeType": "text/csv", "buffer": rows.encode()}
    )


@pytest.fixture(scope="module")
def shipping(browser: Browser, site: str) -> Iterator[Page]:
    """Yield the page, ready, on a phone."""
    with opened(browser, site, "ship-it/") as page:
        page.wait_for_function("'visits' in document.documentElement.dataset")
        yield page


def test_a_file_is_counted_and_kept(shipping: Page) -> None:
    """Shares come once numpy is there; a malformed file is one sentence, and nothing else moves."""
    handed(shipping, ROWS)
    finding = shipping.get_by_role("heading", name=re.compile("likely run DistilBERT"))
    expect(finding).to_contain_text("80.0% of the visits that can be judged")
    assert "visits" not in shipping.evaluate("location.hash")

    handed(shipping, "platform,cores\nios,many\n")
    expect(shipping.locator("#visits-told")).to_contain_text("row 2, column 'cores'")
    expect(finding).to_be_visible()


def test_another_model_keeps_the_visits(shipping: Page) -> None:
    """A choice is judged on the same visits, and goes into the link."""
    choose_model(shipping, "smollm2-135m")
    shipping.wait_for_function("location.hash.includes('model=smollm2-135m')")
    expect(shipping.locator("#shares")).to_contain_text("SmolLM2 135M")
    expect(shipping.locator(".what-was-read")).to_contain_text("6 visits")


def test_rows_are_pasted_by_keyboard(shipping: Page) -> None:
    """Without a file and without a mouse."""
    shipping.get_by_text("Paste rows").focus()
    shipping.keyboard.press("Enter")
    shipping.get_by_label("Rows of visits").fill("platform,device_memory\nwindows,8\n")
    shipping.get_by_role("button", name="Count them").focus()
    shipping.keyboard.press("Enter")
    expect(shipping.locator(".what-was-read")).to_contain_text("1 visit")


def test_a_file_dropped_over_the_box_is_visits_too(shipping: Page) -> None:
    """The box takes no file here, and the browser does not leave the page for one."""
    shipping.locator("#open-finder").click()
    drop(shipping, "visits.csv", ROWS.encode())
    expect(shipping.locator(".what-was-read")).to_contain_text("6 visits")
    shipping.keyboard.press("Escape")


def test_the_code_is_that_of_the_question(visit: Visit) -> None:
    """It needs no visits; tabs go by arrow keys, and the module names the scenario above."""
    page = visit("ship-it/#v=1&model=smollm2-135m")
    page.locator("#last-step").scroll_into_view_if_needed()
    expect(page.locator("#last-step")).to_contain_text('canRun("smollm2-135m"')
    page.get_by_role("radio", name="npm package").focus()
    page.keyboard.press("ArrowRight")
    module = page.get_by_role("region", name="Module")
    expect(module).to_contain_text("tabfit gate smollm2-135m")


def test_the_sample_by_its_link(visit: Visit) -> None:
    """A link opens it, said to be a sample; everything is accessible and no wider than a phone."""
    page = visit("ship-it/#v=1&visits=sample")
    expect(page.locator("#counted")).to_contain_text("nobody’s visitors")
    expect(page.locator("#shares")).to_contain_text("69.4%")
    for part in ("#ways", "#curve"):
        page.locator(part).scroll_into_view_if_needed()
        expect(page.locator(f"{part} table").first).to_be_visible()
    page.locator("main details").evaluate_all("all => all.forEach((each) => (each.open = true))")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    assert_accessible(page)


@pytest.mark.console_errors
def test_without_numpy_only_the_shares_fail(visit: Visit) -> None:
    """They say so, and *Try again* brings them."""
    page = visit(
        "ship-it/#v=1&visits=sample",
        setup=lambda context: context.route("**/wheels/numpy-*", lambda route: route.abort()),
    )
    problem = page.locator("#shares .late-problem")
    expect(problem).to_be_visible()
    expect(page.locator(".what-was-read")).to_contain_text("99,982 visits")
    mended(page)
    problem.get_by_role("button", name="Try again").click()
    expect(page.locator("#shares")).to_contain_text("69.4%")
