"""A table of visits as the command line names it: a file, or the word `sample`."""

from __future__ import annotations

from pathlib import Path

from tabfit.population.coverage.class_coverage import Population
from tabfit.population.visits import csv_visits, parquet_visits, sample

#: What stands for the sample that comes with the package.
SAMPLE = "sample"


def read(name: str) -> Population:
    """Return the population in a file. Raises `UnreadableVisits`, or `OSError`."""
    path = Path(name)
    if name == SAMPLE and not path.exists():
        return Population(sample.read())
    if path.suffix.lower() in (".parquet", ".pq"):
        path.stat()  # raises, naming a file that is not there
        return Population(parquet_visits.read(path))
    with path.open("rb") as lines:
        return Population(csv_visits.read(lines))
