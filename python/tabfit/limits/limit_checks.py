"""Limits compared with what they limit.

In: `ModelLimits`, the catalogue and populations by the names of their files. Out: a `Limited` for
each limit: what was found, what is accepted, and whether that holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from tabfit.catalog import Catalog
from tabfit.devices.budgets import Pool
from tabfit.devices.device import Device
from tabfit.estimate.answers import Answer, answer
from tabfit.estimate.scenario import Scenario
from tabfit.estimate.subjects import Subject
from tabfit.i18n.size_text import size
from tabfit.limits.limits_file import ModelLimits
from tabfit.population.coverage.class_coverage import Covering
from tabfit.population.coverage.model_coverage import coverage_of_answer
from tabfit.units import Tokens, exactly
from tabfit.verdict.probability import RANK


class Limited(NamedTuple):
    """One limit: of a model, on what, what was found, what is accepted, and whether it holds."""

    model: str
    limit: str
    found: str
    accepted: str
    holds: bool


def check(
    given: ModelLimits,
    about: Subject,
    catalog: Catalog,
    population: Callable[[str], Covering],
) -> Iterator[Limited]:
    """Yield every limit of one model; a size is taken at its likely end.

    The peak is that of an unknown device and of each device that is named: graphics share memory
    with the page on some. Raises what `estimate.answers.answer` does.
    """
    anywhere = _answered(given, about, catalog, None)
    if given.download is not None:
        yield _at_most(given.model, "download", anywhere.download.likely, given.download)
    for name in given.devices or (None,):
        here = anywhere if name is None else _answered(given, about, catalog, name)
        if given.peak is not None:
            where = "peak" if name is None else f"peak on {name}"
            yield _at_most(given.model, where, here.memory(Pool.PEAK).likely, given.peak)
        if name is not None:
            outcome = here.verdict.outcome
            holds = RANK[outcome] <= RANK[given.outcome]
            yield Limited(given.model, f"on {name}", outcome, given.outcome, holds)
    if given.visits is not None and given.share is not None:
        yield _covered(given, given.share, anywhere, population(given.visits))


def _answered(given: ModelLimits, about: Subject, catalog: Catalog, device: str | None) -> Answer:
    context = None if given.context is None else Tokens(given.context)
    scenario = Scenario(
        model=about.id,
        runtime=given.runtime,
        precision=given.precision,
        context=context,
        device=device,
    )
    return answer(scenario, catalog, Device(), about)


def _at_most(model: str, limit: str, found: int, most: int) -> Limited:
    return Limited(model, limit, size(exactly(found)), size(exactly(most)), found <= most)


def _covered(given: ModelLimits, least: float, anywhere: Answer, population: Covering) -> Limited:
    way = coverage_of_answer(anywhere, population)
    share = way.all.at_least(given.outcome).share
    limit = f"{given.outcome} in {given.visits}"
    return Limited(given.model, limit, f"{share:.1%}", f"{least:.1%}", share >= least)
