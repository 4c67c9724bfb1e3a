"""`tabfit check`: whether the models of a site keep to the limits of its tabfit.toml.

In: the file. Out: a table of limits, and exit 1 where one does not hold.
"""

from __future__ import annotations

import argparse
from functools import cache
from pathlib import Path

from tabfit import catalog
from tabfit.cli import model_arguments, printed_json, terminal, visits_file
from tabfit.estimate import answer_json
from tabfit.limits import limit_checks, limits_file
from tabfit.limits.limit_checks import Limited
from tabfit.limits.limits_file import ModelLimits
from tabfit.population.coverage.class_coverage import Covering


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add the file of limits."""
    command.add_argument("limits", metavar="FILE", nargs="?", default="tabfit.toml")
    printed_json.add(command)


def run(asked: argparse.Namespace) -> int:
    """Print every limit, and return 1 where one is broken."""
    path = Path(asked.limits)
    every = _checked(limits_file.read(path), path.parent)
    broken = sum(not each.holds for each in every)
    if asked.json:
        rows = [each._asdict() for each in every]
        found = {"schema": answer_json.SCHEMA, "holds": not broken, "limits": rows}
        printed_json.print_json(found)
    else:
        on = terminal.here()
        on.show(on.table([_row(each) for each in every]))
        print(f"{broken} of {len(every)} limits are broken" if broken else "every limit holds")
    return int(broken > 0)


def _checked(limits: tuple[ModelLimits, ...], folder: Path) -> list[Limited]:
    known = catalog.read()

    @cache
    def population(name: str) -> Covering:
        return visits_file.read(str(folder / name) if (folder / name).exists() else name)

    return [
        row
        for each in limits
        for row in limit_checks.check(
            each, model_arguments.subject(each.model, known), known, population
        )
    ]


def _row(each: Limited) -> tuple[str, ...]:
    accepted = f"(accepted: {each.accepted})"
    return "ok" if each.holds else "BROKEN", each.model, each.limit, each.found, accepted
