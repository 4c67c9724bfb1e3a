"""The download taken apart: every byte has a cause, and the causes are the real ones."""

from __future__ import annotations

import pytest

from app.components.charts import download_steps
from tabfit.catalog import Catalog
from tabfit.devices.device import Device
from tabfit.estimate import answers, defaults, subjects
from tabfit.estimate.answers import Answer
from tabfit.estimate.scenario import Scenario
from tabfit.explain import download_overhead
from tabfit.explain.download_overhead import Cause, Split
from tests.core.app.test_respond import elements, parts

CATALOG = Catalog()


def of(model: str, runtime: str, precision: str) -> Answer:
    """Return the answer about a model at a precision."""
    asked = Scenario(model=model, runtime=runtime, precision=precision)
    return answers.answer(asked, CATALOG, Device())


def split(model: str, runtime: str, precision: str) -> Split:
    """Return its download taken apart."""
    found = download_overhead.split(of(model, runtime, precision))
    assert found is not None
    return found


@pytest.mark.parametrize("model", ["gemma-2b", "distilbert", "whisper-base", "olmoe-1b-7b"])
def test_product_and_causes_make_the_download(model: str) -> None:
    """Nothing is left over, in any precision of any runtime."""
    about = subjects.subject(model, CATALOG)
    for facts in defaults.runtimes_of(about, CATALOG):
        for precision in defaults.precisions_of(about, facts):
            given = of(model, facts.id, precision)
            found = download_overhead.split(given)
            if found is not None:
                assert found.product + sum(found.causes.values()) == given.download.likely


def test_gemma_in_mediapipe_keeps_some_matrices_at_eight_bits() -> None:
    """1.25 GB would be 4 bits of everything; 1.35 GB are listed, and the rest is explained."""
    found = split("gemma-2b", "mediapipe", "int4")
    assert found.product == 2_506_172_416 // 2
    assert found.causes[Cause.MATRICES] > 0.8 * (found.download - found.product)
    assert abs(found.causes[Cause.FILE]) < 0.005 * found.download


def test_qwen_at_q4_is_mostly_a_wide_table() -> None:
    """Transformers.js keeps Qwen2.5 0.5B's table of 151,936 x 896 at 32 bits, not at 4."""
    found = split("qwen2.5-0.5b", "transformersjs-webgpu", "q4")
    assert found.causes[Cause.TABLES] == 151936 * 896 * 28 // 8
    assert found.causes[Cause.TABLES] > found.product


def test_scales_of_mlc_are_half_a_bit() -> None:
    """Sixteen bits for every 32 weights: an eighth of what four bits are."""
    found = split("gemma-2b", "webllm", "q4f16_1")
    assert found.causes[Cause.SCALES] == pytest.approx(found.product / 8, rel=0.001)


def test_gguf_codes_and_scales_share_a_block() -> None:
    """Q8_0 is 34 bytes for 32 weights: a sixteenth more than eight bits."""
    found = split("llama-3.2-1b", "wllama-cpu", "q8_0")
    assert found.causes[Cause.SCALES] == pytest.approx(found.product / 16, rel=0.001)


def test_what_names_no_width_is_not_taken_apart() -> None:
    """A one-bit method's name is no width, and a hidden shape has no parameters to count."""
    assert download_overhead.split(of("llama-3.2-1b", "ideal", "ternary")) is None
    assert download_overhead.split(of("gemini-nano", "prompt-api", "builtin")) is None
    assert download_steps.inside(of("gemini-nano", "prompt-api", "builtin")) == ""


def test_the_page_follows_the_choice() -> None:
    """Another precision, another stair: the section is renewed with the answer."""
    form = {"model": "qwen2.5-0.5b", "runtime": "transformersjs-webgpu", "precision": "q4"}
    found = parts(form=form)["why"]
    assert elements(found)
    assert "247 MB" in found
    assert "token table and head, wider" in found
