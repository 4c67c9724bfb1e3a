"""Ways to make a model smaller, as shapes and bytes: pruning, sharing, adapters.

In: an architecture. Out: what each way leaves of it, and what it stores. Storing
the same weights in fewer bits is what `recipes` are for; what a way costs in
quality is published, and lies in `catalog`.

    ladder               one model made smaller, step by step, each step an answer
    pruning              weights or whole layers taken out
    layer_sharing        layers that use each other's weights
    lora                 what a low-rank adapter adds
    one_bit_comparison   what one-bit methods store

Imports `catalog` and `estimate`.
"""

from tabfit.shrink.layer_sharing import SharedLayers, tied_elements, with_shared_layers
from tabfit.shrink.lora import TARGETS, USUAL_TARGETS, LoraAdapter, lora_adapter, ranks, targets_of
from tabfit.shrink.pruning import (
    EIGHT_BITS_2_4,
    HALF_2_4,
    layers_of,
    masked_bits,
    shallower,
    two_of_four,
)

__all__ = [
    "EIGHT_BITS_2_4",
    "HALF_2_4",
    "TARGETS",
    "USUAL_TARGETS",
    "LoraAdapter",
    "SharedLayers",
    "layers_of",
    "lora_adapter",
    "masked_bits",
    "ranks",
    "shallower",
    "targets_of",
    "tied_elements",
    "two_of_four",
    "with_shared_layers",
]
