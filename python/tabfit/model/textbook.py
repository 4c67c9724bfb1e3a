"""The textbook's decoder: GPT-2's layers with every width said aloud and nothing shared.

In: widths. Out: an architecture. Write-ups that count a transformer's
parameters step by step count this one: a token table, layers of attention and
feed-forward with all biases, and neither positions, norms nor an output layer
unless asked for.
"""

from __future__ import annotations

from tabfit.errors import UnreadableConfig
from tabfit.i18n.language import Message
from tabfit.light_dataclass import dataclass
from tabfit.model.architecture import Architecture, Kind, Tower
from tabfit.model.blocks.attention import ALL_BIASED, Heads, Names, attention
from tabfit.model.blocks.block import Block, joined, placed, stacked, tensors_of
from tabfit.model.blocks.feed_forward import plain
from tabfit.model.blocks.linear import embedding, linear, norm
from tabfit.model.tensors import Part, Role, gather


@dataclass(frozen=True, slots=True, kw_only=True)
class Widths:
    """What the walk-through starts from; the feed-forward layer is four times as wide.

    `norms` puts one before each half of a layer and one behind the last, as
    GPT-2 has them.
    """

    hidden: int = 768
    heads: int = 12
    layers: int = 12
    vocabulary: int = 50_000
    positions: int = 0
    norms: bool = False
    output_layer: bool = False


def textbook(widths: Widths) -> Architecture:
    """Return the architecture of these widths.

    >>> textbook(Widths()).inventory.total
    123417600
    """
    hidden = widths.hidden
    if widths.heads < 1 or hidden % widths.heads:
        raise UnreadableConfig(
            "heads",
            Message("is {given}; a divisor of {width} is needed", given=widths.heads, width=hidden),
        )
    stack = stacked("layers", (_layer(widths),) * widths.layers)
    positions = embedding(widths.positions, hidden, Role.POSITION)
    output = linear(hidden, widths.vocabulary, Role.HEAD)
    return Architecture(
        family="textbook",
        head="",
        kind=Kind.DECODER,
        inventory=gather(
            tensors_of(
                placed("tokens", embedding(widths.vocabulary, hidden)),
                placed("positions", positions) if widths.positions else (),
                stack.tensors,
                placed("norm", norm(hidden, bias=True)) if widths.norms else (),
                placed("output", output) if widths.output_layer else (),
            )
        ),
        towers=(
            Tower(
                part=Part.DECODER,
                hidden=hidden,
                layers=stack.layers,
                positions=widths.positions or None,
            ),
        ),
        vocabulary=widths.vocabulary,
        outputs=widths.vocabulary if widths.output_layer else 0,
    )


def _layer(widths: Widths) -> Block:
    hidden, count = widths.hidden, widths.heads
    heads = Heads(queries=count, key_values=count, width=hidden // count)
    names = Names(query="query", key="key", value="value", output="output")
    parts = {
        "attention": attention(hidden, heads, names=names, bias=ALL_BIASED),
        "feed_forward": plain(hidden, 4 * hidden, names=("up", "down")),
    }
    normed = norm(hidden, bias=True)
    around = {"attention_norm": normed, "feed_forward_norm": normed}
    return joined({**parts, **around} if widths.norms else parts)
