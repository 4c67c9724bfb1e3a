"""The grid: many answers at once, as arrays (numpy).

In: surveys, what each way to run a model needs at each context; a device. Out: a `VerdictGrid`:
words, chances and peaks for every way, each as the whole answer would have it (`tests/laws/`).

    table     surveys as arrays, made of values or of the bytes that a page is sent
    judging   a table's answers on a device, by the engine itself

Imports `compare.run_requirements` and `verdict`; numpy is imported with it, and by no room
before.
"""

from tabfit.compare.verdict_grid.judging import IntervalEnds, VerdictGrid, judge_table
from tabfit.compare.verdict_grid.table import (
    RequirementsTable,
    UsualSurveys,
    joined,
    only,
    read,
    requirements_table,
    shipped,
    written,
)

__all__ = [
    "IntervalEnds",
    "RequirementsTable",
    "UsualSurveys",
    "VerdictGrid",
    "joined",
    "judge_table",
    "only",
    "read",
    "requirements_table",
    "shipped",
    "written",
]
