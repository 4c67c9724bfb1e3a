"""Where the build reads and writes, and the versions that belong together."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MODULES = ROOT / "node_modules"
PYODIDE = MODULES / "pyodide"
PYSCRIPT = MODULES / "@pyscript" / "core"
CACHE = ROOT / ".cache"
DIST = ROOT / "dist"


@cache
def official_lock() -> dict[str, dict[str, dict[str, object]]]:
    """Return Pyodide's own pyodide-lock.json: what it was built with, and every wheel's hash."""
    lock: dict[str, dict[str, dict[str, object]]] = json.loads(
        (PYODIDE / "pyodide-lock.json").read_text()
    )
    return lock


def version_of(package: Path) -> str:
    """Return the version of an npm package that `make setup` installed."""
    version: str = json.loads((package / "package.json").read_text())["version"]
    return version
