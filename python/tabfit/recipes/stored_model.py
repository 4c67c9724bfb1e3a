"""What a recipe makes of a model: stored tensors, and the files they travel in.

In: nothing but the values below. Out: `StoredTensor`, `File` and `Stored`, the
types that every recipe returns and that downloads, footprints and checks read.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

from tabfit.formula import Quantity, size, total
from tabfit.light_dataclass import dataclass
from tabfit.model.tensors import Part, Role, Tensor
from tabfit.units import Basis, Bytes, Interval

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tabfit.storage.storage_type import StorageType


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredTensor:
    """One tensor as a file keeps it.

    `name` and `shape` (rows first) are the file's own; `origin` names the
    tensors of the inventory it was made from, and is empty for one that the
    recipe adds. `size` counts scales and zero points, without padding.
    """

    name: str
    shape: tuple[int, ...]
    type: StorageType
    size: Bytes
    origin: tuple[str, ...]
    role: Role
    part: Part = Part.DECODER
    layer: int | None = None

    @property
    def largest_array(self) -> Bytes:
        """Return the bytes of the largest single array: packed weights apart from their scales."""
        return max(self.type.arrays_of(self.shape))


def keep(tensor: Tensor, kind: StorageType, *, name: str | None = None) -> StoredTensor:
    """Return a tensor of the inventory stored as `kind`, under its own name or another."""
    return StoredTensor(
        name=tensor.name if name is None else name,
        shape=tensor.shape,
        type=kind,
        size=kind.size_of(tensor.shape),
        origin=(tensor.name,),
        role=tensor.role,
        part=tensor.part,
        layer=tensor.layer,
    )


class Content(StrEnum):
    """What a file brings."""

    WEIGHTS = "weights"
    TOKENIZER = "tokenizer"
    CONFIG = "config"
    RUNTIME = "runtime"  # the runtime's own code: fetched once per site, not once per model


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One file as the runtime fetches it.

    `name` is the path below the model's folder. `why` is one sentence for the
    reader: what the size is made of, or why it is not known better. `tensors`
    are those inside it; a tensor split over chunks is listed in each.
    """

    name: str
    size: Interval
    basis: Basis
    why: str
    tensors: tuple[StoredTensor, ...] = ()
    content: Content = Content.WEIGHTS

    @property
    def cached(self) -> bool:
        """Return whether a second model on the same site finds this file already there."""
        return self.content is Content.RUNTIME


def sizes(files: Iterable[File]) -> Quantity:
    """Return the sizes of several files as a sum, each with how it is known.

    Source: each file's own `basis` and `why`.
    """
    return total(size(each.name, each.size, each.basis, each.why) for each in files)


def total_size(files: Iterable[File]) -> Interval:
    """Return the size of several files together, each end added up.

    Source: as of `sizes`.
    """
    return sizes(files).interval


@dataclass(frozen=True)
class Stored:
    """A model at one precision: every stored tensor, every file.

    `recipe` is the family of files (gguf, onnx, mlc, litert, torch, onebit),
    `precision` the name asked for, in the recipe's own spelling. `notes` are
    sentences that the reader must see. `tensors_known` says whether the tensors are near
    enough to the published files to tell how large each is; `tensors_open` is how many bytes all
    of them may be, where types are chosen by no known rule.
    """

    recipe: str
    precision: str
    tensors: tuple[StoredTensor, ...]
    files: tuple[File, ...]
    notes: tuple[str, ...] = ()
    tensors_known: bool = True
    tensors_open: Interval | None = None

    @cached_property
    def weights_bytes(self) -> Bytes:
        """Return the bytes of all tensors, scales included, headers and padding not."""
        return Bytes(sum(tensor.size for tensor in self.tensors))

    @cached_property
    def largest_tensor(self) -> StoredTensor:
        """Return the tensor that fills the most bytes."""
        return max(self.tensors, key=lambda tensor: tensor.size)

    @cached_property
    def types(self) -> dict[Role, frozenset[StorageType]]:
        """Return how the tensors of each role are stored."""
        found: dict[Role, set[StorageType]] = {}
        for tensor in self.tensors:
            found.setdefault(tensor.role, set()).add(tensor.type)
        return {role: frozenset(types) for role, types in found.items()}

    @cached_property
    def largest_buffer(self) -> Bytes:
        """Return the bytes of the largest single array: the least a GPU buffer must hold.

        A runtime that uploads array by array needs no larger buffer than this;
        one that packs several into a buffer says so itself.
        """
        return self.bulkiest_tensor.largest_array

    @cached_property
    def bulkiest_tensor(self) -> StoredTensor:
        """Return the tensor with the largest single array."""
        return max(self.tensors, key=lambda tensor: tensor.largest_array)

    @cached_property
    def download(self) -> Interval:
        """Return what the model itself brings over the network: all but the runtime's code."""
        return total_size(file for file in self.files if not file.cached)

    @cached_property
    def runtime_download(self) -> Interval:
        """Return what the runtime's own code adds once per site."""
        return total_size(file for file in self.files if file.cached)
