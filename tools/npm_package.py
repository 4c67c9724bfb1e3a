"""Lay the npm package with its data: `python -m tools.npm_package`, then `npm pack` in its folder.

Out: build/npm/tabfit/, the files of js/ beside the rules and needs of every model.
"""

from __future__ import annotations

import shutil

from tools.dist.data.public_data import public_data
from tools.dist.paths import ROOT

SOURCE = ROOT / "js"
TARGET = ROOT / "build" / "npm" / "tabfit"


def main() -> None:
    """Write the package anew."""
    shutil.rmtree(TARGET, ignore_errors=True)
    shutil.copytree(SOURCE, TARGET)
    data = public_data()
    shutil.copytree(data / "models", TARGET / "data" / "models")
    shutil.copyfile(data / "rules.json", TARGET / "data" / "rules.json")
    shutil.copyfile(ROOT / "LICENSE", TARGET / "LICENSE")
    print(f"{TARGET} is ready for `npm pack`")


if __name__ == "__main__":
    main()
