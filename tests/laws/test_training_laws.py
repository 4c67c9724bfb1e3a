"""Laws of training memory, whatever is planned."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as some

from tabfit.errors import TabfitError
from tabfit.model.textbook import Widths, textbook
from tabfit.training import (
    LoraTargets,
    Optimizer,
    Plan,
    Recompute,
    TrainingPartKind,
    TrainingPrecision,
    Zero,
    training_memory,
)
from tabfit.training.plan_text import KEYS, read, written

SHAPE = textbook(
    Widths(
        hidden=64, heads=8, layers=3, vocabulary=100, positions=32, norms=True, output_layer=True
    )
)


@some.composite
def plans(draw: some.DrawFn) -> Plan:
    """Return any plan that the small model above can follow."""
    rank = draw(some.sampled_from([0, 0, 1, 8]))
    tensor = draw(some.sampled_from([1, 2, 4, 8]))
    return Plan(
        optimizer=draw(some.sampled_from(Optimizer)),
        precision=draw(some.sampled_from(TrainingPrecision)),
        batch=draw(some.integers(1, 64)),
        sequence=draw(some.integers(1, 4096)),
        recompute=draw(some.sampled_from(Recompute)),
        lora_rank=rank,
        lora_targets=draw(some.sampled_from(LoraTargets)),
        quantised=rank > 0 and draw(some.booleans()),
        zero=draw(some.sampled_from(Zero)),
        gpus=tensor * draw(some.integers(1, 64)),
        tensor_parallel=tensor,
        sequence_parallel=draw(some.booleans()),
        flash=draw(some.booleans()),
        dropout=draw(some.booleans()),
    )


def peak(plan: Plan) -> int:
    """Return what one device needs at its peak."""
    found = training_memory(SHAPE, plan).peak
    assert found is not None
    return found


@given(plans(), some.integers(1, 64))
@settings(max_examples=60, deadline=None)
def test_more_work_needs_more(plan: Plan, more: int) -> None:
    """A larger batch or a longer sequence never needs less."""
    assert peak(replace(plan, batch=plan.batch + more)) > peak(plan)
    assert peak(replace(plan, sequence=plan.sequence + more)) > peak(plan)


@given(plans(), some.integers(2, 8))
@settings(max_examples=60, deadline=None)
def test_more_copies_never_need_more(plan: Plan, times: int) -> None:
    """More data-parallel devices never raise what one of them keeps from step to step."""
    wider = replace(plan, gpus=plan.gpus * times)
    assert training_memory(SHAPE, wider).steady <= training_memory(SHAPE, plan).steady


@given(plans())
@settings(max_examples=60, deadline=None)
def test_every_stage_saves(plan: Plan) -> None:
    """Every stage of ZeRO keeps at most what the stage before keeps."""
    sizes = [training_memory(SHAPE, replace(plan, zero=stage)).steady for stage in Zero]
    assert sizes == sorted(sizes, reverse=True)


@given(plans())
@settings(max_examples=60, deadline=None)
def test_recomputing_saves(plan: Plan) -> None:
    """The more is computed again, the less is kept in between."""
    kept = [
        training_memory(SHAPE, replace(plan, recompute=each)).of(TrainingPartKind.ACTIVATIONS)
        for each in (Recompute.NONE, Recompute.SELECTIVE, Recompute.FULL)
    ]
    assert kept == sorted(kept, reverse=True)


@given(plans())
@settings(max_examples=60, deadline=None)
def test_the_steady_state_is_part_of_the_peak(plan: Plan) -> None:
    """What stays from step to step is there at the peak too."""
    assert training_memory(SHAPE, plan).steady < peak(plan)


@given(plans())
@settings(max_examples=200, deadline=None)
def test_choices_come_back(plan: Plan) -> None:
    """What a link says of a plan is read as the same plan."""
    assert read(written(plan, Plan()), Plan()) == plan


@given(some.dictionaries(some.sampled_from(KEYS), some.text(max_size=12)))
@settings(max_examples=200, deadline=None)
def test_any_text_is_read_or_refused(said: dict[str, Any]) -> None:
    """Whatever a form or a link holds becomes a plan or one sentence."""
    try:
        plan = read(said, Plan())
    except TabfitError:
        return
    assert plan.gpus % plan.tensor_parallel == 0
