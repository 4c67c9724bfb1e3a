"""The best model of each kind of task on a device: verdict first, then pace, then quality.

In: judged rows. Out: what sorts them, all in that order, and the first of each task. Where others
measured models of a task in one place (`catalog.published_scores`), their figures decide; a model
that is not among them stands in the middle of those of its size class, one doubling of parameters.
Where nobody did, the larger class comes first. Of equals the newest is taken.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from statistics import median
from typing import Final

from tabfit.catalog import Model
from tabfit.catalog.published_scores import score_tables, scores_of
from tabfit.compare.comparisons import ComparisonRow
from tabfit.verdict.probability import RANK, Outcome

#: People read 238 words a minute (Brysbaert 2019, doi:10.1016/j.jml.2019.104047), about five
#: tokens a second: what writes more slowly keeps a reader waiting.
READING_PACE: Final = 5
#: What a model must be called at least to be named as the best of anything.
NAMED: Final = (Outcome.LIKELY, Outcome.MAY)

#: What sorts models from the one to take: verdict, pace, quality, size class, release.
Suitability = tuple[int, bool, float, int, int]


def suitability(row: ComparisonRow, model: Model, quality: float = 0.0) -> Suitability:
    """Return what sorts models on a device, the one to take first.

    `quality` is told where all of them are measured alike: `Standings` says it.
    """
    slow = row.rates is not None and row.rates.per_second[1] < READING_PACE
    return RANK[row.outcome], slow, -quality, -doublings(model), -months(model)


def in_order(
    rows: Iterable[ComparisonRow], model_of: Callable[[str], Model]
) -> list[ComparisonRow]:
    """Return rows from the model to take, as Compare shows all tasks together; of equals by name.

    Those that no browser loads are the last, whatever their weights alone would need.
    """

    def place(row: ComparisonRow) -> tuple[bool, Suitability, str]:
        model = model_of(row.line.model)
        return row.facts.hypothetical, suitability(row, model), model.name.lower()

    return sorted(rows, key=place)


class Standings:
    """How models of a task stand to each other by what others measured, more being better."""

    def __init__(self, model_of: Callable[[str], Model]) -> None:
        """Work out the middle of each size class, in each table."""
        self._middles = {}
        for table in score_tables():
            classes: dict[int, list[float]] = defaultdict(list)
            for name in table.scores:
                classes[doublings(model_of(name))].append(table.worth(name) or 0.0)
            self._middles[table.measure] = {each: median(classes[each]) for each in classes}

    def of(self, model: Model) -> float:
        """Return where a model stands; 0 for every model of a task that nobody measured.

        Without a figure it stands in the middle of its size class, or where a smaller one's is
        better, there: more parameters are not taken for less. Smaller than all, behind them.
        """
        table = scores_of(model.task)
        if table is None:
            return 0.0
        own = table.worth(model.id)
        size, middles = doublings(model), self._middles[table.measure]
        no_larger = [middles[each] for each in middles if each <= size]
        return own if own is not None else max(no_larger, default=float("-inf"))


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
    standings, found = Standings(model_of), dict[str, ComparisonRow]()
    suited = [(suitability(row, model, standings.of(model)), row, model) for row, model in every]
    for _suits, row, model in sorted(suited, key=lambda each: each[0]):
        if row.outcome in NAMED:
            found.setdefault(task_of(model), row)
    return [(task, found[task]) for task, _count in counts.most_common() if task in found][:most]
