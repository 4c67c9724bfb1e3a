"""The page's own pyodide-lock.json: five packages instead of Pyodide's 357.

Pyodide and micropip both install by it, and the browser refuses a file whose
sha256 is not the one written here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from tools.dist.paths import official_lock


def lock(first: Mapping[str, Path], later: Mapping[str, Path], folder: str) -> str:
    """Return the lock as JSON.

    `first` lie beside the lock and are loaded at the start; `later` lie in
    `folder`, a path from there, and are installed when first used.
    """
    entries = [_entry(name, path, path.name) for name, path in first.items()]
    entries += [_entry(name, path, folder + path.name) for name, path in later.items()]
    packages = {entry["name"]: entry for entry in entries}
    return json.dumps({"info": official_lock()["info"], "packages": packages}, indent=1)


def _entry(name: str, path: Path, file_name: str) -> dict[str, Any]:
    return {
        "name": name,
        "version": path.name.split("-")[1],
        "file_name": file_name,
        "install_dir": "site",
        "package_type": "package",
        "imports": [name],
        "depends": [],
        "unvendored_tests": False,
        "sha256": sha256(path.read_bytes()).hexdigest(),
    }
