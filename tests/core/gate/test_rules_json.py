"""The rules as JSON, walked by the npm package's engine in Node, say what the estimator says."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tabfit.catalog import Catalog
from tabfit.compare import run_requirements
from tabfit.compare.run_requirements import RunRequirements
from tabfit.compare.verdict_grid import judge_table, requirements_table
from tabfit.compare.verdict_grid.table import RequirementsTable, surveys
from tabfit.devices.device import read
from tabfit.estimate.subjects import subject
from tabfit.gate.rules import device_signals, needs_json, rules_json
from tabfit.units import Tokens
from tabfit.verdict.probability import OUTCOMES
from tests.core.gate.generated_devices import devices

HERE = Path(__file__).parent
ENGINE = HERE.parents[2] / "js" / "engine.js"
CATALOG = Catalog()
CONTEXTS = (Tokens(512), Tokens(8192), Tokens(65_536))
#: Ten ways that differ most in what decides, at three contexts and the usual one: 40 scenarios.
WAYS = (
    ("distilbert", "transformersjs-wasm", "q8"),
    ("distilbert", "transformersjs-webgpu", "fp16"),
    ("whisper-base", "transformersjs-webgpu", "fp32"),
    ("llama-3.2-1b", "webllm", "q4f16_1"),
    ("llama-3.2-1b", "wllama-webgpu", "f16"),
    ("llama-3.1-8b", "wllama-cpu", "q4_k_m"),
    ("gemma-2b", "mediapipe", "int4"),
    ("gemma-3n-e2b", "litertlm", "int4"),
    ("gemini-nano", "prompt-api", "builtin"),
    ("deepseek-v2-lite", "ideal", "fp16"),
)


@cache
def rows() -> tuple[RunRequirements, ...]:
    """Return the surveys of the ways."""
    return tuple(
        each
        for model, runtime, precision in WAYS
        for each in run_requirements.requirements_of_precision(
            subject(model, CATALOG), CATALOG.runtime(runtime), precision, CONTEXTS
        )
    )


@cache
def rules() -> dict[str, Any]:
    """Return the written rules of the ways' runtimes, gathered once: that takes twelve seconds."""
    demands = {runtime: dict[str, bool]() for _model, runtime, _precision in WAYS}
    return rules_json.as_json({**demands, **rules_json.gathered(needs_json.asked(rows()))}, CATALOG)


def models() -> dict[str, Any]:
    """Return what each model needs, as the npm package reads it."""
    return {
        model: needs_json.model_needs(
            subject(model, CATALOG), [e for e in rows() if e.model == model], CONTEXTS, CATALOG
        )
        for model in {each.model for each in rows()}
    }


@cache
def _table() -> RequirementsTable:
    return requirements_table(rows(), CONTEXTS)


def verdicts(device: dict[str, Any]) -> Iterator[list[Any]]:
    """Yield the estimator's word, chance and reason for each scenario on a device."""
    table = _table()
    judged = judge_table(table, read(device), CATALOG, (*CONTEXTS, None))
    for row, number in enumerate(judged.rows):
        way = table.models[number], table.runtimes[number], table.precisions[number]
        for at in range(len(judged.contexts)):
            chance = judged.chances[row, at]
            because = judged.columns[judged.because[row, at]].name
            word = OUTCOMES[judged.outcomes[row, at]]
            yield [*way, at, word, None if np.isnan(chance) else float(chance), because]


@pytest.mark.parametrize("number", [150, pytest.param(2_000, marks=pytest.mark.slow)])
def test_node(tmp_path: Path, number: int) -> None:
    """Of so many devices and 40 scenarios none comes out otherwise: word, chance and reason."""
    every = [{"device": device, "verdicts": list(verdicts(device))} for device in devices(number)]
    count = Counter(verdict[4] for each in every for verdict in each["verdicts"])
    assert sum(count.values()) == 40 * number
    assert min(count.values()) > number // 2, count
    (tmp_path / "cases.json").write_text(
        json.dumps({"rules": rules(), "models": models(), "cases": every})
    )
    said = subprocess.run(
        ["node", HERE / "judge_cases.mjs", ENGINE, tmp_path / "cases.json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (said.stdout.strip()[:2000], said.stderr) == (f"{40 * number} judged, 0 otherwise", "")


def test_flat() -> None:
    """A device's flat columns describe the same device, as far as signals decide."""
    for device in devices(200, seed=3):
        given = read(device)
        columns = device_signals.flat(given)
        assert device_signals.flat(device_signals.read_flat(columns)) == columns
        assert set(columns) <= {*device_signals.SIGNALS}


def test_surveys() -> None:
    """A table gives back the surveys that it was made of, without their words."""
    table = requirements_table(rows(), CONTEXTS)
    again = requirements_table(surveys(table), CONTEXTS)
    for name in ("usual", "adapters", "download", "peaks", "asked", "growing"):
        assert np.array_equal(getattr(table, name), getattr(again, name)), name
