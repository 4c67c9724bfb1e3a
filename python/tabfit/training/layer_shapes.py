"""What one layer's activations depend on, read off an architecture's layers and tensors.

In: an architecture and the tokens of a sequence. Out: for each distinct shape of layer, how
many there are and over how many tokens they run. Layers without attention (recurrent,
convolutions) have no published formula and are refused.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from tabfit.errors import UnsupportedCombination
from tabfit.i18n.language import Message
from tabfit.light_dataclass import dataclass
from tabfit.model.architecture import Architecture, Kind, Tower
from tabfit.model.layers import KeyValue, Latent, Layer
from tabfit.model.tensors import Part, Role, Tensor

_GATES: Final = {Role.GATE, Role.GATE_UP, Role.EXPERT_GATE, Role.EXPERT_GATE_UP}
_FIXED: Final = {Part.VISION, Part.AUDIO, Part.DRAWING}


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionShape:
    """One attention: its heads, the widths of all queries, keys and values, what they look at.

    `attended` is the width that comes out, `source` how many positions are looked at: the
    sequence itself, or an encoder's output.
    """

    heads: int
    queries: int
    keys: int
    values: int
    attended: int
    source: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerShape:
    """A layer as its activations see it; `tokens` are those of one sequence.

    `norms` are those as wide as the layer, of which `biased` have a bias; `head_norms` says
    whether queries and keys have norms of their own.
    """

    hidden: int
    tokens: int
    attentions: tuple[AttentionShape, ...]
    inner: int
    gated: bool
    norms: int
    biased: int
    head_norms: bool


def layer_shapes(architecture: Architecture, sequence: int) -> Counter[LayerShape]:
    """Return every shape of layer that runs, and how many layers have it.

    Raises `UnsupportedCombination` where a layer has no attention.
    """
    found: Counter[LayerShape] = Counter()
    for tower in running(architecture):
        tensors = _by_layer(architecture, tower.part)
        for number, layer in enumerate(tower.layers):
            if not layer.attention_heads:
                raise UnsupportedCombination(
                    Message(
                        "no formula is published for the activations of {family}",
                        family=architecture.family,
                    ),
                    [Message("layers of attention and feed-forward")],
                )
            held = tensors.get(number) or tensors.get(0) or ()
            found[_shape(architecture, tower, layer, held, sequence)] += 1
    return found


def running(architecture: Architecture) -> tuple[Tower, ...]:
    """Return the towers that a training text runs through: of a decoder only its own."""
    if architecture.kind is Kind.DECODER:
        return (architecture.main,)
    return architecture.towers


def tokens_of(architecture: Architecture, tower: Tower, sequence: int) -> int:
    """Return how many tokens of one sequence a tower runs over.

    Pictures and sound have as many as the model's front end makes of them; text has what
    was asked for, within the reach of every tower but the main one.

    Source: the model's config.json, of towers whose length is fixed; else what was asked for.
    """
    reach = tower.positions or sequence
    if tower.part in _FIXED:
        return reach
    return sequence if tower is architecture.main else min(sequence, reach)


def _by_layer(architecture: Architecture, part: Part) -> dict[int, list[Tensor]]:
    found: dict[int, list[Tensor]] = {}
    for tensor in architecture.inventory.in_part(part):
        if tensor.layer is not None:
            found.setdefault(tensor.layer, []).append(tensor)
    return found


def _shape(
    architecture: Architecture, tower: Tower, layer: Layer, held: Sequence[Tensor], sequence: int
) -> LayerShape:
    norms = [each for each in held if each.role is Role.NORM and not each.buffer]
    weights = [each for each in norms if not each.bias]
    wide = sum(each.shape == (tower.hidden,) for each in weights)
    return LayerShape(
        hidden=tower.hidden,
        tokens=tokens_of(architecture, tower, sequence),
        attentions=tuple(_attentions(architecture, tower, layer, sequence)),
        inner=layer.feed_forward,
        gated=any(each.role in _GATES for each in held),
        norms=wide,
        biased=min(wide, sum(each.bias for each in norms)),
        head_norms=len(weights) > wide,
    )


def _attentions(
    architecture: Architecture, tower: Tower, layer: Layer, sequence: int
) -> Iterator[AttentionShape]:
    """Yield a layer's attentions: to its own sequence, then to the encoder's output."""
    tokens = tokens_of(architecture, tower, sequence)
    outside = tokens_of(architecture, architecture.towers[0], sequence)
    kept = [each for each in layer.keeps if isinstance(each, (KeyValue, Latent))]
    for number, each in enumerate(kept or [None]):
        looks = each.expanded if isinstance(each, Latent) else each
        yield _attention(layer, looks, outside if number else tokens)


def _attention(layer: Layer, looks: KeyValue | None, source: int) -> AttentionShape:
    heads, wide = layer.attention_heads, layer.attention_heads * layer.head_width
    if looks is None:
        return AttentionShape(
            heads=heads, queries=wide, keys=wide, values=wide, attended=wide, source=source
        )
    own = 0 if looks.shared else looks.key_value_heads
    return AttentionShape(
        heads=heads,
        queries=wide,
        keys=own * looks.key_width,
        values=own * looks.value_width,
        attended=heads * looks.value_width,
        source=source,
    )
