"""What a runtime holds, phase by phase, as formulas: the twin of `runtimes.*.phases`.

In: a runtime's `Load`. Out: pieces of the same phases and pools, each with an expression whose
value is the component's size, byte for byte (`tests/core/explain/test_figures.py` holds
them together).
"""

from __future__ import annotations

from dataclasses import dataclass

from tabfit.devices.budgets import Pool
from tabfit.explain import model_sizes
from tabfit.explain.constant_sources import known
from tabfit.explain.formula import Ends, Expression, Given, Named, Unit, shares, size, whole
from tabfit.i18n.language import _
from tabfit.runtimes.base import Load, Runtime
from tabfit.runtimes.phases import Label
from tabfit.units import Basis, Interval


@dataclass(frozen=True, slots=True)
class Piece:
    """One component of a phase, as a formula."""

    label: Label
    pool: Pool
    expression: Expression


Phases = tuple[tuple[str, tuple[Piece, ...]], ...]


def on_page(label: Label, expression: Expression) -> Piece:
    """Return a piece of the tab's own memory."""
    return Piece(label, Pool.PAGE, expression)


def on_gpu(label: Label, expression: Expression) -> Piece:
    """Return a piece of graphics memory."""
    return Piece(label, Pool.GPU, expression)


def constant(words: str, name: str, interval: Interval) -> Given:
    """Return a constant in bytes with how it is known."""
    return size(words, interval, *known(name))


def spread(words: str, name: str, ends: Ends) -> Given:
    """Return a constant factor with how it is known."""
    return shares(words, ends, *known(name))


def count(words: str, number: int, source: str | None = None) -> Given:
    """Return a plain number that the shape gives."""
    said = _("the model’s shape") if source is None else source
    return whole(words, number, Unit.NUMBERS, Basis.COMPUTED, said)


def cache_of(runtime: Runtime, load: Load) -> Expression:
    """Return the cache as this runtime allocates it."""
    kept = runtime.kept(load)
    return Named(_("cache"), model_sizes.cache(load.architecture, load.context, kept))


def stored_weights(load: Load) -> Expression:
    """Return the bytes of all stored tensors."""
    return Named(_("weights"), model_sizes.weights(load.stored))


def wide() -> Given:
    """Return the bytes of a 32-bit float."""
    return count(_("bytes per number"), 4, _("32-bit floats"))
