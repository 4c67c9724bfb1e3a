"""Trial: a runtime that nobody has, whose weights stream to the GPU past a floor of its own."""

from __future__ import annotations

from typing import Final

from tabfit.formula import Constant, Quantity, Unit, largest, rounded
from tabfit.model.architecture import Architecture
from tabfit.recipes.gguf import files
from tabfit.recipes.stored_model import Stored
from tabfit.runtimes.base import Load
from tabfit.runtimes.memory.cache import Allocation
from tabfit.runtimes.memory.phases import (
    DOWNLOAD,
    GENERATE,
    LOAD,
    PREFILL,
    READY,
    Label,
    Phase,
    on_gpu,
    on_page,
)
from tabfit.runtimes.memory.quantities import WIDE, count, vocabulary
from tabfit.units import MIB, Basis, Interval

FLOOR: Final = Constant(
    "what the made-up runtime keeps in the tab",
    (1000 * MIB, 1079 * MIB, 1200 * MIB),
    basis=Basis.ASSUMED,
    source="made up for this test",
    fitted_on="nothing",
)
STAGED: Final = Constant(
    "share of the file that is staged",
    (0.1, 0.25, 0.5),
    unit=Unit.SHARE,
    basis=Basis.ASSUMED,
    source="made up for this test",
    fitted_on="nothing",
)


class Trial:
    """A runtime that nobody else has."""

    name: Final = "trial"
    uses_gpu: Final = True
    in_tab: Final = True
    splits_bindings: Final = True

    def can_store(self, architecture: Architecture) -> bool:
        """Return that it takes whatever GGUF files hold."""
        del architecture
        return True

    def store(self, architecture: Architecture, precision: str, family: str | None) -> Stored:
        """Return a GGUF file."""
        del family
        return files.store(architecture, precision)

    def kept(self, load: Load) -> Allocation:
        """Return pages of 32 tokens."""
        del load
        return Allocation(block=32)

    def _work(self, load: Load) -> Quantity:
        tokens = count("tokens at once", 64, "made up for this test")
        return tokens * vocabulary(load.architecture) * WIDE

    def workspace(self, load: Load) -> Interval:
        """Return the logits of 64 tokens."""
        return self._work(load).interval

    def phases(self, load: Load) -> tuple[Phase, ...]:
        """Return its own floor, a part of the file on its way, and the rest on the GPU."""
        floor = on_page(Label.RUNTIME, FLOOR)
        staged = on_page(Label.COPIES, rounded(load.files * STAGED))
        weights = on_gpu(Label.WEIGHTS, load.weights)
        cache = on_gpu(Label.CACHE, load.cache(self.kept(load)))
        return (
            Phase(DOWNLOAD, (floor, staged)),
            Phase(LOAD, (floor, staged, weights)),
            Phase(READY, (floor, weights, cache)),
            Phase(PREFILL, (floor, weights, cache, on_gpu(Label.WORK, self._work(load)))),
            Phase(GENERATE, (floor, weights, cache)),
        )

    def heap(self, load: Load) -> Interval | None:
        """Return its floor, or the part of the file that is staged if that is more."""
        return largest(FLOOR, load.files * STAGED).interval


RUNTIMES: Final = {"trial": Trial}
