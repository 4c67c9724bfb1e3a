"""Number types as safetensors, ONNX and LiteRT name them, as storage types.

In: a format's own code. Out: the `StorageType`, one name for one type whichever
file it lies in.

Sources: safetensors 0.8 (`Dtype` in its header), onnx 1.23 (`TensorProto.DataType`),
LiteRT 2.3 (`TensorType` of its schema).
"""

from __future__ import annotations

from collections.abc import Mapping

from tabfit.storage.storage_type import BF16, F16, F32, F64, I8, I16, I32, I64, U8, StorageType

U16 = StorageType("U16", elements=1, size=2)
U32 = StorageType("U32", elements=1, size=4)
U64 = StorageType("U64", elements=1, size=8)
BOOL = StorageType("BOOL", elements=1, size=1)
C64 = StorageType("C64", elements=1, size=8)
C128 = StorageType("C128", elements=1, size=16)
F8_E4M3 = StorageType("F8_E4M3", elements=1, size=1)
F8_E4M3FNUZ = StorageType("F8_E4M3FNUZ", elements=1, size=1)
F8_E5M2 = StorageType("F8_E5M2", elements=1, size=1)
F8_E5M2FNUZ = StorageType("F8_E5M2FNUZ", elements=1, size=1)
F8_E8M0 = StorageType("F8_E8M0", elements=1, size=1)
F6_E2M3 = StorageType("F6_E2M3", elements=4, size=3)
F6_E3M2 = StorageType("F6_E3M2", elements=4, size=3)
F4 = StorageType("F4", elements=2, size=1)
U4 = StorageType("U4", elements=2, size=1)
I4 = StorageType("I4", elements=2, size=1)
U2 = StorageType("U2", elements=4, size=1)
I2 = StorageType("I2", elements=4, size=1)
STRING = StorageType("STRING", elements=1, size=0)  # its bytes are counted, not computed

_SAFETENSORS = (
    *(F64, F32, F16, BF16, I64, I32, I16, I8, U64, U32, U16, U8, BOOL, C64),
    *(F8_E4M3, F8_E4M3FNUZ, F8_E5M2, F8_E5M2FNUZ, F8_E8M0, F6_E2M3, F6_E3M2, F4),
)

SAFETENSORS: Mapping[str, StorageType] = {kind.name: kind for kind in _SAFETENSORS}

ONNX: Mapping[int, StorageType] = {
    1: F32,
    2: U8,
    3: I8,
    4: U16,
    5: I16,
    6: I32,
    7: I64,
    8: STRING,
    9: BOOL,
    10: F16,
    11: F64,
    12: U32,
    13: U64,
    14: C64,
    15: C128,
    16: BF16,
    17: F8_E4M3,
    18: F8_E4M3FNUZ,
    19: F8_E5M2,
    20: F8_E5M2FNUZ,
    21: U4,
    22: I4,
    23: F4,
    24: F8_E8M0,
    25: U2,
    26: I2,
    27: F6_E2M3,
    28: F6_E3M2,
}

TFLITE: Mapping[int, StorageType] = {
    0: F32,
    1: F16,
    2: I32,
    3: U8,
    4: I64,
    5: STRING,
    6: BOOL,
    7: I16,
    8: C64,
    9: I8,
    10: F64,
    11: C128,
    12: U64,
    15: U32,
    16: U16,
    17: I4,
    18: BF16,
    19: I2,
    20: U4,
    21: F8_E4M3,
    22: F8_E5M2,
}


def packed_size(kind: StorageType, elements: int) -> int:
    """Return the bytes of so many elements packed one after another, rows not padded.

    >>> packed_size(I4, 7)
    4
    """
    return -(-elements * kind.size // kind.elements)
