"""What fails of how a model is made, whatever the device."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tabfit import catalog
from tabfit.devices import device as devices
from tabfit.estimate.answers import Answer, answer
from tabfit.estimate.scenario import Scenario
from tabfit.verdict import chance_text, failure_rates, sureness
from tabfit.verdict.failure_rates import (
    MADE_SO,
    ONE_PASS,
    OTHER_MODEL,
    TWO_PARTS,
    WITHOUT_KERNELS,
)
from tests.accuracy.field_reports import rows
from tools.budgets.cases import KINDS, Case, cases
from tools.budgets.failure_fit import fit

LAPTOP = {"platform": "windows", "browser": "chrome", "ram_bytes": 2**34, "graphics": "integrated"}


def on_laptop(model: str, runtime: str, precision: str) -> Answer:
    """Return the answer for a laptop of 16 GB."""
    scenario = Scenario(model=model, runtime=runtime, precision=precision)
    return answer(scenario, catalog.read(), devices.read(LAPTOP))


@pytest.mark.parametrize(
    ("model", "runtime", "precision", "made"),
    [
        ("qwen2.5-0.5b", "transformersjs-webgpu", "q4f16", ()),
        ("qwen2.5-0.5b", "transformersjs-webgpu", "q8", (WITHOUT_KERNELS,)),
        ("qwen2.5-0.5b", "wllama-webgpu", "q8_0", ()),
        ("bge-small-en-v1.5", "transformersjs-webgpu", "fp32", (ONE_PASS,)),
        ("whisper-small", "transformersjs-webgpu", "q8", (WITHOUT_KERNELS, TWO_PARTS)),
        ("whisper-small", "transformersjs-wasm", "q8", ()),
        ("kokoro-82m", "transformersjs-webgpu", "fp32", (OTHER_MODEL,)),
    ],
)
def test_a_load_is_checked_for_how_its_model_is_made(
    model: str, runtime: str, precision: str, made: tuple[str, ...]
) -> None:
    """Only on graphics processors, and only where it is made so."""
    said = on_laptop(model, runtime, precision)

    assert tuple(check.name for check in said.checks if check.name in MADE_SO) == made


def test_a_way_that_died_more_often_takes_more_of_the_chance() -> None:
    """The verdict carries the chance of the table, and says how many reports stand behind it."""
    drawn_in_by_nothing = {"ends": {"least": 0.0, "surest": 1.0, "reports": 0}}
    with (
        failure_rates.FITTED.replaced_by(
            {**failure_rates.FITTED.rows, WITHOUT_KERNELS: {"chance": 0.5, "reports": 9, "died": 7}}
        ),
        sureness.FITTED.replaced_by(drawn_in_by_nothing),
    ):
        halved = on_laptop("whisper-small", "transformersjs-webgpu", "q8")
    with (
        failure_rates.FITTED.replaced_by(
            {**failure_rates.FITTED.rows, WITHOUT_KERNELS: {"chance": 1.0, "reports": 9, "died": 0}}
        ),
        sureness.FITTED.replaced_by(drawn_in_by_nothing),
    ):
        whole = on_laptop("whisper-small", "transformersjs-webgpu", "q8")

    assert halved.verdict.probability == pytest.approx(
        (whole.verdict.probability or 0) / 2, abs=1e-3
    )
    check = next(each for each in halved.checks if each.name == WITHOUT_KERNELS)
    assert "9" in check.message
    assert "7" in check.message


def test_reports_that_died_lower_what_is_left() -> None:
    """Of the reports that stand behind a way, fewer deaths leave it more; none leaves it all."""
    every = cases()
    mended = [_ran(each) if WITHOUT_KERNELS in each.made_so else each for each in every]
    fitted, healed = fit(every), fit(mended)[WITHOUT_KERNELS]
    found = fitted[WITHOUT_KERNELS]

    assert found["died"] > healed["died"] == 0
    assert found["chance"] < healed["chance"]
    assert all(0 < fitted[name]["chance"] <= 1 for name in MADE_SO)


def _ran(case: Case) -> Case:
    row = {**case.report.row, "outcome": "ran"}
    report = type(case.report)(row, case.report.said)
    return replace(case, report=report)


@pytest.mark.parametrize(
    ("model", "runtime", "precision", "grew"),
    [
        ("whisper-small", "transformersjs-webgpu", "q8", True),
        ("qwen2.5-0.5b", "webllm", "q4f16_1", False),
    ],
)
def test_what_is_counted_stands_beside_what_it_comes_to(
    model: str, runtime: str, precision: str, grew: bool
) -> None:
    """A count of one group's reports and another chance beside it would contradict each other."""
    found = on_laptop(model, runtime, precision)
    said = {
        each.name: (each.message, chance_text.phrase(each.probability or 0.0))
        for each in found.checks
        if each.name in (*failure_rates.KINDS, *MADE_SO)
    }

    assert {failure_rates.DRIVER, failure_rates.FAULT, failure_rates.WRONG} <= said.keys()
    assert all(
        "reports" in message and f"together: {phrase} " in message.replace(OF_OTHERS, "")
        for message, phrase in said.values()
    )
    assert ("load the model anew" in said[failure_rates.FAULT][0]) is grew


OF_OTHERS = "of devices that run another model, "


def test_kinds_of_reports_are_known_to_the_fit() -> None:
    """Every kind a report gives is a failure of some check, or one that a need is held against."""
    told = {row["kind"] for row in rows() if "kind" in row}

    assert told <= {*KINDS, "memory", "limit", "feature"}
