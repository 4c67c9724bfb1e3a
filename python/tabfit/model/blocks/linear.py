"""Linear layers, norms, embeddings and convolutions: the leaves of every model.

In: widths. Out: blocks with a `weight` and perhaps a `bias`, shaped as torch
stores them.
"""

from __future__ import annotations

from tabfit.model.blocks.block import Block
from tabfit.model.tensors import Role, Tensor


def linear(inputs: int, outputs: int, role: Role, *, bias: bool = False) -> Block:
    """Return a linear layer: one row per output.

    >>> [tensor.shape for tensor in linear(4, 2, Role.UP, bias=True).tensors]
    [(2, 4), (2,)]
    """
    return _with_bias((outputs, inputs), outputs, role, bias=bias)


def transposed(inputs: int, outputs: int, role: Role) -> Block:
    """Return a linear layer stored one row per input, always with a bias.

    GPT-2 stores its layers so; transformers calls the class `Conv1D`.
    """
    return _with_bias((inputs, outputs), outputs, role, bias=True)


def convolution(
    inputs: int, outputs: int, *kernel: int, groups: int = 1, bias: bool = True
) -> Block:
    """Return a convolution over one, two or three dimensions.

    >>> convolution(80, 384, 3).tensors[0].shape
    (384, 80, 3)
    """
    shape = (outputs, inputs // groups, *kernel)
    return _with_bias(shape, outputs, Role.CONVOLUTION, bias=bias)


def transposed_convolution(read: int, written: int, *kernel: int, bias: bool = True) -> Block:
    """Return a convolution that makes a map larger, stored one row per input.

    >>> transposed_convolution(8, 4, 2, 2).tensors[0].shape
    (8, 4, 2, 2)
    """
    return _with_bias((read, written, *kernel), written, Role.CONVOLUTION, bias=bias)


def _with_bias(shape: tuple[int, ...], outputs: int, role: Role, *, bias: bool) -> Block:
    weight = Tensor(name="weight", shape=shape, role=role)
    if not bias:
        return Block((weight,))
    return Block((weight, Tensor(name="bias", shape=(outputs,), role=role, bias=True)))


def norm(width: int, *, bias: bool = False) -> Block:
    """Return a norm's weights: root-mean-square without `bias`, layer norm with it."""
    return _with_bias((width,), width, Role.NORM, bias=bias)


def batch_norm(width: int) -> Block:
    """Return a batch norm: weights, and what it has seen, which is stored and never trained."""
    seen = tuple(
        Tensor(name=f"running_{name}", shape=(width,), role=Role.NORM, buffer=True)
        for name in ("mean", "var")
    )
    count = Tensor(name="num_batches_tracked", shape=(), role=Role.NORM, buffer=True)
    return Block((*norm(width, bias=True).tensors, *seen, count))


def embedding(rows: int, width: int, role: Role = Role.EMBEDDING) -> Block:
    """Return a table with one row per token (or position, or token type)."""
    return Block((Tensor(name="weight", shape=(rows, width), role=role),))
