"""`tabfit need`: the smallest device that a model needs.

In: a model and how it is loaded. Out: the least of each kind of device that will likely do.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any

from tabfit import catalog
from tabfit.catalog import Catalog
from tabfit.cli import model_arguments, printed_json, terminal
from tabfit.cli.terminal import Terminal
from tabfit.compare import smallest_device
from tabfit.devices.device import Device
from tabfit.i18n.size_text import size
from tabfit.units import GIB, exactly


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add the model and how it is loaded."""
    model_arguments.add(command)
    printed_json.add(command)


def run(asked: argparse.Namespace) -> int:
    """Print the least of each kind."""
    known = catalog.read()
    found = smallest_device.need(model_arguments.answer(asked, known, Device()), known)
    if asked.json:
        printed_json.print_json(found)
    else:
        on = terminal.here()
        on.show(_lines(found, known, on))
    return 0


def _lines(found: dict[str, Any], known: Catalog, shown: Terminal) -> Iterator[str]:
    """Yield the least of each kind for a terminal, and the devices that manage by kind."""
    for kind, ram in found["ram_bytes"].items():
        yield f"{kind:10} {'more than any sold' if ram is None else f'{ram // GIB} GB of memory'}"
    yield f"storage    {size(exactly(found['storage_bytes']))}"
    for demand in found["demands"]:
        much = "" if demand["bytes"] is None else f" {size(exactly(demand['bytes']))}:"
        yield from shown.wrapped(f"{demand['name']}:{much} {demand['why']}")
    yield f"devices    {len(found['devices'])} of {len(known.devices)} in the catalogue"
    every: dict[str, list[str]] = {}
    for each in found["devices"]:
        every.setdefault(known.device(each).group, []).append(each)
    for group, ids in every.items():
        yield from shown.wrapped(f"  {group}: {', '.join(ids)}", indent="    ")
