"""The question turned round: what is said to fit fits, when it is asked for by itself."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from tabfit.catalog import Catalog
from tabfit.compare import alternatives, run_requirements, verdict_grid
from tabfit.compare.smallest_device import KINDS, SOLD, need, of_kind
from tabfit.devices.budgets import Pool
from tabfit.devices.device import Device
from tabfit.estimate.answers import Answer, answer
from tabfit.estimate.defaults import CONTEXTS
from tabfit.estimate.scenario import Scenario
from tabfit.estimate.subjects import subject
from tabfit.explain.bytes_by_purpose import Group, shares
from tabfit.units import Tokens
from tabfit.verdict.probability import RANK, Outcome

CATALOG = Catalog()
#: A scenario that fits, one that may, and ones that do not for want of memory.
CASES = (
    ("distilbert", "transformersjs-wasm", "q8", "laptop-16gb-integrated"),
    ("llama-3.2-1b", "webllm", "q4f16_1", "pixel-8-pro"),
    ("llama-3.2-1b", "wllama-webgpu", "f16", "laptop-8gb-integrated"),
    ("qwen2.5-0.5b", "transformersjs-webgpu", "fp32", "iphone-13"),
)


def asked(case: tuple[str, str, str, str]) -> Answer:
    """Return the answer to a case."""
    model, runtime, precision, device = case
    scenario = Scenario(model=model, runtime=runtime, precision=precision, device=device)
    return answer(scenario, CATALOG, Device())


@cache
def surveyed(model: str) -> verdict_grid.RequirementsTable:
    """Return every way to run a model."""
    return verdict_grid.requirements_table(
        run_requirements.requirements_of_all(subject(model, CATALOG), CATALOG, CONTEXTS), CONTEXTS
    )


def every(given: Answer) -> list[alternatives.PossibleRun]:
    """Return every way to run an answer's model on its device."""
    made = verdict_grid.judge_table(
        surveyed(given.subject.id), given.device, CATALOG, (*CONTEXTS, None)
    )
    architecture = given.subject.architecture
    return alternatives.possible_runs(
        made, architecture.main.positions if architecture else None, CATALOG
    )


def alone(way: alternatives.PossibleRun, given: Answer) -> Answer:
    """Return the answer to a way, asked for by itself."""
    return answer(way.of(given.scenario), CATALOG, Device())


@pytest.mark.parametrize("case", CASES)
def test_the_longest_context(case: tuple[str, str, str, str]) -> None:
    """It gets the word of the shortest; one step more does not, or the model takes no more."""
    given = asked(case)
    reach = alternatives.longest_context(given, CATALOG)

    def outcome(context: int) -> Outcome:
        scenario = replace(given.scenario, context=Tokens(context))
        return answer(scenario, CATALOG, Device()).verdict.outcome

    assert outcome(reach.context) is reach.outcome is outcome(128)
    assert given.subject.architecture is not None
    whole = given.subject.architecture.main.positions == reach.context
    assert reach.whole is whole
    assert whole or outcome(reach.context + alternatives.STEP) is not reach.outcome


@pytest.mark.parametrize("case", CASES)
def test_the_best_of_what_fits(case: tuple[str, str, str, str]) -> None:
    """No wider precision of this runtime is likely; no runtime is better than the best one."""
    given = asked(case)
    ways = every(given)
    precision = alternatives.best_precision(ways, given)
    runtime = alternatives.best_runtime(ways, given, CATALOG)

    assert precision is not None
    assert runtime is not None
    own = [w for w in ways if (w.runtime, w.context) == (given.facts.id, given.context)]
    wider = [each for each in own if each.download > precision.download]
    assert not any(each.outcome is Outcome.LIKELY for each in wider)
    assert alone(precision, given).verdict.outcome is precision.outcome
    same = [w for w in ways if w.context == given.context and w.runtime != "ideal"]
    assert RANK[runtime.outcome] == min(RANK[each.outcome] for each in same)
    assert alone(runtime, given).verdict.probability == runtime.probability


@pytest.mark.parametrize("case", CASES)
def test_changes_that_help(case: tuple[str, str, str, str]) -> None:
    """Every suggested change is better when asked for, and none is offered where all is well."""
    given = asked(case)
    found = alternatives.scenario_changes(every(given), given)

    assert bool(found) is (given.verdict.outcome is not Outcome.LIKELY)
    for each in found:
        other = alone(each.way, given)
        assert RANK[other.verdict.outcome] < RANK[given.verdict.outcome]
        less = given.memory(Pool.PEAK).likely - other.memory(Pool.PEAK).likely
        assert each.saves == less
        assert each.count in (1, 2)


def test_what_helps_a_check() -> None:
    """Llama 3.2 1B's full weights: other precisions and runtimes pass what it fails."""
    given = asked(CASES[2])
    found = alternatives.find_alternatives(given, every(given), CATALOG)

    assert [check.name for check, _ in found.checks] == ["memory", "file-size"]
    for check, changes in found.checks:
        assert changes
        for each in changes:
            assert [each.precision, each.context, each.runtime].count(True) == 1
            passed = {c.name: c for c in alone(each.way, given).checks}[check.name]
            assert passed.outcome is Outcome.LIKELY


@pytest.mark.parametrize("case", CASES)
def test_the_least_memory(case: tuple[str, str, str, str]) -> None:
    """It is enough when asked device by device, and the size sold below it is not."""
    given = asked(case)
    least = need(given, CATALOG)["ram_bytes"]

    assert set(least) == set(KINDS)
    for kind, size in least.items():
        for each in SOLD[: SOLD.index(size) + 1] if size else SOLD:
            scenario = replace(given.scenario, device=of_kind(kind, each, CATALOG, given.device))
            likely = answer(scenario, CATALOG, Device()).verdict.outcome is Outcome.LIKELY
            assert likely is (each == size)


def test_memory_at_every_context() -> None:
    """The peaks are those of single answers, up to the model's own end."""
    given = asked(("qwen2.5-0.5b", "wllama-cpu", "q4_k_m", "pixel-8-pro"))
    found = dict(alternatives.over_contexts(given, Pool.PEAK))

    assert max(found) == 32_768
    for context in (Tokens(128), given.context, Tokens(32_768)):
        scenario = replace(given.scenario, context=context)
        assert found[context] == answer(scenario, CATALOG, Device()).memory(Pool.PEAK)


def test_where_the_bytes_go() -> None:
    """Published tables: 256,000 x 2,048 for Gemma 2B, of which the output reads the same one."""
    given = answer(Scenario(model="gemma-2b", runtime="ideal", precision="fp32"), CATALOG, Device())
    found = shares(given.stored)

    assert found[Group.EMBEDDING] == 4 * 524_288_000
    assert sum(found.values()) == given.stored.weights_bytes
    assert next(iter(found)) is Group.FEED_FORWARD
    assert Group.HEAD not in found
