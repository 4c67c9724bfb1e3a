"""`tabfit inspect`: every tensor of a model, from its config, its header or its repository.

In: a source. Out: its tensors.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any

from tabfit.cli import printed_json, terminal
from tabfit.i18n.size_text import size
from tabfit.sources import config_files
from tabfit.sources.chosen_hub import chosen_hub
from tabfit.units import exactly


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
        terminal.here().show(_lines(found))
    return 0


def _inspected(source: str) -> dict[str, Any]:
    """Return what a source holds; a config.json alone costs no more than reading it."""
    if config_files.is_config(source):
        return config_files.inspected(source)
    from tabfit.sources import read_source  # noqa: PLC0415 - what reads files and hubs

    return read_source.inspect(source, chosen_hub())


def _lines(found: dict[str, Any]) -> Iterator[str]:
    """Yield the tensors of a source for a terminal."""
    counts = found["parameters"]
    yield f"{found['source']}: {found['kind']}, {found['architecture']}"
    total, untied, active = (counts[each] for each in ("total", "untied", "active"))
    yield f"parameters {total:,} (every use {untied:,}, one token {active:,})"
    if counts["published"] != total:
        yield f"published  {counts['published']:,}, which is more than transformers builds"
    weights, largest = (found[each] for each in ("weights_bytes", "largest_tensor_bytes"))
    yield f"weights    {_bytes(weights)}, largest tensor {_bytes(largest)}"
    for tensor in found["tensors"]:
        filled = "" if tensor["bytes"] is None else f"  {tensor['bytes']:,}"
        yield f"  {tensor['name']}  {tensor['shape']}  {tensor['type']}{filled}"
    yield from (f"note: {note}" for note in found["notes"])


def _bytes(count: int | None) -> str:
    return "not known" if count is None else size(exactly(count))
