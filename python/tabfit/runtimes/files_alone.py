"""A runtime with a model whose shape nobody told: it holds the files, and more that is not known.

In: the runtime that would load it. Out: a runtime of the same name and habits, whose one phase
is the least there can be. ONNX files pass through the page whole; others stream to where they
are used.
"""

from __future__ import annotations

from tabfit.light_dataclass import dataclass
from tabfit.model.architecture import Architecture
from tabfit.recipes.stored_model import Stored
from tabfit.runtimes.base import Load, Runtime
from tabfit.runtimes.memory.cache import Allocation
from tabfit.runtimes.memory.phases import LOAD, Label, Phase, on_gpu, on_page
from tabfit.units import NOTHING, Interval


@dataclass(frozen=True, slots=True)
class FilesAlone:
    """Another runtime, of which only what its files fill is known.

    Source: the files' own listed sizes.
    """

    loads: Runtime

    @property
    def name(self) -> str:
        """Return the runtime's own name."""
        return self.loads.name

    @property
    def uses_gpu(self) -> bool:
        """Return whether weights live in graphics memory."""
        return self.loads.uses_gpu

    @property
    def in_tab(self) -> bool:
        """Return whether the model fills the tab's memory."""
        return self.loads.in_tab

    @property
    def splits_bindings(self) -> bool:
        """Return whether a tensor above the binding limit still runs."""
        return self.loads.splits_bindings

    def can_store(self, architecture: Architecture) -> bool:
        """Return that nothing can be made of a model of unknown shape."""
        del architecture
        return False

    def store(self, architecture: Architecture, precision: str, family: str | None) -> Stored:
        """Return what the runtime itself would make of a model."""
        return self.loads.store(architecture, precision, family)

    def kept(self, load: Load) -> Allocation:
        """Return an allocation of nothing that is known."""
        del load
        return Allocation()

    def workspace(self, load: Load) -> Interval:
        """Return nothing: what computing needs is not known."""
        del load
        return NOTHING

    def phases(self, load: Load) -> tuple[Phase, ...]:
        """Return the files, held at least once."""
        held = on_gpu if self.streams(load) else on_page
        return (Phase(LOAD, (held(Label.WEIGHTS, load.files),)),)

    def streams(self, load: Load) -> bool:
        """Return whether the files go to graphics memory without ever being whole in the page."""
        return self.uses_gpu and load.stored.recipe != "onnx"

    def heap(self, load: Load) -> Interval | None:
        """Return nothing: what a heap would hold is not known."""
        del load
        return None
