"""The runtimes by name, each imported only when asked for: a page starts with one."""

from __future__ import annotations

from typing import Final

from willitfit.errors import UnknownName
from willitfit.runtimes.base import Runtime

NAMES: Final = (
    "transformersjs-wasm",
    "transformersjs-webgpu",
    "webllm",
    "wllama-cpu",
    "wllama-webgpu",
    "mediapipe",
    "litertlm",
    "prompt-api",
    "ideal",
)


def named(name: str) -> Runtime:
    """Return the runtime of that name, read without regard to case.

    Raises `UnknownName` with the names there are.
    """
    asked = name.lower()
    if asked not in NAMES:
        raise UnknownName("runtime", name, NAMES)
    if asked.startswith("transformersjs"):
        from willitfit.runtimes.onnx_web import TransformersJs

        return TransformersJs(on_gpu=asked.endswith("webgpu"))
    if asked.startswith("wllama"):
        from willitfit.runtimes.wllama import Wllama

        return Wllama(on_gpu=asked.endswith("webgpu"))
    return _single(asked)


def _single(name: str) -> Runtime:
    if name == "webllm":
        from willitfit.runtimes.webllm import WebLLM

        return WebLLM()
    if name in ("mediapipe", "litertlm"):
        from willitfit.runtimes.mediapipe import LiteRt

        return LiteRt(name)
    if name == "prompt-api":
        from willitfit.runtimes.prompt_api import PromptApi

        return PromptApi()
    from willitfit.runtimes.ideal import Ideal

    return Ideal()
