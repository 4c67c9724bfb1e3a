"""Speed: tokens per second and times, as intervals from bytes moved and bandwidth.

In: what one token reads, a device and a runtime. Out: tokens per second, time
to the first token, and download times at a few line speeds.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, exp, hypot, log
from typing import Final

from tabfit.devices.device import Device
from tabfit.runtimes.base import Load, Runtime
from tabfit.units import GB, Basis, Interval, Tokens

#: Bytes per second a device moves when nobody says: data sheets of the catalogue's devices.
USUAL: Final = {
    "ios": Interval(34 * GB, 50 * GB, 77 * GB),
    "ipados": Interval(34 * GB, 60 * GB, 120 * GB),
    "android": Interval(14 * GB, 40 * GB, 77 * GB),
    "macos": Interval(68 * GB, 110 * GB, 400 * GB),
    "discrete": Interval(190 * GB, 300 * GB, 1000 * GB),
    "other": Interval(25 * GB, 60 * GB, 136 * GB),
}

#: Share of the theoretical bandwidth reached, by the bits a weight takes: measured on one
#: laptop in Chrome (llama.cpp on WebGPU, files above 600 MB: Q8_0 50 of 100 GB/s, Q4_K_M 35,
#: Q3_K_M 24, Q2_K 20) and on phones about 13 %. Fewer bits are not faster in proportion.
REACHED: Final = (
    (2.9, Interval(12, 20, 28)),
    (3.9, Interval(15, 24, 34)),
    (6.5, Interval(22, 36, 50)),
    (99.0, Interval(28, 48, 60)),
)
#: A phone reaches this share of what a laptop does (Pixel 8 Pro: 13 % of 68 GB/s at 4 bits).
ON_PHONES: Final = (0.25, 0.45, 0.8)
#: Processors running WebAssembly move this much, whatever the memory could (1-7 GB/s measured).
WASM_MOVES: Final = Interval(1 * GB, 3 * GB, 7 * GB)

#: Tokens of a prompt pass together: so many hundredths of the speed at which they would come one
#: by one. The 5th, 50th and 95th percentile of llama.cpp in Chrome on one laptop, 192 runs on
#: WebGPU and 191 in WebAssembly with prompts of 18-58 tokens (abhijitramesh/webgpu-bench at
#: 5f0b1b5); a Pixel 8 Pro reached 107 with WebLLM (web-llm issue 759). Longer prompts share more.
GAIN_ON_GPU: Final = Interval(94, 266, 616)
GAIN_IN_WASM: Final = Interval(36, 116, 215)
#: A prompt of so many tokens, about a page of text, unless the context is shorter.
PROMPT: Final = Tokens(512)

#: Line speeds of the download table, in Mbit/s.
LINES: Final = (10, 50, 100, 500)
#: Browsers that never tell of a faster line than this (WICG netinfo, Chromium's clamp).
CAPPED: Final = frozenset({"chrome", "edge", "samsung"})
CAP: Final = 10.0


@dataclass(frozen=True, slots=True)
class Rates:
    """Hundredths of a token per second, with how they are known."""

    hundredths: Interval
    basis: Basis

    @property
    def per_second(self) -> tuple[float, float, float]:
        """Return tokens per second, low, likely and high."""
        ends = self.hundredths
        return ends.low / 100, ends.likely / 100, ends.high / 100


def bandwidth(device: Device) -> tuple[Interval, Basis]:
    """Return the bytes per second a device's memory moves, and how that is known."""
    measured = device.measured.bandwidth_bytes_per_second
    said = measured or device.bandwidth_bytes_per_second
    if said:
        return Interval(said, said, said), Basis.MEASURED if measured else Basis.LISTED
    kind = "discrete" if device.graphics == "discrete" else device.platform or "other"
    return USUAL.get(kind, USUAL["other"]), Basis.ASSUMED


def reached(bits: float) -> Interval:
    """Return the share of the bandwidth, in hundredths, that weights of so many bits reach.

    A small model beside a large table, as of positions, may have any number of them.
    """
    return next((share for most, share in REACHED if bits <= most), REACHED[-1][1])


def moved(runtime: Runtime, bits: float, device: Device) -> Interval:
    """Return the bytes per second this runtime really moves on this device.

    `bits` is what a weight takes in the file, scales included.
    """
    if not runtime.uses_gpu and runtime.name != "ideal":
        return WASM_MOVES
    whole, _ = bandwidth(device)
    if runtime.name == "ideal":
        return whole
    share = reached(bits)
    low, likely, high = (part / 100 for part in (share.low, share.likely, share.high))
    if device.on_phone:
        low, likely, high = (a * b for a, b in zip((low, likely, high), ON_PHONES, strict=True))
    return whole.scaled(low, likely, high)


def bits_per_weight(load: Load) -> float:
    """Return what a weight takes on average; 8 where no shape is disclosed."""
    total = load.architecture.inventory.total
    return 8 * load.weights / total if total else 8.0


def token_bytes(runtime: Runtime, load: Load) -> int:
    """Return the bytes one new token reads: the active weights and the whole cache.

    A token table is looked up, not read; a tied head is read whole.
    """
    inventory = load.architecture.inventory
    active = load.weights * inventory.active // max(inventory.total, 1)
    return active + load.cache(runtime.kept(load))


def rates(runtime: Runtime, load: Load, device: Device) -> Rates | None:
    """Return tokens per second, or `None` for a model that makes none."""
    if not load.generates or not load.stored.tensors:
        return None
    return rates_of(runtime, token_bytes(runtime, load), bits_per_weight(load), device)


def rates_of(runtime: Runtime, each: int, bits: float, device: Device) -> Rates:
    """Return tokens per second where each token reads so many bytes."""
    rate, each = moved(runtime, bits, device), max(each, 1)
    hundredths = Interval(
        100 * rate.low // each, 100 * rate.likely // each, 100 * rate.high // each
    )
    return Rates(hundredths, Basis.ASSUMED)


@dataclass(frozen=True, slots=True)
class Wait:
    """Milliseconds until the first token of an answer, for a prompt of so many tokens."""

    prompt: Tokens
    milliseconds: Interval
    basis: Basis


def first_token(runtime: Runtime, context: Tokens, found: Rates | None) -> Wait | None:
    """Return the wait for the first token, or `None` for a model that makes none.

    A prompt is read at the speed of single tokens times what their passing together gains. One
    says nothing of the other, so the squares of their spreads add up, as factors.
    Left out: the very first prompt, which waits for shaders too (one report: 11 times as long).
    """
    if found is None or runtime.name == "ideal" or not found.hundredths.low:
        return None
    gain = GAIN_ON_GPU if runtime.uses_gpu else GAIN_IN_WASM
    rate, prompt = found.hundredths, min(PROMPT, context)
    # 1000 milliseconds, both divisors in hundredths
    usual = prompt * 1000 * 100 * 100 / (rate.likely * gain.likely)
    slower = exp(hypot(log(rate.likely / rate.low), log(gain.likely / gain.low)))
    faster = exp(hypot(log(rate.high / rate.likely), log(gain.high / gain.likely)))
    ends = Interval(round(usual / faster), round(usual), round(usual * slower))
    return Wait(Tokens(prompt), ends, found.basis)


@dataclass(frozen=True, slots=True)
class Line:
    """A line's speed in Mbit/s, `capped` where the browser would tell of no faster one."""

    megabits: float
    capped: bool


def line(device: Device) -> Line | None:
    """Return the visitor's own line as the browser tells it, or `None`."""
    told = device.connection.downlink_mbps
    if not told or told <= 0:
        return None
    return Line(told, capped=device.browser in CAPPED and told >= CAP)


def seconds(size: int, megabits: float) -> int:
    """Return the whole seconds a download takes on a line of so many Mbit/s.

    >>> seconds(1_350_000_000, 10)
    1080
    """
    return ceil(size * 8 / (megabits * 10**6))
