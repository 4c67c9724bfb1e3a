"""What a browser has, where nobody asked it: from system, browser and version.

In: a `Device` and the name of a feature. Out: a `Presence`: whether it is there, or the share of
such visitors who have it, and why. Asked is asked: what a browser itself said wins over any table.

The table is `devices/browser_features.json`: since which version a browser has a feature and how
many of its page views come from such a version (`tools/browser_features.mjs` writes these from
browser-compat-data and caniuse-lite), and by hand the systems and graphics that are left out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from tabfit.devices.device import Adapter, Device, Unasked
from tabfit.formula import Constant, Unit
from tabfit.i18n.language import _
from tabfit.light_dataclass import dataclass
from tabfit.units import Basis

UNKNOWN_BROWSER: Final = Constant(
    "share of page views with WebGPU, over all browsers",
    (0.85, 0.85, 0.85),
    unit=Unit.CHANCE,
    basis=Basis.ASSUMED,
    source="caniuse-lite 1.0.30001828: 7.3 % of page views lack the object, and Firefox on Linux",
    fitted_on="for a browser of which nothing is known",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """Whether a device has a feature.

    `there` is `None` where nobody asked and no table decides; `share` is then how many such
    visitors have it, from 0 to 1. `why` is the rest of a sentence, empty where it is there;
    `asked` says that the browser itself was asked.
    """

    there: bool | None
    share: float
    why: str = ""
    asked: bool = False


def presence(device: Device, feature: str) -> Presence:
    """Return whether a device has a feature, by its name in the table or among `Wasm`'s."""
    asked = _asked(device, feature)
    if asked is None:
        return _from_table(device, feature)
    if asked:
        return Presence(there=True, share=1.0, asked=True)
    return Presence(there=False, share=0.0, why=_why_absent(device, feature), asked=True)


def _asked(device: Device, feature: str) -> bool | None:
    """Return what the browser itself said, `None` where nobody asked it.

    The adapter of a listed device is what its current browser offers: an older one that has no
    WebGPU at all offers none, whatever the list says. Nor does an address that is not secure.
    """
    if feature in ("webgpu", "shader_f16"):
        if isinstance(device.webgpu, Unasked):
            return False if device.secure_context is False else None
        if device.webgpu is None or (device.name and _outdated(device)):
            return False
        return True if feature == "webgpu" else device.webgpu.shader_f16
    said: bool | None = getattr(device.wasm, feature)
    if feature == "threads" and device.cross_origin_isolated is False:
        return False
    if said and device.name and _too_old(device, feature):
        return False
    return said


def _outdated(device: Device) -> bool:
    return isinstance(device.webgpu, Adapter) and _too_old(device, "webgpu")


def _too_old(device: Device, feature: str) -> bool:
    version, since = _version(device), _since(device, feature)
    return version is not None and since is not None and version < since


def _from_table(device: Device, feature: str) -> Presence:
    """Return what system, browser and version let one expect."""
    by_version, by_system = _by_version(device, feature), _by_system(device, feature)
    if by_version.there is False and (by_system is None or _too_old(device, feature)):
        return by_version
    # where no version is known to have it, a system's row alone speaks
    share = 1.0 if by_version.there is False else by_version.share
    if by_system is not None:
        share *= by_system
    elif feature == "webgpu" and _key(device) is not None:
        share *= _table()["granted"]["share"]
    if feature == "shader_f16" and device.adapter is None:
        share = min(share, _from_table(device, "webgpu").share)
    if share == 0.0:
        return Presence(there=False, share=0.0, why=_("this browser has none on this system"))
    return Presence(
        there=True if share == 1.0 else None, share=round(share, 3), why=_unknown(device)
    )


def _by_version(device: Device, feature: str) -> Presence:
    key, version = _key(device), _version(device)
    if key is None:
        return Presence(there=None, share=UNKNOWN_BROWSER.likely, why=_unknown(device))
    row = _table()["since"][feature][key]
    if row["since"] is None:
        return Presence(there=False, share=0.0, why=_("this browser has none"))
    if version is None:
        return Presence(there=None, share=row["share"], why=_unknown(device))
    if version < row["since"]:
        why = _("this browser has it since version {version:g}", version=row["since"])
        return Presence(there=False, share=0.0, why=why)
    return Presence(there=None, share=1.0, why=_unknown(device))


def _by_system(device: Device, feature: str) -> float | None:
    found = (row for row in _table()["systems"] if row["feature"] == feature)
    return next((row["share"] for row in found if _meets(device, row)), None)


def vendors_of_systems() -> frozenset[str]:
    """Return the makers of graphics that a system's row tells from others."""
    return frozenset(vendor for row in _table()["systems"] for vendor in row.get("vendors", ()))


def _meets(device: Device, row: Mapping[str, Any]) -> bool:
    vendor = (device.adapter.vendor or "").lower() if device.adapter else None
    return (
        device.browser in row["browsers"]
        and device.platform in row["platforms"]
        and ("vendors" not in row or vendor in row["vendors"])
        and _below(device.browser_version, row.get("before"))
        and _below(device.platform_version, row.get("platform_before"))
    )


def _below(version: int | None, bound: int | None) -> bool:
    return bound is None or (version is not None and version < bound)


def _since(device: Device, feature: str) -> float | None:
    key = _key(device)
    since: float | None = None if key is None else _table()["since"][feature][key]["since"]
    return since


def _key(device: Device) -> str | None:
    """Return the table's name of a browser; on iOS and iPadOS all are WebKit."""
    if device.on_apple_mobile:
        return "safari_ios"
    phone = device.platform == "android"
    browsers = {
        "chrome": "chrome_android" if phone else "chrome",
        "edge": "chrome_android" if phone else "edge",
        "firefox": "firefox_android" if phone else "firefox",
        "safari": "safari",
        "samsung": "samsung",
    }
    return browsers.get(device.browser or "")


def _version(device: Device) -> int | None:
    """Return the version that decides: the system's where the system brings the engine."""
    if device.on_apple_mobile:
        own = device.browser_version if device.browser == "safari" else None
        return own if own is not None else device.platform_version
    return device.browser_version


def _why_absent(device: Device, feature: str) -> str:
    """Return why a browser that was asked has none."""
    if feature == "threads" and device.cross_origin_isolated is False:
        return _("this page is not cross-origin isolated, which threads need")
    if device.secure_context is False and feature in ("webgpu", "shader_f16"):
        return _("this address is not secure, and browsers offer it on secure ones alone")
    table = _from_table(device, feature)
    if table.there is False:
        return table.why
    if feature == "shader_f16" and device.webgpu is not None:
        return _("this adapter has none")
    return _("this browser offers none here: switched off, or its graphics are on a block list")


def _unknown(device: Device) -> str:
    if device.browser is None:
        return _("not known here, most current browsers have it")
    return _("not known here, most browsers of this kind have it")


@cache
def _table() -> dict[str, Any]:
    path = Path(__file__).with_name("browser_features.json")
    table: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return table
