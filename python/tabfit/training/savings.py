"""What would make a training run smaller: one change at a time.

In: an architecture and a plan. Out: the plans that differ in one thing and need less at their
peak, the smallest first.
"""

from __future__ import annotations

from collections.abc import Iterator

from tabfit.errors import TabfitError
from tabfit.i18n.language import _, plural
from tabfit.light_dataclass import dataclass, replace
from tabfit.model.architecture import Architecture
from tabfit.training.memory import TrainingMemory, training_memory
from tabfit.training.plan import Optimizer, Plan, Recompute, TrainingPrecision, Zero
from tabfit.training.plan_text import USUAL_RANK

#: How many devices a plan on one is offered.
OFFERED_GPUS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanChange:
    """One change of a plan, in words, and what is needed with it."""

    says: str
    plan: Plan
    memory: TrainingMemory

    @property
    def size(self) -> int:
        """Return the peak with the change, or the steady state where no peak is known."""
        return peak_or_steady(self.memory)


def peak_or_steady(memory: TrainingMemory) -> int:
    """Return the peak, or the steady state where no peak is known.

    In bytes. Source: as of `TrainingMemory`.
    """
    return memory.steady if memory.peak is None else memory.peak


def plan_changes(architecture: Architecture, plan: Plan) -> tuple[PlanChange, ...]:
    """Return every single change that needs less, the smallest need first."""
    now = peak_or_steady(training_memory(architecture, plan))
    found = []
    for says, other in _others(plan):
        try:
            memory = training_memory(architecture, other)
        except TabfitError:  # adapters for a model that has nothing to adapt
            continue
        if peak_or_steady(memory) < now:
            found.append(PlanChange(says=says, plan=other, memory=memory))
    return tuple(sorted(found, key=lambda each: each.size))


def _others(plan: Plan) -> Iterator[tuple[str, Plan]]:
    yield from _kept(plan)
    yield from _states(plan)
    yield from _adapters(plan)
    if plan.batch > 1:
        half = plan.batch // 2
        yield (
            plural("{count} sequence at a time", "{count} sequences at a time", half),
            replace(plan, batch=half),
        )
    if plan.sequence > 1:
        half = plan.sequence // 2
        yield (
            plural("{count} token a sequence", "{count} tokens a sequence", half),
            replace(plan, sequence=half),
        )
    yield from _shared(plan)


def _kept(plan: Plan) -> Iterator[tuple[str, Plan]]:
    if not plan.flash:
        yield _("FlashAttention"), replace(plan, flash=True)
        if plan.recompute is Recompute.NONE:
            yield _("Attention maps computed again"), replace(plan, recompute=Recompute.SELECTIVE)
    if plan.recompute is not Recompute.FULL:
        yield _("Whole layers computed again"), replace(plan, recompute=Recompute.FULL)


def _states(plan: Plan) -> Iterator[tuple[str, Plan]]:
    if plan.precision is not TrainingPrecision.BF16:
        yield _("Everything in bf16"), replace(plan, precision=TrainingPrecision.BF16)
    if plan.precision is TrainingPrecision.FP32:
        yield _("Mixed precision"), replace(plan, precision=TrainingPrecision.MIXED)
    if plan.optimizer is Optimizer.ADAMW:
        yield _("8-bit AdamW"), replace(plan, optimizer=Optimizer.ADAMW_8BIT)
        yield _("Adafactor"), replace(plan, optimizer=Optimizer.ADAFACTOR)


def _adapters(plan: Plan) -> Iterator[tuple[str, Plan]]:
    rank = plan.lora_rank or USUAL_RANK
    if not plan.lora_rank:
        yield _("Adapters of rank {rank} (LoRA)", rank=rank), replace(plan, lora_rank=rank)
    if not plan.quantised:
        yield (
            _("Adapters on 4-bit weights (QLoRA)"),
            replace(plan, lora_rank=rank, quantised=True),
        )


def _shared(plan: Plan) -> Iterator[tuple[str, Plan]]:
    if plan.copies > 1 and plan.zero < Zero.WEIGHTS:
        yield _("Everything shared out (ZeRO 3)"), replace(plan, zero=Zero.WEIGHTS)
    if plan.gpus == 1:
        yield (
            _("{count} GPUs that share everything out (ZeRO 3)", count=OFFERED_GPUS),
            replace(plan, gpus=OFFERED_GPUS, zero=Zero.WEIGHTS),
        )
