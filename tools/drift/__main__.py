"""List every row of our tables that the installed packages no longer agree with; exit 1 if any.

`python -m tools.drift` reads what is installed; `--newest` asks npm for newer versions too.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tools.drift import browsers, packages, registry

ROOT = Path(__file__).resolve().parents[2]
MODULES = ROOT / "node_modules"
CATALOGUE = ROOT / "python" / "tabfit" / "catalog"
LEFT_OUT = ROOT / "tests" / "data" / "webllm_ids.json"


def _rows(name: str) -> list[dict[str, Any]]:
    found: dict[str, Any] = json.loads((CATALOGUE / name).read_text(encoding="utf-8"))
    return list(found["rows"])


def drift() -> Iterator[str]:
    """Yield every row that the installed packages tell otherwise."""
    yield from packages.drift(_rows("runtimes.json"), MODULES)
    left_out = json.loads(LEFT_OUT.read_text(encoding="utf-8"))["not_in_catalogue"]
    yield from packages.lists(_rows("models.json"), left_out, MODULES)
    yield from packages.entries_differing(_rows("models.json"), MODULES)
    yield from browsers.drift()


def main() -> int:
    """Print what differs; return whether anything does."""
    found = [*drift()]
    if "--newest" in sys.argv[1:]:
        found += registry.drift(ROOT / "package.json")
    print("\n".join(found) or "nothing drifted")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
