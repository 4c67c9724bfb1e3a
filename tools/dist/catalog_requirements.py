"""The catalogue's requirements as text, worked out at build time by all processors.

Out: the path of a file, made anew only when what it follows from changed.
`SITE_MODELS` in the environment names the models it holds, for a quicker build while
one works; all of them unless it is set.
"""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tabfit import catalog
from tabfit.compare.catalog_requirements import joined_models, requirements_of_model, written_model
from tools.dist.build_cache import cached_step, digest, files_under
from tools.dist.paths import ROOT

NAME = "catalog_requirements.json"
PYTHON = ROOT / "python" / "tabfit"
#: What no line follows from.
BESIDE = (
    *("cli", "explain", "headers", "hub", "i18n", "learn"),
    *("shrink", "sources", "training", "workbench"),
)


def requirements_file() -> Path:
    """Return the file of the requirements."""
    behind = [p for p in files_under(PYTHON) if p.relative_to(PYTHON).parts[0] not in BESIDE]
    key = digest(behind, os.environ.get("SITE_MODELS", ""), Path(__file__))
    return cached_step("catalog_requirements", key, _make) / NAME


def wanted() -> list[str]:
    """Return the models that a build is about."""
    every, some = catalog.read().models.ids, os.environ.get("SITE_MODELS")
    return [each for each in every if some is None or each in some.split(",")]


def _make(folder: Path) -> None:
    with ProcessPoolExecutor() as pool:
        text = joined_models(pool.map(_entry, wanted(), chunksize=4))
    (folder / NAME).write_text(text, encoding="utf-8")


def _entry(model: str) -> str:
    return written_model(model, requirements_of_model(model, catalog.read()))
