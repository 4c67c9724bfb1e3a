"""What PyPI gets: the same bytes from the same sources."""

from __future__ import annotations

import tarfile
from pathlib import Path

from tools import packages


def test_packages_are_reproducible(tmp_path: Path) -> None:
    """Two builds, in other folders and from files of another age, give the same bytes."""
    found = []
    for name in ("one", "another one ä"):
        folder = tmp_path / f"{name} built"
        folder.mkdir()
        found.append(packages.build(packages.copied(tmp_path / name), folder))
    assert found[0] == found[1]
    assert [name.rpartition(".")[2] for name in found[0]] == ["whl", "gz"]


def test_the_source_distribution_has_no_more_than_the_package(tmp_path: Path) -> None:
    """Nothing built, cached or of the page is in it."""
    target = tmp_path / "built"
    target.mkdir()
    packages.build(packages.copied(tmp_path / "sources"), target)
    (path,) = target.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        tops = {name.split("/")[1] for name in archive.getnames()}
        assert not [name for name in archive.getnames() if name.endswith((".pyc", ".mo"))]
    assert tops == {"python", "pyproject.toml", "README.md", "LICENSE", ".gitignore", "PKG-INFO"}
