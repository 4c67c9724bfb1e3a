"""The rules of one scenario: a runtime's rules with the model's needs worked in.

In: surveys of one way to run a model, one for each kind of adapter that makes a difference. Out:
a `Gate`, whose trees ask for signals alone: needs are numbers, budgets stand where they were named,
and a chance that nothing is left open of is a number too.

Answers that cannot come up where a gate is used may be left out: a page knows whether its browser
has WebGPU, and no browser says how much memory is installed.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final, NamedTuple

from tabfit import __version__
from tabfit.catalog import RuntimeFacts
from tabfit.compare.run_requirements import POOLS, RunRequirements
from tabfit.gate.rules.decision_tree import (
    TOLD,
    Leaf,
    Path,
    Question,
    Switch,
    Tree,
    explore,
    leaves,
    mapped,
    parts,
    switches,
)
from tabfit.gate.rules.device_signals import SIGNALS, read_signal
from tabfit.gate.rules.rules_from_json import shipped
from tabfit.gate.rules.runtime_rules import (
    DERIVED,
    CheckLeaf,
    Rule,
    Rules,
    budget,
    named_needs,
    needs_in,
    rules,
)
from tabfit.gate.rules.symbols import Expression, is_numbers
from tabfit.gate.scenario.adapter_kinds import kind_on, told_apart
from tabfit.gate.scenario.consistent_answers import PathBeside, consistent
from tabfit.light_dataclass import replace
from tabfit.units import Interval
from tabfit.verdict.probability import probability

#: Bytes by the names that rules use: three ends, or `None` for a demand without any.
Needs = Mapping[str, tuple[int, int, int] | None]
#: What no browser says, and what its visitor may: answers that no row of visits holds.
UNTOLD_BY_BROWSERS: Final[Mapping[str, tuple[object, ...]]] = {
    "ram_bytes": (TOLD,),
    "vram_bytes": (TOLD,),
    "graphics": ("integrated", "discrete"),
}
#: Of those, and of what a page's own browser always tells, the answers that a page never meets.
NEVER_IN_PAGE: Final[Mapping[str, tuple[object, ...]]] = {
    **UNTOLD_BY_BROWSERS,
    "platform": (None,),
    "browser": (None,),
    "webgpu": (None,),
    "webgpu_shader_f16": (None,),
    "webgpu_max_buffer_size": (None,),
    "webgpu_max_storage_buffer_binding_size": (None,),
    "webgpu_max_compute_workgroup_storage_size": (None,),
    "webgpu_max_storage_buffers_per_shader_stage": (None,),
    "wasm_threads": (None,),
    "wasm_memory64": (None,),
    "wasm_jspi": (None,),
    "cross_origin_isolated": (None,),
    "graphics": ("integrated", "discrete", "software"),
}
#: Browsers and systems that tell no page how much memory there is (w3c/device-memory at f2a13e3:
#: Chromium alone has it).
TELL_NO_MEMORY: Final = frozenset({"safari", "firefox", "ios", "ipados"})


class Gate(NamedTuple):
    """The checks of one scenario, whose trees ask for signals.

    `derived` has the trees of what several checks ask of a device: whether graphics shares memory
    (`runtime_rules.SHARES`) and whether it is emulated (`runtime_rules.EMULATED`), where any does.
    """

    model: str
    runtime: str
    precision: str
    version: str
    download: Interval
    webgpu: bool
    checks: tuple[Rule, ...]
    derived: Mapping[str, Tree]

    @property
    def trees(self) -> tuple[Tree, ...]:
        """Return every tree: what is derived, and each check's."""
        return (*self.derived.values(), *(each.tree for each in self.checks))

    @property
    def signals(self) -> tuple[str, ...]:
        """Return the columns that decide, in the order of `SIGNALS`."""
        asked = signals_in(*self.trees)
        return tuple(name for name in SIGNALS if name in asked)


def gate(
    surveys: Sequence[RunRequirements],
    at: int,
    facts: RuntimeFacts,
    never: Mapping[str, tuple[object, ...]] | None = None,
    *,
    in_page: bool = False,
) -> Gate:
    """Return the gate of one way to run a model, at one of the contexts that were surveyed.

    `never` names answers that cannot come up where the gate is used, such as `NEVER_IN_PAGE`;
    `in_page` says that they come from one browser, which tells memory or does not.

    `surveys` are all that `compare.run_requirements.requirements_of_precision` gives of it.
    """
    first = surveys[0]
    demanded = hardness(surveys, at)
    named, names = rules_of(facts, demanded), {name for name, _hard in demanded}
    scenario = _Scenario(surveys, [needs_at(each, at) for each in surveys], named.budgets)
    every = (
        replace(rule, tree=scenario.tree(rule, rule.name in names, never or {}, in_page=in_page))
        for rule in named.checks
    )
    checks = _each_failure_once([each for each in every if each.tree != Leaf(None)])
    asked = signals_in(*(each.tree for each in checks))
    return Gate(
        model=first.model,
        runtime=first.runtime,
        precision=first.precision,
        version=__version__,
        download=first.download,
        webgpu=facts.needs.webgpu,
        checks=checks,
        derived={name: _derived(name, checks, never) for name in DERIVED if name in asked},
    )


def _each_failure_once(checks: list[Rule]) -> tuple[Rule, ...]:
    """Return checks that come to the same together, each without the devices that another fails.

    One failure settles what is said, so nothing else need be told apart there.
    """
    for at, rule in enumerate(checks):
        others = (each.tree for each in (*checks[:at], *checks[at + 1 :]))
        spared = {fact for tree in others for fact in _failing(tree)}
        if spared and not any(made and made.unsupported for made in leaves(rule.tree)):
            checks[at] = replace(rule, tree=_spared(rule.tree, spared))
    return tuple(each for each in checks if each.tree != Leaf(None))


def _failing(tree: Tree) -> Iterator[tuple[Question, Hashable]]:
    """Yield the answers with each of which alone a check fails."""
    while isinstance(tree, Switch):
        passed = [branch for _answer, branch in tree.branches if not _fails(branch)]
        yield from ((tree.question, a) for a, branch in tree.branches if _fails(branch))
        if len(passed) != 1:
            return
        tree = passed[0]


def _fails(tree: Tree) -> bool:
    return isinstance(tree, Leaf) and tree.value is not None and tree.value.failed


def _spared(tree: Tree, spared: set[tuple[Question, Hashable]]) -> Tree:
    """Return a check's tree for devices of which some answers are not given."""
    never: dict[str, tuple[object, ...]] = {}
    for (kind, *about), answer in spared:
        if kind == "is":
            never[str(about[0])] = (*never.get(str(about[0]), ()), answer)
    given = {question: answer is False for question, answer in spared if question[0] == "less"}
    return explore(lambda path: _PathWalk(path, {}, {}).decided(tree), never, given)


def _derived(
    name: str, checks: Sequence[Rule], never: Mapping[str, tuple[object, ...]] | None
) -> Tree:
    """Return the tree of what is derived; answers that no check tells apart are the first."""
    asked = [tree for each in checks for tree in switches(each.tree) if tree.question[1] == name]
    tree = narrowed(budget(name), never)
    first: dict[Hashable, Hashable] = {}
    for answer in sorted({*leaves(tree)}, key=(True, False, None).index):
        alike = (e for e in first if all(each.after(e) == each.after(answer) for each in asked))
        first[answer] = first.get(next(alike, answer), answer)
    return mapped(tree, first.__getitem__)


class _Scenario(NamedTuple):
    """What one way to run a model needs on each kind of adapter, and the budgets it meets."""

    surveys: Sequence[RunRequirements]
    needs: Sequence[Needs]
    budgets: Mapping[str, Tree]

    def tree(
        self,
        rule: Rule,
        demanded: bool,  # noqa: FBT001 - whether a check is made only where a need is told
        never: Mapping[str, tuple[object, ...]],
        *,
        in_page: bool,
    ) -> Tree:
        """Return a check's tree with the needs worked in; kinds that it treats alike are one."""
        names = (*sorted(needs_in(rule.tree)), rule.name)
        alike = [tuple((name in each, each.get(name)) for name in names) for each in self.needs]
        kinds = told_apart([each.adapters for each in self.surveys], alike)

        def decided(path: Path) -> CheckLeaf | None:
            path = _OfOneBrowser(path) if in_page else path
            needs = self.needs[kind_on(path, kinds)]
            if demanded and rule.name not in needs:
                return None
            return _PathWalk(path, needs, self.budgets).decided(rule.tree)

        return consistent(decided, never)


class _OfOneBrowser(PathBeside):
    """A path whose memory is asked after who is to tell it."""

    def choose(self, question: Question, answers: tuple[Hashable, ...]) -> Any:  # noqa: ANN401
        """Return the answer to a question."""
        if question[1] == "device_memory":
            who = (read_signal(self.beside, name) for name in ("platform", "browser"))
            if not TELL_NO_MEMORY.isdisjoint(who):
                return None
        return self.beside.choose(question, answers)


def gate_for_page(surveys: Sequence[RunRequirements], at: int, facts: RuntimeFacts) -> Gate:
    """Return the gate for a page's own visitors; a runtime on the GPU is asked with an adapter."""
    refused = {"webgpu": (None, "refused")} if facts.needs.webgpu else {}
    return gate(surveys, at, facts, {**NEVER_IN_PAGE, **refused}, in_page=True)


def narrowed(
    tree: Tree,
    never: Mapping[str, tuple[object, ...]] | None,
    given: Mapping[Question, Hashable] | None = None,
) -> Tree:
    """Return a tree without the answers that never come up, where those that are given hold."""
    return explore(lambda path: _PathWalk(path, {}, {}).value(tree), never, given)


@cache
def rules_of(facts: RuntimeFacts, demands: tuple[tuple[str, bool], ...]) -> Rules:
    """Return a runtime's rules for demands by their checks' names, with whether each is hard.

    They are explored, which takes seconds, unless a package brings them.
    """
    brought = shipped()
    if brought is not None:
        return brought.of(facts.id, dict(demands))
    return rules(named_needs(facts, dict(demands)))


def hardness(surveys: Sequence[RunRequirements], at: int) -> tuple[tuple[str, bool], ...]:
    """Return the demands of any of the surveys, with whether each is hard."""
    every = {each.name: each.hard for one in surveys for each in one.asked(at).values()}
    return tuple(sorted(every.items()))


def needs_at(survey: RunRequirements, at: int) -> Needs:
    """Return what a survey needs at one of its contexts, by the names that rules use."""
    demands = {name: each.need for name, each in survey.asked(at).items()}
    peaks = {pool.value: peak for pool, peak in zip(POOLS, survey.peaks[at], strict=True)}
    every = {**demands, **peaks, "download": survey.download}
    return {
        name: None if each is None else (each.low, each.likely, each.high)
        for name, each in every.items()
    }


class _PathWalk:
    """One way through a check's tree for a device on a path: budgets are walked where asked for."""

    def __init__(self, path: Path, needs: Needs, budgets: Mapping[str, Tree]) -> None:
        self._path, self._needs, self._budgets = path, needs, budgets

    def value(self, tree: Tree) -> Any:  # noqa: ANN401 - a leaf's value
        """Return the leaf that a tree comes to."""
        while isinstance(tree, Switch):
            tree = tree.after(self._answer(tree))
        return tree.value

    def _answer(self, tree: Switch) -> Any:  # noqa: ANN401 - an answer
        kind, *about = tree.question
        if kind == "less":
            return self._path.less(*(self.worked(each) for each in about))
        if about[0] in self._budgets and about[0] not in DERIVED:
            have = self.value(self._budgets[str(about[0])])
            return have is not None if kind == "known" else have
        return self._path.choose(tree.question, tuple(answer for answer, _ in tree.branches))

    def decided(self, tree: Tree) -> CheckLeaf | None:
        """Return how a check comes out, its chance a number where nothing of it is open."""
        made: CheckLeaf | None = self.value(tree)
        return made and made._replace(chance=self.worked(made.chance))

    def worked(self, made: Expression) -> Any:  # noqa: ANN401, PLR0911 - one kind a line
        """Return an expression with needs and budgets put in."""
        if not isinstance(made, tuple) or isinstance(made, (Leaf, Switch)):
            return made
        kind, *about = made
        if kind == "need":
            need = self._needs[about[0]] or (0, 0, 0)
            return need[about[1]] if len(about) > 1 else need
        if kind == "have":
            return self._have(*about)
        if kind == "logistic":
            path = self._path
            return (kind, about[0], *(narrowed(e, path.never, path.answers) for e in about[1:]))
        if kind != "chance":
            return made
        need, have = (self.worked(each) for each in about)
        if is_numbers(need) and is_numbers(have):
            return probability(Interval(*need), Interval(*have))
        return ("chance", need, have)

    def _have(self, name: str, end: int | None = None) -> Any:  # noqa: ANN401 - as above
        have = self.value(self._budgets[name])
        if end is None:
            return have
        return have[end] if is_numbers(have) else ("end", end, have)


def signals_in(*every: Tree) -> set[str]:
    """Return the names of signals that trees ask for, in questions and in leaves."""
    found = set[str]()
    for part in parts(every, trees_in):
        asked = _expression(part.value) if isinstance(part, Leaf) else part.question[1:]
        found.update(each for each in atoms(asked) if isinstance(each, str))
    return found


def trees_in(value: Any) -> Iterator[Tree]:  # noqa: ANN401 - a leaf's
    """Yield the trees in a leaf's value: those of chances that are sums of trees."""
    return (each for each in atoms(_expression(value)) if isinstance(each, (Leaf, Switch)))


def _expression(value: Any) -> Expression:  # noqa: ANN401 - a leaf's
    return value.chance if isinstance(value, CheckLeaf) else value


def atoms(made: Expression) -> Iterator[Any]:
    """Yield what an expression is made of: words, numbers and trees.

    >>> [*atoms(("sum", ("told", "cores"), 2))]
    ['sum', 'told', 'cores', 2]
    """
    if isinstance(made, tuple) and not isinstance(made, (Leaf, Switch)):
        for each in made:
            yield from atoms(each)
    else:
        yield made
