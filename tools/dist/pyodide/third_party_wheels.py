"""The wheels that the page installs when it first needs them: numpy, micropip, segno.

Out: files in .cache/wheels/, each equal to a hash that others published: numpy
and micropip to the official pyodide-lock.json, segno to requirements.lock.

numpy built for Pyodide is on no package index under its own name. It comes from
Pyodide's own distribution where that can be reached; else from inside the wheel
of a project on the Python package index that carries the same file; else from
whoever lays it into .cache/wheels/. Whichever it was, only the file with the
official hash is accepted, and only it is taken. Where none is there, the page is built
without it: the grid and the QR code say that their file did not arrive, all else answers.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
import zipfile
from hashlib import sha256
from pathlib import Path

from tools.dist.paths import CACHE, PYODIDE, ROOT, official_lock, version_of

WHEELS = CACHE / "wheels"
DISTRIBUTION = "https://cdn.jsdelivr.net/pyodide/v{version}/full/"
CARRIER = "open-webui==0.12.4"
CARRIER_SHA256 = "02e9caba96234db3fa17a92e56163b3f7f2b8ca8227fa886b85c178d696483f6"
CARRIER_FOLDER = "open_webui/frontend/pyodide/"
FROM_PYODIDE = ("numpy", "micropip")
PATIENCE = 5  # seconds for Pyodide's distribution to begin to answer


class WheelMissing(Exception):
    """No source gave a wheel with the hash it must have."""


def wheels() -> dict[str, Path]:
    """Return each wheel by its project's name, fetched unless already kept."""
    WHEELS.mkdir(parents=True, exist_ok=True)
    found = {name: WHEELS / _entry(name)["file_name"] for name in FROM_PYODIDE}
    missing = [name for name in FROM_PYODIDE if not _right(found[name], _entry(name)["sha256"])]
    if missing and not all(_from_distribution(name) for name in missing):
        _from_carrier()
    for name in FROM_PYODIDE:
        if not _right(found[name], _entry(name)["sha256"]):
            print(without(name), file=sys.stderr, flush=True)
            del found[name]
    return {**found, "segno": _segno()}


def without(name: str) -> str:
    """Return what to tell of a wheel that no source gave."""
    entry = _entry(name)
    return (
        f"{name} is left out: neither Pyodide's distribution nor {CARRIER} gave "
        f"{entry['file_name']} with sha256 {entry['sha256']}. The page is built, and what needs it "
        f"says so. Lay that file into {WHEELS.relative_to(ROOT)}/ and build again to have it."
    )


def _entry(name: str) -> dict[str, str]:
    package = official_lock()["packages"][name]
    return {key: str(package[key]) for key in ("file_name", "sha256", "version")}


def _right(path: Path, expected: str) -> bool:
    return path.is_file() and sha256(path.read_bytes()).hexdigest() == expected


def _from_distribution(name: str) -> bool:
    entry = _entry(name)
    where = DISTRIBUTION.format(version=version_of(PYODIDE))
    try:
        with urllib.request.urlopen(where + entry["file_name"], timeout=PATIENCE) as answer:
            content: bytes = answer.read()
    except (urllib.error.URLError, TimeoutError, ConnectionError):
        return False
    if sha256(content).hexdigest() != entry["sha256"]:
        return False
    (WHEELS / entry["file_name"]).write_bytes(content)
    return True


def _from_carrier() -> None:
    """Take the wheels out of a larger one: 106 MB once, then never again."""
    print(f"  wheels: downloading {CARRIER}, which carries them (106 MB, once) …", flush=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        try:
            _download(f"{CARRIER} --hash=sha256:{CARRIER_SHA256}\n", Path(folder), python="3.12")
        except subprocess.CalledProcessError:
            return  # pip has said why
        (carrier,) = Path(folder).glob("*.whl")
        with zipfile.ZipFile(carrier) as archive:
            for name in FROM_PYODIDE:
                file_name = _entry(name)["file_name"]
                (WHEELS / file_name).write_bytes(archive.read(CARRIER_FOLDER + file_name))


def _segno() -> Path:
    """Return segno's wheel, the very one that requirements.lock allows."""
    lock = (ROOT / "requirements.lock").read_text()
    (pinned,) = re.findall(r"^segno==\S+ \\\n(?:    --hash=\S+ ?\\?\n)+", lock, re.MULTILINE)
    version = pinned.split()[0].removeprefix("segno==")
    path = WHEELS / f"segno-{version}-py3-none-any.whl"
    hashes = re.findall(r"sha256:(\w+)", pinned)
    if not any(_right(path, expected) for expected in hashes):
        _download(pinned, WHEELS, python="3.11")
    if not any(_right(path, expected) for expected in hashes):
        raise WheelMissing(f"{path.name} has none of the hashes in requirements.lock")
    return path


def _download(requirement: str, folder: Path, python: str) -> None:
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as asked:
        asked.write(requirement)
        asked.flush()
        pip = (sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check")
        which = ("--require-hashes", "--no-deps", "--only-binary", ":all:", "-r", asked.name)
        where = ("--python-version", python, "--platform", "any", "--dest", folder)
        subprocess.run((*pip, *which, *where), check=True)


if __name__ == "__main__":
    for project, where in wheels().items():
        print(f"{project}: {where.relative_to(ROOT)}")
