"""Expressions that a text repeats, given names of their own.

In: a text of a program and the expressions that it was written from, each complete in itself and
without effect. Out: a shorter text, and the names that it uses.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache

#: What a shorter text saves at least, so that a name is worth reading.
_LEAST = 4


def named(
    texts: Sequence[str], expressions: Iterable[str], names: Iterator[str]
) -> tuple[list[str], dict[str, str]]:
    """Return texts that use names, and what these stand for.

    >>> named(["f([1,2,3],4)+g([1,2,3],4)", "h([1,2,3])"], ["[1,2,3]"], iter("ab"))
    (['f(a,4)+g(a,4)', 'h(a)'], {'a': '[1,2,3]'})
    """
    parts, found = list(texts), dict[str, str]()
    left = {each for each in expressions if len(each) > _LEAST}
    while left:
        saved, best = max((_saved(each, parts), each) for each in sorted(left))
        if saved < _LEAST:
            break
        name = next(names)
        parts = [_put(each, best, name) for each in parts] + [best]
        found[name] = best
        left = {_put(each, best, name) for each in left - {best}}
    return parts[: len(texts)], dict(zip(found, parts[len(texts) :], strict=True))


def _saved(expression: str, parts: list[str]) -> int:
    """Return how many characters a name of one letter would save."""
    times = sum(len(_alone(expression).findall(each)) for each in parts)
    return (times - 1) * (len(expression) - 1) - len(",a=") - 1


def _put(text: str, expression: str, name: str) -> str:
    return _alone(expression).sub(name, text)


@cache
def _alone(expression: str) -> re.Pattern[str]:
    """Return a pattern of an expression that is not the end of another, as `(x)` is in `f(x)`."""
    end = r"(?![\w.])" if expression[-1].isalnum() else ""
    return re.compile(r"(?:(?<![\w)\].$])|(?<=\.{3}))" + re.escape(expression) + end)


def in_order(meant: Mapping[str, str]) -> Iterator[str]:
    """Yield names, each after those that what it stands for uses.

    >>> list(in_order({"a": "b+1", "b": "2"}))
    ['b', 'a']
    """
    without = {name: re.sub("'[^']*'", "", text) for name, text in meant.items()}
    left = {name: set(re.findall(r"[A-Za-z_$][\w$]*", text)) for name, text in without.items()}
    while left:
        name = next(each for each, words in left.items() if not words & left.keys())
        del left[name]
        yield name
