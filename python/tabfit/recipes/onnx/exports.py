"""What an export does to a weight: which operator reads it, in which storage type it ends.

In: a tensor of the inventory, a dtype's name and an `Export`. Out: the storage
type it gets in the file. The rules are those of the tools that made the files
on the hub; what they leave open is a field of `Export`.
"""

from __future__ import annotations

from enum import StrEnum

from tabfit.architectures.conversions import onnx as conversions
from tabfit.light_dataclass import dataclass, replace
from tabfit.model.architecture import Architecture
from tabfit.model.tensors import EXPERTS, LOOKED_UP, Part, Role, Tensor
from tabfit.recipes.onnx.export_families import EmbeddingTable, Export, ExportFamily
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
    "q1": Dtype("_q1", F32, Packing.BLOCKS, 1),
    "q1f16": Dtype("_q1f16", F16, Packing.BLOCKS, 1),
}

#: Weights that share a scale. Files of one and two bits follow the groups that the model was
#: trained with: Bonsai's are of 128, and its q1 file is of about 290 MB (its maker,
#: microsoft/onnxruntime#14997); Ternary Bonsai's q2f16 of 4B agrees within 0.1 %.
BLOCKS = {1: 128, 2: 128}


class Use(StrEnum):
    """The operator that reads a weight; packers choose by it."""

    MATMUL = "MatMul"  # a matrix applied to every token
    EXPERTS = "QMoE"  # matrices of all experts in one: packed without zero points
    GEMM = "Gemm"  # a matrix with its bias applied to one vector: not packed in blocks
    GATHER = "Gather"  # rows looked up
    CONVOLUTION = "Conv"
    OTHER = "other"  # added, multiplied: never packed


_ON_ONE_VECTOR = ("SequenceClassification", "ImageClassification", "AudioClassification")
# Read one token's state; SigLIP's text ends in a layer that it calls its head.
_SUMS_UP = ("pooler", "pre_classifier", "summary", "text_model.head")
_CONV1D_INSIDE = "decoder.transformer.h."  # GPT-2 beside a tower that sees


# Granite Speech's scores of distances, a table for each layer, stay wide (its q4 and q4f16).
_DISTANCES_READ = "attn.rel_pos_emb.weight"

# Transposed convolutions, which onnxruntime's quantisers pass over (DPT's two widening steps,
# SAM's two after its masks).
_WIDENING = tuple(f"reassemble_stage.layers.{number}.resize.weight" for number in (0, 1))
_WIDENING += tuple(f"mask_decoder.upscale_conv{number}.weight" for number in (1, 2))


def use_of(tensor: Tensor, architecture: Architecture) -> Use:
    """Return the operator that reads this weight in a traced graph."""
    if _is_no_matrix(tensor):
        return Use.OTHER
    if tensor.role in LOOKED_UP or _is_relative(tensor):
        return Use.GATHER
    if tensor.role is Role.POSITION:
        return Use.OTHER if _is_sliced(tensor, architecture) else Use.GATHER
    if tensor.role is Role.OTHER and not tensor.name.endswith("weight"):
        return Use.OTHER  # a learned vector that stands beside others: a first token, a scale
    if tensor.role is Role.CONVOLUTION and len(tensor.shape) > 2:
        return Use.OTHER if tensor.name.endswith(_WIDENING) else Use.CONVOLUTION
    return _product(tensor, architecture)


def _is_no_matrix(tensor: Tensor) -> bool:
    """Return whether this stays as it is in any file: a vector, or a table that no tool packs."""
    vector = tensor.bias or tensor.buffer or tensor.role is Role.NORM or len(tensor.shape) < 2
    return vector or tensor.name.endswith(_DISTANCES_READ)


def _product(tensor: Tensor, architecture: Architecture) -> Use:
    if tensor.role in EXPERTS:
        return Use.EXPERTS
    return Use.GEMM if _is_gemm(tensor, architecture) else Use.MATMUL


def _is_sliced(tensor: Tensor, architecture: Architecture) -> bool:
    """Return whether positions are cut from a table and added or projected, not looked up."""
    if tensor.name.endswith("rel_embeddings.weight"):  # DeBERTa's distances
        return True
    if tensor.part is Part.VISION and conversions.looks_patches_up(architecture.family):
        return False
    return tensor.part in (Part.VISION, Part.AUDIO) or conversions.slices_positions(
        architecture.family
    )


def _is_relative(tensor: Tensor) -> bool:
    """Return whether this is a small table of biases by distance (T5), not a layer over them."""
    relative = tensor.role is Role.ATTENTION_OTHER and "relative" in tensor.name
    return relative and not tensor.name.endswith("proj.weight")


def _is_gemm(tensor: Tensor, architecture: Architecture) -> bool:
    if conversions.has_flat_vision(architecture.family) and tensor.part in (
        Part.VISION,
        Part.PROJECTOR,
    ):
        return True
    if tensor.layer is not None:
        return conversions.has_conv1d(architecture.family) or is_transposed(tensor)
    if any(part in tensor.name for part in _SUMS_UP):
        return True
    return tensor.role is Role.HEAD and architecture.head.endswith(_ON_ONE_VECTOR)


def is_transposed(tensor: Tensor) -> bool:
    """Return whether this lies in a layer of GPT-2's that writes for another model."""
    return tensor.name.startswith(_CONV1D_INSIDE)


def packed_vision(
    tensor: Tensor, architecture: Architecture, dtype: Dtype
) -> tuple[StorageType, int]:
    """Return how a build with packed tables keeps a vision weight, how often."""
    use, family = use_of(tensor, architecture), architecture.family
    at_corners = conversions.looks_at_four_corners(family)
    looked_up = tensor.role is Role.POSITION and conversions.looks_places_up(family)
    if looked_up:
        use = Use.GATHER
    if use is Use.CONVOLUTION and at_corners:
        use = Use.MATMUL
    if tensor.part is Part.PROJECTOR and conversions.has_wide_projector(family):
        use = Use.OTHER
    in_layer = tensor.role is Role.NORM and tensor.layer is not None
    if at_corners and (looked_up or in_layer):
        dtype = replace(dtype, wide=F32)
    corners = at_corners and looked_up and dtype.packing is not Packing.NONE
    return type_of(
        use, dtype, Export(ExportFamily.PACKED, EmbeddingTable.FOUR_BITS)
    ), 4 if corners else 1


# The zero points of an 8-bit table take half a byte per block in the published files (Gemma 3,
# LFM2.5: sizes agree to the byte), though eight bits would need a whole one.
def _eight_bit_table(scale: StorageType) -> StorageType:
    return StorageType(
        f"GatherBlockQuantized 8-bit block 32 {scale.name}",
        1,
        1,
        (Beside(scale.size, Per.BLOCK, 32), Beside(1, Per.BLOCK, 64)),
    )


_PRODUCTS = (Use.MATMUL, Use.EXPERTS)


def type_of(use: Use, dtype: Dtype, export: Export) -> StorageType:
    """Return how a weight read by `use` is stored."""
    if dtype.packing is Packing.NONE or use is Use.OTHER:
        return dtype.wide
    if export.family is ExportFamily.PACKED:
        return _packed_type(use, dtype, export)
    if dtype.packing is Packing.DYNAMIC:
        return ONNX_INT8
    if use not in _PRODUCTS:
        return dtype.wide
    if dtype.packing is Packing.NORMAL_FLOAT:
        return matmul_bnb4()
    block = BLOCKS.get(dtype.bits, export.block)
    return matmul_nbits(dtype.bits, block=block, scale=dtype.wide)


def _packed_type(use: Use, dtype: Dtype, export: Export) -> StorageType:
    if use is Use.CONVOLUTION:
        return dtype.wide
    if dtype.packing is Packing.NORMAL_FLOAT:
        return matmul_bnb4() if use in _PRODUCTS else dtype.wide
    if dtype.packing is Packing.DYNAMIC:
        return _eight_bit_type(use, export)
    points = export.zero_points and use is not Use.EXPERTS
    if use is Use.GATHER and export.table is EmbeddingTable.EIGHT_BITS:
        return _eight_bit_table(dtype.wide)
    block = BLOCKS.get(dtype.bits, export.block)
    if use is Use.GATHER:
        bits = min(dtype.bits, 4)
        return gather_block_quantized(bits, block=block, scale=dtype.wide, zero_points=points)
    return matmul_nbits(dtype.bits, block=block, scale=dtype.wide, zero_points=points)


def _eight_bit_type(use: Use, export: Export) -> StorageType:
    """Return how a build with a packed table stores 8-bit weights.

    Embedders are quantised as traced models are, and so is a table of eight bits, whose
    head is then packed apart (sizes of EmbeddingGemma, LFM2.5 and Gemma 3 270M).
    """
    looked_up = use is Use.GATHER and export.table is EmbeddingTable.EIGHT_BITS
    if looked_up or not export.zero_points:
        return ONNX_INT8
    return matmul_nbits(8, zero_points=True)
