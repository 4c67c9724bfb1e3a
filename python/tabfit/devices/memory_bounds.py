"""The most that a device can hold at all, swapped out and compressed memory included.

In: a `Device`. Out: bytes that no model is known to run beyond, or `None` where the memory is not
known. Budgets say what a tab probably gets; these bounds, far beyond them, say what never runs.
"""

from __future__ import annotations

from typing import Final

from tabfit.devices.budgets import APPLE_MOBILE_RAM, installed
from tabfit.devices.device import Device
from tabfit.formula import Constant, Unit
from tabfit.i18n.language import later
from tabfit.units import Basis, Bytes

SWAP_OF_COMPUTERS: Final = Constant(
    later("memory and as much again, swapped out"),
    (2, 2, 2),
    unit=Unit.SHARE,
    basis=Basis.MEASURED,
    source=later("of the models that people saw run, none needed more than its device has"),
    fitted_on="tests/data/field_reports.jsonl: of 123 that ran where the memory is known, the "
    "neediest took 0.77 of it at least (a 7B model on 8 GB, three times). A page file may grow to "
    "3 x memory (learn.microsoft.com), but every pass reads every weight, and what graphics "
    "borrow ends at half of the memory there",
)
SWAP_OF_PHONES: Final = Constant(
    later("memory of the phone"),
    (1, 1, 1),
    unit=Unit.SHARE,
    basis=Basis.LISTED,
    source=later("phones only compress what lies unused, and weights do not get smaller by it"),
    fitted_on="developer.apple.com, About the Virtual Memory System: iOS has no backing store. "
    "docs.kernel.org, zram, to which Android swaps: pages that cannot be compressed save no "
    "memory. Of the reports from phones whose memory is known, none that ran took as much",
)
SWAP_OF_IPADS: Final = Constant(
    later("memory of the tablet and as much again, swapped out"),
    (2, 2, 2),
    unit=Unit.SHARE,
    basis=Basis.LISTED,
    source=later("iPads with an M chip swap out up to 16 GB (Apple)"),
    fitted_on="Apple's preview of iPadOS 16, June 2022: as much as the largest of them has",
)
LENT_TO_CARDS: Final = Constant(
    later("memory lent to a graphics card"),
    (0.5, 0.5, 0.5),
    unit=Unit.SHARE,
    basis=Basis.LISTED,
    source=later("Windows lends graphics half of the memory at most (Microsoft)"),
    fitted_on="learn.microsoft.com, Calculating graphics memory",
)


def most_held(device: Device) -> Bytes | None:
    """Return the most that all programs together can hold.

    Source: `SWAP_OF_COMPUTERS`, `SWAP_OF_PHONES` and `SWAP_OF_IPADS`, or more where a test here
    held more.
    """
    ram = installed(device).have
    if ram is None and not device.on_apple_mobile:
        return None
    high = ram.high if ram else APPLE_MOBILE_RAM.high
    return Bytes(max(round(high * _swap(device).high), device.measured.page_bytes or 0))


def _swap(device: Device) -> Constant:
    if device.platform == "ipados":
        return SWAP_OF_IPADS
    return SWAP_OF_PHONES if device.on_phone else SWAP_OF_COMPUTERS


def most_on_card(device: Device) -> Bytes | None:
    """Return the most that a graphics card and the memory lent to it can hold.

    Source: `LENT_TO_CARDS`, or more where a test here held more.
    """
    ram, card = installed(device).have, device.vram_bytes
    if ram is None or card is None:
        return None
    lent = round(ram.high * LENT_TO_CARDS.high)
    return Bytes(max(card + lent, device.measured.gpu_bytes or 0))
