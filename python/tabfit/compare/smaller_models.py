"""Smaller models for the same task: what else would do where a model does not fit.

In: what is asked about, the catalogue, and how its models are judged on a device. Out: the
rows of those that likely fit there, or may where none does, the nearest relative first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from tabfit.catalog import Catalog, Model
from tabfit.compare.best_of_tasks import doublings
from tabfit.compare.comparisons import ComparisonRow
from tabfit.units import Parameters
from tabfit.verdict.probability import Outcome

#: The best row of a model on a device, `None` where no browser runtime has it.
RowOf = Callable[[str], ComparisonRow | None]

#: So many models of other makers are offered.
OTHERS: Final = 2


def smaller_siblings(
    task: str, parameters: Parameters | None, maker: str | None, catalog: Catalog, row_of: RowOf
) -> list[ComparisonRow]:
    """Return the largest of the smaller models for a task that likely fit.

    Where none does: that may.

    First one of the same maker, then some of others: of each halving of the size the newest is
    looked at, so that few are judged. Without `parameters` every size is smaller.
    """
    smaller = [
        model
        for model in catalog.models
        if model.task == task and model.parameters and model.parameters < (parameters or 2**62)
    ]
    smaller.sort(key=lambda model: -(model.parameters or 0))
    own = [model for model in smaller if maker and model.maker == maker]
    others = _newest_of_each_size([model for model in smaller if model not in own])
    for outcome in (Outcome.LIKELY, Outcome.MAY):
        found = [*_first(own, 1, outcome, row_of), *_first(others, OTHERS, outcome, row_of)]
        if found:
            return found
    return []


def _newest_of_each_size(models: Iterable[Model]) -> list[Model]:
    """Return the newest model of each doubling of the number of parameters, in their order."""
    found: dict[int, Model] = {}
    for model in models:
        size = doublings(model)
        if size not in found or model.released > found[size].released:
            found[size] = model
    return list(found.values())


def _first(
    models: Iterable[Model], most: int, outcome: Outcome, row_of: RowOf
) -> list[ComparisonRow]:
    """Return the rows of the first models of an outcome, so many at most."""
    found: list[ComparisonRow] = []
    for model in models:
        if len(found) == most:
            break
        row = row_of(model.id)
        if row is not None and row.outcome is outcome:
            found.append(row)
    return found
