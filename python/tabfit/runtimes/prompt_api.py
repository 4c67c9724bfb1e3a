"""Chrome's built-in Prompt API: the browser keeps and runs the model, outside the tab.

Its own published requirements are the whole answer; a page asks
`LanguageModel.availability()` rather than predicting.

Source: developer.chrome.com, "Get started with built-in AI" (read 2025-05).
"""

from __future__ import annotations

from typing import Final

from tabfit.model.architecture import Architecture
from tabfit.recipes.stored_model import Stored
from tabfit.runtimes.base import Load
from tabfit.runtimes.constants import PROMPT_API_SESSION
from tabfit.runtimes.memory.cache import Allocation
from tabfit.runtimes.memory.phases import READY, Label, Phase, on_page
from tabfit.units import NOTHING, Interval


class PromptApi:
    """Gemini Nano inside Chrome."""

    name: Final = "prompt-api"
    uses_gpu: Final = False
    in_tab: Final = False
    splits_bindings: Final = True

    def can_store(self, architecture: Architecture) -> bool:
        """Return that none can: the browser brings its own."""
        del architecture
        return False

    def store(self, architecture: Architecture, precision: str, family: str | None) -> Stored:
        """Return no files: the browser fetches the model for all sites once."""
        del architecture, family
        return Stored("prompt-api", precision, (), ())

    def kept(self, load: Load) -> Allocation:
        """Return an allocation nobody sees."""
        del load
        return Allocation()

    def workspace(self, load: Load) -> Interval:
        """Return nothing: none of it is the tab's."""
        del load
        return NOTHING

    def phases(self, load: Load) -> tuple[Phase, ...]:
        """Return the session object in the page."""
        del load
        return (Phase(READY, (on_page(Label.RUNTIME, PROMPT_API_SESSION),)),)

    def heap(self, load: Load) -> Interval | None:
        """Return nothing: the model is outside the tab."""
        del load
        return None


RUNTIMES: Final = {"prompt-api": PromptApi}
