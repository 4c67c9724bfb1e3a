"""The test of memory in a real browser: obtained, stopped, died at, refused on phones."""

from __future__ import annotations

import json
import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.page.opening import DESKTOP, Visit, reached, signal

SMALL = "#v=1&model=smollm2-135m&runtime=wllama-cpu&precision=q4_k_m"
ON_GRAPHICS = "#v=1&model=smollm2-135m&runtime=webllm"
LARGE = "#v=1&model=llama-3.2-1b&runtime=wllama-cpu&precision=q8_0"
MEMORY = signal("deviceMemory", "8")
ANDROID = (
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/150.0.0.0 Mobile Safari/537.36"
)


def kept(page: Page) -> dict[str, Any]:
    """Return what the page keeps on this device."""
    found: dict[str, Any] = page.evaluate("JSON.parse(localStorage.kept ?? '{}')")
    return found


def begun(page: Page) -> int:
    """Start the test, and return how many bytes it is to take."""
    page.get_by_text("Measure it here").click()
    button = page.get_by_role("button", name="Start", exact=True)
    wanted = [int(button.get_attribute(name) or 0) for name in ("data-page", "data-gpu")]
    button.click()
    return sum(wanted)


def test_what_was_obtained_replaces_what_was_assumed(visit: Visit) -> None:
    """All that was asked is taken and let go; the budget and the speed say measured; links tell."""
    page = visit(ON_GRAPHICS, prelude=MEMORY, size=DESKTOP, adapter=True)
    wanted = begun(page)
    expect(page.locator("#kept")).to_contain_text("Measured here", timeout=60_000)

    found = kept(page)["measured"]
    assert wanted <= found["page_bytes"] + found["gpu_bytes"] < wanted + 2**28
    assert 10**8 < found["bandwidth_bytes_per_second"] < 10**12
    assert page.evaluate("localStorage.measuring") is None
    expect(page.locator(".checks")).to_contain_text("a test here obtained")
    page.locator("[data-share]").first.click()
    page.locator("#with-device").check()
    expect(page.locator("#link")).to_have_value(re.compile("measured"))
    page.locator("#close").click()
    page.locator("#kept li").filter(has_text="Measured").get_by_role("button").click()
    expect(page.locator(".checks")).not_to_contain_text("a test here obtained")


def test_it_is_stopped_at_a_tap(visit: Visit) -> None:
    """Stopped, nothing is measured, and no tab is said to have died."""
    page = visit(LARGE, prelude=MEMORY, size=DESKTOP)
    begun(page)
    expect(page.locator("#measuring span")).to_contain_text(" of ")
    assert json.loads(page.evaluate("localStorage.measuring"))["day"]
    page.get_by_role("button", name="Stop").click()

    expect(page.locator("#measuring")).to_be_hidden()
    assert page.evaluate("localStorage.measuring") is None
    assert not kept(page).get("measured")
    page.reload()
    reached(page, "ready")
    assert not kept(page).get("history")


def test_a_tab_that_died_is_known_on_the_next_visit(visit: Visit) -> None:
    """A mark that was left counts as evidence once: what needs as much is less likely."""
    page = visit(LARGE, prelude=MEMORY, size=DESKTOP)
    before = page.locator(".deciding button.figure").inner_text()
    mark = json.dumps({"page": 10**9, "gpu": 0, "day": "2026-11-28"})
    page.evaluate(f"localStorage.setItem('measuring', {json.dumps(mark)})")
    page.reload()
    reached(page, "ready")

    expect(page.locator(".deciding")).to_contain_text("A test of memory ended here at 1.07 GB")
    assert int(page.locator(".deciding button.figure").inner_text()) < int(before)
    expect(page.locator("#kept")).to_contain_text("Test of memory")
    assert page.evaluate("localStorage.measuring") is None


def test_phones_are_spared(visit: Visit) -> None:
    """On a phone there is no button, and a sentence says why."""
    agent = signal("userAgent", json.dumps(ANDROID)) + signal("userAgentData", "undefined")
    page = visit(SMALL, prelude=MEMORY + agent)
    expect(page.locator(".tried")).to_contain_text("No test of memory on phones")
    expect(page.locator("#measure")).to_have_count(0)
