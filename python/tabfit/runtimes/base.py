"""What every runtime answers, and the values it answers from.

In: a `Load`: an architecture, its stored files and the visitor's context. Out:
phases, the cache and working memory. What it asks of a device is in `browser_needs`.
"""

from __future__ import annotations

from functools import cached_property
from typing import Final, Protocol, runtime_checkable

from tabfit.formula import Quantity, named
from tabfit.i18n.language import later
from tabfit.light_dataclass import dataclass
from tabfit.model.architecture import Architecture, Kind
from tabfit.model.tensors import Part
from tabfit.recipes.stored_model import Stored
from tabfit.runtimes.load_options import LoadOptions
from tabfit.runtimes.memory import quantities
from tabfit.runtimes.memory.cache import Allocation, cache
from tabfit.runtimes.memory.phases import Phase
from tabfit.units import Bytes, Interval, Tokens

#: A prompt of about a page of text, unless somebody says otherwise or the context is shorter.
USUAL_PROMPT: Final = Tokens(512)
#: What a decoder beside an encoder of sounds is given before it writes: that a transcript starts,
#: in which language, to what end, and that no times are wanted (Whisper's tokenizer).
SPEECH_PROMPT: Final = Tokens(4)


@dataclass(frozen=True, kw_only=True)
class Load:
    """One model at one precision, about to be loaded.

    `binding` is the largest array one GPU binding may hold on the device, if
    known: some runtimes leave larger tensors to the processor. `prompt` is how
    many tokens are given at once, where somebody said so. `emulated` says that the
    adapter is software, which compiles shaders in the same memory. `options` are what the page
    tells the runtime besides.

    Source: the architecture and the recipe that stored it.
    """

    architecture: Architecture
    stored: Stored
    context: Tokens
    binding: Bytes | None = None
    prompt: Tokens | None = None
    emulated: bool = False
    options: LoadOptions = LoadOptions()

    @cached_property
    def weights(self) -> Quantity:
        """Return the bytes of all stored tensors."""
        return quantities.stored_weights(self.stored)

    @cached_property
    def files(self) -> Quantity:
        """Return the bytes of the weight files, headers and graphs included."""
        return quantities.weight_files(self.stored)

    @property
    def read_at_once(self) -> Tokens:
        """Return how many tokens are given at once: a prompt, or all that an encoder reads."""
        if not self.generates:
            return self.context
        return Tokens(min(self.prompt or self.usual_prompt, self.context))

    @property
    def usual_prompt(self) -> Tokens:
        """Return how many tokens are given at once where nobody says."""
        writes_down = self.architecture.kind is Kind.ENCODER_DECODER
        hears = writes_down and self.architecture.tower(Part.AUDIO) is not None
        return Tokens(min(SPEECH_PROMPT if hears else USUAL_PROMPT, self.context))

    @property
    def generates(self) -> bool:
        """Return whether tokens are made one by one."""
        return self.architecture.kind is not Kind.ENCODER

    @property
    def writes(self) -> bool:
        """Return whether these tokens are read by somebody: bare hidden states end in a vector.

        Of weights whose shape is not disclosed no output is known, and they are made to write.
        """
        bare = self.architecture.inventory.total > 0 and not self.architecture.outputs
        return self.generates and not bare

    def cache(self, kept: Allocation) -> Quantity:
        """Return the bytes of the cache under a runtime's allocation."""
        if kept not in self._caches:
            made = named(later("cache"), cache(self.architecture, self.context, kept))
            self._caches[kept] = made
        return self._caches[kept]

    @cached_property
    def _caches(self) -> dict[Allocation, Quantity]:
        return {}


@runtime_checkable
class BindsScores(Protocol):
    """A runtime that binds tables of attention scores, which a device's limits may refuse."""

    def bound_scores(self, load: Load) -> Interval | None:
        """Return the bytes of the largest such table, `None` where there is none."""


@runtime_checkable
class LeavesLayers(Protocol):
    """A runtime on the graphics processor that may leave some layers to the other one."""

    def read_on_processor(self, load: Load) -> Quantity | None:
        """Return the bytes a token reads of such layers, `None` where there are none."""


class Runtime(Protocol):
    """One way to run a model in a browser.

    What it says in bytes is worked out from quantities (`tabfit.formula`), whose `interval` is
    the figure: so each figure explains itself.
    """

    @property
    def name(self) -> str:
        """Return the runtime's name as links and the command line write it."""

    @property
    def uses_gpu(self) -> bool:
        """Return whether weights live in graphics memory."""

    @property
    def in_tab(self) -> bool:
        """Return whether the model fills the tab's memory, and not the browser's own."""

    @property
    def splits_bindings(self) -> bool:
        """Return whether a tensor above the binding limit still runs, split or elsewhere."""

    def can_store(self, architecture: Architecture) -> bool:
        """Return whether files of this format can be made of such a model."""

    def store(self, architecture: Architecture, precision: str, family: str | None) -> Stored:
        """Return the files this runtime fetches for a precision.

        `family` is how the publisher exported the file, where that is known.
        """

    def kept(self, load: Load) -> Allocation:
        """Return how the runtime allocates the cache."""

    def workspace(self, load: Load) -> Interval:
        """Return the bytes computing needs beyond weights and cache."""

    def phases(self, load: Load) -> tuple[Phase, ...]:
        """Return what is alive at once, phase by phase."""

    def heap(self, load: Load) -> Interval | None:
        """Return what its WebAssembly heap must hold, `None` where weights never pass it."""
