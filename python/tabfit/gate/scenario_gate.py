"""A gate of a question as people ask it: a model, a runtime, a precision and a context.

In: an answered scenario. Out: its surveys, its gate for pages, or its rules and needs as JSON.
What changes a load beyond these (a prompt's length, a cache's type) is at its usual.
"""

from __future__ import annotations

from typing import Any

from tabfit.catalog import Catalog
from tabfit.compare.run_requirements import RunRequirements, requirements_of_precision
from tabfit.estimate.answers import Answer
from tabfit.estimate.defaults import loads_nowhere
from tabfit.gate import needs, written
from tabfit.gate.javascript import javascript
from tabfit.gate.one_gate import UNTOLD_BY_BROWSERS, gate, gate_for_page
from tabfit.gate.sql import sql


def surveys(given: Answer, catalog: Catalog) -> tuple[RunRequirements, ...]:
    """Return what the scenario needs, for each kind of adapter; at the first context its own."""
    about, precision = given.subject, given.stored.precision
    nowhere = loads_nowhere(about, catalog)
    found = requirements_of_precision(
        about, given.facts, precision, (given.context,), unsupported=nowhere
    )
    return tuple(found)


def as_javascript(given: Answer, catalog: Catalog, asked: str) -> str:
    """Return the gate as a module for a page's own visitors; `asked` is the command behind it."""
    made = gate_for_page(surveys(given, catalog), 0, given.facts)
    return javascript(made, asked)


def as_sql(given: Answer, catalog: Catalog) -> str:
    """Return the gate as a query over a table of visits, whose columns are those of `signals`."""
    return sql(gate(surveys(given, catalog), 0, given.facts, UNTOLD_BY_BROWSERS))


def as_json(given: Answer, catalog: Catalog) -> dict[str, Any]:
    """Return the rules of the runtime and what this one way needs (`written`, `needs`)."""
    found = surveys(given, catalog)
    runtime = given.facts.id
    demands = {runtime: dict[str, bool](), **written.gathered(needs.asked(found))}
    return {
        "rules": written.written(demands, catalog),
        "needs": needs.model_needs(given.subject, found, (given.context,), catalog),
    }
