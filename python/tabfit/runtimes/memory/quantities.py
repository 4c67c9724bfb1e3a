"""What formulas of all runtimes are made of: counts that a shape gives, and stored bytes.

In: numbers, stored tensors and files. Out: quantities with their words and sources.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tabfit.formula import (
    Constant,
    Given,
    Quantity,
    Text,
    Unit,
    detailed,
    known,
    named,
    size,
    total,
)
from tabfit.i18n.language import later
from tabfit.model.architecture import Architecture
from tabfit.recipes.stored_model import Content, Stored, StoredTensor, sizes
from tabfit.storage.storage_type import StorageType
from tabfit.units import Basis, Tokens

#: Where each family of files has its blocks from.
BLOCKS: Final[Mapping[str, str]] = {
    "gguf": "llama.cpp, ggml-common.h",
    "onnx": later("ONNX Runtime, MatMulNBits and its quantisers"),
    "mlc": "mlc-llm, group quantization",
    "litert": later("files published by Google"),
    "ideal": later("arithmetic"),
}

SHAPE: Final = later("the model’s shape")


def count(label: Text, number: int, source: Text = SHAPE) -> Given:
    """Return a plain number that the shape gives.

    Source: the caller's `source`.
    """
    return Given(label, (number, number, number), Unit.NUMBERS, Basis.COMPUTED, source)


def times(number: int, source: Text) -> Given:
    """Return a plain number that a formula multiplies with, and why it is this one.

    Source: the caller's `source`.
    """
    return count(str(number), number, source)


def vocabulary(architecture: Architecture) -> Given:
    """Return how many numbers come out for each token.

    Source: the model's config.json, by its architecture.
    """
    return count(later("vocabulary"), architecture.outputs)


def hidden_width(architecture: Architecture) -> Given:
    """Return the width of what passes between the main tower's layers.

    In numbers a token. Source: as of `vocabulary`.
    """
    return count(later("hidden width"), architecture.main.hidden)


def inner_width(architecture: Architecture) -> Given:
    """Return the widest inside of a layer of the main tower.

    In numbers a token. Source: as of `vocabulary`.
    """
    layers = architecture.main.layers
    most = max((layer.feed_forward for layer in layers), default=0)
    return count(later("inner width"), most)


#: The bytes of a 32-bit float, in which most runtimes compute.
WIDE: Final = count(later("bytes per number"), 4, later("32-bit floats"))


def stored_weights(stored: Stored) -> Quantity:
    """Return the bytes of all tensors: blocks of each storage type, and scales beside them.

    In bytes. Source: the recipe's storage types (`storage.type_table`); a publisher's own choice
    stays open between two ends.
    """
    if stored.tensors_open is not None:
        why = later("each tensor’s type is its publisher’s choice")
        return size(later("weights"), stored.tensors_open, Basis.COMPUTED, why)
    return detailed(later("weights"), stored.weights_bytes, lambda: _by_type(stored))


def _by_type(stored: Stored) -> Quantity:
    kinds: dict[StorageType, list[StoredTensor]] = {}
    for tensor in stored.tensors:
        kinds.setdefault(tensor.type, []).append(tensor)
    source = BLOCKS.get(stored.recipe, stored.recipe)
    return total(_of_type(kind, tensors, source) for kind, tensors in kinds.items())


def _of_type(kind: StorageType, tensors: list[StoredTensor], source: str) -> Quantity:
    stored = sum(tensor.size for tensor in tensors)
    arrays = [kind.arrays_of(tensor.shape) for tensor in tensors]
    packed = sum(each[0] for each in arrays)
    beside = sum(sum(each[1:]) for each in arrays)
    if stored != packed + beside:
        part = later("each tensor’s share of the published file")
        return size(kind.name, stored, Basis.COMPUTED, part)
    term = _packed(kind, packed, source)
    if not beside:
        return named(kind.name, term)
    scales = size(later("scales and zero points"), beside, Basis.COMPUTED, source)
    return named(kind.name, term + scales)


def _packed(kind: StorageType, packed: int, source: str) -> Quantity:
    if kind.packed_size is not None:
        return size(later("packed weights"), packed, Basis.COMPUTED, source)
    blocks = (later("blocks of {count} numbers"), {"count": f"{kind.elements}"})
    often: Text = later("numbers") if kind.elements == 1 else blocks
    each = known(later("bytes each"), kind.size, Unit.NUMBERS, Basis.LISTED, source)
    return count(often, packed // kind.size, source) * each


def weight_files(stored: Stored) -> Quantity:
    """Return the bytes of the weight files, headers and graphs included.

    In bytes. Source: the recipe, or the publisher's listing where there is one.
    """
    files = [each for each in stored.files if each.content is Content.WEIGHTS]
    if not files:
        return stored_weights(stored)
    return named(later("weight files"), sizes(files))


def tokens_at_once(piece: Constant, context: Tokens) -> Given:
    """Return how many tokens of a prompt are computed together, in a context that short.

    Source: the runtime's own constant (`constants`).
    """
    most = min(piece.exact, context)
    return known(piece.label, most, Unit.TOKENS, piece.basis, piece.origin)
