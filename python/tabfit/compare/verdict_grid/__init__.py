"""The grid: many answers at once, as arrays (numpy)."""

from tabfit.compare.verdict_grid.judging import Ends, Grid, judged
from tabfit.compare.verdict_grid.table import Table, joined, only, read, shipped, table, written

__all__ = [
    "Ends",
    "Grid",
    "Table",
    "joined",
    "judged",
    "only",
    "read",
    "shipped",
    "table",
    "written",
]
