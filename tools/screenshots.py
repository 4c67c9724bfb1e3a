"""Take the README's pictures of the page: `python tools/screenshots.py`.

Phone and desktop, light and dark, in docs/screenshots/. The device is a made-up
one, so that the pictures show a real answer on any machine that takes them.
"""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.page.opening import DESKTOP, PHONE, opened, signal
from tools.find_chromium import MISSING, found
from tools.serve import Site

ROOT = Path(__file__).resolve().parents[1]
PLACE = ROOT / "docs" / "screenshots"
ADAPTER = """{ requestAdapter: async () => ({
  info: { vendor: "qualcomm", architecture: "adreno-7xx", isFallbackAdapter: false },
  limits: { maxBufferSize: 2147483648, maxStorageBufferBindingSize: 2147483644 },
  features: new Set(["shader-f16"]) }) }"""
ANDROID = (
    "Mozilla/5.0 (Linux; Android 16; K) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/150.0.0.0 Mobile Safari/537.36"
)
DEVICE = (
    signal("deviceMemory", "8")
    + signal("gpu", ADAPTER)
    + signal("userAgentData", "undefined")
    + signal("userAgent", repr(ANDROID))
)


def main() -> None:
    """Take the four pictures."""
    path = found()
    if path is None:
        sys.exit(MISSING)
    PLACE.mkdir(parents=True, exist_ok=True)
    with Site(ROOT).running() as server, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        for name, size in (("phone", PHONE), ("desktop", DESKTOP)):
            for dark in (False, True):
                picture = PLACE / f"{name}-{'dark' if dark else 'light'}.png"
                _take(browser, f"{server.address}dist/", size, picture, dark=dark)
        browser.close()


def _take(browser: Browser, site: str, size: dict[str, int], picture: Path, *, dark: bool) -> None:
    with opened(browser, site, size=size, dark=dark, prelude=DEVICE) as page:
        height = 1500 if size is PHONE else 1280
        page.set_viewport_size({"width": size["width"], "height": height})
        page.screenshot(path=picture)
    print(picture.relative_to(ROOT))


if __name__ == "__main__":
    main()
