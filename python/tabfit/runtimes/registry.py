"""The runtimes by name, each imported only when asked for: a page starts with one."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, Final, cast

from tabfit.errors import UnknownName
from tabfit.runtimes.base import Runtime

#: name -> (module, class, what the class is told)
_MADE: Final[dict[str, tuple[str, str, dict[str, Any]]]] = {
    "transformersjs-wasm": ("transformersjs", "TransformersJs", {"on_gpu": False}),
    "transformersjs-webgpu": ("transformersjs", "TransformersJs", {"on_gpu": True}),
    "webllm": ("webllm", "WebLLM", {}),
    "wllama-cpu": ("wllama", "Wllama", {"on_gpu": False}),
    "wllama-webgpu": ("wllama", "Wllama", {"on_gpu": True}),
    "mediapipe": ("mediapipe", "LiteRt", {"name": "mediapipe"}),
    "litertlm": ("mediapipe", "LiteRt", {"name": "litertlm", "holds": True}),
    "prompt-api": ("prompt_api", "PromptApi", {}),
    "ideal": ("ideal", "Ideal", {}),
}

NAMES: Final = tuple(_MADE)

#: Runtimes that others bring, by name.
_BROUGHT: Final[dict[str, Callable[[], Runtime]]] = {}


def register(name: str, make: Callable[[], Runtime]) -> None:
    """Have `named` make a runtime that this package does not carry.

    A catalogue needs a row for it (`Catalog.extended`). Raises `ValueError` for a name that is
    one of the package's own; registered again, a name stands for the later runtime.
    """
    if name in _MADE:
        raise ValueError(f"{name} is a runtime of this package")
    _BROUGHT[name] = make


def named(name: str) -> Runtime:
    """Return the runtime of that name, read without regard to case.

    Raises `UnknownName` with the names there are.
    """
    if name in _BROUGHT:
        return _BROUGHT[name]()
    made = _MADE.get(name.lower())
    if made is None:
        raise UnknownName("runtime", name, NAMES)
    module, kind, told = made
    return cast("Runtime", getattr(import_module(f"tabfit.runtimes.{module}"), kind)(**told))
