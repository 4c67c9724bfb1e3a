"""The page at an address that is not secure: no WebGPU there, and the page says why."""

from __future__ import annotations

from typing import Final

from playwright.sync_api import Playwright, expect

from tests.page.opening import reached

#: A name that leads to the tests' own server, and is no local one to a browser.
NAME: Final = "insecure.test"
ALONE: Final = (
    "--no-sandbox",
    f"--host-resolver-rules=MAP {NAME} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


def test_webllm_at_an_insecure_address(playwright: Playwright, chromium: str, site: str) -> None:
    """Chromium offers no `navigator.gpu` there: WebLLM will not run, with the reason."""
    launched = playwright.chromium.launch(executable_path=chromium, args=[*ALONE])
    page = launched.new_context(service_workers="block").new_page()
    page.goto(f"{site.replace('127.0.0.1', NAME)}#v=1&model=smollm2-135m&runtime=webllm")
    reached(page, "ready")

    assert page.evaluate("[isSecureContext, Boolean(navigator.gpu)]") == [False, False]
    expect(page.locator(".verdict")).to_have_text("Will not fit")
    expect(page.locator("#answer")).to_contain_text("This address is not secure, and browsers")
    launched.close()
