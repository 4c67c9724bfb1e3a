"""The recipes of CONTRIBUTING.md, followed in a copy of the package: so many files, no more.

`tests/adding/recipes.py` is what they write; `tests/adding/added_*.py` see each made-up thing
answered, explained, compared, charted and shown, by a Python that knows the copy alone.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.adding import recipes

ROOT: Final = Path(__file__).parents[2]
PACKAGE: Final = ROOT / "python" / "tabfit"
#: The most files that adding one takes, tests and generated tables left out.
MOST: Final = {
    "runtime": 4,
    "architecture": 3,
    "precision": 2,
    "device": 1,
    "model": 1,
    "model of the architecture": 1,
    "budget": 1,
    "language": 2,
}


def test_what_is_added_is_answered_explained_compared_and_charted(tmp_path: Path) -> None:
    """With the recipes followed, and nothing else changed, all that asks for them holds."""
    package = tmp_path / "tabfit"
    recipes.copied(PACKAGE, package)
    recipes.follow(recipes.recipes(package), package)
    tried = sorted(map(str, (ROOT / "tests" / "adding").glob("added_*.py")))
    options = ("-q", "--noconftest", "-p", "no:cacheprovider")
    settings = ("-o", "addopts=--import-mode=importlib", "-o", f"pythonpath={tmp_path} {ROOT}")
    run = subprocess.run(
        [sys.executable, "-m", "pytest", *options, *settings, *tried],
        env={**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-5000:] + run.stderr[-2000:]


@pytest.mark.parametrize("kind", MOST)
def test_a_recipe_takes_few_files(kind: str) -> None:
    """A runtime four at most, an architecture three, a precision two."""
    every = recipes.recipes(PACKAGE)

    assert every.keys() == MOST.keys()
    assert len(every[kind]) <= MOST[kind]
