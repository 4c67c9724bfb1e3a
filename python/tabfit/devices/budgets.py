"""Budgets: what a device's signals imply for each pool of memory.

In: a `Device`. Out: a `Budget` per pool, an interval of bytes with its basis
and a sentence, or one whose `have` is `None`: nothing is known. A WebGPU limit
is a tier of the browser and is never taken for memory.

The fractions below are priors, written down once, each with what it rests on.
They were set against field reports of models that ran or died on named devices
(`tests/data/field_reports.csv`) and are judged by the table in
`docs/accuracy.md`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from tabfit.devices.device import Device
from tabfit.i18n.language import _, later
from tabfit.units import GB, GIB, MB, Basis, Interval


class Pool(StrEnum):
    """Where bytes live."""

    PAGE = "page"  # JavaScript and WebAssembly memory of the tab
    GPU = "gpu"
    PEAK = "peak"  # both together, where graphics shares memory
    WASM = "wasm"  # the part of the page's memory that WebAssembly addresses
    STORAGE = "storage"


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What a pool probably offers; `have` is `None` where nothing is known."""

    pool: Pool
    have: Interval | None
    basis: Basis
    why: str


@dataclass(frozen=True, slots=True)
class Share:
    """A linear rule: `fraction` of installed memory less `reserve` bytes.

    >>> Share(0.5, 1).of(100)
    49
    """

    fraction: float
    reserve: int = 0

    def of(self, ram: int) -> int:
        """Return the bytes this rule grants of `ram` bytes, at least a twentieth of it."""
        return max(round(self.fraction * ram) - self.reserve, ram // 20)


@dataclass(frozen=True, slots=True)
class Rule:
    """How much of installed memory a tab may take: three shares and a ceiling."""

    low: Share
    likely: Share
    high: Share
    why: str
    ceiling: Interval | None = None

    def of(self, ram: Interval) -> Interval:
        """Return the budget for an interval of installed memory.

        Each end grows with the same end of `ram`, so more memory never worsens a verdict.
        """
        low, likely = self.low.of(ram.low), self.likely.of(ram.likely)
        likely = max(low, likely)
        high = max(likely, self.high.of(ram.high))
        if self.ceiling is None:
            return Interval(low, likely, high)
        ends = (self.ceiling.low, self.ceiling.likely, self.ceiling.high)
        low, likely, high = (min(a, b) for a, b in zip((low, likely, high), ends, strict=True))
        return Interval(low, likely, high)


#: WebKit ends a phone's tab at about 1.5 GB, graphics included (WebKit PR 49472, PR 11787).
#: A 581 MB file under llama.cpp's WebGPU, 1.2 GB in all, reloaded a 12 GB iPhone; 0.7-1.1 GB ran
#: (webgpu-bench commits 3877bd6, a0d2fc7; wllama issues 18, 72), and 700 MB of file is what
#: webgpu-bench admits; so half the tabs end by 0.95 GB. Below 6 GB the system's own share bites
#: first: 0.4 GB is safe on 4 GB; 0.85 and 1.1 GB died there (Ludion commit 3f6a98e).
IPHONE: Final = Rule(
    Share(0.065),
    Share(0.15),
    Share(0.22),
    later(
        "Safari ends a tab on an iPhone at about 1.5 GB, graphics included, whatever the phone has"
    ),
    Interval(400 * MB, 950 * MB, 1500 * MB),
)
#: The same report: an iPad of 8 GB with 2,500 MB in use was ended, 1,500 MB is what it admits, and
#: models of 970 MB run there.
IPAD: Final = Rule(
    Share(0.07),
    Share(0.14),
    Share(0.235),
    later("Safari ends a tab on an iPad somewhere between 1 and 2 GB, graphics included"),
    Interval(600 * MB, 1200 * MB, 2000 * MB),
)
#: No fixed cap is published; the system and its services take a share that does not grow with the
#: phone, hence the reserve. Pixel 6a (6 GB): TinyLlama's 0.9 GB ran, Gemma 2 2B's 2.2 GB and Phi-3
#: mini's 4 GB died (web-llm issue 524). Pixel 7 (8 GB): 2.7 GB ran (issue 209, pull request 262).
#: Pixel 8 Pro (12 GB): 2.6 GB ran (issue 759); its driver lends a program 4,352 MB (mlc-llm issue
#: 2703).
ANDROID: Final = Rule(
    Share(0.16, 200 * MB),
    Share(0.43, 740 * MB),
    Share(0.40),
    later("Android ends a tab when memory runs short; no fixed limit is published"),
    Interval(1600 * MB, 3200 * MB, 4400 * MB),
)
#: The system and a browser hold 2-4 GB; the rest is shared by page and graphics, which Windows
#: lends at most half of what is installed. A laptop of 16 GB ran Llama 3.2 3B's 2.4 GB (web-llm
#: issue 759), one ran out at Gemma 4 E2B; 8 GB ran 2.9 GB with 4-5 free (mediapipe issue 5976);
#: of 64 GB graphics alone could have 31.5 (LJTSG/gemma-webgpu).
SHARED: Final = Rule(
    Share(0.30, 700 * MB),
    Share(0.46, 500 * MB),
    Share(0.75, 2200 * MB),
    later("the system and the browser keep part of the memory, and graphics shares the rest"),
)
#: Metal's working set is 65-75 % of memory: 11 GB of 16 (llama.cpp reports for Apple silicon); the
#: page's own part is compressed and swapped beside it: 6.3 GB of page and 5.4 of graphics ran on
#: 16 GB (transformers.js issue 759, ratchet issue 196).
UNIFIED: Final = Rule(
    Share(0.30, 700 * MB),
    Share(0.58, 600 * MB),
    Share(0.85),
    later("a Mac shares memory with its graphics and lends about two thirds of it"),
)
#: Killed at 7 GB and more (WebKit MemoryPressureHandler), yet a 1.2 GB model reloaded a Mac's
#: tab "for significant memory" where Chrome on the same machine went on.
MAC_SAFARI: Final = Rule(
    Share(0.10),
    Share(0.20),
    Share(0.50),
    later("Safari on a Mac reloads a tab that uses significant memory, at the latest near 7 GB"),
    Interval(2 * GB, 4 * GB, 8 * GB),
)
#: Chrome's renderer may address 8 GB and more on desktops; the tab alone rarely gets it all.
TAB: Final = Rule(
    Share(0.35, 600 * MB),
    Share(0.50, 500 * MB),
    Share(0.70),
    later("the system and the browser keep part of the memory"),
    Interval(7 * GB, 12 * GB, 16 * GB),
)

#: A card keeps some of its memory for the screen and other programs, and Chromium's allocator
#: rounds large buffers up: of 8 GB, 6 are safe and 7 are not.
VRAM_SHARE: Final = (0.65, 0.80, 0.95)
#: A separate card of unknown size: 8 GB is the commonest among gamers (Steam survey, January 2026).
UNKNOWN_CARD: Final = Interval(2 * GB, 6 * GB, 16 * GB)

#: What the weakest phone in the catalogue leaves a tab; whatever needs less fits anywhere.
ANYWHERE: Final = 250 * MB

#: Installed memory when only an iPhone or iPad is known: 3 GB to 12 GB.
APPLE_MOBILE_RAM: Final = Interval(3 * GIB, 6 * GIB, 12 * GIB)


def installed(device: Device) -> Budget:
    """Return the memory the device has, as an interval with how it is known."""
    if device.ram_bytes is not None:
        ram = device.ram_bytes
        return Budget(
            pool=Pool.PEAK,
            have=Interval(ram, ram, ram),
            basis=Basis.LISTED if device.name else Basis.REPORTED,
            why=_("as the maker lists it") if device.name else _("as you said"),
        )
    if device.device_memory is not None:
        return _from_device_memory(device)
    return Budget(
        pool=Pool.PEAK,
        have=None,
        basis=Basis.REPORTED,
        why=_("this browser does not tell a page how much memory the device has"),
    )


def _from_device_memory(device: Device) -> Budget:
    """Return the interval behind `navigator.deviceMemory`.

    Chromium rounds the installed memory to the nearest power of two, so a value
    v means (0.75 v, 1.5 v] GiB; it then clamps: since version 147 to 2-32 on
    desktops and 1-8 on Android, before to 0.25-8. At the top clamp there may be
    any amount more.

    Source: w3c/device-memory at f2a13e3; chromestatus 6330376953921536.
    """
    value = device.device_memory or 0
    unit = value * GIB
    version = device.browser_version
    phone = device.platform == "android"
    top = 8 if phone or (version is not None and version < 147) else 32
    bottom = 1 if phone else 2
    low = 0 if value <= bottom else round(0.75 * unit)
    high = round((3 if value >= top else 1.5) * unit)
    low = max(low, round(0.5 * GIB))
    if value == 8 and not phone and version is None:
        high = 64 * GIB
    return Budget(
        pool=Pool.PEAK,
        have=Interval(low, max(low, round(unit)), max(low, high)),
        basis=Basis.REPORTED,
        why=_("the browser rounds it to a power of two"),
    )


def shares_memory(device: Device) -> bool | None:
    """Return whether graphics uses the same memory as the page; `None` if nobody says."""
    if device.graphics is not None:
        return device.graphics != "discrete"
    if device.on_phone or device.platform == "chromeos":
        return True
    adapter = device.adapter
    vendor = (adapter.vendor or "").lower() if adapter else ""
    if vendor in ("apple", "qualcomm", "arm", "img-tec", "samsung", "google", "microsoft"):
        return True
    if vendor == "intel":
        return True
    return False if vendor == "nvidia" else None


def rule_of(device: Device) -> Rule:
    """Return the rule for page and graphics together on a device's system."""
    if device.platform == "ios":
        return IPHONE
    if device.platform == "ipados":
        return IPAD
    if device.platform == "android":
        return ANDROID
    if device.platform == "macos":
        return MAC_SAFARI if device.browser == "safari" else UNIFIED
    return SHARED


def peak(device: Device) -> Budget:
    """Return what page and graphics may take together."""
    ram = installed(device)
    rule = rule_of(device)
    have = ram.have
    if have is None and device.on_apple_mobile:
        have = APPLE_MOBILE_RAM
    if have is None:
        return Budget(pool=Pool.PEAK, have=None, basis=ram.basis, why=ram.why)
    return Budget(
        pool=Pool.PEAK,
        have=_at_least(rule.of(have), device.measured.page_bytes),
        basis=Basis.ASSUMED,
        why=_(rule.why),
    )


def page(device: Device) -> Budget:
    """Return what the tab alone may take where graphics has memory of its own."""
    ram = installed(device)
    if ram.have is None:
        return Budget(pool=Pool.PAGE, have=None, basis=ram.basis, why=ram.why)
    return Budget(
        pool=Pool.PAGE,
        have=_at_least(TAB.of(ram.have), device.measured.page_bytes),
        basis=Basis.ASSUMED,
        why=_(TAB.why),
    )


def graphics(device: Device) -> Budget:
    """Return what a separate graphics card offers."""
    if device.vram_bytes is not None:
        low, likely, high = (round(device.vram_bytes * share) for share in VRAM_SHARE)
        have, why = Interval(low, likely, high), _("the card keeps some for the screen")
    else:
        have, why = UNKNOWN_CARD, _("no browser tells how much memory a graphics card has")
    return Budget(
        pool=Pool.GPU,
        have=_at_least(have, device.measured.gpu_bytes),
        basis=Basis.ASSUMED,
        why=why,
    )


#: Shared or large WebAssembly memories fail early on phones. iPhones: 512 MB is granted, 1 GB of
#: shared memory is not (MuJoCo PR 3529), commits were reaped near 700-800 MB and 450 MB is what
#: webgpu-bench admits (commit 1aba3ab); yet with one thread TinyLlama's 551 MB of weights ran
#: (wllama issue 18). Android with 8 GB allocated 4 GB (transformers.js issue 1319).
WASM_ON: Final = {
    "ios": Interval(250 * MB, 700 * MB, 1300 * MB),
    "ipados": Interval(700 * MB, 1400 * MB, 2000 * MB),
    "android": Interval(500 * MB, 1800 * MB, 4 * GIB),
}
#: Chrome runs in 64 bits on Android phones of 8 GB and more (Chrome 89); on smaller ones it has
#: had to find room among 32-bit addresses. Of 6 GB, one refused 23 MB after it had granted
#: 300-500 MB (transformers.js issue 1319), one grew to 512 MB and got 976 MB at once
#: (WebAssembly/design issue 1397), one ran 1.6 GB of weights (web-llm issue 524); one of 4 GB
#: reserved 4 GB (issue 1319).
WASM_ON_SMALL_ANDROID: Final = Interval(20 * MB, 500 * MB, 4 * GIB)
#: What is sold as 8 GB, less what the system hides.
WIDE_ADDRESSES_FROM: Final = 7 * GIB


def granted(device: Device) -> Interval | None:
    """Return what a phone's browser grants one WebAssembly memory, `None` elsewhere.

    Each end is the small phones' or the others' as the same end of installed memory is.
    """
    usual, ram = WASM_ON.get(device.platform or ""), installed(device).have
    if usual is None or ram is None or device.platform != "android":
        return usual
    small = WASM_ON_SMALL_ANDROID
    return Interval(
        usual.low if ram.low >= WIDE_ADDRESSES_FROM else small.low,
        usual.likely if ram.likely >= WIDE_ADDRESSES_FROM else small.likely,
        usual.high if ram.high >= WIDE_ADDRESSES_FROM else small.high,
    )


def wasm(device: Device, ceiling: int) -> Budget:
    """Return how much WebAssembly may address: a ceiling, and less on phones."""
    usual = granted(device)
    if usual is None:
        return Budget(
            pool=Pool.WASM,
            have=Interval(ceiling, ceiling, ceiling),
            basis=Basis.COMPUTED,
            why=_(
                "this runtime's WebAssembly memory ends at {ceiling:g} GiB", ceiling=ceiling / GIB
            ),
        )
    return Budget(
        pool=Pool.WASM,
        have=Interval(
            min(usual.low, ceiling), min(usual.likely, ceiling), min(usual.high, ceiling)
        ),
        basis=Basis.ASSUMED,
        why=_("phones refuse large WebAssembly memories well before the runtime's own ceiling"),
    )


#: Chrome reports usage plus at most 10 GiB, or the disk's size if smaller, whatever is free.
SYNTHETIC_QUOTA: Final = 10 * GIB


def storage(device: Device) -> Budget:
    """Return the room to keep a download, as far as the browser's estimate tells."""
    quota, usage = device.storage.quota_bytes, device.storage.usage_bytes or 0
    if quota is None:
        return Budget(
            pool=Pool.STORAGE,
            have=None,
            basis=Basis.REPORTED,
            why=_("this browser has not said how much it lets a site keep"),
        )
    free = max(quota - usage, 0)
    if device.browser in ("chrome", "edge", "samsung") and free >= SYNTHETIC_QUOTA:
        return Budget(
            pool=Pool.STORAGE,
            have=Interval(free // 5, free, 50 * free),
            basis=Basis.REPORTED,
            why=_("this browser says at most 10 GiB, whatever is really free"),
        )
    return Budget(
        pool=Pool.STORAGE,
        have=Interval(free // 2, free, free),
        basis=Basis.REPORTED,
        why=_("what the browser says it would let this site keep"),
    )


def _at_least(have: Interval, measured: int | None) -> Interval:
    """Return the interval raised to what was really obtained on this device."""
    if measured is None:
        return have
    return Interval(max(have.low, measured), max(have.likely, measured), max(have.high, measured))
