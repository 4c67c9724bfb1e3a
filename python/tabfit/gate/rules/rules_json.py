"""Rules and needs as JSON, which any language reads: the data of the npm package and the site.

In: `Rules`, and what ways to run a model need. Out: objects of plain JSON.

`rules` is one object for all models:

    nodes      every tree's nodes, each once; others name it by its place
               ["is", signal, {answer: node}]  ["known", name, node, node]
               ["less", a, b, node, node]      ["=", value]: of a check null or
               [chance, failed, asked, known, unsupported], of a budget three ends
    budgets    name: node
    runtimes   id: [[check, flags, node], …]
               flags: 1 decides, 2 in the background, 4 only if demanded
    words      of the outcomes, as pages say them
    settle     what takes checks together (`verdict.decide.settle`) and weighs a need against what
               there is (`verdict.probability`), as numbers
    binding    the least that any adapter binds, in bytes
    memory     what `navigator.deviceMemory` may say
    titles     of the checks

An expression is a number, a signal's or budget's or need's name in a list (`symbols`), or an
operator with terms (`budget_formulas`). Answers are words: `null`, `true`, `false`, `0.5`,
`chrome`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from tabfit import __version__
from tabfit.catalog import Catalog
from tabfit.gate.rules.decision_tree import Leaf, Switch, Tree
from tabfit.gate.rules.device_signals import SAID_MEMORY
from tabfit.gate.rules.runtime_rules import EMULATED, CheckLeaf, Rules, budget, named_needs, rules
from tabfit.i18n.language import _
from tabfit.verdict import sureness
from tabfit.verdict.check_kinds import KINDS
from tabfit.verdict.constants import LEAST_BINDING, LIKELY_FROM, STEPS, TAIL, UNLIKELY_TO
from tabfit.verdict.overall_verdict import WORDS
from tabfit.verdict.probability import OUTCOMES, POINT_SHARES, RANK

#: What a check's flags say.
DECIDES, BACKGROUND, DEMANDED = 1, 2, 4
#: Demands of a runtime by its id: the checks' names, and whether each is hard.
Demands = Mapping[str, Mapping[str, bool]]

SCHEMA: Final = 1


class Nodes:
    """The nodes of many trees, each kept once."""

    def __init__(self) -> None:
        """Start with none."""
        self.list: list[list[Any]] = []
        self._places: dict[str, int] = {}
        self._seen: dict[int, tuple[Tree, int]] = {}

    def place(self, tree: Tree) -> int:
        """Return where a tree's first node lies, kept now if it was not."""
        if id(tree) not in self._seen:
            self._seen[id(tree)] = tree, self._kept(self._node(tree))
        return self._seen[id(tree)][1]

    def _kept(self, node: list[Any]) -> int:
        text = json.dumps(node)
        if text not in self._places:
            self._places[text] = len(self.list)
            self.list.append(node)
        return self._places[text]

    def _node(self, tree: Tree) -> list[Any]:
        if isinstance(tree, Leaf):
            return ["=", self.plain(tree.value)]
        kind, *about = tree.question
        if kind == "is":
            return [kind, *about, {answer_word(a): self.place(b) for a, b in tree.branches}]
        yes, no = (self.place(tree.after(each)) for each in (True, False))
        return [kind, *(self.plain(each) for each in about), yes, no]

    def plain(self, value: Any) -> Any:  # noqa: ANN401 - a leaf's value or an expression
        """Return a value as JSON has it; a tree within an expression becomes its place."""
        if isinstance(value, (Leaf, Switch)):
            return self.place(value)
        if isinstance(value, CheckLeaf):
            return [self.plain(value.chance), *map(int, value[1:])]
        if isinstance(value, tuple):
            return [self.plain(each) for each in value]
        return value


def answer_word(answer: object) -> str:
    """Return an answer as a word, as JavaScript's `String` says it.

    >>> [answer_word(each) for each in (None, True, 0.5, 8, "ios")]
    ['null', 'true', '0.5', '8', 'ios']
    """
    if isinstance(answer, str):
        return answer
    return json.dumps(answer)


def as_json(demands: Demands, catalog: Catalog) -> dict[str, Any]:
    """Return the rules of every runtime that ways were found for."""
    nodes, ends = Nodes(), sureness.ends()
    budgets = {EMULATED: nodes.place(budget(EMULATED))}
    checks: dict[str, list[list[Any]]] = {}
    for runtime, asked in demands.items():
        found = rules(named_needs(catalog.runtime(runtime), asked))
        checks[runtime] = _checks(found, asked, nodes)
        budgets |= {name: nodes.place(tree) for name, tree in found.budgets.items()}
    return {
        "schema": SCHEMA,
        "version": __version__,
        "licence": "Apache-2.0",
        "outcomes": list(OUTCOMES),
        "rank": [RANK[each] for each in OUTCOMES],
        "words": {each: WORDS[each] for each in OUTCOMES},
        "settle": {
            "likely": LIKELY_FROM.likely,
            "unlikely": UNLIKELY_TO.likely,
            "least": ends.least,
            "surest": ends.surest,
            "shares": list(POINT_SHARES),
            "tail": TAIL.likely,
            "steps": STEPS.exact,
        },
        "binding": LEAST_BINDING.exact,
        "memory": list(SAID_MEMORY),
        "titles": {kind.name: _(kind.title) for kind in KINDS},
        "runtimes": checks,
        "budgets": budgets,
        "nodes": nodes.list,
    }


def _checks(found: Rules, asked: Mapping[str, bool], nodes: Nodes) -> list[list[Any]]:
    return [
        [
            each.name,
            DECIDES * each.decides + BACKGROUND * each.background + DEMANDED * (each.name in asked),
            nodes.place(each.tree),
        ]
        for each in found.checks
    ]


# What a model needs


def ends(low: int, likely: int, high: int) -> int | list[int]:
    """Return an interval as JSON has it: one number where it is exact."""
    low, likely, high = int(low), int(likely), int(high)
    return likely if low == high else [low, likely, high]


def shared(values: Sequence[Any]) -> Any:  # noqa: ANN401 - one of them, or all
    """Return one value where all are the same, else the list of them, under `each`."""
    first = values[0]
    return first if all(each == first for each in values) else {"each": list(values)}


def gathered(rows: Iterable[tuple[str, str, bool]]) -> dict[str, dict[str, bool]]:
    """Return the demands of each runtime from rows of runtime, check and whether it is hard.

    Raises `ValueError` where one runtime's demand is hard for some and soft for others.
    """
    found: dict[str, dict[str, bool]] = {}
    for runtime, check, hard in rows:
        if found.setdefault(runtime, {}).setdefault(check, hard) != hard:
            raise ValueError(f"{check} of {runtime} is hard and soft")
    return found
