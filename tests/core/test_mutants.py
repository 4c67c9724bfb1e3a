"""What `make mutate` changes, and by which tests: none of it has gone with a file that moved."""

from __future__ import annotations

import ast
from typing import Final

import pytest

from tools import mutate_constants
from tools.mutate_constants import every_change


def test_rooms_have_their_tests() -> None:
    """Each place of tests is there, and each room begins with a table of worked examples."""
    for room, folders in mutate_constants.ROOMS.items():
        assert all((mutate_constants.ROOT / each).exists() for each in folders), room
        assert mutate_constants.BOUNDARIES[room], room


def test_every_room_has_constants() -> None:
    """Each room is searched, and in each there are constants to change."""
    assert {*mutate_constants.OF_PYTHON, "catalog"} == set(mutate_constants.ROOMS)
    paths = list(mutate_constants.modules())
    for room in mutate_constants.OF_PYTHON:
        mine = (path for path in paths if path.is_relative_to(mutate_constants.CORE / room))
        assert any(next(mutate_constants.of_module(path), None) for path in mine), room
    assert next(mutate_constants.of_runtime_rows())
    assert next(mutate_constants.of_feature_rows())


# A line of a module, one change of it, and the line that it becomes.
CHANGES: Final = (
    # each end of an interval on its own; one number written for each end is one
    ("A = mebibytes(64, 128, 192)", "A[2] doubled", "A = mebibytes(64, 128, 384)"),
    ("A = record('x', (0, 1, 4))", "A[1][0] raised", "A = record('x', (2.0, 1, 4))"),
    ("A = (4, 4, 4)", "A halved", "A = (2, 2, 2)"),
    ("A = 3 * MIB", "A halved", "A = 1 * MIB"),
    ("A = 0.65", "A a tenth more", "A = 0.75"),
    ("A, B = 1, 0.5", "B a tenth less", "A, B = (1, 0.4)"),
    ("A, B = -2, -1", "A, B rank 0 and 1 swapped", "A, B = (-1, -2)"),
    ("A = {X: 0, Y: 1}", "A rank 0 and 1 swapped", "A = {X: 1, Y: 0}"),
    # names in tables and in conditions
    ("A = frozenset({'x', *('y', 'z')})", "A[0][1] without 'z'", "A = frozenset({'x', *('y',)})"),
    ("A = {'x': f, 'y': g}", "A without 'y'", "A = {'x': f}"),
    ("A = {'x': 'apple'}", "A['x'] 'apple' renamed", "A = {'x': 'no-apple'}"),
    ("A = 'card'", "A 'card' renamed", "A = 'no-card'"),
    ("class A:\n    b = True", "A.b flipped", "class A:\n    b = False"),
    ("def f(*, x=True):\n    g()", "f flipped", "def f(*, x=False):\n    g()"),
    (
        "def f():\n    return a == 'x'",
        "f, a == 'x', 'x' renamed",
        "def f():\n    return a == 'no-x'",
    ),
    ("def f():\n    return a in ('x', 'y')", "f without 'x'", "def f():\n    return a in ('y',)"),
    ("def f():\n    return a > 16", "f, 16 doubled", "def f():\n    return a > 32"),
)


@pytest.mark.parametrize(("source", "change", "changed"), CHANGES)
def test_changes(source: str, change: str, changed: str) -> None:
    """Numbers, truths and names are changed one at a time, wherever they stand."""
    names = [f"{each.name} {each.words}" for each in every_change(ast.parse(source))]
    assert names.count(change) == 1
    assert mutate_constants.rewritten(source, names.index(change)) == changed


@pytest.mark.parametrize(
    "source",
    [
        "A = later('driver')",
        "A = 'a sentence of several words'",
        "A = dict[str, Any]",
        "__all__ = ('x', 'y')",
        "def f(x: Literal['a', 'b']):\n    return 2 * x[1]",
        "def f():\n    return round(zip(a, b, strict=True), 3)",
    ],
)
def test_what_decides_nothing_is_left_alone(source: str) -> None:
    """Sentences, types, what a module offers, and numbers that only count."""
    assert not list(every_change(ast.parse(source)))


def test_what_is_excused_is_still_there() -> None:
    """A constant that is left alone for a reason is one of those that would be changed."""
    titles = [each.title for each in mutate_constants.mutants(excused=True)]
    for title, reason in mutate_constants.UNSEEN.items():
        assert reason
        assert any(each.startswith(title) for each in titles), title
