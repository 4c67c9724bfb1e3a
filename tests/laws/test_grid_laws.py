"""Laws of the grid: thousands of answers at once say what single answers say."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tabfit.catalog import Catalog
from tabfit.compare import run_requirements, verdict_grid
from tabfit.devices.budgets import Pool
from tabfit.devices.device import Device, read
from tabfit.estimate.answers import answer, place
from tabfit.estimate.defaults import loads_nowhere, precisions_of, runtimes_of
from tabfit.estimate.scenario import Scenario
from tabfit.estimate.subjects import subject
from tabfit.units import GIB, MIB, Interval, Tokens
from tabfit.verdict.probability import OUTCOMES, probability, weighed

CATALOG = Catalog()
CONTEXTS = (Tokens(512), Tokens(8192), Tokens(65_536))
#: Devices that differ in what they tell and in what they have.
DEVICES = (None, "iphone-13", "pixel-8-pro", "laptop-8gb-integrated", "laptop-8gb-gpu")
#: Ways to run a model that differ most in what decides: kinds of adapter, heaps, files, no files.
CHOICES = (
    ("distilbert", "transformersjs-wasm", "fp32"),
    ("distilbert", "transformersjs-webgpu", "fp16"),
    ("whisper-base", "transformersjs-webgpu", "q4"),
    ("llama-3.2-1b", "webllm", "q4f16_1"),
    ("llama-3.2-1b", "wllama-webgpu", "f16"),
    ("llama-3.1-8b", "wllama-webgpu", "q8_0"),
    ("llama-3.1-8b", "wllama-cpu", "q4_k_m"),
    ("gemma-2b", "mediapipe", "int4"),
    ("deepseek-v2-lite", "ideal", "fp16"),
    ("gemini-nano", "prompt-api", None),
)
INTERVALS = st.lists(st.integers(0, 9) | st.integers(0, 2**36), min_size=3, max_size=3).map(
    lambda ends: Interval(*sorted(ends))
)
SIGNALS = st.fixed_dictionaries(
    {},
    optional={
        "platform": st.sampled_from(("ios", "ipados", "android", "macos", "windows", "chromeos")),
        "browser": st.sampled_from(("chrome", "edge", "safari", "firefox")),
        "graphics": st.sampled_from(("integrated", "discrete")),
        "ram_bytes": st.integers(1, 64).map(lambda size: size * GIB),
        "device_memory": st.sampled_from((2, 4, 8, 16, 32)),
        "vram_bytes": st.integers(1, 24).map(lambda size: size * GIB),
        "cores": st.integers(1, 16),
        "webgpu": st.none()
        | st.fixed_dictionaries(
            {"shader_f16": st.booleans(), "fallback": st.booleans()},
            optional={
                "max_buffer_size": st.integers(256, 4096).map(lambda size: size * MIB),
                "max_storage_buffer_binding_size": st.integers(128, 4096).map(
                    lambda size: size * MIB
                ),
            },
        ),
        "wasm": st.fixed_dictionaries({"jspi": st.booleans()}),
        "storage": st.fixed_dictionaries(
            {"quota_bytes": st.integers(0, 2**36), "usage_bytes": st.integers(0, 2**33)}
        ),
        "language_model": st.sampled_from(("available", "downloadable", "unavailable")),
    },
)


@cache
def few() -> verdict_grid.RequirementsTable:
    """Return the table of the choices, carried as bytes."""
    rows: list[run_requirements.RunRequirements] = []
    for model, runtime, precision in CHOICES:
        about, facts = subject(model, CATALOG), CATALOG.runtime(runtime)
        named = precision or precisions_of(about, facts)[0]
        rows += run_requirements.requirements_of_precision(
            about, facts, named, CONTEXTS, unsupported=loads_nowhere(about, CATALOG)
        )
    return verdict_grid.read(verdict_grid.written(verdict_grid.requirements_table(rows, CONTEXTS)))


@cache
def everything() -> verdict_grid.RequirementsTable:
    """Return a table with a row of every catalogue model, each by its own runtime and precision."""
    rows: list[run_requirements.RunRequirements] = []
    for number, model in enumerate(CATALOG.models.ids):
        about = subject(model, CATALOG)
        able = runtimes_of(about, CATALOG)
        facts = able[number % len(able)]
        offered = precisions_of(about, facts)
        rows += run_requirements.requirements_of_precision(
            about,
            facts,
            offered[number % len(offered)],
            CONTEXTS,
            unsupported=loads_nowhere(about, CATALOG),
        )
    return verdict_grid.requirements_table(rows, CONTEXTS)


def same(made: verdict_grid.VerdictGrid, row: int, column: int, device: Device) -> None:
    """Assert that one place of a grid says what a single answer says."""
    whole, number, context = made.table, int(made.rows[row]), made.contexts[column]
    asked = Scenario(
        model=whole.models[number],
        runtime=whole.runtimes[number],
        precision=whole.precisions[number],
        context=context,
    )
    single = answer(asked, CATALOG, device)
    chance = None if np.isnan(made.chances[row, column]) else made.chances[row, column]
    ends = (each[row, column] for each in (made.peaks.low, made.peaks.likely, made.peaks.high))
    assert (
        OUTCOMES[made.outcomes[row, column]],
        chance,
        made.columns[made.because[row, column]].name,
        Interval(*map(int, ends)),
    ) == (
        single.verdict.outcome,
        single.verdict.probability,
        single.verdict.because,
        single.memory(Pool.PEAK),
    ), asked


@pytest.mark.parametrize("name", DEVICES)
def test_every_model_as_answered_singly(name: str | None) -> None:
    """Each catalogue model gets the word, chance, reason and peak that a single answer gives.

    Two devices in five are compared for each model, every device for two models in five.
    """
    turn, device = DEVICES.index(name), place(name, Device(), CATALOG)
    made = verdict_grid.judge_table(everything(), device, CATALOG, (*CONTEXTS, None))

    assert len(made.rows) == len(CATALOG.models.ids)
    for row in range(len(made.rows)):
        if (row + turn) % 5 < 2:
            same(made, row, row % 4, device)


@given(signals=SIGNALS, column=st.integers(0, 3))
@settings(max_examples=40, deadline=None)
def test_any_device_as_answered_singly(signals: dict[str, Any], column: int) -> None:
    """Whatever a device tells, every choice is judged as if it were the only one."""
    device = read(signals)
    made = verdict_grid.judge_table(few(), device, CATALOG, (*CONTEXTS, None))

    assert len(made.rows) == len(CHOICES)
    for row in range(len(made.rows)):
        same(made, row, column, device)


@given(needs=st.lists(INTERVALS, min_size=1, max_size=50), have=INTERVALS)
def test_arrays_are_weighed_like_numbers(needs: list[Interval], have: Interval) -> None:
    """The chance of an array of needs is the chance of each need, to the last figure."""
    ends = np.array([(need.low, need.likely, need.high) for need in needs])
    many = weighed(verdict_grid.IntervalEnds.of(ends).interval, have)

    assert np.asarray(many).tolist() == [weighed(need, have) for need in needs]
    assert all(abs(weighed(n, have) - probability(n, have)) < 1e-4 for n in needs)


def test_a_page_can_carry_the_table() -> None:
    """Bytes bring back every figure, tables join in order, and small ones stay small."""
    whole = few()
    twice = verdict_grid.joined([whole, verdict_grid.read(verdict_grid.written(whole))])

    assert twice.models == whole.models * 2
    for name in ("usual", "adapters", "download", "peaks", "asked", "growing"):
        assert (getattr(twice, name) == np.concatenate([getattr(whole, name)] * 2)).all()
    assert len(verdict_grid.written(whole)) < 16_000


def test_only_what_was_surveyed_is_judged() -> None:
    """A context nobody surveyed is refused."""
    with pytest.raises(ValueError, match="tuple"):
        verdict_grid.judge_table(few(), Device(), CATALOG, (Tokens(1000),))
