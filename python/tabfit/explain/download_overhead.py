"""Why parameters x bits / 8 is not the download: the difference, split into what it is made of.

In: an answer. Out: the product, and every difference by its cause, in bytes that add
up to the download exactly.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from enum import StrEnum
from math import prod
from typing import Final

from tabfit.estimate.answers import Answer
from tabfit.estimate.defaults import nominal_bits
from tabfit.light_dataclass import dataclass
from tabfit.model.architecture import Architecture
from tabfit.model.tensors import Role
from tabfit.recipes.stored_model import Content, StoredTensor, total_size
from tabfit.storage.storage_type import StorageType
from tabfit.units import Bytes, Parameters


class Cause(StrEnum):
    """Why bytes are there, or not there, beside the product."""

    SCALES = "scales"  # what lies beside the codes: scales, offsets
    TABLES = "tables"  # token tables and heads kept wider
    VECTORS = "vectors"  # norms and biases kept wider
    MATRICES = "matrices"  # matrices inside the layers kept wider
    NARROWER = "narrower"  # tensors kept narrower than the name says
    AGAIN = "again"  # stored a second time, or padded
    ADDED = "added"  # tensors that only the file has
    LEFT_OUT = "left out"  # tensors of the model that the file does not have
    FILE = "file"  # headers, graphs, and what the count does not explain
    TEXTS = "texts"  # tokenizer and config


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """The product and its distance from the download; `causes` and `product` add up to it."""

    parameters: Parameters
    bits: int
    product: Bytes
    causes: dict[Cause, int]
    download: Bytes


_TABLES: Final = frozenset({Role.EMBEDDING, Role.HEAD, Role.POSITION, Role.PER_LAYER_EMBEDDING})


def split(answer: Answer) -> Split | None:
    """Return the download taken apart, `None` where no width is named or no shape known.

    What remains when every other cause is counted is the file's own: `Cause.FILE`.
    """
    architecture, bits = answer.subject.architecture, nominal_bits(answer.stored.precision.lower())
    if architecture is None or bits is None:
        return None
    count = architecture.inventory.total
    product, whole = count * bits // 8, answer.download.likely
    causes = Counter(dict(_causes(answer, architecture, bits)))
    causes[Cause.FILE] = whole - product - sum(causes.values())
    return Split(
        parameters=count,
        bits=bits,
        product=Bytes(product),
        causes={cause: causes[cause] for cause in Cause if causes[cause]},
        download=Bytes(whole),
    )


def _causes(answer: Answer, architecture: Architecture, bits: int) -> Iterator[tuple[Cause, int]]:
    left = _Left(architecture)
    found: Counter[Cause] = Counter()
    for tensor in answer.stored.tensors:
        for cause, size in _of(tensor, left, bits):
            found[cause] += size
    found[Cause.LEFT_OUT] = -left.elements * bits
    yield from ((cause, size // 8) for cause, size in found.items())
    texts = [file for file in answer.stored.files if _is_text(file.content)]
    yield Cause.TEXTS, total_size(texts).likely


def _is_text(content: Content) -> bool:
    return content in (Content.TOKENIZER, Content.CONFIG)


class _Left:
    """The model's own elements that no stored tensor has held yet, by the array they lie in."""

    def __init__(self, architecture: Architecture) -> None:
        stored = {t.name: t.elements for t in architecture.inventory.stored if not t.buffer}
        self._left = stored
        self._root = {t.name: t.tied_to or t.name for t in architecture.inventory}

    @property
    def elements(self) -> int:
        return sum(self._left.values())

    def take(self, tensor: StoredTensor) -> int:
        """Return how many elements of a stored tensor are held for the first time."""
        wanted = prod(tensor.shape)
        taken = 0
        for name in tensor.origin:
            root = self._root.get(name, name)
            here = min(self._left.get(root, 0), wanted - taken)
            if here:
                self._left[root] -= here
                taken += here
        return taken


def _of(tensor: StoredTensor, left: _Left, bits: int) -> Iterator[tuple[Cause, int]]:
    """Yield the bits of one stored tensor beyond its share of the product."""
    size, elements = 8 * tensor.size, prod(tensor.shape)
    first = left.take(tensor)
    own = size * first // elements if elements else 0
    if not tensor.origin:
        yield Cause.ADDED, size
        return
    yield Cause.AGAIN, size - own
    yield _cause(tensor, bits), own - first * bits


def _cause(tensor: StoredTensor, bits: int) -> Cause:
    width = code_width(tensor.type)
    if width == bits:
        return Cause.SCALES
    if width < bits:
        return Cause.NARROWER
    if tensor.role in _TABLES:
        return Cause.TABLES
    matrix = len([size for size in tensor.shape if size > 1]) > 1 and tensor.role is not Role.NORM
    return Cause.MATRICES if matrix else Cause.VECTORS


def code_width(kind: StorageType) -> int:
    """Return the whole bits of one code, without the scales that lie in its block.

    >>> from tabfit.storage.type_table import GGUF_TYPES
    >>> code_width(GGUF_TYPES["Q4_K"]), code_width(GGUF_TYPES["Q6_K"])
    (4, 6)
    """
    return 8 * kind.size // kind.elements
