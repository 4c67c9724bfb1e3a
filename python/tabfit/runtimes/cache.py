"""The cache: what a model keeps between tokens, as a runtime allocates it.

In: an `Architecture`, a context in tokens and an `Allocation` (how one runtime
keeps it). Out: bytes. Covers keys and values per head (full, grouped, windowed,
shared between layers), latent vectors, recurrent states and cross-attention.
"""

from __future__ import annotations

from typing import Final

from tabfit.light_dataclass import dataclass
from tabfit.model.architecture import Architecture, Keeps, KeyValue, State
from tabfit.storage.storage_type import F16, F32, StorageType
from tabfit.storage.type_table import GGUF_TYPES
from tabfit.units import Bytes, Tokens

#: The types a cache can be kept in, by the names runtimes give them.
TYPES: Final = {name.lower(): GGUF_TYPES[name] for name in ("F32", "F16", "BF16", "Q8_0", "Q4_0")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """How a runtime keeps the cache.

    `element` stores keys, and values unless `values` says otherwise; `state`
    stores recurrent states. Tokens are rounded up to whole `block`s. `windowed`
    runtimes keep no more than a layer's window plus `beyond_window` tokens;
    others keep every token in every layer. `latent` runtimes keep compressed
    vectors compressed. Where one cache serves several `sequences`, each has its
    own window and its own state; whole layers share the context.

    >>> Allocation(block=256).cells(Tokens(1000), window=None)
    1024
    """

    element: StorageType = F16
    values: StorageType | None = None
    state: StorageType = F32
    block: int = 1
    windowed: bool = False
    beyond_window: int = 0
    latent: bool = False
    sequences: int = 1

    def cells(self, context: Tokens, window: int | None) -> int:
        """Return how many tokens one layer has room for."""
        tokens: int = context
        if self.windowed and window is not None:
            tokens = min(tokens, window * self.sequences + self.beyond_window)
        return -(-tokens // self.block) * self.block


def cache_size(architecture: Architecture, context: Tokens, kept: Allocation) -> Bytes:
    """Return the bytes that `context` tokens fill.

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
        elements = keeps.elements + keeps.convolution_elements
        return kept.sequences * kept.state.size_of((elements,))
    if isinstance(keeps, KeyValue):
        return _keys_and_values(keeps, context, kept)
    if not kept.latent:
        return _keys_and_values(keeps.expanded, context, kept)
    return kept.element.size_of((kept.cells(context, None), keeps.elements_per_token))


def _keys_and_values(keeps: KeyValue, context: Tokens, kept: Allocation) -> int:
    if keeps.shared:
        return 0
    length = context if keeps.positions is None else Tokens(keeps.positions)
    cells, heads = kept.cells(length, keeps.window), keeps.key_value_heads
    keys = kept.element.size_of((cells, heads * keeps.key_width))
    values = kept.values or kept.element
    return keys + values.size_of((cells, heads * keeps.value_width))


def growth(architecture: Architecture, kept: Allocation) -> Bytes:
    """Return the bytes each further token adds while no window is full."""
    unit = Allocation(element=kept.element, values=kept.values, latent=kept.latent)
    one, two = (cache_size(architecture, Tokens(n), unit) for n in (1, 2))
    return Bytes(two - one)
