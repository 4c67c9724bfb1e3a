"""A population's coverage as plain values: the object of `tabfit coverage --json`.

In: what was worked out. Out: what docs/schema/coverage.json says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tabfit.estimate import answer_json
from tabfit.population.coverage.class_coverage import JUDGED, Coverage, Covering, Tally
from tabfit.population.coverage.confidence_intervals import Share
from tabfit.population.coverage.model_coverage import Reach


def covered(given: Coverage, others: Sequence[Coverage]) -> dict[str, Any]:
    """Return one model's coverage in the way that was asked for, and in others."""
    return {
        "model": given.model,
        **_way(given),
        "by": {
            name: {word or "unknown": _tally(each) for word, each in parts.items()}
            for name, parts in given.by.items()
        },
        "ways": [_way(each) for each in others],
    }


def reached(found: Mapping[float, Reach | None], every: Sequence[Reach]) -> dict[str, Any]:
    """Return the largest model for each share of visits, and every model behind it."""
    return {
        "largest": [
            {"share": share, "model": each.model.id if each else None}
            for share, each in found.items()
        ],
        "models": [
            {"model": each.model.id, "parameters": each.model.parameters, **_way(each.way)}
            for each in every
        ],
    }


def whole(population: Covering, more: Mapping[str, Any]) -> dict[str, Any]:
    """Return the whole object: how many visits there are, and what was worked out of them."""
    return {
        "schema": answer_json.SCHEMA,
        "visits": population.total,
        "classes": population.differ,
        **more,
    }


def _way(given: Coverage) -> dict[str, Any]:
    return {
        "runtime": given.runtime,
        "precision": given.precision,
        "download_bytes": given.download.likely,
        **_tally(given.all),
    }


def _tally(given: Tally) -> dict[str, Any]:
    return {
        "visits": given.total,
        "unknown": _share(given.unknown),
        "chance": None if given.chance is None else round(given.chance, 4),
        **{str(each): _share(given.share(each)) for each in JUDGED},
    }


def _share(given: Share) -> dict[str, float]:
    return {name: round(each, 4) for name, each in given._asdict().items()}
