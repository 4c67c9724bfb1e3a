"""Laws of comparisons: the catalogue's requirements judge as the whole answer does."""

from __future__ import annotations

from functools import cache
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tabfit.catalog import Catalog
from tabfit.compare.catalog_requirements import (
    CatalogRequirement,
    CatalogRequirements,
    requirements_of_model,
    written,
)
from tabfit.compare.comparisons import Judge, best, compare
from tabfit.compare.ranking import USUAL
from tabfit.compare.smallest_device import of_kind, smallest
from tabfit.devices.budgets import Pool
from tabfit.devices.device import Device, read
from tabfit.estimate.answers import answer
from tabfit.estimate.defaults import runtimes_of, usual_precision
from tabfit.estimate.scenario import Scenario
from tabfit.estimate.subjects import subject
from tabfit.units import GIB, MIB, Bytes
from tabfit.verdict.probability import RANK, Outcome

CATALOG = Catalog()
#: Models that between them meet every runtime, split tensors and software adapters.
MODELS = (
    "distilbert",
    "whisper-base",
    "gemma-2b",
    "llama-3.2-1b",
    "qwen2.5-0.5b",
    "deepseek-r1-distill-llama-8b",
    "gemma-3n-e2b",
    "gemini-nano",
    "gpt-oss-20b",
)
ADAPTERS = st.fixed_dictionaries(
    {
        "max_storage_buffer_binding_size": st.sampled_from((128, 256, 512, 1024, 2048, 4096)).map(
            lambda size: size * MIB
        )
    },
    optional={
        "vendor": st.sampled_from(("apple", "nvidia", "arm")),
        "fallback": st.booleans(),
        "shader_f16": st.booleans(),
        "max_buffer_size": st.sampled_from((256 * MIB, 1024 * MIB, 4096 * MIB)),
    },
)
DEVICES = st.fixed_dictionaries(
    {
        "platform": st.sampled_from(("ios", "ipados", "android", "macos", "windows", "linux")),
        "browser": st.sampled_from(("chrome", "safari", "firefox")),
    },
    optional={
        "ram_bytes": st.integers(2, 64).map(lambda size: size * GIB),
        "device_memory": st.sampled_from((2, 4, 8, 16)),
        "cores": st.integers(1, 16),
        "graphics": st.sampled_from(("integrated", "discrete")),
        "vram_bytes": st.integers(1, 24).map(lambda size: size * GIB),
        "webgpu": ADAPTERS | st.none(),
        "wasm": st.fixed_dictionaries({"jspi": st.booleans()}),
        "storage": st.fixed_dictionaries({"quota_bytes": st.integers(0, 2**37)}),
    },
).map(read)


@cache
def lines(model: str) -> tuple[CatalogRequirement, ...]:
    """Return a model's lines, worked out once and read back from their text."""
    text = written({model: requirements_of_model(model, CATALOG)})
    return CatalogRequirements(CATALOG, text).lines(model)


LINES = st.sampled_from(MODELS).flatmap(lambda model: st.sampled_from(lines(model)))


@given(line=LINES, device=DEVICES)
@settings(max_examples=250, deadline=None)
def test_a_line_says_what_the_answer_says(line: CatalogRequirement, device: Device) -> None:
    """Verdict, deciding check, peaks, download and speed are those of the whole answer."""
    row = Judge(CATALOG, device).row(line)
    whole = answer(line.scenario, CATALOG, device)

    assert (row.outcome, row.probability, row.because) == (
        whole.verdict.outcome,
        whole.verdict.probability,
        whole.verdict.because,
    )
    pools = (Pool.PAGE, Pool.GPU, Pool.PEAK)
    assert (row.page, row.gpu, row.peak) == tuple(whole.memory(pool) for pool in pools)
    assert line.download == whole.download
    assert row.rates == whole.rates


@given(model=st.sampled_from(MODELS), device=DEVICES)
@settings(max_examples=60, deadline=None)
def test_the_best_line_is_no_worse_than_any(model: str, device: Device) -> None:
    """No other line of the model has a better verdict, and of the usual ones none is passed by."""
    chosen = best(lines(model), Judge(CATALOG, device))
    every = [Judge(CATALOG, device).row(line) for line in lines(model)]

    assert RANK[chosen.outcome] == min(RANK[row.outcome] for row in every)
    usual = [row for row in every if row.line.tier == USUAL]
    if any(row.outcome is chosen.outcome for row in usual):
        assert chosen.line.tier == USUAL


@given(model=st.sampled_from(MODELS), device=DEVICES)
@settings(max_examples=40, deadline=None)
def test_no_usual_answer_beats_the_best_line(model: str, device: Device) -> None:
    """What a runtime loads by default is never better than what was chosen."""
    chosen = best(lines(model), Judge(CATALOG, device))
    about = subject(model, CATALOG)
    able = [each for each in runtimes_of(about, CATALOG) if each.id != "ideal"]
    for facts in able:
        scenario = Scenario(model=model, runtime=facts.id, precision=usual_precision(about, facts))
        whole = answer(scenario, CATALOG, device)
        assert RANK[chosen.outcome] <= RANK[whole.verdict.outcome]


@given(model=st.sampled_from(MODELS), more=st.integers(0, 64))
@settings(max_examples=30, deadline=None)
def test_the_smallest_memory_is_enough_and_less_is_not(model: str, more: int) -> None:
    """A laptop with the memory named likely fits, with more too; with half of it, it does not."""
    found = smallest(lines(model), CATALOG, "laptop")
    if found is None:
        return
    size, row = found

    def outcome(ram: int) -> Any:
        return best(lines(model), Judge(CATALOG, of_kind("laptop", Bytes(ram), CATALOG))).outcome

    assert row.outcome is outcome(size) is outcome(size + more * GIB) is Outcome.LIKELY
    assert size == 2 * GIB or outcome(size // 2) is not Outcome.LIKELY


def test_requirements_hold_what_their_text_says() -> None:
    """A text of two models holds those two; another model is worked out when asked for."""
    text = written({model: lines(model) for model in ("distilbert", "gemma-2b")})
    requirements = CatalogRequirements(CATALOG, text)

    assert requirements.models == ("distilbert", "gemma-2b")
    assert requirements.lines("gemma-2b") == lines("gemma-2b")
    assert {each.runtime for each in requirements.lines("all-minilm-l6-v2")} >= {
        "transformersjs-wasm"
    }
    assert CatalogRequirements(CATALOG).models == CATALOG.models.ids


def test_lines_of_one_runtime_never_repeat_a_need() -> None:
    """Of two precisions that need the same, only the more willingly chosen is kept."""
    for model in MODELS:
        bare = [(line.runtime, line.download, _needs(line)) for line in lines(model)]
        assert all(line not in bare[:at] for at, line in enumerate(bare))


def _needs(line: CatalogRequirement) -> list[tuple[Any, ...]]:
    every = line.surveyed
    return [(each.adapters, each.peaks, each.growing, each.demands) for each in every]


@settings(max_examples=20, deadline=None)
@given(device=DEVICES)
def test_what_no_runtime_loads_is_nobodys_best_model(device: Device) -> None:
    """A model that exists as weights alone comes after every model that a browser can load."""
    names = (*MODELS, "deberta-v3-small")
    requirements = CatalogRequirements(
        CATALOG, written({name: requirements_of_model(name, CATALOG) for name in names[-3:]})
    )
    rows = compare(CATALOG, device, requirements)

    assert [row.facts.hypothetical for row in rows] == [False, False, True]
