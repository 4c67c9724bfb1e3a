"""Storage types: bytes of blocks, rows, columns and what lies beside the weights."""

from __future__ import annotations

from math import prod

import pytest

from tabfit.storage import type_table
from tabfit.storage.storage_type import F16, F32, Beside, Per, StorageType
from tabfit.storage.type_table import GGUF_TYPES
from tests.accuracy.gguf_sizes import data

SQUARE = (4096, 4096)


#: Never in a file, and its padding differs between llama.cpp's C and its Python package.
ACTIVATIONS = {"Q8_1"}


@pytest.mark.parametrize("name", sorted(set(data("made")["types"]) - ACTIVATIONS))
def test_every_type_of_the_gguf_package_has_its_block(name: str) -> None:
    """Each type that llama.cpp's own Python package lists has the same elements and bytes."""
    elements, size = data("made")["types"][name]
    kind = GGUF_TYPES[name]
    assert (kind.elements, kind.size) == (elements, size)


@pytest.mark.parametrize(
    ("kind", "bits"),
    [
        (type_table.matmul_nbits(4), 5.0),  # 4 + 32/32
        (type_table.matmul_nbits(4, scale=F16), 4.5),
        (type_table.matmul_nbits(4, zero_points=True), 5.125),
        (type_table.matmul_bnb4(), 4.5),
        (type_table.MLC_Q4F16, 4.5),
        (type_table.MLC_Q4F32, 5.0),
        (type_table.MLC_Q3F16, 3.6),  # ten codes to a word and a scale for forty
        (type_table.AWQ_4, 4.15625),
        (type_table.gptq(4, group=32, order=False), 4.625),
        (type_table.gptq(3, order=False), 3.1484375),
        (type_table.NF4, 4.5),
        (type_table.HQQ_4, 4.5),
        (type_table.HQQ_2, 4.0),
        (type_table.MXFP4, 4.25),
        (type_table.NVFP4, 4.5),
        (type_table.PBLLM_NOMINAL, 1.7),
        (type_table.PBLLM_STORED, 2.7),
        (type_table.BILLM_NOMINAL, 1.08),
    ],
    ids=lambda value: value.name if isinstance(value, StorageType) else str(value),
)
def test_bits_per_weight_are_those_that_papers_and_documents_print(
    kind: StorageType, bits: float
) -> None:
    """The bits derived from blocks and scales are those published for the format."""
    assert kind.bits_per_weight == pytest.approx(bits)


def test_double_quantisation_prints_as_in_its_paper() -> None:
    """QLoRA's double quantisation brings scales from 0.5 to 0.127 bits."""
    assert round(type_table.NF4_DOUBLE.bits_per_weight, 3) == 4.127


def bits_of(kind: StorageType, shape: tuple[int, ...]) -> float:
    """Return the bits one weight of this shape takes, scales of its rows and columns included."""
    return 8 * kind.size_of(shape) / prod(shape)


def test_onebit_counts_a_vector_for_rows_and_one_for_columns() -> None:
    """A OneBit matrix of 4096 by 4096 takes 1 + 16 x 8192 / 4096 / 4096 bits a weight."""
    assert bits_of(type_table.ONEBIT, SQUARE) == pytest.approx(1.0078125)
    assert type_table.ONEBIT.bits_per_weight == 1.0


def test_what_billm_stores_is_near_three_times_its_name() -> None:
    """Signs, the split's bitmap, scales and flags add up to about 2.88 bits."""
    assert bits_of(type_table.BILLM_STORED, SQUARE) == pytest.approx(2.88, abs=0.01)


def test_row_scales_cost_more_in_a_narrow_matrix() -> None:
    """A scale per output channel weighs four times more where rows are a quarter as long."""
    beside = bits_of(type_table.LITERT_INT4, (512, 256)) - 4
    assert beside == 4 * (bits_of(type_table.LITERT_INT4, (512, 1024)) - 4)


def test_every_row_begins_a_new_block() -> None:
    """Rows of 33 take two blocks of 32 each; a run through the tensor only what it fills."""
    rows = StorageType("by row", 32, 18)
    runs = StorageType("through", 32, 18, runs=True)
    assert (rows.size_of((32, 33)), runs.size_of((32, 33))) == (32 * 2 * 18, 33 * 18)


def test_zero_points_of_a_row_share_bytes() -> None:
    """Three blocks of four-bit zero points fill two bytes."""
    kind = type_table.matmul_nbits(4, block=32, zero_points=True)
    assert kind.arrays_of((1, 96)) == (48, 12, 2)


def test_tiles_are_counted_in_both_directions() -> None:
    """A matrix of 129 by 257 needs two by three scales of DeepSeek's float8."""
    assert type_table.FP8_BLOCK.arrays_of((129, 257)) == (129 * 257, 2 * 3 * 4)


def test_two_bit_bitnet_types_end_in_a_padded_scale() -> None:
    """I2_S packs four weights to a byte and adds 32 bytes per tensor."""
    assert type_table.I2_S.size_of((2560, 6912)) == 2560 * 6912 // 4 + 32


def test_tl2_keeps_the_last_256_columns_wider() -> None:
    """TL2 stores 24 weights in five bytes but the last 256 columns four to a byte."""
    assert type_table.TL2.size_of((1536, 1536)) == (1280 * 1536 * 5 // 24) + 256 * 1536 // 4 + 32


def test_a_stack_of_matrices_is_rows_upon_rows() -> None:
    """Experts in one array of three dimensions take what they take one by one."""
    kind = GGUF_TYPES["Q4_K"]
    assert kind.size_of((8, 512, 256)) == 8 * kind.size_of((512, 256))


def test_a_number_alone_is_one_element() -> None:
    """A tensor without dimensions holds one number."""
    assert F32.size_of(()) == 4


def test_a_run_beside_weights_is_counted_through_the_tensor() -> None:
    """Scales of runs of 64 do not start anew in each row."""
    assert Beside(4, Per.RUN, 64).size_of(10, 96) == 4 * 15
