"""Weights that transformers shares and published files do not.

In: an architecture. Out: its inventory as checkpoints hold it.
"""

from __future__ import annotations

from tabfit.architectures.conversions.checkpoints import is_t5
from tabfit.light_dataclass import replace
from tabfit.model.architecture import Architecture
from tabfit.model.tensors import Inventory, Role


def as_published(architecture: Architecture) -> Inventory:
    """Return the inventory with the head of T5 1.1, Flan-T5 and mT5 apart from the table.

    Their configs say `tie_word_embeddings: false` and their checkpoints hold
    both; transformers 5 shares them all the same. The gated feed-forward tells
    these models from the first T5, whose head is shared.
    """
    inventory = architecture.inventory
    gated = any(tensor.role is Role.GATE for tensor in inventory)
    if not is_t5(architecture.family) or not gated:
        return inventory
    apart = (
        replace(tensor, tied_to=None) if tensor.role is Role.HEAD else tensor
        for tensor in inventory
    )
    return Inventory(tuple(apart))


def as_stored(architecture: Architecture) -> Inventory:
    """Return the inventory of a checkpoint: as published, with the layers no class builds."""
    published = as_published(architecture)
    if not architecture.beyond:
        return published
    return Inventory((*published.tensors, *architecture.beyond))
