"""MediaPipe LLM Inference and LiteRT-LM on the web: Google's runtimes, GPU only.

Weights stream from a reader straight to the GPU, layer by layer; the cache is
allocated for the chosen number of tokens.
"""

from __future__ import annotations

from functools import partial
from typing import Final

from tabfit.formula import Quantity, rounded, share
from tabfit.i18n.language import later
from tabfit.light_dataclass import replace
from tabfit.model.architecture import Architecture
from tabfit.recipes import litert
from tabfit.recipes.stored_model import Stored
from tabfit.runtimes.base import Load
from tabfit.runtimes.constants import (
    LITERTLM_HOLDS,
    MEDIAPIPE_ALIVE,
    MEDIAPIPE_FLOOR,
    MEDIAPIPE_GPU_SHARE,
    MEDIAPIPE_IN_FLIGHT,
    MEDIAPIPE_PIECE,
)
from tabfit.runtimes.memory.cache import Allocation
from tabfit.runtimes.memory.phases import Label, Phase, on_gpu, on_page, streamed
from tabfit.runtimes.memory.quantities import (
    WIDE,
    hidden_width,
    inner_width,
    times,
    tokens_at_once,
    vocabulary,
)
from tabfit.storage.storage_type import F16
from tabfit.units import Basis, Interval

#: How the working memory of a prompt is known.
_GUESS: Final = later("half to twice the widest layer’s vectors, and logits of one token or of all")


class LiteRt:
    """MediaPipe's or LiteRT-LM's WebGPU engine.

    Source: Google Research's blog of August 2024 on how weights stream to the GPU; the package's
    own README; what nobody measured is assumed (`constants`).
    """

    uses_gpu: Final = True
    in_tab: Final = True
    splits_bindings: Final = False

    def __init__(self, name: str, *, holds: bool = False) -> None:
        """Choose which of the two packages, and whether it may hold more of the file than streams.

        Of LiteRT-LM its maker says so; what it holds has not been measured.
        """
        self.name, self.holds = name, holds

    def can_store(self, architecture: Architecture) -> bool:
        """Return whether it makes text from tokens: there are no other bundles."""
        return litert.can_store(architecture)

    def store(self, architecture: Architecture, precision: str, family: str | None) -> Stored:
        """Return the .task or .litertlm file."""
        return litert.store(architecture, precision, family=family or self.name)

    def kept(self, load: Load) -> Allocation:
        """Return a cache of 16-bit floats for all the tokens chosen."""
        del load
        return Allocation(element=F16)

    def workspace(self, load: Load) -> Interval:
        """Return activations of a prompt and the logits of its last token: assumed."""
        return _work(load).interval

    def phases(self, load: Load) -> tuple[Phase, ...]:
        """Return weights in flight, then weights, cache and activations on the GPU."""
        floor = on_page(Label.RUNTIME, MEDIAPIPE_FLOOR)
        flight = on_page(Label.COPIES, MEDIAPIPE_IN_FLIGHT)
        weights = on_gpu(Label.WEIGHTS, rounded(load.files * MEDIAPIPE_GPU_SHARE))
        cache = on_gpu(Label.CACHE, load.cache(self.kept(load)))
        work = on_gpu(Label.WORK, _work(load))
        phases = streamed(floor, flight, weights, cache, work)
        if not self.holds:
            return phases
        held = on_page(Label.COPIES, rounded(load.files * LITERTLM_HOLDS))
        return tuple(replace(each, components=(*each.components, held)) for each in phases)

    def heap(self, load: Load) -> Interval | None:
        """Return nothing: weights stream to the GPU, layer by layer."""
        del load
        return None


def _work(load: Load) -> Quantity:
    """Return the vectors of a piece of the prompt, half to twice, and the logits."""
    piece = tokens_at_once(MEDIAPIPE_PIECE, load.context)
    shape = load.architecture
    vectors = times(8, _GUESS) * hidden_width(shape) + times(3, _GUESS) * inner_width(shape)
    rows = share(later("rows of logits"), (1, 1, piece.high), Basis.ASSUMED, _GUESS)
    return rounded(piece * vectors * WIDE * MEDIAPIPE_ALIVE) + rows * vocabulary(shape) * WIDE


RUNTIMES: Final = {"mediapipe": partial(LiteRt, "mediapipe")}
