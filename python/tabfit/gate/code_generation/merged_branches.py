"""Choices among answers, with those that come to the same taken together.

In: answers, and the text that follows from each. Out: fewer choices, for whoever writes them.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, pairwise
from typing import Any, NamedTuple

from tabfit.gate.rules.decision_tree import UNLISTED

#: Answers, each with what follows from it.
Branches = Sequence[tuple[Any, str]]


def by_text(branches: Branches) -> dict[str, list[Any]]:
    """Return the answers by what follows; last what follows from most, or from the unlisted.

    >>> list(by_text([("ios", "a"), ("android", "b"), ("linux", "a")]))
    ['b', 'a']
    """
    found: dict[str, list[Any]] = {}
    for answer, text in branches:
        found.setdefault(text, []).append(answer)
    usual = max(found, key=lambda text: (UNLISTED in found[text], len(found[text])))
    return {**{text: found[text] for text in found if text != usual}, usual: found[usual]}


class Steps(NamedTuple):
    """A choice among rising numbers: what follows below each, what at last, what where untold."""

    untold: str
    below: tuple[tuple[float, str], ...]
    last: str

    @property
    def plain(self) -> bool:
        """Return whether the number makes no difference, nor whether it is told."""
        return not self.below and self.last == self.untold


def steps(branches: Branches) -> Steps:
    """Return the steps of a choice among numbers, the first for whatever lies below it.

    >>> steps([(1, "a"), (2, "a"), (4, "b"), (None, "c")])
    Steps(untold='c', below=((4, 'a'),), last='b')
    """
    told = [(answer, text) for answer, text in branches if answer is not None]
    runs = [list(run) for _text, run in groupby(told, key=lambda each: each[1])]
    below = tuple((after[0][0], run[0][1]) for run, after in pairwise(runs))
    return Steps(dict(branches)[None], below, runs[-1][0][1])
