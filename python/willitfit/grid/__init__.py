"""The grid: many answers at once, as arrays (numpy)."""

from willitfit.grid.judging import Ends, Grid, judged
from willitfit.grid.table import Table, joined, only, read, shipped, table, written

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
