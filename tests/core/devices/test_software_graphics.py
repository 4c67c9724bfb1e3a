"""Software in place of a graphics processor: known by its name, slow, and said in the verdict."""

from __future__ import annotations

from typing import Any

import pytest

from app.browser import probes
from tabfit import catalog
from tabfit.devices.device import read
from tabfit.estimate.answers import Answer, answer
from tabfit.estimate.scenario import Scenario

KNOWN = catalog.read()
DESKTOP = {"platform": "linux", "browser": "chrome", "browser_version": 150, "ram_bytes": 2**34}
HARDWARE = {"vendor": "intel", "architecture": "xe", "shader_f16": True}
SOFTWARE: list[dict[str, Any]] = [
    {"webgpu": {"vendor": "google", "architecture": "swiftshader"}},
    {"webgpu": {"vendor": "mesa", "architecture": "llvmpipe"}},
    {"webgpu": {"vendor": "microsoft", "architecture": "Microsoft Basic Render Driver"}},
    {"webgpu": {"vendor": "x", "fallback": True}},
    {"webgpu": {"vendor": "x"}, "graphics": "software"},
]


def on(model: str, runtime: str, **told: Any) -> Answer:
    """Return the answer for a runtime on the desktop with such graphics."""
    scenario = Scenario(model=model, runtime=runtime)
    return answer(scenario, KNOWN, read(DESKTOP | told))


@pytest.mark.parametrize("told", SOFTWARE, ids=str)
@pytest.mark.parametrize(
    ("model", "runtime"),
    [
        ("gemma-2b", "mediapipe"),
        ("llama-3.2-1b", "webllm"),
        ("smollm2-135m", "wllama-webgpu"),
        ("smollm2-135m", "transformersjs-webgpu"),
    ],
)
def test_software_graphics_keep_no_hardware_speed(
    told: dict[str, Any], model: str, runtime: str
) -> None:
    """At its best it moves a tenth of what hardware likely does, whatever the memory could."""
    hardware = on(model, runtime, webgpu=HARDWARE, bandwidth_bytes_per_second=100 * 10**9)
    software = on(model, runtime, **told, bandwidth_bytes_per_second=100 * 10**9)

    assert hardware.rates is not None
    assert software.rates is not None
    assert software.rates.hundredths.high * 10 < hardware.rates.hundredths.likely
    assert "very slowly" in software.verdict.words
    assert "very slowly" not in hardware.verdict.words


def test_what_computes_on_the_processor_anyway_is_as_fast_as_ever() -> None:
    """Its speed has nothing to do with graphics, nor has a model that writes nothing."""
    told = SOFTWARE[0]
    with_hardware = on("smollm2-135m", "wllama-cpu", webgpu=HARDWARE)
    with_software = on("smollm2-135m", "wllama-cpu", **told)

    assert with_software.rates == with_hardware.rates
    assert "slowly" not in with_software.verdict.words
    assert "slowly" not in on("distilbert", "transformersjs-webgpu", **told).verdict.sentence


@pytest.mark.parametrize(
    "info",
    [
        {"architecture": "swiftshader"},
        {"device": "llvmpipe (LLVM 19.1.7, 256 bits)"},
        {"description": "Microsoft Basic Render Driver"},
        {"isFallbackAdapter": True},
    ],
)
def test_a_browser_s_words_for_software_are_read(info: dict[str, Any]) -> None:
    """Browsers put the name into different fields."""
    found = probes.device({"gpu": {"info": info, "limits": {}}})

    assert found["webgpu"]["fallback"] is True
    assert found["graphics"] == "software"
