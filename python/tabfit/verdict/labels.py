"""Words for what the estimator names: checks, phases, parts of memory.

In: a name. Out: its word in the language in use.
"""

from __future__ import annotations

from typing import Final

from tabfit.i18n.language import Words, later
from tabfit.runtimes.memory.phases import Label
from tabfit.verdict.check_kinds import KINDS

#: The catalogue's names of classes of devices, gathered here for those who translate them.
TYPICAL: Final = (
    later("Android phone, 12 GB"),
    later("Android phone, 4 GB"),
    later("Android phone, 6 GB"),
    later("Android phone, 8 GB"),
    later("Android Go phone, 3 GB"),
    later("Chromebook, 4 GB"),
    later("Chromebook, 8 GB"),
    later("Chromebook Plus, 16 GB"),
    later("Desktop, 32 GB, graphics card with 12 GB"),
    later("Desktop or mini PC, 16 GB, integrated graphics"),
    later("Desktop, 64 GB, graphics card with 24 GB"),
    later("Desktop, 16 GB, graphics card with 8 GB"),
    later("Laptop, 16 GB, Core Ultra (Arc graphics)"),
    later("Laptop, 16 GB, integrated graphics"),
    later("Laptop, 16 GB, Ryzen (Radeon 680M or 780M)"),
    later("Copilot+ laptop, 16 GB, Snapdragon X"),
    later("Laptop, 32 GB, Core Ultra (Arc graphics)"),
    later("Gaming laptop, 16 GB, RTX 3060 (6 GB)"),
    later("Gaming laptop, 16 GB, RTX 4060 (8 GB)"),
    later("Laptop, 8 GB, integrated graphics"),
    later("Laptop, 16 GB, RTX 3050 (4 GB)"),
    later("Desktop, 16 GB, graphics card with 4 GB"),
    later("Desktop, 16 GB, graphics card with 6 GB"),
    later("Desktop, 16 GB, Radeon RX 590 (8 GB)"),
    later("Desktop, 32 GB, graphics card with 16 GB"),
    later("Desktop, 64 GB, graphics card with 32 GB"),
    later("Laptop with Firefox on Windows, 16 GB"),
    later("Mac with Firefox, Apple silicon, 16 GB"),
    later("Linux laptop with Firefox, 8 GB"),
    later("Android phone with Firefox, 8 GB"),
    later("Linux desktop, 32 GB, NVIDIA card with 12 GB"),
    later("Linux laptop, 8 GB, integrated graphics"),
    later("Old PC or virtual machine, 8 GB, no WebGPU"),
)

#: The catalogue's short names of runtimes that are words, gathered likewise.
RUNTIMES: Final = (later("Chrome’s built-in AI"), later("no overhead at all"))
#: Its whole names that have words in them.
RUNTIME_TITLES: Final = (
    later("Transformers.js on the processor"),
    later("Transformers.js on WebGPU"),
    later("wllama (llama.cpp) on the processor"),
    later("wllama (llama.cpp) on WebGPU"),
    later("Weights and cache only, no overhead at all"),
)

#: A check's name as a heading.
CHECKS: Final = Words({kind.name: kind.title for kind in KINDS})

#: A phase, from the first byte fetched to the last token made.
PHASES: Final = Words(
    {
        "download": later("download"),
        "load": later("load"),
        "ready": later("ready"),
        "prefill": later("first pass"),
        "generate": later("generate"),
    }
)

#: A part of memory.
LABELS: Final = Words(
    {
        Label.RUNTIME: later("runtime"),
        Label.WEIGHTS: later("weights"),
        Label.COPIES: later("copies while loading"),
        Label.CACHE: later("cache"),
        Label.WORK: later("working memory"),
    }
)
