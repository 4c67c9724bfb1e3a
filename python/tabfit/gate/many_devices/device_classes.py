"""Classes of visits: devices that come out alike, so that each class is judged once.

In: the gates of the scenarios that are asked about. Out: `Cuts` by column, which say how much of a
column matters to any of them:

    words    whether the column is one of words or truths: they are told apart as they stand
    at       for numbers: where a verdict may change. Two numbers with no cut between them, where a
             cut c lies between c - 1 and c, come out alike. A `device_memory` has its cuts at what
             browsers say
    exact    for numbers that pass into a chance by arithmetic: whether every number counts

Columns that no gate asks about are not among them. `key(cuts, columns)` is a row's class, a tuple
that is equal for rows that come out alike in every scenario; a class is judged through any of its
rows: `signals.read_flat(columns)` is the device that the estimator judges. Rows are plain mappings
here; whoever has arrays applies the same cuts with `searchsorted`, and finds the classes with
`unique`:

    codes = searchsorted(cuts[name].at, values, side="right"), for exact columns the values

What a visit's columns are called, and what they hold, is said in `device_signals`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from tabfit.gate.rules.decision_tree import UNLISTED, Leaf, Switch, Tree, parts
from tabfit.gate.rules.device_signals import NUMBERS, SAID_MEMORY, SIGNALS, WORDS
from tabfit.gate.scenario.scenario_rules import Gate, signals_in, trees_in


class Cuts(NamedTuple):
    """How much of a column matters: see the module."""

    words: bool
    at: tuple[float, ...] = ()
    exact: bool = False


#: A column of numbers whose every value counts.
EXACT: Final = Cuts(words=False, exact=True)


def cuts(gates: Iterable[Gate]) -> dict[str, Cuts]:
    """Return the cuts of every column that any of the gates asks about, in the usual order."""
    return cuts_of(tuple(tree for gate in gates for tree in gate.trees))


def cuts_of(every: Sequence[Tree]) -> dict[str, Cuts]:
    """Return the same of trees, of a gate or of rules whose needs are names."""
    found = signals_in(*every)
    points: dict[str, set[float]] = {name: set() for name in NUMBERS}
    exact: set[str] = set()
    for part in parts(every, trees_in):
        _gather(part, points, exact)
    at = {"device_memory": SAID_MEMORY[1:], **{name: sorted(points[name]) for name in NUMBERS}}
    return {
        name: EXACT if name in exact else Cuts(words=name not in at, at=tuple(at.get(name, ())))
        for name in SIGNALS
        if name in found
    }


def key(every: Mapping[str, Cuts], columns: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return the class of a row: equal for rows that come out alike."""
    return tuple(_code(name, some, columns.get(name)) for name, some in every.items())


def _code(name: str, some: Cuts, value: Any) -> Any:  # noqa: ANN401 - a word or a number
    if value is None or some.exact:
        return value
    if not some.words:
        return bisect_right(some.at, value)
    return value if value in WORDS[name] else UNLISTED


def _gather(part: Tree, points: dict[str, set[float]], exact: set[str]) -> None:
    """Note every number that a signal is compared with, and every signal that is reckoned with."""
    if isinstance(part, Leaf):
        exact.update(_reckoned(getattr(part.value, "chance", part.value)))
        return
    kind, *sides = part.question
    if kind == "less":
        _compared(sides[0], sides[1], 0, points, exact)
        _compared(sides[1], sides[0], 1, points, exact)


def _compared(
    side: Any,  # noqa: ANN401 - an expression
    other: Any,  # noqa: ANN401 - an expression
    beyond: int,
    points: dict[str, set[float]],
    exact: set[str],
) -> None:
    """Note what one side of a comparison says; a signal above a number changes one behind it."""
    simple = isinstance(side, tuple) and side[0] == "told" and isinstance(other, (int, float))
    if simple:
        points[side[1]].add(other + beyond)
        return
    exact.update(_reckoned(side))


def _reckoned(made: Any) -> Iterable[str]:  # noqa: ANN401 - an expression
    """Yield the signals in an expression, those of its trees aside."""
    if isinstance(made, tuple) and not isinstance(made, (Leaf, Switch)):
        if made and made[0] == "told":
            yield made[1]
        else:
            for each in made:
                yield from _reckoned(each)


# Rules whose needs are names


class Compared(NamedTuple):
    """What rules do with numbers: those they are held against, and what they pass into.

    `points` has the numbers that a signal is compared with, `needs` the names of needs and which of
    their ends, `pairs` the signals that are compared with each other, `reckoned` the others.
    """

    points: Mapping[str, set[float]]
    needs: Mapping[str, set[tuple[str, int]]]
    pairs: tuple[tuple[str, str], ...]
    reckoned: frozenset[str]


def compared(every: Iterable[Tree]) -> Compared:
    """Return what trees of rules do with numbers."""
    points: dict[str, set[float]] = {name: set() for name in NUMBERS}
    needs: dict[str, set[tuple[str, int]]] = {name: set() for name in NUMBERS}
    reckoned, pairs = set[str](), dict[tuple[str, str], None]()
    for part in parts(every, trees_in):
        if isinstance(part, Leaf):
            reckoned.update(_reckoned(getattr(part.value, "chance", part.value)))
            continue
        kind, *sides = part.question
        if kind != "less":
            continue
        one, another = sides
        first, second = _simple(one), _simple(another)
        if first and second:
            pairs[first, second] = None
            continue
        for name, side, other in ((first, one, another), (second, another, one)):
            if name and isinstance(other, (int, float)):
                points[name].add(other)
            elif name and isinstance(other, tuple) and other[0] == "need":
                needs[name].add((str(other[1]), int(other[2])))
            else:
                reckoned.update(_reckoned(side))
                points[_QUOTA].update(e for e in (other,) if isinstance(e, (int, float)))
    return Compared(points, needs, tuple(pairs), frozenset(reckoned))


_QUOTA: Final = "storage_quota_bytes"


def _simple(side: Any) -> str | None:  # noqa: ANN401 - an expression
    """Return the signal that a side of a comparison is, if it is one."""
    return str(side[1]) if isinstance(side, tuple) and side[0] == "told" else None
