"""The best of each task on a device: verdict, pace, what others measured, then size and age."""

from __future__ import annotations

from typing import Final

from tabfit.catalog import Catalog, Model
from tabfit.catalog.published_scores import score_tables
from tabfit.compare.best_of_tasks import READING_PACE, Standings, best_of_tasks, suitability
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


def test_the_best_measured_that_likely_fits_and_keeps_pace_leads() -> None:
    """Of what likely fits and writes as fast as people read, none of the task stands higher."""
    every, standings = rows("laptop-16gb-integrated"), Standings(CATALOG.model)
    for name, row in best_of_tasks(every, CATALOG.model, task, 6):
        for other in every:
            model = CATALOG.model(other.line.model)
            paced = other.rates is None or other.rates.per_second[1] >= READING_PACE
            if model.task == name and other.outcome is Outcome.LIKELY and paced:
                assert standings.of(model) <= standings.of(CATALOG.model(row.line.model))


def test_what_others_measured_decides_among_what_fits_alike() -> None:
    """At LMArena Gemma 2 2B is liked better than Llama 3.2 3B, and that than Phi-3 mini of 3.8B.

    One without a figure stands in the middle of its class: between 1,057 and 1,048 from one to two
    billion parameters. What is smaller than all that were measured stands behind them, and a
    larger one where nothing so large was measured is taken for no less than the best below.
    """
    of = Standings(CATALOG.model).of
    stands = [of(CATALOG.model(name)) for name in ("gemma-2-2b", "llama-3.2-3b", "phi-3-mini-4k")]
    assert stands == [1157, 1110, 1075]
    assert of(CATALOG.model("qwen3-1.7b")) == 1052.5
    assert of(CATALOG.model("smollm2-135m")) == float("-inf")
    assert of(CATALOG.model("qwen3-embedding-0.6b")) == of(CATALOG.model("bge-large-en-v1.5"))
    errors = [of(CATALOG.model(name)) for name in ("whisper-large-v3", "distil-large-v3")]
    assert errors == [-8.4, -9.7]  # fewer words wrong is better
    assert of(CATALOG.model("bert-base-cased")) == 0.0

    laptop = [row for row in rows("laptop-16gb-integrated") if row.line.model == "gemma-2b"]
    liked = [suitability(laptop[0], CATALOG.model("gemma-2b"), each) for each in (1004, 1157)]
    assert liked[1] < liked[0]


def test_every_figure_is_of_a_model_for_that_task() -> None:
    """Tables name models of the catalogue, of the tasks that they hold for, and when and where."""
    for table in score_tables():
        for name in table.scores:
            assert CATALOG.model(name).task in table.tasks, name
        assert table.source.url.startswith("https://")
        assert table.published[:3] == "202"


def test_verdict_before_size() -> None:
    """Whatever its size, a better verdict comes first."""
    every = rows("iphone-13")
    order = sorted(every, key=lambda row: suitability(row, CATALOG.model(row.line.model)))
    outcomes = [row.outcome for row in order]
    assert outcomes == sorted(outcomes, key=[*Outcome].index) or Outcome.UNKNOWN in outcomes
    assert order[-1].line.model in ("bitnet-b1.58-2b", "deepseek-r1", "llama-3.1-70b")
