"""A budget is added by its rule and the systems it is for; a device and a model by a row each.

They are made up (`recipes.py`): a kitchen's computer, of a system that had no budget of its own,
and a model of a known shape. Answer, comparison and explanation say the same of them.
"""

from __future__ import annotations

import json
from typing import Final

from app.pages.answer import memory_chart
from tabfit.catalog import Catalog, reader, validation
from tabfit.compare.catalog_requirements import requirements_of_model
from tabfit.compare.comparisons import Judge
from tabfit.devices import budgets
from tabfit.devices.budgets import Pool
from tabfit.devices.device import Device
from tabfit.estimate.answers import answer, place
from tabfit.estimate.scenario import Scenario
from tabfit.explain import explained
from tabfit.units import GIB

CATALOG: Final = Catalog()
MODEL: Final = "sourdough-1b"


def test_the_rows_keep_to_the_rules() -> None:
    """What was added is found by its names, and no row is at fault."""
    assert CATALOG.model("Sourdough 1B").id == MODEL
    assert CATALOG.device("Kitchen").group == "Kitchens"
    added = {
        "model": {MODEL, "crane-35m"},
        "device": {"kitchen"},
        "runtime": {"trial", "wllama-cpu"},
    }
    for kind, names in added.items():
        rows = json.loads(reader.text_of(kind))["rows"]
        assert validation.in_rows(kind, [each for each in rows if each["id"] in names]) == []


def test_the_budget_is_the_rule_s_share() -> None:
    """A fifth of a hundredth of 4 GiB is less than a rule leaves at least: a twentieth."""
    here = place("kitchen", Device(), CATALOG)
    found = budgets.peak(here)

    assert budgets.rule_of(here).name == "kitchen"
    assert found.have is not None
    assert found.have.likely == 4 * GIB // 20
    assert found.why == "it is a toaster"


def test_the_budget_decides() -> None:
    """Answer and comparison rest on it, and the answer's formulas end in it."""
    given = answer(Scenario(model=MODEL, device="kitchen"), CATALOG, Device())
    (line,) = (
        line
        for line in requirements_of_model(MODEL, CATALOG)
        if (line.runtime, line.precision) == (given.facts.id, given.scenario.precision)
    )
    row = Judge(CATALOG, place("kitchen", Device(), CATALOG)).row(line)
    (check,) = (each for each in given.checks if each.name == given.verdict.because)

    assert "it is a toaster" in given.verdict.sentence
    assert (row.outcome, row.because) == (given.verdict.outcome, given.verdict.because)
    assert explained(given)[f"{check.name}-have"].interval == check.have
    assert explained(given)["memory-page"].interval == given.memory(Pool.PAGE)
    assert "<" in str(memory_chart.card(given))
