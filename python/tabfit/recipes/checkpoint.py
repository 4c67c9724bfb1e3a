"""A checkpoint as its publisher stored it: every tensor at the type that its config says.

In: an architecture and the types of its weights. Out: stored tensors; scales and zero points are
counted in their sizes. The exceptions of a few makers stand in the code, each with its source.
"""

from __future__ import annotations

from collections.abc import Iterator

from tabfit.architectures.weight_types import WeightTypes
from tabfit.model.architecture import Architecture
from tabfit.model.tensors import EXPERTS, Role, Tensor, is_layer_matrix
from tabfit.recipes.shared_weights import as_stored
from tabfit.storage.storage_type import F32, StorageType

#: Left wide whatever the config says (deepseek-ai/DeepSeek-V3.2, inference/model.py: Indexer).
_LEFT_WIDE = ".indexer.weights_proj.weight"


def stored_types(
    architecture: Architecture, types: WeightTypes
) -> Iterator[tuple[Tensor, StorageType]]:
    """Yield every array that the checkpoint holds, what shares another's storage left out."""
    for tensor in as_stored(architecture).stored:
        yield tensor, type_of(tensor, types)


def type_of(tensor: Tensor, types: WeightTypes) -> StorageType:
    """Return the type of one tensor.

    What chooses experts is kept in 32-bit floats where it is no weight (the bias that
    corrects the scores of DeepSeek-V3, of which its headers say F32).
    """
    if types.packed is not None and tensor.buffer and tensor.role is Role.ROUTER:
        return F32
    if tensor.name.endswith(_LEFT_WIDE):
        return types.wide
    matrix = is_layer_matrix(tensor) and not (types.only_experts and tensor.role not in EXPERTS)
    if types.packed is None or not matrix or types.skips(tensor.name):
        return types.wide
    return types.packed
