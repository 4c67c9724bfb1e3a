"""The runtimes by name, each imported only when asked for: a page starts with one.

No list names them: a runtime stands in `RUNTIMES` of the module that is called as it is, or as
its name begins ("wllama-cpu" in `wllama`, "prompt-api" in `prompt_api`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from sys import modules
from types import ModuleType
from typing import Final, cast

from tabfit.errors import UnknownName
from tabfit.runtimes.base import Runtime

Maker = Callable[[], Runtime]

#: Runtimes that others bring, by name.
_BROUGHT: Final[dict[str, Maker]] = {}


def module_of(runtime: str, room: str) -> ModuleType:
    """Return the module of a room that is called as a runtime is, or as its name begins.

    >>> module_of("wllama-cpu", "tabfit.runtimes").__name__
    'tabfit.runtimes.wllama'

    Raises `ModuleNotFoundError` where there is none.
    """
    parts = runtime.lower().split("-")
    names = [f"{room}.{'_'.join(parts[:count])}" for count in range(1, len(parts) + 1)]
    for name in names:
        if name in modules:
            return modules[name]
    for name in names[:-1]:
        try:
            return import_module(name)
        except ModuleNotFoundError as missing:
            if missing.name != name:
                raise
    return import_module(names[-1])


def _made_by(module: ModuleType) -> Mapping[str, Maker]:
    return cast("Mapping[str, Maker]", getattr(module, "RUNTIMES", {}))


@cache
def _maker(name: str) -> Maker | None:
    return _made_by(module_of(name, "tabfit.runtimes")).get(name)


def names() -> tuple[str, ...]:
    """Return the names of this package's runtimes, by the modules that make them."""
    from pkgutil import iter_modules  # noqa: PLC0415 - no answer lists them

    listed = iter_modules(import_module("tabfit.runtimes").__path__, "tabfit.runtimes.")
    return tuple(name for each in listed for name in _made_by(import_module(each.name)))


def register(name: str, make: Maker) -> None:
    """Have `named` make a runtime that this package does not carry.

    A catalogue needs a row for it (`Catalog.extended`). Raises `ValueError` for a name that is
    one of the package's own; registered again, a name stands for the later runtime.
    """
    if name in names():
        raise ValueError(f"{name} is a runtime of this package")
    _BROUGHT[name] = make


def is_brought(name: str) -> bool:
    """Return whether a runtime is none of this package's own."""
    return name in _BROUGHT


def named(name: str) -> Runtime:
    """Return the runtime of that name, read without regard to case.

    Raises `UnknownName` with the names there are.
    """
    if name in _BROUGHT:
        return _BROUGHT[name]()
    try:
        make = _maker(name.lower())
    except ModuleNotFoundError:
        if not (known := names()):  # the page's files are still on their way
            raise
        raise UnknownName("runtime", name, known) from None
    if make is None:
        raise UnknownName("runtime", name, names())
    return make()
