"""Visits from CSV: a first row of names, then a row for each visit or for `visits` of them.

In: the lines of a file, as bytes. Out: classes of visits. Rows that are the same are read once.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from tabfit.population.visits.csv_lines import CountedLines
from tabfit.population.visits.visit_classes import VisitClass, classes


def read(lines: Iterable[bytes]) -> tuple[VisitClass, ...]:
    r"""Return the classes of the visits that the lines hold. Raises `UnreadableVisits`.

    >>> found = read([b"platform,visits\n", b"ios,3\n", b"android,1\n", b"ios,2\n"])
    >>> [(each.device.platform, each.count) for each in found]
    [('ios', 5), ('android', 1)]
    """
    return classes(*counted(lines).table())


def counted(lines: Iterable[bytes], *, by_column: bool = False) -> CountedLines:
    """Return the lines, those that are the same as one. Raises `UnreadableVisits`."""
    found, left = CountedLines(by_column=by_column), iter(lines)
    while some := list(islice(left, 10_000)):
        found.take(b"".join(some))
    return found
