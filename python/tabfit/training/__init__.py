"""What training a model needs: its states, its activations, and the rules people quote."""

from tabfit.training.component import LABELS, STEADY_KINDS, TrainingPart, TrainingPartKind
from tabfit.training.lora import adapter_parameters, trained_adapters
from tabfit.training.memory import (
    TrainingMemory,
    trained_parameters,
    training_memory,
    usual_sequence,
)
from tabfit.training.plan import (
    LoraTargets,
    Optimizer,
    Plan,
    Recompute,
    TrainingPrecision,
    Zero,
    choice_named,
)

__all__ = [
    "LABELS",
    "STEADY_KINDS",
    "LoraTargets",
    "Optimizer",
    "Plan",
    "Recompute",
    "TrainingMemory",
    "TrainingPart",
    "TrainingPartKind",
    "TrainingPrecision",
    "Zero",
    "adapter_parameters",
    "choice_named",
    "trained_adapters",
    "trained_parameters",
    "training_memory",
    "usual_sequence",
]
