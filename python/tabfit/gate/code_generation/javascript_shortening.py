"""Texts of JavaScript that say the same in fewer characters.

In: places, truths and texts of expressions. Out: conditions, numbers, and what two texts share.
"""

from __future__ import annotations

import re
from itertools import takewhile
from typing import Any, Final

#: The end of a text within which an argument or an element begins.
_BEGINS: Final = re.compile(r"[\w\])]\($|[,\[]$")
#: A text that may be one call.
_CALL: Final = re.compile(r"(\w+)\(.+\)")


def among(name: str, wanted: list[int], every: list[int]) -> str:
    """Return the shortest condition that a place is among some of those that come up.

    >>> among("p", [0, 1], [0, 1, 2]), among("p", [1], [0, 1, 2]), among("p", [0, 2], [0, 1, 2])
    ('p<2', 'p==1', 'p!=1')
    """
    holes = [each for each in every if each not in wanted]
    within = [each for each in holes if wanted[0] < each < wanted[-1]]
    bounds = [f"{name}>{wanted[0] - 1}"] if wanted[0] != every[0] else []
    bounds += [f"{name}<{wanted[-1] + 1}"] if wanted[-1] != every[-1] else []
    return min(
        "||".join(f"{name}=={each}" for each in wanted),
        "&".join([*bounds, *(f"{name}!={each}" for each in within)]) or "1",
        key=len,
    )


def is_truth(name: str, wanted: list[Any]) -> str:
    """Return a condition that a truth, or that nothing is told, is among some."""
    return {
        frozenset({True}): name,
        frozenset({False}): f"{name}==!1",
        frozenset({None}): f"{name}==null",
        frozenset({None, False}): f"!{name}",
        frozenset({None, True}): f"{name}!=!1",
        frozenset({True, False}): f"{name}!=null",
    }[frozenset(wanted)]


def opposite(condition: str) -> str:
    """Return the condition that holds where another does not.

    >>> opposite("w>6"), opposite("p<2&w>6")
    ('w<7', '!(p<2&w>6)')
    """
    found = re.fullmatch(r"(\w)([<>])(\d+)", condition)
    if not found:
        return f"!({condition})"
    name, sign, place = found.groups()
    return f"{name}<{int(place) + 1}" if sign == ">" else f"{name}>{int(place) - 1}"


def both(first: str, second: str) -> str:
    """Return the condition that two hold; of two bounds of one name the lower one is.

    >>> both("a", "b||c"), both("S<15e8", "S<2**20"), both("S<2**20", "S<15e8")
    ('a&&(b||c)', 'S<2**20', 'S<2**20')
    """
    bounds = [re.fullmatch(r"(\w+)<([\d.e*]+)", each) for each in (first, second)]
    one, other = bounds
    if one and other and one[1] == other[1]:
        return min(first, second, key=lambda each: _worth(each.partition("<")[2]))
    return "&&".join(f"({each})" if "||" in each else each for each in (first, second))


def _worth(written: str) -> float:
    """Return what a number is that `number` wrote.

    >>> _worth("15e8"), _worth("9*2**24") == 9 * 2**24, _worth("2**32") == 2**32
    (1500000000.0, True, True)
    """
    times, _sign, power = written.rpartition("2**")
    return float(times.rstrip("*") or 1) * 2.0 ** int(power) if _sign else float(written)


def shared_call(first: str, second: str) -> tuple[str, str, str, str] | None:
    """Return what two calls or lists share, where they differ in one argument alone.

    >>> shared_call("M(1,[2],3)", "M(1,[4],3)")
    ('M(1,[', '2', '4', '],3)')
    >>> shared_call("f(1)", "g(1)")
    >>> shared_call("(a?1:(b?2:3))", "(a?1:(b?2:4))")  # parentheses that call nothing
    """
    least = min(len(first), len(second))
    same = next((at for at in range(least) if first[at] != second[at]), least)
    rest = next((at for at in range(least - same) if first[~at] != second[~at]), least - same)
    for begin in (at for at in range(same, 0, -1) if _BEGINS.search(first[:at])):
        for end in (at for at in range(rest, 0, -1) if first[-at] in "),]"):
            parts = first[begin:-end], second[begin:-end]
            if all(map(_is_argument, parts)):
                return first[:begin], *parts, first[-end:]
    return None


def shared_beginning(first: str, second: str) -> tuple[str, str, str] | None:
    """Return what two calls have before they differ, and what each has from there on.

    >>> shared_beginning("M(2,2,f(1),3)", "M(2,2,5)")
    ('M(2,2,', 'f(1),3', '5')
    >>> shared_beginning("M(2)", "[2]")
    """
    called, *others = (_CALL.fullmatch(each) for each in (first, second))
    if not called or not all(each and each[1] == called[1] for each in others):
        return None
    one, other = _arguments(first), _arguments(second)
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
    if not 0 < same < min(len(one), len(other)):
        return None
    begun = "".join(f"{each}," for each in one[:same])
    return f"{called[1]}({begun}", ",".join(one[same:]), ",".join(other[same:])


def _arguments(call: str) -> list[str]:
    """Return the arguments of a text that is one call; none where it is more.

    >>> _arguments("f(1,g(2,3),[4,5])"), _arguments("f(1)+g(2)")
    (['1', 'g(2,3)', '[4,5]'], [])
    """
    found, depth = [""], 0
    for sign in call[call.index("(") + 1 : -1]:
        depth += (sign in "([") - (sign in ")]")
        if depth < 0:
            return []
        if sign == "," and depth == 0:
            found.append("")
        else:
            found[-1] += sign
    return found


def _is_argument(text: str) -> bool:
    """Return whether a text is one whole argument, and no list spread into many.

    >>> [_is_argument(each) for each in ("f(a,b)", "a,b", "a)+(b", "", "...a")]
    [True, False, False, False, False]
    """
    depth = 0
    for sign in text:
        depth += (sign in "([") - (sign in ")]")
        if depth < 0 or (sign == "," and depth == 0):
            return False
    return bool(text) and depth == 0 and not text.startswith("...")


def number(value: float) -> str:
    """Return a number as short as JavaScript takes it.

    >>> number(0.5), number(-0.25), number(4294967296), number(1.0), number(1_500_000_000)
    ('.5', '-.25', '2**32', '1', '15e8')
    """
    if value and value == int(value):
        whole = int(value)
        odd, power = _odd(abs(whole)), (whole & -whole).bit_length() - 1
        digits = str(whole).rstrip("0")
        forms = [str(whole), f"{digits}e{len(str(whole)) - len(digits)}"]
        forms += [f"{odd}*2**{power}".removeprefix("1*")] if power and whole > 0 else []
        return min(forms, key=len)
    text = repr(int(value) if value == int(value) else round(float(value), 12))
    return text.replace("0.", ".", 1) if text.lstrip("-").startswith("0.") else text


def thousandths(value: float) -> str:
    """Return how many thousandths a number has: what is fitted has three places.

    >>> thousandths(-0.504), thousandths(1.2)
    ('-504', '1200')
    """
    return number(round(value * 1000, 6))


def _odd(whole: int) -> int:
    return whole // (whole & -whole)
