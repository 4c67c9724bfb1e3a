"""What training takes, as the JSON object that others rely on.

In: a plan and the memory that it takes. Out: plain dictionaries; every byte count a whole number.
"""

from __future__ import annotations

import dataclasses
from typing import Any, Final

from tabfit.estimate.answer_json import SCHEMA
from tabfit.estimate.subjects import Subject, parameters
from tabfit.training import (
    STEADY_KINDS,
    Plan,
    TrainingMemory,
    TrainingPart,
    TrainingPartKind,
    trained_parameters,
)
from tabfit.training.rules_of_thumb import RuleOfThumb, rules_of_thumb
from tabfit.units import Basis


def training(about: Subject, plan: Plan, memory: TrainingMemory) -> dict[str, Any]:
    """Return the object of `tabfit train --json`: bytes on one of the plan's devices.

    `activations_bytes` are those of the layers; output and loss are parts of their own.
    """
    architecture = about.shape
    parts: dict[str, int | None] = {f"{kind}_bytes": memory.of(kind) for kind in _TRAINING_PARTS}
    if memory.uncovered:
        parts["activations_bytes"] = None
    return {
        "schema": SCHEMA,
        "model": about.id,
        "plan": {**dataclasses.asdict(plan), "data_parallel": plan.copies},
        "parameters": {**parameters(about), "trained": trained_parameters(architecture, plan)},
        "steady_bytes": memory.steady,
        "peak_bytes": memory.peak,
        **parts,
        "components": [_component(each) for each in memory.components],
        "rules": [_rule(each) for each in rules_of_thumb(architecture, plan, memory)],
        "notes": [each for each in (memory.uncovered, *memory.notes) if each],
    }


_TRAINING_PARTS: Final = (
    TrainingPartKind.WEIGHTS,
    TrainingPartKind.GRADIENTS,
    TrainingPartKind.MASTER,
    TrainingPartKind.STATES,
    TrainingPartKind.ACTIVATIONS,
)


def _component(each: TrainingPart) -> dict[str, Any]:
    return {
        "name": each.kind,
        "bytes": each.size,
        "steady": each.kind in STEADY_KINDS,
        "formula": each.text,
        "filled": each.filled,
        "source": each.source,
        "basis": Basis.COMPUTED,
    }


def _rule(each: RuleOfThumb) -> dict[str, Any]:
    return {
        "name": each.id,
        "formula": each.text,
        "filled": each.filled,
        "bytes": each.value,
        "estimates": each.estimates,
        "exact_bytes": each.exact,
        "off": round(each.off, 4),
        "source": each.source,
    }
