"""MediaPipe LLM Inference and LiteRT-LM on the web: Google's runtimes, GPU only.

Weights stream from a reader straight to the GPU, layer by layer; the cache is
allocated for the chosen number of tokens.
"""

from __future__ import annotations

from typing import Final

from tabfit.model.architecture import Architecture
from tabfit.recipes import litert
from tabfit.recipes.stored_model import Stored
from tabfit.runtimes.base import Load
from tabfit.runtimes.cache import Allocation
from tabfit.runtimes.constants import MEDIAPIPE_FLOOR, MEDIAPIPE_GPU_SHARE
from tabfit.runtimes.phases import (
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
from tabfit.storage.storage_type import F16
from tabfit.units import MIB, Interval, exactly

#: Weights in flight between the network and the GPU: one layer and the table, assumed.
IN_FLIGHT: Final = Interval(32 * MIB, 96 * MIB, 300 * MIB)
#: Tokens of a prompt computed at once: assumed.
PIECE: Final = 512


class LiteRt:
    """MediaPipe's or LiteRT-LM's WebGPU engine."""

    uses_gpu: Final = True
    in_tab: Final = True
    splits_bindings: Final = False

    def __init__(self, name: str) -> None:
        """Choose which of the two packages."""
        self.name = name

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
        tower = load.architecture.main
        width = max((layer.feed_forward for layer in tower.layers), default=0)
        per_token = (8 * tower.hidden + 3 * width) * 4
        logits = load.architecture.outputs * 4
        tokens: int = min(load.context, PIECE)
        return Interval(
            tokens * per_token // 2 + logits,
            tokens * per_token + logits,
            tokens * per_token * 2 + tokens * logits,
        )

    def phases(self, load: Load) -> tuple[Phase, ...]:
        """Return weights in flight, then weights, cache and activations on the GPU."""
        floor = on_page(Label.RUNTIME, MEDIAPIPE_FLOOR)
        flight = on_page(Label.COPIES, IN_FLIGHT)
        weights = on_gpu(Label.WEIGHTS, load.files.scaled(*MEDIAPIPE_GPU_SHARE))
        cache = on_gpu(Label.CACHE, exactly(load.cache(self.kept(load))))
        work = on_gpu(Label.WORK, self.workspace(load))
        return (
            Phase(DOWNLOAD, (floor, flight)),
            Phase(LOAD, (floor, flight, weights)),
            Phase(READY, (floor, weights, cache)),
            Phase(PREFILL, (floor, weights, cache, work)),
            Phase(GENERATE, (floor, weights, cache)),
        )

    def heap(self, load: Load) -> Interval | None:
        """Return nothing: weights stream to the GPU, layer by layer."""
        del load
        return None
