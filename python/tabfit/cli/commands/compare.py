"""`tabfit compare`: every model of the catalogue on one device.

In: a device. Out: each model's best way to run there, in the order of the page.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from tabfit import catalog
from tabfit.catalog import Catalog
from tabfit.cli import device_arguments, printed_json, terminal
from tabfit.cli.terminal import MARKS, Terminal
from tabfit.compare import comparisons
from tabfit.compare.best_of_tasks import in_order
from tabfit.compare.catalog_requirements import requirements_of
from tabfit.compare.comparisons import ComparisonRow
from tabfit.i18n.size_text import size
from tabfit.verdict.probability import Outcome


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add the device, without which there is nothing to compare on."""
    device_arguments.add(command, required=True)
    printed_json.add(command)


def run(asked: argparse.Namespace) -> int:
    """Print a row for each model."""
    known = catalog.read()
    device = device_arguments.here(asked, known)
    rows = in_order(comparisons.compare(known, device, requirements_of(known)), known.model)
    if asked.json:
        printed_json.print_json(comparisons.report(rows, known, asked.device))
    else:
        on = terminal.here()
        on.show(_lines(rows, known, on))
    return 0


def _lines(rows: list[ComparisonRow], catalog: Catalog, terminal: Terminal) -> Iterator[str]:
    """Yield a line for each model, and how many fit."""
    yield from terminal.table(
        [_compared(each, catalog) for each in rows], [row.outcome for row in rows]
    )
    loaded = [each for each in rows if not each.facts.hypothetical]
    likely = sum(each.outcome is Outcome.LIKELY for each in loaded)
    yield f"{likely} of {len(loaded)} that a browser can load likely fit"


def _compared(row: ComparisonRow, catalog: Catalog) -> tuple[str, ...]:
    line = row.line
    outcome = f"{MARKS[row.outcome]} {row.outcome}"
    name, how = catalog.model(line.model).name, f"{line.runtime} {line.precision}"
    return outcome, name, size(line.download), how
