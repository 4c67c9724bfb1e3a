"""MobileNet V5, which sees for Gemma 3n: convolutions, and attention with one key for all heads.

In: keys of a vision_config that names the one published size. Out: its body.
Source: the definition of `mobilenetv5_300m_enc` in timm 1.0
(github.com/huggingface/pytorch-image-models, timm/models/mobilenetv5.py).
"""

from __future__ import annotations

from tabfit.architectures.family import Asked, Body
from tabfit.architectures.vision.patches.vit import picture_body
from tabfit.light_dataclass import dataclass
from tabfit.model.blocks.attention import Heads, attending
from tabfit.model.blocks.block import Block, Stack, joined, placed, stacked, tensors_of, vector
from tabfit.model.blocks.linear import convolution, norm
from tabfit.model.tensors import Part, Role

ARCHITECTURE = "mobilenetv5_300m_enc"
STEM = 64
FUSED = 2048


def _unbiased(read: int, written: int, kernel: int = 1, *, each: bool = False) -> Block:
    """Return a square convolution without offsets; `each` works channel by channel."""
    groups = read if each else 1
    return convolution(read, written, kernel, kernel, groups=groups, bias=False)


def _normed(block: Block, width: int) -> Block:
    return joined({"conv": block, "bn": norm(width)})


@dataclass(frozen=True, slots=True)
class Edge:
    """A full convolution that widens, and one that narrows."""

    width: int
    factor: int

    def block(self, read: int) -> Block:
        """Return the block behind so many channels."""
        inner = read * self.factor
        return joined(
            {
                "conv_exp": _unbiased(read, inner, 3),
                "bn1": norm(inner),
                "conv_pwl": _unbiased(inner, self.width),
                "bn2": norm(self.width),
            }
        )


@dataclass(frozen=True, slots=True)
class Inverted:
    """Widen and narrow point by point; convolve each channel before (`start`) or between."""

    width: int
    factor: int
    start: int = 0
    middle: int = 0

    def block(self, read: int) -> Block:
        """Return the block behind so many channels."""
        inner, parts = read * self.factor, {}
        if self.start:
            parts["dw_start"] = _normed(_unbiased(read, read, self.start, each=True), read)
        parts["pw_exp"] = _normed(_unbiased(read, inner), inner)
        if self.middle:
            parts["dw_mid"] = _normed(_unbiased(inner, inner, self.middle, each=True), inner)
        parts["pw_proj"] = _normed(_unbiased(inner, self.width), self.width)
        return joined({**parts, "layer_scale": vector("gamma", self.width, Role.OTHER)})


@dataclass(frozen=True, slots=True)
class Looks:
    """Attention with one key and one value for all heads, perhaps over fewer places."""

    width: int
    heads: int
    head_width: int
    shrinks: bool = False

    def block(self, read: int) -> Block:
        """Return the block behind so many channels."""
        heads = Heads(queries=self.heads, key_values=1, width=self.head_width)
        parts = {
            "norm": norm(read),
            "attn.query.proj": _unbiased(read, heads.query_outputs),
            "attn.output.proj": _unbiased(heads.query_outputs, self.width),
            "layer_scale": vector("gamma", self.width, Role.OTHER),
        }
        for name in ("key", "value"):
            parts[f"attn.{name}.proj"] = _unbiased(read, self.head_width)
            if self.shrinks:
                parts[f"attn.{name}.down_conv"] = _unbiased(read, read, 3, each=True)
                parts[f"attn.{name}.norm"] = norm(read)
        return attending(joined(parts), heads, ())


STAGES: tuple[tuple[Edge | Inverted | Looks, ...], ...] = (
    (Edge(128, 4),) * 3,
    (Inverted(256, 6, 3, 5), *(Inverted(256, 4, 5), Inverted(256, 4, 3)) * 2),
    (
        Inverted(640, 6, 5, 5),
        *(Inverted(640, 4, 5),) * 7,
        Inverted(640, 1),
        *(Looks(640, 12, 64, shrinks=True), Inverted(640, 2)) * 14,
    ),
    (Inverted(1280, 6, 5, 5), *(Looks(1280, 16, 96), Inverted(1280, 2)) * 19),
)


def mobilenet_v5(asked: Asked) -> Body:
    """Return the encoder: four stages, the last two fused into one grid of wide vectors."""
    asked.keys.word("architecture", (ARCHITECTURE,))
    at, read = asked.at, STEM
    stacks = []
    for number, stage in enumerate(STAGES):
        widths = (read, *(part.width for part in stage))
        blocks = [part.block(width) for part, width in zip(stage, widths, strict=False)]
        stacks.append(stacked(f"{at}blocks.{number}", blocks, Part.VISION))
        read = stage[-1].width
    front = placed(at.removesuffix("."), _around(STAGES[2][0].width + read), Part.VISION)
    whole = Stack(
        tensors_of(front, *(stack.tensors for stack in stacks)),
        tuple(layer for stack in stacks for layer in stack.layers),
    )
    return picture_body(whole.tensors, whole, FUSED, None)


def _around(fused: int) -> Block:
    """Return the stem before the stages, and what fuses the last two behind them."""
    stem = joined({"conv": convolution(3, STEM, 3, 3), "bn": norm(STEM)})
    fuses = Inverted(FUSED, 2).block(fused)
    ffn = Block(tuple(t for t in fuses.tensors if not t.name.startswith("layer_scale")))
    return joined({"conv_stem": stem, "msfa.ffn": ffn, "msfa.norm": norm(FUSED)})
