"""Many devices at once come out as one by one, and rules read back are those explored."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import numpy as np
import pytest

from tabfit.catalog import Catalog
from tabfit.compare.run_requirements import RunRequirements, requirements_of_precision
from tabfit.devices.device import read
from tabfit.estimate.subjects import subject
from tabfit.gate.code_generation.sql import sql
from tabfit.gate.many_devices import signal_columns
from tabfit.gate.many_devices.vectorized_verdicts import Columns, ManyDevices
from tabfit.gate.rules import needs_json, rules_json
from tabfit.gate.rules.device_signals import NUMBERS, SIGNALS, flat
from tabfit.gate.rules.rules_from_json import WrittenRules
from tabfit.gate.scenario import scenario_rules
from tabfit.gate.scenario.scenario_rules import UNTOLD_BY_BROWSERS, gate, hardness
from tabfit.verdict.probability import OUTCOMES
from tests.core.gate.generated_devices import devices, estimator

CATALOG = Catalog()
WAYS = (
    ("distilbert", "transformersjs-wasm", "q8"),
    ("whisper-base", "transformersjs-webgpu", "fp32"),
    ("llama-3.2-1b", "webllm", "q4f16_1"),
    ("llama-3.1-8b", "wllama-cpu", "q4_k_m"),
    ("gemma-2b", "mediapipe", "int4"),
    ("gemini-nano", "prompt-api", "builtin"),
)


@cache
def surveys(model: str, runtime: str, precision: str) -> tuple[RunRequirements, ...]:
    """Return what a way needs."""
    facts, about = CATALOG.runtime(runtime), subject(model, CATALOG)
    return tuple(requirements_of_precision(about, facts, precision, ()))


def columns_of(rows: list[dict[str, Any]]) -> Columns:
    """Return the columns of rows; what a row lacks is not told."""
    told = {name: [row.get(name) for row in rows] for name in SIGNALS}
    return Columns(
        size=len(rows),
        words={n: signal_columns.words(n, each) for n, each in told.items() if n not in NUMBERS},
        numbers={name: signal_columns.numbers(told[name]) for name in NUMBERS},
    )


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way[1])
def test_many_come_out_as_one_by_one(way: tuple[str, str, str]) -> None:
    """Of 400 devices none has another word or chance, whatever is told of them."""
    surveyed, every = surveys(*way), devices(400, seed=21)
    rows = [flat(read(each)) for each in every]
    made = ManyDevices(columns_of(rows)).judged(surveyed, 0, CATALOG.runtime(way[1]))
    words = [str(OUTCOMES[at]) for at in made.places]
    one_by_one = [*map(estimator(*way, None, CATALOG), map(read, every))]
    assert words == [word for word, _chance in one_by_one]
    said = np.array([chance or 0.0 for _word, chance in one_by_one])
    spoken = np.array([word not in ("unknown", "unsupported") for word in words])
    assert np.array_equal(made.chances[spoken], said[spoken])


@pytest.mark.parametrize("way", WAYS[::3], ids=lambda way: way[1])
def test_rules_read_back(way: tuple[str, str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A gate made of rules that went through JSON is the one that is made by exploring."""
    surveyed, facts = surveys(*way), CATALOG.runtime(way[1])
    explored = sql(gate(surveyed, 0, facts, UNTOLD_BY_BROWSERS))
    demands = {way[1]: dict[str, bool](), **rules_json.gathered(needs_json.asked(surveyed))}
    rules = WrittenRules(json.loads(json.dumps(rules_json.as_json(demands, CATALOG))))
    monkeypatch.setattr(
        scenario_rules, "rules_of", lambda facts, asked: rules.of(facts.id, dict(asked))
    )
    assert scenario_rules.rules_of(facts, hardness(surveyed, 0)).checks
    assert sql(gate(surveyed, 0, facts, UNTOLD_BY_BROWSERS)) == explored
