"""A fresh environment with the wheel and nothing else: each door of the how-to opens."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import venv
from importlib import metadata
from pathlib import Path

import duckdb
import pytest
from mcp import Client, StdioServerParameters, stdio_client
from packaging.requirements import Requirement

from tests.core.test_docs import COMMANDS, SESSIONS
from tests.event_loops import finished
from tools import fake_hub
from tools.dist.pyodide import python_wheels

ROOT = Path(__file__).resolve().parents[2]
HOW_TO = ROOT / "docs" / "how-to"
(LISTED,) = re.findall(
    r"```sh\n(.*?)```", (HOW_TO / "ship-a-verdict.md").read_text(encoding="utf-8"), re.DOTALL
)
DOORS = LISTED.splitlines()
#: Runs lines given as JSON, each a list of words, and says how each ended and what it printed.
ALL_AT_ONCE = """
import contextlib, io, json, sys
from tabfit.cli.start import main
ended = []
for words in json.load(sys.stdin):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(words)
    ended.append([code, out.getvalue(), err.getvalue()])
print(json.dumps(ended))
"""
#: What stands for files of the reader's own in README, and which lines need more than the wheel.
OWN_FILES = {
    "path/to/config.json": "tests/data/configs/HuggingFaceTB__SmolLM2-135M.json",
    "model-Q4_K_M.gguf": "tests/data/headers/sound-0.gguf",
}
MORE_THAN_THE_WHEEL = ("Qwen/", "tabfit completion")


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


def _ended(fresh: Path, lines: list[list[str]]) -> list[tuple[int, str, str]]:
    """Return how each line ended in the fresh environment, from this folder."""
    done = subprocess.run(
        [str(fresh / "bin" / "python"), "-c", ALL_AT_ONCE],
        input=json.dumps(lines),
        cwd=ROOT,
        env={**_told(), "PYTHONSAFEPATH": "1"},
        check=True,
        capture_output=True,
        text=True,
    )
    return [(code, out, err) for code, out, err in json.loads(done.stdout)]


@pytest.mark.slow
def test_commands_of_the_documentation(fresh: Path) -> None:
    """Each command of a page prints, from the wheel too, what its page says."""
    ended = _ended(fresh, [words.split(" ") for _page, words, _output in COMMANDS])
    for (page, words, output), (_code, out, err) in zip(COMMANDS, ended, strict=True):
        said = ".*".join(re.escape(part) for part in output.strip().split("…"))
        assert re.fullmatch(said, (out or err).strip(), re.DOTALL), (page.name, words, out, err)


@pytest.mark.slow
def test_commands_of_the_readme(fresh: Path) -> None:
    """Each is answered; a hub and what comes with an extra are tried elsewhere."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for shown, there in OWN_FILES.items():
        text = text.replace(shown, there)
    named = re.findall(r"^    \$ (tabfit .*?)(?: +#.*)?$", text, re.MULTILINE)
    lines = [each for each in named if not any(word in each for word in MORE_THAN_THE_WHEEL)]
    assert len(lines) > 8
    for line, (code, out, err) in zip(
        lines, _ended(fresh, [line.split()[1:] for line in lines]), strict=True
    ):
        assert (code, err) == (0, ""), line
        assert len(out) > 100, line


def test_python_of_the_documentation(fresh: Path) -> None:
    """Each Python session of a page gives, from the wheel too, what its page says."""
    command = [str(fresh / "bin" / "python"), "-P", "-m", "doctest", *map(str, SESSIONS)]
    done = subprocess.run(
        command, cwd=ROOT, env=_told(), check=False, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


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


#: What each extra opens, as the documentation says it.
OPENED = {
    "completion": ("tabfit completion bash",),
    "data": (
        "tabfit gate distilbert --as sql --dialect bigquery",
        "tabfit coverage distilbert visits.parquet",
    ),
    "numpy": ("tabfit coverage distilbert visits.csv",),
}


def _with_extra(fresh: Path, extra: str) -> dict[str, str]:
    """Lay beside the wheel what its extra asks for, and nothing else; return the environment.

    The packages are those that `make setup` installed from the lock.
    """
    place = fresh.parent / extra
    place.mkdir(exist_ok=True)
    left, seen = [f"tabfit[{extra}]"], set[str]()
    while left:
        asked = Requirement(left.pop())
        if asked.name.lower() in seen and not asked.extras:
            continue
        seen.add(asked.name.lower())
        found = metadata.distribution(asked.name)
        for line in found.requires or ():
            needed = Requirement(line)
            every = [{"extra": each} for each in ("", *asked.extras)]
            if needed.marker is None or any(map(needed.marker.evaluate, every)):
                left.append(str(needed))
        if asked.name != "tabfit":
            _linked(found, place)
    return {**_told(), "PYTHONPATH": str(place)}


def _linked(found: metadata.Distribution, place: Path) -> None:
    tops = {
        file.parts[0] for file in found.files or () if file.parts[0] not in ("..", "__pycache__")
    }
    for top in tops:
        if not (place / top).exists():
            (place / top).symlink_to(Path(str(found.locate_file(top))))


@pytest.mark.parametrize("extra", OPENED)
def test_an_extra_opens_its_doors(extra: str, fresh: Path) -> None:
    """The wheel with one extra answers what the documentation says of it."""
    told = _with_extra(fresh, extra)
    rows = "platform,browser,device_memory\n" + "windows,chrome,8\nios,safari,\n" * 3
    (fresh / "visits.csv").write_text(rows)
    duckdb.read_csv(str(fresh / "visits.csv")).write_parquet(str(fresh / "visits.parquet"))
    for line in OPENED[extra]:
        command = [str(fresh / "bin" / "tabfit"), *line.split()[1:]]
        done = subprocess.run(
            command, cwd=fresh, env=told, check=False, capture_output=True, text=True
        )
        assert (done.returncode, done.stderr) == (0, ""), line
        assert len(done.stdout) > 100, line


def test_the_hub_s_extra_sends_its_token(fresh: Path) -> None:
    """A gated repository is read with the token of HF_TOKEN, from the wheel with its extra."""
    with fake_hub.running() as (address, _state):
        told = {**_with_extra(fresh, "hub"), "HF_ENDPOINT": address, "HF_TOKEN": fake_hub.TOKEN}
        command = [str(fresh / "bin" / "tabfit"), "inspect", "faults/gated", "--json"]
        done = subprocess.run(command, env=told, check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["parameters"]["total"] > 0


def test_the_server_s_extra_starts_it(fresh: Path) -> None:
    """An assistant that starts `tabfit mcp` from the wheel with its extra finds three tools."""
    told = _with_extra(fresh, "mcp")

    async def ask() -> set[str]:
        command = StdioServerParameters(
            command=str(fresh / "bin" / "tabfit"), args=["mcp"], env=told
        )
        async with Client(stdio_client(command)) as client:
            return {each.name for each in (await client.list_tools()).tools}

    assert finished(ask()) == {"estimate", "compare", "inspect"}
