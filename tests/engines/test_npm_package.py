"""A page of three lines with the npm package says, in each engine, what the estimator says."""

from __future__ import annotations

import pytest

from tabfit.catalog import Catalog
from tabfit.devices.device import read
from tabfit.estimate.answers import answer
from tabfit.estimate.scenario import Scenario
from tests.core.gate import npm_page
from tests.engines.engine import Engine, until

SIGNALS = """import('tabfit').then(({ deviceSignals }) => deviceSignals()).then(
  (signals) => (document.body.dataset.signals = JSON.stringify(signals)))"""


def test_three_lines(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The output is the estimator's word for this very browser, and so is the badge's."""
    with npm_page.served(tmp_path_factory.mktemp("site"), npm_page.data()) as address:
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
