"""GGUF's numbers for its tensor types and for the values of its metadata.

In: a number from a file. Out: the storage type, or how to unpack the value.

Source: `ggml_type` and `gguf_metadata_value_type` in llama.cpp (ggml.h, gguf.h),
as PyPI `gguf` 0.19.0 lists them; Q2_0 is newer than that package.
"""

from __future__ import annotations

from collections.abc import Mapping

from tabfit.storage.storage_type import StorageType
from tabfit.storage.type_table import GGUF_TYPES

_NUMBERS = {
    "F32": 0,
    "F16": 1,
    "Q4_0": 2,
    "Q4_1": 3,
    "Q5_0": 6,
    "Q5_1": 7,
    "Q8_0": 8,
    "Q8_1": 9,
    "Q2_K": 10,
    "Q3_K": 11,
    "Q4_K": 12,
    "Q5_K": 13,
    "Q6_K": 14,
    "Q8_K": 15,
    "IQ2_XXS": 16,
    "IQ2_XS": 17,
    "IQ3_XXS": 18,
    "IQ1_S": 19,
    "IQ4_NL": 20,
    "IQ3_S": 21,
    "IQ2_S": 22,
    "IQ4_XS": 23,
    "I8": 24,
    "I16": 25,
    "I32": 26,
    "I64": 27,
    "F64": 28,
    "IQ1_M": 29,
    "BF16": 30,
    "TQ1_0": 34,
    "TQ2_0": 35,
    "MXFP4": 39,
    "NVFP4": 40,
    "Q1_0": 41,
    "Q2_0": 42,
}

TYPES: Mapping[int, StorageType] = {number: GGUF_TYPES[name] for name, number in _NUMBERS.items()}

# Value types: a `struct` code and its bytes for what has a fixed size.
FIXED: Mapping[int, tuple[str, int]] = {
    0: ("B", 1),
    1: ("b", 1),
    2: ("H", 2),
    3: ("h", 2),
    4: ("I", 4),
    5: ("i", 4),
    6: ("f", 4),
    7: ("?", 1),
    10: ("Q", 8),
    11: ("q", 8),
    12: ("d", 8),
}
STRING, ARRAY = 8, 9
