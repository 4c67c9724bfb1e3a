"""The grid: many answers at once, as arrays (numpy)."""

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
