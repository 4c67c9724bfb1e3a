"""Parameter sharing: layers that use each other's weights, as ALBERT's do.

In: an architecture. Out: the same architecture, its later layers tied to the first
of their shape. Fewer bytes to fetch and keep; as many multiplications, and a cache
as large as before.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Final

from tabfit.light_dataclass import replace
from tabfit.model.architecture import Architecture
from tabfit.model.tensors import Inventory, Part, Role, Tensor
from tabfit.units import Parameters


class SharedLayers(StrEnum):
    """What the layers of a stack share."""

    ALL = "all"
    ATTENTION = "attention"
    FEED_FORWARD = "feed-forward"


_ATTENTION: Final = frozenset(
    {Role.QUERY, Role.KEY, Role.VALUE, Role.QUERY_KEY_VALUE, Role.ATTENTION_OUTPUT,
     Role.ATTENTION_OTHER}
)  # fmt: skip
_FEED_FORWARD: Final = frozenset(
    {Role.GATE, Role.UP, Role.GATE_UP, Role.DOWN, Role.ROUTER, Role.EXPERT_GATE, Role.EXPERT_UP,
     Role.EXPERT_GATE_UP, Role.EXPERT_DOWN}
)  # fmt: skip

Signature = tuple[Part, tuple[tuple[Role, bool, tuple[int, ...]], ...]]


def with_shared_layers(
    architecture: Architecture, what: SharedLayers = SharedLayers.ALL
) -> Architecture:
    """Return the architecture with every layer tied to the first of the same shape.

    Layers of another shape keep their own weights. Source: Lan et al. 2019,
    arXiv:1909.11942 (the four ways of its table 4, norms shared only by *all*).
    """
    first: dict[Signature, tuple[Tensor, ...]] = {}
    to: dict[str, str] = {}
    for (part, _), tensors in _layers(architecture):
        signature = (part, tuple((t.role, t.bias, t.shape) for t in tensors))
        original = first.setdefault(signature, tensors)
        to |= {mine.name: theirs.name for mine, theirs in zip(tensors, original, strict=True)}
    tensors = tuple(_tied(t, to) if _is_shared(t, what) else t for t in architecture.inventory)
    return replace(architecture, inventory=Inventory(tensors))


def _layers(architecture: Architecture) -> Iterator[tuple[tuple[Part, int], tuple[Tensor, ...]]]:
    found: dict[tuple[Part, int], list[Tensor]] = {}
    for tensor in architecture.inventory:
        if tensor.layer is not None:
            found.setdefault((tensor.part, tensor.layer), []).append(tensor)
    yield from ((place, tuple(tensors)) for place, tensors in found.items())


def _is_shared(tensor: Tensor, what: SharedLayers) -> bool:
    if tensor.layer is None or tensor.tied_to is not None:
        return False
    roles = {SharedLayers.ATTENTION: _ATTENTION, SharedLayers.FEED_FORWARD: _FEED_FORWARD}
    return what is SharedLayers.ALL or tensor.role in roles[what]


def _tied(tensor: Tensor, to: dict[str, str]) -> Tensor:
    original = to.get(tensor.name, tensor.name)
    return tensor if original == tensor.name else replace(tensor, tied_to=original)


def tied_elements(architecture: Architecture) -> Parameters:
    """Return the parameters that sharing saves already: every use less what is stored.

    Source: Lan et al. 2019, ALBERT, arXiv:1909.11942, section 3.1 (sharing between layers); counted
    on the inventory.
    """
    inventory = architecture.inventory
    reused = sum((t.uses - 1) * t.elements for t in inventory.stored if not t.buffer)
    return Parameters(inventory.untied - inventory.total + reused)
