"""Results of build steps, kept by what went into them, so that no step is done twice.

In: a step's name, everything it depends on, and how to make it. Out: the path of
its result under .cache/built/. A result is written aside and then renamed, so a
build that was cut off leaves nothing half made.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path

from tools.dist.paths import CACHE

BUILT = CACHE / "built"
PASSING = {"__pycache__", ".DS_Store"}


def files_under(folder: Path) -> list[Path]:
    """Return every file in a folder, in a fixed order, without Python's caches."""
    every = folder.rglob("*") if folder.is_dir() else [folder]
    return sorted(p for p in every if p.is_file() and not PASSING.intersection(p.parts))


def digest(*parts: str | bytes | Path | Iterable[Path]) -> str:
    """Return twelve hexadecimal digits that stand for these texts, files and folders."""
    total = sha256()
    for part in parts:
        for name, content in _contents(part):
            total.update(f"{name}\0{len(content)}\0".encode())
            total.update(content)
    return total.hexdigest()[:12]


def _contents(part: str | bytes | Path | Iterable[Path]) -> list[tuple[str, bytes]]:
    if isinstance(part, str):
        return [("", part.encode())]
    if isinstance(part, bytes):
        return [("", part)]
    if isinstance(part, Path):
        return [(str(path.relative_to(part)), path.read_bytes()) for path in files_under(part)]
    return [content for path in part for content in _contents(path)]


def cached_step(step: str, key: str, make: Callable[[Path], None]) -> Path:
    """Return the result of a step, made now if nothing of this key was kept.

    `make` gets the path of an empty folder to fill. Older results of the same
    step are removed: the last one is what the next build needs.
    """
    result = BUILT / f"{step}-{key}"
    if result.exists():
        return result
    print(f"  {step} …", flush=True)
    fresh = BUILT / f"{step}.{os.getpid()}.part"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    make(fresh)
    for older in BUILT.glob(f"{step}-" + "[0-9a-f]" * 12):
        shutil.rmtree(older)
    fresh.rename(result)
    return result
