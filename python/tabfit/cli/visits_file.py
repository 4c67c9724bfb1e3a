"""A table of visits as the command line names it: a file, or the word `sample`.

Rows that differ are judged one by one with the standard library; many of them as arrays, once numpy
is there (the extra `tabfit[numpy]`).
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Final

from tabfit.population.coverage.class_coverage import Covering, Population
from tabfit.population.visits import csv_visits, parquet_visits, sample, table_cells
from tabfit.population.visits.table_cells import TableCells
from tabfit.population.visits.visit_classes import classes

#: What stands for the sample that comes with the package.
SAMPLE = "sample"
#: More rows that differ than these are judged as arrays.
FEW: Final = 2_000


def read(name: str) -> Covering:
    """Return the visits in a file. Raises `UnreadableVisits`, or `OSError`."""
    path = Path(name)
    if name == SAMPLE and not path.exists():
        return Population(sample.read())
    if _is_parquet(path):
        names, rows = parquet_visits.table(path)
        if _as_arrays(len(rows)):
            return _many(table_cells.of_rows(names, rows))
        return Population(classes(names, rows))
    with path.open("rb") as text:
        lines = csv_visits.counted(text, by_column=find_spec("numpy") is not None)
    if lines.differ is None or _as_arrays(lines.differ):
        return _many(lines.cells())
    return Population(classes(*lines.table()))


def one_by_one(name: str) -> Population:
    """Return the same as classes of devices, each of which is judged by itself."""
    path = Path(name)
    if name == SAMPLE and not path.exists():
        return Population(sample.read())
    if _is_parquet(path):
        return Population(parquet_visits.read(path))
    with path.open("rb") as lines:
        return Population(csv_visits.read(lines))


def _is_parquet(path: Path) -> bool:
    if path.suffix.lower() not in (".parquet", ".pq"):
        return False
    path.stat()  # raises, naming a file that is not there
    return True


def _as_arrays(count: int) -> bool:
    return count > FEW and find_spec("numpy") is not None


def _many(cells: TableCells) -> Covering:
    from tabfit.population.coverage.many_visits import ManyVisits  # noqa: PLC0415 - an extra
    from tabfit.population.visits import visit_columns  # noqa: PLC0415 - with it

    return ManyVisits(visit_columns.read(cells))
