"""What a device offers, as formulas: the twin of `budgets`."""

from __future__ import annotations

from typing import Final

from tabfit.devices import budgets
from tabfit.devices.budgets import Rule, Share
from tabfit.devices.device import Device
from tabfit.explain.constant_sources import known
from tabfit.explain.formula import (
    Expression,
    Given,
    Operator,
    Unit,
    difference,
    factor,
    largest,
    nothing,
    operation,
    product,
    rounded,
    shares,
    size,
    smallest,
)
from tabfit.i18n.language import _
from tabfit.units import Basis

#: A rule's name, by which its sources are found.
_RULES: Final = {
    id(rule): name
    for name, rule in vars(budgets).items()
    if isinstance(rule, Rule) and name.isupper()
}


def peak(device: Device) -> Expression | None:
    """Return what page and graphics may take together."""
    ram = _installed(device)
    return None if ram is None else _measured(_by_rule(budgets.rule_of(device), ram), device)


def page(device: Device) -> Expression | None:
    """Return what the tab alone may take."""
    if budgets.installed(device).have is None:
        return None
    ram = _installed(device)
    return None if ram is None else _measured(_by_rule(budgets.TAB, ram), device)


def graphics(device: Device) -> Expression:
    """Return what a separate graphics card offers."""
    if device.vram_bytes is None:
        words = _("memory of a card nobody names")
        have: Expression = size(words, budgets.UNKNOWN_CARD, *known("UNKNOWN_CARD"))
    else:
        basis = Basis.LISTED if device.name else Basis.REPORTED
        source = _("the maker’s data sheet") if device.name else _("as you said")
        card = size(_("memory of the card"), device.vram_bytes, basis, source)
        share = shares(_("share of it"), budgets.VRAM_SHARE, *known("VRAM_SHARE"))
        have = rounded(product(card, share))
    return _obtained(have, device.measured.gpu_bytes)


def _installed(device: Device) -> Expression | None:
    ram = budgets.installed(device)
    words = _("memory of the device")
    if ram.have is not None:
        return size(words, ram.have, ram.basis, ram.why)
    if device.on_apple_mobile:
        return size(words, budgets.APPLE_MOBILE_RAM, *known("APPLE_MOBILE_RAM"))
    return None


def _measured(have: Expression, device: Device) -> Expression:
    return _obtained(have, device.measured.page_bytes)


def _obtained(have: Expression, measured: int | None) -> Expression:
    if measured is None:
        return have
    words, source = _("what was really obtained"), _("the test on this device")
    return largest(have, size(words, measured, Basis.MEASURED, source))


def _by_rule(rule: Rule, ram: Expression) -> Expression:
    """Return a rule's share of memory, less what the system keeps, below its ceiling."""
    basis, source = known(_RULES[id(rule)])
    have = operation(Operator.ORDERED, _shared(rule, ram, basis, source))
    if rule.ceiling is None:
        return have
    ceiling = size(_("ceiling"), rule.ceiling, basis, _(rule.why))
    return smallest(have, ceiling)


def _shared(rule: Rule, ram: Expression, basis: Basis, source: str) -> Expression:
    parts: tuple[Share, Share, Share] = (rule.low, rule.likely, rule.high)
    fractions = parts[0].fraction, parts[1].fraction, parts[2].fraction
    share = rounded(product(shares(_("share of it"), fractions, basis, source), ram))
    if not any(part.reserve for part in parts):
        return share
    reserve = Given(
        words=_("kept by the system"),
        ends=(parts[0].reserve, parts[1].reserve, parts[2].reserve),
        unit=Unit.BYTES,
        basis=basis,
        source=source,
    )
    least = operation(Operator.QUOTIENT, ram, factor("20", 20, basis, _("at least a twentieth")))
    return largest(difference(share, reserve), least)


def wasm(device: Device, ceiling: int, source: str) -> Expression:
    """Return how much WebAssembly may address."""
    most = size(_("the runtime’s own ceiling"), ceiling, Basis.COMPUTED, source)
    usual = budgets.granted(device)
    if usual is None:
        return most
    small = usual != budgets.WASM_ON[device.platform or ""]
    known_as = known("WASM_ON_SMALL_ANDROID" if small else "WASM_ON")
    return smallest(size(_("what phones of this kind grant"), usual, *known_as), most)


def storage(device: Device) -> Expression | None:
    """Return the room to keep a download."""
    quota, usage = device.storage.quota_bytes, device.storage.usage_bytes or 0
    if quota is None:
        return None
    told = _("what the browser says")
    free = largest(
        difference(
            size(_("quota"), quota, Basis.REPORTED, told),
            size(_("in use"), usage, Basis.REPORTED, told),
        ),
        nothing(),
    )
    synthetic = quota - usage >= budgets.SYNTHETIC_QUOTA
    if device.browser in ("chrome", "edge", "samsung") and synthetic:
        ends, (basis, source) = (0.2, 1, 50), known("SYNTHETIC_QUOTA")
    else:
        ends, basis, source = (0.5, 1, 1), Basis.REPORTED, _("an estimate, never a promise")
    share = shares(_("really free, per byte told"), ends, basis, source)
    return operation(Operator.FLOORED, product(free, share))
