"""Words for what the estimator names: checks, phases, parts of memory.

In: a name. Out: its word in the language in use.
"""

from __future__ import annotations

from typing import Final

from willitfit.language import Words, later
from willitfit.runtimes.phases import Label

#: A check's name as a heading.
CHECKS: Final = Words(
    {
        "memory": later("Memory at its peak"),
        "tab-memory": later("Memory of the tab at its peak"),
        "gpu-memory": later("Memory of the graphics card"),
        "storage": later("Room to keep it"),
        "webgpu": later("Graphics through WebGPU"),
        "shader-f16": later("16-bit shaders"),
        "jspi": later("WebAssembly that waits"),
        "largest-tensor": later("Largest tensor in one binding"),
        "largest-buffer": later("Largest buffer"),
        "advised-buffer": later("Buffers it prefers"),
        "wasm-memory": later("WebAssembly memory"),
        "file-size": later("Largest single file"),
        "platform": later("Browser and system"),
        "availability": later("What the browser says itself"),
        "built-in-memory": later("Graphics card or memory"),
        "built-in-storage": later("Free disk space"),
    }
)

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
