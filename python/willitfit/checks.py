"""Checks: each is a failure that really happens, as a need against what there is.

In: a runtime's demands and footprint, and a device. Out: one `Check` per way to
fail, with both intervals, an outcome, how it is known and a sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from willitfit import budgets
from willitfit.budgets import ANYWHERE, Budget, Pool
from willitfit.device import Device, Unasked
from willitfit.footprint import Footprint
from willitfit.language import _, amount, number
from willitfit.outcome import Outcome, probability, word
from willitfit.runtimes import needs
from willitfit.runtimes.base import Runtime
from willitfit.runtimes.needs import Demand, Needs
from willitfit.units import GB, MB, Basis, Bytes, Interval, exactly

#: The chance given to a feature that nobody asked the browser about: current browsers mostly
#: have it (WebGPU reaches about 85 % of visitors, caniuse, July 2026), so it lowers, not decides.
UNASKED: Final = 0.85
#: A limit that a runtime works around, at a cost, when it is not met.
WORKED_AROUND: Final = 0.6
#: What every WebGPU device offers, asked or not (the specification's default limits).
LEAST_BUFFER: Final = Bytes(256 * 2**20)
LEAST_BINDING: Final = Bytes(128 * 2**20)
#: The share of installed memory that a system shows (Windows 97.5 %, ChromeOS 95 %).
VISIBLE: Final = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One way to fail. `probability` is `None` where nothing is known.

    `decides` says whether an unknown here makes the whole verdict unknown; `pool` is
    the memory it is about, if any.
    """

    name: str
    need: Interval | None
    have: Interval | None
    outcome: Outcome
    probability: float | None
    basis: Basis
    message: str
    decides: bool = False
    pool: Pool | None = None


def check_all(
    runtime: Runtime,
    demands: Iterable[Demand],
    wanted: Needs,
    download: Interval,
    footprint: Footprint,
    device: Device,
) -> tuple[Check, ...]:
    """Return every check, hardest failures first, then from least to most probable."""
    weighed = wanted.availability and device.language_model is not None
    moot = needs.WEIGHED if weighed else (needs.AVAILABILITY,)
    found = [_ANSWERS[each.name](each, device, wanted) for each in demands if each.name not in moot]
    found += _memory(runtime, device, footprint)
    if download.likely and not weighed:
        found.append(_storage(download, device))
    return tuple(sorted(found, key=_severity))


def _severity(check: Check) -> tuple[int, float]:
    unknown = check.probability is None
    order = 0 if check.outcome is Outcome.NO else 1 if unknown and check.decides else 2
    return order, 0.9 if check.probability is None else check.probability


def size(interval: Interval) -> str:
    """Return an interval as people read it: decimal units, a range to two figures.

    >>> size(Interval(1_700_000_000, 2_100_000_000, 2_300_000_000))
    '1.7–2.3 GB'
    >>> size(exactly(67_400_000))
    '67.4 MB'
    """
    unit, name = (GB, "GB") if interval.high >= 0.9995 * GB else (MB, "MB")
    low, likely, high = (end / unit for end in (interval.low, interval.likely, interval.high))
    if high - low <= 0.02 * high:
        return amount(_figures(likely, 3), name)
    return amount(f"{_figures(low, 2)}–{_figures(high, 2)}", name)


def _figures(value: float, most: int) -> str:
    """Return a number with `most` significant figures, whole numbers kept whole."""
    places = most - 1 if value < 1 else most - len(str(int(value)))
    return number(value, f",.{max(places, 0)}f") if value else "0"


# Memory


def _memory(runtime: Runtime, device: Device, footprint: Footprint) -> Iterator[Check]:
    if runtime.name == "prompt-api":
        return
    shared = budgets.shares_memory(device)
    if runtime.uses_gpu and shared is False:
        yield _room("tab-memory", Pool.PAGE, footprint, budgets.page(device))
        yield _room("gpu-memory", Pool.GPU, footprint, budgets.graphics(device))
    elif runtime.uses_gpu or device.on_phone or device.browser == "safari":
        yield _room("memory", Pool.PEAK, footprint, budgets.peak(device))
    else:
        yield _room("memory", Pool.PEAK, footprint, budgets.page(device))


def _room(name: str, pool: Pool, footprint: Footprint, budget: Budget) -> Check:
    need, have = footprint.peak_in(pool), budget.have
    if have is None:
        return _unknown_room(name, pool, need, budget)
    chance = probability(need, have)
    return Check(
        name=name,
        need=need,
        have=have,
        outcome=word(chance),
        probability=chance,
        basis=budget.basis,
        message=_(
            "needs {need} of about {have}: {why}",
            need=size(need),
            have=size(have),
            why=budget.why,
        ),
        decides=True,
        pool=pool,
    )


def _unknown_room(name: str, pool: Pool, need: Interval, budget: Budget) -> Check:
    if need.high <= ANYWHERE:
        return Check(
            name=name,
            need=need,
            have=None,
            outcome=Outcome.LIKELY,
            probability=0.95,
            basis=Basis.ASSUMED,
            message=_("needs {need}, which every device with this browser has", need=size(need)),
            decides=True,
            pool=pool,
        )
    return Check(
        name=name,
        need=need,
        have=None,
        outcome=Outcome.UNKNOWN,
        probability=None,
        basis=budget.basis,
        message=_("needs {need}; {why}", need=size(need), why=budget.why),
        decides=True,
        pool=pool,
    )


def _storage(room: Interval, device: Device) -> Check:
    budget = budgets.storage(device)
    if budget.have is None:
        return Check(
            name="storage",
            need=room,
            have=None,
            outcome=Outcome.UNKNOWN,
            probability=None,
            basis=budget.basis,
            message=_("keeping it takes {need}; {why}", need=size(room), why=budget.why),
        )
    chance = probability(room, budget.have)
    return Check(
        name="storage",
        need=room,
        have=budget.have,
        outcome=word(chance),
        probability=max(chance, 0.05),
        basis=budget.basis,
        message=_("keeping it takes {need}: {why}", need=size(room), why=budget.why),
    )


# Demands


def _feature(demand: Demand, *, there: bool | None, without: str = "") -> Check:
    """Return the check of something a device has or has not."""
    if there is None:
        return Check(
            name=demand.name,
            need=demand.need,
            have=None,
            outcome=Outcome.UNKNOWN,
            probability=UNASKED if demand.hard else UNASKED + (1 - UNASKED) * WORKED_AROUND,
            basis=Basis.ASSUMED,
            message=_("{why}; not known here, most current browsers have it", why=demand.why),
        )
    failed = Outcome.NO if demand.hard else Outcome.MAY
    return Check(
        name=demand.name,
        need=demand.need,
        have=None,
        outcome=Outcome.LIKELY if there else failed,
        probability=1.0 if there else 0.0 if demand.hard else WORKED_AROUND,
        basis=Basis.REPORTED,
        message=demand.why if there else _("{why}; {fault}", why=demand.why, fault=without),
    )


def _limit(demand: Demand, limit: int | None, says: str) -> Check:
    """Return the check of bytes against a limit that a browser states exactly."""
    if limit is None or demand.need is None:
        return _feature(demand, there=None)
    need = demand.need
    met = need.likely <= limit
    failed = Outcome.NO if demand.hard and need.low > limit else Outcome.MAY
    return Check(
        name=demand.name,
        need=need,
        have=exactly(limit),
        outcome=Outcome.LIKELY if met else failed,
        probability=1.0 if met else 0.0 if failed is Outcome.NO else WORKED_AROUND,
        basis=Basis.REPORTED,
        message=_(
            "{why}: {need} of {have}, {says}",
            why=demand.why,
            need=size(need),
            have=size(exactly(limit)),
            says=says,
        ),
    )


def _webgpu(demand: Demand, device: Device, wanted: Needs) -> Check:
    del wanted
    if device.webgpu is None:
        return _feature(demand, there=False, without=_("this browser offers none here"))
    if isinstance(device.webgpu, Unasked):
        return _feature(demand, there=None)
    if device.webgpu.fallback:
        slow = _("{why}; this one is emulated in software and will be very slow", why=demand.why)
        return Check(
            name=demand.name,
            need=None,
            have=None,
            outcome=Outcome.LIKELY,
            probability=1.0,
            basis=Basis.REPORTED,
            message=slow,
        )
    return _feature(demand, there=True)


def _shader_f16(demand: Demand, device: Device, wanted: Needs) -> Check:
    del wanted
    adapter = device.adapter
    return _feature(
        demand, there=adapter.shader_f16 if adapter else None, without=_("this adapter has none")
    )


def _jspi(demand: Demand, device: Device, wanted: Needs) -> Check:
    del wanted
    return _feature(demand, there=device.wasm.jspi, without=_("this browser has none"))


def _buffer(demand: Demand, device: Device, wanted: Needs) -> Check:
    del wanted
    adapter = device.adapter
    limit = adapter.max_buffer_size if adapter else None
    if _everywhere(demand, limit, LEAST_BUFFER):
        return _limit(demand, LEAST_BUFFER, _("which every WebGPU device has for a buffer"))
    return _limit(demand, limit, _("this adapter's buffer size"))


def _binding(demand: Demand, device: Device, wanted: Needs) -> Check:
    del wanted
    adapter = device.adapter
    limit = adapter.max_storage_buffer_binding_size if adapter else None
    if _everywhere(demand, limit, LEAST_BINDING):
        return _limit(demand, LEAST_BINDING, _("which every WebGPU device has for a binding"))
    return _limit(demand, limit, _("this adapter's binding size"))


def _everywhere(demand: Demand, limit: int | None, least: int) -> bool:
    """Return whether an untold limit is met all the same: the least there is suffices."""
    return limit is None and demand.need is not None and demand.need.high <= least


def _advised(demand: Demand, device: Device, wanted: Needs) -> Check:
    del wanted
    adapter = device.adapter
    limits = (adapter.max_buffer_size, adapter.max_storage_buffer_binding_size) if adapter else ()
    known = [limit for limit in limits if limit is not None]
    limit = min(known) if len(known) == 2 else None
    return _limit(demand, limit, _("the smaller of both limits"))


def _wasm(demand: Demand, device: Device, wanted: Needs) -> Check:
    del wanted
    ceiling = demand.limit or Bytes(4 * 2**30)
    budget = budgets.wasm(device, ceiling)
    need, have = demand.need or exactly(0), budget.have or exactly(ceiling)
    failed = need.low > ceiling
    chance = 0.0 if failed else probability(need, have)
    return Check(
        name=demand.name,
        need=need,
        have=have,
        outcome=Outcome.NO if failed else word(chance),
        probability=chance,
        basis=budget.basis,
        message=_(
            "takes WebAssembly memory, {need} of {have}: {why}",
            need=size(need),
            have=size(have),
            why=budget.why,
        ),
    )


def _file(demand: Demand, device: Device, wanted: Needs) -> Check:
    del device, wanted
    return _limit(demand, demand.limit, _("the most one ArrayBuffer takes"))


def _platform(demand: Demand, device: Device, wanted: Needs) -> Check:
    if device.platform is None or device.browser is None:
        return _feature(demand, there=None)
    system = not wanted.platforms or device.platform in wanted.platforms
    browser = not wanted.browsers or device.browser in wanted.browsers
    return _feature(demand, there=system and browser, without=_("this is neither"))


def _availability(demand: Demand, device: Device, wanted: Needs) -> Check:
    """Return what the browser says of its own model: it has weighed the rest already."""
    del wanted
    ready = {
        "available": "it is here already",
        "downloading": "it is being fetched now",
        "downloadable": "the browser offers to fetch it, once for all sites",
    }
    told = device.language_model or ""
    return _feature(
        replace(demand, why=f"{demand.why}: {ready[told]}" if told in ready else demand.why),
        there=told in ready,
        without="it says that there is none for this device",
    )


def _built_in_memory(demand: Demand, device: Device, wanted: Needs) -> Check:
    ram = budgets.installed(device).have
    card = device.vram_bytes
    least, cores, most = wanted.ram_bytes or 0, wanted.cores or 0, wanted.vram_bytes or 0
    enough = card is not None and card > most
    if not enough and ram is not None and device.cores is not None:
        enough = ram.low >= least * VISIBLE and device.cores >= cores
    short = ram is not None and ram.high < least * VISIBLE
    no_card = device.graphics == "integrated" or (card is not None and card <= most)
    if enough or (short and no_card):
        return _feature(demand, there=enough, without=_("this device has neither"))
    return _roughly(demand, exactly(round(least * VISIBLE)), ram)


def _roughly(demand: Demand, need: Interval, have: Interval | None) -> Check:
    """Return the check of memory that a browser tells roughly, or not at all."""
    chance = None if have is None else probability(need, have)
    says = (
        _("{why}; this browser tells no memory and nothing of a card", why=demand.why)
        if have is None
        else _("{why}; this browser tells memory only roughly, nothing of a card", why=demand.why)
    )
    return Check(
        name=demand.name,
        need=need,
        have=have,
        outcome=Outcome.UNKNOWN if chance is None else word(chance),
        probability=chance,
        basis=Basis.REPORTED,
        message=says,
        decides=True,
    )


def _built_in_storage(demand: Demand, device: Device, wanted: Needs) -> Check:
    del device, wanted
    return Check(
        name=demand.name,
        need=demand.need,
        have=None,
        outcome=Outcome.UNKNOWN,
        probability=UNASKED,
        basis=Basis.LISTED,
        message=_("{why}; no browser tells a page how much is free", why=demand.why),
    )


_ANSWERS: Final[dict[str, Callable[[Demand, Device, Needs], Check]]] = {
    needs.WEBGPU: _webgpu,
    needs.SHADER_F16: _shader_f16,
    needs.BUFFER: _buffer,
    needs.BINDING: _binding,
    needs.WASM: _wasm,
    needs.FILE: _file,
    needs.PLATFORM: _platform,
    needs.AVAILABILITY: _availability,
    needs.ADVISED: _advised,
    needs.BUILT_IN_MEMORY: _built_in_memory,
    needs.BUILT_IN_STORAGE: _built_in_storage,
    needs.JSPI: _jspi,
}
