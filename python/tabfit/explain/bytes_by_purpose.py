"""Shares: where a model's bytes go, by what its tensors do.

In: a model's stored files. Out: the bytes of each group, the largest first; together
they are all its tensors.
"""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from typing import Final

from tabfit.model.tensors import Part, Role
from tabfit.recipes.stored_model import Stored, StoredTensor
from tabfit.units import Bytes


class Group(StrEnum):
    """What tensors do together."""

    EMBEDDING = "embedding"  # tables that tokens and positions are looked up in
    ATTENTION = "attention"
    FEED_FORWARD = "feed-forward"
    EXPERTS = "experts"  # feed-forward layers of which a token meets a few
    STATE = "state"  # recurrent layers and their convolutions
    HEAD = "head"
    VISION = "vision"
    AUDIO = "audio"
    REST = "rest"  # norms, projections between parts


_ROLES: Final = {
    Role.EMBEDDING: Group.EMBEDDING,
    Role.POSITION: Group.EMBEDDING,
    Role.PER_LAYER_EMBEDDING: Group.EMBEDDING,
    Role.QUERY: Group.ATTENTION,
    Role.KEY: Group.ATTENTION,
    Role.VALUE: Group.ATTENTION,
    Role.QUERY_KEY_VALUE: Group.ATTENTION,
    Role.ATTENTION_OUTPUT: Group.ATTENTION,
    Role.ATTENTION_OTHER: Group.ATTENTION,
    Role.GATE: Group.FEED_FORWARD,
    Role.UP: Group.FEED_FORWARD,
    Role.GATE_UP: Group.FEED_FORWARD,
    Role.DOWN: Group.FEED_FORWARD,
    Role.ROUTER: Group.EXPERTS,
    Role.EXPERT_GATE: Group.EXPERTS,
    Role.EXPERT_UP: Group.EXPERTS,
    Role.EXPERT_GATE_UP: Group.EXPERTS,
    Role.EXPERT_DOWN: Group.EXPERTS,
    Role.RECURRENT: Group.STATE,
    Role.CONVOLUTION: Group.STATE,
    Role.HEAD: Group.HEAD,
}
_PARTS: Final = {
    Part.VISION: Group.VISION,
    Part.DRAWING: Group.VISION,
    Part.AUDIO: Group.AUDIO,
}


def group_of(tensor: StoredTensor) -> Group:
    """Return the group a tensor belongs to: its part's, if that sees or hears, else its role's."""
    return _PARTS.get(tensor.part) or _ROLES.get(tensor.role, Group.REST)


def shares(stored: Stored) -> dict[Group, Bytes]:
    """Return the bytes of every group there is, the largest first."""
    found: Counter[Group] = Counter()
    for tensor in stored.tensors:
        found[group_of(tensor)] += tensor.size
    return {group: Bytes(size) for group, size in found.most_common()}
