"""The one value every building block of a model is, and how blocks are put together.

In: tensors with names relative to the block, and what one layer of it keeps.
Out: larger blocks, and stacks of layers. What each kind of block holds is said
in the modules beside this one, once for all models.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from tabfit.errors import UnreadableConfig
from tabfit.i18n.language import Message
from tabfit.light_dataclass import dataclass, replace
from tabfit.model.layers import Keeps, Layer
from tabfit.model.tensors import Part, Role, Tensor


@dataclass(frozen=True, slots=True)
class Block:
    """Tensors with names relative to the block, and the widths it lends its layer.

    `heads` and `head_width` are those of its attention, `inner` the width of
    its feed-forward as one token meets it, `keeps` what stays between tokens.
    """

    tensors: tuple[Tensor, ...]
    heads: int = 0
    head_width: int = 0
    inner: int = 0
    keeps: tuple[Keeps, ...] = ()

    @property
    def layer(self) -> Layer:
        """Return the block's widths as an architecture's layer."""
        return Layer(
            attention_heads=self.heads,
            head_width=self.head_width,
            feed_forward=self.inner,
            keeps=self.keeps,
        )


@dataclass(frozen=True, slots=True)
class Stack:
    """Layers placed under one name: every tensor, and every layer's widths."""

    tensors: tuple[Tensor, ...]
    layers: tuple[Layer, ...]


EMPTY = Block(())

#: Ten times what the largest published models have.
MOST_TENSORS = 20_000


def joined(parts: Mapping[str, Block]) -> Block:
    """Return one block that holds others under their names.

    A name may have dots, and may be empty for tensors that lie directly in the
    block. Heads and widths add up only where several parts have them: inner
    widths are summed (experts beside a dense layer), heads are the largest.
    """
    return Block(
        tuple(
            named(tensor, f"{name}.{tensor.name}" if name else tensor.name)
            for name, block in parts.items()
            for tensor in block.tensors
        ),
        heads=max((block.heads for block in parts.values()), default=0),
        head_width=max((block.head_width for block in parts.values()), default=0),
        inner=sum(block.inner for block in parts.values()),
        keeps=tuple(kept for block in parts.values() for kept in block.keeps),
    )


def named(tensor: Tensor, name: str, layer: int | None = None, part: Part | None = None) -> Tensor:
    """Return the tensor under another name; ties inside a block are not moved."""
    return Tensor(
        name=name,
        shape=tensor.shape,
        role=tensor.role,
        part=tensor.part if part is None else part,
        layer=tensor.layer if layer is None else layer,
        bias=tensor.bias,
        tied_to=tensor.tied_to,
        uses=tensor.uses,
        active=tensor.active,
        buffer=tensor.buffer,
        unread=tensor.unread,
    )


def unread(block: Block) -> Block:
    """Return the block as one that no output needs."""
    return replace(block, tensors=tuple(replace(t, unread=True) for t in block.tensors))


def placed(at: str, block: Block, part: Part = Part.DECODER) -> tuple[Tensor, ...]:
    """Return the block's tensors under a full name.

    >>> from tabfit.model.blocks.linear import linear
    >>> [tensor.name for tensor in placed("model.head", linear(4, 2, Role.HEAD, bias=True))]
    ['model.head.weight', 'model.head.bias']
    """
    return tuple(named(t, f"{at}.{t.name}" if at else t.name, None, part) for t in block.tensors)


def stacked(at: str, blocks: Sequence[Block], part: Part = Part.DECODER) -> Stack:
    """Return blocks numbered from 0 under one name, as a list of modules is.

    Refused before any array is named where there would be more than any
    published model has, so that no config fills memory here.
    """
    count = sum(len(block.tensors) for block in blocks)
    if count > MOST_TENSORS:
        raise UnreadableConfig(
            at,
            Message(
                "would hold {count} tensors; at most {most} are read",
                count=count,
                most=MOST_TENSORS,
            ),
        )
    return Stack(
        tuple(_numbered(at, blocks, part)),
        tuple(block.layer for block in blocks),
    )


def _numbered(at: str, blocks: Sequence[Block], part: Part) -> Iterator[Tensor]:
    for number, block in enumerate(blocks):
        prefix = f"{at}.{number}."
        for tensor in block.tensors:
            yield named(tensor, prefix + tensor.name, number, part)


def vector(name: str, width: int, role: Role, *, buffer: bool = False) -> Block:
    """Return one named array of one dimension."""
    return Block((Tensor(name=name, shape=(width,), role=role, buffer=buffer),))


def array(name: str, shape: tuple[int, ...], role: Role, *, buffer: bool = False) -> Block:
    """Return one named array that is no part of a linear layer."""
    return Block((Tensor(name=name, shape=shape, role=role, buffer=buffer),))


def beside(*blocks: Block) -> Block:
    """Return one block that holds the tensors of several under no further name."""
    return Block(
        tuple(tensor for block in blocks for tensor in block.tensors),
        heads=max((block.heads for block in blocks), default=0),
        head_width=max((block.head_width for block in blocks), default=0),
        inner=sum(block.inner for block in blocks),
        keeps=tuple(kept for block in blocks for kept in block.keeps),
    )


def tensors_of(*groups: Iterable[Tensor]) -> tuple[Tensor, ...]:
    """Return groups of tensors as one, in order."""
    return tuple(tensor for group in groups for tensor in group)
