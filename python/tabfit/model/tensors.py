"""Tensors and the inventory of all of them: the ground every size stands on.

In: names, shapes and roles yielded by blocks (or read from a file's header).
Out: exact counts: total (tied once), untied (every use), active (one token's).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from functools import cached_property
from math import prod
from typing import Final

from tabfit.light_dataclass import dataclass, replace
from tabfit.units import Parameters


class Role(StrEnum):
    """What a tensor does; recipes choose a storage type by it."""

    EMBEDDING = "embedding"  # token table
    POSITION = "position"  # learned positions and token types
    PER_LAYER_EMBEDDING = "per-layer embedding"  # Gemma 3n / 4
    NORM = "norm"
    QUERY = "attention query"
    KEY = "attention key"
    VALUE = "attention value"
    QUERY_KEY_VALUE = "attention query, key and value"  # fused
    ATTENTION_OUTPUT = "attention output"
    ATTENTION_OTHER = "attention other"  # sinks, relative biases, gates, indexers
    GATE = "feed-forward gate"
    UP = "feed-forward up"
    GATE_UP = "feed-forward gate and up"  # fused
    DOWN = "feed-forward down"
    ROUTER = "router"
    EXPERT_GATE = "expert gate"
    EXPERT_UP = "expert up"
    EXPERT_GATE_UP = "expert gate and up"
    EXPERT_DOWN = "expert down"
    RECURRENT = "recurrent"
    CONVOLUTION = "convolution"
    PROJECTION = "projection"  # between parts, poolers, adapters
    HEAD = "head"  # what turns hidden states into answers
    OTHER = "other"


#: The projections of attention, where each is a matrix of its own.
ATTENTION: Final = frozenset({Role.QUERY, Role.KEY, Role.VALUE, Role.ATTENTION_OUTPUT})
#: The matrices of a feed-forward layer that is no expert's.
FEED_FORWARD: Final = frozenset({Role.GATE, Role.UP, Role.GATE_UP, Role.DOWN})
#: The matrices of experts.
EXPERTS: Final = frozenset(
    {Role.EXPERT_GATE, Role.EXPERT_UP, Role.EXPERT_GATE_UP, Role.EXPERT_DOWN}
)
#: Tables of which a pass reads single rows.
LOOKED_UP: Final = frozenset({Role.EMBEDDING, Role.PER_LAYER_EMBEDDING})


#: What stays wide of what lies inside a layer, and all that lies outside.
_NOT_LINEAR: Final = LOOKED_UP | {
    *(Role.NORM, Role.CONVOLUTION, Role.ROUTER, Role.POSITION, Role.HEAD)
}


class Part(StrEnum):
    """Which part of a model a tensor belongs to; runtimes may fetch parts as separate files."""

    ENCODER = "encoder"
    DECODER = "decoder"
    VISION = "vision"
    AUDIO = "audio"
    PROJECTOR = "projector"
    DRAWING = "drawing"  # what a model that writes tokens of pictures makes pictures with


@dataclass(frozen=True, slots=True, kw_only=True)
class Tensor:
    """One weight array.

    `shape` is as transformers stores it (rows first). `bias` marks the vector
    beside a matrix of the same role. `tied_to` names the tensor whose storage
    this one shares. `uses` counts how often one pass applies it (ALBERT's one
    layer is applied twelve times). `active` is the number of elements one
    token uses, `None` for all of them. `buffer` marks stored state that is not
    a parameter (batch-norm statistics). `unread` marks what a checkpoint holds
    and no output of its class needs: a graph that is traced leaves it out.
    """

    name: str
    shape: tuple[int, ...]
    role: Role
    part: Part = Part.DECODER
    layer: int | None = None
    bias: bool = False
    tied_to: str | None = None
    uses: int = 1
    active: int | None = None
    buffer: bool = False
    unread: bool = False

    @property
    def elements(self) -> int:
        """Return how many numbers the array holds."""
        return prod(self.shape)

    @property
    def active_elements(self) -> int:
        """Return how many of them one token uses."""
        return self.elements if self.active is None else self.active

    def under(self, prefix: str) -> Tensor:
        """Return the same tensor with `prefix` put before its name."""
        tied = None if self.tied_to is None else prefix + self.tied_to
        return replace(self, name=prefix + self.name, tied_to=tied)


def is_layer_matrix(tensor: Tensor) -> bool:
    """Return whether a tensor is a matrix inside a layer, which methods of few bits shrink.

    Biases, norms, the token table, the head and what chooses experts stay wide.
    """
    matrix = len(tensor.shape) >= 2 and not tensor.bias and not tensor.buffer
    return matrix and tensor.layer is not None and tensor.role not in _NOT_LINEAR


@dataclass(frozen=True)
class Inventory:
    """Every tensor of a model, in the order of its state dict.

    >>> table = Tensor(name="embed.weight", shape=(10, 4), role=Role.EMBEDDING)
    >>> head = Tensor(name="head.weight", shape=(10, 4), role=Role.HEAD, tied_to="embed.weight")
    >>> both = Inventory((table, head))
    >>> both.total, both.untied
    (40, 80)
    """

    tensors: tuple[Tensor, ...]

    def __iter__(self) -> Iterator[Tensor]:
        """Iterate over every tensor, tied ones included."""
        return iter(self.tensors)

    def __len__(self) -> int:
        """Return how many names the state dict has."""
        return len(self.tensors)

    @cached_property
    def stored(self) -> tuple[Tensor, ...]:
        """Return each array once: tied names left out, buffers kept."""
        return tuple(t for t in self.tensors if t.tied_to is None)

    @cached_property
    def total(self) -> Parameters:
        """Return the parameters with tied weights counted once."""
        return Parameters(sum(t.elements for t in self.stored if not t.buffer))

    @cached_property
    def untied(self) -> Parameters:
        """Return the parameters with every tied name counted."""
        return Parameters(sum(t.elements for t in self.tensors if not t.buffer))

    @cached_property
    def active(self) -> Parameters:
        """Return the parameters one token uses: all but the experts not chosen."""
        return Parameters(sum(t.active_elements for t in self.stored if not t.buffer))

    @cached_property
    def largest(self) -> Tensor:
        """Return the array with the most elements."""
        return max(self.stored, key=lambda tensor: tensor.elements)

    def in_part(self, *parts: Part) -> Inventory:
        """Return the inventory of some parts only."""
        return Inventory(tuple(t for t in self.tensors if t.part in parts))

    def by_role(self) -> dict[Role, Parameters]:
        """Return parameters per role, tied once, in the order roles first appear."""
        sums: dict[Role, int] = {}
        for tensor in self.stored:
            if not tensor.buffer:
                sums[tensor.role] = sums.get(tensor.role, 0) + tensor.elements
        return {role: Parameters(count) for role, count in sums.items()}


def gather(tensors: Iterable[Tensor]) -> Inventory:
    """Return the inventory of what blocks yield."""
    return Inventory(tuple(tensors))
