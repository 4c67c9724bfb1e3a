"""The catalogue's grid as a wheel, worked out at build time by as many processors as there are.

Out: the path of a wheel that holds nothing but the table and the rules of every runtime, made anew
only when what it follows from changed. The page installs it with numpy, when it first judges many
answers at once. `SITE_MODELS` in the environment names the models it holds, as for the catalogue's
requirements.
"""

from __future__ import annotations

import json
import os
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from tabfit.catalog import Catalog
from tabfit.compare import run_requirements
from tabfit.compare.shipped_package import RULES, SHIPPED, TABLE
from tabfit.compare.verdict_grid import joined, read, requirements_table, written
from tabfit.compare.verdict_grid.table import RequirementsTable, surveys
from tabfit.estimate.defaults import CONTEXTS
from tabfit.estimate.subjects import subject
from tabfit.gate.rules import needs_json
from tabfit.gate.rules import rules_json as rules
from tools.dist.build_cache import cached_step, digest, files_under
from tools.dist.catalog_requirements import BESIDE, PYTHON, wanted
from tools.dist.pyodide.python_wheels import pack


def grid_wheel() -> Path:
    """Return the wheel of the catalogue's table."""
    behind = [p for p in files_under(PYTHON) if p.relative_to(PYTHON).parts[0] not in BESIDE]
    key = digest(behind, os.environ.get("SITE_MODELS", ""), Path(__file__))
    (wheel,) = cached_step("grid", key, _make).iterdir()
    return wheel


def _make(folder: Path) -> None:
    with ProcessPoolExecutor() as pool:
        whole = joined([read(each) for each in pool.map(_table, wanted(), chunksize=4)])
    content = written(whole)
    told = json.dumps(public_rules(whole), separators=(",", ":"), ensure_ascii=False).encode()
    version = f"0.{int(digest(content, told), 16)}"
    files = {"__init__.py": b"", TABLE: content, RULES: told}
    inside = {f"{SHIPPED}/{name}": each for name, each in files.items()}
    pack(folder / f"{SHIPPED}-{version}-py3-none-any.whl", inside)


def public_rules(whole: RequirementsTable) -> dict[str, Any]:
    """Return the rules of every runtime for all that a table's rows demand."""
    catalog = Catalog()
    asked = {facts.id: dict[str, bool]() for facts in catalog.runtimes}
    asked |= rules.gathered(needs_json.asked(surveys(whole)))
    return rules.as_json(asked, catalog)


def _table(model: str) -> bytes:
    catalog = Catalog()
    about = subject(model, catalog)
    every = run_requirements.requirements_of_all(about, catalog, CONTEXTS)
    return written(requirements_table(every, CONTEXTS))
