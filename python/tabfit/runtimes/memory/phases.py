"""Phases: what fills a tab from the first byte fetched to the last token made.

In: nothing but the values below. Out: `Component` and `Phase`, which every
runtime yields and `footprint` adds up.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from tabfit.devices.budgets import Pool
from tabfit.formula import Quantity
from tabfit.light_dataclass import dataclass
from tabfit.units import Interval, added

#: The phases in order. An encoder has no cache and never generates.
DOWNLOAD: Final = "download"
LOAD: Final = "load"
READY: Final = "ready"
PREFILL: Final = "prefill"
GENERATE: Final = "generate"


class Label(StrEnum):
    """What a component is for; the page draws one colour for each."""

    RUNTIME = "runtime"
    WEIGHTS = "weights"
    COPIES = "copies"  # held only while loading
    CACHE = "cache"
    WORK = "work"  # activations, logits, compute buffers


@dataclass(frozen=True, slots=True)
class Component:
    """Bytes of one label in one pool; their formula comes with the size."""

    label: Label
    pool: Pool
    size: Interval


@dataclass(frozen=True, slots=True)
class Phase:
    """What is alive at once during one phase.

    Source: what a runtime's module says of its components; sums and maxima here.
    """

    name: str
    components: tuple[Component, ...]

    def in_pool(self, pool: Pool) -> Interval:
        """Return the bytes of one pool."""
        return added([c.size for c in self.components if c.pool is pool])

    def of_label(self, label: Label) -> Interval:
        """Return the bytes of one label over all pools."""
        return added([c.size for c in self.components if c.label is label])

    @property
    def peak(self) -> Interval:
        """Return the bytes of all pools together."""
        return added([c.size for c in self.components])


def on_page(label: Label, size: Quantity) -> Component:
    """Return a component of the tab's own memory."""
    return Component(label, Pool.PAGE, size.interval)


def on_gpu(label: Label, size: Quantity) -> Component:
    """Return a component of graphics memory."""
    return Component(label, Pool.GPU, size.interval)


def streamed(
    floor: Component, flight: Component, weights: Component, cache: Component, work: Component
) -> tuple[Phase, ...]:
    """Return the phases of a runtime whose weights go to the GPU piece by piece.

    `floor` is always held, `flight` what of the files is on its way while they arrive.
    """
    return (
        Phase(DOWNLOAD, (floor, flight)),
        Phase(LOAD, (floor, flight, weights)),
        Phase(READY, (floor, weights, cache)),
        Phase(PREFILL, (floor, weights, cache, work)),
        Phase(GENERATE, (floor, weights, cache)),
    )
