"""A table of classes: every class of a population with its outcome and chance, each judged once.

In: what one way to run a model needs, and a population. Out: rows that `class_keys.join` joins
with any table of visits by `visit_class`, as CSV or as the SQL that makes the table.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from tabfit.catalog import RuntimeFacts
from tabfit.compare.run_requirements import RunRequirements
from tabfit.gate.many_devices.class_keys import key_text
from tabfit.gate.many_devices.device_classes import Cuts
from tabfit.gate.rules.device_signals import flat
from tabfit.population.coverage.class_coverage import Population, judged

#: The columns of the table.
COLUMNS: Final = ("visit_class", "outcome", "probability")
#: How many rows one statement brings: engines take no statement of any length.
AT_ONCE: Final = 500
#: A class, its outcome and its chance, `None` where there is none.
Row = tuple[str, str, float | None]


def rows(
    every: Mapping[str, Cuts],
    surveyed: Sequence[RunRequirements],
    facts: RuntimeFacts,
    population: Population,
) -> list[Row]:
    """Return the classes in the order in which visits name them first.

    `every` are the cuts of the gate of the same surveys, at their first context.
    """
    found: dict[str, Row] = {}
    for visits, settled in judged(surveyed, facts, population):
        key = key_text(every, flat(visits.device))
        found.setdefault(key, (key, settled.outcome.value, settled.probability))
    return list(found.values())


def as_csv(found: Sequence[Row]) -> str:
    """Return the table as CSV, an untold chance empty."""
    text = io.StringIO()
    written = csv.writer(text, lineterminator="\n")
    written.writerow(COLUMNS)
    written.writerows(found)
    return text.getvalue()


def statements(found: Sequence[Row]) -> Iterator[str]:
    """Yield what makes the table in DuckDB's SQL, an untold chance NULL."""
    yield "CREATE TABLE classes (visit_class VARCHAR, outcome VARCHAR, probability DOUBLE)"
    for at in range(0, len(found), AT_ONCE):
        every = ",\n".join(map(_values, found[at : at + AT_ONCE]))
        yield f"INSERT INTO classes ({', '.join(COLUMNS)}) VALUES\n{every}"


def _values(row: Row) -> str:
    """Return a row as SQL.

    >>> _values(("ios|-", "unknown", None))
    "('ios|-', 'unknown', NULL)"
    """
    named, outcome, chance = row
    quoted = ("'" + word.replace("'", "''") + "'" for word in (named, outcome))
    return f"({', '.join(quoted)}, {'NULL' if chance is None else chance})"
