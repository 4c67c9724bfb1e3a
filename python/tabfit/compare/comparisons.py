"""Comparisons: the question turned round.

In: the catalogue and a device, or an answer. Out: every model on one device, one model
on every device.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from tabfit.catalog import Catalog, RuntimeFacts
from tabfit.compare.catalog_requirements import CatalogRequirement, CatalogRequirements
from tabfit.compare.ranking import USUAL, Preference, preference
from tabfit.devices.budgets import Pool
from tabfit.devices.device import Device
from tabfit.estimate import answer_json
from tabfit.estimate.answers import place
from tabfit.light_dataclass import dataclass
from tabfit.runtimes.speed import Rates, rates_of
from tabfit.units import Interval
from tabfit.verdict.decide import decide, settle
from tabfit.verdict.overall_verdict import is_slow
from tabfit.verdict.probability import RANK, Outcome
from tabfit.verdict.requirements import Offered, Requirements


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonRow:
    """One way to run a model, judged on a device; `because` names the deciding check.

    `slowly` says that a model that writes would do it very slowly.
    """

    line: CatalogRequirement
    facts: RuntimeFacts
    outcome: Outcome
    probability: float | None
    because: str
    page: Interval
    gpu: Interval
    peak: Interval
    rates: Rates | None
    slowly: bool = False


class Judged(NamedTuple):
    """One way to run a model, judged, before its figures are worked out."""

    line: CatalogRequirement
    required: Requirements
    outcome: Outcome
    probability: float | None
    because: str


class Judge:
    """Judges lines on one device, without a word.

    What the device offers is worked out once for all of them.
    """

    def __init__(self, catalog: Catalog, device: Device) -> None:
        """Take the device as it is for every line."""
        self.catalog = catalog
        self.device = device
        self._offered = Offered(device)

    def row(self, line: CatalogRequirement) -> ComparisonRow:
        """Return what a whole answer would say of this line."""
        return self.row_of(self.judged(line))

    def judged(self, line: CatalogRequirement) -> Judged:
        """Return the verdict alone, which is what lines are chosen by."""
        required = line.on(self.device).requirements(self.catalog.runtime(line.runtime), -1)
        decided = decide(required, self._offered)
        settled = settle(decided)
        because = decided[int(settled.because)].kind.name if decided else ""
        return Judged(line, required, settled.outcome, settled.probability, because)

    def row_of(self, judged: Judged) -> ComparisonRow:
        """Return the row of a line that was judged on this device."""
        line, required, reads = judged.line, judged.required, judged.line.token_bytes
        return ComparisonRow(
            slowly=is_slow(
                required.runtime,
                judged.outcome,
                emulated=self.device.emulated,
                writes=reads is not None,
            ),
            line=line,
            facts=self.catalog.runtime(line.runtime),
            outcome=judged.outcome,
            probability=judged.probability,
            because=judged.because,
            page=required.peak(Pool.PAGE),
            gpu=required.peak(Pool.GPU),
            peak=required.peak(Pool.PEAK),
            rates=None
            if reads is None
            else rates_of(required.runtime, reads, line.bits, self.device),
        )


def best(lines: Iterable[CatalogRequirement], judge_of: Judge) -> ComparisonRow:
    """Return the line to choose on a device, of lines that come the most willingly chosen first.

    The best verdict wins. Among equals a runtime's usual precision does, then one of at least
    four bits, then a coarser one. Where several of a kind likely fit, the earliest runtime's
    usual precision is taken, or the widest of the others; where none does, the likeliest.
    Raises `ValueError` where there is no line.
    """
    found: Judged | None = None
    for line in lines:
        if found and found.outcome is Outcome.LIKELY and line.tier > found.line.tier:
            break
        judged = judge_of.judged(line)
        if found is None or _order(judged) < _order(found):
            found = judged
        if judged.outcome is Outcome.LIKELY and line.tier == USUAL:
            break
    if found is None:
        raise ValueError("no line to choose from")
    return judge_of.row_of(found)


def _order(judged: Judged) -> Preference:
    line = judged.line
    bits, download = line.bits, line.download.likely
    return preference(judged.outcome, judged.probability, line.tier, bits, download)


def compare(
    catalog: Catalog, device: Device, requirements: CatalogRequirements
) -> list[ComparisonRow]:
    """Return the best row of every model in the requirements on one device, best verdict first.

    Models that no runtime loads are the last, whatever their weights alone would need.
    """
    on = Judge(catalog, device)
    found = [best(requirements.each(model), on) for model in requirements.models]
    return sorted(found, key=_from_likeliest)


def _from_likeliest(row: ComparisonRow) -> tuple[bool, int, float, int]:
    chance = -(row.probability or 0.0)
    return row.facts.hypothetical, RANK[row.outcome], chance, row.line.download.likely


def report(rows: list[ComparisonRow], catalog: Catalog, device: str | None) -> dict[str, Any]:
    """Return the object of `tabfit compare --json`."""
    return {
        "schema": answer_json.SCHEMA,
        "device": device,
        "models": [reported(each, catalog, device) for each in rows],
    }


def reported(row: ComparisonRow, catalog: Catalog, device: str | None) -> dict[str, Any]:
    """Return one row of a comparison as plain values."""
    line, model = row.line, catalog.model(row.line.model)
    rates = row.rates.per_second if row.rates else None
    return {
        "model": line.model,
        "runtime": line.runtime,
        "precision": line.precision,
        "context": line.scenario.context,
        "device": device,
        "name": model.name,
        "task": model.task,
        "licence": model.licence,
        "size_class": model.size_class,
        "parameters": model.parameters,
        "released": model.released,
        "outcome": row.outcome,
        "probability": row.probability,
        "because": row.because,
        "download_bytes": line.download.likely,
        "download_basis": line.download_basis,
        "page_bytes": row.page.likely,
        "gpu_bytes": row.gpu.likely,
        "peak_bytes": row.peak.likely,
        "tokens_per_second": rates[1] if rates else None,
    }


def everywhere(lines: Iterable[CatalogRequirement], catalog: Catalog) -> dict[str, ComparisonRow]:
    """Return the best row of a model on every catalogue device, by the device's id."""
    every = tuple(lines)
    return {
        row.id: best(every, Judge(catalog, place(row.id, Device(), catalog)))
        for row in catalog.devices
    }
