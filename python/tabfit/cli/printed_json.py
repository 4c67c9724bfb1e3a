"""JSON in place of text: the option that asks for it, and how an object is printed."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse


def add(command: argparse.ArgumentParser) -> None:
    """Have a command take `--json`."""
    command.add_argument("--json", action="store_true", help="print one JSON object")


def print_json(value: object) -> None:
    """Print a value as JSON, on lines of its own."""
    sys.stdout.write(json.dumps(value, indent=1, ensure_ascii=False) + "\n")
