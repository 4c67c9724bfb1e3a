"""Let timm be imported without torchvision: only shapes are wanted, and no pictures are read.

timm holds the vision encoder of Gemma 3n (MobileNet V5). It imports torchvision for
training data; the builds of torchvision that package indexes offer fit one
build of torch each, so a stand-in takes its place here.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType


class _Names(type):
    """A class whose every further name is that name itself (members of an enumeration)."""

    def __getattr__(cls, name: str) -> str:
        if name.startswith("__"):
            raise AttributeError(name)
        return name


def _made(name: str) -> type:
    if name.startswith("__"):
        raise AttributeError(name)
    return _Names(name, (), {})


class _StandIn(MetaPathFinder, Loader):
    """Finds and makes modules called torchvision, whatever is asked of them."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        del path, target
        if name.split(".", maxsplit=1)[0] != "torchvision":
            return None
        return ModuleSpec(name, self, is_package=True)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        made = ModuleType(spec.name)
        vars(made).update(__version__="0", __getattr__=_made)
        return made

    def exec_module(self, module: ModuleType) -> None:
        """Leave the module as it was made."""


def stand_in() -> None:
    """Put the stand-in before every other place that modules are looked for."""
    if not any(isinstance(finder, _StandIn) for finder in sys.meta_path):
        sys.meta_path.insert(0, _StandIn())
