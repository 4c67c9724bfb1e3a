"""A gate of a question as people ask it: a model, a runtime, and how it is loaded and fed.

In: an answered scenario, whatever its device. Out: its surveys, its gate for pages or for tables of
visits, or its rules and needs as JSON. What ran or died on a device is known to that device alone:
no gate asks for it.
"""

from __future__ import annotations

from typing import Any

from tabfit.catalog import Catalog
from tabfit.compare.run_requirements import RunRequirements, requirements_of_load
from tabfit.estimate.answers import Answer
from tabfit.estimate.defaults import usual_context
from tabfit.gate.code_generation.javascript import javascript
from tabfit.gate.code_generation.sql import sql
from tabfit.gate.many_devices.class_keys import join
from tabfit.gate.many_devices.device_classes import cuts
from tabfit.gate.rules import needs_json, rules_json
from tabfit.gate.scenario.scenario_rules import UNTOLD_BY_BROWSERS, Gate, gate, gate_for_page
from tabfit.runtimes import load_options


def surveys(given: Answer) -> tuple[RunRequirements, ...]:
    """Return what the scenario needs, for each kind of adapter; at the first context its own."""
    about, facts, precision = given.subject, given.facts, given.scenario.precision or ""
    usual = usual_context(about, facts, about.offer(facts, precision))
    names = about.id, precision
    return tuple(requirements_of_load(names, given.setup, (given.context,), usual))


def command(given: Answer, named: str | None = None) -> str:
    """Return the command of a gate with every choice; `named` is what the model was called."""
    return " ".join(("tabfit gate", named or given.subject.id, *choices(given)))


def choices(given: Answer) -> list[str]:
    """Return every choice of a scenario as the command line takes it."""
    asked = given.scenario
    chosen = {"runtime": given.facts.id, "precision": asked.precision or ""}
    chosen |= {"context": str(given.context), "prompt": str(asked.prompt or "")}
    chosen |= {name: text or "" for name, text in load_options.written(asked.options).items()}
    return [f"--{name.replace('_', '-')} {text}" for name, text in chosen.items() if text]


def as_javascript(given: Answer, asked: str) -> str:
    """Return the gate as a module for a page's own visitors; `asked` is the command behind it."""
    made = gate_for_page(surveys(given), 0, given.facts)
    return javascript(made, asked)


def for_visits(given: Answer) -> Gate:
    """Return the gate for tables of visits, whose columns are `device_signals`."""
    return gate(surveys(given), 0, given.facts, UNTOLD_BY_BROWSERS)


def as_sql(given: Answer) -> str:
    """Return the gate as a query over a table of visits."""
    return sql(for_visits(given))


def as_join(given: Answer) -> str:
    """Return a query that joins a table of visits with a table of their classes."""
    return join(cuts([for_visits(given)]))


def as_npm(given: Answer) -> str:
    """Return the lines that ask the npm package `tabfit` the same of a visitor's own browser.

    They need a model of the catalogue: the package has one small file for each.
    """
    return f"""// npm install tabfit
import {{ canRun }} from "tabfit";

const {{ outcome, probability, download }} = await canRun("{given.subject.id}", {{
  runtime: "{given.facts.id}",
  precision: "{given.scenario.precision}",
  context: {given.context},
}});
"""


def as_json(given: Answer, catalog: Catalog) -> dict[str, Any]:
    """Return the rules of the runtime and what this one way needs (`rules_json`, `needs_json`)."""
    found = surveys(given)
    runtime = given.facts.id
    demands = {runtime: dict[str, bool](), **rules_json.gathered(needs_json.asked(found))}
    return {
        "rules": rules_json.as_json(demands, catalog),
        "needs": needs_json.model_needs(given.subject, found, (given.context,), catalog),
    }
