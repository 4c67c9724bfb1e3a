"""`tabfit link`: what a shared link asks.

In: an address, or what stands behind its `#`. Out: the scenario.
"""

from __future__ import annotations

import argparse

from tabfit.cli import printed_json, terminal
from tabfit.estimate import answer_json, link


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add the address."""
    command.add_argument("url")
    printed_json.add(command)


def run(asked: argparse.Namespace) -> int:
    """Print what the link asks."""
    _, mark, text = asked.url.partition("#")
    scenario = link.read(text if mark else asked.url)
    found = answer_json.scenario(scenario, scenario.model)
    if asked.json:
        printed_json.print_json({"schema": answer_json.SCHEMA, "scenario": found})
    else:
        told = (f"{key:10} {value}" for key, value in found.items() if value is not None)
        terminal.here().show(told)
    return 0
