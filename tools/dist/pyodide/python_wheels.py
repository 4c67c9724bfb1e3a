"""The project's own Python as the page loads it.

Out: the `tabfit` wheel that pip installs, and its compiled twin and that of
`app` for the page. The twins are what a visitor loads: Python starts faster
from .pyc, and a phone saves the compiling.
"""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

from tools.dist.build_cache import cached_step, digest, files_under
from tools.dist.catalog_requirements import requirements_file
from tools.dist.paths import CACHE, ROOT
from tools.dist.pyodide.pyodide_runtime import COMPILER, INSTALLED, compiled

FIXED = (2020, 1, 1, 0, 0, 0)
SECONDS = "1577836800"  # the same moment, as wheels' builders are told it
APP = ROOT / "app"
AT_BUILD = {"worker.py", "document.py", "prerender.py"}  # served apart, or not needed in the page


def wheel() -> Path:
    """Return the wheel that pip installs; the same sources give the same bytes."""
    sources = (ROOT / "python", ROOT / "pyproject.toml", ROOT / "README.md", ROOT / "LICENSE")
    return _only(cached_step("wheel", digest(sources, Path(__file__)), _build_wheel))


def page_wheels(library: Path) -> dict[str, Path]:
    """Return the compiled wheels of `tabfit` and `app` by name.

    `library` is the compiled standard library, with which the compiler starts faster.
    """
    whole = wheel()
    key = digest(whole, APP, requirements_file(), COMPILER, Path(__file__))
    folder = cached_step("code", key, lambda fresh: _compile(whole, library, fresh))
    return {path.name.partition("-")[0]: path for path in sorted(folder.iterdir())}


def _build_wheel(folder: Path) -> None:
    told = {**os.environ, "SOURCE_DATE_EPOCH": SECONDS}
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, env=told, check=True, capture_output=True)


def _only(folder: Path) -> Path:
    (path,) = folder.iterdir()
    return path


def _compile(whole: Path, library: Path, folder: Path) -> None:
    app = CACHE / "built" / "app-0-py3-none-any.whl"
    _pack_app(app)
    names = [path.name.replace("py3-none", "cp314-none") for path in (whole, app)]
    pairs = zip((whole, app), names, strict=True)
    jobs = [(old, folder / new, INSTALLED, ()) for old, new in pairs]
    compiled(jobs, library)
    app.unlink()


def _pack_app(path: Path) -> None:
    """Write the page's own package as a wheel; it is never published."""
    inside = {
        f"app/{source.relative_to(APP)}": source.read_bytes()
        for source in files_under(APP)
        if source.suffix == ".py" and source.name not in AT_BUILD
    }
    pack(path, {**inside, f"app/{requirements_file().name}": requirements_file().read_bytes()})


def pack(path: Path, inside: Mapping[str, bytes]) -> None:
    """Write files as a wheel, whose name tells the project and its version."""
    project, version, *_ = path.name.split("-")
    information = f"{project}-{version}.dist-info"
    described = f"Metadata-Version: 2.1\nName: {project}\nVersion: {version}\n"
    about = {
        f"{information}/METADATA": described.encode(),
        f"{information}/WHEEL": b"Wheel-Version: 1.0\nGenerator: tools\nTag: py3-none-any\n",
        f"{information}/RECORD": b"",
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in {**inside, **about}.items():
            archive.writestr(zipfile.ZipInfo(name, FIXED), content)
