"""The documents name files that are there; README's example is run by test_public_face.py."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tabfit import __version__

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md")
#: What begins a path from the root, or from the package.
_ROOTS = (ROOT, ROOT / "python" / "tabfit", ROOT / "app")
_PATH = re.compile(r"`((?:[\w.]+/)+(?:[\w.]+\.(?:py|js|css|json|md|svg))?)`")

#: A release's heading: its number and the day.
_RELEASE = re.compile(r"(\d+)\.(\d+)\.(\d+) – (\d{4}-\d\d-\d\d)")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_file_that_is_named_is_there(name: str) -> None:
    """A reader who follows a document finds what it names."""
    named = set(_PATH.findall((ROOT / name).read_text(encoding="utf-8"))) - {"dist/", "tests/data/"}
    assert [path for path in sorted(named) if not any((at / path).exists() for at in _ROOTS)] == []


def test_the_version_has_its_section_in_the_changelog() -> None:
    """What is unreleased stands first; below it this version with its day, the newest first."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    first, *released = re.findall(r"^## (.+)$", text, re.MULTILINE)
    found = [_RELEASE.fullmatch(head) for head in released]
    versions = [(*map(int, each.groups()[:3]), each[4]) for each in found if each]
    assert first == "Unreleased"
    assert len(versions) == len(released)
    assert f"{__version__} – {versions[0][3]}" == released[0]
    assert versions == sorted(versions, reverse=True)
