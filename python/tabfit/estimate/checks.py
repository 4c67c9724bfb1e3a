"""Checks: each is a failure that really happens, as a need against what there is.

In: a runtime's demands and footprint, and a device. Out: one `Check` per way to
fail, with both intervals, an outcome, how it is known and a sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final

from tabfit.devices import budgets
from tabfit.devices.budgets import Budget, Pool
from tabfit.devices.device import Device, Unasked
from tabfit.estimate import check_rules
from tabfit.estimate.check_rules import LEAST, told
from tabfit.estimate.outcome import Outcome, probability, word
from tabfit.i18n.language import _, amount, number
from tabfit.runtimes import needs
from tabfit.runtimes.base import Runtime
from tabfit.runtimes.files_alone import FilesAlone
from tabfit.runtimes.footprint import Footprint
from tabfit.runtimes.needs import Demand, Needs
from tabfit.units import GB, MB, Basis, Interval, exactly

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
    left = [each for each in demands if each.name not in moot(wanted, device)]
    found = [met(each, device, wanted) for each in left]
    partly = isinstance(runtime, FilesAlone)
    found += [_room(each, footprint, partly=partly) for each in rooms(runtime, device)]
    if download.likely and not weighed(wanted, device):
        found.append(_storage(download, device))
    return tuple(sorted(found, key=severity))


def weighed(wanted: Needs, device: Device) -> bool:
    """Return whether the browser itself has said if its own model fits."""
    return wanted.availability and device.language_model is not None


def moot(wanted: Needs, device: Device) -> tuple[str, ...]:
    """Return the demands that need no answer here."""
    first = needs.WEIGHED if weighed(wanted, device) else (needs.AVAILABILITY,)
    return first if strained(wanted, device) else (*first, needs.COMPILER)


def strained(wanted: Needs, device: Device) -> bool:
    """Return whether a runtime overtaxes the browser's compiler; on iOS all are WebKit's."""
    engine = "safari" if device.on_apple_mobile else device.browser
    return engine in wanted.straining


def met(demand: Demand, device: Device, wanted: Needs) -> Check:
    """Return the check of one demand."""
    return _ANSWERS[demand.name](demand, device, wanted)


def severity(check: Check) -> tuple[int, float]:
    """Return what sorts checks: failures, what nobody knows, then from least to most likely."""
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


@dataclass(frozen=True, slots=True)
class Room:
    """A pool whose peak is checked, with what there is of it."""

    name: str
    pool: Pool
    budget: Budget


def rooms(runtime: Runtime, device: Device) -> tuple[Room, ...]:
    """Return the memory that a runtime fills on a device: together, or page and card apart."""
    if runtime.name == "prompt-api":
        return ()
    if runtime.uses_gpu and budgets.shares_memory(device) is False:
        return (
            Room("tab-memory", Pool.PAGE, budgets.page(device)),
            Room("gpu-memory", Pool.GPU, budgets.graphics(device)),
        )
    together = runtime.uses_gpu or device.on_phone or device.browser == "safari"
    return (Room("memory", Pool.PEAK, (budgets.peak if together else budgets.page)(device)),)


def _room(room: Room, footprint: Footprint, *, partly: bool) -> Check:
    """Return the check of one pool; `partly` says that it needs more than is known."""
    need, have = footprint.peak_in(room.pool), room.budget.have
    decision = check_rules.room(need, have)
    if partly and decision.outcome not in (Outcome.NO, Outcome.UNLIKELY):
        return _not_known(room, need)
    anywhere = have is None and decision.known
    return Check(
        name=room.name,
        need=need,
        have=have,
        outcome=decision.outcome,
        probability=decision.probability,
        basis=Basis.ASSUMED if anywhere else room.budget.basis,
        message=_said_of(need, room.budget, anywhere=anywhere),
        decides=True,
        pool=room.pool,
    )


def _not_known(room: Room, need: Interval) -> Check:
    """Return the check of a pool whose need is known from below alone, where that fits."""
    return Check(
        name=room.name,
        need=need,
        have=room.budget.have,
        outcome=Outcome.UNKNOWN,
        probability=None,
        basis=room.budget.basis,
        message=_(
            "its files alone fill {need}; how much more it needs is not known, as its shape is not",
            need=size(need),
        ),
        decides=True,
        pool=room.pool,
    )


def _said_of(need: Interval, budget: Budget, *, anywhere: bool) -> str:
    if anywhere:
        return _("needs {need}, which every device with this browser has", need=size(need))
    if budget.have is None:
        return _("needs {need}; {why}", need=size(need), why=budget.why)
    have = size(budget.have)
    return _("needs {need} of about {have}: {why}", need=size(need), have=have, why=budget.why)


def _storage(room: Interval, device: Device) -> Check:
    budget = budgets.storage(device)
    decision = check_rules.storage(room, budget.have)
    if budget.have is None:
        said = _("keeping it takes {need}; {why}", need=size(room), why=budget.why)
    else:
        said = _("keeping it takes {need}: {why}", need=size(room), why=budget.why)
    return Check(
        name="storage",
        need=room,
        have=budget.have,
        outcome=decision.outcome,
        probability=decision.probability,
        basis=budget.basis,
        message=said,
    )


# Demands


def _feature(demand: Demand, *, there: bool | None, without: str = "") -> Check:
    """Return the check of something a device has or has not."""
    decision = check_rules.feature(there=there, hard=demand.hard)
    said = demand.why
    if there is None:
        said = _("{why}; not known here, most current browsers have it", why=demand.why)
    elif not there:
        said = _("{why}; {fault}", why=demand.why, fault=without)
    return Check(
        name=demand.name,
        need=demand.need,
        have=None,
        outcome=decision.outcome,
        probability=decision.probability,
        basis=Basis.ASSUMED if there is None else Basis.REPORTED,
        message=said,
    )


def _limit(demand: Demand, limit: int | None, says: str) -> Check:
    """Return the check of bytes against a limit that a browser states exactly."""
    if limit is None or demand.need is None:
        return _feature(demand, there=None)
    decision = check_rules.within(demand.need, limit, hard=demand.hard)
    return Check(
        name=demand.name,
        need=demand.need,
        have=exactly(limit),
        outcome=decision.outcome,
        probability=decision.probability,
        basis=Basis.REPORTED,
        message=_(
            "{why}: {need} of {have}, {says}",
            why=demand.why,
            need=size(demand.need),
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


def _compiler(demand: Demand, device: Device, wanted: Needs) -> Check:
    del device, wanted
    return Check(
        name=demand.name,
        need=None,
        have=None,
        outcome=word(check_rules.STRAINED),
        probability=check_rules.STRAINED,
        basis=Basis.ASSUMED,
        message=_(
            "{why}; this browser’s compiler has taken a gigabyte and more for it", why=demand.why
        ),
    )


def _buffer(demand: Demand, device: Device, wanted: Needs) -> Check:
    del wanted
    if _everywhere(demand, device):
        least = LEAST[demand.name]
        return _limit(demand, least, _("which every WebGPU device has for a buffer"))
    return _limit(demand, told(demand.name, device), _("this adapter's buffer size"))


def _binding(demand: Demand, device: Device, wanted: Needs) -> Check:
    del wanted
    if _everywhere(demand, device):
        least = LEAST[demand.name]
        return _limit(demand, least, _("which every WebGPU device has for a binding"))
    return _limit(demand, told(demand.name, device), _("this adapter's binding size"))


def _everywhere(demand: Demand, device: Device) -> bool:
    """Return whether an untold limit is met all the same: the least there is suffices."""
    if demand.need is None or told(demand.name, device) is not None:
        return False
    return check_rules.within(demand.need, None, hard=demand.hard, least=LEAST[demand.name]).asked


def _advised(demand: Demand, device: Device, wanted: Needs) -> Check:
    del wanted
    return _limit(demand, told(demand.name, device), _("the smaller of both limits"))


def _wasm(demand: Demand, device: Device, wanted: Needs) -> Check:
    del wanted
    ceiling = heap_ceiling(demand.limit)
    budget = budgets.wasm(device, ceiling)
    need, have = demand.need or exactly(0), budget.have or exactly(ceiling)
    decision = check_rules.heap(need, have, ceiling)
    return Check(
        name=demand.name,
        need=need,
        have=have,
        outcome=decision.outcome,
        probability=decision.probability,
        basis=budget.basis,
        message=_(
            "takes WebAssembly memory, {need} of {have}: {why}",
            need=size(need),
            have=size(have),
            why=budget.why,
        ),
    )


def heap_ceiling(own: int | None) -> int:
    """Return where a WebAssembly memory ends: where its runtime says, or with 32-bit addresses."""
    return own or 4 * 2**30


def _file(demand: Demand, device: Device, wanted: Needs) -> Check:
    del wanted
    limit = told(demand.name, device, demand.limit)
    return _limit(demand, limit, _("the most one ArrayBuffer takes"))


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
        "available": _("it is here already"),
        "downloading": _("it is being fetched now"),
        "downloadable": _("the browser offers to fetch it, once for all sites"),
    }
    told = device.language_model or ""
    why = demand.why
    if told in ready:
        why = _("{why}: {says}", why=why, says=ready[told])
    return _feature(
        replace(demand, why=why),
        there=told in ready,
        without=_("it says that there is none for this device"),
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
        probability=check_rules.UNASKED,
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
    needs.COMPILER: _compiler,
}
