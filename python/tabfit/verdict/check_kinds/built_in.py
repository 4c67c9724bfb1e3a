"""Checks of a browser's own model: what it says itself, or what it would weigh."""

from __future__ import annotations

from typing import Final

from tabfit.devices.browser_features import Presence
from tabfit.devices.device import PLATFORM_NAMES, Device
from tabfit.i18n.language import Words, _, later
from tabfit.runtimes import Needs
from tabfit.units import GIB, Basis, Interval, exactly
from tabfit.verdict import check_rules
from tabfit.verdict.check_kinds.kind import (
    CheckKind,
    Feature,
    Finding,
    asked_itself,
    declared,
    not_asked,
)
from tabfit.verdict.check_rules import Decision
from tabfit.verdict.constants import UNASKED, VISIBLE
from tabfit.verdict.probability import probability
from tabfit.verdict.requirements import Demand, Offered, Requirements, Setup

#: What a browser says that has its own model, or would have it.
_READY: Final = Words(
    {
        "available": later("it is here already"),
        "downloading": later("it is being fetched now"),
        "downloadable": later("the browser offers to fetch it, once for all sites"),
    }
)


def _why_availability(setup: Setup) -> str | None:
    if not setup.facts.needs.availability:
        return None
    return _("the browser was asked for its own model")


def _says_available(device: Device, needs: Needs) -> Presence:
    del needs
    ready = device.language_model in _READY
    why = "" if ready else _("it says that there is none for this device")
    return Presence(there=ready, share=float(ready), why=why, asked=True)


def _ready(why: str, device: Device) -> str:
    return _("{why}: {says}", why=why, says=_READY[device.language_model or ""])


def _why_platform(setup: Setup) -> str | None:
    needs = setup.facts.needs
    if not needs.platforms and not needs.browsers:
        return None
    where = ", ".join(PLATFORM_NAMES[each] for each in needs.platforms)
    return _("{title} exists on {where} only", title=setup.facts.title, where=where)


def _right_platform(device: Device, needs: Needs) -> Presence:
    if device.platform is None or device.browser is None:
        why = _("not known here, most current browsers have it")
        return Presence(there=None, share=UNASKED.likely, why=why)
    system = not needs.platforms or device.platform in needs.platforms
    right = system and (not needs.browsers or device.browser in needs.browsers)
    why = "" if right else _("this is none of them")
    return Presence(there=right, share=float(right), why=why, asked=True)


class _BuiltInMemory(CheckKind):
    """A card above a size, or so much memory with so many cores, as a browser asks for itself."""

    def asked(self, setup: Setup) -> Demand | None:
        """Return the demand, where a runtime states both."""
        needs = setup.facts.needs
        if needs.vram_bytes is None or needs.ram_bytes is None:
            return None
        why = _(
            "{title} asks for a graphics card above {card:g} GB, "
            "or {memory:g} GB of memory and {cores} cores",
            title=setup.facts.title,
            card=needs.vram_bytes / GIB,
            memory=needs.ram_bytes / GIB,
            cores=needs.cores,
        )
        return Demand(name=self.name, why=why)

    def decision(self, demand: Demand, required: Requirements, offered: Offered) -> Decision:
        """Return the decision; where a browser tells memory roughly, a chance."""
        there = self._there(required.needs, offered)
        if there is not None:
            return check_rules.feature(there=there, hard=demand.hard)
        have = offered.installed.have
        if _too_few_cores(required.needs, offered.device):
            return Decision(chance=0.0)
        if have is None:
            return Decision(chance=1.0, known=False)
        return Decision(chance=probability(_visible(required.needs), have))

    def finding(
        self, demand: Demand, required: Requirements, offered: Offered, decision: Decision
    ) -> Finding:
        """Return what is there, or how little of it a browser tells."""
        there, why = self._there(required.needs, offered), demand.why
        if there is not None:
            neither = _("{why}; {fault}", why=why, fault=_("this device has neither"))
            return Finding(have=None, basis=Basis.REPORTED, message=why if there else neither)
        if decision.known:
            said = _("{why}; this browser tells memory only roughly, nothing of a card", why=why)
        else:
            said = _("{why}; this browser tells no memory and nothing of a card", why=why)
        return Finding(
            need=_visible(required.needs),
            have=offered.installed.have,
            basis=Basis.REPORTED,
            message=said,
        )

    @staticmethod
    def _there(needs: Needs, offered: Offered) -> bool | None:
        """Return whether a card or the memory suffices; `None` where that is not certain."""
        device, ram, least = offered.device, offered.installed.have, _visible(needs).low
        card, most = device.vram_bytes, needs.vram_bytes or 0
        if card is not None and card > most:
            return True
        few = _too_few_cores(needs, device)
        if ram is not None and ram.low >= least and device.cores is not None and not few:
            return True
        short = few or (ram is not None and ram.high < least)
        no_card = device.graphics == "integrated" or card is not None
        return False if short and no_card else None


def _too_few_cores(needs: Needs, device: Device) -> bool:
    """Return whether a processor is known to have fewer cores than asked for."""
    return device.cores is not None and device.cores < (needs.cores or 0)


def _visible(needs: Needs) -> Interval:
    """Return the memory that a system must show to a browser."""
    return exactly(round((needs.ram_bytes or 0) * VISIBLE.likely))


class _BuiltInStorage(CheckKind):
    """Free disk space for a browser's own model, which no browser tells a page."""

    def asked(self, setup: Setup) -> Demand | None:
        """Return the space that a runtime states."""
        free = setup.facts.needs.free_storage_bytes
        if free is None:
            return None
        why = _(
            "{title} asks for {room:g} GB free where the browser keeps its profile",
            title=setup.facts.title,
            room=free / 10**9,
        )
        need = declared(setup, "free_storage_bytes", free).interval
        return Demand(name=self.name, why=why, need=need, hard=False)

    def decision(self, demand: Demand, required: Requirements, offered: Offered) -> Decision:
        """Return the decision on what nobody can ask."""
        del demand, required, offered
        return Decision(chance=UNASKED.likely, asked=False)

    def finding(
        self, demand: Demand, required: Requirements, offered: Offered, decision: Decision
    ) -> Finding:
        """Return that it is not told."""
        del required, offered, decision
        said = _("{why}; no browser tells a page how much is free", why=demand.why)
        return Finding(have=None, basis=Basis.LISTED, message=said)


AVAILABILITY: Final = Feature(
    name="availability",
    title=later("What the browser says itself"),
    why=_why_availability,
    presence=_says_available,
    met=_ready,
    counts=asked_itself,
)
PLATFORM: Final = Feature(
    name="platform",
    title=later("Browser and system"),
    why=_why_platform,
    presence=_right_platform,
    counts=not_asked,
)
BUILT_IN_MEMORY: Final = _BuiltInMemory(
    name="built-in-memory",
    title=later("Graphics card or memory"),
    decides=True,
    counts=not_asked,
)
BUILT_IN_STORAGE: Final = _BuiltInStorage(
    name="built-in-storage", title=later("Free disk space"), counts=not_asked
)
