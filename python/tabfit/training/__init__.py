"""What training a model needs: its states, its activations, and the rules people quote.

In: an `Architecture` and a `Plan`. Out: `TrainingMemory`: parts with bytes and formulas.

    plan             optimiser, precision, batch, who shares the work
    plan_text        a plan as the command line, the form and the link write it
    memory           every part on one device, and their sum
    component        one part, its formula filled in
    model_states     weights, gradients, optimiser states
    activations      what the way forward keeps, array by array
    layer_shapes     what those depend on, read off an architecture
    lora             the matrices that are usually adapted
    savings          single changes that need less
    rules_of_thumb   the rough rules people quote, beside the exact figures
    formula_sources  where the formulas come from

Imports `model`, `storage` (widths) and `runtimes` (the cache), and no room after them.
"""

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
