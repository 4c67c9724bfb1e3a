"""Pruning: what a model weighs when weights, or whole layers, are taken out.

In: an architecture. Out: the shallower architecture, or the stored form of a sparse
one. Zeros that lie anywhere save nothing in a file that has a place for each weight:
only a pattern (two of every four), or taking out whole rows and layers, does.
"""

from __future__ import annotations

from typing import Final

from tabfit.errors import UnsupportedCombination
from tabfit.i18n.language import Message
from tabfit.light_dataclass import replace
from tabfit.model.architecture import Architecture, Tower
from tabfit.model.tensors import Inventory, Part, Tensor, is_layer_matrix
from tabfit.recipes.stored_model import File, Stored, keep
from tabfit.storage.storage_type import F16, I8, StorageType
from tabfit.units import Basis, exactly

# Two weights of every four are kept, and two bits for each say where it stood: eight weights of
# 16 bits take 8 + 1 bytes, of 8 bits 4 + 1. Source: PyTorch, torch/sparse/semi_structured.py,
# whose compression factors are 9/16 and 10/16; the pattern is NVIDIA's, arXiv:2104.08378.
HALF_2_4: Final = StorageType("F16 2:4", 8, 9)
EIGHT_BITS_2_4: Final = StorageType("I8 2:4", 8, 5)
_DENSE: Final = {HALF_2_4: F16, EIGHT_BITS_2_4: I8}


def two_of_four(architecture: Architecture, kind: StorageType = HALF_2_4) -> Stored:
    """Return the model with half of every layer's matrices pruned, two weights of four.

    The token table, the head, norms and biases stay dense. No runtime of a browser
    multiplies by such matrices: this is what a file would hold.
    """
    tensors = tuple(
        keep(tensor, kind if is_layer_matrix(tensor) else F16)
        for tensor in architecture.inventory.stored
    )
    dense = sum(
        (_DENSE[kind] if is_layer_matrix(tensor) else F16).size_of(tensor.shape)
        for tensor in architecture.inventory.stored
    )
    size = sum(tensor.size for tensor in tensors)
    file = File(
        name="weights",
        size=exactly(size),
        basis=Basis.COMPUTED,
        why=f"half the weights inside the layers and two bits each to place them; "
        f"dense it would be {dense:,} bytes",
        tensors=tensors,
    )
    return Stored("sparse", kind.name, tensors, (file,))


def masked_bits(bits: int, kept: float) -> float:
    """Return the bits a weight takes when zeros anywhere are left out behind a bitmap.

    One bit says whether a weight is there, and those that are keep their bits: it
    saves only once more weights are gone than the bitmap costs.

    >>> masked_bits(16, 0.5), masked_bits(4, 0.5)
    (9.0, 3.0)

    Source: Frantar and Alistarh 2023, SparseGPT, arXiv:2301.00774, where half of 4-bit weights and
    a bitmask take 3 bits.
    """
    return 1 + bits * kept


def layers_of(architecture: Architecture, part: Part | None = None) -> int:
    """Return how many layers the main stack has, or that of another part.

    Source: the architecture as its config.json says it.
    """
    tower = architecture.main if part is None else architecture.tower(part)
    return len(tower.layers) if tower else 0


def shallower(
    architecture: Architecture, keep_layers: int, part: Part | None = None
) -> Architecture:
    """Return the architecture with only the first layers of its main stack, or another's.

    Whisper large v3 turbo is large v3 with 4 of its decoder's 32 layers; DistilGPT-2 and
    DistilRoBERTa have 6 of their teachers' 12. Raises `UnsupportedCombination` unless at
    least one layer stays and at least one goes.
    """
    tower = architecture.main if part is None else architecture.tower(part)
    depth = len(tower.layers) if tower else 0
    if tower is None or not 1 <= keep_layers < depth:
        raise UnsupportedCombination(
            Message(
                "{keep_layers} of {depth} layers is not fewer", keep_layers=keep_layers, depth=depth
            ),
            [Message("1 to {count}", count=depth - 1)],
        )
    gone = {t.name for t in architecture.inventory if _beyond(t, tower, keep_layers)}
    tensors = tuple(t for t in architecture.inventory if t.name not in gone)
    return replace(
        architecture,
        inventory=Inventory(tuple(_untied_from(t, gone) for t in tensors)),
        towers=tuple(_cut(each, tower, keep_layers) for each in architecture.towers),
    )


def _beyond(tensor: Tensor, tower: Tower, keep_layers: int) -> bool:
    return tensor.part is tower.part and tensor.layer is not None and tensor.layer >= keep_layers


def _untied_from(tensor: Tensor, gone: set[str]) -> Tensor:
    return replace(tensor, tied_to=None) if tensor.tied_to in gone else tensor


def _cut(tower: Tower, chosen: Tower, keep_layers: int) -> Tower:
    return replace(tower, layers=tower.layers[:keep_layers]) if tower is chosen else tower
