"""Comparisons: the question turned round.

In: the catalogue, a device or an answer. Out: every model on one device, and
the smallest device, limits and storage that one scenario needs.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from willitfit import reports
from willitfit.answers import RANK, Answer, answer, precisions_of, runtimes_of, subject
from willitfit.budgets import Pool
from willitfit.catalog import Catalog, Model
from willitfit.device import Device, read
from willitfit.outcome import Outcome
from willitfit.runtimes import demands
from willitfit.scenario import Scenario
from willitfit.units import GIB, Bytes

#: Memory sizes that devices are sold with.
SOLD: Final = tuple(Bytes(size * GIB) for size in (2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128))


def compare(catalog: Catalog, device: str | None, here: Device) -> list[Answer]:
    """Return the best answer of every catalogue model on one device, best verdict first."""
    found = [best(model, catalog, device, here) for model in catalog.models]
    return sorted(found, key=_order)


def best(model: Model, catalog: Catalog, device: str | None, here: Device) -> Answer:
    """Return a model's best answer over its runtimes and precisions on one device."""
    about = subject(model.id, catalog)
    asked = Scenario(model=model.id, device=device)
    choices = [
        replace(asked, runtime=facts.id, precision=precision)
        for facts in runtimes_of(about, catalog)
        if facts.id != "ideal"
        for precision in precisions_of(about, facts)
    ]
    answers = [answer(choice, catalog, here, about) for choice in choices or [asked]]
    return min(answers, key=_order)


def _order(given: Answer) -> tuple[int, float, int]:
    verdict = given.verdict
    return (RANK[verdict.outcome], -(verdict.probability or 0.0), given.download.likely)


def report(rows: list[Answer], device: str | None) -> dict[str, Any]:
    """Return the object of `willitfit compare --json`."""
    return {
        "schema": reports.SCHEMA,
        "device": device,
        "models": [_row(each) for each in rows],
    }


def _row(given: Answer) -> dict[str, Any]:
    model = given.subject.model
    return {
        **reports.scenario(given.scenario, given.subject.id),
        "name": given.subject.name,
        "task": model.task if model else None,
        "download_bytes": given.download.likely,
        "peak_bytes": given.memory(Pool.PEAK).likely,
        "outcome": given.verdict.outcome,
        "probability": given.verdict.probability,
        "because": given.verdict.because,
    }


def need(given: Answer, catalog: Catalog) -> dict[str, Any]:
    """Return the smallest memory, the limits and the free storage that a scenario needs.

    Memory is the smallest size sold at which the verdict is *likely*, for a phone and for
    a laptop whose graphics shares it; catalogue devices that manage are named.
    """
    wanted = demands(given.runtime, given.facts.name, given.facts.needs, given.load)
    return {
        "schema": reports.SCHEMA,
        "scenario": reports.scenario(given.scenario, given.subject.id),
        "storage_bytes": given.download.high,
        "peak": reports.interval(given.memory(Pool.PEAK)),
        "ram_bytes": {kind: _smallest(given, catalog, signals) for kind, signals in _KINDS.items()},
        "demands": [
            {"name": each.name, "bytes": each.need.likely if each.need else None, "why": each.why}
            for each in wanted
        ],
        "devices": [
            row.id
            for row in catalog.devices
            if _on(given, catalog, read(row.device)).verdict.outcome is Outcome.LIKELY
        ],
    }


_KINDS: Final[dict[str, dict[str, Any]]] = {
    "iphone": {"platform": "ios", "browser": "safari"},
    "android": {"platform": "android", "browser": "chrome"},
    "laptop": {"platform": "windows", "browser": "chrome", "graphics": "integrated"},
}


def _on(given: Answer, catalog: Catalog, device: Device) -> Answer:
    return answer(replace(given.scenario, device=device), catalog, Device(), given.subject)


def _smallest(given: Answer, catalog: Catalog, signals: dict[str, Any]) -> int | None:
    for size in SOLD:
        device = read({**signals, "ram_bytes": size})
        if _on(given, catalog, device).verdict.outcome is Outcome.LIKELY:
            return size
    return None
