"""The cache: what a model keeps between tokens, as a runtime allocates it.

In: an `Architecture`, a context in tokens and an `Allocation` (how one runtime
keeps it). Out: bytes. Covers keys and values per head (full, grouped, windowed,
shared between layers), latent vectors, recurrent states and cross-attention.
"""

from __future__ import annotations

from dataclasses import dataclass

from willitfit.architecture import Architecture, Keeps, KeyValue, Latent, State
from willitfit.storage import F16, F32, StorageType
from willitfit.units import Bytes, Tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """How a runtime keeps the cache.

    `element` stores keys and values; `state` stores recurrent states. Tokens
    are rounded up to whole `block`s. `windowed` runtimes keep no more than a
    layer's window plus `beyond_window` tokens; others keep every token in
    every layer. `latent` runtimes keep compressed vectors compressed.

    >>> Allocation(block=256).cells(Tokens(1000), window=None)
    1024
    """

    element: StorageType = F16
    state: StorageType = F32
    block: int = 1
    windowed: bool = False
    beyond_window: int = 0
    latent: bool = False

    def cells(self, context: Tokens, window: int | None) -> int:
        """Return how many tokens one layer has room for."""
        tokens: int = context
        if self.windowed and window is not None:
            tokens = min(tokens, window + self.beyond_window)
        return -(-tokens // self.block) * self.block


def cache_size(architecture: Architecture, context: Tokens, kept: Allocation) -> Bytes:
    """Return the bytes that one sequence of `context` tokens fills.

    Every layer keeps what its block says: key-value heads x (key width + value
    width) per token, or a latent vector, or a state that does not grow.

    Source: Ainslie et al. 2023, arXiv:2305.13245 (grouped heads); DeepSeek-V2,
    arXiv:2405.04434 (latent); Gu and Dao 2023, arXiv:2312.00752 (states).
    """
    kept_by = (
        _kept(keeps, context, kept)
        for tower in architecture.towers
        for layer in tower.layers
        for keeps in layer.keeps
    )
    return Bytes(sum(kept_by))


def _kept(keeps: Keeps, context: Tokens, kept: Allocation) -> int:
    if isinstance(keeps, State):
        return kept.state.size_of((keeps.elements + keeps.convolution_elements,))
    if isinstance(keeps, Latent) and not kept.latent:
        return _kept(keeps.expanded, context, kept)
    width = keeps.elements_per_token
    if width == 0:
        return 0
    if isinstance(keeps, KeyValue) and keeps.positions is not None:
        return kept.element.size_of((keeps.positions, width))
    window = keeps.window if isinstance(keeps, KeyValue) else None
    return kept.element.size_of((kept.cells(context, window), width))


def growth(architecture: Architecture, kept: Allocation) -> Bytes:
    """Return the bytes each further token adds while no window is full."""
    unit = Allocation(element=kept.element, latent=kept.latent)
    one, two = (cache_size(architecture, Tokens(n), unit) for n in (1, 2))
    return Bytes(two - one)
