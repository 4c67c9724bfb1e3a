"""Which of the pinned npm packages have a newer version.

In: package.json, and npm, which is asked for one version each. Out: a sentence for each that has.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path


def newest(package: str) -> str:
    """Return a package's newest version, as npm says."""
    done = subprocess.run(
        ["npm", "view", package, "version"], check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def drift(manifest: Path, ask: Callable[[str], str] = newest) -> Iterator[str]:
    """Yield the packages of a package.json that `ask` tells another version of."""
    pinned = json.loads(manifest.read_text(encoding="utf-8"))
    for package, version in {**pinned["dependencies"], **pinned["devDependencies"]}.items():
        found = ask(package)
        if found != version:
            yield f"{package}: {version} is pinned, {found} is out"
