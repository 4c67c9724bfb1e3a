"""Weights at random, made fast: nothing learnt, nothing compressible.

In: an element type and a count. Out: bytes. One block of random numbers is
drawn per type and repeated from a moving start, so that a gigabyte takes
about a second while every page holds its own data.
"""

from __future__ import annotations

from functools import cache
from itertools import count

import numpy as np
from numpy.typing import NDArray

_ELEMENTS = 1 << 20
_starts = count(0, 104_729)  # a prime step: no two tensors begin alike


def _numbers(kind: str) -> NDArray[np.generic]:
    """Return one block of small random numbers of an element type."""
    draw = np.random.default_rng(20261122)
    if kind == "uint8":
        return draw.integers(0, 256, _ELEMENTS, dtype=np.uint8)
    return (draw.standard_normal(_ELEMENTS, dtype=np.float32) * 0.02).astype(kind)


@cache
def _twice(kind: str) -> tuple[bytes, int]:
    """Return a type's random block written twice, and the bytes of one element."""
    block = _blocks(kind) if kind in _LAYOUTS else _numbers(kind)
    return block.tobytes() * 2, block.itemsize


def _draw(kind: str, elements: int) -> bytes:
    """Return that many elements: the block, begun somewhere and repeated."""
    block, size = _twice(kind)
    once = len(block) // 2
    start = next(_starts) * size % once
    whole, rest = divmod(elements * size, once)
    return block[start : start + once] * whole + block[start : start + rest]


def numbers(kind: str, elements: int) -> bytes:
    """Return the bytes of random weights of a type: float32, float16, uint8."""
    return _draw(kind, elements)


# bytes of a block, and where its half-precision scales lie
_LAYOUTS = {
    "Q8_0": (34, (0,)),
    "Q4_0": (18, (0,)),
    "Q4_K": (144, (0, 2)),
    "Q6_K": (210, (208,)),
}


def _blocks(kind: str) -> NDArray[np.generic]:
    """Return whole blocks of a GGUF type, their scales small and finite.

    Layouts: ggml/src/ggml-common.h (`block_q8_0`, `block_q4_0`, `block_q4_K`,
    `block_q6_K`). Only the scales matter to arithmetic, the rest is random.
    """
    draw = np.random.default_rng(20261123)
    size, scales = _LAYOUTS[kind]
    rows = draw.integers(0, 256, ((1 << 21) // size, size), dtype=np.uint8)
    for at in scales:
        small = (draw.random(len(rows)) * 1e-4 + 1e-5).astype(np.float16)
        rows[:, at : at + 2] = small.view(np.uint8).reshape(-1, 2)
    return rows.reshape(-1).view(f"V{size}")


def blocks(kind: str, size: int) -> bytes:
    """Return `size` bytes of whole blocks of a GGUF type."""
    return _draw(kind, size // _LAYOUTS[kind][0])
