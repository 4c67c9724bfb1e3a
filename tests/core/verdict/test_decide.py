"""One engine: every declaration of a runtime is compared, and a new kind of check reaches all."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any, Final

import pytest

from tabfit.catalog import Catalog
from tabfit.compare import run_requirements, verdict_grid
from tabfit.compare.catalog_requirements import requirements_of_model
from tabfit.compare.comparisons import Judge
from tabfit.compare.smallest_device import least_memory
from tabfit.devices.browser_features import Presence
from tabfit.devices.device import Device, read
from tabfit.estimate.answers import Answer, answer
from tabfit.estimate.scenario import Scenario
from tabfit.estimate.subjects import subject
from tabfit.runtimes import Needs
from tabfit.units import GIB, KIB, MIB, Tokens
from tabfit.verdict import check_kinds, decide
from tabfit.verdict.check_kinds.kind import Feature
from tabfit.verdict.probability import OUTCOMES, Outcome
from tabfit.verdict.requirements import Offered, Setup

CATALOG = Catalog()
LAPTOP: Final = {
    "platform": "windows",
    "browser": "chrome",
    "ram_bytes": 16 * GIB,
    "graphics": "integrated",
    "cores": 8,
}
LIMITS: Final = {
    "shader_f16": True,
    "max_buffer_size": 2 * GIB,
    "max_storage_buffer_binding_size": 2 * GIB,
}


def on(signals: dict[str, Any], model: str, runtime: str) -> Answer:
    """Return the answer for a model in a runtime on a device."""
    return answer(Scenario(model=model, runtime=runtime), CATALOG, read(signals))


@pytest.mark.parametrize(
    ("limit", "outcome"), [(16 * KIB, Outcome.NO), (32 * KIB, Outcome.LIKELY), (None, None)]
)
def test_workgroup_storage(limit: int | None, outcome: Outcome | None) -> None:
    """WebLLM refuses an adapter below 32,768 bytes (apache/tvm web/src/webgpu.ts): the verdict too.

    A limit that nobody told lowers the chance, as any feature does that nobody asked about.
    """
    adapter = {**LIMITS, "max_compute_workgroup_storage_size": limit}
    found = on({**LAPTOP, "platform": "linux", "webgpu": adapter}, "llama-3.2-1b", "webllm").verdict

    if outcome is None:
        assert found.because == "workgroup-storage"
        assert found.probability is not None
        enough = {**LIMITS, "max_compute_workgroup_storage_size": 32 * KIB}
        told = on({**LAPTOP, "webgpu": enough}, "llama-3.2-1b", "webllm").verdict
        assert found.probability < (told.probability or 0)
    else:
        assert found.outcome is outcome
        assert (found.because == "workgroup-storage") is (outcome is Outcome.NO)


@pytest.mark.parametrize(
    ("platform", "adapter", "known"),
    [
        ("windows", {}, True),
        ("macos", {"vendor": "apple"}, True),
        ("android", {"vendor": "arm", "architecture": "valhall"}, True),
        ("android", {"vendor": "qualcomm", "architecture": "adreno-6xx"}, False),
        ("android", {}, False),
        ("windows", {"fallback": True}, False),
    ],
)
def test_workgroup_storage_that_nobody_told(
    platform: str, adapter: dict[str, Any], *, known: bool
) -> None:
    """Of Vulkan devices only Adreno 610 and some 612 have less than 32 KiB (gpuweb issue 2832)."""
    signals = {**LAPTOP, "platform": platform, "webgpu": {**LIMITS, **adapter}}
    found = on(signals, "llama-3.2-1b", "webllm")
    chances = {check.name: check.probability for check in found.checks}

    assert (chances["workgroup-storage"] == 1.0) is known


#: What each declaration of a runtime is compared with: its value, and a device that fails it.
DECLARED: Final[dict[str, tuple[Any, dict[str, Any]]]] = {
    "webgpu": (True, {"webgpu": None}),
    "jspi": (True, {"wasm": {"jspi": False}}),
    "jspi_less_build_not_on": (
        ("firefox",),
        {"browser": "firefox", "browser_version": "140", "wasm": {"jspi": False}},
    ),
    "shared_memory": (True, {"platform": "ios", "browser": "safari"}),
    "threads": (True, {"wasm": {"threads": True}, "cross_origin_isolated": False}),
    "shader_f16_for": (("q4f16_1",), {"webgpu": {"shader_f16": False}}),
    "no_kernels_for": (("q4f16_1",), {}),
    "buffer_bytes": (GIB, {"webgpu": {"max_buffer_size": 256 * MIB}}),
    "binding_bytes": (GIB, {"webgpu": {"max_storage_buffer_binding_size": 128 * MIB}}),
    "advised_buffer_bytes": (3 * GIB, {"webgpu": LIMITS}),
    "advised_binding_bytes": (3 * GIB, {"webgpu": LIMITS}),
    "workgroup_storage_bytes": (
        32 * KIB,
        {"webgpu": {"max_compute_workgroup_storage_size": 16 * KIB}},
    ),
    "storage_buffers": (10, {"webgpu": {"max_storage_buffers_per_shader_stage": 8}}),
    "wasm_memory": (2**24, {}),
    "largest_file": (2**20, {}),
    "platforms": (("macos",), {}),
    "browsers": (("safari",), {}),
    "free_storage_bytes": (22 * 10**9, {}),
    "ram_bytes": (64 * GIB, {}),
    "cores": (16, {}),
    "vram_bytes": (8 * GIB, {"ram_bytes": 8 * GIB}),
    "availability": (True, {"language_model": "unavailable"}),
}
#: Declarations that spare a demand instead of making one.
SPARES: Final = ("jspi_less_build",)
#: Declarations that mean something only beside others.
BESIDE: Final[dict[str, dict[str, Any]]] = {
    "no_kernels_for": {"webgpu": True},
    "jspi_less_build_not_on": {"jspi": True, "jspi_less_build": True},
    "ram_bytes": {"vram_bytes": 8 * GIB, "ram_bytes": 2 * GIB, "cores": 1},
    "cores": {"vram_bytes": 8 * GIB, "ram_bytes": 2 * GIB, "cores": 1},
    "vram_bytes": {"vram_bytes": 0, "ram_bytes": 16 * GIB, "cores": 1},
}


@pytest.mark.parametrize("name", [each.name for each in fields(Needs) if each.name not in SPARES])
def test_every_declaration_is_compared(name: str) -> None:
    """A runtime that declares more is less likely to run where a device lacks just that."""
    value, lacks = DECLARED[name]
    signals = {**LAPTOP, "vram_bytes": 6 * GIB, **lacks}
    given = on(signals, "llama-3.2-1b", "wllama-cpu" if name == "wasm_memory" else "webllm")
    beside = BESIDE.get(name, {"webgpu": "webgpu" in lacks})

    def chance(needs: Needs) -> float:
        facts = replace(given.facts, needs=needs)
        setup = Setup(runtime=given.runtime, facts=facts, load=given.load)
        required = decide.requirements(setup, given.footprint)
        return decide.settle(decide.decide(required, Offered(given.device))).chance

    plain = Needs(**{**beside, "webgpu": name != "webgpu" and beside.get("webgpu", False)})
    assert chance(replace(plain, **{name: value})) < chance(plain)


def _never(device: Device, needs: Needs) -> Presence:
    del device, needs
    return Presence(there=False, share=0.0, why="it is not", asked=True)


def _wanted_of_large_contexts(setup: Setup) -> str | None:
    return "it is full moon" if setup.load.context > 100 else None


def test_a_new_kind_of_check_reaches_every_judgement(monkeypatch: pytest.MonkeyPatch) -> None:
    """A made-up kind, declared once, decides an answer, a comparison's row and a grid alike."""
    moon = Feature(
        name="moon",
        title="Phase of the moon",
        why=_wanted_of_large_contexts,
        presence=_never,
        hard=False,
        grows=True,
    )
    monkeypatch.setattr(check_kinds, "KINDS", (*check_kinds.KINDS, moon))
    device = read({**LAPTOP, "webgpu": {**LIMITS}})
    asked = Scenario(model="distilbert", runtime="transformersjs-wasm", precision="q8")
    single = answer(asked, CATALOG, device)
    line = next(
        each
        for each in requirements_of_model("distilbert", CATALOG)
        if (each.runtime, each.precision) == (asked.runtime, asked.precision)
    )
    row = Judge(CATALOG, device).row(line)
    about, facts = subject("distilbert", CATALOG), CATALOG.runtime("transformersjs-wasm")
    short = (Tokens(100),)
    table = verdict_grid.requirements_table(
        run_requirements.requirements_of_precision(about, facts, "q8", short), short
    )
    made = verdict_grid.judge_table(
        verdict_grid.read(verdict_grid.written(table)), device, CATALOG, (*short, None)
    )

    assert (single.verdict.outcome, single.verdict.because) == (Outcome.MAY, "moon")
    assert single.verdict.sentence == "it is full moon; it is not"
    assert (row.outcome, row.probability, row.because) == (
        single.verdict.outcome,
        single.verdict.probability,
        "moon",
    )
    assert [OUTCOMES[each] for each in made.outcomes[0]] == [Outcome.LIKELY, Outcome.MAY]
    assert made.columns[made.because[0, 1]].name == "moon"
    assert made.chances[0, 1] == single.verdict.probability


def test_no_browser_runs_it() -> None:
    """What no runtime loads has a word of its own, without a chance, on every device alike.

    Its weights alone would likely fit; nobody could load them. A model that some runtime loads
    keeps its verdict when its bare weights are asked for.
    """
    given = on(LAPTOP, "bitnet-b1.58-2b", "ideal")
    assert given.verdict.outcome is Outcome.UNSUPPORTED
    assert given.verdict.words == "No browser runs it yet"
    assert (given.verdict.probability, given.verdict.because) == (None, "support")
    assert given.rates is None
    assert set(least_memory(given, CATALOG).values()) == {None}

    for row in CATALOG.devices:
        here = Judge(CATALOG, read(row.device))
        found = {
            here.row(line).outcome for line in requirements_of_model(given.subject.id, CATALOG)
        }
        assert found == {Outcome.UNSUPPORTED}, row.id

    about, contexts = subject(given.subject.id, CATALOG), (Tokens(512),)
    rows = run_requirements.requirements_of_all(about, CATALOG, contexts)
    table = verdict_grid.requirements_table(rows, contexts)
    grid = verdict_grid.judge_table(table, given.device, CATALOG)
    assert {OUTCOMES[at] for at in grid.outcomes.flat} == {Outcome.UNSUPPORTED}

    bare = on(LAPTOP, "distilbert", "ideal")
    assert bare.verdict.outcome is Outcome.LIKELY


def test_the_runner_up() -> None:
    """The check that decides and the next are both named; one that is sure is no reason."""
    found = on(LAPTOP, "distilbert", "transformersjs-wasm")
    chances = {each.name: each.probability for each in found.checks}
    assert found.verdict.because == "memory"
    assert found.verdict.runner_up == "runtime-fault"
    assert (chances["runtime-fault"] or 1) < 0.97
    bare = on({**LAPTOP, "ram_bytes": 128 * GIB}, "distilbert", "ideal")
    assert bare.verdict.runner_up == ""
