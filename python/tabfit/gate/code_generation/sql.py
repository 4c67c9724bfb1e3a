"""A gate as SQL: a query that adds the outcome and the chance to every row of a table of visits.

In: a `Gate` for visits, which no visitor said anything of (`UNTOLD_BY_BROWSERS`). Out: the
query's text in DuckDB's SQL, which is what other dialects are written from. The table's columns
are called as in `device_signals`; one that is missing is to be given as NULL. The arithmetic is the
engine's, in doubles; what stands for a budget or a chance that a column decides is a column of its
own, in an inner query.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

from tabfit.formula import Operator
from tabfit.gate.code_generation.merged_branches import Branches, by_text, steps
from tabfit.gate.rules.decision_tree import Leaf, Tree
from tabfit.gate.rules.runtime_rules import CheckLeaf, Rule
from tabfit.gate.rules.symbols import is_numbers
from tabfit.gate.scenario.scenario_rules import Gate
from tabfit.units import Interval
from tabfit.verdict import sureness
from tabfit.verdict.constants import LIKELY_FROM, STEPS, TAIL, UNLIKELY_TO
from tabfit.verdict.probability import POINT_SHARES, thresholds


def _rounded(chance: str) -> str:
    """Return a chance to four places, as `probability.rounded` does."""
    return f"FLOOR(({chance}) * 10000e0 + 0.5000001e0) / 10000e0"


def sql(gate: Gate, table: str = "visits") -> str:
    """Return the query over a table of visits."""
    query = _Query()
    checks = [query.check(rule) for rule in gate.checks]
    derived = [f"{query.tree(tree, _truth)} AS {name}" for name, tree in gate.derived.items()]
    product = " * ".join(("1e0", *(asked for asked, _, _ in checks if asked != "1e0")))
    least = ", ".join(("1e0", *(unasked for _, unasked, _ in checks if unasked != "1e0")))
    state = ", ".join(("0", *(state for _, _, state in checks if state != "0")))
    inner = f"SELECT {', '.join(('*', *derived))} FROM {table}"
    for level in (query.haves, query.chances):
        if level:
            added = ", ".join(f"{made} AS {name}" for made, name in level.items())
            inner = f"SELECT *, {added} FROM ({inner}) AS told"
    own = (
        f"{product} AS asked_chance, LEAST({least}, 1e0) AS unasked_chance, "
        f"GREATEST({state}, 0) AS state"
    )
    ends = sureness.ends()
    span = f"{_number(ends.surest - ends.least)} * asked_chance * unasked_chance"
    chance = _rounded(f"{_number(ends.least)} + {span}")
    return (
        f"SELECT *, CASE state WHEN 3 THEN 'unsupported' WHEN 2 THEN 'no' WHEN 1 THEN 'unknown' "
        f"ELSE CASE WHEN probability >= {_number(LIKELY_FROM.likely)} THEN 'likely' "
        f"WHEN probability <= {_number(UNLIKELY_TO.likely)} THEN 'unlikely' "
        "ELSE 'may' END END AS outcome "
        f"FROM (SELECT *, CASE state WHEN 0 THEN {chance} WHEN 2 THEN 0e0 END AS probability "
        f"FROM (SELECT *, {own} FROM ({inner}) AS signals) AS checks) AS settled"
    )


def _truth(value: Any) -> str:  # noqa: ANN401 - a truth or None
    return {True: "TRUE", False: "FALSE", None: "NULL"}[value]


class _Query:
    """The columns that a query needs besides, by what they are worked out from."""

    def __init__(self) -> None:
        self.haves: dict[str, str] = {}
        self.chances: dict[str, str] = {}

    def check(self, rule: Rule) -> tuple[str, str, str]:
        """Return a check's chance where it was asked, where it was not, and its state."""

        def asked(made: CheckLeaf | None) -> str:
            counts = made is not None and made.known and made.asked
            return self.chance(made.chance) if made is not None and counts else "1e0"

        def unasked(made: CheckLeaf | None) -> str:
            counts = made is not None and made.known and not made.asked
            return self.chance(made.chance) if made is not None and counts else "1e0"

        def state(made: CheckLeaf | None) -> str:
            if made is None:
                return "0"
            untold = rule.decides and not made.known
            return "3" if made.unsupported else "2" if made.failed else "1" if untold else "0"

        first, second, third = (self.tree(rule.tree, each) for each in (asked, unasked, state))
        return first, second, third

    def tree(self, tree: Tree, leaf: Callable[[Any], str]) -> str:
        """Return a tree as an expression of cases."""
        if isinstance(tree, Leaf):
            return leaf(tree.value)
        kind, *about = tree.question
        if kind == "is":
            return _cases(str(about[0]), [(a, self.tree(b, leaf)) for a, b in tree.branches])
        yes, no = (self.tree(tree.after(each), leaf) for each in (True, False))
        if yes == no:
            return yes
        if kind == "known":
            return f"CASE WHEN {about[0]} IS NULL THEN {no} ELSE {yes} END"
        first, second = (self.ends(each)[0] for each in about)
        return f"CASE WHEN {first} < {second} THEN {yes} ELSE {no} END"

    def chance(self, made: Any) -> str:  # noqa: ANN401 - an expression
        """Return a chance as an expression, or the name of the column that has it."""
        if not isinstance(made, tuple):
            return _number(made)
        kind, *about = made
        if kind == "logistic":
            start, *terms = about
            added = (self.tree(each, _number) for each in terms)
            return f"ROUND(1e0 / (1e0 + EXP({' + '.join((_number(start), *added))})), 4)"
        need, have = about
        text = _weighed(need, self.columns(have))
        return self.chances.setdefault(text, f"chance_{len(self.chances)}")

    def columns(self, have: Any) -> tuple[str, ...]:  # noqa: ANN401 - an expression
        """Return the names of columns that hold a budget's ends."""
        return tuple(
            self.haves.setdefault(each, f"have_{len(self.haves)}") for each in self.ends(have)
        )

    def ends(self, made: Any) -> tuple[str, str, str]:  # noqa: ANN401 - one kind a line
        """Return three ends of an expression."""
        if not isinstance(made, tuple):
            return (_number(made),) * 3
        if is_numbers(made):
            low, likely, high = map(_number, made)
            return low, likely, high
        kind, *about = made
        if kind == "told":
            return (f"COALESCE({about[0]}, 0)",) * 3
        if kind in ("chance", "logistic"):
            return (self.chance(made),) * 3
        terms = [self.ends(each) for each in about]
        first = terms[0]
        if kind == Operator.ORDERED:
            return first[0], f"GREATEST({first[0]}, {first[1]})", f"GREATEST({', '.join(first)})"
        low, likely, high = (_end(kind, [each[end] for each in terms]) for end in range(3))
        return low, likely, high


def _weighed(need: tuple[int, int, int], have: tuple[str, ...]) -> str:
    """Return `probability.probability` of a known need and three columns."""
    low, likely, high = have
    edges = (f"{low} / {TAIL.likely}e0", low, likely, high, f"{high} * {TAIL.likely}e0")
    below = " + ".join(_below(each, edges) for each in thresholds(Interval(*need)))
    return (
        f"CASE WHEN {_number(need[2] * TAIL.likely)} < {edges[0]} THEN 1e0 "
        f"WHEN {_number(need[0] / TAIL.likely)} > {edges[4]} THEN 0e0 "
        f"ELSE FLOOR((1e0 - ({below}) / {STEPS.exact}e0) * 10000e0 + 0.5000001e0) / 10000e0 END"
    )


def _below(value: float, edges: tuple[str, ...]) -> str:
    """Return the share of a distribution that lies below a number."""
    at = _number(value)
    parts = []
    for (first, lower), (second, upper) in pairwise(zip(POINT_SHARES, edges, strict=True)):
        width = _number(second - first)
        share = f"{_number(first)} + {width} * ({at} - {lower}) / ({upper} - ({lower}))"
        parts.append(f"WHEN {at} < {upper} THEN {share}")
    return f"CASE WHEN {at} <= {edges[0]} THEN 0e0 {' '.join(parts)} ELSE 1e0 END"


def _end(kind: str, terms: list[str]) -> str:
    made = {
        Operator.SUM: "({})",
        Operator.DIFFERENCE: "({})",
        Operator.PRODUCT: "({})",
        Operator.LARGEST: "GREATEST({})",
        Operator.SMALLEST: "LEAST({})",
        Operator.FLOORED: "FLOOR({})",
        Operator.ROUNDED: "ROUND_EVEN({}, 0)",
        Operator.QUOTIENT: "FLOOR({})",
    }[Operator(kind)]
    between = {"sum": " + ", "difference": " - ", "product": " * ", "quotient": " / "}
    inside = terms if kind != Operator.ROUNDED else terms[:1]
    if kind == Operator.ROUNDED and inside[0].startswith("FLOOR("):
        return inside[0]
    return made.format(between.get(kind, ", ").join(inside))


def _cases(column: str, branches: Branches) -> str:
    """Return a choice among answers: those that come to the same are asked for together."""
    if column == "device_memory":
        return _steps(column, branches)
    found = by_text(branches)
    usual = list(found)[-1]
    chosen = " ".join(
        f"WHEN {' OR '.join(_is(column, each) for each in answers)} THEN {text}"
        for text, answers in found.items()
        if text != usual
    )
    return f"CASE {chosen} ELSE {usual} END" if chosen else usual


def _is(column: str, answer: Any) -> str:  # noqa: ANN401 - an answer
    if answer is None:
        return f"{column} IS NULL"
    if isinstance(answer, bool):
        return f"{column} = {_truth(answer)}"
    return f"{column} = '{answer}'"


def _steps(column: str, branches: Branches) -> str:
    """Return a choice among rising numbers, the first for whatever lies below it."""
    found = steps(branches)
    if found.plain:
        return found.last
    untold = f"WHEN {column} IS NULL THEN {found.untold}"
    below = (f"WHEN {column} < {_number(value)} THEN {text}" for value, text in found.below)
    return f"CASE {' '.join((untold, *below))} ELSE {found.last} END"


def _number(value: float) -> str:
    """Return a number as a double.

    >>> _number(0.5), _number(8)
    ('0.5e0', '8e0')
    """
    text = repr(value)
    return text if "e" in text else f"{text}e0"
