"""What follows from a model's shape: parameters, stored weights, files, the cache.

In: an architecture, stored tensors, a context. Out: expressions whose values are the widths
and counts that the estimator itself reads.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from tabfit.explain.formula import Expression, Named, Unit, nothing, product, size, total, whole
from tabfit.i18n.language import _
from tabfit.model.architecture import Architecture
from tabfit.model.layers import Keeps, KeyValue, Latent, State
from tabfit.model.tensors import Tensor
from tabfit.recipes.stored_model import Content, File, Stored, StoredTensor
from tabfit.runtimes.cache import Allocation
from tabfit.storage.storage_type import StorageType
from tabfit.units import Basis, Tokens

#: A formula with more lines than this helps nobody: beyond it tensors are added up by role.
MOST_LINES: Final = 16

#: Where each family of files has its blocks from.
BLOCKS: Final[Mapping[str, str]] = {
    "gguf": "llama.cpp, ggml-common.h",
    "onnx": "ONNX Runtime, MatMulNBits and its quantisers",
    "mlc": "mlc-llm, group quantization",
    "litert": "files published by Google",
    "ideal": "arithmetic",
}


def parameters(architecture: Architecture, source: str) -> Expression:
    """Return the parameters, tied weights once: every distinct shape, and how often it comes."""
    arrays = [each for each in architecture.inventory.stored if not each.buffer]
    shapes = Counter((each.role, each.shape) for each in arrays)
    if len(shapes) > MOST_LINES:
        return _by_role(architecture, source)
    return (
        total(*(_array(*key, count, source) for key, count in shapes.items()))
        if shapes
        else (nothing())
    )


def _array(role: str, shape: tuple[int, ...], count: int, source: str) -> Expression:
    names = _sides(len(shape))
    sides = [
        whole(name, side, Unit.NUMBERS, Basis.LISTED, source)
        for name, side in zip(names, shape, strict=True)
    ]
    often = [whole(_("arrays"), count, Unit.NUMBERS, Basis.LISTED, source)] if count > 1 else []
    return Named(
        str(role), product(*often, *sides) if often or sides else _one(source), Unit.NUMBERS
    )


def _sides(count: int) -> tuple[str, ...]:
    """Return what the sides of an array of so many dimensions are called."""
    if count == 1:
        return (_("width"),)
    return (_("rows"), _("columns"), *(_("side") for _more in range(count - 2)))[:count]


def _one(source: str) -> Expression:
    return whole(_("number"), 1, Unit.NUMBERS, Basis.LISTED, source)


def _by_role(architecture: Architecture, source: str) -> Expression:
    counts = architecture.inventory.by_role()
    return total(
        *(
            whole(str(role), count, Unit.NUMBERS, Basis.COMPUTED, source)
            for role, count in counts.items()
        )
    )


def active_share(architecture: Architecture, source: str) -> tuple[Expression, Expression]:
    """Return the parameters that one token uses, and all of them."""
    counts: list[Tensor] = [t for t in architecture.inventory.stored if not t.buffer]
    active = sum(each.active_elements for each in counts)
    every = sum(each.elements for each in counts)
    return (
        whole(_("parameters one token uses"), active, Unit.NUMBERS, Basis.COMPUTED, source),
        whole(_("parameters"), max(every, 1), Unit.NUMBERS, Basis.COMPUTED, source),
    )


# Stored weights


def weights(stored: Stored) -> Expression:
    """Return the bytes of all tensors: blocks of each storage type, and scales beside them."""
    kinds: dict[StorageType, list[StoredTensor]] = {}
    for tensor in stored.tensors:
        kinds.setdefault(tensor.type, []).append(tensor)
    source = BLOCKS.get(stored.recipe, stored.recipe)
    terms = [_of_type(kind, tensors, source) for kind, tensors in kinds.items()]
    return total(*terms) if terms else nothing()


def _of_type(kind: StorageType, tensors: list[StoredTensor], source: str) -> Expression:
    stored = sum(tensor.size for tensor in tensors)
    arrays = [kind.arrays_of(tensor.shape) for tensor in tensors]
    packed = sum(each[0] for each in arrays)
    beside = sum(sum(each[1:]) for each in arrays)
    if stored != packed + beside:
        share = _("each tensor’s share of the published file")
        return size(kind.name, stored, Basis.COMPUTED, share)
    term = _packed(kind, packed, source)
    if not beside:
        return Named(kind.name, term)
    scales = size(_("scales and zero points"), beside, Basis.COMPUTED, source)
    return Named(kind.name, total(term, scales))


def _packed(kind: StorageType, packed: int, source: str) -> Expression:
    if kind.packed_size is not None:
        return size(_("packed weights"), packed, Basis.COMPUTED, source)
    words = (
        _("numbers")
        if kind.elements == 1
        else _("blocks of {count} numbers", count=f"{kind.elements}")
    )
    return product(
        whole(words, packed // kind.size, Unit.NUMBERS, Basis.COMPUTED, source),
        whole(_("bytes each"), kind.size, Unit.NUMBERS, Basis.LISTED, source),
    )


def file_sum(files: Iterable[File]) -> Expression:
    """Return the size of some files together."""
    terms = [size(each.name, each.size, each.basis, each.why) for each in files]
    return total(*terms) if terms else nothing()


def weight_files(stored: Stored) -> Expression:
    """Return the bytes of the weight files, headers and graphs included."""
    files = [each for each in stored.files if each.content is Content.WEIGHTS]
    if not files:
        return Named(_("weights"), weights(stored))
    return Named(_("weight files"), file_sum(files))


# The cache


def cache(architecture: Architecture, context: Tokens, kept: Allocation) -> Expression:
    """Return what `context` tokens fill: layers that keep the same, one line each."""
    layers = Counter(
        keeps
        for tower in architecture.towers
        for layer in tower.layers
        for keeps in layer.keeps
        if not (isinstance(keeps, KeyValue) and keeps.shared)
    )
    terms = [_kept(keeps, count, context, kept) for keeps, count in layers.items()]
    return total(*terms) if terms else nothing()


def _kept(keeps: Keeps, layers: int, context: Tokens, kept: Allocation) -> Expression:
    if isinstance(keeps, State):
        return _state(keeps, layers, kept)
    if isinstance(keeps, KeyValue):
        return _keys_and_values(keeps, layers, context, kept)
    if kept.latent:
        return _latent(keeps, layers, context, kept)
    return _keys_and_values(keeps.expanded, layers, context, kept)


def _count(words: str, count: int) -> Expression:
    return whole(words, count, Unit.NUMBERS, Basis.COMPUTED, _("the model’s shape"))


def _element(kind: StorageType) -> Expression:
    return whole(
        _("bytes per number"), kind.size, Unit.NUMBERS, Basis.LISTED, _("how the runtime keeps it")
    )


def _room(cells: int) -> Expression:
    return whole(
        _("tokens there is room for"),
        cells,
        Unit.TOKENS,
        Basis.COMPUTED,
        _("the context, in the runtime’s whole blocks, no longer than a layer looks back"),
    )


def _state(keeps: State, layers: int, kept: Allocation) -> Expression:
    return product(
        _count(_("layers with a state"), layers),
        whole(_("sequences"), kept.sequences, Unit.NUMBERS, Basis.LISTED, _("the runtime")),
        _count(_("numbers in a state"), keeps.elements + keeps.convolution_elements),
        _element(kept.state),
    )


def _keys_and_values(keeps: KeyValue, layers: int, context: Tokens, kept: Allocation) -> Expression:
    length = context if keeps.positions is None else Tokens(keeps.positions)
    return product(
        _count(_("layers"), layers),
        _room(kept.cells(length, keeps.window)),
        _count(_("key-value heads"), keeps.key_value_heads),
        total(_count(_("key width"), keeps.key_width), _count(_("value width"), keeps.value_width)),
        _element(kept.element),
    )


def _latent(keeps: Latent, layers: int, context: Tokens, kept: Allocation) -> Expression:
    return product(
        _count(_("layers"), layers),
        _room(kept.cells(context, None)),
        total(_count(_("compressed width"), keeps.rank), _count(_("position"), keeps.rope_width)),
        _element(kept.element),
    )


def sides(shape: tuple[int, ...]) -> str:
    """Return a shape as people write it.

    >>> sides((256_000, 2_048))
    '256,000 × 2,048'
    """
    return " × ".join(f"{side:,}" for side in shape)
