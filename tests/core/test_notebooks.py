"""docs/notebooks/: every cell runs, and gives what stands below it."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "docs" / "notebooks").glob("*.ipynb"))


def ran(text: str, names: dict[str, Any]) -> tuple[str, str | None]:
    """Return what a cell prints, and what its last line is, as a notebook shows it."""
    lines = ast.parse(text).body
    last = lines.pop() if isinstance(lines[-1], ast.Expr) else None
    printed, value = StringIO(), None
    with redirect_stdout(printed):
        exec(compile(ast.Module(lines, []), "cell", "exec"), names)  # noqa: S102 - our own cells
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), "cell", "eval"), names)  # noqa: S307
    return printed.getvalue(), None if value is None else repr(value)


def cells(path: Path) -> Iterator[tuple[str, str, str | None]]:
    """Yield each cell of code, with what it printed and what its last line was."""
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            said = {each["output_type"]: each for each in cell["outputs"]}
            assert set(said) <= {"stream", "execute_result"}
            printed = "".join(said.get("stream", {}).get("text", ()))
            value = said.get("execute_result", {}).get("data", {}).get("text/plain")
            yield "".join(cell["source"]), printed, None if value is None else "".join(value)


def test_there_are_two() -> None:
    """The library and the coverage of a population have one each."""
    assert [path.stem for path in NOTEBOOKS] == ["coverage", "library_tour"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_gives_what_it_shows(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its cells are run in order, in one namespace, from the repository's root."""
    monkeypatch.chdir(ROOT)
    names: dict[str, Any] = {"__name__": "__main__"}
    for text, printed, value in cells(path):
        assert ran(text, names) == (printed, value), text
