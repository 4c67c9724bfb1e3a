"""The grid: many answers at once, as arrays (numpy)."""

from willitfit.grid.judging import OUTCOMES, Ends, Grid, judged
from willitfit.grid.table import Table, joined, read, shipped, table, written

__all__ = [
    "OUTCOMES",
    "Ends",
    "Grid",
    "Table",
    "joined",
    "judged",
    "read",
    "shipped",
    "table",
    "written",
]
