"""The best model of each kind of task on a device: verdict first, then pace, then size.

In: judged rows. Out: what sorts them, and the first of each task. No measure of quality is
published for all models of a task in one place, so their size class stands for it: models of one
doubling of parameters count as equal, and of equals the newest comes first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Final

from tabfit.catalog import Model
from tabfit.compare.comparisons import ComparisonRow
from tabfit.verdict.probability import RANK, Outcome

#: People read 238 words a minute (Brysbaert 2019, doi:10.1016/j.jml.2019.104047), about five
#: tokens a second: what writes more slowly keeps a reader waiting.
READING_PACE: Final = 5
#: What a model must be called at least to be named as the best of anything.
NAMED: Final = (Outcome.LIKELY, Outcome.MAY)

#: What sorts models from the one to take: verdict, pace, size class, release.
Suitability = tuple[int, bool, int, int]


def suitability(row: ComparisonRow, model: Model) -> Suitability:
    """Return what sorts models on a device, the one to take first."""
    slow = row.rates is not None and row.rates.per_second[1] < READING_PACE
    return RANK[row.outcome], slow, -doublings(model), -months(model)


def doublings(model: Model) -> int:
    """Return the size class of a model: how often one parameter doubles into all of its own."""
    return (model.parameters or 0).bit_length()


def months(model: Model) -> int:
    """Return when a model was released, in months."""
    year, _dash, month = model.released.partition("-")
    return 12 * int(year) + int(month or 1)


def best_of_tasks(
    rows: Iterable[ComparisonRow],
    model_of: Callable[[str], Model],
    task_of: Callable[[Model], str],
    most: int,
) -> list[tuple[str, ComparisonRow]]:
    """Return the best row of each task, the tasks with the most models first, at most so many.

    A task of which nothing likely or perhaps fits is left out.
    """
    every = [(row, model_of(row.line.model)) for row in rows]
    counts = Counter(task_of(model) for _row, model in every)
    found: dict[str, ComparisonRow] = {}
    for row, model in sorted(every, key=lambda each: suitability(*each)):
        if row.outcome in NAMED:
            found.setdefault(task_of(model), row)
    return [(task, found[task]) for task, _count in counts.most_common() if task in found][:most]
