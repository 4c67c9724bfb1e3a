"""The cache: what a model keeps between tokens, as a runtime allocates it.

In: an `Architecture`, a context in tokens and an `Allocation` (how one runtime
keeps it). Out: bytes, with their formula. Covers keys and values per head (full, grouped, windowed,
shared between layers), latent vectors, recurrent states and cross-attention.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

from tabfit.formula import Quantity, Unit, known, total
from tabfit.i18n.language import later
from tabfit.light_dataclass import dataclass
from tabfit.model.architecture import Architecture, Keeps, KeyValue, State
from tabfit.model.layers import Latent
from tabfit.runtimes.memory.quantities import count
from tabfit.storage.storage_type import F16, F32, StorageType
from tabfit.storage.type_table import GGUF_TYPES
from tabfit.units import Basis, Bytes, Tokens

_RUNTIME: Final = later("the runtime")
_HOW: Final = later("how the runtime keeps it")
_CELLS: Final = later(
    "the context, in the runtime’s whole blocks, no longer than a layer looks back"
)

#: The types a cache can be kept in, by the names runtimes give them.
TYPES: Final = {
    name.lower(): GGUF_TYPES[name]
    for name in ("F32", "F16", "BF16", "Q8_0", "Q5_1", "Q5_0", "Q4_1", "Q4_0")
}


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

    Source: each runtime's own code, named where it makes its `Allocation`.
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


def cache(architecture: Architecture, context: Tokens, kept: Allocation) -> Quantity:
    """Return the bytes that `context` tokens fill: layers that keep the same, one line each.

    Every layer keeps what its block says: key-value heads x (key width + value
    width) per token, or a latent vector, or a state that does not grow.

    Source: Ainslie et al. 2023, arXiv:2305.13245 (grouped heads); DeepSeek-V2,
    arXiv:2405.04434 (latent); Gu and Dao 2023, arXiv:2312.00752 (states).
    """
    layers = Counter(
        keeps
        for tower in architecture.towers
        for layer in tower.layers
        for keeps in layer.keeps
        if not (isinstance(keeps, KeyValue) and keeps.shared)
    )
    return total(_kept(keeps, count, context, kept) for keeps, count in layers.items())


def cache_size(architecture: Architecture, context: Tokens, kept: Allocation) -> Bytes:
    """Return the same as a whole number of bytes.

    Source: as of `cache`.
    """
    return Bytes(cache(architecture, context, kept).interval.likely)


def _kept(keeps: Keeps, layers: int, context: Tokens, kept: Allocation) -> Quantity:
    if isinstance(keeps, State):
        return _state(keeps, layers, kept)
    if isinstance(keeps, KeyValue):
        return _keys_and_values(keeps, layers, context, kept)
    if kept.latent:
        return _latent(keeps, layers, context, kept)
    return _keys_and_values(keeps.expanded, layers, context, kept)


def _state(keeps: State, layers: int, kept: Allocation) -> Quantity:
    elements = keeps.elements + keeps.convolution_elements
    return (
        count(later("layers with a state"), layers)
        * known(later("sequences"), kept.sequences, Unit.NUMBERS, Basis.LISTED, _RUNTIME)
        * _stored(count(later("numbers in a state"), elements), elements, kept.state)
    )


def _keys_and_values(keeps: KeyValue, layers: int, context: Tokens, kept: Allocation) -> Quantity:
    length = context if keeps.positions is None else Tokens(keeps.positions)
    cells = count(later("layers"), layers) * _room(kept.cells(length, keeps.window))
    heads, keys = keeps.key_value_heads, count(later("key width"), keeps.key_width)
    values = count(later("value width"), keeps.value_width)
    of_values = kept.values or kept.element
    in_heads = count(later("key-value heads"), heads)
    if of_values == kept.element and kept.element.elements == 1:
        return cells * in_heads * (keys + values) * _each(kept.element)
    return cells * (
        _stored(in_heads * keys, heads * keeps.key_width, kept.element)
        + _stored(in_heads * values, heads * keeps.value_width, of_values)
    )


def _latent(keeps: Latent, layers: int, context: Tokens, kept: Allocation) -> Quantity:
    width = count(later("compressed width"), keeps.rank) + count(
        later("position"), keeps.rope_width
    )
    cells = count(later("layers"), layers) * _room(kept.cells(context, None))
    return cells * _stored(width, keeps.elements_per_token, kept.element)


def _stored(numbers: Quantity, count_: int, kind: StorageType) -> Quantity:
    """Return the bytes of one row of so many numbers, in whole blocks."""
    if kind.elements == 1:
        return numbers * _each(kind)
    words = later("bytes of {count} numbers in blocks of {type}")
    label = (words, {"count": count_, "type": kind.name})
    return known(label, kind.size_of((count_,)), Unit.BYTES, Basis.COMPUTED, _HOW)


def _each(kind: StorageType) -> Quantity:
    return known(later("bytes per number"), kind.size, Unit.NUMBERS, Basis.LISTED, _HOW)


def _room(cells: int) -> Quantity:
    return known(later("tokens there is room for"), cells, Unit.TOKENS, Basis.COMPUTED, _CELLS)


def growth(architecture: Architecture, kept: Allocation) -> Bytes:
    """Return the bytes each further token adds while no window is full.

    In bytes per token; blocks that a runtime rounds to are left out. Source: as of `cache`, at two
    tokens less at one.
    """
    unit = Allocation(element=kept.element, values=kept.values, latent=kept.latent)
    one, two = (cache_size(architecture, Tokens(n), unit) for n in (1, 2))
    return Bytes(two - one)
