"""The documents name files that are there, and their example runs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md")
#: What begins a path from the root, or from the package.
_ROOTS = (ROOT, ROOT / "python" / "tabfit", ROOT / "app")
_PATH = re.compile(r"`((?:[\w.]+/)+(?:[\w.]+\.(?:py|js|css|json|md|svg))?)`")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_file_that_is_named_is_there(name: str) -> None:
    """A reader who follows a document finds what it names."""
    named = set(_PATH.findall((ROOT / name).read_text(encoding="utf-8"))) - {"dist/", "tests/data/"}
    assert [path for path in sorted(named) if not any((at / path).exists() for at in _ROOTS)] == []


def test_the_example_of_the_readme_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the README shows is what Python says."""
    (source,) = re.findall(
        r"```python\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL
    )
    monkeypatch.chdir(ROOT)
    space: dict[str, Any] = {}
    exec(source, space)  # noqa: S102 - the project's own example

    totals = space["shape"].inventory
    assert f"{totals.total}, {totals.untied}" in source
    assert repr(space["given"].verdict.words) in source
