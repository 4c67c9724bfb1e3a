"""What each method of quantisation makes of the matrices inside the layers.

In: a config's `quantization_config`. Out: the method's name and the type, `None` where its
settings are not understood.

Sources: as for `weight_types`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from tabfit.architectures.config_keys import mapping
from tabfit.storage.storage_type import I8, StorageType
from tabfit.storage.type_table import (
    FP8,
    FP8_BLOCK,
    LLM_INT8,
    MXFP4,
    NF4,
    NF4_DOUBLE,
    NVFP4,
    gptq,
    scaled,
)

_GROUPS: Final = range(8, 4097)
_BITS: Final = (2, 3, 4, 8)


def method_of(given: Mapping[str, Any]) -> tuple[str, StorageType | None]:
    """Return the method that a `quantization_config` names, and what its matrices become."""
    method = str(given.get("quant_method") or _nameless(given)).lower()
    read = _METHODS.get(method)
    return method, read(given) if read else None


def _nameless(given: Mapping[str, Any]) -> str:
    """Return the method of configs that name none: bitsandbytes' first ones."""
    return "bitsandbytes" if "load_in_4bit" in given or "load_in_8bit" in given else ""


# Each method: what its matrices become, `None` for settings that are not understood.


def _of_gptq(given: Mapping[str, Any], *, order: bool = True) -> StorageType | None:
    bits, group = given.get("bits"), given.get("group_size", 128)
    if bits not in _BITS or not isinstance(group, int):
        return None
    if group == -1:  # one group for a whole column
        return gptq(bits, group=2**20, order=order)
    return gptq(bits, group=group, order=order) if group in _GROUPS else None


def _of_awq(given: Mapping[str, Any]) -> StorageType | None:
    named = {"bits": given.get("bits", given.get("w_bit")), **given}
    named["group_size"] = given.get("group_size", given.get("q_group_size", 128))
    return _of_gptq(named, order=False) if given.get("zero_point", True) else None


def _of_bitsandbytes(given: Mapping[str, Any]) -> StorageType | None:
    if given.get("load_in_8bit") or given.get("_load_in_8bit"):
        return LLM_INT8
    if not (given.get("load_in_4bit") or given.get("_load_in_4bit")):
        return None
    return NF4_DOUBLE if given.get("bnb_4bit_use_double_quant") else NF4


def _of_fp8(given: Mapping[str, Any]) -> StorageType | None:
    block = given.get("weight_block_size")
    if block is None:
        return FP8
    return FP8_BLOCK if block in ([128, 128], (128, 128)) else None


def _of_compressed(given: Mapping[str, Any]) -> StorageType | None:
    groups = [mapping(mapping(each).get("weights")) for each in _groups(given)]
    kinds = {_of_group(each, str(given.get("format") or "")) for each in groups}
    return kinds.pop() if len(kinds) == 1 else None


def _groups(given: Mapping[str, Any]) -> tuple[object, ...]:
    return tuple(mapping(given.get("config_groups")).values())[:16]


def _of_group(weights: Mapping[str, Any], form: str) -> StorageType | None:
    """Return what one group of compressed-tensors makes of a matrix."""
    bits, kind, strategy = (weights.get(key) for key in ("num_bits", "type", "strategy"))
    group = weights.get("group_size")
    if bits == 4 and kind == "float":
        return {16: NVFP4, 32: MXFP4}.get(group) if isinstance(group, int) else None
    if bits == 8 and kind == "float":
        tiled = strategy == "block" and weights.get("block_structure") == [128, 128]
        return FP8_BLOCK if tiled else _eight(strategy)
    if bits == 8 and kind == "int" and "pack" not in form:
        return _eight(strategy)
    known = kind == "int" and weights.get("symmetric", True)
    if not known or bits not in (4, 8) or strategy not in ("group", "channel"):
        return None
    return scaled(bits, group=group if strategy == "group" and group in _GROUPS else None)


def _eight(strategy: object) -> StorageType | None:
    """Return eight-bit weights with a scale of two bytes for a tensor or a channel."""
    return {"tensor": scaled(8, tensor=True), "channel": scaled(8)}.get(str(strategy))


def _of_modelopt(given: Mapping[str, Any]) -> StorageType | None:
    return {"NVFP4": NVFP4, "FP8": FP8}.get(str(given.get("quant_algo")).upper())


_METHODS: Final[Mapping[str, Callable[[Mapping[str, Any]], StorageType | None]]] = {
    "gptq": _of_gptq,
    "awq": _of_awq,
    "bitsandbytes": _of_bitsandbytes,
    "fp8": _of_fp8,
    "mxfp4": lambda _given: MXFP4,
    "compressed-tensors": _of_compressed,
    "modelopt": _of_modelopt,
    "int8": lambda _given: I8,
}
