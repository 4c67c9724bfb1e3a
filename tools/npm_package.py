"""Lay the npm package with its data: `python -m tools.npm_package`, then `npm pack` in its folder.

Out: build/npm/tabfit/, the files of js/ beside the rules and needs of every model. What pages load
travels without the comments that explain it, which are a sixth of its bytes.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from tools.dist.data.public_data import public_data
from tools.dist.paths import ROOT

SOURCE = ROOT / "js"
TARGET = ROOT / "build" / "npm" / "tabfit"


def lay_code(target: Path) -> None:
    """Write the package's own files into a folder that is not there yet, modules without comments.

    Raises `CalledProcessError` where a module cannot be read.
    """
    shutil.copytree(SOURCE, target, ignore=shutil.ignore_patterns("*.js"))
    written = [
        "--removeComments",
        "--target",
        "esnext",
        "--module",
        "esnext",
        "--outDir",
        str(target),
    ]
    modules = map(str, SOURCE.glob("*.js"))
    compiler = str(ROOT / "node_modules" / ".bin" / "tsc")
    subprocess.run([compiler, "--allowJs", *written, *modules], check=True)


def main() -> None:
    """Write the package anew."""
    shutil.rmtree(TARGET, ignore_errors=True)
    lay_code(TARGET)
    data = public_data()
    shutil.copytree(data / "models", TARGET / "data" / "models")
    shutil.copyfile(data / "rules.json", TARGET / "data" / "rules.json")
    shutil.copyfile(ROOT / "LICENSE", TARGET / "LICENSE")
    print(f"{TARGET} is ready for `npm pack`")


if __name__ == "__main__":
    main()
