"""LiteRT and MediaPipe files against published sizes."""

from __future__ import annotations

import pytest

from tabfit.errors import UnsupportedCombination
from tabfit.model.tensors import Role
from tabfit.recipes import litert
from tabfit.units import MB
from tests.accuracy.litert_sizes import rows
from tests.accuracy.onnx_sizes import Row, architecture_of

GEMMA = "google__gemma-2b"
ROWS = list(rows())


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.model)
def test_published_files_are_within_three_percent(row: Row) -> None:
    """The likely size is near every published one, and the interval contains it."""
    assert abs(row.error) < 0.03
    assert row.inside


def test_gemma_2b_int4_is_explained_part_by_part() -> None:
    """1.35 GB: four-bit feed-forward and table, eight-bit attention, scales, tokenizer."""
    stored = litert.store(architecture_of(GEMMA), "int4")
    sums: dict[str, int] = {}
    for tensor in stored.tensors:
        packed = tensor.type.arrays_of(tensor.shape)[0]
        feed_forward = tensor.role in (Role.GATE, Role.UP, Role.DOWN)
        name = tensor.role if tensor.role in (Role.EMBEDDING, Role.NORM) else "attention"
        key = "feed-forward" if feed_forward else name
        sums[key] = sums.get(key, 0) + packed
    assert [round(sums[key] / MB) for key in ("feed-forward", "attention", Role.EMBEDDING)] == [
        906,
        170,
        262,
    ]
    assert "feed-forward LiteRT int4, attention LiteRT int8" in stored.files[0].why


def test_the_padded_table_is_the_advised_buffer() -> None:
    """Gemma 2B's eight-bit table is the 524,550,144 bytes that MediaPipe warns below."""
    stored = litert.store(architecture_of(GEMMA), "int8")
    assert stored.largest_buffer == 524_550_144


def test_where_the_table_is_unknown_both_ends_are_said() -> None:
    """For a model without published web files, the table may be at four or eight bits."""
    (file,) = litert.store(architecture_of("meta-llama__Llama-3.2-1B"), "int4").files
    table = 128256 * 2048
    assert file.size.likely - file.size.low > table // 2
    assert file.why.endswith("least: token table LiteRT int4")


def test_bundles_are_named_as_published() -> None:
    """Each kind of bundle has its own ending."""
    gemma, gemma3 = (architecture_of(name) for name in (GEMMA, "google__gemma-3-1b-it"))
    names = [
        litert.store(gemma, "int4").files[0].name,
        litert.store(gemma3, "INT4").files[0].name,
        litert.store(gemma3, "q8", family="litertlm").files[0].name,
        litert.store(gemma3, "q4", family="task").files[0].name,
    ]
    assert names == [
        "gemma-int4-gpu.bin",
        "gemma3_text-int4-web.task",
        "gemma3_text-int8.litertlm",
        "gemma3_text-int4.task",
    ]


def test_unknown_names_are_refused() -> None:
    """A precision or bundle that does not exist is refused with those that do."""
    with pytest.raises(UnsupportedCombination, match="no LiteRT precision is called 'int3'"):
        litert.store(architecture_of(GEMMA), "int3")
    with pytest.raises(UnsupportedCombination, match="accepted are: litertlm, mediapipe, task"):
        litert.store(architecture_of(GEMMA), "int4", family="zip")
