"""The documentation's commands and Python give what its pages say; what it cites is there."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

from tabfit.cli.start import main

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
CONSOLE = re.compile(r"```console\n\$ tabfit ([^\n]*)\n(.*?)```", re.DOTALL)
SESSIONS = [page for page in PAGES if ">>> " in page.read_text(encoding="utf-8")]
COMMANDS = [
    (page, words, output)
    for page in PAGES
    for words, output in CONSOLE.findall(page.read_text(encoding="utf-8"))
]
#: Pages of other projects' repositories that sources are taken from.
ELSEWHERE = {
    "docs/gguf.md",
    "docs/research/llm-tutor-compute.md",
    "docs/verification/inference-worker.md",
}


@pytest.mark.parametrize(
    ("page", "words", "output"),
    COMMANDS,
    ids=[f"{page.stem}: {words[:40]}" for page, words, _ in COMMANDS],
)
def test_a_command_prints_what_its_page_says(
    page: Path,
    words: str,
    output: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each command of a page is run; `…` stands for what the page leaves out."""
    monkeypatch.chdir(ROOT)
    monkeypatch.delenv("COLUMNS", raising=False)  # a whole line for each row, as a pipe gets it
    code = main(words.split(" "))
    printed = capsys.readouterr()
    assert (code == 0) == bool(printed.out), page
    said = ".*".join(re.escape(part) for part in output.strip().split("…"))
    assert re.fullmatch(said, (printed.out or printed.err).strip(), re.DOTALL), printed


@pytest.mark.parametrize("page", SESSIONS, ids=lambda page: page.stem)
def test_python_gives_what_its_page_says(page: Path) -> None:
    """Each Python session of a page is run as a doctest."""
    failed, tried = doctest.testfile(str(page), module_relative=False, encoding="utf-8")
    assert tried
    assert not failed


def test_the_tutorial_is_tried() -> None:
    """The tutorial's blocks are among those that are run."""
    assert len([page for page, _, _ in COMMANDS if page.stem == "tutorial"]) >= 6
    assert DOCS / "tutorial.md" in SESSIONS


def test_what_is_cited_is_there() -> None:
    """Every page and schema of docs/ that code or prose cites is in the repository."""
    missing = {
        (path.relative_to(ROOT).as_posix(), cited)
        for path in _texts()
        for cited in re.findall(r"(?<![\w/.-])docs/[\w./-]*\w\.(?:md|json|svg)", _read(path))
        if cited not in ELSEWHERE and not (ROOT / cited).is_file()
    }
    assert not missing


def test_nothing_cites_what_nobody_has() -> None:
    """No sentence sends a reader to a design document that is not in the repository."""
    unseen = re.compile(r"DESIGN(?:\.md|'s)?(?: §| ?\d|\.md|'s list)|STYLE\.md")
    assert not [
        path.relative_to(ROOT).as_posix()
        for path in _texts()
        if path != Path(__file__).resolve() and unseen.search(_read(path))
    ]


def _texts() -> list[Path]:
    kinds = {".py", ".js", ".mjs", ".md", ".css", ".toml"}
    folders = ("python", "app", "static", "tools", "tests/core", "tests/laws", "tests/page", "docs")
    inside = (path for folder in folders for path in (ROOT / folder).rglob("*"))
    return [path for path in (*inside, *ROOT.glob("*.md")) if path.suffix in kinds]


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")
