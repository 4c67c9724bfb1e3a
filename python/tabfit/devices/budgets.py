"""Budgets: what a device's signals imply for each pool of memory.

In: a `Device`. Out: a `Budget` per pool, an interval of bytes with its basis
and a sentence, or one whose `have` is `None`: nothing is known. A WebGPU limit
is a tier of the browser and is never taken for memory.

The rules below are priors, each a record with what it rests on. They were set
against field reports of models that ran or died on named devices
(`tests/data/field_reports.jsonl`) and are judged by the table in
`docs/accuracy.md`.
"""

from __future__ import annotations

import json
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final

from tabfit.devices import history
from tabfit.devices.device import Device
from tabfit.devices.fitted_table import FittedTable, Table
from tabfit.formula import (
    ZERO,
    Constant,
    Ends,
    Given,
    Quantity,
    Unit,
    floored,
    largest,
    ordered,
    rounded,
    size,
    smallest,
)
from tabfit.i18n import size_text
from tabfit.i18n.language import _, later
from tabfit.light_dataclass import dataclass
from tabfit.units import GB, GIB, MB, Basis, Interval, exactly


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


@dataclass(frozen=True, slots=True, kw_only=True)
class TabMemoryRule:
    """How much of installed memory a tab may take, as data: `share` x memory - `reserve`.

    Never less than a twentieth of the memory and never more than the `ceiling`. `why` is said
    to the reader beside the budget.

    Source: each constant's own.
    """

    name: str
    why: str
    share: Constant
    reserve: Constant | None = None
    ceiling: Constant | None = None

    def of(self, ram: Quantity) -> Quantity:
        """Return the budget for installed memory: the prior, corrected by what reports taught.

        Each end grows with the same end of `ram`, so more memory never worsens a verdict.
        """
        prior, learnt = self.prior(ram), learnt_of(self.name)
        if learnt is None:
            return prior
        have = ordered(rounded(prior * learnt))
        return have if self.ceiling is None else smallest(have, _latest(self.ceiling))

    def prior(self, ram: Quantity) -> Quantity:
        """Return the budget before any report is fitted."""
        have = rounded(self.share * ram)
        if self.reserve is not None or min(self.share.ends) * LEAST.exact < 1:
            kept = have if self.reserve is None else have - self.reserve
            have = largest(kept, ram // LEAST)
        have = ordered(have)
        return have if self.ceiling is None else smallest(have, self.ceiling)


#: Whatever a rule says, it leaves a tab one part in so many.
LEAST: Final = Constant(
    "20",
    (20, 20, 20),
    unit=Unit.SHARE,
    basis=Basis.ASSUMED,
    source=later("at least a twentieth"),
    fitted_on="no measurement: keeps a reserve from leaving a small device nothing",
)


def _latest(ceiling: Constant) -> Quantity:
    """Return where a ceiling is at the latest, which no report moves."""
    ends = (ceiling.high,) * 3
    return Given(ceiling.label, ends, ceiling.unit, ceiling.basis, ceiling.origin)


@cache
def _read() -> Table:
    path = Path(__file__).with_name("budgets.json")
    rules: Table = json.loads(path.read_text(encoding="utf-8"))["rules"]
    return rules


#: What was learnt of each rule from reports.
FITTED: Final = FittedTable(_read)


def learnt_of(rule: str) -> Constant | None:
    """Return what `make budgets` learnt of a rule from reports: a factor for each of its ends.

    `None` where no report taught anything. Source: people's reports
    (tests/data/field_reports.jsonl), fitted by tools/budgets/memory_fit.py.
    """
    row = FITTED.rows.get(rule)
    if row is None:
        return None
    told = later("{reports} people’s reports, {died} of which died"), row
    return Constant(
        later("learnt from reports"),
        ends_of(scale=row["scale"], spread=row["spread"]),
        unit=Unit.SHARE,
        basis=Basis.MEASURED,
        source=told,
        fitted_on="tests/data/field_reports.jsonl, by tools/budgets/memory_fit.py",
    )


def ends_of(*, scale: float, spread: float) -> Ends:
    """Return a factor's ends: `scale`, and so many times less and more.

    >>> ends_of(scale=1.2, spread=2.0)
    (0.6, 1.2, 2.4)
    """
    return scale / spread, scale, scale * spread


def _rule(
    name: str,
    why: str,
    source: str,
    fitted_on: str,
    *,
    shares: Ends,
    reserve: Ends | None = None,
    ceiling: Ends | None = None,
) -> TabMemoryRule:
    """Return a rule whose numbers share their source; every one of them is a prior."""

    def part(label: str, ends: Ends, unit: Unit, source: str = source) -> Constant:
        return Constant(
            label, ends, unit=unit, basis=Basis.ASSUMED, source=source, fitted_on=fitted_on
        )

    return TabMemoryRule(
        name=name,
        why=why,
        share=part(_SHARE, shares, Unit.SHARE),
        reserve=part(_RESERVE, reserve, Unit.BYTES) if reserve else None,
        ceiling=part(_CEILING, ceiling, Unit.BYTES, why) if ceiling else None,
    )


_SHARE: Final = later("share of it")
_RESERVE: Final = later("kept by the system")
_CEILING: Final = later("ceiling")


def _megabytes(low: int, likely: int, high: int) -> Ends:
    return low * MB, likely * MB, high * MB


IPHONE: Final = _rule(
    "iphone",
    later(
        "Safari ends a tab on an iPhone at about 1.5 GB, graphics included, whatever the phone has"
    ),
    later("WebKit pull requests 49472 and 11787; webgpu-bench; wllama issues 18 and 72"),
    "A 581 MB file under llama.cpp's WebGPU, 1.2 GB in all, reloaded a 12 GB iPhone; 0.7-1.1 GB "
    "ran (webgpu-bench commits 3877bd6, a0d2fc7), and 700 MB of file is what webgpu-bench admits; "
    "so half the tabs end by 0.95 GB. Below 6 GB the system's own share bites first: 0.4 GB is "
    "safe on 4 GB; 0.85 and 1.1 GB died there (Ludion commit 3f6a98e).",
    shares=(0.065, 0.15, 0.22),
    ceiling=_megabytes(400, 950, 1500),
)
IPAD: Final = _rule(
    "ipad",
    later("Safari ends a tab on an iPad somewhere between 1 and 2 GB, graphics included"),
    later("webgpu-bench commits 3877bd6 and f59fbdb"),
    "An iPad of 8 GB with 2,500 MB in use was ended, 1,500 MB is what webgpu-bench admits, and "
    "models of 970 MB run there.",
    shares=(0.07, 0.14, 0.235),
    ceiling=_megabytes(600, 1200, 2000),
)
ANDROID: Final = _rule(
    "android",
    later("Android ends a tab when memory runs short; no fixed limit is published"),
    later("web-llm issues 209, 262, 524 and 759; mlc-llm issue 2703"),
    "The system and its services take a share that does not grow with the phone, hence the "
    "reserve. Pixel 6a (6 GB): TinyLlama's 0.9 GB ran, Gemma 2 2B's 2.2 GB and Phi-3 mini's 4 GB "
    "died (issue 524). Pixel 7 (8 GB): 2.7 GB ran (209, 262). Pixel 8 Pro (12 GB): 2.6 GB ran "
    "(759); its driver lends a program 4,352 MB (2703).",
    shares=(0.16, 0.43, 0.40),
    reserve=_megabytes(200, 740, 0),
    ceiling=_megabytes(1600, 3200, 4400),
)
SHARED: Final = _rule(
    "shared",
    later("the system and the browser keep part of the memory, and graphics shares the rest"),
    later("web-llm issue 759 and other reports of laptops that ran or died"),
    "The system and a browser hold 2-4 GB; Windows lends graphics at most half of what is "
    "installed. A laptop of 16 GB ran Llama 3.2 3B's 2.4 GB (issue 759), one ran out at Gemma 4 "
    "E2B; 8 GB ran 2.9 GB with 4-5 free (mediapipe issue 5976); of 64 GB graphics alone could "
    "have 31.5 (LJTSG/gemma-webgpu).",
    shares=(0.30, 0.46, 0.75),
    reserve=_megabytes(700, 500, 2200),
)
UNIFIED: Final = _rule(
    "unified",
    later("a Mac shares memory with its graphics and lends about two thirds of it"),
    later("llama.cpp reports for Apple silicon: 11 GB of 16; transformers.js issue 759"),
    "Metal's working set is 65-75 % of memory; the page's own part is compressed and swapped "
    "beside it: 6.3 GB of page and 5.4 of graphics ran on 16 GB (transformers.js issue 759, "
    "ratchet issue 196).",
    shares=(0.30, 0.58, 0.85),
    reserve=_megabytes(700, 600, 0),
)
MAC_SAFARI: Final = _rule(
    "mac-safari",
    later("Safari on a Mac reloads a tab that uses significant memory, at the latest near 7 GB"),
    later("WebKit MemoryPressureHandler.cpp and reports of tabs ended"),
    "A 1.2 GB model reloaded a Mac's tab where Chrome on the same machine went on.",
    shares=(0.10, 0.20, 0.50),
    ceiling=_megabytes(2000, 4000, 8000),
)
TAB: Final = _rule(
    "tab",
    later("the system and the browser keep part of the memory"),
    later("Chrome’s renderer may address 8 GB and more; it rarely gets it all"),
    "No report of its own: what is left of the rules above where graphics has its own memory.",
    shares=(0.35, 0.50, 0.70),
    reserve=_megabytes(600, 500, 0),
    ceiling=_megabytes(7000, 12000, 16000),
)

#: The name of the rule for graphics cards.
CARD: Final = "card"
VRAM_SHARE: Final = Constant(
    _SHARE,
    (0.65, 0.80, 0.95),
    unit=Unit.SHARE,
    basis=Basis.ASSUMED,
    source=later("a card keeps some for the screen; allocations are rounded up"),
    fitted_on="Chromium's allocator on a card of 8 GB: 6 are safe and 7 are not",
)
UNKNOWN_CARD: Final = Constant(
    later("memory of a card nobody names"),
    (2 * GB, 6 * GB, 16 * GB),
    basis=Basis.ASSUMED,
    source=later("8 GB is the commonest card (Steam survey, January 2026)"),
    fitted_on="that survey, less what a card keeps",
)

#: Whatever needs less fits anywhere.
ANYWHERE: Final = Constant(
    _SHARE,
    _megabytes(250, 250, 250),
    basis=Basis.ASSUMED,
    source=later("what the weakest phone in the catalogue leaves a tab"),
    fitted_on="the rules above on the catalogue's phones",
)

APPLE_MOBILE_RAM: Final = Constant(
    later("memory of the device"),
    (3 * GIB, 6 * GIB, 12 * GIB),
    basis=Basis.ASSUMED,
    source=later("iPhones and iPads on sale have 3 to 12 GB"),
    fitted_on="the catalogue's iPhones and iPads, when no more than that is known",
)


def installed(device: Device) -> Budget:
    """Return the memory the device has, as an interval with how it is known.

    In bytes. Source: the maker's row, the visitor, or `navigator.deviceMemory` (W3C Device Memory).
    """
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


#: Makers whose graphics share the page's memory, or are drawn by the processor, and whose have
#: their own, by the words of WebGPU adapters; AMD makes both.
SHARING_VENDORS: Final = frozenset(
    {"apple", "qualcomm", "arm", "img-tec", "samsung", "google", "microsoft", "intel"}
)
APART_VENDORS: Final = frozenset({"nvidia"})


def shares_memory(device: Device) -> bool | None:
    """Return whether graphics uses the same memory as the page; `None` if nobody says."""
    if device.graphics is not None:
        return device.graphics != "discrete"
    if device.on_phone or device.platform == "chromeos":
        return True
    adapter = device.adapter
    vendor = (adapter.vendor or "").lower() if adapter else ""
    if vendor in SHARING_VENDORS:
        return True
    return False if vendor in APART_VENDORS else None


def rule_of(device: Device) -> TabMemoryRule:
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


def _memory(ram: Budget) -> Quantity | None:
    """Return installed memory as formulas take it."""
    if ram.have is None:
        return None
    return size(later("memory of the device"), ram.have, ram.basis, ram.why)


def peak(device: Device) -> Budget:
    """Return what page and graphics may take together.

    In bytes. Source: the rule of the device's system, each with what it rests on, and what reports
    taught of it.
    """
    ram = installed(device)
    memory = _memory(ram) or (APPLE_MOBILE_RAM if device.on_apple_mobile else None)
    return _by_rule(Pool.PEAK, rule_of(device), memory, ram, device)


def page(device: Device) -> Budget:
    """Return what the tab alone may take where graphics has memory of its own.

    In bytes. Source: the rule `TAB`, and what reports taught of it.
    """
    ram = installed(device)
    return _by_rule(Pool.PAGE, TAB, _memory(ram), ram, device)


def rule_name(pool: Pool, device: Device) -> str | None:
    """Return the name of the rule behind a pool's budget; a card's is learnt like any other."""
    if pool is Pool.PEAK:
        return rule_of(device).name
    return {Pool.PAGE: TAB.name, Pool.GPU: CARD}.get(pool)


def _by_rule(
    pool: Pool, rule: TabMemoryRule, memory: Quantity | None, ram: Budget, device: Device
) -> Budget:
    found, measured = device.measured, None
    if found.page_bytes is not None:  # the test holds both at once
        measured = found.page_bytes + (found.gpu_bytes or 0 if pool is Pool.PEAK else 0)
    if memory is None:
        return Budget(pool=pool, have=None, basis=ram.basis, why=ram.why)
    prior = rule.of(memory)
    return Budget(
        pool=pool,
        have=_obtained(prior, measured, device, pool).interval,
        basis=_basis(prior, measured),
        why=_measured_why(_(rule.why), measured),
    )


def _basis(prior: Quantity, measured: int | None) -> Basis:
    """Return that a budget is measured, where what was obtained is more than was assumed."""
    raised = measured is not None and measured > prior.interval.likely
    return Basis.MEASURED if raised else Basis.ASSUMED


def _measured_why(why: str, measured: int | None) -> str:
    if measured is None:
        return why
    return _("{why}; a test here obtained {size}", why=why, size=size_text.size(exactly(measured)))


def graphics(device: Device) -> Budget:
    """Return what a separate graphics card offers.

    In bytes. Source: `VRAM_SHARE` or, of a card that nobody names, `UNKNOWN_CARD`; and what reports
    taught of cards.
    """
    have: Quantity = UNKNOWN_CARD
    learnt = learnt_of(CARD)
    why = _("no browser tells how much memory a graphics card has")
    if device.vram_bytes is not None:
        have, why = _of_card(device.vram_bytes, device), _("the card keeps some for the screen")
    if learnt is not None:
        have = ordered(rounded(have * learnt))
    return Budget(
        pool=Pool.GPU,
        have=_obtained(have, device.measured.gpu_bytes, device, Pool.GPU).interval,
        basis=_basis(have, device.measured.gpu_bytes),
        why=_measured_why(why, device.measured.gpu_bytes),
    )


def _of_card(memory: int, device: Device) -> Quantity:
    basis = Basis.LISTED if device.name else Basis.REPORTED
    source = later("the maker’s data sheet") if device.name else later("as you said")
    return rounded(size(later("memory of the card"), memory, basis, source) * VRAM_SHARE)


def _granted(ends: Ends, source: str, fitted_on: str) -> Constant:
    words = later("what phones of this kind grant")
    return Constant(words, ends, basis=Basis.ASSUMED, source=source, fitted_on=fitted_on)


_REPORTS: Final = later(
    "MuJoCo pull request 3529; webgpu-bench 1aba3ab; transformers.js 1319; wllama 18"
)
#: What a phone's browser grants one WebAssembly memory: shared or large ones fail early.
WASM_ON: Final = {
    "ios": _granted(
        _megabytes(250, 700, 1300),
        _REPORTS,
        "512 MB is granted, 1 GB of shared memory is not (MuJoCo), commits were reaped near "
        "700-800 MB and 450 MB is what webgpu-bench admits; yet with one thread TinyLlama's 551 MB "
        "of weights ran (wllama).",
    ),
    "ipados": _granted(_megabytes(700, 1400, 2000), _REPORTS, "as iPhones, with an iPad's ceiling"),
    "android": _granted(
        (500 * MB, 1800 * MB, 4 * GIB), _REPORTS, "Android with 8 GB allocated 4 GB (1319)"
    ),
}
WASM_ON_SMALL_ANDROID: Final = _granted(
    (20 * MB, 500 * MB, 4 * GIB),
    later("transformers.js issue 1319; WebAssembly/design issue 1397; web-llm issue 524"),
    "On phones of 32-bit addresses. Of 6 GB, one refused 23 MB after it had granted 300-500 MB "
    "(1319), one grew to 512 MB and got 976 MB at once (1397), one ran 1.6 GB of weights (524); "
    "one of 4 GB reserved 4 GB (1319).",
)
WIDE_ADDRESSES_FROM: Final = Constant(
    later("memory of the device"),
    (7 * GIB, 7 * GIB, 7 * GIB),
    basis=Basis.LISTED,
    source=later("Chrome 89 runs in 64 bits on Android phones of 8 GB and more"),
    fitted_on="what is sold as 8 GB, less what the system hides",
)


def wasm_memory_granted(device: Device) -> Quantity | None:
    """Return what a phone's browser grants one WebAssembly memory, `None` elsewhere.

    Each end is the small phones' or the others' as the same end of installed memory is.

    In bytes. Source: `WASM_ON` and `WASM_ON_SMALL_ANDROID`, reports of phones that refused.
    """
    usual, ram = WASM_ON.get(device.platform or ""), installed(device).have
    if usual is None or ram is None or device.platform != "android":
        return usual
    small, wide = WASM_ON_SMALL_ANDROID, WIDE_ADDRESSES_FROM.exact
    known = [end >= wide for end in (ram.low, ram.likely, ram.high)]
    if all(known):
        return usual
    low, likely, high = (
        large if enough else little
        for enough, large, little in zip(known, usual.ends, small.ends, strict=True)
    )
    return Given(usual.label, (low, likely, high), usual.unit, small.basis, small.origin)


def wasm(device: Device, ceiling: int, source: str = "") -> Budget:
    """Return how much WebAssembly may address: a ceiling, and less on phones.

    `source` says where the runtime's own ceiling is from.

    In bytes. Source: the runtime's own maximum (its row of the catalogue) and
    `wasm_memory_granted`.
    """
    most = size(later("the runtime’s own ceiling"), ceiling, Basis.COMPUTED, source or _REACH)
    usual = wasm_memory_granted(device)
    if usual is None:
        why = _("this runtime's WebAssembly memory ends at {ceiling:.3g} GB", ceiling=ceiling / GB)
        return Budget(pool=Pool.WASM, have=most.interval, basis=Basis.COMPUTED, why=why)
    return Budget(
        pool=Pool.WASM,
        have=smallest(usual, most).interval,
        basis=Basis.ASSUMED,
        why=_("phones refuse large WebAssembly memories well before the runtime's own ceiling"),
    )


_REACH: Final = later("what the runtime asks for")
_QUOTA: Final = later("quota")
_FREE: Final = later("really free, per byte told")

SYNTHETIC_QUOTA: Final = Constant(
    _QUOTA,
    (10 * GIB, 10 * GIB, 10 * GIB),
    basis=Basis.LISTED,
    source=later("Chrome reports what is used and at most 10.7 GB more, whatever is free"),
    fitted_on="that rule, or the disk's size where it is smaller",
)
QUOTA_MEANS: Final = Constant(
    _FREE,
    (0.2, 1, 50),
    unit=Unit.SHARE,
    basis=Basis.ASSUMED,
    source=SYNTHETIC_QUOTA.origin,
    fitted_on="no measurement: a disk with 2 GiB free, and one with half a TiB",
)
ESTIMATE_MEANS: Final = Constant(
    _FREE,
    (0.5, 1, 1),
    unit=Unit.SHARE,
    basis=Basis.REPORTED,
    source=later("an estimate, never a promise"),
    fitted_on="the Storage standard: an estimate of what is left",
)


def storage(device: Device) -> Budget:
    """Return the room to keep a download, as far as the browser's estimate tells.

    In bytes. Source: `navigator.storage.estimate()` (WHATWG Storage), and what such an answer means
    in Chrome (`QUOTA_MEANS`, `ESTIMATE_MEANS`).
    """
    quota, usage = device.storage.quota_bytes, device.storage.usage_bytes or 0
    if quota is None:
        return Budget(
            pool=Pool.STORAGE,
            have=None,
            basis=Basis.REPORTED,
            why=_("this browser has not said how much it lets a site keep"),
        )
    capped = device.browser in ("chrome", "edge", "samsung")
    synthetic = capped and quota - usage >= SYNTHETIC_QUOTA.exact
    told, used = (
        size(words, each, Basis.REPORTED, later("what the browser says"))
        for words, each in ((_QUOTA, quota), (later("in use"), usage))
    )
    free = largest(told - used, ZERO)
    have = floored(free * (QUOTA_MEANS if synthetic else ESTIMATE_MEANS)).interval
    return Budget(
        pool=Pool.STORAGE,
        have=have,
        basis=Basis.REPORTED,
        why=_(
            "this browser tells every site 10.7 GB; what is really free may be {have}",
            have=size_text.size(have),
        )
        if synthetic
        else _("what the browser says it would let this site keep"),
    )


def _obtained(have: Quantity, measured: int | None, device: Device, pool: Pool) -> Quantity:
    """Return a budget raised to what was really obtained on this device.

    That is what a test of its memory was given, and what a model that ran there needed.
    """
    if measured is not None:
        source = later("the test on this device")
        obtained = size(later("what was really obtained"), measured, Basis.MEASURED, source)
        have = largest(have, obtained)
    best = history.largest_that_ran(device.history, pool)
    if best is not None:
        source = later("you said that it ran on this device")
        ran = size(later("what ran here"), best.needs[pool].likely, Basis.REPORTED, source)
        have = largest(have, ran)
    return have
