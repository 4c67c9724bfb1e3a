"""What the command line looks like: columns, colours, examples, completion, figures of text."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tabfit import catalog
from tabfit.cli import command_line, examples
from tabfit.cli.start import main
from tabfit.cli.terminal import Terminal

ROOT = Path(__file__).resolve().parents[2]
TABLES = (("models",), ("devices",), ("runtimes",), ("compare", "--ram", "8GB"))


def printed(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """Return what a command prints."""
    assert main(words) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("words", TABLES, ids=" ".join)
@pytest.mark.parametrize("width", [80, 100])
def test_tables_keep_their_columns(
    words: tuple[str, ...],
    width: int,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No line is wider than the terminal, and every second column begins at the same sign."""
    monkeypatch.setenv("COLUMNS", str(width))
    lines = printed(capsys, *words).splitlines()
    assert max(map(len, lines)) <= width
    first = re.match(r".+?  +", lines[0])
    assert first is not None
    rows = [line for line in lines[:-1] if "  " in line and len(line) > first.end()]
    assert len(rows) > 8
    assert {line[first.end() - 2 : first.end()] for line in rows} == {"  "}


@pytest.mark.parametrize(
    "words",
    [
        ("estimate", "llama-3.1-70b", "--device", "laptop-8gb-integrated"),
        ("estimate", "whisper-small", "--precision", "encoder=fp32,decoder=q4", "--audio", "300s"),
        ("inspect", "tests/data/configs/HuggingFaceTB__SmolLM2-135M.json"),
        ("link", "https://example.org/#v=1&model=gemma-2b&runtime=mediapipe"),
        ("train", "llama-3.2-1b", "--qlora"),
        ("coverage", "distilbert", "sample"),
    ],
    ids=" ".join,
)
def test_no_line_is_wider_than_the_terminal(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Titles, sentences and formulas are folded between words."""
    monkeypatch.setenv("COLUMNS", "72")
    lines = printed(capsys, *words).splitlines()
    assert max(map(len, lines)) <= 72


def test_the_devices_that_manage_stand_by_kind(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each kind has its lines, none wider than the terminal, and every device stands once."""
    monkeypatch.setenv("COLUMNS", "80")
    told = printed(capsys, "need", "distilbert")
    assert max(map(len, told.splitlines())) <= 80
    count = int(re.findall(r"devices +(\d+) of", told)[0])
    kinds = {row.id: row.group for row in catalog.read().devices}
    named = re.sub(r"\n    ", " ", told.split("catalogue\n")[1])
    found = dict(re.findall(r"^  (.+?): (.*)$", named, re.MULTILINE))
    every = [(kind, each) for kind, ids in found.items() for each in ids.split(", ")]
    assert len(every) == len({each for _kind, each in every}) == count
    assert all(kinds[each] == kind for kind, each in every)


def test_a_column_with_nothing_in_it_is_folded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no visit can be judged, a table of shares has columns without a word."""
    visits = tmp_path / "visits.csv"
    visits.write_text("platform,browser,visits\nwindows,firefox,5\nmacos,safari,2\n")
    monkeypatch.setenv("COLUMNS", "80")
    assert "not known: 100.0 %" in printed(capsys, "coverage", "distilbert", str(visits))
    assert "95%  none" in printed(capsys, "coverage", str(visits))


@pytest.mark.parametrize("words", TABLES, ids=" ".join)
def test_a_pipe_gets_a_line_for_each_row(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nobody looks nothing is folded: ids stay whole, one a line, in line with each other."""
    monkeypatch.delenv("COLUMNS", raising=False)
    lines = printed(capsys, *words).splitlines()
    if words[0] in ("models", "devices", "runtimes"):
        known = getattr(catalog.read(), words[0])
        assert [line.split()[0] for line in lines] == [each.id for each in known]
        second = max(len(each.id) for each in known) + 2
        assert all(line[second - 2 : second] == "  " and line[second] != " " for line in lines)


@pytest.mark.parametrize(
    ("told", "coloured"),
    [({}, False), ({"FORCE_COLOR": "1"}, True), ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False)],
)
def test_colour(
    told: dict[str, str],
    coloured: bool,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A pipe gets no colours unless they are asked for, and NO_COLOR forbids them."""
    for name in ("FORCE_COLOR", "NO_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    text = printed(capsys, "estimate", "distilbert", "--ram", "8GB")
    assert ("\x1b[3" in text) is coloured
    assert "Likely fits" in text


def test_a_long_id_has_a_line_of_its_own() -> None:
    """An id that is longer than its column stays whole, and the columns stay."""
    rows = [("a" * 60, "Name", "x"), ("short", "Other name", "y")]
    lines = list(Terminal(width=40).table(rows))
    assert lines[0] == "a" * 60
    assert lines[1].index("Name") == lines[2].index("Other")


@pytest.mark.parametrize("command", [*examples.OF])
def test_every_example_is_a_command(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each command's help ends with examples, and the parser takes every one of them."""
    with pytest.raises(SystemExit):
        main([command, "--help"])
    assert "examples:" in capsys.readouterr().out
    for example in examples.OF[command]:
        words = re.split(r" +[>#] ", example)[0].replace("'", "").split()[1:]
        assert command_line.parser().parse_args(words).run


def test_completion_finishes_names(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Bash finishes a command, a model and a device of the catalogue."""
    shell = shutil.which("bash")
    if shell is None:
        pytest.skip("no bash")
    script = tmp_path / "tabfit.bash"
    script.write_text(printed(capsys, "completion", "bash"))
    for words, wanted in (
        (("tabfit", "estim"), "estimate"),
        (("tabfit", "estimate", "gemma-2-2"), "gemma-2-27b gemma-2-2b"),
        (("tabfit", "compare", "--device", "iphone-13"), "iphone-13"),
    ):
        ask = f"COMP_WORDS=({' '.join(words)}); COMP_CWORD={len(words) - 1}; _shtab_tabfit"
        run = f'source {script}; {ask}; echo "${{COMPREPLY[@]}}"'
        said = subprocess.run([shell, "-c", run], capture_output=True, text=True, check=True)
        assert wanted in said.stdout.strip(), words


def test_completion_without_its_library(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where shtab is not installed, one line says what brings it."""
    monkeypatch.setitem(sys.modules, "shtab", None)
    assert main(["completion", "bash"]) == 2
    assert "pip install 'tabfit[completion]'" in capsys.readouterr().err


def test_no_figure_is_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Slow is not "0-0 tokens/s", an undisclosed shape not "100.0% less", a reason a sentence."""
    monkeypatch.delenv("COLUMNS", raising=False)
    assert not re.search(r"\b0[-–]", printed(capsys, "estimate", "deepseek-r1", "--ram", "8GB"))
    assert "100.0%" not in printed(capsys, "estimate", "kokoro-82m")
    assert "pass through WebAssembly" in printed(capsys, "need", "distilbert")


def test_a_context_is_read_as_people_write_it(capsys: pytest.CaptureFixture[str]) -> None:
    """*8k* is what models call so: 8,192 tokens."""
    assert "8,192 tokens" in printed(capsys, "estimate", "gemma-2b", "--context", "8k")


def test_no_more_context_than_the_model_takes(capsys: pytest.CaptureFixture[str]) -> None:
    """A change that would help never offers more tokens than the model takes."""
    asked = ("estimate", "gemma-2b", "--context", "100000", "--ram", "8GB")
    offered = re.findall(r"would help: ([\d,]+) tokens", printed(capsys, *asked))
    assert offered == ["8,192"]


@pytest.mark.parametrize("name", ["hf:google/gemma-2b", "https://huggingface.co/google/gemma-2b"])
def test_a_catalogued_repository_asks_no_hub(
    name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hub's address of a model that the catalogue has is answered without the network."""
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    assert printed(capsys, "estimate", name).startswith("Gemma 2B,")
