"""How every command prints an object: indented, with letters as they are."""

from __future__ import annotations

import json
import sys


def print_json(value: object) -> None:
    """Print a value as JSON, on lines of its own."""
    sys.stdout.write(json.dumps(value, indent=1, ensure_ascii=False) + "\n")
