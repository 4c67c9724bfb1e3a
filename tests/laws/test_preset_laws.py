"""A listed device and the same signals read by a page are one device: no verdict differs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import pytest

from app.browser import probes
from tabfit import catalog
from tabfit.devices.device import Adapter, Device, read
from tabfit.estimate.answers import answer
from tabfit.estimate.scenario import Scenario
from tabfit.verdict.probability import Outcome

CATALOG: Final = catalog.read()
#: One model for each kind of runtime.
ASKED: Final = (
    ("smollm2-135m", "webllm"),
    ("distilbert", "transformersjs-wasm"),
    ("llama-3.2-1b", "transformersjs-webgpu"),
    ("qwen2.5-0.5b", "wllama-webgpu"),
    ("qwen2.5-0.5b", "wllama-cpu"),
    ("gemma-2b", "mediapipe"),
    ("gemini-nano", "prompt-api"),
)
#: User-agent strings as browsers write them (MDN, User-Agent reference).
SYSTEMS: Final = {
    "ios": "iPhone; CPU iPhone OS 18_6 like Mac OS X",
    "ipados": "iPad; CPU OS 18_6 like Mac OS X",
    "android": "Linux; Android 10; K",
    "macos": "Macintosh; Intel Mac OS X 10_15_7",
    "windows": "Windows NT 10.0; Win64; x64",
    "linux": "X11; Linux x86_64",
    "chromeos": "X11; CrOS x86_64 14541.0.0",
}
ENGINES: Final = {
    "safari": "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/{0}.0 Mobile/15E148 Safari/604.1",
    "chrome": "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{0}.0.0.0 Safari/537.36",
    "firefox": "Gecko/20100101 Firefox/{0}.0",
}
CURRENT: Final = {"safari": 26, "chrome": 157, "firefox": 160}


def raw(device: Device, version: int) -> dict[str, Any]:
    """Return what a browser on this device would answer a page."""
    engine = ENGINES[device.browser or "chrome"].format(version)
    system = SYSTEMS[device.platform or "windows"]
    said: dict[str, Any] = {
        "userAgent": f"Mozilla/5.0 ({system}) {engine}",
        "deviceMemory": device.device_memory,
        "hardwareConcurrency": device.cores,
        "wasm": {name: getattr(device.wasm, name) for name in ("simd", "threads", "memory64")},
        "languageModel": device.language_model,
    }
    said["wasm"]["jspi"] = device.wasm.jspi
    adapter = device.adapter
    if adapter is not None:
        said["gpu"] = {
            "info": {"vendor": adapter.vendor, "architecture": adapter.architecture},
            "limits": {name: getattr(adapter, key) for key, name in probes.LIMITS.items()},
            "features": _features(adapter),
        }
    elif device.webgpu is None:
        said |= {"gpuInWorker": False, "gpuInPage": False}
    return said


def _features(adapter: Adapter) -> list[str] | None:
    """Return the adapter's features, `None` where the list does not know them."""
    if adapter.shader_f16 is None:
        return None
    return [name for key, name in probes.FEATURES.items() if getattr(adapter, key)]


def seen(device: Device, version: int) -> Device:
    """Return the device as a page reads it, with what its owner would say of memory and card."""
    told = {
        "ram_bytes": device.ram_bytes,
        "graphics": device.graphics,
        "vram_bytes": device.vram_bytes,
    }
    return read({**probes.device(raw(device, version)), **told})


@pytest.mark.parametrize("name", CATALOG.devices.ids)
def test_a_preset_and_its_signals_agree(name: str) -> None:
    """Whatever is asked of a listed device, a page open on it says the same."""
    row = CATALOG.device(name)
    listed = replace(read(row.device), name=row.name)
    version = listed.browser_version or CURRENT[listed.browser or "chrome"]
    listed, live = replace(listed, browser_version=version), seen(listed, version)

    for model, runtime in ASKED:
        scenario = Scenario(model=model, runtime=runtime)
        said = [answer(scenario, CATALOG, each).verdict.outcome for each in (listed, live)]
        assert said[0] is said[1], (model, runtime)


PHONES: Final = [name for name in CATALOG.devices.ids if name.startswith("iphone")]


@pytest.mark.parametrize("name", PHONES)
def test_an_old_iphone_has_no_webgpu(name: str) -> None:
    """Safari 17 has none, so that WebLLM is out of the question; Safari 26 has it."""
    row = CATALOG.device(name)
    device = replace(read(row.device), name=row.name)
    scenario = Scenario(model="smollm2-135m", runtime="webllm")
    old, new = (
        answer(scenario, CATALOG, replace(device, browser_version=version)).verdict
        for version in (17, 26)
    )

    assert (old.outcome, old.because) == (Outcome.NO, "webgpu")
    assert "since version 26" in old.sentence
    assert new.outcome is not Outcome.NO
