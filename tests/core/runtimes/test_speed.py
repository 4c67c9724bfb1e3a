"""Speeds against those that others measured in browsers, and times to download."""

from __future__ import annotations

import pytest

from tabfit.catalog import Catalog
from tabfit.devices.device import Device, read
from tabfit.estimate.answers import Answer, answer
from tabfit.estimate.scenario import Scenario
from tabfit.runtimes.speed import NetworkSpeed, network_speed, seconds
from tabfit.units import GB, GIB, Tokens

CATALOG = Catalog()
M3 = {
    "platform": "macos",
    "browser": "chrome",
    "ram_bytes": 16 * GIB,
    "graphics": "integrated",
    "bandwidth_bytes_per_second": 100 * GB,
}


def asked(model: str, runtime: str, precision: str, device: str | Device) -> Answer:
    """Return an answer for 2,048 tokens."""
    scenario = Scenario(
        model=model, runtime=runtime, precision=precision, context=Tokens(2048), device=device
    )
    return answer(scenario, CATALOG, Device())


@pytest.mark.parametrize(
    ("model", "runtime", "precision", "device", "decoded", "read_at"),
    [
        # WebLLM on a Pixel 8 Pro: mlc-ai/web-llm issue 759
        ("llama-3.2-3b", "webllm", "q4f16_1", "pixel-8-pro", 5.07, 5.4),
        # llama.cpp on WebGPU in Chrome on an M3: abhijitramesh/webgpu-bench at 5f0b1b5
        ("llama-3.2-1b", "wllama-webgpu", "q4_1", read(M3), 50.2, 74.5),
        ("qwen3-1.7b", "wllama-webgpu", "q5_k_s", read(M3), 24.5, 57.7),
        # the same without a graphics processor
        ("llama-3.2-1b", "wllama-cpu", "q3_k_m", read(M3), 6.6, 8.7),
    ],
)
def test_measured_speeds_lie_within(
    model: str, runtime: str, precision: str, device: str | Device, decoded: float, read_at: float
) -> None:
    """Tokens a second, and the wait for a first token, as others measured them."""
    found = asked(model, runtime, precision, device)
    assert found.rates is not None
    assert found.wait is not None
    low, _, high = found.rates.per_second
    ends = found.wait.milliseconds

    assert low <= decoded <= high
    assert ends.low <= 1000 * found.wait.prompt / read_at <= ends.high


def test_two_bits_are_not_faster_than_four() -> None:
    """Smaller files read less, yet a browser's kernels for 2 bits reach less of the memory."""
    rates = {
        precision: asked("llama-3.2-1b", "wllama-webgpu", precision, read(M3)).rates
        for precision in ("q2_k", "q4_k_m", "q8_0")
    }
    two, four, eight = (each.hundredths.likely for each in rates.values() if each)

    assert two < four
    assert eight < four


def test_models_that_make_no_tokens_have_no_speed() -> None:
    """An encoder answers in one pass, and weights without a runtime wait for nothing."""
    assert asked("distilbert", "transformersjs-wasm", "q8", "iphone-13").wait is None
    assert asked("llama-3.2-1b", "ideal", "int4", "iphone-13").wait is None


def test_a_short_context_holds_a_short_prompt() -> None:
    """The prompt is a page of text, or what the context holds."""
    scenario = Scenario(model="llama-3.2-1b", runtime="webllm", context=Tokens(100))
    short = answer(scenario, CATALOG, Device()).wait

    assert short is not None
    assert short.prompt == 100


@pytest.mark.parametrize(
    ("browser", "told", "expected"),
    [
        ("chrome", 10, NetworkSpeed(10, capped=True)),
        ("edge", 10.0, NetworkSpeed(10, capped=True)),
        ("chrome", 1.45, NetworkSpeed(1.45, capped=False)),
        ("firefox", 30, NetworkSpeed(30, capped=False)),
        ("chrome", None, None),
        ("chrome", 0, None),
    ],
)
def test_the_line_as_the_browser_tells_it(
    browser: str, told: float | None, expected: NetworkSpeed | None
) -> None:
    """Chromium tells of no line faster than 10 Mbit/s; a line of nothing is no line."""
    signals = {"browser": browser, "connection": {"downlink_mbps": told}}

    assert network_speed(read(signals)) == expected


def test_seconds_to_download() -> None:
    """Gemma 2B's 1.35 GB over 10 Mbit/s, and a line slower than one."""
    assert seconds(1_350_000_000, 10) == 1080
    assert seconds(1_000_000, 0.5) == 16
