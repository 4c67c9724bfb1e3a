"""Every public function that works out a figure says where its formula is from."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

PACKAGE: Final = Path(__file__).parents[2] / "python" / "tabfit"
#: The rooms that work figures out; others say, sort or carry them.
ROOMS: Final = (
    *("model", "storage", "recipes", "devices", "runtimes", "training", "verdict", "estimate"),
    *("shrink", "workbench"),
)
#: What a figure is: bytes, counts, shares, chances, and what holds several of them.
FIGURES: Final = frozenset(
    {
        *("int", "float", "Bytes", "Parameters", "Tokens", "Interval", "Quantity", "Given"),
        *("Constant", "Budget", "Rates", "Wait"),
    }
)
Function = tuple[str, str, str]


def _is_figure(returned: ast.expr | None) -> bool:
    """Return whether an annotation is a figure, or one that may be missing."""
    if isinstance(returned, ast.BinOp):
        return _is_figure(returned.left)
    return isinstance(returned, ast.Name) and returned.id in FIGURES


def _public(body: list[ast.stmt]) -> Iterator[ast.FunctionDef]:
    for node in body:
        if isinstance(node, ast.FunctionDef) and node.name[0] != "_" and _is_figure(node.returns):
            yield node


def _sourced(*nodes: ast.Module | ast.ClassDef | ast.FunctionDef) -> bool:
    return any("Source" in (ast.get_docstring(each) or "") for each in nodes)


def _of_module(path: Path) -> Iterator[tuple[str, bool]]:
    """Return each formula of a module, and whether it names its source.

    A function says so itself. A method may leave it to its class or to the module; one that is
    given nothing tells what its value holds, and one of a protocol works nothing out.
    """
    tree, place = ast.parse(path.read_text("utf-8")), path.relative_to(PACKAGE).as_posix()
    for function in _public(tree.body):
        yield f"{place}: {function.name}", _sourced(function)
    for kind in (node for node in tree.body if isinstance(node, ast.ClassDef)):
        if "Protocol" in {ast.unparse(each) for each in kind.bases}:
            continue
        for method in _public(kind.body):
            if len(method.args.args) + len(method.args.kwonlyargs) > 1:
                yield f"{place}: {kind.name}.{method.name}", _sourced(tree, kind, method)


@pytest.mark.parametrize("room", ROOMS)
def test_every_formula_names_its_source(room: str) -> None:
    """A paper, a runtime's own file, a specification, a measurement, or the definition."""
    found = dict(each for path in (PACKAGE / room).rglob("*.py") for each in _of_module(path))
    assert [name for name, told in found.items() if not told] == []


def test_there_are_formulas_to_look_at() -> None:
    """The rule finds them: had it found none, it would have held."""
    every = [name for path in PACKAGE.rglob("*.py") for name, _ in _of_module(path)]
    assert len(every) > 90
    assert "runtimes/memory/cache.py: cache" in every
    assert "runtimes/wllama.py: Wllama.workspace" in every
