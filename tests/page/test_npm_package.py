"""The npm package in a page of three lines, from node_modules, says what is estimated."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page, Playwright

from app.browser import probes
from tabfit.catalog import Catalog
from tabfit.devices.device import read
from tabfit.estimate.answers import answer
from tabfit.estimate.scenario import Scenario
from tests.core.app.test_probes import AGENTS, WEBKIT, brands
from tests.core.gate import npm_page
from tests.page.conftest import SOFTWARE_ADAPTER
from tests.page.opening import PATIENCE

CATALOG: Final = Catalog()
READ: Final = """async ([every, tables]) => {
  const { agent } = await import("/node_modules/tabfit/device.js");
  return every.map((each) => agent(each, tables));
}"""
#: A browser on WebKit elsewhere, with Safari's name and a version that none has.
STRANGER: Final = f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} Version/60.5 Safari/605.1.15"


@pytest.fixture(scope="module")
def data() -> dict[str, Any]:
    """Return rules and needs of a few models, as the package carries them."""
    return npm_page.data()


@pytest.fixture(scope="module")
def address(data: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Yield the address of a page whose node_modules hold the package with its data."""
    with npm_page.served(tmp_path_factory.mktemp("site"), data) as place:
        yield place


@pytest.fixture(scope="module", params=["chrome", "firefox"])
def browser(
    request: pytest.FixtureRequest, playwright: Playwright, chromium: str
) -> Iterator[Browser]:
    """Yield Chromium, and Firefox where there is one, driven by WebDriver BiDi."""
    firefox = shutil.which("firefox-esr") or shutil.which("firefox")
    if request.param == "chrome":
        arguments = ["--no-sandbox", *SOFTWARE_ADAPTER]
        started = playwright.chromium.launch(executable_path=chromium, args=arguments)
    elif firefox is None:
        pytest.skip("there is no Firefox here")
    else:
        started = playwright.firefox.launch(executable_path=firefox, channel="moz-firefox")
    yield started
    started.close()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """Yield the page of three lines."""
    page = browser.new_page()
    page.set_default_timeout(PATIENCE)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(address)
    yield page
    assert not complaints
    page.close()


def test_three_lines(page: Page) -> None:
    """The page says the estimator's word for this very browser, and the badge says it in words."""
    page.wait_for_function("document.querySelector('output').value")
    device = page.evaluate("import('tabfit').then(({ deviceSignals }) => deviceSignals())")
    here = read(device)
    assert here.platform == "linux"
    assert here.browser in ("chrome", "firefox")
    assert here.wasm.simd
    verdict = answer(Scenario(model="distilbert"), CATALOG, here).verdict
    assert page.locator("output").inner_text() == verdict.outcome
    asked = Scenario(model="llama-3.2-1b", runtime="webllm")
    outcome = answer(asked, CATALOG, here).verdict.outcome
    badge = page.locator("tabfit-badge b[data-outcome]:not([data-outcome=''])")
    badge.wait_for()
    assert badge.get_attribute("data-outcome") == outcome


def test_answer(page: Page) -> None:
    """An answer has reasons and a download; a name that is not there is said in a sentence."""
    asked = "import('tabfit').then(({ canRun }) => canRun('distilbert', { context: 300 }))"
    said = page.evaluate(asked)
    assert said["context"] == 512
    assert said["download"]["likely"] > 60_000_000
    assert {"check", "title", "chance", "failed"} <= set(said["reasons"][0])
    refused = "import('tabfit').then(({ canRun }) => canRun('distilbert', { runtime: 'x' }))"
    message = page.evaluate(f"{refused}.catch((error) => error.message)")
    assert message.startswith('tabfit: runtime is "x"; accepted are: transformersjs-')


def test_browsers_are_read_alike(page: Page, data: dict[str, Any]) -> None:
    """What a browser says of itself means the same in the package as on the page."""
    texts = [{"userAgent": row[0]} for row in AGENTS] + [{"userAgent": STRANGER}]
    hinted = [{"userAgentData": brands(*names)} for names in (("Chromium",), ("Samsung Internet",))]
    opera = {
        "brands": [{"brand": "Chromium", "version": "152"}, {"brand": "Opera", "version": "9"}]
    }
    every: list[dict[str, Any]] = [*texts, *hinted, {"userAgentData": opera}]
    found = page.evaluate(READ, [every, data["rules"]["agent"]])
    assert found == [probes.agent(each) for each in every]
