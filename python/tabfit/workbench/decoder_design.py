"""A decoder of one's own: its parameters part by part, and the shape to start from.

In: a `Design`, or another model's architecture. Out: parts with their formulas written out
and filled in, whose sum is the model's; or the design of the same widths.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tabfit import architectures
from tabfit.architectures.custom_decoder import BOUNDS, Design, config_of
from tabfit.errors import TabfitError
from tabfit.i18n.language import _, number
from tabfit.light_dataclass import dataclass
from tabfit.model.architecture import Architecture, Kind
from tabfit.model.layers import KeyValue, Layer
from tabfit.model.tensors import Part, Role

__all__ = [
    "BOUNDS",
    "Design",
    "ParameterShare",
    "config_of",
    "design_of",
    "grown",
    "parameter_shares",
    "shape_of",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterShare:
    """One part of a model: how many parameters, from which formula."""

    id: str
    count: int
    text: str
    filled: str


#: How far, of its parameters, a design may be from the model that it is said to be like.
NEAR: Final = 0.01


def shape_of(own: Design) -> Architecture:
    """Return the architecture of a design.

    >>> shape_of(Design()).inventory.total  # the textbook's 123,417,600, and 38,400 of norms
    123456000
    """
    return architectures.read(config_of(own))


def parameter_shares(own: Design) -> tuple[ParameterShare, ...]:
    """Return the parts of a design, in the order that a token passes them.

    >>> sum(part.count for part in parameter_shares(Design()))
    123456000
    """
    return tuple(_parts(own))


def _parts(own: Design) -> Iterator[ParameterShare]:
    table = own.vocabulary * own.width
    yield ParameterShare(
        id="table", count=table, text="V × h", filled=_product(own.vocabulary, own.width)
    )
    yield _attention(own)
    yield _feed_forward(own)
    if own.experts:
        router = own.layers * own.width * own.experts
        shown = _product(own.layers, own.width, own.experts)
        yield ParameterShare(id="router", count=router, text="L × h × e", filled=shown)
    yield _norms(own)
    if own.tied:
        yield ParameterShare(id="head", count=0, text=_("the token table again"), filled="0")
    else:
        shown = _product(own.vocabulary, own.width)
        yield ParameterShare(id="head", count=table, text="V × h", filled=shown)


def _attention(own: Design) -> ParameterShare:
    """Return queries and output as wide as all heads, keys and values as the shared ones."""
    width, each = own.width, own.each_head
    queries, keys = own.heads * each, own.key_value_heads * each
    inside = 2 * width * queries + 2 * width * keys
    biases = 0 if own.gated else queries + 2 * keys + width
    text = "L × (2 × h × a × c + 2 × h × g × c)"
    shown = (
        f"{_product(2, width, own.heads, each)} + {_product(2, width, own.key_value_heads, each)}"
    )
    if biases:
        text = "L × (2 × h × a × c + 2 × h × g × c + a × c + 2 × g × c + h)"
        shown += f" + {number(biases, ',')}"
    return ParameterShare(
        id="attention",
        count=own.layers * (inside + biases),
        text=text,
        filled=f"{number(own.layers, ',')} × ({shown})",
    )


def _feed_forward(own: Design) -> ParameterShare:
    """Return what goes wide and comes back: two matrices, three with a gate, once per expert."""
    width, inner = own.width, own.feed_forward
    if own.gated:
        many = max(own.experts, 1)
        factors = (own.layers, *([many] if own.experts else []), 3, width, inner)
        text = "L × e × 3 × h × f" if own.experts else "L × 3 × h × f"
        count = own.layers * many * 3 * width * inner
        return ParameterShare(id="feed-forward", count=count, text=text, filled=_product(*factors))
    shown = f"{_product(2, width, inner)} + {number(inner, ',')} + {number(width, ',')}"
    return ParameterShare(
        id="feed-forward",
        count=own.layers * (2 * width * inner + inner + width),
        text="L × (2 × h × f + f + h)",
        filled=f"{number(own.layers, ',')} × ({shown})",
    )


def _norms(own: Design) -> ParameterShare:
    """Return two norms a layer and one behind the last, with biases where the others have them."""
    many, each = 2 * own.layers + 1, 1 if own.gated else 2
    return ParameterShare(
        id="norms",
        count=many * each * own.width,
        text="(2 × L + 1) × h" if own.gated else "(2 × L + 1) × 2 × h",
        filled=_product(many, *([] if own.gated else [2]), own.width),
    )


def _product(*factors: int) -> str:
    return " × ".join(number(each, ",") for each in factors)


# Where to start from


def design_of(architecture: Architecture) -> Design | None:
    """Return the design of the same widths, `None` where layers are not of this kind.

    Biases, positions and further norms of the model are not taken over, so that its own
    parameters may differ by a few.
    """
    layers = architecture.main.layers
    if architecture.kind is not Kind.DECODER or len(architecture.towers) > 1:
        return None
    if len({_widths(layer) for layer in layers}) != 1 or _widths(layers[0]) is None:
        return None
    try:
        made = _design(architecture, layers[0])
    except TabfitError:
        return None
    size = shape_of(made).inventory.total
    return made if abs(size / architecture.inventory.total - 1) < NEAR else None


def _widths(layer: Layer) -> tuple[int, ...] | None:
    """Return what must be alike in every layer, `None` where it keeps no keys and values."""
    kept = [each for each in layer.keeps if isinstance(each, KeyValue)]
    if len(kept) != 1 or len(layer.keeps) != 1 or kept[0].key_width != kept[0].value_width:
        return None
    return (layer.attention_heads, layer.head_width, layer.feed_forward, kept[0].key_value_heads)


def _design(architecture: Architecture, layer: Layer) -> Design:
    heads, each, inner, few = _widths(layer) or (0, 0, 0, 0)
    width = architecture.main.hidden
    roles = {tensor.role for tensor in architecture.inventory}
    experts, chosen = _experts(architecture)
    return Design(
        layers=len(architecture.main.layers),
        width=width,
        heads=heads,
        key_value_heads=few,
        head_width=0 if heads * each == width else each,
        feed_forward=inner // chosen if experts else inner,
        vocabulary=architecture.vocabulary,
        experts=experts,
        chosen=chosen if experts else 2,
        tied=not any(t.role is Role.HEAD and t.tied_to is None for t in architecture.inventory),
        gated=bool(roles & {Role.GATE, Role.GATE_UP, Role.EXPERT_GATE_UP, Role.EXPERT_GATE}),
    )


def _experts(architecture: Architecture) -> tuple[int, int]:
    """Return how many experts there are, and how many a token goes to; 0 for a dense model."""
    for tensor in architecture.inventory.in_part(Part.DECODER):
        if tensor.role is Role.EXPERT_DOWN and len(tensor.shape) == 3:
            count = tensor.shape[0]
            return count, max(1, count * tensor.active_elements // tensor.elements)
    return 0, 1


def grown(own: Design, times: float) -> Design:
    """Return a design with about so many times the parameters in its layers.

    Depth and width grow together; heads stay as wide as they are.
    """
    side = times ** (1 / 3)
    each = own.each_head
    few = own.heads // own.key_value_heads
    heads = max(few, round(own.heads * side / few) * few)
    ratio = own.feed_forward / own.width
    width = heads * each if not own.head_width else _round(own.width * side, heads)
    return Design(
        layers=min(max(1, round(own.layers * side)), BOUNDS["layers"].stop - 1),
        width=width,
        heads=heads,
        key_value_heads=heads // few,
        head_width=own.head_width,
        feed_forward=_round(width * ratio, 8),
        vocabulary=own.vocabulary,
        experts=own.experts,
        chosen=own.chosen,
        tied=own.tied,
        gated=own.gated,
    )


def _round(value: float, step: int) -> int:
    return max(step, round(value / step) * step)
