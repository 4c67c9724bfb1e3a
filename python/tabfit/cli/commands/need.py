"""`tabfit need`: the smallest device that a model needs.

In: a model and how it is loaded. Out: the least of each kind of device that will likely do.
"""

from __future__ import annotations

import argparse

from tabfit import catalog
from tabfit.cli import model_arguments, printed_json, text_output
from tabfit.compare import smallest_device
from tabfit.devices.device import Device


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
        print("\n".join(text_output.needed(found)))
    return 0
