"""The sample: a population made from public shares, to try things on; nobody's visitors.

In: the package's own files, which tools/sample_visits.mjs writes. Out: classes of visits, and what
they were read from, under which licence and when.
"""

from __future__ import annotations

import json
from importlib.resources import files

from tabfit.population.visits.csv_lines import CountedLines
from tabfit.population.visits.visit_classes import VisitClass, classes


def read() -> tuple[VisitClass, ...]:
    """Return the sample's classes."""
    return classes(*lines().table())


def lines() -> CountedLines:
    """Return the lines of the sample's table."""
    found = CountedLines()
    found.take(files(__package__).joinpath("sample_visits.csv").read_bytes())
    return found


def sources() -> dict[str, str]:
    """Return what the sample is, and what it was read from."""
    text = files(__package__).joinpath("sample_visits.json").read_text(encoding="utf-8")
    found: dict[str, str] = json.loads(text)
    return found


def collector() -> str:
    """Return the module that makes a row of a visitor's browser, once the visitor agreed."""
    return files(__package__).joinpath("collector.mjs").read_text(encoding="utf-8")
