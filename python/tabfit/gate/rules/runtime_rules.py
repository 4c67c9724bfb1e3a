"""A runtime's rules: the trees of its checks, and of the budgets and shares they ask for.

In: a runtime's row. Out: `Rules`. The engine's own kinds of check are walked by
`decision_tree.explore`: what a check asks of a budget (`Offered`) stays a name in its tree and has
a tree of its own, so that one budget's tree serves every runtime and every check.

A check's leaf is `None` where the check is not made, else `CheckLeaf`: the chance, a number or an
expression (`symbols`), and whether it failed, was asked, is known. A budget's leaf is its
expression (`budget_formulas`), `None` where nothing is known of it; that of `shares_memory` is a
truth or `None`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Final, NamedTuple

from tabfit import runtimes
from tabfit.catalog import RuntimeFacts
from tabfit.devices.budgets import Budget, Pool
from tabfit.devices.device import Device
from tabfit.gate.rules import budget_formulas
from tabfit.gate.rules.decision_tree import (
    Leaf,
    Path,
    Switch,
    Tree,
    explore,
    leaves,
    mapped,
    parts,
    questions,
)
from tabfit.gate.rules.device_signals import device_on, read_signal
from tabfit.gate.rules.symbols import Expression, SymbolInterval, Told, expression
from tabfit.light_dataclass import dataclass
from tabfit.units import Basis
from tabfit.verdict import failure_rates
from tabfit.verdict.check_kinds import KINDS
from tabfit.verdict.check_kinds.failures import Failure
from tabfit.verdict.check_kinds.kind import CheckKind
from tabfit.verdict.requirements import Demand, Offered, Requirements

#: The budgets that checks ask for, beside one for each ceiling of WebAssembly's memory.
BUDGETS: Final = tuple(
    f"{each}_budget" for each in ("peak", "page", "graphics", "storage", "installed")
)
#: Whether graphics shares the page's memory.
SHARES: Final = "shares_memory"
#: Whether graphics is emulated in software, which some needs depend on.
EMULATED: Final = "emulated"
#: What is asked of a device as if it were a signal, though it follows from signals.
DERIVED: Final = (SHARES, EMULATED)


class CheckLeaf(NamedTuple):
    """How a check comes out: what `check_rules.Decision` holds, its chance an expression."""

    chance: Expression
    failed: bool
    asked: bool
    known: bool
    unsupported: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One check: its name, whether it decides or stays in the background, and its tree."""

    name: str
    decides: bool
    background: bool
    tree: Tree


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The checks of a runtime in the order in which they are made, and the budgets they name."""

    checks: tuple[Rule, ...]
    budgets: Mapping[str, Tree]


#: What checks are made of a device, given where it is read from.
Required = Callable[[Path], Requirements]


def rules(required: Required) -> Rules:
    """Return the rules for requirements, which may differ from device to device."""
    found = tuple(_rule(kind, required) for kind in KINDS)
    made = tuple(each for each in found if each.tree != Leaf(None))
    named = {name for each in made for name in budgets_in(each.tree)}
    return Rules(checks=made, budgets={name: budget(name) for name in sorted(named)})


def named_needs(
    facts: RuntimeFacts, demands: Mapping[str, bool], *, partly: bool = False
) -> Required:
    """Return the requirements of a runtime whose needs stay names.

    `demands` says of each demand by its check's name whether it is hard. `("need", name)` stands
    for the bytes of a demand, of a pool's peak and of the download.
    """

    def need(path: Path, name: str) -> Any:  # noqa: ANN401 - what stands for an `Interval`
        return SymbolInterval(path, ("need", name))

    def required(path: Path) -> Requirements:
        return Requirements(
            runtime=runtimes.named(facts.id),
            needs=facts.needs,
            demands={
                name: Demand(name=name, why="", need=need(path, name), hard=hard)
                for name, hard in demands.items()
            },
            peak=lambda pool: need(path, pool.value),
            download=need(path, "download"),
            partly=partly,
        )

    return required


def _rule(kind: CheckKind, required: Required) -> Rule:
    if isinstance(kind, Failure):
        tree = _failure(kind, required)
    else:
        tree = explore(lambda path: _decided(kind, required(path), _Offered(path)))
    return Rule(name=kind.name, decides=kind.decides, background=kind.background, tree=tree)


def _decided(kind: CheckKind, required: Requirements, offered: Offered) -> CheckLeaf | None:
    """Return how a check comes out, as `verdict.decide` has it made."""
    demand = kind.demand(required)
    if demand is None or not demand.applies or not kind.counts(required, offered):
        return None
    made = kind.decision(demand, required, offered)
    said = (bool(each) for each in (made.failed, made.asked, made.known, made.unsupported))
    return CheckLeaf(expression(made.chance), *said)


#: What is asked first where that makes a smaller tree.
_VENDOR: Final = ("webgpu", "webgpu_vendor")


def reordered(tree: Tree, first: Sequence[str]) -> Tree:
    """Return a tree that asks for some of its signals of words before the others."""
    names = [name for name in first if ("is", name) in set(questions(tree))]

    def value(path: Path) -> Any:  # noqa: ANN401 - a leaf's
        for name in names:
            read_signal(path, name)
        found = tree
        while isinstance(found, Switch):
            possible = tuple(answer for answer, _branch in found.branches)
            found = found.after(path.choose(found.question, possible))
        return found.value

    return explore(value)


def _failure(kind: Failure, required: Required) -> Tree:
    """Return a kind of failure's tree: where it can happen, a logistic of what each group adds."""
    start, effects = failure_rates.effects(kind.name)

    def groups(path: Path) -> tuple[str, ...]:
        needed, device = required(path), device_on(path)
        return failure_rates.groups(kind.name, needed.runtime, needed.needs, device)

    every = explore(groups)

    def effect(place: int) -> Tree:
        def of(found: tuple[str, ...]) -> float:
            return effects.get(found[place], 0.0) if place < len(found) else 0.0

        found = mapped(every, of)
        return min(found, reordered(found, _VENDOR), key=lambda tree: sum(1 for _ in leaves(tree)))

    def logistic(count: int) -> CheckLeaf | None:
        if count == 0:
            return None
        terms = (effect(place) for place in range(count))
        return CheckLeaf(("logistic", start, *terms), failed=False, asked=True, known=True)

    return mapped(mapped(every, len), logistic)


class _Offered(Offered):
    """What a device has, by names that stand for budgets."""

    def __init__(self, path: Path) -> None:
        super().__init__(device_on(path))
        self._path = path

    @property
    def shares_memory(self) -> bool | None:
        """Return whether graphics shares the page's memory."""
        shared: bool | None = self._path.choose(("is", SHARES), (True, False, None))
        return shared

    @property
    def peak(self) -> Budget:
        """Return the name of a budget."""
        return self._named("peak_budget", Pool.PEAK)

    @property
    def page(self) -> Budget:
        """Return the name of a budget."""
        return self._named("page_budget", Pool.PAGE)

    @property
    def graphics(self) -> Budget:
        """Return the name of a budget."""
        return self._named("graphics_budget", Pool.GPU)

    @property
    def storage(self) -> Budget:
        """Return the name of a budget."""
        return self._named("storage_budget", Pool.STORAGE)

    @property
    def installed(self) -> Budget:
        """Return the name of a budget."""
        return self._named("installed_budget", Pool.PEAK)

    def heap(self, ceiling: int) -> Budget:
        """Return the name of a budget, of which something is always known."""
        return self._named(f"heap-{ceiling}", Pool.WASM)

    def _named(self, name: str, pool: Pool) -> Budget:
        known = pool is Pool.WASM or self._path.choose(("known", name), (True, False))
        have: Any = SymbolInterval(self._path, ("have", name)) if known else None
        return Budget(pool=pool, have=have, basis=Basis.ASSUMED, why="")


@cache
def budget(name: str) -> Tree:
    """Return the tree of a budget, of `SHARES` or of `EMULATED`, by its name."""
    return explore(lambda path: _offered(name, device_on(path, Told)))


def _offered(name: str, device: Device) -> Any:  # noqa: ANN401 - an expression, a truth or None
    offered = Offered(device)
    if name == SHARES:
        return offered.shares_memory
    if name == EMULATED:
        return bool(device.emulated)
    kind, _, ceiling = name.partition("-")
    found: Budget = (
        offered.heap(int(ceiling))
        if kind == "heap"
        else getattr(offered, name.removesuffix("_budget"))
    )
    return None if found.have is None else budget_formulas.of_interval(found.have)


def needs_in(tree: Tree) -> set[str]:
    """Return the names of needs that a check's tree asks for."""
    return _named_in(tree, "need")


def budgets_in(tree: Tree) -> set[str]:
    """Return the names of budgets that a check's tree asks for."""
    about = {each for part in parts((tree,)) for each in _sides(part)}
    asked = {str(each) for each in about if each in (*BUDGETS, SHARES) or _is_heap(each)}
    return _named_in(tree, "have") | asked


def _named_in(tree: Tree, kind: str) -> set[str]:
    """Return the names of one kind in a check's tree: in its questions and in its chances."""
    made = {chance for part in parts((tree,)) for chance in _chances(part)}
    return set().union(*(_of_kind(kind, each) for each in made))


def _sides(part: Tree) -> tuple[Any, ...]:
    """Return what a part's question is about."""
    return () if isinstance(part, Leaf) else part.question[1:]


def _chances(part: Tree) -> tuple[Any, ...]:
    """Return the expressions of a part of a check: its chance, or what its question is about."""
    if isinstance(part, Leaf):
        return () if part.value is None else (part.value.chance,)
    return _sides(part)


def _is_heap(name: object) -> bool:
    return isinstance(name, str) and name.startswith("heap-")


def _of_kind(kind: str, made: Expression) -> set[str]:
    """Return the names in an expression of one kind: `need` or `have`."""
    if not isinstance(made, tuple) or isinstance(made, (Leaf, Switch)):
        return set()
    if len(made) > 1 and made[0] == kind:
        return {made[1]}
    return set().union(*(_of_kind(kind, each) for each in made if isinstance(each, tuple)))
