"""How often models die of what no limit tells: graphics drivers, runtimes' own faults, and more.

In: a runtime and a device. Out: for each of `KINDS` the chance that it does not happen, with the
reports behind it; for each of `MADE_SO` what is left of that chance for a model made so. The rates
are fitted on people's reports by `make budgets` (tools/budgets), which writes
`failure_rates.json`: a logistic regression for each kind, its groups drawn towards no
effect at all, so that a group of few reports moves the chance little.
"""

from __future__ import annotations

import json
from functools import cache
from math import exp
from pathlib import Path
from typing import Final

from tabfit.devices.device import Device
from tabfit.devices.fitted_table import FittedTable, Table
from tabfit.light_dataclass import dataclass
from tabfit.runtimes.base import Runtime
from tabfit.runtimes.browser_needs import Needs
from tabfit.verdict.constants import ROOMY_IOS

#: The kinds of failure, by the names of their checks.
DRIVER, FAULT, RESERVE, WRONG = "driver", "runtime-fault", "address-room", "wrong-output"
KINDS: Final = (DRIVER, FAULT, RESERVE, WRONG)
#: The ways of being made that fail more often on graphics processors, by the names of their checks.
WITHOUT_KERNELS, ONE_PASS = "eight-bit-weights", "one-pass-model"
TWO_PARTS, OTHER_MODEL = "encoder-with-decoder", "other-model"
MADE_SO: Final = (WITHOUT_KERNELS, ONE_PASS, TWO_PARTS, OTHER_MODEL)
#: Who makes the graphics where the system alone tells.
VENDORS: Final = {"ios": "apple", "ipados": "apple", "macos": "apple"}
UNTOLD: Final = "untold"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """One kind's chance of not happening, from 0 to 1.

    `group` is the group of reports that says most of it, of which `died` of `reports` died so, and
    `grew` of these as memory grew with use.
    """

    kind: str
    chance: float
    group: str
    reports: int
    died: int
    grew: int = 0


def groups(kind: str, runtime: Runtime, needs: Needs, device: Device) -> tuple[str, ...]:
    """Return the groups a device and runtime belong to, the one worth naming first.

    Empty where a failure of this kind cannot happen: nothing outside the tab is a runtime's, no
    driver without a GPU, no shared memory's maximum refused but by WebKit on phones.
    """
    if not runtime.in_tab or needs == Needs():  # bare weights demand nothing and are no program
        return ()
    own, platform = f"runtime={runtime.name}", f"platform={device.platform or UNTOLD}"
    engine = f"engine={engine_of(device)}"
    if kind == FAULT:
        both = (f"gpu-engine={engine_of(device)}",) if runtime.uses_gpu else ()
        return own, engine, platform, *both
    if kind == RESERVE:
        here = device.on_apple_mobile and needs.shared_memory
        return (f"ios={_ios(device)}", own) if here else ()
    if not runtime.uses_gpu:
        return ()
    vendor = f"vendor={vendor_of(device)}"
    if kind == DRIVER:
        return vendor, platform, own
    return vendor, engine, own, platform


def engine_of(device: Device) -> str:
    """Return the browser that decides: on iOS and iPadOS all are WebKit."""
    return "safari" if device.on_apple_mobile else device.browser or UNTOLD


def vendor_of(device: Device) -> str:
    """Return who makes the graphics, as the adapter says or the system implies."""
    told = device.adapter.vendor if device.adapter else None
    return (told or VENDORS.get(device.platform or "") or UNTOLD).lower()


def vendors_reported() -> frozenset[str]:
    """Return the makers of graphics that reports name."""
    named = (group.partition("=") for kind in KINDS for group in _read()[kind]["groups"])
    return frozenset(word for what, _, word in named if what == "vendor") - {UNTOLD}


def effects(kind: str) -> tuple[float, dict[str, float]]:
    """Return the logit of one kind of failure where nothing is known, and what each group adds."""
    table = FITTED.rows[kind]
    return table["intercept"], {name: row["effect"] for name, row in table["groups"].items()}


def _ios(device: Device) -> str:
    own = device.browser_version if device.browser == "safari" else None
    version = own if own is not None else device.platform_version
    if version is None:
        return UNTOLD
    return "before-18" if version < ROOMY_IOS.exact else "18-and-later"


def rate(kind: str, runtime: Runtime, needs: Needs, device: Device) -> Rate | None:
    """Return how often one kind of failure does not happen to a runtime on a device.

    `None` where it cannot happen.
    """
    found = groups(kind, runtime, needs, device)
    if not found:
        return None
    table = FITTED.rows[kind]
    known = table["groups"]
    logit = table["intercept"] + sum(known[each]["effect"] for each in found if each in known)
    row = known.get(found[0], {"reports": 0, "died": 0})
    return Rate(
        kind=kind,
        chance=round(1 / (1 + exp(logit)), 4),
        group=found[0],
        reports=row["reports"],
        died=row["died"],
        grew=row.get("grew", 0),
    )


def of_model(name: str) -> Rate:
    """Return how often a model that is made in one way runs, where another would have run."""
    row = FITTED.rows[name]
    return Rate(
        kind=name, chance=row["chance"], group=name, reports=row["reports"], died=row["died"]
    )


@cache
def _read() -> Table:
    path = Path(__file__).with_name("failure_rates.json")
    table: Table = json.loads(path.read_text(encoding="utf-8"))["kinds"]
    return table


#: How often each kind of failure happened.
FITTED: Final = FittedTable(_read)
