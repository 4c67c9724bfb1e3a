"""Build the wheel and the source distribution that PyPI gets: `python -m tools.packages`.

In: the sources. Out: dist-packages/, the same bytes from the same sources, wherever and whenever
they are built: the time in them is fixed (SOURCE_DATE_EPOCH, reproducible-builds.org). Each is
built twice, the second time from a copy elsewhere, and the two are compared.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from hashlib import sha256
from pathlib import Path
from typing import Final

from tools.dist.paths import ROOT
from tools.dist.pyodide.python_wheels import SECONDS

TARGET: Final = ROOT / "dist-packages"
SOURCES: Final = ("python", "pyproject.toml", "README.md", "LICENSE", ".gitignore")


def build(root: Path, folder: Path) -> dict[str, str]:
    """Build both from the sources in `root`; return each file's sha256 by its name."""
    told = {**os.environ, "SOURCE_DATE_EPOCH": SECONDS}
    for kind in ("wheel", "sdist"):
        command = [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(folder)]
        subprocess.run(command, cwd=root, env=told, check=True, stdout=subprocess.DEVNULL)
    return {path.name: sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def copied(target: Path) -> Path:
    """Copy the sources; the copies are as old as this moment."""
    target.mkdir(parents=True)
    for name in SOURCES:
        source = ROOT / name
        if source.is_dir():
            ignored = shutil.ignore_patterns("__pycache__", "*.mo")
            shutil.copytree(source, target / name, ignore=ignored, copy_function=shutil.copyfile)
        else:
            shutil.copyfile(source, target / name)
    return target


def main() -> int:
    """Build, build again, compare, and say what was built."""
    shutil.rmtree(TARGET, ignore_errors=True)
    TARGET.mkdir()
    first = build(ROOT, TARGET)
    with tempfile.TemporaryDirectory() as elsewhere:
        again = Path(elsewhere) / "again"
        again.mkdir()
        second = build(copied(Path(elsewhere) / "sources ä"), again)
    for name, digest in first.items():
        print(f"{digest}  {name}")
    if first != second:
        print("a second build gave other bytes", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
