"""An architecture: blocks stacked into a model, ready to be measured.

In: what `config` understood. Out: one value with every tensor, what each layer
keeps between tokens, and the few widths that working memory depends on.
"""

from __future__ import annotations

from enum import StrEnum

from tabfit.light_dataclass import dataclass
from tabfit.model.layers import Keeps, KeyValue, Latent, Layer, State
from tabfit.model.tensors import Inventory, Part, Tensor
from tabfit.model.tokenizer import Tokenizer

__all__ = ["Architecture", "Keeps", "KeyValue", "Kind", "Latent", "Layer", "State", "Tower"]


class Kind(StrEnum):
    """How a model is run: once over its input, or token by token."""

    ENCODER = "encoder"  # one pass: text, image or audio in, vectors or labels out
    DECODER = "decoder"  # token by token
    ENCODER_DECODER = "encoder-decoder"  # one pass, then token by token


@dataclass(frozen=True, slots=True, kw_only=True)
class Tower:
    """A stack of layers of one width: an encoder, a decoder, a vision tower.

    `positions` is the longest input the tower takes (tokens, patches, audio
    frames), `None` where only memory bounds it. `rope_widths` are the rotary
    widths of its distinct rotary bases (tables some exporters store);
    `rope_scaling` is how a config says that positions are stretched ("llama3",
    "longrope", "proportional"), empty where they are not; `kept_waves` is for how many places the
    code that it was published with keeps cosines and sines as arrays. `distances` is how many
    distances its attention tells apart, 0 where it tells them otherwise. `per_second` is how
    many places a second of sound takes, `pads` that shorter sounds are filled up and longer ones
    cut into pieces. A picture that keeps its size is cut into squares of `square` pixels a side,
    each of so many `places`; 0 where pictures are scaled to one size.
    """

    part: Part
    hidden: int
    layers: tuple[Layer, ...]
    positions: int | None = None
    rope_widths: tuple[int, ...] = ()
    rope_scaling: str = ""
    kept_waves: int = 0
    distances: int = 0
    per_second: float = 0.0
    pads: bool = False
    square: int = 0
    places: int = 0


@dataclass(frozen=True, kw_only=True)
class Architecture:
    """Everything the sizes depend on, and nothing of how it was written down.

    `family` is the model_type, `head` the class named in `architectures`.
    `outputs` is the width of the last projection: the vocabulary of a language
    model, the labels of a classifier, 0 for bare hidden states. `notes` are
    sentences the reader of the config must see ("assumed Llama-like"). `beyond` are
    tensors that checkpoints hold and no class builds: layers that predict further tokens.
    `trained_at` is the precision that its weights were trained for, where others make no sense;
    `tokenizer` is what its family's models come with.
    """

    family: str
    head: str
    kind: Kind
    inventory: Inventory
    towers: tuple[Tower, ...]
    vocabulary: int
    outputs: int
    notes: tuple[str, ...] = ()
    beyond: tuple[Tensor, ...] = ()
    trained_at: str | None = None
    tokenizer: Tokenizer = Tokenizer()

    def tower(self, part: Part) -> Tower | None:
        """Return the tower of one part, if the model has it."""
        return next((tower for tower in self.towers if tower.part is part), None)

    @property
    def main(self) -> Tower:
        """Return the tower that generates, or the only one."""
        return self.tower(Part.DECODER) or self.towers[0]
