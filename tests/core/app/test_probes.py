"""What browsers say of themselves is turned into a device as data."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from app.browser import probes
from tabfit.devices import budgets, device

WEBKIT = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
BLINK = "AppleWebKit/537.36 (KHTML, like Gecko)"
MAC = "Macintosh; Intel Mac OS X 10_15_7"
ANDROID = "Linux; Android 10; K"
WINDOWS = "Windows NT 10.0; Win64; x64"
IPHONE = "iPhone; CPU iPhone OS 18_6 like Mac OS X"
IPAD = "iPad; CPU OS 18_6 like Mac OS X"


def agent(system: str, rest: str) -> str:
    """Return a user-agent string as browsers write them."""
    return f"Mozilla/5.0 ({system}) {rest}"


# Forms as the browsers' makers document them: Chromium's reduced strings, Firefox's
# and Safari's frozen systems, the iOS browsers' own tokens.
AGENTS = [
    (agent(ANDROID, f"{BLINK} Chrome/149.0.0.0 Mobile Safari/537.36"), "android", "chrome", 149),
    (agent(ANDROID, f"{BLINK} Chrome/149.0.0.0 Safari/537.36"), "android", "chrome", 149),
    (agent(WINDOWS, f"{BLINK} Chrome/149.0.0.0 Safari/537.36"), "windows", "chrome", 149),
    (agent(MAC, f"{BLINK} Chrome/149.0.0.0 Safari/537.36"), "macos", "chrome", 149),
    (agent("X11; Linux x86_64", f"{BLINK} Chrome/149.0.0.0 Safari/537.36"), "linux", "chrome", 149),
    (
        agent("X11; Linux x86_64", f"{BLINK} HeadlessChrome/156.0.0.0 Safari/537.36"),
        "linux",
        "chrome",
        156,
    ),
    (
        agent("X11; CrOS x86_64 14541.0.0", f"{BLINK} Chrome/149.0.0.0 Safari/537.36"),
        "chromeos",
        "chrome",
        149,
    ),
    (
        agent(IPHONE, f"{WEBKIT} CriOS/149.0.7827.41 Mobile/15E148 Safari/604.1"),
        "ios",
        "chrome",
        149,
    ),
    (
        agent(WINDOWS, f"{BLINK} Chrome/149.0.0.0 Safari/537.36 Edg/149.0.0.0"),
        "windows",
        "edge",
        149,
    ),
    (
        agent(ANDROID, f"{BLINK} Chrome/149.0.0.0 Mobile Safari/537.36 EdgA/149.0.0.0"),
        "android",
        "edge",
        149,
    ),
    (
        agent(IPHONE, f"{WEBKIT} Version/18.0 EdgiOS/149.0.3667.60 Mobile/15E148 Safari/604.1"),
        "ios",
        "edge",
        149,
    ),
    (
        agent(ANDROID, f"{BLINK} SamsungBrowser/29.0 Chrome/136.0.0.0 Mobile Safari/537.36"),
        "android",
        "samsung",
        29,
    ),
    (
        agent(f"{WINDOWS}; rv:153.0", "Gecko/20100101 Firefox/153.0"),
        "windows",
        "firefox",
        153,
    ),
    (
        agent("Macintosh; Intel Mac OS X 10.15; rv:153.0", "Gecko/20100101 Firefox/153.0"),
        "macos",
        "firefox",
        153,
    ),
    (
        agent("Android 16; Mobile; rv:153.0", "Gecko/153.0 Firefox/153.0"),
        "android",
        "firefox",
        153,
    ),
    (
        agent(IPHONE, f"{WEBKIT} FxiOS/153.0 Mobile/15E148 Safari/605.1.15"),
        "ios",
        "firefox",
        153,
    ),
    (agent(MAC, f"{WEBKIT} Version/26.1 Safari/605.1.15"), "macos", "safari", 26),
    (
        agent(IPHONE, f"{WEBKIT} Version/26.1 Mobile/15E148 Safari/604.1"),
        "ios",
        "safari",
        26,
    ),
    (agent(IPAD, f"{WEBKIT} Version/26.1 Mobile/15E148 Safari/604.1"), "ipados", "safari", 26),
    (
        agent(WINDOWS, f"{BLINK} Chrome/149.0.0.0 Safari/537.36 OPR/135.0.0.0"),
        "windows",
        "other",
        135,
    ),
    (agent(IPHONE, f"{WEBKIT} Mobile/15E148"), "ios", "other", None),  # inside an app
]


@pytest.mark.parametrize(("text", "platform", "browser", "version"), AGENTS)
def test_agents(text: str, platform: str, browser: str, version: int | None) -> None:
    """A user-agent string tells the system, the browser and its version."""
    found = probes.parsed(text)
    assert (found["platform"], found["browser"]) == (platform, browser)
    assert found.get("browser_version") == version


@pytest.mark.parametrize("text", ["", "x" * 10_000, "Mozilla/5.0", "Chrome/", "Edg/99999999999999"])
def test_strange_agents(text: str) -> None:
    """Any other text gives a device that can be read, and claims no system."""
    found = probes.device({"userAgent": text})
    assert "platform" not in found
    device.read(found)


def brands(*names: str, version: str = "149") -> dict[str, Any]:
    """Return user-agent hints that name some brands, and one that means nothing."""
    listed = [{"brand": name, "version": version} for name in names]
    return {"brands": [{"brand": "Not)A;Brand", "version": "8"}, *listed], "platform": "Windows"}


@pytest.mark.parametrize(
    ("names", "browser"),
    [
        (("Chromium", "Google Chrome"), "chrome"),
        (("Chromium", "Microsoft Edge"), "edge"),
        (("Samsung Internet", "Chromium"), "samsung"),
        (("Chromium", "Opera"), "other"),
        (("Chromium", "Brave"), "other"),
        (("Chromium",), "chrome"),
    ],
)
def test_hints(names: tuple[str, ...], browser: str) -> None:
    """Among the brands that a browser hints at, its own is found."""
    found = probes.agent({"userAgentData": brands(*names)})
    assert found == {"platform": "windows", "browser": browser, "browser_version": 149}


def test_a_browser_made_of_chromium_is_judged_by_that() -> None:
    """Opera 136 is Chromium 152: its memory goes up to 32, as browser-compat-data says from 131."""
    hints = {
        "brands": [
            {"brand": "Chromium", "version": "152"},
            {"brand": "Opera", "version": "136"},
        ],
        "platform": "Windows",
    }
    found = probes.device({"userAgentData": hints, "deviceMemory": 16})
    assert (found["browser"], found["browser_version"]) == ("other", 152)
    assert (
        budgets.peak(device.read(found)).have
        == budgets.peak(device.read({**found, "browser": "chrome"})).have
    )


def test_ipad_in_disguise() -> None:
    """A Macintosh with a touch screen is an iPad that asked for desktop pages."""
    text = agent(MAC, f"{WEBKIT} Version/26.1 Safari/605.1.15")
    assert probes.agent({"userAgent": text, "maxTouchPoints": 5})["platform"] == "ipados"
    assert probes.agent({"userAgent": text, "maxTouchPoints": 0})["platform"] == "macos"


def test_silence() -> None:
    """A browser that answers nothing gives a device of which nothing is known."""
    raw: dict[str, Any] = {
        "deviceMemory": None,
        "userAgentData": None,
        "storage": {},
        "connection": None,
    }
    assert probes.device(raw) == {}


def test_refused() -> None:
    """An adapter refused is told from an adapter not asked for."""
    assert probes.device({"gpu": None}) == {"webgpu": None}
    assert "webgpu" not in probes.device({})


def test_whole() -> None:
    """All that a browser can tell becomes a device that the core reads without a fault."""
    raw = {
        "deviceMemory": 8,
        "hardwareConcurrency": 8,
        "userAgent": AGENTS[0][0],
        "userAgentData": {**brands("Chromium", "Google Chrome"), "platform": "Android"},
        "crossOriginIsolated": False,
        "connection": {"downlink": 9.5, "effectiveType": "4g", "saveData": False},
        "wasm": {"simd": True, "threads": True, "memory64": False, "jspi": True},
        "storage": {"quota": 64_000_000_000.0, "usage": 1234},
        "gpu": {
            "info": {"vendor": "arm", "architecture": "valhall", "isFallbackAdapter": False},
            "limits": {
                "maxBufferSize": 4294967292,
                "maxStorageBufferBindingSize": 2147483644,
                "maxComputeWorkgroupStorageSize": 32768,
            },
            "features": ["shader-f16", "subgroups"],
        },
        "maxTouchPoints": 5,
    }
    found = device.read(probes.device(raw))
    assert found.adapter is not None
    assert found.adapter.max_buffer_size == 4294967292
    assert found.adapter.shader_f16 is True
    assert (found.platform, found.browser, found.device_memory) == ("android", "chrome", 8)
    assert found.storage.quota_bytes == 64_000_000_000
    assert found.connection.type == "4g"


@pytest.mark.parametrize(
    "info", [{"architecture": "swiftshader"}, {"vendor": "x", "isFallbackAdapter": True}]
)
def test_software(info: dict[str, Any]) -> None:
    """Graphics drawn by the processor are called software, whichever way a browser says so."""
    found = probes.device({"gpu": {"info": info, "limits": {}, "features": []}})
    assert found["graphics"] == "software"


def test_webassembly_is_probed_with_the_modules_of_wasm_feature_detect() -> None:
    """The installed package's own bytes, one module a feature."""
    package = Path(__file__).parents[3] / "node_modules/wasm-feature-detect/dist/esm/index.js"
    text = package.read_text("utf-8")
    for name, module in probes.wasm_modules().items():
        theirs = re.search(rf"\b{name}=.*?new Uint8Array\(\[([0-9,]+)\]", text)
        assert theirs is not None
        assert bytes.fromhex(module) == bytes(map(int, theirs[1].split(","))), name
