"""The documents name files that are there; README's example is run by test_public_face.py."""

from __future__ import annotations

import re
from pathlib import Path

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
