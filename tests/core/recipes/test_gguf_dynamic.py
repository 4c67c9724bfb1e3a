"""Unsloth's dynamic mixes: an interval with its reason, that published files lie in."""

from __future__ import annotations

import pytest

from tabfit.catalog import read as read_catalog
from tabfit.devices.budgets import Pool
from tabfit.devices.device import Device
from tabfit.errors import UnknownName
from tabfit.estimate.answers import answer
from tabfit.estimate.scenario import Scenario
from tabfit.recipes.gguf import dynamic
from tests.accuracy import gguf_sizes
from tests.accuracy.onnx_sizes import architecture_of

ROWS = gguf_sizes.data("dynamic")["rows"]


def test_published_dynamic_files_lie_in_their_intervals() -> None:
    """Those that the shares were made from, and those that were judged by them."""
    assert len(ROWS) >= 80
    missed = []
    for row in ROWS:
        size = dynamic.store(architecture_of(row["config"]), row["precision"]).download
        if not size.low <= row["bytes"] <= size.high:
            missed.append(row["file"])
        assert size.high <= 2.2 * size.low, row["file"]

    assert not missed


@pytest.mark.parametrize("precision", ["ud-f16", "q4_k_m", "ud-q9", "UD-TL1"])
def test_what_is_no_dynamic_mix_is_refused(precision: str) -> None:
    """Floats and types of three values are not mixed."""
    with pytest.raises(UnknownName):
        dynamic.store(architecture_of("Qwen__Qwen3-0.6B"), precision)


def test_a_dynamic_mix_without_a_listing_is_answered_with_its_reason() -> None:
    """Download and memory are intervals; shaders' 16-bit floats are asked as for any mix."""
    catalog = read_catalog()
    said = Scenario(model="qwen3-0.6b", runtime="wllama-webgpu", precision="UD-Q6_K_XL")
    told = answer(said, catalog, Device())
    plain = Scenario(model="qwen3-0.6b", runtime="wllama-webgpu", precision="q6_k")
    usual = answer(plain, catalog, Device())

    assert told.stored.precision == "UD-Q6_K_XL"
    assert told.download.low < told.download.likely < told.download.high
    assert told.footprint.peak_in(Pool.GPU).high > usual.footprint.peak_in(Pool.GPU).high
    assert any(note.startswith("Unsloth chooses each tensor’s type") for note in told.notes)
    asked = {each.name for each in told.checks}
    assert "shader-f16" in asked
    assert {each.name for each in usual.checks} <= asked
