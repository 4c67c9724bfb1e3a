"""`tabfit models`, `devices` and `runtimes`: what the catalogue has.

In: which of them. Out: its rows.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from typing import Any

from tabfit import catalog
from tabfit.cli import printed_json, terminal
from tabfit.cli.terminal import Terminal
from tabfit.estimate import answer_json


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add the one choice, JSON or text."""
    printed_json.add(command)


def run(asked: argparse.Namespace) -> int:
    """Print the rows of what the command is called after."""
    kind = asked.command
    found = answer_json.listing(kind, catalog.read())
    if asked.json:
        printed_json.print_json(found)
    else:
        on = terminal.here()
        on.show(_lines(kind, found, on))
    return 0


def _lines(kind: str, found: dict[str, Any], terminal: Terminal) -> Iterator[str]:
    """Yield a line for each row of a listing."""
    more: dict[str, Callable[[dict[str, Any]], str]] = {
        "models": lambda row: ", ".join(row["runtimes"]),
        "devices": lambda row: f"{row['form']}, {row['year']}",
        "runtimes": lambda row: ", ".join(row["precisions"]),
    }
    return terminal.table([(row["id"], row["name"], more[kind](row)) for row in found[kind]])
