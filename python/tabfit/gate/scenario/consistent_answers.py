"""What is derived of a device and what it is derived from, asked together.

In: a check's tree. Out: the same for every device there may be, and smaller: whether graphics
shares memory or is emulated (`runtime_rules.DERIVED`) follows from signals, so that no tree need
say what would follow where the two contradict each other.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from itertools import combinations
from typing import Any, NamedTuple

from tabfit.gate.rules.decision_tree import (
    Leaf,
    Path,
    Question,
    Switch,
    Tree,
    explore,
    leaves,
    questions,
    switch,
)
from tabfit.gate.rules.runtime_rules import DERIVED, CheckLeaf, budget

#: Answers that never come up, by what they would be about.
Never = Mapping[str, tuple[object, ...]]
#: What is told of a device: answers by their questions.
Told = Mapping[Question, Hashable]


def consistent(decided: Callable[[Path], CheckLeaf | None], never: Never) -> Tree:
    """Return the tree of what a check may come to, the smaller of two orders of its questions."""
    made = _together(explore(lambda path: decided(_Consistent(path)), never), {}, never)
    first = _together(_derived_first(made, never), {}, never)
    return min(made, first, key=lambda tree: sum(1 for _ in leaves(tree)))


class PathBeside(Path):
    """A path beside another, which is asked in the end."""

    def __init__(self, path: Path) -> None:
        """Take the other's answers."""
        super().__init__(path.answers, path.never)
        self.beside = path

    def choose(self, question: Question, answers: tuple[Hashable, ...]) -> Any:  # noqa: ANN401
        """Return the answer to a question."""
        return self.beside.choose(question, answers)

    def less(self, first: Any, second: Any) -> bool:  # noqa: ANN401 - expressions
        """Return whether one expression lies below another."""
        return self.beside.less(first, second)


class _Consistent(PathBeside):
    """A path on which signals agree with what was said to be derived of them."""

    def choose(self, question: Question, answers: tuple[Hashable, ...]) -> Any:  # noqa: ANN401
        """Return the answer to a question, asked only of those that may be."""
        if question not in self.answers and question[0] == "is" and question[1] not in DERIVED:
            asked = {**self.answers}
            may_be = tuple(e for e in answers if _may_be(asked | {question: e}, self.never))
            answers = may_be or answers  # of a device that there is not, anything may be said
        return self.beside.choose(question, answers)


def _may_be(told: Told, never: Never) -> bool:
    """Return whether a device may have what is told of it, what is derived included."""
    derived = {name: told[("is", name)] for name in DERIVED if ("is", name) in told}
    return all(said in _reached(budget(name), told, never) for name, said in derived.items())


def _reached(tree: Tree, told: Told, never: Never) -> set[Hashable]:
    """Return the leaves that a tree may come to where some answers are told."""
    if isinstance(tree, Leaf):
        return {tree.value}
    if tree.question in told:
        return _reached(tree.after(told[tree.question]), told, never)
    nowhere = never.get(str(tree.question[1]), ())
    left = (branch for answer, branch in tree.branches if answer not in nowhere)
    return set().union(*(_reached(each, told, never) for each in left))


def _derived_first(tree: Tree, never: Never) -> Tree:
    """Return a tree that asks for what is derived before the rest."""
    names = [name for name in DERIVED if ("is", name) in set(questions(tree))]

    def value(path: Path) -> Any:  # noqa: ANN401 - a leaf's
        path, found = _Consistent(path), tree
        for name in names:
            path.choose(("is", name), tuple(dict.fromkeys(leaves(budget(name)))))
        while isinstance(found, Switch):
            possible = tuple(answer for answer, _branch in found.branches)
            found = found.after(path.choose(found.question, possible))
        return found.value

    return explore(value, never)


# Answers that are told apart only where no device is


class _Side(NamedTuple):
    """A tree, and what is told of the devices that come to it."""

    tree: Tree
    told: Told

    def after(self, question: Question, answer: Hashable) -> _Side | None:
        """Return what follows from an answer, `None` where no device has it."""
        told = {**self.told, question: answer}
        if not isinstance(self.tree, Switch) or self.tree.question != question:
            return _Side(self.tree, told)
        branch = dict(self.tree.branches).get(answer)
        return None if branch is None else _Side(branch, told)


def _together(tree: Tree, told: Told, never: Never) -> Tree:
    """Return a tree in which answers of what is derived are one where devices come out alike."""
    if isinstance(tree, Leaf):
        return tree
    here = {a: _together(b, {**told, tree.question: a}, never) for a, b in tree.branches}
    if tree.question[1] in DERIVED:
        for two in combinations(here, 2):
            first, second = (_Side(here[a], {**told, tree.question: a}) for a in two)
            both = _both(first, second, never)
            if both is not None:
                alike = first.tree, second.tree
                here = {a: both if each in alike else each for a, each in here.items()}
    return switch(tree.question, here)


def _both(one: _Side, other: _Side, never: Never) -> Tree | None:
    """Return a tree that says what each of two says of its devices, `None` where they differ."""
    if one.tree == other.tree:
        return one.tree
    if isinstance(one.tree, Leaf) and isinstance(other.tree, Leaf):
        return None
    if _width(one.tree) < _width(other.tree):
        one, other = other, one
    assert isinstance(one.tree, Switch)  # noqa: S101 - the wider one
    question, found = one.tree.question, dict[Hashable, Tree]()
    same = isinstance(other.tree, Switch) and other.tree.question == question
    for answer, branch in one.tree.branches:
        mine, their = one.after(question, answer), other.after(question, answer)
        if mine is None or their is None or not _may_be(their.told, never):
            found[answer] = branch
            continue
        both = _both(mine, their, never)
        if both is None:
            return None
        found[answer] = both
    rest = dict(other.tree.branches) if same and isinstance(other.tree, Switch) else {}
    return switch(question, {**rest, **found})


def _width(tree: Tree) -> int:
    return 0 if isinstance(tree, Leaf) else len(tree.branches)
