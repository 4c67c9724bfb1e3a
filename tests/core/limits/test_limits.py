"""Limits: a file of them, what breaks them, and what is wrong with a file."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from tabfit.cli import command_line

ROOT = Path(__file__).resolve().parents[3]
TINY = '[[models]]\nmodel = "distilbert"\nruntime = "transformersjs-wasm"\nprecision = "q8"\n'

#: Lines after a model that are wrong, and what their sentence names.
WRONG = {
    "colour = 1": "models[1].colour is not known",
    "download = 70": "models[1].download is 70; a size",
    'peak = "much"': "models[1].peak is 'much'; a size",
    'devices = "pixel-8-pro"': "models[1].devices is 'pixel-8-pro'; a list",
    "context = 0": "models[1].context is 0; a whole number",
    'outcome = "no"': "models[1].outcome is 'no'; likely, may or unlikely",
    "share = 1.5": "models[1].share is 1.5; a share above 0",
    "share = 0.5": "models[1].visits is missing",
    "": "models[1] limits nothing",
    "download": "the file is not TOML",
    'devices = ["pixel-1"]': "unknown device 'pixel-1'",
    '[budget]\npeak = "1GB"': "budget is not known; limits and models are",
}


def checked(folder: Path, text: str, *words: str) -> int:
    """Return what `tabfit check` of a file with such a text exits with."""
    (folder / "tabfit.toml").write_text(text, encoding="utf-8")
    return command_line.main(["check", str(folder / "tabfit.toml"), *words])


@pytest.mark.parametrize("line", WRONG)
def test_a_wrong_file_is_one_sentence(
    line: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It names the key and what is accepted, and exit is 2: no limit was broken."""
    assert checked(tmp_path, TINY + line) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert WRONG[line] in printed.err
    assert printed.err.count("\n") == 1


def test_no_models(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file without models limits nothing, and a model that is not named cannot be limited."""
    assert checked(tmp_path, '[limits]\ndownload = "1GB"\n') == 2
    assert "models is missing" in capsys.readouterr().err
    assert checked(tmp_path, '[[models]]\ndownload = "1GB"\n') == 2
    assert "models[1].model is missing" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("limit", "holds"),
    [
        ('download = "68MB"', True),  # 67 MB of weights as the hub lists them, and a tokenizer
        ('download = "66MB"', False),
        ('peak = "2GB"', True),
        ('peak = "60MB"', False),  # less than the weights
        ('devices = ["pixel-8-pro"]', True),
        ('devices = ["pixel-8-pro"]\nruntime = "transformersjs-webgpu"\noutcome = "may"', True),
        ('visits = "visits.csv"\nshare = 0.75', True),
        ('visits = "visits.csv"\nshare = 0.76', False),
    ],
)
def test_limits(
    limit: str,
    holds: bool,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A limit on either side of what is true; visits lie beside the file."""
    rows = "platform,browser,ram_bytes,visits\nwindows,chrome,17179869184,3\nwindows,chrome,1,1\n"
    (tmp_path / "visits.csv").write_text(rows, encoding="utf-8")
    text = TINY + limit
    if "runtime" in limit:
        text = text.replace('runtime = "transformersjs-wasm"\nprecision = "q8"\n', "")
    assert checked(tmp_path, text) == (0 if holds else 1)
    printed = capsys.readouterr().out
    assert ("BROKEN" in printed) == (not holds)
    assert checked(tmp_path, text, "--json") == (0 if holds else 1)
    assert json.loads(capsys.readouterr().out)["holds"] is holds


def test_a_model_says_its_own_limit(tmp_path: Path) -> None:
    """What [limits] says holds for every model but the one that says otherwise."""
    common = '[limits]\ndownload = "1MB"\n'
    assert checked(tmp_path, common + TINY) == 1
    assert checked(tmp_path, common + TINY + 'download = "1GB"\n') == 0


@pytest.mark.parametrize(("accepted", "code"), [("likely", 1), ("may", 1), ("unlikely", 0)])
def test_fail_below(accepted: str, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    """An unlikely fit fails below *may*, and the answer is printed all the same."""
    words = ["estimate", "gemma-2b", "--precision", "int4", "--device", "iphone-13"]
    assert command_line.main([*words, "--fail-below", accepted]) == code
    assert "Unlikely to fit" in capsys.readouterr().out


def test_the_action_runs_the_check(tmp_path: Path) -> None:
    """The action's last step fails where a limit is broken, on a runner's own shell."""
    text = (ROOT / "action.yml").read_text(encoding="utf-8")
    (line,) = re.findall(r"run: (.*tabfit check.*)", text)
    (tmp_path / "tabfit.toml").write_text(TINY + 'download = "1MB"\n', encoding="utf-8")
    told = {**os.environ, "LIMITS": "tabfit.toml", "PYTHONPATH": str(ROOT / "python")}
    told["PATH"] = f"{ROOT / '.venv' / 'bin'}{os.pathsep}{told['PATH']}"
    ran = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", line],
        cwd=tmp_path,
        env=told,
        check=False,
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 1
    assert "1 of 1 limits are broken" in ran.stdout


def test_the_hook_runs_the_check() -> None:
    """The pre-commit hook's entry is a command that is there."""
    hook = (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    (entry,) = re.findall(r"entry: tabfit (\w+)", hook)
    assert entry == "check"
    assert command_line.parser().parse_args([entry]).limits == "tabfit.toml"
