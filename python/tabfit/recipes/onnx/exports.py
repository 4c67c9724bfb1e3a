"""How somebody exported an ONNX file: which dtype, which table, which rotary tables, which head.

In: a tensor of the inventory, a dtype's name and an `Export`. Out: the storage
type it gets in the file. The rules are those of the tools that made the files
on the hub; what they leave open is a field of `Export`.
"""

from __future__ import annotations

from enum import StrEnum

from tabfit.light_dataclass import dataclass, replace
from tabfit.model.architecture import Architecture, Kind
from tabfit.model.tensors import Part, Role, Tensor
from tabfit.storage.storage_type import F16, F32, Beside, Per, StorageType
from tabfit.storage.type_table import ONNX_INT8, gather_block_quantized, matmul_bnb4, matmul_nbits


class Packing(StrEnum):
    """How a dtype shrinks the weights of matrix products."""

    NONE = "none"
    DYNAMIC = "dynamic"  # one byte each, a scale per tensor
    BLOCKS = "blocks"  # MatMulNBits
    NORMAL_FLOAT = "bnb4"  # MatMulBnb4


@dataclass(frozen=True, slots=True)
class Dtype:
    """A dtype of Transformers.js: its file suffix, its wide type, how it packs."""

    suffix: str
    wide: StorageType
    packing: Packing = Packing.NONE
    bits: int = 8


# Source: huggingface/transformers.js, src/utils/dtypes.js (names and suffixes) and
# scripts/quantize.py of its version 3 (what each does).
DTYPES: dict[str, Dtype] = {
    "fp32": Dtype("", F32),
    "fp16": Dtype("_fp16", F16),
    "q8": Dtype("_quantized", F32, Packing.DYNAMIC),
    "int8": Dtype("_int8", F32, Packing.DYNAMIC),
    "uint8": Dtype("_uint8", F32, Packing.DYNAMIC),
    "q4": Dtype("_q4", F32, Packing.BLOCKS, 4),
    "q4f16": Dtype("_q4f16", F16, Packing.BLOCKS, 4),
    "bnb4": Dtype("_bnb4", F32, Packing.NORMAL_FLOAT, 4),
    "q2": Dtype("_q2", F32, Packing.BLOCKS, 2),
    "q2f16": Dtype("_q2f16", F16, Packing.BLOCKS, 2),
    "q1": Dtype("_q1", F32, Packing.BLOCKS, 2),  # no 1-bit kernel: the files hold 2-bit codes
    "q1f16": Dtype("_q1f16", F16, Packing.BLOCKS, 2),
}


class Table(StrEnum):
    """How the token table is kept where matrix products are packed in blocks."""

    WIDE = "wide"  # float32 or float16, as optimum's exporter leaves it
    FOUR_BITS = "4-bit"  # GatherBlockQuantized
    EIGHT_BITS = "8-bit"


class Rotary(StrEnum):
    """Whether the file holds cosines and sines for every position."""

    COMPUTED = "computed"
    HALF = "half"  # for GroupQueryAttention: half the head's width each
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Export:
    """What a publisher chose. `family` is the name of the kind of export."""

    table: Table = Table.WIDE
    rotary: Rotary = Rotary.COMPUTED
    separate_head: bool = False

    @property
    def family(self) -> str:
        """Return "classic" (optimum, wide table) or "newer" (blocks for the table too)."""
        return "classic" if self.table is Table.WIDE else "newer"


class Use(StrEnum):
    """The operator that reads a weight; packers choose by it."""

    MATMUL = "MatMul"  # a matrix applied to every token
    GEMM = "Gemm"  # a matrix with its bias applied to one vector: not packed in blocks
    GATHER = "Gather"  # rows looked up
    CONVOLUTION = "Conv"
    OTHER = "other"  # added, multiplied: never packed


# Eyes as the newer builds keep them, read off the sizes of gemma-4-E2B's and Qwen3.5-2B's:
# places are looked up in a packed table (Qwen's at four corners, each with a packed copy of its
# own); Qwen's patches are a matrix product, and its norms and places stay 32-bit floats beside
# 16-bit weights; Gemma's projector is not packed.
_PLACES_LOOKED_UP = frozenset({"gemma4", "qwen3_vl", "qwen3_vl_moe", "qwen3_5", "qwen3_5_moe"})
_FOUR_CORNERS = _PLACES_LOOKED_UP - {"gemma4"}
_WIDE_PROJECTORS = frozenset({"gemma4"})

_LOOKED_UP = frozenset({Role.EMBEDDING, Role.PER_LAYER_EMBEDDING})
_ON_ONE_VECTOR = ("SequenceClassification", "ImageClassification", "AudioClassification")
_SUMS_UP = ("pooler", "pre_classifier", "summary")  # read one token's state
_SLICED_FAMILIES = frozenset({"whisper"})
_CONV1D_FAMILIES = frozenset({"gpt2"})  # transformers' Conv1D becomes Gemm
_CONV1D_INSIDE = "decoder.transformer.h."  # GPT-2 beside a tower that sees


def use_of(tensor: Tensor, architecture: Architecture) -> Use:
    """Return the operator that reads this weight in a traced graph."""
    if tensor.bias or tensor.buffer or tensor.role is Role.NORM or len(tensor.shape) < 2:
        return Use.OTHER
    if tensor.role in _LOOKED_UP or _is_relative(tensor):
        return Use.GATHER
    if tensor.role is Role.POSITION:
        return Use.OTHER if _is_sliced(tensor, architecture) else Use.GATHER
    if tensor.role is Role.OTHER and not tensor.name.endswith("weight"):
        return Use.OTHER  # a learned vector that stands beside others: a first token, a scale
    if tensor.role is Role.CONVOLUTION and len(tensor.shape) > 2:
        return Use.CONVOLUTION
    return Use.GEMM if _is_gemm(tensor, architecture) else Use.MATMUL


def _is_sliced(tensor: Tensor, architecture: Architecture) -> bool:
    """Return whether positions are cut from a table and added or projected, not looked up."""
    if tensor.name.endswith("rel_embeddings.weight"):  # DeBERTa's distances
        return True
    return tensor.part in (Part.VISION, Part.AUDIO) or architecture.family in _SLICED_FAMILIES


def _is_relative(tensor: Tensor) -> bool:
    """Return whether this is a small table of biases by distance (T5)."""
    return tensor.role is Role.ATTENTION_OTHER and "relative" in tensor.name


def _is_gemm(tensor: Tensor, architecture: Architecture) -> bool:
    if tensor.layer is not None:
        return architecture.family in _CONV1D_FAMILIES or is_transposed(tensor)
    if any(part in tensor.name for part in _SUMS_UP):
        return True
    return tensor.role is Role.HEAD and architecture.head.endswith(_ON_ONE_VECTOR)


def is_transposed(tensor: Tensor) -> bool:
    """Return whether this lies in a layer of GPT-2's that writes for another model."""
    return tensor.name.startswith(_CONV1D_INSIDE)


def newer_eye(tensor: Tensor, architecture: Architecture, dtype: Dtype) -> tuple[StorageType, int]:
    """Return how a newer build keeps a weight of the eye, and in how many copies."""
    use, family = use_of(tensor, architecture), architecture.family
    looked_up = tensor.role is Role.POSITION and family in _PLACES_LOOKED_UP
    if looked_up:
        use = Use.GATHER
    if use is Use.CONVOLUTION and family in _FOUR_CORNERS:
        use = Use.MATMUL
    if tensor.part is Part.PROJECTOR and family in _WIDE_PROJECTORS:
        use = Use.OTHER
    in_layer = tensor.role is Role.NORM and tensor.layer is not None
    if family in _FOUR_CORNERS and (looked_up or in_layer):
        dtype = replace(dtype, wide=F32)
    corners = family in _FOUR_CORNERS and looked_up and dtype.packing is not Packing.NONE
    return type_of(use, dtype, Export(Table.FOUR_BITS)), 4 if corners else 1


# The zero points of an 8-bit table take half a byte per block in the published files (Gemma 3,
# LFM2.5: sizes agree to the byte), though eight bits would need a whole one.
def _eight_bit_table(scale: StorageType) -> StorageType:
    return StorageType(
        f"GatherBlockQuantized 8-bit block 32 {scale.name}",
        1,
        1,
        (Beside(scale.size, Per.BLOCK, 32), Beside(1, Per.BLOCK, 64)),
    )


def type_of(use: Use, dtype: Dtype, export: Export) -> StorageType:
    """Return how a weight read by `use` is stored."""
    if dtype.packing is Packing.NONE or use is Use.OTHER:
        return dtype.wide
    if export.family == "newer":
        return _newer_type(use, dtype, export)
    if dtype.packing is Packing.DYNAMIC:
        return ONNX_INT8
    if use is not Use.MATMUL:
        return dtype.wide
    if dtype.packing is Packing.NORMAL_FLOAT:
        return matmul_bnb4()
    return matmul_nbits(dtype.bits, scale=dtype.wide)


def _newer_type(use: Use, dtype: Dtype, export: Export) -> StorageType:
    if use is Use.CONVOLUTION:
        return dtype.wide
    if dtype.packing is Packing.NORMAL_FLOAT:
        return matmul_bnb4() if use is Use.MATMUL else dtype.wide
    if dtype.packing is Packing.DYNAMIC:
        return matmul_nbits(8, zero_points=True)
    if use is Use.GATHER and export.table is Table.EIGHT_BITS:
        return _eight_bit_table(dtype.wide)
    if use is Use.GATHER:
        return gather_block_quantized(4, scale=dtype.wide, zero_points=True)
    return matmul_nbits(dtype.bits, scale=dtype.wide, zero_points=True)


# Families whose builds for the web pack the table too (read off published repositories, 2025-26).
_NEWER_FAMILIES = {
    "gemma3_text": Table.EIGHT_BITS,
    "gemma3": Table.EIGHT_BITS,
    "lfm2": Table.EIGHT_BITS,
    "gemma3n": Table.FOUR_BITS,
    "voxtral": Table.FOUR_BITS,
    "embedding_gemma2": Table.FOUR_BITS,
    "gemma3n_text": Table.FOUR_BITS,
    "gemma4": Table.FOUR_BITS,
    "gemma4_text": Table.FOUR_BITS,
    "qwen3_5": Table.FOUR_BITS,
    "qwen3_5_text": Table.FOUR_BITS,
}


def likely_export(architecture: Architecture) -> Export:
    """Return the export that a publisher of this kind of model most often makes."""
    rotary = _usual_rotary(architecture)
    return Export(_NEWER_FAMILIES.get(architecture.family, Table.WIDE), rotary)


# Qwen2 and Qwen2.5 were traced by optimum; later generators were built around
# GroupQueryAttention, which reads tables of half the width.
_FULL_WIDTH_FAMILIES = frozenset({"qwen2"})


# Positions in three directions (time, height, width) cannot be read from one table.
_THREE_WAYS = frozenset({"qwen2_vl", "qwen2_5_vl", "qwen3_vl", "qwen3_vl_moe"})
_THREE_WAYS |= {"qwen3_5", "qwen3_5_text", "qwen3_5_moe", "qwen3_5_moe_text"}


def _usual_rotary(architecture: Architecture) -> Rotary:
    if architecture.kind is not Kind.DECODER or not architecture.main.rope_widths:
        return Rotary.COMPUTED
    if architecture.family in _THREE_WAYS:
        return Rotary.COMPUTED
    return Rotary.FULL if architecture.family in _FULL_WIDTH_FAMILIES else Rotary.HALF


def exports_of(architecture: Architecture, family: str | None = None) -> tuple[Export, ...]:
    """Return every export that the file may be, the likeliest first.

    `family` narrows them to "classic" or "newer". Models without rotary
    positions are older than the newer builds: for them there is one.
    """
    likely = likely_export(architecture)
    if architecture.kind is not Kind.DECODER:
        return (likely,)
    classic, newer = _classic(architecture), _newer(architecture, likely)
    if family == "classic":
        return classic
    if family == "newer":
        return newer
    full = classic[-1].rotary
    return (likely, *classic, *newer, Export(Table.WIDE, full, separate_head=True))


def _classic(architecture: Architecture) -> tuple[Export, ...]:
    """Return the exports with a wide table: whether rotary tables are in the file is open."""
    usual = Export(Table.WIDE, _usual_rotary(architecture))
    if not architecture.main.rope_widths:
        return (usual,)
    return (usual, Export(Table.WIDE, Rotary.COMPUTED), Export(Table.WIDE, Rotary.FULL))


def _newer(architecture: Architecture, likely: Export) -> tuple[Export, ...]:
    """Return the exports with a packed table: its width is open, and rotary tables."""
    if not architecture.main.rope_widths:
        return ()
    usual = Table.EIGHT_BITS if likely.table is Table.WIDE else likely.table
    other = Table.FOUR_BITS if usual is Table.EIGHT_BITS else Table.EIGHT_BITS
    rotaries = (Rotary.HALF, Rotary.COMPUTED)
    if likely.rotary is Rotary.COMPUTED:
        rotaries = (Rotary.COMPUTED, Rotary.HALF)
    return tuple(Export(table, rotary) for rotary in rotaries for table in (usual, other))
