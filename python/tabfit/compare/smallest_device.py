"""The smallest device: how much memory, which limits and what storage a scenario needs.

In: an answer, or the ways to run a model. Out: the least memory sold that is enough, for each
kind of device, and what `tabfit need` prints.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from tabfit.catalog import Catalog
from tabfit.compare.catalog_requirements import CatalogRequirement
from tabfit.compare.comparisons import ComparisonRow, Judge, best
from tabfit.devices.budgets import Pool
from tabfit.devices.device import Device, read
from tabfit.estimate import answer_json
from tabfit.estimate.answers import Answer, answer, on_device
from tabfit.light_dataclass import replace
from tabfit.runtimes.memory.footprint import Footprint
from tabfit.units import GIB, Bytes
from tabfit.verdict.decide import decide, demands, requirements, settle
from tabfit.verdict.probability import Outcome
from tabfit.verdict.requirements import Offered

#: Memory sizes that devices are sold with.
SOLD: Final = tuple(Bytes(size * GIB) for size in (2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128))


def need(given: Answer, catalog: Catalog) -> dict[str, Any]:
    """Return the smallest memory, the limits and the free storage that a scenario needs.

    Memory is the smallest size sold at which the verdict is *likely*, for a phone and for
    a laptop whose graphics shares it; catalogue devices that manage are named.
    """
    wanted = demands(given.setup)

    def likely(device: Device) -> bool:
        return _on(given, catalog, device).verdict.outcome is Outcome.LIKELY

    return {
        "schema": answer_json.SCHEMA,
        "scenario": answer_json.scenario(given.scenario, given.subject.id),
        "storage_bytes": given.download.high,
        "peak": answer_json.interval(given.memory(Pool.PEAK)),
        "ram_bytes": least_memory(given, catalog),
        "demands": [
            {"name": each.name, "bytes": each.need.likely if each.need else None, "why": each.why}
            for each in wanted
        ],
        "devices": [row.id for row in catalog.devices if likely(read(row.device))],
    }


#: The kinds of device that a smallest memory is given for, and what stands for each of them.
KINDS: Final[dict[str, str]] = {
    "iphone": "iphone-16",
    "android": "android-8gb",
    "laptop": "laptop-16gb-integrated",
}


def kind_of(device: Device) -> str | None:
    """Return of which kind a device is, `None` for those with a graphics card of their own."""
    if device.platform in ("ios", "android"):
        return "iphone" if device.platform == "ios" else "android"
    computer = device.platform in ("windows", "macos", "linux", "chromeos")
    return "laptop" if computer and device.graphics != "discrete" else None


def of_kind(kind: str, ram: Bytes, catalog: Catalog, here: Device | None = None) -> Device:
    """Return a device of a kind with so much memory: the one at hand if it is, or a usual one."""
    own = here if here is not None and kind_of(here) == kind else None
    base = own or read(catalog.device(KINDS[kind]).device)
    return replace(base, name=None, ram_bytes=ram, device_memory=None)


def least_sold(enough: Callable[[Bytes], bool]) -> Bytes | None:
    """Return the least memory sold that is enough; more never is less, so the rest is not asked."""
    return next((size for size in SOLD if enough(size)), None)


def least_memory(given: Answer, catalog: Catalog) -> dict[str, Bytes | None]:
    """Return for each kind of device the least memory sold with which the scenario is likely.

    The kind of the answer's device is asked with that device's own signals, so that what is
    likely on it never needs more than it has.
    """
    return {kind: _least_of(kind, given, catalog) for kind in KINDS}


def _least_of(kind: str, given: Answer, catalog: Catalog) -> Bytes | None:
    usual = of_kind(kind, SOLD[0], catalog, given.device)
    load = on_device(given.load, usual)
    required = requirements(replace(given.setup, load=load), Footprint(given.runtime.phases(load)))

    def likely(size: Bytes) -> bool:
        decided = decide(required, Offered(replace(usual, ram_bytes=size)))
        return settle(decided).outcome is Outcome.LIKELY

    return least_sold(likely)


def smallest(
    lines: Iterable[CatalogRequirement], catalog: Catalog, kind: str
) -> tuple[Bytes, ComparisonRow] | None:
    """Return the least memory sold with which a kind of device likely runs one of the lines."""
    every = tuple(lines)

    def row(size: Bytes) -> ComparisonRow:
        return best(every, Judge(catalog, of_kind(kind, size, catalog)))

    least = least_sold(lambda size: row(size).outcome is Outcome.LIKELY)
    return None if least is None else (least, row(least))


def _on(given: Answer, catalog: Catalog, device: Device) -> Answer:
    return answer(replace(given.scenario, device=device), catalog, Device(), given.subject)
