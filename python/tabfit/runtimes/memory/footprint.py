"""The footprint: bytes per pool per phase, and the peaks that decide.

In: a runtime's phases. Out: a `Footprint`. Peaks are above an empty page.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce

from tabfit.devices.budgets import Pool
from tabfit.light_dataclass import dataclass
from tabfit.runtimes.memory.phases import Phase
from tabfit.units import NOTHING, Interval, larger


@dataclass(frozen=True, slots=True)
class Footprint:
    """What a model fills through every phase.

    Source: as of its phases.
    """

    phases: tuple[Phase, ...]

    def peak_in(self, pool: Pool) -> Interval:
        """Return the highest a pool ever gets; `Pool.PEAK` is page and graphics together."""
        if pool is Pool.PEAK:
            return _highest(phase.peak for phase in self.phases)
        return _highest(phase.in_pool(pool) for phase in self.phases)

    @property
    def fullest(self) -> Phase:
        """Return the phase in which most is held."""
        return max(self.phases, key=lambda phase: phase.peak.likely)


def _highest(sizes: Iterable[Interval]) -> Interval:
    return reduce(larger, sizes, NOTHING)
