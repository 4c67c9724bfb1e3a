"""One-bit methods against the sizes that their papers print."""

from __future__ import annotations

from typing import Any

import pytest

from tabfit.errors import UnsupportedCombination
from tabfit.model.tensors import is_layer_matrix
from tabfit.recipes import one_bit
from tabfit.units import GB
from tests.accuracy.one_bit_sizes import PUBLISHED, llama, rows_of


@pytest.mark.parametrize("row", rows_of("onebit"), ids=lambda row: row["model"])
def test_onebit_sizes_match_to_the_printed_digit(row: dict[str, Any]) -> None:
    """OneBit's four sizes: signs, two vectors a matrix, table and head at sixteen bits."""
    size = one_bit.store(llama(row["model"]), "onebit").weights_bytes
    assert round(size / GB, 1) == row["memory_gb"]


def test_onebit_says_more_than_one_bit() -> None:
    """For a 4096 x 4096 matrix the two vectors add 0.0078 bits (the paper prints 1.0073)."""
    kind = one_bit.METHODS["onebit"].packed
    assert 8 * kind.size_of((4096, 4096)) / 4096**2 == pytest.approx(1.0078, abs=1e-4)


@pytest.mark.parametrize("row", rows_of("bitnet-b1.58"), ids=lambda row: row["model"])
def test_bitnet_memory_is_explained(row: dict[str, Any]) -> None:
    """What both runs need besides weights is the same within 0.1 GB: the ratio is the weights'.

    BitNet's at two bits, the table and the head at sixteen; the rest is what a run of either
    model keeps beside its weights.
    """
    architecture = llama(row["model"])
    wide = architecture.inventory.total * 2 / GB
    packed = one_bit.store(architecture, "i2_s").weights_bytes / GB
    rest = row["baseline_memory_gb"] - wide
    assert 0 < rest < 1.1
    assert row["memory_gb"] - packed == pytest.approx(rest, abs=0.1)


def test_bitnet_3b_ratio() -> None:
    """3.55 times less memory, 72 % less: from the weights and one and the same rest."""
    architecture = llama("LLaMA architecture, 3B")
    rest = 7.89 - architecture.inventory.total * 2 / GB
    ratio = 7.89 / (one_bit.store(architecture, "i2_s").weights_bytes / GB + rest)
    assert ratio == pytest.approx(3.55, rel=0.02)
    assert 1 - 1 / ratio == pytest.approx(0.72, abs=0.01)


def test_what_is_stored_is_more_than_what_is_named() -> None:
    """BiLLM and PB-LLM store more than twice and half as much again as their names say."""
    architecture = llama("LLaMA-7B")
    size = {name: one_bit.store(architecture, name).weights_bytes for name in one_bit.PRECISIONS}
    assert size["binary"] < size["onebit"] < size["billm_nominal"] < size["pbllm_nominal"]
    assert size["billm"] > 2 * size["billm_nominal"]
    assert size["pbllm"] > 1.4 * size["pbllm_nominal"]


def test_table_head_and_norms_stay_wide() -> None:
    """Nothing outside the layers is packed, nor any vector inside them."""
    wide = {t.role for t in llama("LLaMA-7B").inventory if not is_layer_matrix(t)}
    assert {str(role) for role in wide} == {"embedding", "norm", "head"}


def test_every_published_figure_has_a_source() -> None:
    """No row of the one-bit page is without a source and how it was read."""
    assert all(row["source"] and row["read"] for row in PUBLISHED)


def test_an_unknown_method_is_refused() -> None:
    """A method this project does not know is refused with those it does."""
    with pytest.raises(UnsupportedCombination, match="no one-bit method is called 'zerobit'"):
        one_bit.store(llama("LLaMA-7B"), "zerobit")
