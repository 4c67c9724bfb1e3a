"""`tabfit inspect`: every tensor of a model, from its config, its header or its repository.

In: a source. Out: its tensors.
"""

from __future__ import annotations

import argparse
from typing import Any

from tabfit.cli import printed_json, text_output
from tabfit.sources import config_files, read_source
from tabfit.sources.chosen_hub import chosen_hub


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add the source."""
    command.add_argument("source", metavar="SOURCE", help="a config.json, a model file or a hub id")
    printed_json.add(command)


def run(asked: argparse.Namespace) -> int:
    """Print what the source holds."""
    found = _inspected(asked.source)
    if asked.json:
        printed_json.print_json(found)
    else:
        print("\n".join(text_output.inspected(found)))
    return 0


def _inspected(source: str) -> dict[str, Any]:
    """Return what a source holds; a config.json alone costs no more than reading it."""
    if config_files.is_config(source):
        return config_files.inspected(source)
    return read_source.inspect(source, chosen_hub())
