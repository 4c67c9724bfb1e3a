"""Ideal: weights and cache and nothing else, the least any runtime could need."""

from __future__ import annotations

from typing import Final

from tabfit.model.architecture import Architecture
from tabfit.recipes import ideal
from tabfit.recipes.stored_model import Stored
from tabfit.runtimes.base import Load
from tabfit.runtimes.memory.cache import Allocation
from tabfit.runtimes.memory.phases import GENERATE, LOAD, READY, Component, Label, Phase, on_page
from tabfit.storage.storage_type import F16, F32
from tabfit.units import NOTHING, Interval


class Ideal:
    """A runtime without a cost of its own; every real one is measured against it.

    Source: the definition: weights and cache and nothing else.
    """

    name: Final = "ideal"
    uses_gpu: Final = False
    in_tab: Final = True
    splits_bindings: Final = True

    def can_store(self, architecture: Architecture) -> bool:
        """Return that every model has weights."""
        del architecture
        return True

    def store(self, architecture: Architecture, precision: str, family: str | None) -> Stored:
        """Return the weights at a nominal width, in no file format at all."""
        del family
        return ideal.store(architecture, precision)

    def kept(self, load: Load) -> Allocation:
        """Return a cache that keeps no more than the architecture needs."""
        element = F32 if load.stored.precision == "fp32" else F16
        return Allocation(element=element, windowed=True, latent=True)

    def workspace(self, load: Load) -> Interval:
        """Return nothing: this is what *ideal* leaves out."""
        del load
        return NOTHING

    def phases(self, load: Load) -> tuple[Phase, ...]:
        """Return weights while loading, and weights with the cache afterwards."""
        weights: tuple[Component, ...] = (on_page(Label.WEIGHTS, load.weights),)
        cache = on_page(Label.CACHE, load.cache(self.kept(load)))
        phases = (Phase(LOAD, weights), Phase(READY, weights))
        return (*phases, Phase(GENERATE, (*weights, cache))) if load.generates else phases

    def heap(self, load: Load) -> Interval | None:
        """Return nothing: no weight passes a WebAssembly heap."""
        del load
        return None


RUNTIMES: Final = {"ideal": Ideal}
