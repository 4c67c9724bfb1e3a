"""A fresh environment with the wheel and nothing else: each door of the how-to opens."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from tools.dist import python_wheels

ROOT = Path(__file__).resolve().parents[2]
HOW_TO = ROOT / "docs" / "how-to"
(LISTED,) = re.findall(
    r"```sh\n(.*?)```", (HOW_TO / "ship-a-verdict.md").read_text(encoding="utf-8"), re.DOTALL
)
DOORS = LISTED.splitlines()


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of an environment that pip installed the wheel into, without a network."""
    place = tmp_path_factory.mktemp("fresh") / "environment"
    venv.create(place, with_pip=False)
    command = ["-m", "pip", "--python", str(place / "bin" / "python"), "install", "--quiet"]
    offline = ["--no-index", "--no-deps", "--disable-pip-version-check"]
    subprocess.run(
        [sys.executable, *command, *offline, str(python_wheels.wheel())], check=True, env=_told()
    )
    shutil.copyfile(HOW_TO / "tabfit.toml", place / "tabfit.toml")
    return place


def _told() -> dict[str, str]:
    """Return the environment without what would lead to this checkout."""
    return {name: text for name, text in os.environ.items() if name != "PYTHONPATH"}


def _ran(fresh: Path, line: str) -> subprocess.CompletedProcess[str]:
    command = [str(fresh / "bin" / "tabfit"), *line.split()[1:]]
    return subprocess.run(
        command, cwd=fresh, env=_told(), check=False, capture_output=True, text=True
    )


@pytest.mark.parametrize("line", DOORS)
def test_a_door_opens(line: str, fresh: Path) -> None:
    """It exits with 0, prints its answer, and complains of nothing."""
    done = _ran(fresh, line)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout) > 100


@pytest.mark.parametrize(
    ("line", "extra"),
    [
        ("tabfit gate gpt2 --as sql --dialect spark", "data"),
        ("tabfit coverage gpt2 visits.parquet", "data"),
        ("tabfit completion bash", "completion"),
        ("tabfit mcp", "mcp"),
    ],
)
def test_what_needs_an_extra_names_it(line: str, extra: str, fresh: Path) -> None:
    """Nothing but the wheel is there: one sentence says what would bring the rest."""
    (fresh / "visits.parquet").write_bytes(b"")
    done = _ran(fresh, line)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"pip install 'tabfit[{extra}]'" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_hub_is_asked_without_its_library(fresh: Path) -> None:
    """Without the extra no token is looked for, and a hub that is away is one sentence."""
    told = {**_told(), "HF_ENDPOINT": "http://127.0.0.1:9", "HF_TOKEN": "hf_nobody_gets_this"}
    command = [str(fresh / "bin" / "tabfit"), "inspect", "made/up"]
    done = subprocess.run(command, env=told, check=False, capture_output=True, text=True)
    assert done.returncode == 2
    assert "could not be reached" in done.stderr
    assert done.stderr.count("\n") == 1
