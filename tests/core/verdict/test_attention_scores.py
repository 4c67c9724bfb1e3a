"""Attention scores against what one binding holds: image encoders at their own resolution."""

from __future__ import annotations

from typing import Any, Final

import pytest

from tabfit.catalog import Catalog
from tabfit.devices.device import read
from tabfit.estimate.answers import Answer, answer
from tabfit.estimate.scenario import Scenario
from tabfit.units import MIB, Tokens
from tabfit.verdict.probability import Outcome

CATALOG: Final = Catalog()
#: Of an adapter that offers no more than the specification asks.
LEAST: Final = {
    "vendor": "qualcomm",
    "shader_f16": True,
    "max_buffer_size": 256 * MIB,
    "max_storage_buffer_binding_size": 128 * MIB,
}


def asked(model: str, precision: str, adapter: dict[str, Any], **more: Any) -> Answer:
    """Return the answer for a phone of 8 GB with such an adapter."""
    phone = {"platform": "android", "browser": "chrome", "ram_bytes": 8 << 30, "webgpu": adapter}
    scenario = Scenario(model=model, runtime="transformersjs-webgpu", precision=precision, **more)
    return answer(scenario, CATALOG, read(phone))


def chance(said: Answer) -> float | None:
    """Return the chance of the check, `None` where it is not made."""
    found = (each for each in said.checks if each.name == "attention-scores")
    return next((each.probability for each in found), None)


def test_384_mib_against_128() -> None:
    """What a 16-bit image encoder of 64 × 64 places was refused (xrblocks issue 483)."""
    said = asked("sam-vit-base", "fp16", LEAST)
    need = next(each.need for each in said.checks if each.name == "attention-scores")

    assert need is not None
    assert need.likely == 384 * MIB == 402_653_184
    assert said.verdict.probability is not None
    assert said.verdict.probability < 0.5
    assert said.verdict.outcome in {Outcome.MAY, Outcome.UNLIKELY}
    roomy = {**LEAST, "max_buffer_size": 2048 * MIB, "max_storage_buffer_binding_size": 1024 * MIB}
    assert chance(asked("sam-vit-base", "fp16", roomy)) == 1.0
    assert (chance(said) or 1.0) < 1.0


@pytest.mark.parametrize(
    ("model", "precision"),
    [("distilbert", "fp32"), ("llama-3.2-1b", "q4f16"), ("whisper-base", "fp32")],
)
def test_what_every_device_binds_is_no_question(model: str, precision: str) -> None:
    """Small tables, and decoders, whose kernel keeps none, are not asked about."""
    assert chance(asked(model, precision, LEAST)) is None


def test_a_long_text_asks_for_a_large_table() -> None:
    """An encoder of 2,048 places has 12 heads of 2,048 × 2,048 scores: 192 MiB of 32 bits."""
    said = asked("nomic-embed-text-v1.5", "fp32", LEAST, context=Tokens(8192))
    need = next(each.need for each in said.checks if each.name == "attention-scores")

    assert need is not None
    assert need.likely == 192 * MIB
    assert chance(asked("nomic-embed-text-v1.5", "fp32", LEAST, context=Tokens(512))) is None
