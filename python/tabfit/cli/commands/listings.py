"""`tabfit models`, `devices` and `runtimes`: what the catalogue has.

In: which of them. Out: its rows.
"""

from __future__ import annotations

import argparse

from tabfit import catalog
from tabfit.cli import printed_json, terminal, text_output
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
        print("\n".join(text_output.listing(kind, found, terminal.here())))
    return 0
