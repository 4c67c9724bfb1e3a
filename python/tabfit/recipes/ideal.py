"""Ideal: every weight at the width its precision is named for, in no file at all.

This is what "parameters x bits / 8" gives, and what no real file reaches: the
one-bit methods, whose wide parts are part of the method, come from `one_bit`.
"""

from __future__ import annotations

from typing import Final

from tabfit.errors import UnknownName
from tabfit.i18n.language import _, later
from tabfit.model.architecture import Architecture
from tabfit.recipes import one_bit
from tabfit.recipes.stored_model import File, Stored, keep
from tabfit.storage.storage_type import BF16, F16, F32, I8, StorageType
from tabfit.units import Basis, exactly

NOMINAL: Final = {
    "fp32": F32,
    "fp16": F16,
    "bf16": BF16,
    "int8": I8,
    "int4": StorageType("int4", elements=2, size=1, runs=True),
    "int3": StorageType("int3", elements=8, size=3, runs=True),
    "int2": StorageType("int2", elements=4, size=1, runs=True),
}
ONE_BIT: Final = ("ternary", "binary", "onebit", "billm")
PRECISIONS: Final = (*NOMINAL, *ONE_BIT)


def store(architecture: Architecture, precision: str) -> Stored:
    """Return every tensor at the nominal width of `precision`.

    Raises `UnknownName` for a precision that names no width.
    """
    asked = precision.lower()
    if asked in ONE_BIT:
        return one_bit.store(architecture, asked)
    kind = NOMINAL.get(asked)
    if kind is None:
        raise UnknownName(later("precision"), precision, PRECISIONS)
    tensors = tuple(keep(tensor, kind) for tensor in architecture.inventory.stored)
    size = exactly(sum(tensor.size for tensor in tensors))
    file = File(
        name="weights",
        size=size,
        basis=Basis.COMPUTED,
        why=_(
            "{count:,} parameters at {bits:g} bits each",
            count=architecture.inventory.total,
            bits=kind.bits_per_weight,
        ),
        tensors=tensors,
    )
    return Stored("ideal", asked, tensors, (file,))
