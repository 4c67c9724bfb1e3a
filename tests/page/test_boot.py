"""The page starts: what a visitor sees before, while and after Python does."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.page.conftest import ROOT
from tests.page.opening import (
    DESKTOP,
    PHONE,
    Held,
    Visit,
    appended,
    asked,
    described,
    reached,
    signal,
    without,
    without_snapshot,
)


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_static(visit: Visit, size: dict[str, int], *, dark: bool) -> None:
    """Without scripts the page can be read, and nothing of it lies past the screen's edge."""
    page = visit(scripts=False, size=size, dark=dark)
    expect(page.get_by_role("heading").first).to_be_visible()
    expect(page.locator("#failure")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


def test_ready(ready: Page) -> None:
    """Once Python has answered, the page says that it is ready, and nothing failed."""
    expect(ready.locator("html")).to_have_attribute("data-stage", "ready")
    expect(ready.locator("#stage")).to_have_text("Ready")
    expect(ready.locator("#failure")).to_be_hidden()


def test_from_snapshot(ready: Page) -> None:
    """Python starts from its memory after an answer: the private options for it are there.

    When this fails after an upgrade, compare `tools/dist/pyodide/memory_snapshot.mjs` and
    `static/interpreter.mjs` with what that Pyodide does in `loadPyodide`.
    """
    assert ready.workers[0].evaluate("fromSnapshot") is True


AFTER_A_TAP = ("hub", "headers", "sources", "gate/code_generation")


def test_what_a_tap_asks_for_comes_later(ready: Page) -> None:
    """What reads hubs and files, and writes gates, is no part of what a first answer waits for."""
    del ready  # it is built
    (memory,) = (ROOT / "dist" / "snapshot").glob("*/memory.wasm")
    held = set(re.findall(rb"site-packages/tabfit/([\w/]+)/\w+\.pyc?", memory.read_bytes()))
    assert b"estimate" in held
    assert not {each for each in held if each.decode().startswith(AFTER_A_TAP)}


def test_answers_without_pyscript(visit: Visit) -> None:
    """The first answer waits for no PyScript, which takes the worker that is there afterwards."""
    held = Held("**/pyscript/core*.js")
    page = visit(setup=held)
    page.locator("[name=context]").select_option(index=1)
    expect(page).to_have_url(re.compile("context="))
    held.came(page)
    held.let_go()
    assert "bitness" in json.loads(asked(page, "models"))
    assert len(page.workers) == 1


@pytest.mark.console_errors  # the browser itself logs what does not load
def test_from_files(visit: Visit) -> None:
    """Without the snapshot Python starts from its files, and gives the same first answer."""
    answers = [
        visit(setup=setup).locator("#answer").inner_html() for setup in (None, without_snapshot)
    ]
    assert answers[0] == answers[1]


RANDOM = """
async def chance(_):
    import os, random
    return f"{random.random()} {hash('a')} {os.environ.get('PYTHONHASHSEED')}"

bridge.offer(chance=chance)
"""


def test_chance(visit: Visit) -> None:
    """Two visits that start from one memory do not draw the same numbers."""
    setup = appended("**/worker.py", RANDOM)
    drawn = [asked(visit(setup=setup), "chance", "").split() for _ in range(2)]
    assert drawn[0][0] != drawn[1][0]
    assert drawn[0][2] == "None"


def test_how_much_has_arrived_is_said_in_bytes(visit: Visit) -> None:
    """On a slow line a bar says how much of Python is there, and goes when it is ready."""

    def slowed(context: BrowserContext) -> None:
        context.on("page", lambda page: _throttled(page, bits=60_000_000))

    page = visit(setup=slowed, until=None)
    told = page.locator("#loaded")
    expect(told).to_have_text(re.compile(r"[\d.]+ of [\d.]+ MB of Python, unpacked"))
    expect(told.get_by_role("progressbar")).to_have_attribute("value", re.compile(r"0\.\d+"))
    stage, bar = page.evaluate(
        "['stage', 'loaded'].map((id) => document.getElementById(id).getBoundingClientRect())"
    )
    assert stage["height"] > 0
    assert stage["bottom"] <= bar["top"]  # neither lies over the other
    reached(page, "ready")
    expect(told).to_be_hidden()


def _throttled(page: Page, *, bits: int) -> None:
    rate = {"offline": False, "latency": 20, "downloadThroughput": bits / 8, "uploadThroughput": -1}
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", rate)


def test_later_imports(ready: Page) -> None:
    """What the first answer did without can be imported once it has arrived."""
    asked(ready, "whole")
    assert "<svg" in asked(ready, "qr", "https://example.org/")


def test_signals(ready: Page) -> None:
    """Python reads in its worker what the browser tells: memory, processor, WebAssembly."""
    device = described(ready)
    assert device["device_memory"] == 4
    assert device["browser"] == "chrome"
    assert device["platform"] == "linux"
    assert device["cores"] == ready.evaluate("navigator.hardwareConcurrency")
    assert device["wasm"] == {"simd": True, "threads": True, "memory64": True, "jspi": True}
    assert device["storage"]["quota_bytes"] > 10**8
    assert device["cross_origin_isolated"] is False


def test_high_entropy(ready: Page) -> None:
    """The device's model is told on request only, and never while the page starts."""
    assert "bitness" in json.loads(asked(ready, "models"))


def test_no_adapter(ready: Page) -> None:
    """A browser that has WebGPU but no adapter is told apart from one that was not asked."""
    assert described(ready)["webgpu"] is None


def test_adapter(ready_with_adapter: Page) -> None:
    """A software adapter is told with its limits, and as software."""
    device = described(ready_with_adapter)
    assert device["graphics"] == "software"
    assert device["webgpu"]["fallback"] is True
    assert device["webgpu"]["vendor"] == "google"
    assert device["webgpu"]["max_buffer_size"] >= 2**28


SAFARI = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15"
    " (KHTML, like Gecko) Version/26.0 Safari/605.1.15"
)
ADAPTER = """{ requestAdapter: async () => ({
  info: { vendor: "arm", architecture: "valhall", isFallbackAdapter: false },
  limits: { maxBufferSize: 4294967292, maxStorageBufferBindingSize: 4294967296,
            maxComputeWorkgroupStorageSize: 32768 },
  features: new Set(["shader-f16"]) }) }"""


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(without("gpu"), None, id="no navigator.gpu"),
        pytest.param(signal("gpu", "undefined"), None, id="undefined"),
        pytest.param(
            signal("gpu", "{ requestAdapter: () => Promise.reject(new Error('lost')) }"),
            None,
            id="rejects",
        ),
        pytest.param(
            signal("gpu", "{ requestAdapter: () => new Promise(() => {}) }"),
            None,
            id="never answers, and the page is refused",
        ),
        pytest.param(
            signal("gpu", ADAPTER),
            {
                "vendor": "arm",
                "architecture": "valhall",
                "fallback": False,
                "shader_f16": True,
                "subgroups": False,
                "max_buffer_size": 4294967292,
                "max_storage_buffer_binding_size": 4294967296,
                "max_compute_workgroup_storage_size": 32768,
            },
            id="limits past 32 bits",
        ),
    ],
)
def test_adapters(ready: Page, change: str, expected: object) -> None:
    """Whatever an adapter's promise does, Python describes the device and says what is known."""
    ready.workers[0].evaluate(change)
    assert described(ready).get("webgpu", "absent") == expected


def test_an_adapter_for_pages_alone(ready: Page) -> None:
    """Where the worker has nobody to ask, the page asks, and its answer counts."""
    ready.workers[0].evaluate(without("gpu"))
    ready.evaluate(signal("gpu", ADAPTER).replace("WorkerNavigator", "Navigator"))
    assert described(ready)["webgpu"]["vendor"] == "arm"
    ready.evaluate(without("gpu").replace("WorkerNavigator", "Navigator"))
    assert described(ready)["webgpu"] is None


def test_unknown_memory(ready: Page) -> None:
    """A browser that does not tell its memory leaves it unknown: absent, never zero."""
    ready.workers[0].evaluate(without("deviceMemory"))
    assert "device_memory" not in described(ready)


def test_ipad(ready: Page) -> None:
    """An iPad that asks for desktop pages is told from a Macintosh by its touch screen."""
    ready.workers[0].evaluate(without("userAgentData") + signal("userAgent", repr(SAFARI)))
    ready.evaluate("Object.defineProperty(Navigator.prototype, 'maxTouchPoints', { get: () => 5 })")
    device = described(ready)
    told = device["platform"], device["browser"], device["browser_version"]
    assert told == ("ipados", "safari", 26)


def test_not_blocked(visit: Visit) -> None:
    """While Python loads, its stage is named, and one can scroll, choose and read."""
    held = Held("**/*.wasm")
    page = visit(until="loading", setup=held)
    expect(page.get_by_role("status").first).to_contain_text("Loading Python")
    page.mouse.wheel(0, 400)
    page.wait_for_function("scrollY > 0")
    field = page.locator("select, input, textarea").first
    field.focus()
    expect(field).to_be_focused()
    held.let_go()
    reached(page, "ready")
    expect(field).to_be_focused()


def test_model_page(visit: Visit) -> None:
    """A model's own page, one folder down, starts as the first page does."""
    page = visit("m/gemma-2b/")
    assert "Gemma 2B" in page.title()
    expect(page.locator("#failure")).to_be_hidden()


def test_qr(visit: Visit) -> None:
    """A QR code is drawn by segno, which comes from the page's own folder when first asked for."""
    page = visit()
    with page.expect_request("**/wheels/segno-*"):
        drawn = asked(page, "qr", "https://example.org/#v=1&model=gemma-2b")
    assert drawn.startswith("<svg")
    assert "class=" in drawn


NUMPY = """
async def total(text):
    await bridge.install("numpy")
    import numpy
    return str(int(numpy.arange(int(text)).sum()))

bridge.offer(total=total)
"""


def test_numpy(visit: Visit) -> None:
    """Numpy too is installed later, from the page's own folder, and works."""
    page = visit(setup=appended("**/worker.py", NUMPY))
    assert asked(page, "total", "101") == "5050"
