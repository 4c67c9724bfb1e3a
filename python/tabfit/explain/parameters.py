"""The parameters of a model by the shapes of its arrays.

In: an architecture. Out: a formula with a line for every distinct shape, or for every role.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

from tabfit.formula import Quantity, Unit, known, named, product, total
from tabfit.i18n.language import later
from tabfit.model.architecture import Architecture
from tabfit.units import Basis

#: A formula with more lines than this helps nobody: beyond it arrays are added up by role.
MOST_LINES: Final = 16


def parameters(architecture: Architecture, source: str) -> Quantity:
    """Return the parameters, tied weights once: every distinct shape, and how often it comes."""
    arrays = [each for each in architecture.inventory.stored if not each.buffer]
    shapes = Counter((each.role, each.shape) for each in arrays)
    if len(shapes) > MOST_LINES:
        return _by_role(architecture, source)
    return total(_array(*key, count, source) for key, count in shapes.items())


def _array(role: str, shape: tuple[int, ...], count: int, source: str) -> Quantity:
    names = _sides(len(shape))
    factors = [_listed(name, side, source) for name, side in zip(names, shape, strict=True)]
    if count > 1 or not factors:
        words = later("arrays") if count > 1 else later("number")
        factors.insert(0, _listed(words, count, source))
    return named(str(role), product(factors), Unit.NUMBERS)


def _listed(label: str, number: int, source: str) -> Quantity:
    return known(label, number, Unit.NUMBERS, Basis.LISTED, source)


def _sides(count: int) -> tuple[str, ...]:
    """Return what the sides of an array of so many dimensions are called."""
    if count == 1:
        return (later("width"),)
    return (later("rows"), later("columns"), *(later("side") for _ in range(count - 2)))[:count]


def _by_role(architecture: Architecture, source: str) -> Quantity:
    counts = architecture.inventory.by_role()
    return total(
        known(str(role), count, Unit.NUMBERS, Basis.COMPUTED, source)
        for role, count in counts.items()
    )
