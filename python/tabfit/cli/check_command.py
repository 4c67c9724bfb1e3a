"""`tabfit check`: whether the models of a site keep to the limits of its tabfit.toml.

In: the file. Out: a table of limits, and exit 1 where one does not hold.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from tabfit import api, catalog
from tabfit.cli import screen, visits_file
from tabfit.cli.printed_json import print_json
from tabfit.estimate import answer_json
from tabfit.limits import checked, limits_file
from tabfit.limits.checked import Limited
from tabfit.limits.limits_file import ModelLimits
from tabfit.population.coverage import Population
from tabfit.sources.chosen_hub import chosen_hub


def run(file: str, *, as_json: bool) -> int:
    """Print every limit, and return 1 where one is broken."""
    path = Path(file)
    every = _checked(limits_file.read(path), path.parent)
    broken = sum(not each.holds for each in every)
    if as_json:
        rows = [each._asdict() for each in every]
        found = {"schema": answer_json.SCHEMA, "holds": not broken, "limits": rows}
        print_json(found)
    else:
        print("\n".join(screen.here().table([_row(each) for each in every])))
        print(f"{broken} of {len(every)} limits are broken" if broken else "every limit holds")
    return int(broken > 0)


def _checked(limits: tuple[ModelLimits, ...], folder: Path) -> list[Limited]:
    known = catalog.read()
    hub = chosen_hub()

    @cache
    def population(name: str) -> Population:
        return visits_file.read(str(folder / name) if (folder / name).exists() else name)

    return [
        row
        for each in limits
        for row in checked.check(each, api.find_model(each.model, known, hub), known, population)
    ]


def _row(each: Limited) -> tuple[str, ...]:
    accepted = f"(accepted: {each.accepted})"
    return "ok" if each.holds else "BROKEN", each.model, each.limit, each.found, accepted
