"""Activations: what the way forward keeps for the way back.

In: an architecture and a plan. Out: what each layer keeps, array by array, and their sum on
one device. For a layer of GPT's kind, h wide with a heads, the arrays add up to the
published sbh(34 + 5as/h) bytes; other layers keep the same arrays in their own widths.

Source: Korthikanti et al. 2022, arXiv:2205.05198, sections 4 and 5. What frozen matrices
need not keep follows from the chain rule: a matrix's input is only its own gradient's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from enum import StrEnum
from typing import Final

from tabfit.i18n.language import Words, _, later, number
from tabfit.light_dataclass import dataclass
from tabfit.model.architecture import Architecture
from tabfit.model.tensors import Part, Role
from tabfit.training import formula_sources
from tabfit.training.component import TrainingPart, TrainingPartKind, filled
from tabfit.training.layer_shapes import AttentionShape, LayerShape, layer_shapes, tokens_of
from tabfit.training.lora import ROLES
from tabfit.training.plan import Plan, Recompute


class ActivationArray(StrEnum):
    """An array that a layer keeps."""

    NORMED = "input of a norm"
    ATTENTION_INPUT = "input of queries, keys and values"
    LOOKED = "queries, keys and values"
    MAP = "attention map"
    MAP_DROPPED = "attention map after dropout"
    MAP_MASK = "dropout mask of the attention map"
    MAP_SUMS = "sums of the attention map"
    ATTENDED = "input of attention's output"
    MASK = "dropout mask"
    FEED_FORWARD_INPUT = "input of the feed-forward layer"
    WIDE = "before the activation function"
    ACTIVATED = "after the activation function"
    PRODUCT = "gate times what goes up"


ARRAYS: Final = Words(
    {
        ActivationArray.NORMED: later("Input of a norm"),
        ActivationArray.ATTENTION_INPUT: later("Input of queries, keys and values"),
        ActivationArray.LOOKED: later("Queries, keys and values"),
        ActivationArray.MAP: later("Attention map"),
        ActivationArray.MAP_DROPPED: later("Attention map after dropout, or cast to 16 bits"),
        ActivationArray.MAP_MASK: later("Dropout mask of the attention map"),
        ActivationArray.MAP_SUMS: later("One sum for each row of the attention map"),
        ActivationArray.ATTENDED: later("Input of attention’s output matrix"),
        ActivationArray.MASK: later("Dropout mask of the result"),
        ActivationArray.FEED_FORWARD_INPUT: later("Input of the feed-forward layer"),
        ActivationArray.WIDE: later("Before the activation function"),
        ActivationArray.ACTIVATED: later("After the activation function"),
        ActivationArray.PRODUCT: later("Gate times what goes up"),
    }
)

#: What is thrown away by selective recomputation.
ATTENTION_MAPS: Final = frozenset(
    {ActivationArray.MAP, ActivationArray.MAP_DROPPED, ActivationArray.MAP_MASK}
)


@dataclass(frozen=True, slots=True)
class KeptArray:
    """Bytes of one array for each token: `size`, and `source` of them for a map.

    `split` arrays are divided by tensor parallelism alone, the others only with
    sequence parallelism beside it.
    """

    array: ActivationArray
    size: int
    source: int = 0
    split: bool = True

    @property
    def per_token(self) -> int:
        """Return the bytes one token takes, over all positions it looks at."""
        return self.size * (self.source or 1)


@dataclass(frozen=True, slots=True)
class LayerActivations:
    """What layers of one shape keep: so many layers, so many tokens, these arrays."""

    layers: int
    tokens: int
    hidden: int
    items: tuple[KeptArray, ...]


def share(item: KeptArray, plan: Plan) -> int:
    """Return the bytes of one token that a device holds of an array.

    Source: Korthikanti et al. 2022, arXiv:2205.05198, sections 4.2.1 (tensor) and 4.2.2 (sequence
    parallelism).
    """
    over = plan.tensor_parallel if item.split or plan.sequence_parallel else 1
    return -(-item.per_token // over)


def layer_activations(architecture: Architecture, plan: Plan) -> tuple[LayerActivations, ...]:
    """Return what every shape of layer keeps.

    Raises `UnsupportedCombination` where no formula is published.
    """
    found = layer_shapes(architecture, plan.sequence)
    return tuple(
        LayerActivations(layers, shape.tokens, shape.hidden, tuple(_items(shape, plan)))
        for shape, layers in found.items()
    )


# The arrays of a layer


def needs_gradient(plan: Plan, *roles: Role) -> bool:
    """Return whether a gradient is wanted for a matrix of one of these roles."""
    return not plan.lora_rank or any(role in ROLES[plan.lora_targets] for role in roles)


def _items(shape: LayerShape, plan: Plan) -> Iterator[KeptArray]:
    yield KeptArray(ActivationArray.NORMED, shape.hidden * _norms(shape, plan), split=False)
    for each in shape.attentions:
        yield from _attention(each, shape, plan)
    if shape.inner:
        yield from _feed_forward(shape, plan)


def _norms(shape: LayerShape, plan: Plan) -> int:
    """Return the bytes that a layer's own norms keep for each of its widths."""
    return shape.biased * plan.elements.norm + (shape.norms - shape.biased) * _rms(plan)


def _rms(plan: Plan) -> int:
    """Return what a norm without a bias keeps: its input, and for its own gradient the result."""
    return plan.elements.rms + (0 if plan.lora_rank else plan.elements.rms_trained)


def _attention(each: AttentionShape, shape: LayerShape, plan: Plan) -> Iterator[KeptArray]:
    most = plan.elements.most
    # every set of adapters has some on queries or values, so their input is always kept
    yield KeptArray(ActivationArray.ATTENTION_INPUT, shape.hidden * most, split=False)
    beyond = (each.keys + each.values) * each.source // shape.tokens
    again = (each.queries + each.keys) * _rms(plan) if shape.head_norms else 0
    yield KeptArray(ActivationArray.LOOKED, (each.queries + beyond) * most + again)
    yield from _maps(each, plan)
    if needs_gradient(plan, Role.ATTENTION_OUTPUT) or plan.flash:
        yield KeptArray(ActivationArray.ATTENDED, each.attended * most)
    if plan.dropout:
        yield KeptArray(ActivationArray.MASK, shape.hidden, split=False)


def _maps(each: AttentionShape, plan: Plan) -> Iterator[KeptArray]:
    if plan.flash:
        yield KeptArray(ActivationArray.MAP_SUMS, 4 * each.heads)
        return
    elements = plan.elements
    yield KeptArray(ActivationArray.MAP, each.heads * elements.map, each.source)
    if plan.dropout or elements.cast_map:
        copied = elements.cast_map or elements.most
        yield KeptArray(ActivationArray.MAP_DROPPED, each.heads * copied, each.source)
    if plan.dropout:
        yield KeptArray(ActivationArray.MAP_MASK, each.heads, each.source)


def _feed_forward(shape: LayerShape, plan: Plan) -> Iterator[KeptArray]:
    most = plan.elements.most
    wide = shape.inner * most
    if needs_gradient(plan, Role.UP, Role.GATE, Role.GATE_UP):
        yield KeptArray(ActivationArray.FEED_FORWARD_INPUT, shape.hidden * most, split=False)
    yield KeptArray(ActivationArray.WIDE, wide * (2 if shape.gated else 1))
    if shape.gated:
        yield KeptArray(ActivationArray.ACTIVATED, wide)
    if needs_gradient(plan, Role.DOWN):
        yield KeptArray(ActivationArray.PRODUCT if shape.gated else ActivationArray.ACTIVATED, wide)
    if plan.dropout:
        yield KeptArray(ActivationArray.MASK, shape.hidden, split=False)


# Their sums


def activation_parts(architecture: Architecture, plan: Plan) -> Iterator[TrainingPart]:
    """Yield what all layers keep, what one layer needs again, and what output and loss keep."""
    found = layer_activations(architecture, plan)
    if plan.recompute is Recompute.FULL:
        yield _inputs(found, plan)
    else:
        yield _layers(found, plan)
    if plan.recompute is Recompute.FULL or (_makes_maps(plan) and not _keeps_maps(plan)):
        yield _again(found, plan)
    yield from _outside(architecture, plan)


def _makes_maps(plan: Plan) -> bool:
    return not plan.flash


def _keeps_maps(plan: Plan) -> bool:
    return _makes_maps(plan) and plan.recompute is Recompute.NONE


def _layers(found: tuple[LayerActivations, ...], plan: Plan) -> TrainingPart:
    """Return what layers keep: per token a constant, and a part for every position it sees."""
    maps = _keeps_maps(plan)
    return TrainingPart(
        kind=TrainingPartKind.ACTIVATIONS,
        size=sum(each.layers * _size(each, plan, maps=maps) for each in found),
        text="L × b × s × (k + m × s)" if maps else "L × b × s × k",
        filled=" + ".join(_term(each, plan, maps=maps) for each in found),
        source=formula_sources.ACTIVATIONS,
    )


def _size(each: LayerActivations, plan: Plan, *, maps: bool) -> int:
    items = [item for item in each.items if maps or item.array not in ATTENTION_MAPS]
    return each.tokens * plan.batch * sum(share(item, plan) for item in items)


def _term(each: LayerActivations, plan: Plan, *, maps: bool) -> str:
    constant = sum(share(item, plan) for item in each.items if not item.source)
    inside = number(constant, ",")
    if maps:
        pairs: Counter[int] = Counter()
        for item in each.items:
            if item.source:
                pairs[item.source] += -(-item.size // plan.tensor_parallel)
        seen = "".join(f" + {filled(size, source)}" for source, size in pairs.items())
        inside = f"({inside}{seen})"
    return f"{filled(each.layers, plan.batch, each.tokens)} × {inside}"


def _inputs(found: tuple[LayerActivations, ...], plan: Plan) -> TrainingPart:
    """Return what whole layers keep that are computed again: their inputs, undivided."""
    most = plan.elements.most
    return TrainingPart(
        kind=TrainingPartKind.ACTIVATIONS,
        size=sum(each.layers * each.tokens * plan.batch * each.hidden * most for each in found),
        text=f"{most} × L × b × s × h",
        filled=" + ".join(
            filled(most, each.layers, plan.batch, each.tokens, each.hidden) for each in found
        ),
        source=formula_sources.ACTIVATIONS,
    )


def _again(found: tuple[LayerActivations, ...], plan: Plan) -> TrainingPart:
    """Return the most that one layer needs while it is computed again."""
    whole = plan.recompute is Recompute.FULL
    sizes = [
        _size(each, plan, maps=_makes_maps(plan)) - (0 if whole else _size(each, plan, maps=False))
        for each in found
    ]
    largest = found[sizes.index(max(sizes))]
    rate = max(sizes) // (largest.tokens * plan.batch)
    text = "b × s × (k + m × s)" if _makes_maps(plan) else "b × s × k"
    return TrainingPart(
        kind=TrainingPartKind.RECOMPUTED,
        size=max(sizes),
        text=text if whole else "b × s × m × s",
        filled=filled(plan.batch, largest.tokens, rate),
        source=formula_sources.ACTIVATIONS,
    )


# Outside the layers


def _outside(architecture: Architecture, plan: Plan) -> Iterator[TrainingPart]:
    """Yield what the last norm, the head and the loss keep (section 4.3 of the paper).

    The loss has scores of every token over the vocabulary, or of every sequence where the
    model only labels it; their gradient is the first thing that the way back makes.
    """
    tokens = tokens_of(architecture, architecture.main, plan.sequence)
    rows = tokens if _scores_tokens(architecture) else 1
    scores = plan.batch * rows * -(-architecture.outputs // plan.tensor_parallel)
    wide, elements = _last_width(architecture, plan), plan.elements
    yield TrainingPart(
        kind=TrainingPartKind.OUTPUT,
        size=plan.batch * tokens * wide + elements.scores * scores,
        text=_("b × s × w + {each} × scores", each=elements.scores),
        filled=f"{filled(plan.batch, tokens, wide)} + {filled(elements.scores, scores)}",
        source=formula_sources.OUTPUT[plan.precision],
    )
    if elements.scores_gradient and scores:
        yield TrainingPart(
            kind=TrainingPartKind.LOSS,
            size=elements.scores_gradient * scores,
            text=_("{each} × scores", each=elements.scores_gradient),
            filled=filled(elements.scores_gradient, scores),
            source=formula_sources.OUTPUT[plan.precision],
        )


def _last_width(architecture: Architecture, plan: Plan) -> int:
    """Return the bytes a token keeps in the last norm, the head and the embedding's dropout."""
    elements, over = plan.elements, plan.tensor_parallel if plan.sequence_parallel else 1
    each = elements.norm + elements.most + (1 if plan.dropout else 0)
    return -(-each * architecture.main.hidden // over)


def _scores_tokens(architecture: Architecture) -> bool:
    """Return whether every token is scored: language models do, classifiers do not."""
    text = architecture.main.part in (Part.DECODER, Part.ENCODER)
    return text and architecture.outputs >= architecture.vocabulary
