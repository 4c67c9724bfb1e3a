"""MLC's quantisations against the metadata of compiled libraries."""

from __future__ import annotations

from typing import Any

import pytest

from tabfit.errors import UnsupportedCombination
from tabfit.recipes import mlc
from tabfit.recipes.stored_model import Content
from tabfit.units import MIB
from tests.accuracy.mlc_sizes import counted, readable, rows
from tests.accuracy.onnx_sizes import architecture_of

LLAMA = "meta-llama__Llama-3.2-1B"
READABLE = list(readable())


def _name(row: dict[str, Any]) -> str:
    return f"{row['model']}-{row['quantisation']}"


def test_parameter_bytes_match_compiled_libraries() -> None:
    """Every library's parameters are predicted within a thousandth."""
    found = list(rows())
    assert len(found) >= 40
    assert [row for row in found if abs(row.error) >= 0.001] == []


@pytest.mark.parametrize("row", READABLE, ids=_name)
def test_the_largest_array_is_the_librarys(row: dict[str, Any]) -> None:
    """Joined projections included, the largest array is the one in the metadata."""
    largest = max(tensor.largest_array for tensor in counted(row))
    assert largest / MIB == pytest.approx(row["largest_mebibytes"], abs=0.051)


def test_the_token_table_is_the_largest_buffer() -> None:
    """Gemma 2B's packed table is the buffer size that WebLLM's list asks for: 262,144,000."""
    assert mlc.store(architecture_of("google__gemma-2b"), "q4f16_1").largest_buffer == 262_144_000


def test_float32_travels_as_bfloat16() -> None:
    """The download of q4f32_1 is that of q4f16_1, though the GPU keeps more."""
    architecture = architecture_of(LLAMA)
    half, single = (mlc.store(architecture, name) for name in ("q4f16_1", "q4f32_1"))
    weights = [
        sum(f.size.likely for f in stored.files if f.content is Content.WEIGHTS)
        for stored in (half, single)
    ]
    assert weights[0] == weights[1] == half.weights_bytes
    assert single.weights_bytes > 1.1 * half.weights_bytes
    assert "travel as bfloat16" in single.notes[0]


def test_shards_are_whole_and_complete() -> None:
    """No shard exceeds 32 MiB but those of a single large array; together they hold every byte."""
    stored = mlc.store(architecture_of(LLAMA), "q4f16_1")
    shards = [file for file in stored.files if file.content is Content.WEIGHTS]
    assert [file.name for file in shards[:2]] == ["params_shard_0.bin", "params_shard_1.bin"]
    assert sum(file.size.likely for file in shards) == stored.weights_bytes
    assert all(f.size.likely < mlc.SHARD or len(f.tensors) == 1 for f in shards)
    assert shards[0].size.likely == 128256 * 2048 // 2  # the table's codes, by themselves


def test_wide_tables_cost_more() -> None:
    """q4f16_2 differs from q4f16_1 in the table alone, which stays float16."""
    architecture = architecture_of(LLAMA)
    narrow, wide = (mlc.store(architecture, name) for name in ("q4f16_1", "q4f16_2"))
    table = 128256 * 2048
    assert wide.weights_bytes - narrow.weights_bytes == round(table * (16 - 4.5) / 8)


def test_an_unknown_name_is_refused() -> None:
    """A quantisation MLC does not have is refused with those it has."""
    with pytest.raises(UnsupportedCombination, match="no MLC quantisation is called 'q5f16_1'"):
        mlc.store(architecture_of(LLAMA), "q5f16_1")
