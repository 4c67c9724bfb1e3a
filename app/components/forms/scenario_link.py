"""What a link says of an answered scenario.

In: an answer. Out: its scenario, in full or without what would be read anyway.
"""

from __future__ import annotations

from tabfit.catalog import Catalog
from tabfit.estimate.answers import Answer
from tabfit.estimate.defaults import runtimes_of, usual_context, usual_precision
from tabfit.estimate.scenario import Scenario
from tabfit.light_dataclass import replace


def settled(given: Answer) -> Scenario:
    """Return an answer's scenario in full, but for a context that is the usual one."""
    full = given.scenario
    offer = given.subject.offer(given.facts, full.precision or "")
    usual = usual_context(given.subject, given.facts, offer)
    return replace(full, context=None if full.context == usual else full.context)


def brief(given: Answer, catalog: Catalog) -> Scenario:
    """Return what a link says of the scenario: all but what it would be read as anyway.

    What is usual for a model outside the catalogue depends on what is known of it, which may
    be known otherwise when the link is opened: its link says runtime and precision.
    """
    full, about = settled(given), given.subject
    if about.model is None:
        return full
    usual = usual_precision(about, given.facts) == full.precision
    first = runtimes_of(about, catalog)[0] == given.facts
    return replace(
        full,
        runtime=None if first else full.runtime,
        precision=None if usual else full.precision,
    )
