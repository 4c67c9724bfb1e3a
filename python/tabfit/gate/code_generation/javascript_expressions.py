"""A gate's trees as expressions of JavaScript, as short as they stay readable by a machine.

In: the trees of a `Gate` for pages. Out: texts. A signal is one letter (`NAMES`); one of words is
the place of its word in a list, -1 for a word that the engine does not tell apart, so that words
that are treated alike are a range of places, and what follows from each is a list. What only some
texts need (`G` a logistic, `M` a choice by memory, `C` a chance of what there is, `E` rounding half
to even) is said by the module's text (`javascript`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from heapq import nsmallest
from itertools import permutations
from typing import Any, Final

from tabfit.formula import Operator
from tabfit.gate.code_generation.javascript_shortening import (
    among,
    both,
    is_truth,
    number,
    opposite,
    shared_beginning,
    shared_call,
    thousandths,
)
from tabfit.gate.code_generation.merged_branches import Branches, by_text, steps
from tabfit.gate.rules.decision_tree import UNLISTED, Leaf, Switch, Tree, leaves, summed
from tabfit.gate.rules.device_signals import SAID_MEMORY, TRUTH, WORDS
from tabfit.gate.rules.runtime_rules import EMULATED, SHARES
from tabfit.gate.rules.symbols import is_numbers
from tabfit.gate.scenario.scenario_rules import TELL_NO_MEMORY, Gate

#: What each signal is called in the module, and where a device has it.
NAMES: Final[Mapping[str, tuple[str, str]]] = {
    "platform": ("p", "d.platform"),
    "browser": ("b", "d.browser"),
    "browser_version": ("v", "d.browser_version??NaN"),
    "platform_version": ("o", "d.platform_version??NaN"),
    "graphics": ("r", "d.graphics"),
    "device_memory": ("m", "d.device_memory??NaN"),
    "cores": ("n", "d.cores??NaN"),
    "language_model": ("e", "d.language_model"),
    "secure_context": ("y", "d.secure_context"),
    "cross_origin_isolated": ("i", "d.cross_origin_isolated"),
    "webgpu_vendor": ("w", "g.vendor"),
    "webgpu_architecture": ("h", "g.architecture"),
    "webgpu_fallback": ("k", "g.fallback"),
    "webgpu_shader_f16": ("f", "g.shader_f16"),
    "webgpu_max_buffer_size": ("B", "g.max_buffer_size"),
    "webgpu_max_storage_buffer_binding_size": ("S", "g.max_storage_buffer_binding_size"),
    "webgpu_max_compute_workgroup_storage_size": ("W", "g.max_compute_workgroup_storage_size"),
    "webgpu_max_storage_buffers_per_shader_stage": ("J", "g.max_storage_buffers_per_shader_stage"),
    "wasm_threads": ("t", "d.wasm?.threads"),
    "wasm_memory64": ("l", "d.wasm?.memory64"),
    "wasm_jspi": ("j", "d.wasm?.jspi"),
    "ram_bytes": ("x", "d.ram_bytes"),
    "vram_bytes": ("c", "d.vram_bytes"),
    "storage_quota_bytes": ("q", "d.storage?.quota_bytes"),
    "storage_usage_bytes": ("u", "d.storage?.usage_bytes"),
    SHARES: ("s", ""),
    EMULATED: ("T", ""),
}
#: Signals that are no number where they are not told, so that no comparison of them holds.
_NO_NUMBER: Final = frozenset(short for short, where in NAMES.values() if where.endswith("??NaN"))
#: What a choice by memory (`javascript.BY_MEMORY`) comes to where none is told, and where more is
#: told than it lists.
NOBODY_KNOWS, CERTAIN = "-1", "1"
#: What is left of a quota, nothing at least: a name of its own, and what it is made of.
FREE: Final = "D"
FREE_OF: Final = ("storage_quota_bytes", "storage_usage_bytes")
_LEFT: Final = (Operator.DIFFERENCE.value, *(("told", each) for each in FREE_OF))
#: What is a whole number already: what is left of a quota, so many times.
_WHOLE: Final = re.compile(rf"{FREE}|\({FREE}\*\d+\)")
#: Of so many words every order is tried.
_TRIED: Final = 7
#: So many orders of systems are written, of which the shortest text is kept.
_KEPT: Final = 3
_UNTOLD_IS_NOTHING: Final = ("storage_usage_bytes",)
_WRITTEN: Final = {
    Operator.SUM: "+",
    Operator.DIFFERENCE: "-",
    "-": "-",
    Operator.PRODUCT: "*",
}
_CALLED: Final = {
    Operator.LARGEST: "X({})",
    Operator.SMALLEST: "N({})",
    Operator.FLOORED: "F({})",
    Operator.ROUNDED: "E({})",
    Operator.QUOTIENT: "F({})",
}


def is_of_words(signal: str) -> bool:
    """Return whether a signal is one of words."""
    return signal in WORDS and WORDS[signal] != TRUTH


def places(trees: Iterable[Tree], signal: str) -> list[dict[Any, int]]:
    """Return places of a signal's words that trees tell apart: orders that may be short to write.

    Words that are treated alike lie side by side. One that is nowhere told from `UNLISTED` has no
    place of its own.
    """
    kinds: dict[Any, list[int]] = {}
    for branches in _asked((*trees,), signal):
        met: list[Tree] = []
        here = dict.fromkeys(kinds, -1)
        for answer, branch in branches:
            if branch not in met:
                met.append(branch)
            here[answer] = met.index(branch)
        count = max(map(len, kinds.values()), default=0)
        for answer, kind in here.items():
            kinds.setdefault(answer, [-1] * count).append(kind)
    unlisted = kinds.pop(UNLISTED, None)
    apart = [each for each in kinds if kinds[each] != unlisted]
    rows = [*dict.fromkeys(zip(*(kinds[each] for each in apart), strict=True))]
    return [
        {UNLISTED: -1, **{apart[each]: at for at, each in enumerate(order)}}
        for order in _side_by_side(len(apart), rows)
    ]


def _side_by_side(count: int, rows: Collection[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """Return orders of words in which few conditions are needed to tell them apart.

    `rows` have the kind of each word in a question. Many words are sorted by the first questions,
    of a few every order is weighed.
    """
    usual = tuple(sorted(range(count), key=lambda each: [row[each] for row in rows]))
    if count > _TRIED:
        return [usual]
    every = permutations(range(count))
    return [usual, *nsmallest(_KEPT, every, key=lambda order: _conditions(order, rows))]


def _conditions(order: Sequence[int], rows: Collection[tuple[int, ...]]) -> int:
    """Return how long the conditions are that tell a few kinds of words apart."""
    return sum(_of_question(tuple(row[each] for each in order)) for row in rows)


@cache
def _of_question(kinds: tuple[int, ...]) -> int:
    """Return how long the conditions of one question are, or a list without the usual end."""
    counts = Counter(each for each in kinds if each >= 0)
    usual = max(counts, key=counts.__getitem__)
    if counts[usual] == 1:
        return 0
    every = [at for at, each in enumerate(kinds) if each >= 0]
    told = ([at for at in every if kinds[at] == each] for each in counts.keys() - {usual})
    last = max((at for at in every if kinds[at] != usual), default=0)
    return min(sum(len(among("p", each, every)) for each in told), 2 * last + 2)


def _asked(made: Any, signal: str) -> Iterator[tuple[tuple[Any, Tree], ...]]:  # noqa: ANN401
    """Yield the branches of every question about a signal in a tree or within its leaves."""
    if isinstance(made, Switch):
        if made.question == ("is", signal):
            yield made.branches
        for _answer, branch in made.branches:
            yield from _asked(branch, signal)
    elif isinstance(made, Leaf):
        yield from _asked(getattr(made.value, "chance", None), signal)
    elif isinstance(made, tuple):
        for each in made:
            yield from _asked(each, signal)


def orders(gate: Gate) -> Iterator[dict[str, dict[Any, int]]]:
    """Yield places of every signal's words, one for each order of systems that may be shortest."""
    found = {each: places(gate.trees, each) for each in WORDS if is_of_words(each)}
    first = {name: every[0] for name, every in found.items()}
    return ({**first, "platform": each} for each in found["platform"])


class Terms:
    """Writes trees; keeps every text that it wrote, for `common_subexpressions`."""

    def __init__(self, gate: Gate, words: Mapping[str, dict[Any, int]]) -> None:
        """Take the gate that is to be written, and the places of words."""
        self._possible = {name: set(leaves(tree)) for name, tree in gate.derived.items()}
        self.places = words
        self.written: set[str] = set()
        self._conditions: dict[str, tuple[str, str, str]] = {}
        self._lists: dict[str, tuple[list[str], str]] = {}
        self._taken: set[str] = set()
        self._untold: dict[str, str] = {}
        self._told: dict[str, tuple[str, str]] = {}
        self._instead: dict[str, tuple[str, str]] = {}

    def _kept(self, text: str) -> str:
        self.written.add(text)
        return text

    def tree(self, tree: Tree, leaf: Callable[[Any], str]) -> str:
        """Return a tree as one expression."""
        if isinstance(tree, Leaf):
            return leaf(tree.value)
        kind, *about = tree.question
        if kind == "is":
            return self._cases(str(about[0]), [(a, self.tree(b, leaf)) for a, b in tree.branches])
        yes, no = (self.tree(tree.after(each), leaf) for each in (True, False))
        if kind == "known":
            return self._if_told(NAMES[str(about[0])][0], yes, no)
        first, second = (self.ends(each)[0] for each in about)
        return self._if_less(first, second, yes, no)

    def _if(self, condition: str, yes: str, no: str) -> str:
        """Return a choice; two that come to the same are one whose conditions are taken together.

        A condition has no operator that binds less than `||`.
        """
        if yes == no:
            return yes
        if {yes, no} == {"!1", "!0"}:
            return condition if yes == "!0" else opposite(condition)
        if no == "!0":
            return self._kept(f"{opposite(condition)}||{yes}")
        self.written.add(condition)
        no = self._placed_elsewhere(condition, yes, no)
        if no in self._taken:
            return no
        once = self._said_once(condition, yes, no) or self._asked_within(condition, yes, no)
        if once is not None:
            return once
        if no in self._conditions and self._conditions[no][1] == yes:
            condition, no = f"{condition}||{self._conditions[no][0]}", self._conditions[no][2]
        elif yes in self._conditions and self._conditions[yes][2] == no:
            inner, yes, _no = self._conditions[yes]
            condition = both(condition, inner)
        made = f"({condition}?{yes}:{no})"
        self._conditions[made] = condition, yes, no
        return self._kept(made)

    def _said_once(self, condition: str, yes: str, no: str) -> str | None:
        """Return a choice within what two texts share, `None` where they differ in more."""
        for either, (name, other) in self._instead.items():
            if either in yes and yes.replace(either, other) == no:
                asked = f"({condition})" if "||" in condition else condition
                chosen = self._kept(f"({asked}&&{name}>=0?{name}:{other})")
                return self._kept(yes.replace(either, chosen))
        shared = shared_call(yes, no)
        if shared is None:
            return self._begun_once(condition, yes, no)
        before, first, second, after = shared
        made = f"{before}{self._if(condition, first, second)}{after}"
        return self._of_same_untold(made, yes, no)

    def _begun_once(self, condition: str, yes: str, no: str) -> str | None:
        """Return a call of what two begin with, and of what a condition chooses from there on."""
        shared = shared_beginning(yes, no)
        if shared is None:
            return None
        begun, first, second = shared
        rest = f"({condition}?[{first}]:[{second}])"
        made = f"{begun}...{rest})"
        if len(made) >= len(f"({condition}?{yes}:{no})"):
            return None
        self._kept(rest)
        return self._of_same_untold(made, yes, no)

    def _of_same_untold(self, made: str, yes: str, no: str) -> str:
        """Return what was made of two texts, which says what both say where no memory is told."""
        if yes in self._untold and self._untold[yes] == self._untold.get(no):
            self._untold[made] = self._untold[yes]
        return self._kept(made)

    def _asked_within(self, condition: str, yes: str, no: str) -> str | None:
        """Return a choice within the branches of another, where two texts make the same one."""
        if yes not in self._conditions or no not in self._conditions:
            return None
        (first, *ones), (second, *others) = self._conditions[yes], self._conditions[no]
        if first != second:
            return None
        within = [self._if(condition, *each) for each in zip(ones, others, strict=True)]
        made = f"({first}?{within[0]}:{within[1]})"
        if len(made) > len(f"({condition}?{yes}:{no})"):
            return None
        return self._if(first, *within)

    def _if_told(self, name: str, yes: str, no: str) -> str:
        """Return a choice by whether a number is told; another may stand in for it.

        `no` may begin with such a choice for the other number, and then say of that what `yes`
        says of the first.
        """
        other, same = self._told.get(no, ("", ""))
        alone = re.compile(rf"\b{other}\b")
        if other and alone.sub(name, same) == yes:
            either = self._kept(f"({name}>=0?{name}:{other})")
            made = self._kept(alone.sub(either, no))
            self._instead[either] = name, other
            return made
        if name in _NO_NUMBER:
            made = self._if_number(name, yes, no)
        else:
            made = self._if(f"{name}==null", no, yes)
        self._told[made] = name, yes
        return made

    def _if_number(self, name: str, yes: str, no: str) -> str:
        """Return a choice by whether a signal is a number; one that is none is less than none."""
        condition, below, other = self._conditions.get(yes, ("", "", ""))
        if condition.startswith(f"{name}<") and "|" not in condition and "&" not in condition:
            if other == no:
                return yes
            further = condition.replace("<", ">=")
            if below == no:
                return self._if(further, other, below)
            return self._if(condition, below, self._if(further, other, no))
        return self._if(f"{name}>=0", yes, no)

    def _placed_elsewhere(self, condition: str, yes: str, no: str) -> str:
        """Return a list taken at another place where it holds what a condition would choose."""
        if no not in self._lists or yes not in self._lists[no][0]:
            return no
        listed, place = self._lists[no]
        at = self._kept(f"({condition}?{listed.index(yes)}:{place})")
        made = f"[{','.join(listed)}][{at}]"
        self._taken.add(made)
        return self._kept(made)

    def _if_less(self, first: str, second: str, yes: str, no: str) -> str:
        if (first, second) == (no, yes):
            return self._kept(f"X({yes},{no})")
        alone = re.compile(rf"\b{re.escape(first)}\b")
        if first.isidentifier() and yes != no and alone.sub(second, yes) == no:
            return alone.sub(f"N({first},{second})", yes)  # the same is done with the smaller one
        return self._if(f"{first}<{second}", yes, no)

    # A choice among answers

    def _cases(self, signal: str, branches: Branches) -> str:
        name = NAMES[signal][0]
        if signal == "device_memory":
            return self._steps(name, branches)
        branches = [(each, self._of_untold(text, each, branches)) for each, text in branches]
        if signal in self._possible:
            branches = [(each, text) for each, text in branches if each in self._possible[signal]]
        if not is_of_words(signal):
            two = signal in self._possible and None not in self._possible[signal]
            return self._by_truth(name, branches, derived=two)
        own = self.places[signal]
        branches = [(own[each], text) for each, text in branches if each in own]
        found = by_text(branches)
        every = sorted(place for place, _text in branches)
        chosen, *others = reversed(found)
        left = sorted(found[chosen])
        for text in others:
            left = sorted([*left, *found[text]])  # who is asked here: the others were told before
            chosen = self._if(among(name, sorted(found[text]), left), text, chosen)
        texts = dict(branches)
        rising = [texts[each] for each in every]
        listed = rising[1:] + rising[:1] if every[0] < 0 else rising
        taken = f".at({name})" if every[0] < 0 else f"[{name}]"
        if every[0] == 0 and listed[-2:] == [CERTAIN, CERTAIN]:
            while listed[-1] == CERTAIN:
                listed.pop()
            taken += f"??{CERTAIN}"
        if listed and len(every) == every[-1] - every[0] + 1:
            made = f"[{','.join(listed)}]{taken}"
            made = f"({made})" if "??" in taken else made
            chosen = min(chosen, made, key=len)
            if chosen == made and taken == f"[{name}]":
                self._lists[made] = listed, name
        return self._kept(chosen)

    def _of_untold(self, text: str, answer: Any, branches: Branches) -> str:  # noqa: ANN401
        """Return another answer's text that says the same where no memory is told."""
        if answer not in TELL_NO_MEMORY:
            return text
        return next((e for _answer, e in branches if self._untold.get(e) == text), text)

    def _by_truth(self, name: str, branches: Branches, *, derived: bool) -> str:
        if derived and len(branches) > 1:
            return self._if(name, *(dict(branches)[each] for each in (True, False)))
        found = by_text(branches)
        chosen, *others = reversed(found)
        for text in others:
            chosen = self._if(is_truth(name, found[text]), text, chosen)
        return chosen

    def _steps(self, name: str, branches: Branches) -> str:
        found = steps(branches)
        if found.plain:
            return found.last
        if not found.below:
            return self._if(f"{name}>=0", found.last, found.untold)
        texts = dict(branches)
        last = max(at for at, each in enumerate(SAID_MEMORY) if each <= found.below[-1][0])
        every = [texts[e] for e in SAID_MEMORY[: last + 1]]
        if every[-1] == CERTAIN:
            every.pop()
        else:
            every += every[-1:] * (len(SAID_MEMORY) - len(every))
        listed = f"M({','.join(every)})"
        if found.untold != NOBODY_KNOWS:
            listed = f"({name}>=0?{listed}:{found.untold})"
        below = "".join(f"{name}<{number(value)}?{text}:" for value, text in found.below)
        end = found.last
        if found.untold != found.last:
            end = f"{name}>=0?{found.last}:{found.untold}"
        made = self._kept(min(listed, f"({below}{end})", key=len))
        self._untold[made] = found.untold
        return made

    # Chances and budgets

    def chance(self, made: Any) -> str:  # noqa: ANN401 - an expression
        """Return a chance."""
        if not isinstance(made, tuple):
            return number(made)
        kind, *about = made
        if kind == "logistic":
            return self._logistic(*about)
        need, have = (self._kept(f"[{','.join(self.ends(each))}]") for each in about)
        return self._kept(f"R(C({need},{have}))")

    def _logistic(self, start: float, *terms: Tree) -> str:
        """Return a logistic of what trees give, each without what makes its numbers long."""
        known = start + sum(each.value for each in terms if isinstance(each, Leaf))
        asked = [each for each in summed(terms) if isinstance(each, Switch)]
        bases = [_shortest_base(each) for each in asked]
        added = (
            self.tree(each, lambda value, base=base: thousandths(value - base))  # type: ignore[misc]
            for each, base in zip(asked, bases, strict=True)
        )
        return self._kept(f"G({'+'.join([thousandths(known + sum(bases)), *added])})")

    def ends(self, made: Any) -> tuple[str, str, str]:  # noqa: ANN401, PLR0911 - one kind a line
        """Return three ends of an expression."""
        if not isinstance(made, tuple):
            return (number(made),) * 3
        if is_numbers(made):
            low, likely, high = map(number, made)
            return low, likely, high
        kind, *about = made
        if kind == "told":
            name = NAMES[about[0]][0]
            return (f"({name}||0)" if about[0] in _UNTOLD_IS_NOTHING else name,) * 3
        if kind == "chance":
            return (self.chance(made),) * 3
        if made in (_LEFT, (Operator.LARGEST, _LEFT, 0)):
            return (FREE,) * 3
        terms = [self.ends(each) for each in about]
        first = terms[0]
        if kind == Operator.ROUNDED and about[0][0] == Operator.FLOORED:
            return first
        if kind == Operator.ORDERED:
            return (first[0], f"X({first[0]},{first[1]})", f"X({','.join(first)})")
        low, likely, high = (
            self._kept(_end(kind, [each[end] for each in terms])) for end in range(3)
        )
        return low, likely, high


def _shortest_base(tree: Tree) -> float:
    """Return one of a tree's numbers: without it the others are shortest to write."""
    every: list[float] = [*leaves(tree)]

    def length(base: float) -> int:
        return sum(len(thousandths(each - base)) for each in every)

    return min((0.0, *sorted(set(every))), key=length)


def _end(kind: str, terms: list[str]) -> str:
    if kind == Operator.PRODUCT:
        terms = [each for each in terms if each != "1"] or ["1"]
    if kind == Operator.PRODUCT and len(terms) == 1:
        return terms[0]
    if (kind, terms) == (Operator.LARGEST, [FREE, "0"]):
        return FREE  # nothing at least
    if kind == Operator.FLOORED and _WHOLE.fullmatch(terms[0]):
        return terms[0]
    if kind in _WRITTEN:
        return f"({_WRITTEN[kind].join(terms)})"
    joined = ("/" if kind == Operator.QUOTIENT else ",").join(terms)
    return _CALLED[Operator(kind)].format(joined)
