"""The page of one bit, without a browser."""

from __future__ import annotations

import re

import pytest

from app.pages.one_bit import view
from tabfit.catalog import Catalog, published_quality
from tabfit.devices.device import Device
from tabfit.estimate.scenario import Scenario
from tabfit.shrink import one_bit_comparison
from tests.core.app.test_respond import HOSTILE, elements, parts


def steps(model: str) -> dict[str, one_bit_comparison.MethodSize]:
    """Return every method on a model, by name."""
    scenario = Scenario(model=model, device="laptop-8gb-integrated")
    return {
        step.method: step for step in one_bit_comparison.method_sizes(scenario, Catalog(), Device())
    }


def test_one_bit_of_a_small_model_is_mostly_its_table() -> None:
    """Llama 3.2 1B: four fifths of what OneBit leaves is the token table at sixteen bits."""
    step = steps("llama-3.2-1b")["onebit"]
    assert 0.8 < step.wide_bytes / step.size < 0.82
    assert step.wide_bytes == pytest.approx(2 * 128256 * 2048, rel=0.001)


def test_billm_can_be_larger_than_a_usual_file() -> None:
    """On Llama 3.2 1B a method named 1.08 bits stores more than Q4_K_M; on 8B it does not."""
    small, large = steps("llama-3.2-1b"), steps("llama-3.1-8b")
    assert small["billm"].size > small[one_bit_comparison.USUAL].size
    assert large["billm"].size < large[one_bit_comparison.USUAL].size


def test_no_method_stores_what_it_names() -> None:
    """Stored bits are never below the named ones, nor below a bare sign."""
    for method, step in steps("smollm2-360m").items():
        assert step.packed_bits >= step.named - 1e-9 or method == one_bit_comparison.USUAL
        assert step.size >= steps("smollm2-360m")[one_bit_comparison.BOUND].size


def test_parts_make_the_whole() -> None:
    """What is packed and what stays wide is all that is stored; only the packed part differs."""
    found = steps("qwen2.5-0.5b")
    assert {s.wide_bytes for m, s in found.items() if m != one_bit_comparison.USUAL} == {
        found["binary"].wide_bytes
    }
    assert all(s.packed_bytes + s.wide_bytes == s.size for s in found.values())


def test_bitnet_2b_is_a_tenth_of_a_gigabyte_more_than_it_says() -> None:
    """0.4 GB as printed are its ternary weights at 1.58 bits; in two bits they are 0.52."""
    step = steps("bitnet-b1.58-2b")["i2_s"]
    assert round(step.packed * 1.58 / 8 / 1e9, 1) == 0.4
    assert round(step.packed_bytes / 1e9, 2) == 0.52


def test_papers_sizes_come_out_again() -> None:
    """OneBit's to the printed digit; BitNet's runs within a tenth; BiLLM's at about twice."""
    for each in one_bit_comparison.printed_sizes():
        printed, ours = each.row.memory_gb or 0.0, each.ours / 1e9
        if each.row.method == "onebit":
            assert round(ours, 1) == printed
        elif each.row.method == "bitnet-b1.58":
            assert ours == pytest.approx(printed, abs=0.1)
        else:
            assert 1.6 < ours / printed < 2.1


def test_the_page_opens_and_follows_the_model() -> None:
    """Nothing chosen: Llama 3.1 8B; a choice goes into the link."""
    found = parts(view="one_bit")
    assert found["link"] == "v=1&model=llama-3.1-8b"
    assert elements(found["stored"])

    other = parts(view="one_bit", form={"model": "llama-3.2-1b", "device": "iphone-13"})
    assert other["link"] == "v=1&model=llama-3.2-1b&device=iphone-13"
    assert "81%" in other["stored"]
    assert "649 MB" in other["stored"]


@pytest.mark.parametrize("form", [{"model": HOSTILE}, {"model": "gpt2", "device": HOSTILE}])
def test_whatever_is_typed_gets_a_page(form: dict[str, str]) -> None:
    """Unknown names become a notice, and the page stays on what it can answer."""
    found = parts(view="one_bit", form=form)
    assert found["notice"]
    assert "<script" not in "".join(str(value) for value in found["parts"].values())


def test_every_decoder_has_its_methods() -> None:
    """State spaces and experts too; a step is never empty."""
    for model in ("mamba-130m", "olmoe-1b-7b", "phi-2", "gpt-oss-20b"):
        assert all(step.size > 0 for step in steps(model).values())


def test_what_is_told_is_what_the_rows_say() -> None:
    """Every figure with two places in the sentences stands in a row of the papers' data."""
    known = set()
    for row in published_quality.one_bit_paper_rows():
        figures = (row.value, row.baseline, row.memory_gb, row.baseline_memory_gb)
        known |= {f"{each:.2f}" for each in (*figures, row.nominal_bits, row.speed) if each}
    said = re.findall(r"\d+\.\d\d\b", view.told())
    assert len(said) > 15
    assert set(said) - {"17764", "1.58"} <= known
