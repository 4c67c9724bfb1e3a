"""Speed: tokens per second and times, as intervals from bytes moved and bandwidth.

In: what one token reads, a device and a runtime. Out: tokens per second, time
to the first token, and download times at a few line speeds.
"""

from __future__ import annotations

from math import ceil, exp, hypot, inf, log
from typing import Final

from tabfit.devices.device import Device
from tabfit.formula import Constant, Ends, Given, Quantity, Unit, known, named, rate, rounded, size
from tabfit.i18n.language import later
from tabfit.light_dataclass import dataclass
from tabfit.runtimes.base import LeavesLayers, Load, Runtime
from tabfit.runtimes.memory.quantities import SHAPE, count
from tabfit.units import GB, MB, Basis, Interval, Tokens


def _usual(low: int, likely: int, high: int) -> Constant:
    return Constant(
        _MEMORY,
        (low * GB, likely * GB, high * GB),
        unit=Unit.BYTES_PER_SECOND,
        basis=Basis.ASSUMED,
        source=later("data sheets of the catalogue’s devices of this kind"),
        fitted_on="python/tabfit/catalog/devices.json",
    )


def _reached(low: float, likely: float, high: float) -> Constant:
    return Constant(
        later("share of it reached"),
        (low, likely, high),
        unit=Unit.SHARE,
        basis=Basis.ASSUMED,
        source=later(
            "llama.cpp on WebGPU on one laptop: Q8_0 50 of 100 GB/s, Q4_K_M 35, Q3_K_M 24, Q2_K 20"
        ),
        fitted_on="files above 600 MB in Chrome; fewer bits are not faster in proportion",
    )


_MEMORY: Final = later("what the memory moves")
_MOVED: Final = later("bytes moved per second")
_READ: Final = later("bytes read for a token")
#: Read for a token by a model of no size at all.
_ONE: Final = size(_READ, 1, Basis.COMPUTED, SHAPE)

#: Bytes per second a device moves when nobody says.
USUAL: Final = {
    "ios": _usual(34, 50, 77),
    "ipados": _usual(34, 60, 120),
    "android": _usual(14, 40, 77),
    "macos": _usual(68, 110, 400),
    "discrete": _usual(190, 300, 1000),
    "other": _usual(25, 60, 136),
}

#: Share of the theoretical bandwidth reached, by the most bits that a weight takes.
REACHED: Final = (
    (2.9, _reached(0.12, 0.20, 0.28)),
    (3.9, _reached(0.15, 0.24, 0.34)),
    (6.5, _reached(0.22, 0.36, 0.50)),
    (inf, _reached(0.28, 0.48, 0.60)),
)
ON_PHONES: Final = Constant(
    later("share of that on phones"),
    (0.25, 0.45, 0.8),
    unit=Unit.SHARE,
    basis=Basis.ASSUMED,
    source=later("Pixel 8 Pro: 13 % of 68 GB/s at 4 bits"),
    fitted_on="that phone against the laptop of `REACHED`",
)
WASM_MOVES: Final = Constant(
    later("what WebAssembly moves"),
    (1 * GB, 3 * GB, 7 * GB),
    unit=Unit.BYTES_PER_SECOND,
    basis=Basis.ASSUMED,
    source=later("1 to 7 GB/s seen in WebAssembly, whatever the memory could"),
    fitted_on="runs of llama.cpp in browsers on several machines",
)
#: Between them lie one busy core and many idle ones: software divides the work among all.
SOFTWARE_MOVES: Final = Constant(
    later("what software in place of a graphics processor moves"),
    (10 * MB, 100 * MB, GB),
    unit=Unit.BYTES_PER_SECOND,
    basis=Basis.ASSUMED,
    source=later(
        "SwiftShader in Chromium 156 on two busy cores: 0.09 to 0.16 GB/s of weights of 32 bits, "
        "0.01 to 0.02 GB/s of 4 bits"
    ),
    fitted_on="a matrix of 4,096 x 4,096 times a vector, as a WebGPU shader of 64 threads a row",
)


def _gain(ends: Ends, source: str, fitted_on: str) -> Constant:
    words = later("hundredths of the speed of single tokens")
    basis = Basis.ASSUMED
    return Constant(words, ends, unit=Unit.NUMBERS, basis=basis, source=source, fitted_on=fitted_on)


#: Tokens of a prompt pass together: so many hundredths of the speed at which they would come one
#: by one. Longer prompts share more.
GAIN_ON_GPU: Final = _gain(
    (94, 266, 616),
    later("192 runs of llama.cpp on WebGPU in Chrome on one laptop, prompts of 18 to 58 tokens"),
    "their 5th, 50th and 95th percentile (abhijitramesh/webgpu-bench at 5f0b1b5); a Pixel 8 Pro "
    "reached 107 with WebLLM (web-llm issue 759)",
)
GAIN_IN_WASM: Final = _gain(
    (36, 116, 215),
    later(
        "191 runs of llama.cpp in WebAssembly in Chrome on one laptop, prompts of 18 to 58 tokens"
    ),
    "their 5th, 50th and 95th percentile (abhijitramesh/webgpu-bench at 5f0b1b5)",
)

#: Line speeds of the download table, in Mbit/s.
LINES: Final = (10, 50, 100, 500)
#: Browsers that never tell of a faster line than `CAP`.
CAPPED: Final = frozenset({"chrome", "edge", "samsung"})
CAP: Final = Constant(
    "the fastest line that a browser tells of, in Mbit/s",
    (10, 10, 10),
    unit=Unit.NUMBERS,
    basis=Basis.LISTED,
    source="WICG netinfo, Chromium's clamp",
    fitted_on="that clamp",
)
#: Of weights of which no shape is disclosed.
UNDISCLOSED_BITS: Final = Constant(
    "bits of a weight",
    (8, 8, 8),
    unit=Unit.NUMBERS,
    basis=Basis.ASSUMED,
    source="between the 4 and the 16 bits that models are published at",
    fitted_on="no measurement: their makers say nothing of them",
)


@dataclass(frozen=True, slots=True)
class Rates:
    """Hundredths of a token per second, with how they are known.

    `formula` gives tokens per second, from the bytes that move and those that are read.
    """

    hundredths: Interval
    basis: Basis
    formula: Quantity

    def __eq__(self, other: object) -> bool:
        """Return whether speed and basis are the same, however they came about."""
        return isinstance(other, Rates) and (self.hundredths, self.basis) == (
            other.hundredths,
            other.basis,
        )

    def __hash__(self) -> int:
        """Return what equal rates share."""
        return hash((self.hundredths, self.basis))

    @property
    def per_second(self) -> Ends:
        """Return tokens per second, low, likely and high."""
        return self.formula.ends


def bandwidth(device: Device) -> Given:
    """Return the bytes per second a device's memory moves, and how that is known.

    Source: a copy timed on the device, its row of the catalogue, or what its kind usually moves
    (`USUAL`).
    """
    measured = device.measured.bandwidth_bytes_per_second
    said = measured or device.bandwidth_bytes_per_second
    if said:
        basis = Basis.MEASURED if measured else Basis.LISTED
        source = later("a copy timed on this device") if measured else later("told of this device")
        return known(_MEMORY, said, Unit.BYTES_PER_SECOND, basis, source)
    kind = "discrete" if device.graphics == "discrete" else device.platform or "other"
    return USUAL.get(kind, USUAL["other"])


def reached(bits: float) -> Constant:
    """Return the share of the bandwidth that weights of so many bits reach.

    A small model beside a large table, as of positions, may have any number of them.

    Without unit, of 1. Source: llama.cpp on WebGPU on one laptop (`REACHED` says which files).
    """
    return next(share for most, share in REACHED if bits <= most)


def moved(runtime: Runtime, bits: float, device: Device) -> Quantity:
    """Return the bytes per second this runtime really moves on this device.

    `bits` is what a weight takes in the file, scales included.

    Source: `WASM_MOVES`, `SOFTWARE_MOVES`, `REACHED` and `ON_PHONES`, each with the runs that it
    was taken from.
    """
    if not runtime.uses_gpu and runtime.name != "ideal":
        return WASM_MOVES
    if runtime.uses_gpu and device.emulated:
        return SOFTWARE_MOVES
    whole = bandwidth(device)
    if runtime.name == "ideal":
        return whole
    share: Quantity = reached(bits)
    if device.on_phone:
        share = share * ON_PHONES
    return rounded(whole * share)


def bits_per_weight(load: Load) -> float:
    """Return what a weight takes on average; `UNDISCLOSED_BITS` where no shape is disclosed.

    In bits, scales included. Source: stored bytes over parameters, by definition.
    """
    total = load.architecture.inventory.total
    return 8 * load.stored.weights_bytes / total if total else UNDISCLOSED_BITS.likely


def read_for_token(runtime: Runtime, load: Load) -> Quantity:
    """Return the bytes one new token reads: the active weights and the whole cache.

    A token table is looked up, not read; a tied head is read whole.

    In bytes. Source: making one token is bound by memory, so that what is read is what takes time
    (Pope et al. 2022, arXiv:2211.05102, section 2).
    """
    inventory = load.architecture.inventory
    active = count(later("parameters one token uses"), inventory.active)
    every = count(later("parameters"), max(inventory.total, 1))
    return load.weights * active // every + load.cache(runtime.kept(load))


def token_bytes(runtime: Runtime, load: Load) -> int:
    """Return the same as a whole number.

    Source: as of `read_for_token`.
    """
    return read_for_token(runtime, load).interval.likely


def rates(runtime: Runtime, load: Load, device: Device) -> Rates | None:
    """Return tokens per second, or `None` for a model that makes none.

    Source: as of `rates_of`.
    """
    if not load.writes or not load.stored.tensors:
        return None
    read, bits = read_for_token(runtime, load), bits_per_weight(load)
    left = runtime.read_on_processor(load) if isinstance(runtime, LeavesLayers) else None
    if left is None:
        return rates_of(runtime, read, bits, device)
    return _rates(_moved_by_both(moved(runtime, bits, device), read, left), read)


def _moved_by_both(graphics: Quantity, read: Quantity, left: Quantity) -> Quantity:
    """Return the bytes moved a second where WebAssembly reads what is left to the processor.

    One waits for the other, so their times add up.
    """
    waits = left * graphics + (read - left) * WASM_MOVES
    return graphics * WASM_MOVES * read // waits


def rates_of(runtime: Runtime, each: Quantity | int, bits: float, device: Device) -> Rates:
    """Return tokens per second where each token reads so many bytes.

    Source: bytes moved a second over bytes read a token (Pope et al. 2022, arXiv:2211.05102,
    section 2).
    """
    read: Quantity = size(_READ, each, Basis.COMPUTED, SHAPE) if isinstance(each, int) else each
    return _rates(moved(runtime, bits, device), read)


def _rates(moves: Quantity, read: Quantity) -> Rates:
    if not isinstance(read, Given):
        read = named(_READ, read)
    read = read if read.likely else _ONE
    made = rate(named(_MOVED, moves, Unit.BYTES_PER_SECOND), read)
    hundredths = Interval(round(100 * made.low), round(100 * made.likely), round(100 * made.high))
    return Rates(hundredths, Basis.ASSUMED, made)


@dataclass(frozen=True, slots=True)
class Wait:
    """Milliseconds until the first token of an answer, for a prompt of so many tokens."""

    prompt: Tokens
    milliseconds: Interval
    basis: Basis


def first_token(runtime: Runtime, load: Load, found: Rates | None) -> Wait | None:
    """Return the wait for the first token, or `None` for a model that makes none.

    A prompt is read at the speed of single tokens times what their passing together gains. One
    says nothing of the other, so the squares of their spreads add up, as factors.
    Left out: the very first prompt, which waits for shaders too (one report: 11 times as long).

    Source: `GAIN_ON_GPU` and `GAIN_IN_WASM`, each with the runs that it was taken from.
    """
    if found is None or runtime.name == "ideal" or not found.hundredths.low:
        return None
    gain = GAIN_ON_GPU if runtime.uses_gpu else GAIN_IN_WASM
    speed, prompt = found.hundredths, load.read_at_once
    # 1000 milliseconds, both divisors in hundredths
    usual = prompt * 1000 * 100 * 100 / (speed.likely * gain.likely)
    slower = exp(hypot(log(speed.likely / speed.low), log(gain.likely / gain.low)))
    faster = exp(hypot(log(speed.high / speed.likely), log(gain.high / gain.likely)))
    ends = Interval(round(usual / faster), round(usual), round(usual * slower))
    return Wait(Tokens(prompt), ends, found.basis)


@dataclass(frozen=True, slots=True)
class NetworkSpeed:
    """A line's speed in Mbit/s, `capped` where the browser would tell of no faster one."""

    megabits: float
    capped: bool


def network_speed(device: Device) -> NetworkSpeed | None:
    """Return the visitor's own line as the browser tells it, or `None`."""
    told = device.connection.downlink_mbps
    if not told or told <= 0:
        return None
    return NetworkSpeed(told, capped=device.browser in CAPPED and told >= CAP.exact)


def seconds(size: int, megabits: float) -> int:
    """Return the whole seconds a download takes on a line of so many Mbit/s.

    >>> seconds(1_350_000_000, 10)
    1080

    Source: a megabit is 10^6 bits (IEC 80000-13).
    """
    return ceil(size * 8 / (megabits * 10**6))
