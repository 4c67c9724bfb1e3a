"""Rules read back from JSON: exploring the engine takes seconds, reading what it came to none.

In: the object of `rules_json.as_json`, or the one that a site's package brings. Out: `Rules`, equal
to those that `runtime_rules.rules` explores.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from tabfit.compare.shipped_package import RULES, shipped_bytes
from tabfit.gate.rules.decision_tree import Leaf, Switch, Tree
from tabfit.gate.rules.rules_json import BACKGROUND, DECIDES, DEMANDED
from tabfit.gate.rules.runtime_rules import CheckLeaf, Rule, Rules

#: Answers that are no words, as `rules_json.answer_word` says them.
_NO_WORDS: Final = ("null", "true", "false")


class WrittenRules:
    """The rules of every runtime; a tree is made of its nodes once, when somebody asks for it."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        """Take the object that `rules_json.as_json` returns."""
        self._given = given
        self._trees: dict[tuple[int, bool], Tree] = {}

    def of(self, runtime: str, demands: Mapping[str, bool]) -> Rules:
        """Return the rules of a runtime for what is demanded, as `runtime_rules.rules` does."""
        checks = tuple(
            Rule(
                name=name,
                decides=bool(flags & DECIDES),
                background=bool(flags & BACKGROUND),
                tree=self._tree(node, check=True),
            )
            for name, flags, node in self._given["runtimes"][runtime]
            if name in demands or not flags & DEMANDED
        )
        budgets = {name: self._tree(node) for name, node in self._given["budgets"].items()}
        return Rules(checks=checks, budgets=budgets)

    def trees(self) -> tuple[Tree, ...]:
        """Return every tree that the runtimes' rules are made of, whatever is demanded."""
        checks = (row for each in self._given["runtimes"].values() for row in each)
        budgets = self._given["budgets"].values()
        found = (self._tree(node, check=True) for _name, _flags, node in checks)
        return (*dict.fromkeys(found), *(self._tree(node) for node in budgets))

    def _tree(self, place: int, *, check: bool = False) -> Tree:
        if (place, check) not in self._trees:
            self._trees[place, check] = self._made(self._given["nodes"][place], check=check)
        return self._trees[place, check]

    def _made(self, node: list[Any], *, check: bool) -> Tree:
        kind, *about = node
        if kind == "=":
            return Leaf(self._decided(about[0]) if check else self._expression(about[0]))
        if kind == "is":
            signal, answers = about
            branches = [
                (_answer(signal, a), self._tree(b, check=check)) for a, b in answers.items()
            ]
            return Switch((kind, signal), tuple(branches))
        *asked, yes, no = about
        question = (kind, *(self._expression(each) for each in asked))
        branches = [(True, self._tree(yes, check=check)), (False, self._tree(no, check=check))]
        return Switch(question, tuple(branches))

    def _decided(self, given: list[Any] | None) -> CheckLeaf | None:
        if given is None:
            return None
        failed, asked, known, unsupported = map(bool, given[1:])
        return CheckLeaf(self._expression(given[0]), failed, asked, known, unsupported)

    def _expression(self, given: Any) -> Any:  # noqa: ANN401 - an expression
        if not isinstance(given, list):
            return given
        if given[0] == "logistic":
            return ("logistic", given[1], *(self._tree(each) for each in given[2:]))
        return tuple(self._expression(each) for each in given)


def _answer(signal: str, word: str) -> Any:  # noqa: ANN401 - an answer
    """Return the answer that `rules_json.answer_word` made a word of.

    >>> _answer("wasm_jspi", "true"), _answer("device_memory", "0.5"), _answer("platform", "ios")
    (True, 0.5, 'ios')
    """
    return json.loads(word) if word in _NO_WORDS or signal == "device_memory" else word


def shipped() -> WrittenRules | None:
    """Return the rules of every runtime, if the package that brings them is installed by now."""
    try:
        return _brought()
    except (ModuleNotFoundError, FileNotFoundError):
        return None


@cache
def _brought() -> WrittenRules:
    return WrittenRules(json.loads(shipped_bytes(RULES)))
