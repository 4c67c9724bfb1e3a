"""Every storage type by name: the table that recipes choose from.

In: nothing. Out: `GGUF_TYPES` and the formats of the other runtimes, each as
elements and bytes per block, with the arrays that lie beside the weights.
"""

from __future__ import annotations

from typing import Final

from tabfit.storage.storage_type import (
    BF16,
    F16,
    F32,
    F64,
    I8,
    I16,
    I32,
    I64,
    Beside,
    Per,
    StorageType,
)

# GGUF. Source: ggml's block structures (ggml/src/ggml-common.h), as PyPI `gguf` 0.19.0 lists
# them; a test compares the two. Q2_0 is newer than that package (llama.cpp, June 2026).
_GGUF_BLOCKS = {
    "Q4_0": (32, 18),
    "Q4_1": (32, 20),
    "Q5_0": (32, 22),
    "Q5_1": (32, 24),
    "Q8_0": (32, 34),
    "Q8_1": (32, 40),  # activations only
    "Q2_K": (256, 84),
    "Q3_K": (256, 110),
    "Q4_K": (256, 144),
    "Q5_K": (256, 176),
    "Q6_K": (256, 210),
    "Q8_K": (256, 292),  # activations only
    "IQ1_S": (256, 50),
    "IQ1_M": (256, 56),
    "IQ2_XXS": (256, 66),
    "IQ2_XS": (256, 74),
    "IQ2_S": (256, 82),
    "IQ3_XXS": (256, 98),
    "IQ3_S": (256, 110),
    "IQ4_NL": (32, 18),
    "IQ4_XS": (256, 136),
    "TQ1_0": (256, 54),  # five ternary digits to a byte
    "TQ2_0": (256, 66),
    "MXFP4": (32, 17),
    "NVFP4": (64, 36),
    "Q1_0": (128, 18),
    "Q2_0": (64, 18),
    "PQ2_0": (128, 34),  # PrismML's fork only
}


def _tl2_size(rows: int, columns: int) -> int:
    """Return the bytes of TL2: five for 24 weights, but the last 256 columns four to a byte.

    The result is padded to 32, as the fork's ggml.c does before the scale's 32.
    Source: microsoft/BitNet, its llama.cpp fork's ggml_nbytes.
    """
    thirds = (columns - 256) * rows // 3 * 5 // 8
    return -(-(thirds + 256 * rows // 4) // 32) * 32


_SCALE_TAIL = (Beside(32, Per.TENSOR),)  # one float32 scale, padded to 32 bytes

# The types of bitnet.cpp, a fork of llama.cpp that only reads its own files.
I2_S = StorageType("I2_S", 4, 1, _SCALE_TAIL, runs=True)
TL1 = StorageType("TL1", 4, 1, _SCALE_TAIL, runs=True)
TL2 = StorageType("TL2", 24, 5, _SCALE_TAIL, packed_size=_tl2_size)

GGUF_TYPES: dict[str, StorageType] = {
    kind.name: kind
    for kind in (
        *(F64, F32, F16, BF16, I64, I32, I16, I8),
        *(StorageType(name, *block) for name, block in _GGUF_BLOCKS.items()),
        *(I2_S, TL1, TL2),
    )
}

# Packed signs with nothing beside them: what one bit would be if scales were free.
TERNARY = StorageType("TERNARY", 5, 1)  # 3^5 = 243 values fit a byte: 1.6 bits
BINARY = StorageType("BINARY", 8, 1)


def _packed(bits: int) -> tuple[int, int]:
    """Return the smallest whole bytes that `bits`-wide codes fill, as (elements, bytes)."""
    return (8 // bits, 1) if 8 % bits == 0 else (8, bits)


# ONNX. Sources: onnxruntime ContribOperators.md (MatMulNBits, GatherBlockQuantized, MatMulBnb4).
def matmul_nbits(
    bits: int = 4, *, block: int = 32, scale: StorageType = F32, zero_points: bool = False
) -> StorageType:
    """Return MatMulNBits: per block of a row whole packed codes, a scale, perhaps a zero point.

    Every block is stored whole, so a last short block costs as much as a full
    one; the zero points of a row are packed together and padded to a byte.

    >>> matmul_nbits(4).bits_per_weight
    5.0
    """
    zeros = (Beside(1, Per.BLOCK, block * 8 // bits),) if zero_points else ()
    return StorageType(
        f"MatMulNBits {bits}-bit block {block} {scale.name}",
        block,
        block * bits // 8,
        (Beside(scale.size, Per.BLOCK, block), *zeros),
    )


#: The operator that looks packed embeddings up.
PACKED_LOOKUP: Final = "GatherBlockQuantized"


def gather_block_quantized(
    bits: int = 4, *, block: int = 32, scale: StorageType = F32, zero_points: bool = False
) -> StorageType:
    """Return GatherBlockQuantized, an embedding's form: codes of a row without block padding."""
    zeros = (Beside(1, Per.BLOCK, block * 8 // bits),) if zero_points else ()
    return StorageType(
        f"{PACKED_LOOKUP} {bits}-bit block {block} {scale.name}",
        *_packed(bits),
        (Beside(scale.size, Per.BLOCK, block), *zeros),
    )


def matmul_bnb4(*, block: int = 64, scale: StorageType = F32) -> StorageType:
    """Return MatMulBnb4: two codes to a byte and a scale per run of the flattened weights."""
    name = f"MatMulBnb4 block {block} {scale.name}"
    return StorageType(name, 2, 1, (Beside(scale.size, Per.RUN, block),), runs=True)


ONNX_INT8 = StorageType("ONNX int8", 1, 1, (Beside(4, Per.TENSOR), Beside(1, Per.TENSOR)))


# MLC. Source: mlc-ai/mlc-llm python/mlc_llm/quantization: codes fill whole uint32 words.
def _mlc(bits: int, group: int, scale: StorageType) -> StorageType:
    per_word = 32 // bits
    words = group // per_word
    name = f"MLC q{bits} group {group} {scale.name}"
    return StorageType(name, group, 4 * words, (Beside(scale.size, Per.BLOCK, group),))


MLC_Q4F16 = _mlc(4, 32, F16)
MLC_Q4F32 = _mlc(4, 32, F32)
MLC_Q3F16 = _mlc(3, 40, F16)  # ten codes to a word, two bits of it unused

# LiteRT and MediaPipe: one float32 scale per output channel, no zero points (symmetric).
LITERT_INT8 = StorageType("LiteRT int8", 1, 1, (Beside(4, Per.ROW),))
LITERT_INT4 = StorageType("LiteRT int4", 2, 1, (Beside(4, Per.ROW),), runs=True)


# PyTorch and safetensors.
def gptq(bits: int = 4, *, group: int = 128, order: bool = True) -> StorageType:
    """Return GPTQ: int32 words of codes, float16 scales and packed zero points per group.

    `order` adds the int32 group of each input channel, which AWQ does without.

    >>> gptq(4, order=False).bits_per_weight
    4.15625
    """
    elements, size = (32 // bits, 4) if 32 % bits == 0 else (32, 4 * bits)
    groups = (Beside(2, Per.BLOCK, group), Beside(bits, Per.RUN, 8 * group))
    index = (Beside(4, Per.COLUMN),) if order else ()
    name = f"{'GPTQ' if order else 'AWQ'} {bits}-bit group {group}"
    return StorageType(name, elements, size, (*groups, *index))


GPTQ_4 = gptq(4)
GPTQ_3 = gptq(3)
AWQ_4 = gptq(4, order=False)

# bitsandbytes: runs of 64, a 16-entry code book of float32 per tensor.
NF4 = StorageType("NF4", 2, 1, (Beside(4, Per.RUN, 64), Beside(64, Per.TENSOR)), runs=True)
NF4_DOUBLE = StorageType(
    "NF4 double quantised",
    2,
    1,
    (
        Beside(1, Per.RUN, 64),  # the scales, themselves 8-bit
        Beside(4, Per.RUN, 64 * 256),
        Beside(64 + 1024, Per.TENSOR),  # two code books, 16 and 256 entries
    ),
    runs=True,
)
LLM_INT8 = StorageType("LLM.int8()", 1, 1, (Beside(4, Per.ROW), Beside(1, Per.TENSOR)))

FP8 = StorageType("FP8", 1, 1, (Beside(4, Per.TENSOR),))
FP8_BLOCK = StorageType("FP8 block 128", 1, 1, (Beside(4, Per.TILE, 128),))  # DeepSeek-V3's
MXFP4 = StorageType("MXFP4", 2, 1, (Beside(1, Per.BLOCK, 32),))
NVFP4 = StorageType("NVFP4", 2, 1, (Beside(1, Per.BLOCK, 16), Beside(4, Per.TENSOR)))


def scaled(bits: int, *, group: int | None = None, tensor: bool = False) -> StorageType:
    """Return whole numbers of so many bits with a bfloat16 scale and no zero point.

    A scale stands for a group of a row, a whole row, or the tensor: what compressed-tensors
    packs into words of 32 bits, or keeps byte by byte.

    >>> scaled(4, group=128).bits_per_weight, scaled(8).size_of((10, 64))
    (4.125, 660)
    """
    codes = (8, 4) if bits == 4 else (1, 1)
    per = Per.TENSOR if tensor else Per.BLOCK if group else Per.ROW
    name = f"{bits}-bit {'tensor' if tensor else f'group {group}' if group else 'channel'}"
    return StorageType(name, *codes, (Beside(2, per, group or 1),))


def hqq(bits: int, *, group: int = 64) -> StorageType:
    """Return HQQ: packed codes with a float16 scale and a float16 zero point per group.

    Three-bit codes go ten to an int32. Left out: scales that are quantised in turn.
    """
    codes = (10, 4) if bits == 3 else _packed(bits)
    name = f"HQQ {bits}-bit group {group}"
    return StorageType(name, *codes, (Beside(4, Per.RUN, group),), runs=True)


HQQ_8, HQQ_4, HQQ_3, HQQ_2, HQQ_1 = hqq(8), hqq(4), hqq(3), hqq(2, group=16), hqq(1, group=32)

# One-bit methods for any decoder's linear layers.
ONEBIT = StorageType(
    "OneBit", 8, 1, (Beside(2, Per.ROW), Beside(2, Per.COLUMN)), runs=True
)  # arXiv 2402.11295
BILLM_NOMINAL = StorageType("BiLLM nominal", 200, 27, runs=True)  # 1.08 bits, arXiv 2402.04291
# What BiLLM's own parts add up to: signs, a bitmap that splits the rest in two groups, seven
# float16 values per 128 weights of a row, a flag per salient column. Left out: the second sign
# of salient columns (at most a tenth of a bit). Accounting as in arXiv 2410.03129.
BILLM_STORED = StorageType(
    "BiLLM stored",
    8,
    1,
    (Beside(1, Per.BLOCK, 8), Beside(14, Per.BLOCK, 128), Beside(1, Per.COLUMN, 8)),
)
# A tenth of the weights at eight bits, the rest at one; and the mask that tells them apart.
PBLLM_NOMINAL = StorageType("PB-LLM nominal", 80, 17, runs=True)  # 1.7 bits, arXiv 2310.00034
PBLLM_STORED = StorageType("PB-LLM stored", 80, 17, (Beside(1, Per.RUN, 8),), runs=True)
