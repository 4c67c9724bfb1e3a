"""Demands: what a scenario asks of a device, and what a device has to set against it.

In: a runtime with its facts and a `Load`, or the same kept as numbers or arrays; a device.
Out: `Requirements` and `Offered`, the two sides that `decide` holds against each other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, TypeVar

from tabfit.catalog import RuntimeFacts
from tabfit.devices import budgets, memory_bounds
from tabfit.devices.budgets import Budget, Pool
from tabfit.devices.device import Device
from tabfit.light_dataclass import dataclass
from tabfit.runtimes import Load, Needs, Runtime
from tabfit.units import Bytes, Interval

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """Something a scenario needs that a device either has or has not.

    `name` is the check's name; `need` the bytes asked of a limit, or `None` for a feature.
    `hard` says that without it nothing runs. `why` is for the reader. For many scenarios at
    once the ends of `need` are arrays, `hard` and `applies` arrays of truths: some of them
    may not ask for it at all.
    """

    name: str
    why: str
    need: Interval | None = None
    hard: bool = True
    applies: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """A load about to be started in a runtime: what every demand is worked out from.

    `unsupported` says that no browser runtime loads the model.
    """

    runtime: Runtime
    facts: RuntimeFacts
    load: Load
    unsupported: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirements:
    """What scenarios in one runtime need, whatever the device.

    `demands` are by their checks' names; `peak` gives the highest that a pool of memory
    gets; `download` is what the model brings. Their ends are numbers, or arrays of the same
    shape for many scenarios. `partly` says that more memory is needed than is known.
    """

    runtime: Runtime
    needs: Needs
    demands: Mapping[str, Demand]
    peak: Callable[[Pool], Interval]
    download: Interval
    partly: bool = False


class Offered:
    """What a device has; each budget is worked out once, however many scenarios ask for it.

    Source: `devices.budgets` and `devices.memory_bounds`, each with its own.
    """

    def __init__(self, device: Device) -> None:
        """Work out nothing yet."""
        self.device = device
        self._heaps: dict[int, Budget] = {}
        self._of_runtimes: dict[tuple[str, str], Any] = {}

    @cached_property
    def shares_memory(self) -> bool | None:
        """Return whether graphics uses the same memory as the page; `None` if nobody says."""
        return budgets.shares_memory(self.device)

    @cached_property
    def peak(self) -> Budget:
        """Return what page and graphics may take together."""
        return budgets.peak(self.device)

    @cached_property
    def page(self) -> Budget:
        """Return what the tab alone may take."""
        return budgets.page(self.device)

    @cached_property
    def graphics(self) -> Budget:
        """Return what a separate graphics card offers."""
        return budgets.graphics(self.device)

    @cached_property
    def storage(self) -> Budget:
        """Return the room to keep a download."""
        return budgets.storage(self.device)

    @cached_property
    def installed(self) -> Budget:
        """Return the memory that the device has."""
        return budgets.installed(self.device)

    @cached_property
    def most_held(self) -> Bytes | None:
        """Return what memory and swap can hold at all, `None` where nobody knows."""
        return memory_bounds.most_held(self.device)

    @cached_property
    def most_on_card(self) -> Bytes | None:
        """Return what a graphics card can hold at all, with the memory lent to it."""
        return memory_bounds.most_on_card(self.device)

    def of_runtime(self, check: str, runtime: Runtime, look: Callable[[], Found]) -> Found:
        """Return what `look` finds of a runtime on this device, for a check; it looks once.

        Whatever it finds, no model has a bearing on it.
        """
        key = check, runtime.name
        if key not in self._of_runtimes:
            self._of_runtimes[key] = look()
        found: Found = self._of_runtimes[key]
        return found

    def heap(self, ceiling: int) -> Budget:
        """Return how much WebAssembly may address under a runtime's own ceiling."""
        if ceiling not in self._heaps:
            self._heaps[ceiling] = budgets.wasm(self.device, ceiling)
        return self._heaps[ceiling]
