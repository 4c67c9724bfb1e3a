"""The page's words for names that the core uses, and numbers as people read them."""

from __future__ import annotations

from typing import Final

from willitfit.checks import size
from willitfit.outcome import Outcome
from willitfit.runtimes import Label
from willitfit.units import GIB, Basis, Interval, exactly

#: A check's name as a heading.
CHECKS: Final = {
    "memory": "Memory at its peak",
    "tab-memory": "Memory of the tab at its peak",
    "gpu-memory": "Memory of the graphics card",
    "storage": "Room to keep it",
    "webgpu": "Graphics through WebGPU",
    "shader-f16": "16-bit shaders",
    "jspi": "WebAssembly that waits",
    "largest-tensor": "Largest tensor in one binding",
    "largest-buffer": "Largest buffer",
    "advised-buffer": "Buffers it prefers",
    "wasm-memory": "WebAssembly memory",
    "file-size": "Largest single file",
    "platform": "Browser and system",
    "availability": "What the browser says itself",
    "built-in-memory": "Graphics card or memory",
    "built-in-storage": "Free disk space",
}

#: What each basis means, for a title.
BASES: Final = {
    Basis.LISTED: "a published size or data sheet",
    Basis.MEASURED: "measured by this project, or on this device",
    Basis.REPORTED: "told by the browser or by you",
    Basis.COMPUTED: "computed from the model's shapes",
    Basis.ASSUMED: "assumed, with the reason given",
}

#: An outcome beside a small thing.
SHORT: Final = {
    Outcome.LIKELY: "likely",
    Outcome.MAY: "may",
    Outcome.UNLIKELY: "unlikely",
    Outcome.NO: "no",
    Outcome.UNKNOWN: "cannot tell",
}

PHASES: Final = {
    "download": "download",
    "load": "load",
    "ready": "ready",
    "prefill": "first pass",
    "generate": "generate",
}

LABELS: Final = {
    Label.RUNTIME: "runtime",
    Label.WEIGHTS: "weights",
    Label.COPIES: "copies while loading",
    Label.CACHE: "cache",
    Label.WORK: "working memory",
}

#: A runtime's name short enough for the question.
RUNTIMES: Final = {
    "transformersjs-wasm": "Transformers.js (CPU)",
    "transformersjs-webgpu": "Transformers.js (GPU)",
    "webllm": "WebLLM",
    "wllama-cpu": "wllama (CPU)",
    "wllama-webgpu": "wllama (GPU)",
    "mediapipe": "MediaPipe",
    "litertlm": "LiteRT-LM",
    "prompt-api": "Chrome’s built-in AI",
    "ideal": "no overhead at all",
}

PLATFORMS: Final = {
    "ios": "an iPhone",
    "ipados": "an iPad",
    "android": "Android",
    "macos": "macOS",
    "windows": "Windows",
    "linux": "Linux",
    "chromeos": "ChromeOS",
}

BROWSERS: Final = {
    "chrome": "Chrome",
    "edge": "Edge",
    "safari": "Safari",
    "firefox": "Firefox",
    "samsung": "Samsung Internet",
    "other": "This browser",
}


def bytes_(count: int) -> str:
    """Return a size as browsers say it: powers of ten, three figures.

    >>> bytes_(1_346_502_656)
    '1.35 GB'
    """
    return size(exactly(count))


def between(interval: Interval) -> str:
    """Return an interval of bytes."""
    return size(interval)


def gibibytes(count: int) -> str:
    """Return installed memory as it is sold: 8 GB means 8 x 2^30 bytes.

    >>> gibibytes(8 * 2**30), gibibytes(5 * 2**29)
    ('8', '2.5')
    """
    return f"{count / GIB:.3g}"


def tokens(count: int) -> str:
    """Return a number of tokens with its unit."""
    return f"{count:,} token{'' if count == 1 else 's'}"


def duration(seconds: int) -> str:
    """Return a time as people say it.

    >>> duration(40), duration(130), duration(8000)
    ('40 s', '2 min', '2 h')
    """
    if seconds < 90:
        return f"{max(seconds, 1)} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{round(seconds / 3600)} h"
