"""*Copy as text*: an answer as a few lines, beside the button that shares it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.page.opening import DESKTOP, PHONE, opened

QUESTION = "m/distilbert/#v=1&model=distilbert&runtime=transformersjs-wasm&precision=fp32"


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_the_text_is_what_the_page_says(browser: Browser, site: str, size: dict[str, int]) -> None:
    """The clipboard has the question, the verdict and the figures as shown, and the link."""
    allowed = ["clipboard-read", "clipboard-write"]
    with opened(browser, site, QUESTION, size=size, permissions=allowed) as page:
        button = page.get_by_role("button", name="Copy as text")
        button.click()
        expect(page.locator("#answer .copied")).to_have_text("Copied.")
        first, second, *others, link = page.evaluate("navigator.clipboard.readText()").splitlines()
        assert first.startswith("DistilBERT")
        assert "fp32" in first
        assert second.startswith(page.locator(".verdict").inner_text())
        figures = page.locator("#answer .figures").inner_text()
        download = next(each for each in others if each.startswith("download: "))
        assert download.partition(": ")[2] in figures
        assert "precision=fp32" in link
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.goto(link)
        expect(page.locator("[data-for=precision]")).to_have_text("fp32")


@pytest.mark.parametrize("path", ["training/", "shrink/", "1-bit/", "workbench/"])
def test_findings_are_copied_as_they_stand(browser: Browser, site: str, path: str) -> None:
    """On the other pages the finding and its parts are copied, with the link that asks again."""
    allowed = ["clipboard-read", "clipboard-write"]
    with opened(browser, site, path, permissions=allowed) as page:
        button = page.get_by_role("button", name="Copy as text")
        button.click()
        expect(page.locator(".copied")).to_have_text("Copied.")
        text = page.evaluate("navigator.clipboard.readText()")
        finding = page.locator("#finding, .finding").first.inner_text()
        assert text.startswith(finding.splitlines()[0])
        assert "B" in finding
        assert text.splitlines()[-1].startswith(f"{site}{path}#v=1")
        assert len(text) > len(finding) + 100
