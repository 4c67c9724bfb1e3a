"""What formulas call phases, parts and checks."""

from __future__ import annotations

from willitfit.language import _
from willitfit.runtimes import Label


def phase(name: str) -> str:
    """Return a phase's name for a reader."""
    words = {
        "download": _("download"),
        "load": _("load"),
        "ready": _("ready"),
        "prefill": _("first pass"),
        "generate": _("generate"),
    }
    return words[name]


def label(name: Label) -> str:
    """Return what a part of memory is called."""
    words = {
        Label.RUNTIME: _("runtime"),
        Label.WEIGHTS: _("weights"),
        Label.COPIES: _("copies while loading"),
        Label.CACHE: _("cache"),
        Label.WORK: _("working memory"),
    }
    return words[name]


def check(name: str) -> str:
    """Return a check's name; one that has no words yet is called by its own."""
    words = {
        "memory": _("Memory at its peak"),
        "tab-memory": _("Memory of the tab at its peak"),
        "gpu-memory": _("Memory of the graphics card"),
        "storage": _("Room to keep it"),
        "webgpu": _("Graphics through WebGPU"),
        "shader-f16": _("16-bit shaders"),
        "jspi": _("WebAssembly that waits"),
        "largest-tensor": _("Largest tensor in one binding"),
        "largest-buffer": _("Largest buffer"),
        "advised-buffer": _("Buffers it prefers"),
        "wasm-memory": _("WebAssembly memory"),
        "file-size": _("Largest single file"),
        "platform": _("Browser and system"),
        "built-in-memory": _("Graphics card or memory"),
        "built-in-storage": _("Free disk space"),
    }
    return words.get(name, name)
