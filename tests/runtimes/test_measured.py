"""Two small cases measured now, held against the record and the estimator."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import pytest

from tests.runtimes.bench.cases import CASES
from tests.runtimes.measure import RECORD, ROOT, measure
from tests.runtimes.predicted import cache_size, predict
from tools.find_chromium import MISSING, found

#: Builds of browsers and machines differ by this much; a copy of the weights more would not pass.
TOLERANCE = 0.25
SMALL = ("transformersjs-wasm/minilm-l6/q8/t64", "wllama-cpu/llama-30m/q8_0/t32/g4/c512")


def _recorded() -> list[dict[str, Any]]:
    entries = json.loads(RECORD.read_text())["cases"]
    return [entry for entry in entries if "error" not in entry]


@cache
def _measured_now(name: str) -> dict[str, Any]:
    """Return a case measured in a thread of its own, as Playwright drives one loop a thread."""
    with ThreadPoolExecutor(max_workers=1) as aside:
        return aside.submit(_measured, name).result()


def _measured(name: str) -> dict[str, Any]:
    chromium = found()
    assert chromium, MISSING
    case = next(case for case in CASES if case.id == name)
    return measure(case, [], runs=1, chromium=chromium, modules=ROOT / "node_modules")


@pytest.mark.parametrize("name", SMALL)
def test_a_case_measured_now_agrees_with_the_record(name: str) -> None:
    """A real runtime in a real browser still takes what was written down."""
    recorded = next(entry for entry in _recorded() if entry["id"] == name)
    now = _measured_now(name)["peak"]["page"]["median"]
    assert now == pytest.approx(recorded["peak"]["page"]["median"], rel=TOLERANCE)


@pytest.mark.parametrize("name", SMALL)
def test_a_case_measured_now_agrees_with_the_estimator(name: str) -> None:
    """The estimator's interval, widened by what machines differ, holds what is measured now."""
    now = _measured_now(name)
    predicted = predict(now, "page")
    assert predicted is not None
    low, _, high = predicted
    assert low * (1 - TOLERANCE) <= now["peak"]["page"]["median"] <= high * (1 + TOLERANCE)


def test_the_estimators_cache_is_what_llama_cpp_reports() -> None:
    """Cache bytes equal llama.cpp's own log lines, which round to a hundredth of a MiB."""
    told = {
        entry["id"]: (sum(entry["log"]["cache"].values()), cache_size(entry))
        for entry in _recorded()
        if "log" in entry and cache_size(entry) is not None
    }
    assert len(told) >= 8
    for logged, estimated in told.values():
        assert estimated == pytest.approx(logged, abs=6 * 2**10)
