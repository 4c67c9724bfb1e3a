"""What a visitor says stays on the device, moves later verdicts, and can be forgotten."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.page.opening import Visit, reached, signal

#: 8 GB of memory, a model of about 2.2 GB, and one of about half as much.
LAPTOP = signal("deviceMemory", "8")
SAME = "#v=1&model=gemma-2-2b&runtime=wllama-cpu&precision=q4_k_m"
HALF = "#v=1&model=llama-3.2-1b&runtime=wllama-cpu&precision=q4_k_m"


def chance(page: Page) -> int:
    """Return how many in a hundred the verdict names."""
    expect(page.locator(".deciding button.figure")).to_be_visible()
    return int(page.locator(".deciding button.figure").inner_text())


def opened(page: Page, link: str) -> int:
    """Open a link in the same tab as a new visit would, and return the chance."""
    page.goto(page.url.split("#")[0] + link)
    page.reload()
    reached(page, "ready")
    return chance(page)


def test_a_crash_counts_after_a_reload_until_it_is_forgotten(visit: Visit) -> None:
    """Lower for the same, not lower for half of it; forgotten, as before."""
    page = visit(SAME, prelude=LAPTOP)
    half_before = opened(page, HALF)
    before = opened(page, SAME)

    page.get_by_role("button", name="It crashed").click()
    expect(page.locator(".deciding")).to_contain_text("crashed here on")
    assert opened(page, SAME) < before
    expect(page.locator("#kept")).to_contain_text("crashed")
    assert opened(page, HALF) >= half_before

    assert opened(page, SAME) < before
    page.locator("#kept li").filter(has_text="crashed").get_by_role("button").click()
    expect(page.locator(".deciding")).not_to_contain_text("crashed here")
    assert opened(page, SAME) == before


def test_what_was_said_pinned_and_asked_is_listed_and_forgotten(visit: Visit) -> None:
    """Memory, a pinned answer and one asked before survive a new visit; all of it can go."""
    page = visit(prelude=LAPTOP)
    page.locator("#correct summary").click()
    page.locator("#stated").get_by_role("radio", name="16 GB", exact=True).click(force=True)
    expect(page.locator("#said")).to_contain_text("16 GB of memory, as you said")
    page.get_by_role("button", name="Pin this answer").click()
    expect(page.get_by_role("button", name="Unpin this answer")).to_be_visible()
    page.get_by_role("button", name="It ran").click()
    page.get_by_text("Tell others").click()
    expect(page.locator("#own-report")).to_contain_text('"outcome": "ran"')

    page.reload()
    reached(page, "ready")
    expect(page.locator("#said")).to_contain_text("16 GB of memory, as you said")
    for words in ("My device: 16 GB", "Pinned: Gemma 2B", "Asked before: Gemma 2B", "ran,"):
        expect(page.locator("#kept")).to_contain_text(words)

    page.get_by_role("button", name="Forget all of it").click()
    expect(page.locator("#kept")).to_be_empty()
    expect(page.locator("#said")).not_to_contain_text("as you said")
    assert page.evaluate("JSON.parse(localStorage.kept).history") == []


def test_a_damaged_store_is_no_obstacle(visit: Visit) -> None:
    """Text that is no JSON, and values of other kinds, leave the page as it is without them."""
    damaged = "if (location.host) localStorage.setItem('kept', '{broken')"
    page = visit(setup=lambda context: context.add_init_script(damaged))
    expect(page.locator("h2.verdict")).to_have_text(re.compile(r"\w"))
    expect(page.locator("#kept")).to_be_empty()


REFUSED = """for (const name of ["localStorage", "sessionStorage"])
  Object.defineProperty(window, name,
    { get() { throw new DOMException("denied", "SecurityError"); } });"""


def test_a_browser_that_keeps_nothing_answers_all_the_same(visit: Visit) -> None:
    """With all cookies blocked: a choice, Back and a pinned answer work until one leaves."""
    page = visit(prelude=LAPTOP, setup=lambda context: context.add_init_script(REFUSED))
    page.locator("#choose-device").select_option("pixel-8-pro")
    expect(page).to_have_url(re.compile("device=pixel-8-pro"))
    page.go_back()
    expect(page.locator("[data-for=device]")).to_contain_text("this device")
    page.get_by_role("button", name="Pin this answer").click()
    expect(page.locator("#kept")).to_contain_text("Pinned")
    page.locator("#open-finder").click()
    expect(page.locator("#matches").get_by_role("group").first).to_contain_text("Gemma 2B")
