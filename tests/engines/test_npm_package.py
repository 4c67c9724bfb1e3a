"""The npm package and gates as modules say, in each engine, what the estimator says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from tabfit.catalog import Catalog
from tabfit.devices.device import read
from tabfit.estimate.answers import answer
from tabfit.estimate.scenario import Scenario
from tabfit.gate.code_generation.javascript import javascript
from tabfit.gate.scenario.scenario_rules import gate_for_page
from tests.core.gate import npm_page
from tests.core.gate.generated_devices import devices
from tests.core.gate.test_javascript_gate import in_page
from tests.core.gate.test_rules_json import CONTEXTS, WAYS, rows, verdicts
from tests.engines.engine import Engine, until

#: Generated devices, each judged in 40 scenarios.
NUMBER: Final = 2_000
SIGNALS = """import('tabfit').then(({ deviceSignals }) => deviceSignals()).then(
  (signals) => (document.body.dataset.signals = JSON.stringify(signals)))"""
#: Judges all that lies in data.json and cases.json, by the package and by 40 modules.
JUDGE = """
const json = async (name) => (await fetch(name)).json();
const { rules, models } = await json("data.json");
const { asked, told } = await json("cases.json");
const { flat, judge, needed } = await import("./node_modules/tabfit/engine.js");
const count = { package: 0, gates: 0, otherwise: [] };
const held = (kind, ...both) => {
  const [said, expected] = both.map((each) => JSON.stringify(each));
  count[kind] += 1;
  if (said !== expected) count.otherwise.push([kind, said, expected]);
};
for (const { device, verdicts } of asked) {
  const signals = flat(device, rules);
  for (const [model, runtime, precision, place, ...expected] of verdicts) {
    const same = (way) => way.runtime === runtime && way.precision === precision;
    const needs = needed(rules, models[model].ways.find(same), signals, place);
    const { outcome, probability, because } = judge(rules, runtime, signals, needs);
    held("package", [outcome, probability, because], expected);
  }
}
for (const at of told[0].verdicts.keys()) {
  const { gate } = await import(`./gates/${at}.js`);
  for (const { device, verdicts } of told) {
    const { outcome, probability } = gate(device);
    held("gates", [outcome, probability], verdicts[at].slice(4, 6));
  }
}
count.otherwise.length = Math.min(count.otherwise.length, 3);
document.body.dataset.judged = JSON.stringify(count);
"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Yield the address of a page of three lines, beside which lie all devices and modules."""
    folder, data = tmp_path_factory.mktemp("site"), npm_page.data()
    every = devices(NUMBER, seed=4)
    cases = {"asked": [*map(_case, every)], "told": [*map(_case, map(in_page, every))]}
    (folder / "judge.js").write_text(JUDGE)
    (folder / "data.json").write_text(json.dumps(data))
    (folder / "cases.json").write_text(json.dumps(cases))
    _lay_gates(folder / "gates")
    with npm_page.served(folder, data) as place:
        yield place


def _case(device: dict[str, Any]) -> dict[str, Any]:
    return {"device": device, "verdicts": [*verdicts(device)]}


def _lay_gates(folder: Path) -> None:
    """Write a module for each of the scenarios, in the order of `verdicts`."""
    folder.mkdir()
    every = [*verdicts({})]
    for number, (model, runtime, precision, at, *_said) in enumerate(every):
        way = model, runtime, precision
        surveyed = [e for e in rows() if (e.model, e.runtime, e.precision) == way]
        asked = gate_for_page(surveyed, at, Catalog().runtime(runtime))
        (folder / f"{number}.js").write_text(javascript(asked, "generated"))
    assert len(every) == len(WAYS) * (len(CONTEXTS) + 1)


def test_three_lines(engine: Engine, address: str) -> None:
    """The output is the estimator's word for this very browser, and so is the badge's."""
    engine.open(address)
    said = until(engine, "document.querySelector('output').value")
    badge = "document.querySelector('tabfit-badge').shadowRoot.querySelector('b')"
    told = until(engine, f"{badge}.dataset.outcome")
    engine.run(SIGNALS)
    signals = until(engine, "JSON.parse(document.body.dataset.signals ?? 'null')")
    here, catalog = read(signals), Catalog()
    assert here.platform == "linux"
    assert said == answer(Scenario(model="distilbert"), catalog, here).verdict.outcome
    asked = Scenario(model="llama-3.2-1b", runtime="webllm")
    assert told == answer(asked, catalog, here).verdict.outcome


def test_every_engine_agrees(engine: Engine, address: str) -> None:
    """Of 2,000 devices and 40 scenarios none comes out otherwise, by the package or a module."""
    engine.open(address)
    engine.run(
        "import('./judge.js').catch((error) => (document.body.dataset.judged = error.stack))"
    )
    found = until(engine, "document.body.dataset.judged")
    judged = NUMBER * len(WAYS) * (len(CONTEXTS) + 1)
    assert json.loads(found) == {"package": judged, "gates": judged, "otherwise": []}
