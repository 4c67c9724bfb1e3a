"""One part of training's memory: its bytes, and the formula they come from, filled in."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from tabfit.i18n.language import Words, later, number
from tabfit.light_dataclass import dataclass


class TrainingPartKind(StrEnum):
    """What a part of the memory is for; the values are the names in reports."""

    WEIGHTS = "weights"
    ADAPTERS = "adapters"
    MASTER = "master_weights"
    GRADIENTS = "gradients"
    STATES = "optimizer_states"
    CASTS = "cast_weights"
    GATHERED = "gathered_layer"
    ACTIVATIONS = "activations"
    RECOMPUTED = "recomputed_layer"
    OUTPUT = "output"
    LOSS = "loss_gradient"


#: What is there between two steps, with gradients that are kept (accumulated, or shared out).
STEADY_KINDS: Final = frozenset(
    {
        TrainingPartKind.WEIGHTS,
        TrainingPartKind.ADAPTERS,
        TrainingPartKind.MASTER,
        TrainingPartKind.GRADIENTS,
        TrainingPartKind.STATES,
    },
)

LABELS: Final = Words(
    {
        TrainingPartKind.WEIGHTS: later("Weights"),
        TrainingPartKind.ADAPTERS: later("Adapters"),
        TrainingPartKind.MASTER: later("Master copy of the weights"),
        TrainingPartKind.GRADIENTS: later("Gradients"),
        TrainingPartKind.STATES: later("Optimiser states"),
        TrainingPartKind.CASTS: later("16-bit copies of the weights"),
        TrainingPartKind.GATHERED: later("One layer made whole"),
        TrainingPartKind.ACTIVATIONS: later("Activations of the layers"),
        TrainingPartKind.RECOMPUTED: later("One layer computed again"),
        TrainingPartKind.OUTPUT: later("Output and loss"),
        TrainingPartKind.LOSS: later("Gradient of the scores"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingPart:
    """A part of the memory: `text` is its formula in symbols, `filled` with values."""

    kind: TrainingPartKind
    size: int
    text: str
    filled: str
    source: str


def filled(*factors: int) -> str:
    """Return a product as it is written, numbers in the signs of the language in use.

    >>> filled(2, 1234567)
    '2 × 1,234,567'
    """
    return " × ".join(number(each, ",") for each in factors)


def divided(text: str, by: int, symbol: str | None = None) -> str:
    """Return a formula divided by a number of devices, left as it is where that is one.

    >>> divided("2 × N", 4, "d"), divided("2 × 10", 4), divided("2 × N", 1, "d")
    ('(2 × N) ÷ d', '(2 × 10) ÷ 4', '2 × N')
    """
    return text if by == 1 else f"({text}) ÷ {symbol or number(by, ',')}"
