"""What a browser answered, turned into a device as data (docs/contracts.md).

In: plain dicts as `browser.py` collected them; a key is absent where nothing was
asked or nothing came back, `None` where the browser said "none". Out: the
mapping that `tabfit.devices.device.read` takes. No browser is needed here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from tabfit.devices.device import AVAILABILITY, SOFTWARE

Raw = Mapping[str, Any]

LONGEST_TEXT: Final = 200  # what a device's texts may hold

# Two of the adapter's features and three of its limits decide whether a model runs.
LIMITS: Final = {
    "max_buffer_size": "maxBufferSize",
    "max_storage_buffer_binding_size": "maxStorageBufferBindingSize",
    "max_compute_workgroup_storage_size": "maxComputeWorkgroupStorageSize",
    "max_storage_buffers_per_shader_stage": "maxStorageBuffersPerShaderStage",
}
FEATURES: Final = {"shader_f16": "shader-f16", "subgroups": "subgroups"}

# Modules that a browser accepts only if it knows what they use, as npm's wasm-feature-detect has
# them; a test holds them to the installed package.
WASM_HEADER: Final = "0061736d01000000"
WASM_MODULES: Final = {
    "simd": "0105016000017b 03020100 0a0a0108004100fd0ffd620b",
    "threads": "010401600000 03020100 0504010301010a0b0109004100fe1002001a0b",
    "memory64": "0503010401",
}

# A browser built on another names both; the more particular name comes first.
# Sources: the browsers' own user-agent strings, as MDN's "User-Agent" page lists them.
BROWSERS: Final = (
    ("edge", r"\bEdg(?:e|A|iOS)?/(\d+)"),
    ("samsung", r"\bSamsungBrowser/(\d+)"),
    ("other", r"\b(?:OPR|OPT|OPX|Opera|Vivaldi|YaBrowser|UCBrowser|DuckDuckGo|Ddg)/(\d+)"),
    ("firefox", r"\b(?:Firefox|FxiOS|Focus)/(\d+)"),
    ("chrome", r"\b(?:Chrome|CriOS|Chromium|HeadlessChrome)/(\d+)"),
    ("safari", r"\bVersion/(\d+)[\d.]* (?:Mobile/\S+ )?Safari/"),
)
PLATFORMS: Final = (
    ("ios", r"\b(?:iPhone|iPod)\b"),
    ("ipados", r"\biPad\b"),
    ("android", r"\bAndroid\b"),
    ("chromeos", r"\bCrOS\b"),
    ("windows", r"\bWindows\b"),
    ("macos", r"\bMac(?:intosh| OS X)\b"),
    ("linux", r"\b(?:Linux|X11)\b"),
)
# What tells a system's version, and from which to which version it is not the true one.
SYSTEMS: Final = (
    ("ios", r"\bOS (\d{1,3})(?:_\d+)+ like Mac OS X", 18, 999),
    ("android", r"\bAndroid (\d{1,3})\b(?!; K\))", 10, 10),
)
# Brands and platforms as `navigator.userAgentData` spells them (User-Agent Client Hints).
BRANDS: Final = {
    "Microsoft Edge": "edge",
    "Samsung Internet": "samsung",
    "Opera": "other",
    "Brave": "other",
    "Vivaldi": "other",
    "YaBrowser": "other",
    "DuckDuckGo": "other",
    "Google Chrome": "chrome",
    "HeadlessChrome": "chrome",
    "Chromium": "chrome",
}
HINTED: Final = {
    "Android": "android",
    "Chrome OS": "chromeos",
    "Chromium OS": "chromeos",
    "iOS": "ios",
    "Linux": "linux",
    "macOS": "macos",
    "Windows": "windows",
}


_APPLE: Final = frozenset({"macos", "ios", "ipados"})


def wasm_modules() -> dict[str, str]:
    """Return the modules that tell WebAssembly's features, each as hexadecimal digits."""
    return {name: (WASM_HEADER + text).replace(" ", "") for name, text in WASM_MODULES.items()}


def tables() -> dict[str, Any]:
    """Return the tables by which a browser is read, for whoever reads one without Python."""
    return {
        "browsers": BROWSERS,
        "platforms": PLATFORMS,
        "systems": SYSTEMS,
        "brands": BRANDS,
        "hinted": HINTED,
        "limits": LIMITS,
        "features": FEATURES,
        "apple": sorted(_APPLE),
        "software": SOFTWARE,
        "wasm": wasm_modules(),
    }


def device(raw: Raw) -> dict[str, Any]:
    """Return the device that a browser's raw answers describe.

    A key that the browser did not answer is left out: not known, never zero.
    """
    found: dict[str, Any] = {
        **agent(raw),
        "device_memory": raw.get("deviceMemory"),
        "cores": raw.get("hardwareConcurrency"),
        "cross_origin_isolated": raw.get("crossOriginIsolated"),
        "secure_context": raw.get("isSecureContext"),
        "wasm": _known(raw.get("wasm") or {}),
        "storage": storage(raw.get("storage") or {}),
        "connection": connection(raw.get("connection") or {}),
        "language_model": _choice(raw.get("languageModel"), AVAILABILITY),
    }
    found = {key: value for key, value in found.items() if value not in (None, {})}
    if "gpu" in raw:
        found["webgpu"] = adapter(raw["gpu"])
        if raw["gpu"] and found["webgpu"].get("fallback"):
            found["graphics"] = "software"
    elif raw.get("gpuInWorker") is False and raw.get("gpuInPage") is False:
        found["webgpu"] = None  # nobody to ask anywhere: that is the answer
    return found


def agent(raw: Raw) -> dict[str, Any]:
    """Return platform, browser and its version, from hints where there are any.

    Hints (Chromium only) are told apart by brand; the user-agent string is read
    where there are none. An iPad that asks for desktop pages calls itself a
    Macintosh; no Macintosh has a touch screen.
    """
    text = str(raw.get("userAgent") or "")
    hinted = _hinted(raw.get("userAgentData") or {})
    found = {**parsed(text), **hinted}
    if found.get("platform") == "macos" and (raw.get("maxTouchPoints") or 0) > 1:
        found["platform"] = "ipados"
    return found


def parsed(text: str) -> dict[str, Any]:
    """Return platform, browser and version as a user-agent string tells them.

    >>> parsed("Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0")
    {'platform': 'linux', 'browser': 'firefox', 'browser_version': 153}

    Other browsers on WebKit write Safari's name and a version that none has.

    >>> webkit = "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/60.5 Safari/605.1.15"
    >>> parsed(f"Mozilla/5.0 (X11; Linux x86_64) {webkit}")
    {'platform': 'linux', 'browser': 'other'}
    """
    found: dict[str, Any] = {}
    for platform, pattern in PLATFORMS:
        if re.search(pattern, text):
            found["platform"] = platform
            break
    found |= _platform_version(text)
    for browser, pattern in BROWSERS:
        match = re.search(pattern, text)
        if match and (browser != "safari" or found.get("platform") in _APPLE):
            return {**found, "browser": browser, "browser_version": int(match[1][:5])}
    return {**found, "browser": "other"} if text else found


def _platform_version(text: str) -> dict[str, int]:
    """Return the system's version where a user-agent string tells the true one.

    Safari calls every iOS from 18 on 18, and Chromium every Android 10.

    >>> _platform_version("iPhone; CPU iPhone OS 17_5_1 like Mac OS X")
    {'platform_version': 17}
    >>> _platform_version("iPad; CPU OS 18_6 like Mac OS X")
    {}
    >>> _platform_version("Linux; Android 10; K"), _platform_version("Android 14; Mobile; rv:150.0")
    ({}, {'platform_version': 14})
    """
    for _system, pattern, first, last in SYSTEMS:
        match = re.search(pattern, text)
        if match:
            version = int(match[1])
            untold = not version or first <= version <= last
            return {} if untold else {"platform_version": version}
    return {}


def _hinted(hints: Raw) -> dict[str, Any]:
    """Return what hints tell; a browser made of Chromium has what Chromium of its version has.

    Opera 131 and later tell memory as Chrome 147 does, of which they are made.
    """
    found: dict[str, Any] = {}
    platform = HINTED.get(str(hints.get("platform")))
    if platform:
        found["platform"] = platform
    named = {brand.get("brand"): brand.get("version") for brand in hints.get("brands") or ()}
    for brand, browser in BRANDS.items():
        if brand in named:
            found["browser"] = browser
            version = named.get("Chromium") if browser == "other" else named[brand]
            if str(version).isdigit():
                found["browser_version"] = int(str(version))
            break
    return found


def adapter(raw: Raw | None) -> dict[str, Any] | None:
    """Return what a WebGPU adapter says of itself; `None` when the browser gave none."""
    if raw is None:
        return None
    info, limits = raw.get("info") or {}, raw.get("limits") or {}
    features = raw.get("features")
    found: dict[str, Any] = {
        "vendor": _text(info.get("vendor")),
        "architecture": _text(info.get("architecture")),
        "fallback": _fallback(info),
        **{key: limits.get(name) for key, name in LIMITS.items()},
    }
    if features is not None:
        found |= {key: name in features for key, name in FEATURES.items()}
    return _known(found)


def _fallback(info: Raw) -> bool | None:
    """Return whether software stands in for a graphics processor, by any of the adapter's names."""
    names = ("vendor", "architecture", "device", "description")
    name = " ".join(str(info.get(each) or "") for each in names).lower()
    if any(each in name for each in SOFTWARE):
        return True
    said = info.get("isFallbackAdapter")
    return said if isinstance(said, bool) else None


def storage(raw: Raw) -> dict[str, Any]:
    """Return how much a page may store, and how much this one does."""
    found = {"quota_bytes": raw.get("quota"), "usage_bytes": raw.get("usage")}
    return _known({key: int(value) for key, value in found.items() if value is not None})


def connection(raw: Raw) -> dict[str, Any]:
    """Return the connection's speed and kind, as far as Chromium tells."""
    return _known(
        {
            "downlink_mbps": raw.get("downlink"),
            "type": _text(raw.get("type") or raw.get("effectiveType")),
            "save_data": raw.get("saveData"),
        }
    )


def _choice(value: object, known: tuple[str, ...]) -> str | None:
    return value if isinstance(value, str) and value in known else None


def _text(value: object) -> str | None:
    return value[:LONGEST_TEXT] if isinstance(value, str) and value else None


def _known(pairs: Raw) -> dict[str, Any]:
    return {key: value for key, value in pairs.items() if value is not None}
