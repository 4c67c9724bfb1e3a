"""What llama.cpp says of its own memory, read from its log lines.

In: log lines. Out: bytes of model, cache and compute buffers. The lines give
MiB to two decimals, so a figure is good to about 5 KiB.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_LINES = {
    "model": re.compile(r"(\S+) model buffer size\s*=\s*([\d.]+) MiB"),
    "cache": re.compile(r"(\S+) KV buffer size\s*=\s*([\d.]+) MiB"),
    "compute": re.compile(r"(\S+) compute buffer size\s*=\s*([\d.]+) MiB"),
    "output": re.compile(r"(\S+)\s+output buffer size\s*=\s*([\d.]+) MiB"),
}


def read(lines: Iterable[str]) -> dict[str, dict[str, int]]:
    """Return bytes by kind of buffer and by the device that holds it.

    >>> read(["load_tensors:  CPU model buffer size =   136.41 MiB"])
    {'model': {'CPU': 143036252}}
    """
    found: dict[str, dict[str, int]] = {}
    for line in lines:
        for kind, pattern in _LINES.items():
            if match := pattern.search(line):
                device, size = match.groups()
                at = found.setdefault(kind, {})
                at[device] = max(at.get(device, 0), round(float(size) * 2**20))
    return found
