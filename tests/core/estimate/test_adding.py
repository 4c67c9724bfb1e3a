"""A runtime, a device and a model that others bring, by public doors alone.

Each is answered, explained, compared and judged in a grid, and the four say the same.
"""

from __future__ import annotations

from typing import Any, Final

import pytest

from app.pages.answer import memory_chart
from tabfit import catalog, runtimes
from tabfit.catalog import Catalog
from tabfit.compare import alternatives, ranking, run_requirements, verdict_grid
from tabfit.compare.catalog_requirements import requirements_of_model
from tabfit.compare.comparisons import Judge, best
from tabfit.devices.budgets import Pool
from tabfit.devices.device import Device
from tabfit.errors import CatalogFault
from tabfit.estimate.answers import Answer, answer, place
from tabfit.estimate.defaults import precisions_of, runtimes_of
from tabfit.estimate.scenario import Scenario
from tabfit.estimate.subjects import subject
from tabfit.explain import explained
from tabfit.formula import Constant
from tabfit.model.architecture import Architecture
from tabfit.recipes import ideal
from tabfit.recipes.stored_model import Stored
from tabfit.runtimes import Label, Load, Phase
from tabfit.runtimes.memory.cache import Allocation
from tabfit.runtimes.memory.phases import GENERATE, LOAD, READY, on_page
from tabfit.units import GIB, MIB, NOTHING, Basis, Interval
from tabfit.verdict.probability import OUTCOMES

#: What the made-up runtime takes whatever the model.
FLOOR: Final = Constant(
    "the toaster itself",
    (10 * MIB, 20 * MIB, 30 * MIB),
    basis=Basis.ASSUMED,
    source="nobody",
    fitted_on="nothing",
)


class Toaster:
    """A runtime nobody made: weights, a cache and a floor in the tab's memory."""

    name: Final = "toaster"
    uses_gpu: Final = False
    in_tab: Final = True
    splits_bindings: Final = True

    def can_store(self, architecture: Architecture) -> bool:
        """Return that it takes any model."""
        del architecture
        return True

    def store(self, architecture: Architecture, precision: str, family: str | None) -> Stored:
        """Return crumbs: weights of two bits, under a name of its own."""
        del family
        return ideal.store(architecture, {"crumbs": "int2", "loaf": "fp16"}[precision])

    def kept(self, load: Load) -> Allocation:
        """Return a plain cache."""
        del load
        return Allocation()

    def workspace(self, load: Load) -> Interval:
        """Return nothing."""
        del load
        return NOTHING

    def phases(self, load: Load) -> tuple[Phase, ...]:
        """Return floor and weights, then the cache beside them."""
        held = (on_page(Label.RUNTIME, FLOOR), on_page(Label.WEIGHTS, load.weights))
        cache = on_page(Label.CACHE, load.cache(self.kept(load)))
        return (Phase(LOAD, held), Phase(READY, held), Phase(GENERATE, (*held, cache)))

    def heap(self, load: Load) -> Interval | None:
        """Return nothing."""
        del load
        return None


RUNTIME: Final[dict[str, Any]] = {
    "id": "toaster",
    "name": "Toaster",
    "aliases": ["bread maker"],
    "formats": ["bread"],
    "precisions": ["loaf", "crumbs"],
    "default_precision": "crumbs",
    "files": [],
    "label": "Toaster",
    "needs": {"jspi": True},
    "sources": {},
    "read_on": "2026-11-29",
}
DEVICE: Final[dict[str, Any]] = {
    "id": "kitchen",
    "name": "Kitchen",
    "aliases": [],
    "group": "Kitchens",
    "form": "desktop",
    "year": 2026,
    "device": {
        "platform": "linux",
        "browser": "chrome",
        "ram_bytes": 4 * GIB,
        "wasm": {"jspi": True},
        "storage": {"quota_bytes": 8 * GIB},
    },
    "known": {},
    "read_on": "2026-11-29",
}


def model_row() -> dict[str, Any]:
    """Return a model with a known shape, published as bread."""
    known = catalog.read().model("llama-3.2-1b")
    return {
        "id": "sourdough-1b",
        "name": "Sourdough 1B",
        "aliases": [],
        "task": "text-generation",
        "licence": "mit",
        "released": "2026-11",
        "source": "nobody",
        "read_on": "2026-11-29",
        "config": known.config,
        "published": [
            {
                "format": "bread",
                "repository": "baker/sourdough",
                "source": "nobody",
                "precisions": {"loaf": [], "crumbs": []},
            }
        ],
    }


@pytest.fixture
def kitchen() -> Catalog:
    """Return a catalogue with one more runtime, device and model."""
    runtimes.register("toaster", Toaster)
    return catalog.read().extended([model_row()], [DEVICE], [RUNTIME])


def asked(kitchen: Catalog, precision: str | None = None) -> Answer:
    """Return the answer for the made-up model on the made-up device."""
    scenario = Scenario(model="Sourdough 1B", precision=precision, device="kitchen")
    return answer(scenario, kitchen, Device())


@pytest.mark.parametrize("precision", ["loaf", "crumbs"])
def test_what_is_added_is_judged_alike(kitchen: Catalog, precision: str) -> None:
    """Answer, comparison, grid and ranking have the same verdict, reason and peak for it."""
    single = asked(kitchen, precision)
    about, here = subject("sourdough-1b", kitchen), place("kitchen", Device(), kitchen)
    facts = kitchen.runtime("bread maker")
    assert [each.id for each in runtimes_of(about, kitchen)] == ["toaster", "ideal"]
    assert precisions_of(about, facts) == ("loaf", "crumbs")

    table = verdict_grid.requirements_table(
        run_requirements.requirements_of_precision(about, facts, precision, ()), ()
    )
    made = verdict_grid.judge_table(table, here, kitchen, (None,))
    (way,) = alternatives.possible_runs(made, None, kitchen)
    rows = {
        line.precision: Judge(kitchen, here).row(line)
        for line in requirements_of_model(about.id, kitchen)
    }
    ranked = ranking.answered(Scenario(model=about.id), kitchen, here, about)

    judged = (single.verdict.outcome, single.verdict.probability, single.verdict.because)
    assert (way.outcome, way.probability, way.runtime) == (*judged[:2], "toaster")
    assert OUTCOMES[made.outcomes[0, 0]] is judged[0]
    assert made.columns[made.because[0, 0]].name == judged[2]
    assert way.peak == single.memory(Pool.PEAK)
    assert single.memory(Pool.PAGE).likely > single.stored.weights_bytes + FLOOR.interval.likely
    if precision == "crumbs":  # a loaf is wider than usual, which no comparison chooses
        row = rows[precision]
        assert (row.outcome, row.probability, row.because) == judged
        assert best(requirements_of_model(about.id, kitchen), Judge(kitchen, here)) == row
    assert {each.scenario.precision for each in ranked} == {"loaf", "crumbs"}
    assert ranked[0].scenario.precision == "crumbs"


def test_what_is_added_is_explained_and_charted(kitchen: Catalog) -> None:
    """Its figures have their formulas, to the byte, and its phases their bars."""
    given = asked(kitchen)
    found = explained(given)

    assert found["memory-page"].interval == given.memory(Pool.PAGE)
    assert "Toaster" in given.facts.short
    assert "<" in str(memory_chart.card(given))


def test_a_missing_feature_is_said(kitchen: Catalog) -> None:
    """What the runtime's row declares is demanded of any device."""
    lacking = Device(platform="linux", browser="chrome")
    found = answer(Scenario(model="sourdough-1b"), kitchen, lacking)

    assert "jspi" in {check.name for check in found.checks}


def test_a_name_that_is_taken_is_refused() -> None:
    """Neither a row nor a runtime may take the name of one that is there."""
    with pytest.raises(ValueError, match="webllm"):
        runtimes.register("webllm", Toaster)
    with pytest.raises(CatalogFault, match="claimed"):
        catalog.read().extended(runtimes=[{**RUNTIME, "id": "other", "name": "WebLLM"}])
