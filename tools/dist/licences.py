"""The licences of everything dist/ serves that others wrote.

Out: dist/licences/, one text for each, and a README that says what each covers.
Wheels carry their own; they are copied out of them, so that they can be read.
"""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path

from tools.dist.paths import MODULES, PYODIDE, PYSCRIPT, ROOT, version_of

TEXTS = ROOT / "tools" / "licences"

# name, version, licence, its text, where the source lies
Row = tuple[str, str, str, str, str]


def write(folder: Path, wheels: Mapping[str, Path]) -> None:
    """Write the licences into `folder`, and the page's own beside them."""
    folder.mkdir(parents=True)
    shutil.copy(ROOT / "LICENSE", folder / "tabfit.txt")
    (folder / "pyscript.txt").write_text(_bundled(), encoding="utf-8")
    shutil.copy(MODULES / "open-props" / "LICENSE", folder / "open-props.txt")
    for text in sorted(TEXTS.iterdir()):
        shutil.copy(text, folder / text.name)
    for name, path in wheels.items():
        (folder / f"{name}.txt").write_text(_carried(path), encoding="utf-8")
    lines = [
        f"- {name} {version}: {licence}, {text}; source: {source}"
        for name, version, licence, text, source in _rows(wheels)
    ]
    (folder / "README.txt").write_text(_HEAD + "\n".join(lines) + "\n", encoding="utf-8")


_HEAD = """What this page serves, and under which licence.

"Will it fit?" itself is Apache-2.0 (tabfit.txt). It serves unchanged copies of:

"""


def _rows(wheels: Mapping[str, Path]) -> list[Row]:
    versions = {name: path.name.split("-")[1] for name, path in wheels.items()}
    carried = {
        "numpy": ("BSD-3-Clause and others", "github.com/numpy/numpy"),
        "micropip": ("MPL-2.0", "github.com/pyodide/micropip"),
        "segno": ("BSD-3-Clause", "github.com/heuer/segno"),
    }
    return [
        ("PyScript", version_of(PYSCRIPT), "Apache-2.0", "pyscript.txt", "github.com/pyscript"),
        ("Pyodide", version_of(PYODIDE), "MPL-2.0", "pyodide.txt", "github.com/pyodide/pyodide"),
        ("CPython's standard library (compiled, in part)", "3.14", "PSF-2.0", "python.txt",
         "github.com/python/cpython"),
        ("Open Props (sizes and fonts)", version_of(MODULES / "open-props"), "MIT",
         "open-props.txt", "github.com/argyleink/open-props"),
        *((name, version, carried[name][0], f"{name}.txt", carried[name][1])
          for name, version in versions.items()),
    ]  # fmt: skip


def _bundled() -> str:
    """Return PyScript's licence and those of the packages bundled into it."""
    texts = [
        f"=== {text.relative_to(MODULES)} ===\n\n{text.read_text()}"
        for package in sorted(_needed(PYSCRIPT))
        for text in sorted(package.glob("LICENSE*"))
    ]
    return "\n".join(texts)


def _needed(package: Path) -> set[Path]:
    """Return a package and all that it needs, as npm installed them."""
    needs = json.loads((package / "package.json").read_text()).get("dependencies", {})
    return {package}.union(*(_needed(MODULES / name) for name in needs))


def _carried(wheel: Path) -> str:
    """Return every licence text in a wheel's metadata, each under its name."""
    with zipfile.ZipFile(wheel) as archive:
        names = [
            name
            for name in archive.namelist()
            if ".dist-info/" in name and "licen" in name.lower() and not name.endswith("/")
        ]
        parts = [f"=== {name} ===\n\n{archive.read(name).decode()}" for name in sorted(names)]
    if not parts:
        raise LookupError(f"{wheel.name} carries no licence")
    return "\n".join(parts)
