"""The sample: a population made from public shares, to try things on; nobody's visitors.

In: the package's own files, which tools/sample_visits.mjs writes. Out: classes of visits, and what
they were read from, under which licence and when.
"""

from __future__ import annotations

import json
from importlib.resources import files

from tabfit.population import csv_visits
from tabfit.population.visit_classes import VisitClass


def read() -> tuple[VisitClass, ...]:
    """Return the sample's classes."""
    text = files(__package__).joinpath("sample_visits.csv").read_bytes()
    return csv_visits.read(text.splitlines(keepends=True))


def sources() -> dict[str, str]:
    """Return what the sample is, and what it was read from."""
    text = files(__package__).joinpath("sample_visits.json").read_text(encoding="utf-8")
    found: dict[str, str] = json.loads(text)
    return found
