"""What training a model needs: its states, its activations, and the rules people quote."""

from willitfit.training.adapters import Adapted, adapted, count
from willitfit.training.component import LABELS, STEADY, Component, Kind
from willitfit.training.memory import Memory, needed, trained, usual_sequence
from willitfit.training.plan import Optimizer, Plan, Precision, Recompute, Targets, Zero, named

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
