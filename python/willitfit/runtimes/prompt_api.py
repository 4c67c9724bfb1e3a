"""Chrome's built-in Prompt API: the browser keeps and runs the model, outside the tab.

Its own published requirements are the whole answer; a page asks
`LanguageModel.availability()` rather than predicting.

Source: developer.chrome.com, "Get started with built-in AI" (read 2025-05).
"""

from __future__ import annotations

from typing import Final

from willitfit.architecture import Architecture
from willitfit.cache import Allocation
from willitfit.recipes.stored import Stored
from willitfit.runtimes.base import PLATFORM, Demand, Load
from willitfit.runtimes.phases import READY, Label, Phase, on_page
from willitfit.units import GB, GIB, MIB, NOTHING, Bytes, Interval

#: Free space the profile's volume must have; the model is removed below 10 GB.
FREE_DISK: Final = Bytes(22 * GB)
#: Either strictly more than this on a graphics card, or this much memory and four cores.
VRAM: Final = Bytes(4 * GIB)
RAM: Final = Bytes(16 * GIB)
CORES: Final = 4
PLATFORMS: Final = ("windows", "macos", "linux", "chromeos")


class PromptApi:
    """Gemini Nano inside Chrome."""

    name: Final = "prompt-api"
    uses_gpu: Final = False

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
        """Return the session object in the page: assumed to be a few MiB."""
        del load
        return (Phase(READY, (on_page(Label.RUNTIME, Interval(0, 5 * MIB, 20 * MIB)),)),)

    def demands(self, load: Load) -> tuple[Demand, ...]:
        """Return the platforms; disk, memory and graphics are checked by name."""
        del load
        return (
            Demand(name=PLATFORM, why="Chrome offers its built-in model on desktops only"),
            Demand(
                name="built-in-memory",
                why="Chrome asks for a graphics card above 4 GB, or 16 GB of memory and 4 cores",
            ),
            Demand(
                name="built-in-storage",
                why="Chrome asks for 22 GB free where its profile lives",
                need=FREE_DISK,
                hard=False,
            ),
        )
