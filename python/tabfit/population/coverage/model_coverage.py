"""What visitors could run of a model: in one way, in every way, and which model is the largest.

In: a subject or the catalogue, and a population. Out: `Coverage` of ways.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from tabfit.catalog import Catalog, Model, RuntimeFacts
from tabfit.compare.run_requirements import RunRequirements, requirements_of_precision
from tabfit.estimate.answers import Answer
from tabfit.estimate.defaults import precisions_of, runtimes_of, usual_precision
from tabfit.estimate.subjects import Subject, subject
from tabfit.population.coverage.class_coverage import Coverage, Covering
from tabfit.units import Tokens

#: The shares of visitors that a largest model is named for.
REACHES: Final = (0.25, 0.5, 0.75, 0.9, 0.95)


def coverage_of(
    about: Subject,
    facts: RuntimeFacts,
    precision: str,
    population: Covering,
    context: Tokens | None = None,
    *,
    unsupported: bool = False,
) -> Coverage:
    """Return what one way to run a model comes to; without a context at its usual one.

    `unsupported` says that no browser runtime loads the model.
    """
    surveys = surveys_of(about, facts, precision, context, unsupported=unsupported)
    return population.coverage(surveys, facts)


def coverage_of_answer(given: Answer, population: Covering) -> Coverage:
    """Return what the way that an answer is about comes to for a population."""
    return coverage_of(
        *(given.subject, given.facts, given.scenario.precision or "", population, given.context),
        unsupported=given.unsupported,
    )


def every_way(
    about: Subject, catalog: Catalog, population: Covering, context: Tokens | None = None
) -> list[Coverage]:
    """Return every way that browsers have to run a model, the one that reaches most first."""
    found = [
        coverage_of(about, facts, precision, population, context)
        for facts in runtimes_of(about, catalog)
        if not facts.hypothetical
        for precision in precisions_of(about, facts)
    ]
    return sorted(found, key=_from_widest)


def best_ways(others: Sequence[Coverage], most: int) -> list[Coverage]:
    """Return the widest way of each runtime, and then the next ones, at most so many."""
    first: dict[str, Coverage] = {}
    for each in others:
        first.setdefault(each.runtime, each)
    heads = list(first.values())
    return [*heads, *(each for each in others if each not in heads)][:most]


def _from_widest(each: Coverage) -> tuple[float, float, int]:
    return -each.all.likely.share, -each.all.chances, each.download.likely


#: What tells the surveys of a subject in a runtime at a precision, at its usual context.
Surveyed = Callable[[Subject, RuntimeFacts, str], Sequence[RunRequirements]]


def surveys_of(
    about: Subject,
    facts: RuntimeFacts,
    precision: str,
    context: Tokens | None = None,
    *,
    unsupported: bool = False,
) -> tuple[RunRequirements, ...]:
    """Return what one way to run a model needs; without a context at its usual one."""
    contexts = () if context is None else (context,)
    found = requirements_of_precision(about, facts, precision, contexts, unsupported=unsupported)
    return tuple(found)


class Reach(NamedTuple):
    """A model at its runtime's usual precision, and how many visits it covers."""

    model: Model
    way: Coverage


def reaches(
    catalog: Catalog, population: Covering, task: str, surveyed: Surveyed = surveys_of
) -> Iterator[Reach]:
    """Yield every model of a task that a browser loads, the largest first.

    `surveyed` tells what a way needs, for whoever has it at hand.
    """
    able = (each for each in catalog.models if each.task == task and each.parameters)
    for model in sorted(able, key=lambda each: -(each.parameters or 0)):
        about = subject(model.id, catalog)
        facts = runtimes_of(about, catalog)[0]
        if not facts.hypothetical:
            surveys = surveyed(about, facts, usual_precision(about, facts))
            yield Reach(model, population.coverage(surveys, facts))


def largest(found: Sequence[Reach]) -> dict[float, Reach | None]:
    """Return the first, and so the largest, that reaches each of `REACHES`; `None` for none."""
    return {
        reach: next((each for each in found if each.way.all.likely.share >= reach), None)
        for reach in REACHES
    }
