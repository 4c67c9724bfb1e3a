"""What one layer is wide, and what it keeps between tokens: the ground of every cache.

In: widths. Out: values that say how many numbers a token adds, or that a state
stays the same size whatever the context.
"""

from __future__ import annotations

from tabfit.light_dataclass import dataclass


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
