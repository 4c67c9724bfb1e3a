"""An architecture is added by a module with its family and a line in the registry.

The architecture is made up (`files/origami.py`), and nothing else is told of it. It is
read from its config.json, answered, explained, compared and shown on the page like any other.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from app import pages
from app.request_reply import PageRequest
from tabfit import architectures
from tabfit.catalog import Catalog
from tabfit.compare.catalog_requirements import requirements_of_model
from tabfit.compare.comparisons import Judge
from tabfit.devices.budgets import Pool
from tabfit.devices.device import read
from tabfit.estimate.answers import Answer, answer
from tabfit.estimate.scenario import Scenario
from tabfit.explain import explained
from tabfit.units import GIB, Tokens

LAPTOP: Final = read({"platform": "windows", "browser": "chrome", "ram_bytes": 16 * GIB})
CATALOG: Final = Catalog()


def asked() -> Answer:
    """Return the answer for the made-up model at 1,000 tokens."""
    scenario = Scenario(model="crane-35m", precision="q8", context=Tokens(1000))
    return answer(scenario, CATALOG, LAPTOP)


def test_its_config_is_read() -> None:
    """Its tensors, worked out by hand: table, six folds, last norm, and a tied output."""
    found = architectures.read(dict(CATALOG.model("crane-35m").config or {}))
    fold = 512 + 4 * 512 * 512 + 2 * 512 * 2048

    assert found.inventory.total == 32_000 * 512 + 6 * fold + 512 == 35_261_952
    assert "model.folds.5.attn.q_proj.weight" in {each.name for each in found.inventory}


def test_it_is_answered_explained_and_compared() -> None:
    """It has a download, a cache, formulas to the byte, and the verdict that Compare has."""
    given = asked()
    cache = given.load.cache(given.runtime.kept(given.load)).interval

    assert given.load.architecture.family == "origami"
    assert cache.likely == 6 * 2 * 512 * 1000 * 4  # keys and values of six folds in 32 bits
    assert 35 * 10**6 < given.download.likely < 40 * 10**6
    assert explained(given)["memory-page"].interval == given.memory(Pool.PAGE)

    for line in requirements_of_model("crane-35m", CATALOG):
        row, scenario = Judge(CATALOG, LAPTOP).row(line), Scenario(model="crane-35m")
        whole = replace(scenario, runtime=line.runtime, precision=line.precision)
        found = answer(whole, CATALOG, LAPTOP).verdict
        assert (row.outcome, row.probability) == (found.outcome, found.probability)


def test_the_page_shows_it() -> None:
    """The answer's page names it and draws its memory."""
    request = PageRequest(catalog=CATALOG, here=LAPTOP, fields={"model": "crane-35m"}, linked=True)
    parts = {name: str(html) for name, html in pages.named("answer").respond(request).parts.items()}

    assert "Crane 35M" in "".join(parts.values())
    assert parts["chosen-precision"]
