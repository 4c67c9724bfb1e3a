"""How good models are at their task, as others measured many of them in one place.

In: a task. Out: the table of `published_scores.json` that holds for it: a measure, when and where
it was published, and the figures of models of the catalogue.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources

from tabfit.catalog.published_quality import Source
from tabfit.light_dataclass import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreTable:
    """One measure of many models: figures by the models' ids, each as it was published.

    `published` is a year, month or day; `larger_is_better` is false of a share of errors.
    """

    measure: str
    tasks: tuple[str, ...]
    published: str
    larger_is_better: bool
    source: Source
    scores: Mapping[str, float]

    def worth(self, model: str) -> float | None:
        """Return a model's figure so that more is better, `None` where none is published."""
        score = self.scores.get(model)
        return score if score is None or self.larger_is_better else -score


@cache
def score_tables() -> tuple[ScoreTable, ...]:
    """Return every table."""
    text = resources.files("tabfit.catalog").joinpath("published_scores.json").read_text("utf-8")
    return tuple(
        ScoreTable(**{**row, "tasks": tuple(row["tasks"]), "source": Source(**row["source"])})
        for row in json.loads(text)["tables"]
    )


def scores_of(task: str) -> ScoreTable | None:
    """Return the table for a task, `None` where nobody measured many of its models.

    >>> [table.measure for task in ("text-generation", "fill-mask") if (table := scores_of(task))]
    ['arena']
    """
    return next((each for each in score_tables() if task in each.tasks), None)
