"""How many weights the arrays of a quantised checkpoint hold: packed words are counted unpacked.

In: a file's tensors. Out: their true number; scales, zero points and code books are none.
A file does not say how it was quantised, its names do: each maker calls the arrays beside a
packed one after it.

Sources: GPTQModel and AutoAWQ (`qweight`), compressed-tensors (`weight_packed`), bitsandbytes'
`quant_state`, ModelOpt and FP8 (`weight_scale`), OpenAI's gpt-oss (`_blocks`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from math import prod
from typing import Final

from tabfit.recipes.stored_model import StoredTensor

#: Ends of names beside a packed array, by the end of that array's own name.
BESIDE: Final[Mapping[str, tuple[str, ...]]] = {
    "qweight": ("qzeros", "scales", "g_idx"),
    "weight_packed": (
        *("weight_scale", "weight_shape", "weight_zero_point", "weight_global_scale"),
        *("input_global_scale", "weight_g_idx"),
    ),
    "weight": (
        *("weight.absmax", "weight.quant_map", "weight.nested_absmax", "weight.nested_quant_map"),
        *("weight.quant_state.bitsandbytes__nf4", "weight.quant_state.bitsandbytes__fp4"),
        *("weight_scale", "weight_scale_2", "weight_scale_inv", "weight_zero_point"),
        *("input_scale", "SCB", "weight_format"),
    ),
    "_blocks": ("_scales",),
}
_WORD: Final = 32  # bits of the words that codes are packed into
_CODES: Final = (2, 3, 4, 8)


def true_count(tensors: Iterable[StoredTensor]) -> int:
    """Return how many weights tensors hold.

    A word of 32 bits holds as many codes as its zero points, packed alike, have beside their
    scales; a byte beside four-bit scales holds two.
    """
    named = {tensor.name: tensor for tensor in tensors}
    beside = {name for each in named for name in _beside(each, named)}
    return sum(_weights(each, named) for name, each in named.items() if name not in beside)


def _beside(name: str, named: Mapping[str, StoredTensor]) -> Iterator[str]:
    """Yield the names of the arrays that lie beside a packed one."""
    for end, others in BESIDE.items():
        if name.endswith(end) and (end == "_blocks" or name.endswith(f".{end}") or name == end):
            stem = name.removesuffix(end)
            yield from (stem + other for other in others if stem + other in named)


def _weights(tensor: StoredTensor, named: Mapping[str, StoredTensor]) -> int:
    count, name = prod(tensor.shape), tensor.name
    if tensor.type.name == "I32" and name.endswith(".qweight"):
        return count * _WORD // _bits(name.removesuffix("qweight"), named)
    if tensor.type.name == "I32" and name.endswith(".weight_packed"):
        return count * _WORD // _bits(name.removesuffix("weight_packed"), named)
    if tensor.type.name == "U8" and _is_halved(name, named):
        return 2 * count
    return count


def _is_halved(name: str, named: Mapping[str, StoredTensor]) -> bool:
    """Return whether each byte of an array holds two weights."""
    if name.endswith(("_blocks", ".weight_packed")) or f"{name}.absmax" in named:
        return True
    scale = named.get(f"{name}_scale")
    return name.endswith(".weight") and scale is not None and scale.type.name == "F8_E4M3"


def _bits(stem: str, named: Mapping[str, StoredTensor]) -> int:
    """Return the bits of a code: what the zero points of a group take beside its scales; else 4."""
    zeros = named.get(f"{stem}qzeros") or named.get(f"{stem}weight_zero_point")
    scales = named.get(f"{stem}scales") or named.get(f"{stem}weight_scale")
    if zeros is None or scales is None or not prod(scales.shape):
        return 4
    bits = round(_WORD * prod(zeros.shape) / prod(scales.shape))
    return bits if bits in _CODES else 4
