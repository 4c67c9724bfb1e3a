"""One bit a weight: what the methods would store of a model, and the papers' sizes again.

In: a model and a device, or nothing. Out: a step for each method with what it names
and what it stores; and each size that a paper prints beside what the shapes give.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Final

from tabfit import architectures
from tabfit.catalog import Catalog, Model
from tabfit.catalog.published_quality import OneBitPaperRow, one_bit_configs, one_bit_paper_rows
from tabfit.devices.device import Device
from tabfit.errors import TabfitError
from tabfit.estimate.answers import Answer, altered, answer
from tabfit.estimate.scenario import Scenario
from tabfit.estimate.subjects import subject
from tabfit.light_dataclass import dataclass, replace
from tabfit.model.architecture import Architecture
from tabfit.model.tensors import is_layer_matrix
from tabfit.recipes import one_bit as recipe
from tabfit.recipes.gguf import files
from tabfit.recipes.stored_model import Stored
from tabfit.storage.storage_type import F16
from tabfit.units import GB, Bytes

#: What the methods are held against: sixteen bits, and llama.cpp's usual mix of about four.
WIDE: Final = "fp16"
USUAL: Final = "q4_k_m"
#: The methods, as they are stored, and one that is only a bound.
STORED: Final = ("pbllm", "billm", "tq2_0", "i2_s", "tl1", "tq1_0", "tl2", "ternary", "onebit")
BOUND: Final = "binary"


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodSize:
    """One method on one model: bits as named and as stored, and the answer on a device."""

    method: str
    named: float
    answer: Answer
    packed: int  # how many weights it packs
    packed_bytes: Bytes
    wide_bytes: Bytes

    @property
    def size(self) -> Bytes:
        """Return all that it stores."""
        return self.answer.stored.weights_bytes

    @property
    def packed_bits(self) -> float:
        """Return the bits a weight inside the layers takes."""
        return 8 * self.packed_bytes / self.packed if self.packed else 0.0

    @property
    def whole_bits(self) -> float:
        """Return the bits a parameter of the whole model takes."""
        return 8 * self.size / self.answer.load.architecture.inventory.total


def decoders(catalog: Catalog) -> tuple[Model, ...]:
    """Return the models such methods are for: those that make text, of a known shape."""
    return tuple(
        model
        for model in catalog.models
        if model.config is not None and model.task == "text-generation"
    )


def method_sizes(scenario: Scenario, catalog: Catalog, here: Device) -> list[MethodSize]:
    """Return every method and what it is held against, the largest first.

    Counted are weights and cache alone, as no browser's runtime reads these forms.
    Raises what `answer` raises.
    """
    about = subject(scenario.model, catalog)
    given = answer(
        replace(scenario, runtime=catalog.weights_alone.id, precision="fp16"), catalog, here, about
    )
    shape = given.load.architecture
    found = [_step(WIDE, 16, given), *_usual(given, shape)]
    for name in (*STORED, BOUND):
        stored = recipe.store(shape, name)
        found.append(_step(name, recipe.METHODS[name].named, altered(given, stored, shape)))
    return sorted(found, key=lambda step: -step.size)


def _usual(given: Answer, shape: Architecture) -> Iterator[MethodSize]:
    """Yield the weights by llama.cpp's usual mix of four bits, where it knows the shape."""
    try:
        stored = files.store(shape, USUAL)
    except TabfitError:
        return
    yield _step(USUAL, 4, altered(given, stored, shape))


def _step(method: str, named: float, given: Answer) -> MethodSize:
    packed, packed_bytes = _packed(given.load.architecture, given.stored)
    return MethodSize(
        method=method,
        named=named,
        answer=given,
        packed=packed,
        packed_bytes=packed_bytes,
        wide_bytes=Bytes(given.stored.weights_bytes - packed_bytes),
    )


def _packed(architecture: Architecture, stored: Stored) -> tuple[int, Bytes]:
    """Return how many weights lie in matrices inside the layers, and their bytes."""
    inside = {t.name: t.elements for t in architecture.inventory.stored if is_layer_matrix(t)}
    size = sum(t.size for t in stored.tensors if any(name in inside for name in t.origin))
    return sum(inside.values()), Bytes(size)


# The papers' sizes again


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedSize:
    """A size that a paper prints, and what the shapes give.

    `rest` is what a run needs beside its weights, taken from the original's run; it is
    nothing where the paper prints the size of a file.
    """

    row: OneBitPaperRow
    weights: Bytes
    rest: Bytes

    @property
    def ours(self) -> Bytes:
        """Return the size as computed."""
        return Bytes(self.weights + self.rest)


#: The form in which a paper's method is stored.
_FORMS: Final = {"onebit": "onebit", "bitnet-b1.58": "i2_s", "billm": "billm"}


@cache
def printed_sizes() -> tuple[PrintedSize, ...]:
    """Return every size that a one-bit paper prints for a model of known shape."""
    return tuple(_printed())


def _printed() -> Iterator[PrintedSize]:
    shapes = one_bit_configs()
    for row in one_bit_paper_rows():
        if row.model in shapes and row.memory_gb is not None:
            shape = architectures.read(shapes[row.model])
            weights = recipe.store(shape, _FORMS[row.method]).weights_bytes
            yield PrintedSize(row=row, weights=weights, rest=_rest(row, shape))


def _rest(row: OneBitPaperRow, shape: Architecture) -> Bytes:
    """Return what the original's run needs beside its weights, in a paper that measures runs."""
    if row.method != "bitnet-b1.58" or row.baseline_memory_gb is None:
        return Bytes(0)
    wide = shape.inventory.total * F16.size
    return Bytes(round(row.baseline_memory_gb * GB) - wide)
