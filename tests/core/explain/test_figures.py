"""Every figure opens to a formula whose own values give the figure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pytest

from tabfit.catalog import Catalog
from tabfit.devices import budgets
from tabfit.devices.budgets import Rule
from tabfit.devices.device import Device, read
from tabfit.estimate.answers import Answer, answer, precisions_of, runtimes_of, subject
from tabfit.estimate.outcome import Outcome
from tabfit.estimate.scenario import Scenario
from tabfit.explain import Explanation, Operation, evaluate, explained, givens, named
from tabfit.explain.by_runtime import phases
from tabfit.explain.constant_sources import BUDGETS, RUNTIMES, SPEEDS
from tabfit.runtimes import Label, constants, speed
from tabfit.units import GIB, Interval, Tokens

CATALOG: Final = Catalog()
DEVICES: Final = (
    Device(),
    read({"platform": "android", "browser": "chrome", "device_memory": 8}),
    read({"platform": "ios", "browser": "safari", "storage": {"quota_bytes": 3 * 10**9}}),
    read({"platform": "macos", "browser": "safari", "ram_bytes": 16 * GIB}),
    read(
        {
            "platform": "windows",
            "browser": "chrome",
            "device_memory": 16,
            "graphics": "discrete",
            "vram_bytes": 8 * GIB,
            "webgpu": {
                "fallback": True,
                "max_buffer_size": 2**28,
                "max_storage_buffer_binding_size": 2**27,
            },
            "storage": {"quota_bytes": 2**34, "usage_bytes": 5},
            "measured": {"page_bytes": 10**10},
        }
    ),
)
#: One model of each kind, asked at every precision under every runtime that has it.
EVERY_PRECISION: Final = ("gemma-2b", "distilbert", "whisper-base", "qwen2.5-0.5b", "mamba-130m")

#: A line of a formula longer than this helps nobody.
MOST_TERMS: Final = 24


def asked(model: str) -> Iterator[Answer]:
    """Yield a model's answers at every precision of every runtime, device after device."""
    about = subject(model, CATALOG)
    at = len(model)
    for facts in runtimes_of(about, CATALOG):
        for precision in precisions_of(about, facts):
            at += 1
            scenario = Scenario(model=model, runtime=facts.id, precision=precision)
            yield answer(scenario, CATALOG, DEVICES[at % len(DEVICES)], about)


def one(model: str, at: int) -> Answer:
    """Return one answer of a model: the runtimes and devices take turns."""
    about = subject(model, CATALOG)
    able = runtimes_of(about, CATALOG)
    scenario = Scenario(model=model, runtime=able[at % len(able)].id)
    return answer(scenario, CATALOG, DEVICES[at % len(DEVICES)], about)


def ends(interval: Interval) -> tuple[int, int, int]:
    """Return an interval as formulas have it."""
    return interval.low, interval.likely, interval.high


def assert_memory(given: Answer) -> None:
    """Every component of every phase is what its formula gives, to the byte."""
    found = phases(given.runtime, given.load)
    said = [
        (name, piece.label, piece.pool, evaluate(piece.expression))
        for name, pieces in found
        for piece in pieces
    ]
    shown = [
        (phase.name, part.label, part.pool, ends(part.size))
        for phase in given.footprint.phases
        for part in phase.components
    ]
    assert said == shown


def assert_checks(given: Answer, found: dict[str, Explanation]) -> None:
    """Every need, every budget and every chance is what its formula gives."""
    for check in given.checks:
        for side, interval in (("need", check.need), ("have", check.have)):
            name = f"{check.name}-{side}"
            assert (found[name].interval if name in found else None) == interval, name
        chance = found[f"{check.name}-chance"].result[1] if check.probability is not None else None
        assert chance == check.probability, check.name


def assert_rest(given: Answer, found: dict[str, Explanation]) -> None:
    """Parameters, downloads, peaks, tokens a second and the verdict's chance agree."""
    architecture = given.subject.architecture
    if architecture is not None:
        assert found["parameters"].result[1] == architecture.inventory.total
    assert ("download" in found) == bool(given.stored.files)
    if "download" in found:
        assert found["download"].interval == given.download
    for pool in (budgets.Pool.PEAK, budgets.Pool.PAGE, budgets.Pool.GPU):
        assert found[f"memory-{pool}"].interval == given.memory(pool)
    for phase in given.footprint.phases:
        assert found[f"phase-{phase.name}"].interval == phase.peak
        for label in Label:
            size = phase.of_label(label)
            assert not size.high or found[f"part-{label}-{phase.name}"].interval == size
    assert (found["speed"].result if "speed" in found else None) == (
        given.rates.per_second if given.rates else None
    )
    if given.verdict.outcome not in (Outcome.NO, Outcome.UNKNOWN):
        assert found["chance"].result[1] == pytest.approx(given.verdict.probability, abs=5.1e-5)


def assert_explained(given: Answer) -> None:
    """Everything that an answer shows is what its formula gives."""
    found = explained(given)
    assert_memory(given)
    assert_checks(given, found)
    assert_rest(given, found)


@pytest.mark.parametrize("tenth", range(10))
def test_the_values_give_the_figure(tenth: int) -> None:
    """For every model, every formula filled in with its own values gives the figure shown."""
    for at, model in enumerate(CATALOG.models):
        if at % 10 == tenth:
            assert_explained(one(model.id, at // 10))


@pytest.mark.parametrize("model", EVERY_PRECISION)
def test_at_every_precision(model: str) -> None:
    """The same holds at every precision, under every runtime, of one model of each kind."""
    for given in asked(model):
        assert_explained(given)


@pytest.mark.parametrize("model", EVERY_PRECISION)
def test_every_value_says_where_it_is_from(model: str) -> None:
    """Each value put in has words, and each but arithmetic's zero a source."""
    for at in range(5):
        for each in explained(one(model, at)).values():
            assert all(value.words for value in each.values)
            assert [v for v in each.values if not v.source and any(v.ends)] == [], each.id


def test_formulas_are_short_enough_to_read() -> None:
    """No line of a formula has more terms than a page has room for."""
    for model in ("deepseek-v2-lite", "gpt-oss-20b", "whisper-base", "mobilebert"):
        for each in explained(one(model, 0)).values():
            lines = [each.expression, *(part.expression for part in named(each.expression))]
            widths = [len(line.terms) for line in lines if isinstance(line, Operation)]
            assert max(widths, default=0) <= MOST_TERMS, each.id


def test_the_cache_of_llama_is_the_published_formula() -> None:
    """Llama 3.2 1B keeps 16 layers x 8 heads x (64 + 64) x 2 bytes: 32 KiB a token."""
    scenario = Scenario(model="llama-3.2-1b", runtime="webllm", context=Tokens(4096))
    cache = explained(answer(scenario, CATALOG, Device()))["part-cache-generate"]
    values = {each.words: each.ends[1] for each in givens(cache.expression)}

    assert values == {
        "layers": 16,
        "tokens there is room for": 4096,
        "key-value heads": 8,
        "key width": 64,
        "value width": 64,
        "bytes per number": 2,
    }
    assert cache.result == (4096 * 32 * 1024,) * 3


def constants_of(module: object) -> set[str]:
    """Return the names of a module's own numbers."""
    kinds = (int, float, tuple, Interval, Rule, dict)
    return {
        name
        for name, value in vars(module).items()
        if name.isupper() and isinstance(value, kinds) and not name.startswith("_")
    }


def test_every_constant_says_how_it_is_known() -> None:
    """No constant of the runtimes, the budgets or the speeds is without basis and source."""
    units = {"KIB", "MIB", "GIB", "KB", "MB", "GB"}
    said = {
        "ANYWHERE",
        "LINES",
        "PROMPT",
        "CAP",
    }  # what checks and download times say in words of their own

    assert constants_of(constants) - units <= set(RUNTIMES)
    assert constants_of(budgets) - units - said <= set(BUDGETS)
    assert constants_of(speed) - units - said <= set(SPEEDS)
    assert all(
        basis and source for rows in (RUNTIMES, BUDGETS, SPEEDS) for basis, source in rows.values()
    )
