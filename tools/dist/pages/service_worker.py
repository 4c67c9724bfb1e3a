"""What the service worker keeps and answers without a network, filled into its script.

In: the whole folder of the site, and the interpreter's address. Out: service_worker.js in it, with
the lists of files, of the pages that Python can write, and a name that stands for all of them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from app.document import filled
from app.prerender import SHELL
from app.site_pages import FOLDERS
from tools.dist.build_cache import digest, files_under
from tools.messages import OTHERS

NAME: Final = "service_worker.js"
KEPT: Final = ("code", "runtime", "snapshot", "icons")
TWINS: Final = (".br", ".gz")


def write(folder: Path, interpreter: str) -> None:
    """Fill the script that lies in `folder`; every other file lies there already."""
    script = folder / NAME
    lists = {"build": digest(folder), **_listed(lists_of(folder, interpreter))}
    script.write_text(filled(script.read_text(encoding="utf-8"), lists), encoding="utf-8")


def _listed(lists: Mapping[str, object]) -> dict[str, str]:
    return {name: json.dumps(each, separators=(",", ":")) for name, each in lists.items()}


def lists_of(folder: Path, interpreter: str) -> dict[str, object]:
    """Return what the script's places hold, by name."""
    every = [path.relative_to(folder) for path in files_under(folder)]
    inside = [str(path) for path in every if path.parts[0] in KEPT and path.suffix not in TWINS]
    homes = [f"{code}/" for code in OTHERS]  # where a visit begins in them
    shells = [SHELL, *(home + SHELL for home in homes)]
    root = ["./", *homes, *shells, "404.html", interpreter, "manifest.webmanifest"]
    return {
        "files": [*root, *inside],
        "later": [str(path) for path in every if path.parts[0] == "wheels"],
        "views": {folder: name for name, folder in FOLDERS.items()},
        "models": sorted(path.parts[1] for path in every if path.parts[0] == "m"),
        "languages": list(OTHERS),
    }
