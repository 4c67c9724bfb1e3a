"""Every way through a function: what it asks becomes a tree, what it returns the leaves.

In: a function that asks a `Path` what it wants to know. Out: a `Tree`. The function is run anew for
each answer to its first unanswered question, so it may be any code that asks and then computes.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from functools import reduce
from typing import Any, Final, NamedTuple

from tabfit.devices.history import MOST_BYTES

#: A question: what kind of question it is, then what it is about.
Question = tuple[Hashable, ...]

#: The answer where a signal is told, and is none of those that the engine tells apart.
UNLISTED: Final = "unlisted"
#: Any number, among the answers that never come up; there `None` is *not known*, as with words.
TOLD: Final = "told"


class Leaf(NamedTuple):
    """What came out."""

    value: Any


class Switch(NamedTuple):
    """A question, and what follows from each answer."""

    question: Question
    branches: tuple[tuple[Hashable, Tree], ...]

    def after(self, answer: Hashable) -> Tree:
        """Return what follows from an answer; one that no branch has counts as unlisted."""
        found = dict(self.branches)
        return found[answer] if answer in found else found[UNLISTED]


Tree = Leaf | Switch


class _Undecided(Exception):
    def __init__(self, question: Question, answers: tuple[Hashable, ...]) -> None:
        super().__init__(question)
        self.question, self.answers = question, answers


class Path:
    """Answers given so far, and what they say of numbers: bounds spare questions."""

    def __init__(
        self,
        answers: Mapping[Question, Hashable],
        never: Mapping[str, tuple[object, ...]] | None = None,
    ) -> None:
        """Take answers, and those that never come up; an open question ends the run."""
        self.answers, self.never = answers, never or {}

    def choose(self, question: Question, answers: tuple[Hashable, ...]) -> Any:  # noqa: ANN401
        """Return the answer to a question."""
        if question in self.answers:
            return self.answers[question]
        never = self.never.get(str(question[1]), ())
        if question[0] == "known":
            never = tuple(each == TOLD for each in never)
        left = tuple(each for each in answers if each not in never)
        if len(left) == 1:
            return left[0]
        raise _Undecided(question, left)

    def less(self, first: Any, second: Any) -> bool:  # noqa: ANN401 - expressions
        """Return whether one expression lies below another, asked only where that is open."""
        if first == second:
            return False
        if _numbers(first, second):
            return bool(first < second)
        known = self._implied(first, second)
        if known is not None:
            return known
        answer: bool = self.choose(("less", first, second), (True, False))
        return answer

    def _implied(self, first: Any, second: Any) -> bool | None:  # noqa: ANN401 - expressions
        """Return what earlier answers about the same expression and other numbers imply.

        No number but a difference is less than nothing, no signal's more than `MOST_BYTES`.
        """
        kind = first[0] if isinstance(first, tuple) else ""
        if kind != "difference" and _numbers(second) and second <= 0:
            return False
        if kind == "told" and _numbers(second) and second > MOST_BYTES:
            return True
        for (question, *sides), answer in self.answers.items():
            if question != "less":
                continue
            left, right = sides
            implied = _follows(first, second, left, right, answer=bool(answer))
            if implied is not None:
                return implied
        return None


def _follows(  # what one answer, whether `left` lies below `right`, says of two others
    first: Any,  # noqa: ANN401 - an expression
    second: Any,  # noqa: ANN401 - an expression
    left: Any,  # noqa: ANN401 - an expression
    right: Any,  # noqa: ANN401 - an expression
    *,
    answer: bool,
) -> bool | None:
    if left == first and _numbers(right, second):
        further = right <= second if answer else right >= second
    elif right == second and _numbers(left, first):
        further = left >= first if answer else left <= first
    else:
        return None
    return answer if further else None


def _numbers(*given: object) -> bool:
    return all(isinstance(each, (int, float)) for each in given)


def explore(
    run: Callable[[Path], Any],
    never: Mapping[str, tuple[object, ...]] | None = None,
    given: Mapping[Question, Hashable] | None = None,
) -> Tree:
    """Return the tree of everything that a function may return; its values are compared by `==`.

    `never` has answers by what they would be about that need no branch, `given` those that hold.
    """
    return _grown(run, given or {}, never or {})


def _grown(
    run: Callable[[Path], Any],
    answers: Mapping[Question, Hashable],
    never: Mapping[str, tuple[object, ...]],
) -> Tree:
    try:
        return Leaf(run(Path(answers, never)))
    except _Undecided as open_question:
        question, possible = open_question.question, open_question.answers
    return switch(
        question, {each: _grown(run, {**answers, question: each}, never) for each in possible}
    )


def switch(question: Question, branches: Mapping[Any, Tree]) -> Tree:
    """Return a question with what follows; one whose answer makes no difference is not asked."""
    first, *others = branches.values()
    if all(each == first for each in others):
        return first
    return Switch(question, tuple(branches.items()))


def mapped(tree: Tree, change: Callable[[Any], Any]) -> Tree:
    """Return a tree with every leaf's value changed."""
    if isinstance(tree, Leaf):
        return Leaf(change(tree.value))
    return switch(tree.question, {a: mapped(branch, change) for a, branch in tree.branches})


def leaves(tree: Tree) -> Iterator[Any]:
    """Yield the values of a tree's leaves."""
    if isinstance(tree, Leaf):
        yield tree.value
    else:
        for _answer, branch in tree.branches:
            yield from leaves(branch)


def parts(
    every: Iterable[Tree], within: Callable[[Any], Iterable[Tree]] = lambda _value: ()
) -> Iterator[Tree]:
    """Yield every part of trees; what is one object in several places comes once.

    `within` yields the trees in a leaf's value, whose parts come too.
    """
    left, met = [*every], set[int]()
    while left:
        here = left.pop()
        if id(here) in met:
            continue
        met.add(id(here))
        yield here
        if isinstance(here, Leaf):
            left.extend(within(here.value))
        else:
            left.extend(branch for _answer, branch in here.branches)


def switches(tree: Tree) -> Iterator[Switch]:
    """Yield the questions of a tree with what follows, one that is asked twice twice."""
    if isinstance(tree, Switch):
        yield tree
        for _answer, branch in tree.branches:
            yield from switches(branch)


def questions(tree: Tree) -> Iterator[Question]:
    """Yield the questions of a tree, one that is asked twice twice."""
    return (each.question for each in switches(tree))


def summed(terms: Iterable[Tree]) -> Iterator[Tree]:
    """Yield trees of numbers, those that ask the same added up to one."""
    found: dict[Any, list[Tree]] = {}
    for each in terms:
        found.setdefault(_asks(each), []).append(each)
    for same in found.values():
        yield reduce(_sum, same)


def _asks(tree: Tree) -> Any:  # noqa: ANN401 - hashable
    """Return what a tree asks, without what follows."""
    if isinstance(tree, Leaf):
        return None
    return tree.question, tuple((a, _asks(branch)) for a, branch in tree.branches)


def _sum(first: Tree, second: Tree) -> Tree:
    if isinstance(first, Switch) and isinstance(second, Switch):
        pairs = zip(first.branches, second.branches, strict=True)
        return Switch(first.question, tuple((a, _sum(one, two)) for (a, one), (_a, two) in pairs))
    return Leaf(round(first.value + second.value, 9))  # type: ignore[union-attr]
