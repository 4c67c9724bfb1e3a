"""Will it fit? Says whether a model is likely to run in this browser on this device.

    >>> import tabfit
    >>> answer = tabfit.estimate("gemma-2b", precision="int4", device="iphone-13")
    >>> answer.verdict.words
    'Unlikely to fit'

    estimate, report            the answer for one model on one device; the same as JSON's values
    snippet                     the code that loads what was answered
    compare, need               every model on one device; the smallest device for a model
    inspect, read_config        every tensor of a model, from a file, a hub or a config.json
    read_catalog, read_device   what is known of models and runtimes; a device as data
    read_link, write_link       a scenario as the text behind '#'
    errors                      what is raised, each with a `code` and `fields`

Nothing is imported before it is asked for. `estimate` and `compare` are packages as well,
whose modules are imported as usual (`from tabfit.verdict.overall_verdict import judge`).
"""

from __future__ import annotations

import sys
from types import ModuleType

TYPE_CHECKING = False  # as checkers of types read it; `typing` is half of what an import takes
if TYPE_CHECKING:
    from typing import Any

    from tabfit import errors
    from tabfit.api import (
        Answer,
        Architecture,
        Catalog,
        Device,
        Outcome,
        Scenario,
        compare,
        estimate,
        inspect,
        need,
        read_catalog,
        read_config,
        read_device,
        read_link,
        report,
        snippet,
        write_link,
    )

__version__ = "0.2.0"

__all__ = [
    "Answer",
    "Architecture",
    "Catalog",
    "Device",
    "Outcome",
    "Scenario",
    "__version__",
    "compare",
    "errors",
    "estimate",
    "inspect",
    "need",
    "read_catalog",
    "read_config",
    "read_device",
    "read_link",
    "report",
    "snippet",
    "write_link",
]

_BOTH = ("estimate", "compare")  # packages that are asked as the functions of their names


class _CallablePackage(ModuleType):
    """A package that is asked as the function of `tabfit.api` that has its name."""

    def __call__(self, *args: Any, **named: Any) -> Any:  # noqa: ANN401 - as the function has it
        """Ask the function."""
        return _asked(self.__name__.rpartition(".")[2])(*args, **named)


class _Package(ModuleType):
    """This package: importing a package of `_BOTH` leaves its name a function."""

    def __setattr__(self, name: str, value: object) -> None:
        """Bind a name; what Python binds when it imports `tabfit.estimate` can be asked."""
        if name in _BOTH and type(value) is ModuleType:
            value.__class__ = _CallablePackage
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package


def _asked(name: str) -> Any:  # noqa: ANN401 - a function or a class
    from importlib import import_module  # noqa: PLC0415 - only when asked

    return getattr(import_module("tabfit.api"), name)


def __getattr__(name: str) -> Any:  # noqa: ANN401 - what `__all__` lists
    """Return a public name, importing what it needs."""
    if name == "errors":
        from importlib import import_module  # noqa: PLC0415 - only when asked

        return import_module("tabfit.errors")
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return _asked(name)


def __dir__() -> list[str]:
    """Return the public names."""
    return sorted(__all__)
