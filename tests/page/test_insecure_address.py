"""The page at an address that is not secure: no WebGPU there, and the page says why."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

from tests.page.conftest import INSECURE
from tests.page.opening import opened


def test_webllm_at_an_insecure_address(browser: Browser, site: str) -> None:
    """Chromium offers no `navigator.gpu` there: WebLLM will not run, with the reason."""
    there = site.replace("127.0.0.1", INSECURE)
    with opened(browser, there, "#v=1&model=smollm2-135m&runtime=webllm") as page:
        assert page.evaluate("[isSecureContext, Boolean(navigator.gpu)]") == [False, False]
        expect(page.locator(".verdict")).to_have_text("Will not fit")
        expect(page.locator("#answer")).to_contain_text("This address is not secure, and browsers")
