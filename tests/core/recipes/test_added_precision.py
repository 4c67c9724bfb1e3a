"""A precision is added by a line of the recipe that stores it and one of its runtime's row.

The precision here is made up: what is tried is that nothing else has to be told of it. It is
answered, explained, compared, charted and offered on the page like any other.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import pytest

from app import pages
from app.pages.answer import memory_chart
from app.request_reply import PageRequest
from tabfit import runtimes
from tabfit.catalog import Catalog
from tabfit.compare.catalog_requirements import requirements_of_model
from tabfit.compare.comparisons import Judge
from tabfit.devices.budgets import Pool
from tabfit.devices.device import read
from tabfit.estimate.answers import Answer, answer
from tabfit.estimate.scenario import Scenario
from tabfit.explain import explained
from tabfit.recipes.gguf import mixes
from tabfit.runtimes.wllama import Wllama
from tabfit.units import GIB

MODEL: Final = "sourdough-1b"
PRECISION: Final = "q5_toast"
#: The row of the runtime that loads it, which stands for a changed row of `runtimes.json`.
ROW: Final[dict[str, Any]] = {
    "id": "toasting",
    "name": "Toasting",
    "aliases": [],
    "formats": ["gguf"],
    "precisions": [PRECISION, "q4_k_m", "q6_k"],
    "default_precision": PRECISION,
    "fallback_precisions": [PRECISION, "q4_k_m", "q6_k"],
    "files": [],
    "label": "Toasting",
    "needs": {},
    "sources": {},
    "read_on": "2026-11-30",
}
LAPTOP: Final = read({"platform": "windows", "browser": "chrome", "ram_bytes": 16 * GIB})


@pytest.fixture
def catalog(monkeypatch: pytest.MonkeyPatch) -> Catalog:
    """Return a catalogue with the row; the line of the recipe is the second thing to do."""
    monkeypatch.setitem(mixes.BASE, PRECISION.upper(), "Q5_K")
    runtimes.register("toasting", lambda: Wllama(on_gpu=False))
    known = Catalog().model("llama-3.2-1b")
    offered = {
        "format": "gguf",
        "repository": "baker/sourdough",
        "source": "nobody",
        "precisions": {each: [] for each in ROW["precisions"]},
    }
    model = {
        "id": MODEL,
        "name": "Sourdough 1B",
        "aliases": [],
        "task": "text-generation",
        "licence": "mit",
        "released": "2026-11",
        "source": "nobody",
        "read_on": "2026-11-30",
        "config": known.config,
        "published": [offered],
    }
    return Catalog().extended(models=[model], runtimes=[ROW])


def asked(catalog: Catalog, precision: str | None = None) -> Answer:
    """Return the answer for a model of Llama 3.2 1B's shape that somebody publishes so."""
    scenario = Scenario(model=MODEL, runtime="toasting", precision=precision)
    return answer(scenario, catalog, LAPTOP)


def test_it_is_answered_and_explained(catalog: Catalog) -> None:
    """Q5_K fills 176 bytes for 256 weights (llama.cpp's block_q5_K); its neighbours lie beside."""
    given = asked(catalog)
    least = given.subject.shape.inventory.total * 176 // 256

    assert given.scenario.precision == PRECISION
    assert least < given.download.likely < 1.1 * least
    narrower, wider = (asked(catalog, each).download.likely for each in ("q4_k_m", "q6_k"))
    assert narrower < given.download.likely < wider
    assert explained(given)["memory-page"].interval == given.memory(Pool.PAGE)
    assert "<" in str(memory_chart.card(given))


def test_it_is_compared_as_it_is_answered(catalog: Catalog) -> None:
    """The comparison has a line for it, with the verdict that its answer has."""
    (line,) = (
        line
        for line in requirements_of_model(MODEL, catalog)
        if (line.runtime, line.precision) == ("toasting", PRECISION)
    )
    row, found = Judge(catalog, LAPTOP).row(line), asked(catalog)

    assert (row.outcome, row.probability) == (found.verdict.outcome, found.verdict.probability)
    assert line.download.likely == found.download.likely


def test_the_page_offers_it(catalog: Catalog) -> None:
    """It is the one chosen, and one of those that may be."""
    fields = {"model": MODEL, "runtime": "toasting"}
    request = PageRequest(catalog=catalog, here=LAPTOP, fields=fields, linked=True)
    parts = {name: str(html) for name, html in pages.named("answer").respond(request).parts.items()}

    assert parts["chosen-precision"].lower() == PRECISION
    other = replace(request, fields={**fields, "precision": "q6_k"})
    assert any(f'value="{PRECISION}"' in str(html) for html in _parts(other))


def _parts(request: PageRequest) -> list[Any]:
    return [*pages.named("answer").respond(request).parts.values()]
