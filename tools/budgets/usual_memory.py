"""The memory that devices mostly have, where a report tells none.

In: a report's device as data. Out: the same with so much memory as such devices mostly have. It is
assumed to judge reports and to fit how sure anybody can be, and nowhere else: a visitor whose
memory is not known is told so.
"""

from __future__ import annotations

from typing import Any, Final

from tabfit.units import GIB

#: By platform: iPhones and Androids sold since 2022, and the commonest of other computers (Steam
#: survey, January 2026).
USUAL_MEMORY: Final = {"ios": 6 * GIB, "android": 8 * GIB, "ipados": 8 * GIB}
ELSEWHERE: Final = 16 * GIB
#: The commonest graphics card has so much (the same survey).
USUAL_CARD: Final = 8 * GIB


def with_usual_memory(device: dict[str, Any]) -> dict[str, Any]:
    """Return a report's device with the memory that such devices mostly have, where none is told.

    >>> with_usual_memory({"platform": "android"})["ram_bytes"] // GIB
    8
    """
    filled = dict(device)
    if "ram_bytes" not in device and "device_memory" not in device:
        filled["ram_bytes"] = USUAL_MEMORY.get(device.get("platform", ""), ELSEWHERE)
        filled.setdefault("graphics", "integrated")
    if filled.get("graphics") == "discrete":
        filled.setdefault("vram_bytes", USUAL_CARD)
    return filled
