"""What a browser has where nobody asked it: by system, browser and version, with the reason."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from tabfit.devices.browser_features import Presence, presence
from tabfit.devices.device import read

ROOT = Path(__file__).resolve().parents[3]
ADAPTER = {"vendor": "apple", "shader_f16": True}


def of(feature: str, **signals: Any) -> Presence:
    """Return the presence of a feature on a device with these signals."""
    return presence(read(signals), feature)


# Whether there is one at all, as browser-compat-data 8.1.9 tells: feature, browser, system,
# version, and the answer.
KNOWN = (
    ("webgpu", "safari", "ios", 17, False),
    ("webgpu", "safari", "ios", 25, False),
    ("webgpu", "safari", "ios", 26, None),
    ("webgpu", "safari", "macos", 18, False),
    ("webgpu", "firefox", "linux", 160, False),
    ("webgpu", "firefox", "android", 160, False),
    ("webgpu", "firefox", "windows", 140, False),
    ("webgpu", "firefox", "windows", 141, None),
    ("webgpu", "firefox", "macos", 144, False),
    ("webgpu", "chrome", "windows", 112, False),
    ("webgpu", "chrome", "windows", 113, None),
    ("webgpu", "chrome", "android", 120, False),
    ("webgpu", "chrome", "android", 121, None),
    ("webgpu", "chrome", "linux", 157, None),
    ("shader_f16", "firefox", "windows", 160, None),
    ("shader_f16", "firefox", "windows", 140, False),
    ("shader_f16", "chrome", "windows", 119, False),
    ("jspi", "chrome", "windows", 136, False),
    ("jspi", "chrome", "windows", 137, True),
    ("jspi", "firefox", "linux", 152, False),
    ("jspi", "firefox", "linux", 153, True),
    ("jspi", "safari", "ios", 26, False),
    ("jspi", "safari", "ios", 27, True),
    ("memory64", "safari", "macos", 27, False),
    ("memory64", "chrome", "windows", 133, True),
    ("memory64", "chrome", "windows", 132, False),
)


@pytest.mark.parametrize(("feature", "browser", "platform", "version", "there"), KNOWN)
def test_versions(
    feature: str, browser: str, platform: str, version: int, there: bool | None
) -> None:
    """A version before the first that has it has none; a later one has it, or most likely."""
    found = of(feature, browser=browser, platform=platform, browser_version=version)
    assert found.there is there
    assert (found.share == 0.0) is (there is False)


def test_a_version_that_nobody_has_yet_is_none() -> None:
    """Safari has memory64 from 27.3 on, which no page view came from: of no version, none."""
    found = of("memory64", platform="macos", browser="safari")
    assert (found.there, found.share) == (False, 0.0)


def test_every_browser_on_ios_is_webkit() -> None:
    """Chrome on an iPhone has what the system's engine has, whatever version it names."""
    chrome = {"platform": "ios", "browser": "chrome", "browser_version": 150}
    assert of("webgpu", **chrome).there is None
    assert of("webgpu", **chrome, platform_version=18).there is False


def test_old_android_has_none() -> None:
    """Chrome's WebGPU needs Android 12; a phone whose version is not told may be newer."""
    phone = {"platform": "android", "browser": "chrome", "browser_version": 150}
    assert of("webgpu", **phone, platform_version=11).there is False
    assert of("webgpu", **phone, platform_version=12).share == 0.95
    assert of("webgpu", **phone).share == 0.95


def test_chrome_on_linux_depends_on_the_graphics() -> None:
    """Most Linux machines are not served; with NVIDIA's driver there is hardly ever shader-f16."""
    linux = {"platform": "linux", "browser": "chrome", "browser_version": 150}
    assert of("webgpu", **linux).share == 0.4
    nvidia = {"webgpu": {"vendor": "nvidia"}}
    assert of("shader_f16", **linux, **nvidia).share == 0.1


def test_what_the_browser_said_wins() -> None:
    """An adapter that answered is there on any version: somebody switched it on."""
    old = {"platform": "ios", "browser": "safari", "browser_version": 17}
    assert of("webgpu", **old, webgpu=ADAPTER).there is True
    assert of("shader_f16", **old, webgpu=ADAPTER).there is True
    assert of("jspi", **old, wasm={"jspi": True}).there is True


def test_a_listed_device_is_a_current_one() -> None:
    """A device of the list with an old version named has no adapter, whatever its row says."""
    listed = {"name": "iPhone 13", "platform": "ios", "browser": "safari", "webgpu": ADAPTER}
    assert of("webgpu", **listed).there is True
    assert of("webgpu", **listed, browser_version=26).there is True
    assert of("webgpu", **listed, browser_version=17).there is False
    assert of("shader_f16", **listed, browser_version=17).there is False


REFUSED = (
    ({"browser": "chrome", "platform": "windows", "browser_version": 150}, "switched off"),
    ({"browser": "chrome", "platform": "windows", "browser_version": 100}, "since version 113"),
    ({"browser": "firefox", "platform": "linux", "browser_version": 153}, "on this system"),
    ({"browser": "chrome", "platform": "windows", "secure_context": False}, "not secure"),
)


@pytest.mark.parametrize(("signals", "words"), REFUSED)
def test_a_refusal_has_its_reason(signals: dict[str, Any], words: str) -> None:
    """Asked and there is none: too old, left out, an insecure address, or switched off."""
    found = of("webgpu", **signals, webgpu=None)
    assert found.there is False
    assert words in found.why


CHROME = {"browser": "chrome", "platform": "windows", "browser_version": 150}
# feature, signals, whether it is there, whether the browser itself said so, and words of why not
SAID: tuple[tuple[str, dict[str, Any], bool | None, bool, str], ...] = (
    ("webgpu", {}, None, False, "not known here"),
    ("webgpu", {"webgpu": {}}, True, True, ""),
    ("webgpu", {"webgpu": None}, False, True, "block list"),
    ("webgpu", {"webgpu": None, "browser_version": 112}, False, True, "since version 113"),
    ("webgpu", {"browser_version": 112}, False, False, "since version 113"),
    # navigator.gpu is [SecureContext] (W3C WebGPU, 4.4): an insecure address was told no
    ("webgpu", {"secure_context": False}, False, True, "not secure"),
    ("webgpu", {"secure_context": True}, None, False, "not known here"),
    ("shader_f16", {"secure_context": False}, False, True, "not secure"),
    ("shader_f16", {"webgpu": {"shader_f16": True}}, True, True, ""),
    ("shader_f16", {"webgpu": {"shader_f16": False}}, False, True, "this adapter has none"),
    ("shader_f16", {"webgpu": None}, False, True, "block list"),
    ("jspi", {"wasm": {"jspi": True}}, True, True, ""),
    ("jspi", {"wasm": {"jspi": False}}, False, True, "switched off"),
    ("jspi", {"wasm": {"jspi": False}, "cross_origin_isolated": False}, False, True, "switched"),
    ("jspi", {"wasm": {"jspi": False}, "secure_context": False}, False, True, "switched off"),
    # a listed device is a current one: of an old version its row says nothing
    ("jspi", {"name": "A", "wasm": {"jspi": True}, "browser_version": 136}, False, True, "137"),
    ("jspi", {"name": "A", "wasm": {"jspi": True}, "browser_version": 137}, True, True, ""),
    # SharedArrayBuffer is for isolated pages alone (HTML standard, cross-origin isolation)
    ("threads", {"wasm": {"threads": True}}, True, True, ""),
    ("threads", {"cross_origin_isolated": False}, False, True, "not cross-origin isolated"),
    ("threads", {"wasm": {"threads": False}}, False, True, "switched off"),
)


@pytest.mark.parametrize(("feature", "signals", "there", "asked", "words"), SAID)
def test_what_a_browser_said_itself(
    feature: str, signals: dict[str, Any], there: bool | None, *, asked: bool, words: str
) -> None:
    """A refusal counts as said; where nobody asked, Chrome's version speaks."""
    found = of(feature, **{**CHROME, **signals})
    assert (found.there, found.asked) == (there, asked)
    assert words in found.why
    assert bool(found.why) is bool(words)


def test_threads_need_an_isolated_page() -> None:
    """A browser that has threads gives none to a page that is not cross-origin isolated."""
    able = {"browser": "chrome", "platform": "windows", "wasm": {"threads": True}}
    assert of("threads", **able).there is True
    assert of("threads", **able, cross_origin_isolated=False).there is False


def test_an_unknown_browser_is_like_all_taken_together() -> None:
    """Of nothing at all one says what is known of page views in general."""
    assert of("webgpu").share == 0.85
    assert of("webgpu", platform="windows", browser="other").share == 0.85


def test_the_table_is_what_the_packages_say() -> None:
    """The part read from browser-compat-data and caniuse-lite is theirs to the letter."""
    command = ["node", "tools/browser_features.mjs", "--check"]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == 0
