"""The device at hand: what its browser told, corrected by what is kept of it.

In: a question of the page. Out: a `Device`, with what stands against reading it. What is kept lies
in the visitor's own browser and may be anything: what cannot be read counts as nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tabfit.catalog import Catalog
from tabfit.devices import device as devices
from tabfit.devices.device import Device
from tabfit.errors import TabfitError, shown
from tabfit.i18n.language import _

#: What a visitor may say of the device at hand, beside its name.
STATED: Final = ("ram_bytes", "graphics", "vram_bytes")
#: What the maker's list adds to what a browser told of itself.
LISTED: Final = ("ram_bytes", "cores", "bandwidth_bytes_per_second")

#: Where there is no script to ask the visitor's own device, a typical one stands for it.
TYPICAL: Final = "laptop-8gb-integrated"

Question = Mapping[str, Any]


def kept(question: Question) -> Mapping[str, Any]:
    """Return what the browser keeps of this device."""
    return _mapping(question.get("kept"))


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def said(question: Question) -> bool:
    """Return whether the visitor said anything of the device."""
    return bool(_stated(question) or _name(question))


def _stated(question: Question) -> dict[str, Any]:
    form = _mapping(question.get("stated"))
    values = {key: form.get(key) for key in STATED}
    return {key: int(v) if str(v).isdigit() else v for key, v in values.items() if v}


def _name(question: Question) -> str | None:
    name = _mapping(question.get("stated")).get("name")
    return name if isinstance(name, str) and name else None


def here(question: Question, catalog: Catalog) -> tuple[Device, str | None]:
    """Return the device at hand, and what was said of it that cannot be read.

    The name of a device of the catalogue, as the visitor says or the browser told after a tap,
    brings what its maker lists. What was tried and measured on the device is part of it.
    """
    phone = question.get("phone")
    name = _name(question) or phone
    row = catalog.device(name) if name and name in catalog.devices else None
    problem = _unlisted(str(phone)) if row is None and phone is not None else None
    told = dict(_mapping(question.get("device")))
    if row is not None:
        listed = {key: row.device[key] for key in LISTED if key in row.device}
        told |= {"name": row.name, **listed}
    stated = _stated(question)
    there = kept(question)
    past = {"history": there.get("history") or [], "measured": there.get("measured") or {}}
    for known in ({**stated, **past}, stated):
        try:
            return devices.read({**told, **known}), problem
        except TabfitError as fault:
            problem = problem or str(fault)
    return Device(), problem


def _unlisted(phone: str) -> str:
    if not phone:
        return _("this browser does not tell which phone this is; tap its memory instead")
    return _(
        "this browser calls the phone {name}, which is not listed; tap its memory",
        name=shown(phone),
    )
