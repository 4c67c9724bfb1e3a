"""Visits from Parquet, which DuckDB reads and gathers (the extra `tabfit[data]`).

In: a path. Out: classes of visits. A row is counted from 2 on, as in CSV, whose first row names
the columns; here it is the row of the first visit that says the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tabfit.errors import LibraryNotInstalled, UnreadableVisits
from tabfit.i18n.language import Message
from tabfit.population.visits import columns
from tabfit.population.visits.visit_classes import DistinctRow, VisitClass, check_names, classes


def read(path: Path) -> tuple[VisitClass, ...]:
    """Return the classes of a file's visits. Raises as `table` does."""
    return classes(*table(path))


def table(path: Path) -> tuple[list[str], list[DistinctRow]]:
    """Return the columns' names of a file, and its distinct rows.

    Raises `LibraryNotInstalled`, and `UnreadableVisits`.
    """
    try:
        import duckdb  # noqa: PLC0415 - an extra, which few install
    except ImportError:
        raise LibraryNotInstalled("Parquet", "DuckDB", "data") from None
    database = duckdb.connect()
    try:
        names = [name.lower() for name in database.read_parquet(str(path)).columns]
        check_names(names)
        return names, list(_distinct(database, path, names))
    except duckdb.Error:
        problem = Message("cannot be read; a Parquet file is accepted")
        raise UnreadableVisits(1, "1", problem) from None


def _distinct(database: Any, path: Path, names: list[str]) -> Iterator[DistinctRow]:  # noqa: ANN401 - DuckDB's
    """Yield every distinct row once."""
    kept = [name for name in names if name != columns.VISITS]
    each = f'"{columns.VISITS}"' if columns.VISITS in names else "1"
    quoted = ", ".join(f'"{name}"' for name in kept)
    found = database.execute(
        f"SELECT MIN(file_row_number), {each}, COUNT(*), {quoted} "  # noqa: S608 - known names
        "FROM read_parquet(?, file_row_number = true) GROUP BY ALL ORDER BY 1",
        [str(path)],
    )
    for number, stands_for, times, *told in found.fetchall():
        cells = dict(zip(kept, told, strict=True))
        row = number + 2
        yield DistinctRow(
            cells=tuple(cells.get(name) for name in names),
            row=row,
            count=columns.visits(row, stands_for) * times,
        )
