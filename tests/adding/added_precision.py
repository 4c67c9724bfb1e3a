"""A precision is added by a line of the recipe that stores it and one of its runtime's row.

The precision is made up (`recipes.py`), and nothing else is told of it. It is
answered, explained, compared, charted and offered on the page like any other.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from app import pages
from app.pages.answer import memory_chart
from app.request_reply import PageRequest
from tabfit.catalog import Catalog
from tabfit.compare.catalog_requirements import requirements_of_model
from tabfit.compare.comparisons import Judge
from tabfit.devices.budgets import Pool
from tabfit.devices.device import read
from tabfit.estimate.answers import Answer, answer
from tabfit.estimate.scenario import Scenario
from tabfit.explain import explained
from tabfit.units import GIB

MODEL: Final = "sourdough-1b"
PRECISION: Final = "q4_toast"
LAPTOP: Final = read({"platform": "windows", "browser": "chrome", "ram_bytes": 16 * GIB})
CATALOG: Final = Catalog()


def asked(precision: str = PRECISION) -> Answer:
    """Return the answer for a model of Llama 3.2 1B's shape that somebody publishes so."""
    scenario = Scenario(model=MODEL, runtime="wllama-cpu", precision=precision)
    return answer(scenario, CATALOG, LAPTOP)


def test_it_is_answered_and_explained() -> None:
    """IQ4_XS fills 136 bytes for 256 weights (llama.cpp's block_iq4_xs), the output Q6_K's 210."""
    given = asked()
    least = given.subject.shape.inventory.total * 136 // 256

    assert given.scenario.precision == PRECISION
    assert least < given.download.likely < 1.15 * least
    narrower, wider = (asked(each).download.likely for each in ("q3_k_s", "q4_k_m"))
    assert narrower < given.download.likely < wider
    assert explained(given)["memory-page"].interval == given.memory(Pool.PAGE)
    assert "<" in str(memory_chart.card(given))


def test_it_is_compared_as_it_is_answered() -> None:
    """The comparison has a line for it, with the verdict that its answer has."""
    (line,) = (
        line
        for line in requirements_of_model(MODEL, CATALOG)
        if (line.runtime, line.precision) == ("wllama-cpu", PRECISION)
    )
    row, found = Judge(CATALOG, LAPTOP).row(line), asked()

    assert (row.outcome, row.probability) == (found.verdict.outcome, found.verdict.probability)
    assert line.download.likely == found.download.likely


def test_the_page_offers_it() -> None:
    """It is the one chosen, and one of those that may be."""
    fields = {"model": MODEL, "runtime": "wllama-cpu", "precision": PRECISION}
    request = PageRequest(catalog=CATALOG, here=LAPTOP, fields=fields, linked=True)
    parts = {name: str(html) for name, html in pages.named("answer").respond(request).parts.items()}

    assert parts["chosen-precision"].lower() == PRECISION
    other = replace(request, fields={**fields, "precision": "q6_k"})
    assert any(f'value="{PRECISION}"' in str(html) for html in _parts(other))


def _parts(request: PageRequest) -> list[Any]:
    return [*pages.named("answer").respond(request).parts.values()]
