"""The best of each task on a device: verdict first, then pace, then size, then age."""

from __future__ import annotations

from typing import Final

from tabfit.catalog import Catalog, Model
from tabfit.compare.best_of_tasks import READING_PACE, best_of_tasks, doublings, suitability
from tabfit.compare.catalog_requirements import CatalogRequirements
from tabfit.compare.comparisons import ComparisonRow, Judge, best
from tabfit.devices.device import read
from tabfit.verdict.probability import Outcome

CATALOG: Final = Catalog()
NAMES: Final = (
    *("smollm2-135m", "qwen2.5-0.5b", "llama-3.2-1b", "gemma-2b", "llama-3.1-70b", "deepseek-r1"),
    *("bitnet-b1.58-2b", "all-minilm-l6-v2", "whisper-base"),
)


def rows(device: str) -> list[ComparisonRow]:
    """Return the best row of a few models on a device."""
    requirements, judge = (
        CatalogRequirements(CATALOG),
        Judge(CATALOG, read(CATALOG.device(device).device)),
    )
    return [best(requirements.each(name), judge) for name in NAMES]


def task(model: Model) -> str:
    """Return a model's task."""
    return model.task


def test_what_does_not_fit_is_first_in_nothing() -> None:
    """671 billion parameters lead no list, nor does what no browser runs."""
    for device in ("laptop-16gb-integrated", "iphone-13"):
        found = best_of_tasks(rows(device), CATALOG.model, task, 6)
        assert found
        for _task, row in found:
            assert row.outcome in (Outcome.LIKELY, Outcome.MAY)
            assert row.line.model not in ("deepseek-r1", "llama-3.1-70b", "bitnet-b1.58-2b")


def test_the_largest_that_likely_fits_and_keeps_pace_leads() -> None:
    """Of what likely fits and writes as fast as people read, none of the task is a class larger."""
    every = rows("laptop-16gb-integrated")
    for name, row in best_of_tasks(every, CATALOG.model, task, 6):
        for other in every:
            model = CATALOG.model(other.line.model)
            paced = other.rates is None or other.rates.per_second[1] >= READING_PACE
            if model.task == name and other.outcome is Outcome.LIKELY and paced:
                assert doublings(model) <= doublings(CATALOG.model(row.line.model))


def test_verdict_before_size() -> None:
    """Whatever its size, a better verdict comes first."""
    every = rows("iphone-13")
    order = sorted(every, key=lambda row: suitability(row, CATALOG.model(row.line.model)))
    outcomes = [row.outcome for row in order]
    assert outcomes == sorted(outcomes, key=[*Outcome].index) or Outcome.UNKNOWN in outcomes
    assert order[-1].line.model in ("bitnet-b1.58-2b", "deepseek-r1", "llama-3.1-70b")
