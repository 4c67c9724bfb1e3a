"""Visits of one class come out alike, and classes are few."""

from __future__ import annotations

from tabfit.catalog import Catalog
from tabfit.compare.run_requirements import requirements_of_precision
from tabfit.devices.device import read
from tabfit.estimate.answers import answer
from tabfit.estimate.scenario import Scenario
from tabfit.estimate.subjects import subject
from tabfit.gate.many_devices.device_classes import cuts, key
from tabfit.gate.rules.device_signals import flat
from tabfit.gate.scenario.scenario_rules import UNTOLD_BY_BROWSERS, gate
from tests.core.gate.generated_devices import devices, estimator

CATALOG = Catalog()
MODEL, RUNTIME, PRECISION = "distilbert", "transformersjs-wasm", "q8"


def test_one_class_comes_out_alike() -> None:
    """Of 3,000 devices, those of one class have one word, one chance and one reason."""
    facts = CATALOG.runtime(RUNTIME)
    found = tuple(requirements_of_precision(subject(MODEL, CATALOG), facts, PRECISION, ()))
    every = cuts([gate(found, -1, facts, UNTOLD_BY_BROWSERS)])
    assert {"platform", "browser", "device_memory"} <= set(every)
    assert "webgpu_vendor" not in every
    assert every["storage_quota_bytes"].exact
    asked = Scenario(model=MODEL, runtime=RUNTIME, precision=PRECISION)
    seen: dict[object, object] = {}
    for each in devices(3_000, seed=11):
        for said in ("ram_bytes", "vram_bytes", "graphics", "storage"):
            each.pop(said, None)
        device = read(each)
        verdict = answer(asked, CATALOG, device).verdict
        told = verdict.outcome, verdict.probability, verdict.because
        assert seen.setdefault(key(every, flat(device)), told) == told
    assert 100 < len(seen) < 1_500


def test_the_estimator_of_these_tests_gives_the_whole_answer() -> None:
    """Files laid out once and judged by the engine come to what an answer says."""
    asked = Scenario(model=MODEL, runtime=RUNTIME, precision=PRECISION)
    estimated = estimator(MODEL, RUNTIME, PRECISION, None, CATALOG)
    for each in map(read, devices(60, seed=12)):
        verdict = answer(asked, CATALOG, each).verdict
        assert estimated(each) == (verdict.outcome.value, verdict.probability)
