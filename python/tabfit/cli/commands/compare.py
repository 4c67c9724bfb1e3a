"""`tabfit compare`: every model of the catalogue on one device.

In: a device. Out: each model's best way to run there, the likeliest first.
"""

from __future__ import annotations

import argparse

from tabfit import catalog
from tabfit.cli import device_arguments, printed_json, terminal, text_output
from tabfit.compare import comparisons
from tabfit.compare.catalog_requirements import requirements_of


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add the device, without which there is nothing to compare on."""
    device_arguments.add(command, required=True)
    printed_json.add(command)


def run(asked: argparse.Namespace) -> int:
    """Print a row for each model."""
    known = catalog.read()
    device = device_arguments.here(asked, known)
    rows = comparisons.compare(known, device, requirements_of(known))
    if asked.json:
        printed_json.print_json(comparisons.report(rows, known, asked.device))
    else:
        print("\n".join(text_output.compared(rows, known, terminal.here())))
    return 0
