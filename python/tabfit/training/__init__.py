"""What training a model needs: its states, its activations, and the rules people quote."""

from tabfit.training.component import LABELS, STEADY, Component, Kind
from tabfit.training.memory import Memory, needed, trained, usual_sequence
from tabfit.training.plan import Optimizer, Plan, Precision, Recompute, Targets, Zero, named
from tabfit.training.trained_adapters import Adapted, adapted, count

__all__ = [
    "LABELS",
    "STEADY",
    "Adapted",
    "Component",
    "Kind",
    "Memory",
    "Optimizer",
    "Plan",
    "Precision",
    "Recompute",
    "Targets",
    "Zero",
    "adapted",
    "count",
    "named",
    "needed",
    "trained",
    "usual_sequence",
]
