"""An architecture: blocks stacked into a model, ready to be measured.

In: what `config` understood. Out: one value with every tensor, what each layer
keeps between tokens, and the few widths that working memory depends on.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from willitfit.tensors import Inventory, Part


class Kind(StrEnum):
    """How a model is run: once over its input, or token by token."""

    ENCODER = "encoder"  # one pass: text, image or audio in, vectors or labels out
    DECODER = "decoder"  # token by token
    ENCODER_DECODER = "encoder-decoder"  # one pass, then token by token


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyValue:
    """Keys and values kept for each token.

    `window` bounds how many tokens are ever looked back at. `shared` marks a
    layer that reads another layer's cache and keeps none. `positions` fixes
    the length (cross-attention over an encoder's output); otherwise the cache
    grows with the context.
    """

    key_value_heads: int
    key_width: int
    value_width: int
    window: int | None = None
    shared: bool = False
    positions: int | None = None

    @property
    def elements_per_token(self) -> int:
        """Return the numbers one token adds in this layer."""
        return 0 if self.shared else self.key_value_heads * (self.key_width + self.value_width)


@dataclass(frozen=True, slots=True, kw_only=True)
class Latent:
    """One compressed vector per token (DeepSeek's latent attention).

    `rank` is the compressed width, `rope_width` the rotary part beside it.
    `expanded` is what a runtime keeps that does not exploit the compression.
    """

    rank: int
    rope_width: int
    expanded: KeyValue

    @property
    def elements_per_token(self) -> int:
        """Return the numbers one token adds in this layer."""
        return self.rank + self.rope_width


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A constant state: recurrent `elements` and a short convolution's inputs."""

    elements: int
    convolution_elements: int = 0


Keeps = KeyValue | Latent | State


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One layer's widths: what working memory and the cache depend on.

    `feed_forward` is the inner width one token meets (active experts summed).
    """

    attention_heads: int
    head_width: int
    feed_forward: int
    keeps: tuple[Keeps, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tower:
    """A stack of layers of one width: an encoder, a decoder, a vision tower.

    `positions` is the longest input the tower takes (tokens, patches, audio
    frames), `None` where only memory bounds it. `rope_widths` are the rotary
    widths of its distinct rotary bases (tables some exporters store).
    """

    part: Part
    hidden: int
    layers: tuple[Layer, ...]
    positions: int | None = None
    rope_widths: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Architecture:
    """Everything the sizes depend on, and nothing of how it was written down.

    `family` is the model_type, `head` the class named in `architectures`.
    `outputs` is the width of the last projection: the vocabulary of a language
    model, the labels of a classifier, 0 for bare hidden states. `notes` are
    sentences the reader of the config must see ("assumed Llama-like").
    """

    family: str
    head: str
    kind: Kind
    inventory: Inventory
    towers: tuple[Tower, ...]
    vocabulary: int
    outputs: int
    notes: tuple[str, ...] = field(default=())

    def tower(self, part: Part) -> Tower | None:
        """Return the tower of one part, if the model has it."""
        return next((tower for tower in self.towers if tower.part is part), None)

    @property
    def main(self) -> Tower:
        """Return the tower that generates, or the only one."""
        return self.tower(Part.DECODER) or self.towers[0]
