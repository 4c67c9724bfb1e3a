"""What every way to run one model needs, as JSON, in the terms of `rules_json`.

In: a subject and surveys of it (`compare.run_requirements`). Out: one object, whose ways are in the
order in which they are chosen. The first way is the one that a question without a runtime is about,
a runtime's first its usual precision.

    contexts   those surveyed; a way's own usual one is the last of every list
    ways       runtime, precision, tier, usual context, download, and `on`, one for each kind of
               adapter that makes a difference: [least binding, less than, emulated] with
               `asks`   check: bytes, or null where nothing is counted
               `grows`  check: bytes at each context, null where nothing is asked
               `peaks`  pool: bytes at each context

Bytes are a number, or low, likely and high; one value for all contexts, or {"each": […]}.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from tabfit import __version__, runtimes
from tabfit.catalog import Catalog
from tabfit.compare.ranking import WIDER, offers
from tabfit.compare.run_requirements import ENDLESS, POOLS, RunRequirements
from tabfit.estimate.defaults import runtimes_of, usual_precision
from tabfit.estimate.subjects import Subject
from tabfit.gate.rules.rules_json import SCHEMA, ends, shared
from tabfit.units import Interval, Tokens
from tabfit.verdict.requirements import Demand


def model_needs(
    about: Subject,
    surveys: Iterable[RunRequirements],
    contexts: Sequence[Tokens],
    catalog: Catalog,
) -> dict[str, Any]:
    """Return a model's ways; `contexts` are the surveys' without the usual one, behind them."""
    by_way: dict[tuple[str, str], list[RunRequirements]] = {}
    for each in surveys:
        by_way.setdefault((each.runtime, each.precision), []).append(each)
    usual = runtimes_of(about, catalog)[0]
    first = usual.id, usual_precision(about, usual)
    order = sorted(
        offers(about, catalog),
        key=lambda offer: (offer[1].runtime, offer[1].precision) != first,
    )
    offered = {(scenario.runtime, scenario.precision) for _tier, scenario in order}
    return {
        "schema": SCHEMA,
        "version": __version__,
        "licence": "Apache-2.0",
        "model": about.id,
        "name": about.name,
        "contexts": list(contexts),
        "ways": [
            way_needs(tier, by_way[scenario.runtime or "", scenario.precision or ""])
            for tier, scenario in order
            if (scenario.runtime, scenario.precision) in by_way
        ]
        + [
            way_needs(WIDER, surveyed) for names, surveyed in by_way.items() if names not in offered
        ],
    }


def way_needs(tier: int, surveys: Sequence[RunRequirements]) -> dict[str, Any]:
    """Return one way from its surveys; `tier` says how willingly it is chosen."""
    first = surveys[0]
    return {
        "runtime": first.runtime,
        "precision": first.precision,
        "tier": tier,
        "context": first.usual,
        "download": _bytes(first.download),
        "on": [_on(each) for each in surveys],
    }


def _on(survey: RunRequirements) -> dict[str, Any]:
    adapters = survey.adapters
    below = None if adapters.below == ENDLESS else adapters.below
    growing = {each.name for at in survey.growing for each in at}
    return {
        "adapters": [adapters.floor, below, adapters.emulated],
        "asks": {each.name: _need(each) for each in survey.demands},
        "grows": {
            name: shared([_at(at, name) for at in survey.growing]) for name in sorted(growing)
        },
        "peaks": {
            pool.value: shared([_bytes(at[number]) for at in survey.peaks])
            for number, pool in enumerate(POOLS)
            if _weighed(survey.runtime, pool.value)
        },
    }


def _weighed(runtime: str, pool: str) -> bool:
    """Return whether a pool's peak is held against anything: one alone where no GPU is used."""
    made = runtimes.named(runtime)
    return made.in_tab and (made.uses_gpu or pool == "peak")


def _at(demands: Sequence[Demand], name: str) -> Any:  # noqa: ANN401 - JSON
    return next((_need(each) for each in demands if each.name == name), None)


def _need(demand: Demand) -> Any:  # noqa: ANN401 - JSON
    return None if demand.need is None else _bytes(demand.need)


def _bytes(size: Interval) -> int | list[int]:
    return ends(size.low, size.likely, size.high)


def asked(surveys: Iterable[RunRequirements]) -> Iterable[tuple[str, str, bool]]:
    """Yield the runtime, check and hardness of every demand, for `rules_json.gathered`."""
    for each in surveys:
        for demand in (*each.demands, *(one for at in each.growing for one in at)):
            yield each.runtime, demand.name, demand.hard
