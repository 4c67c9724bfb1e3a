"""A table fitted on people's reports, which another may replace for a while.

In: what reads the table of the catalogue. Out: the table in use. While a fit is judged that is
one that never saw some of the reports.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

Table = dict[str, dict[str, Any]]


class FittedTable:
    """A table of the catalogue, or what replaces it."""

    def __init__(self, read: Callable[[], Table]) -> None:
        """Take what reads the catalogue's table; it is read when first asked for."""
        self._read = read
        self._other: Table | None = None

    @property
    def rows(self) -> Table:
        """Return the table in use."""
        return self._read() if self._other is None else self._other

    @contextmanager
    def replaced_by(self, table: Table) -> Iterator[None]:
        """Judge by another table for a while."""
        before, self._other = self._other, table
        try:
            yield
        finally:
            self._other = before
