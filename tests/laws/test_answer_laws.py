"""Laws of whole answers: parts sum, more memory never hurts, longer contexts never help."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tabfit.catalog import Catalog
from tabfit.devices.budgets import Pool
from tabfit.devices.device import Device, read
from tabfit.estimate.answers import Answer, answer
from tabfit.estimate.defaults import precisions_of, runtimes_of
from tabfit.estimate.published_files import store
from tabfit.estimate.scenario import Scenario
from tabfit.estimate.subjects import subject
from tabfit.recipes.stored_model import Content
from tabfit.runtimes import Label
from tabfit.units import GIB, NOTHING, Interval, Tokens
from tabfit.verdict.probability import Outcome

CATALOG = Catalog()
#: A model of each kind, with the runtimes that differ most in how they hold it.
CHOICES = (
    ("distilbert", "transformersjs-wasm", "fp32"),
    ("distilbert", "transformersjs-webgpu", "q8"),
    ("whisper-base", "transformersjs-wasm", "q4"),
    ("llama-3.2-1b", "webllm", "q4f16_1"),
    ("qwen2.5-0.5b", "wllama-cpu", "q4_k_m"),
    ("qwen2.5-0.5b", "wllama-webgpu", "q8_0"),
    ("gemma-2b", "mediapipe", "int4"),
    ("gpt-oss-20b", "ideal", "int4"),
    ("deepseek-v2-lite", "ideal", "fp16"),
    ("mamba-130m", "ideal", "fp32"),
)
SIGNALS = st.fixed_dictionaries(
    {
        "platform": st.sampled_from(("ios", "ipados", "android", "macos", "windows", "linux")),
        "browser": st.sampled_from(("chrome", "safari", "firefox")),
    },
    optional={
        "graphics": st.sampled_from(("integrated", "discrete")),
        "vram_bytes": st.integers(1, 24).map(lambda size: size * GIB),
        "webgpu": st.just({"vendor": "apple", "shader_f16": True}) | st.none(),
    },
)
CONTEXTS = st.integers(1, 40_000).map(Tokens)


def _asked(choice: tuple[str, str, str], context: Tokens | None, here: Device) -> Answer:
    model, runtime, precision = choice
    scenario = Scenario(model=model, runtime=runtime, precision=precision, context=context)
    return answer(scenario, CATALOG, here)


def _ends(interval: Interval) -> tuple[int, int, int]:
    return interval.low, interval.likely, interval.high


def _no_less(first: Interval, second: Interval) -> bool:
    return all(a >= b for a, b in zip(_ends(first), _ends(second), strict=True))


@given(choice=st.sampled_from(CHOICES), context=CONTEXTS)
@settings(max_examples=40, deadline=None)
def test_parts_sum_to_the_whole(choice: tuple[str, str, str], context: Tokens) -> None:
    """Labels sum to a phase, pools sum to a phase, phases reach the peak, files the download."""
    given_answer = _asked(choice, context, Device())
    phases = given_answer.footprint.phases

    for phase in phases:
        assert sum((phase.of_label(label) for label in Label), NOTHING) == phase.peak
        assert phase.in_pool(Pool.PAGE) + phase.in_pool(Pool.GPU) == phase.peak
    peak, page, gpu = (given_answer.memory(p) for p in (Pool.PEAK, Pool.PAGE, Pool.GPU))
    assert peak.likely == max(phase.peak.likely for phase in phases)
    assert max(page.likely, gpu.likely) <= peak.likely <= page.likely + gpu.likely
    assert given_answer.stored.weights_bytes == sum(t.size for t in given_answer.stored.tensors)
    own = (f.size for f in given_answer.stored.files if f.content is not Content.RUNTIME)
    assert sum(own, NOTHING) == given_answer.download


@given(choice=st.sampled_from(CHOICES), first=CONTEXTS, second=CONTEXTS, signals=SIGNALS)
@settings(max_examples=60, deadline=None)
def test_a_longer_context_never_needs_less(
    choice: tuple[str, str, str], first: Tokens, second: Tokens, signals: dict[str, Any]
) -> None:
    """Cache, working memory and every peak grow with the context, and the chance never rises."""
    here = read({**signals, "ram_bytes": 8 * GIB})
    short, long = (_asked(choice, size, here) for size in sorted((first, second)))

    assert short.cache_bytes <= long.cache_bytes
    assert _no_less(long.workspace, short.workspace)
    for pool in (Pool.PAGE, Pool.GPU, Pool.PEAK):
        assert _no_less(long.memory(pool), short.memory(pool))
    assert (short.verdict.probability or 0) >= (long.verdict.probability or 0)


@given(
    choice=st.sampled_from(CHOICES),
    signals=SIGNALS,
    first=st.integers(1, 64),
    second=st.integers(1, 64),
)
@settings(max_examples=80, deadline=None)
def test_more_memory_never_worsens_a_verdict(
    choice: tuple[str, str, str], signals: dict[str, Any], first: int, second: int
) -> None:
    """With all else the same, a device with more memory is never told less."""
    less, more = (
        _asked(choice, None, read({**signals, "ram_bytes": size * GIB})).verdict
        for size in sorted((first, second))
    )
    if Outcome.UNSUPPORTED in (less.outcome, more.outcome):  # by no amount of memory
        assert less == more
        return
    assert less.probability is not None
    assert more.probability is not None
    assert more.probability >= less.probability
    if less.outcome is not Outcome.NO:
        assert more.outcome is not Outcome.NO


#: Precisions from narrow to wide, where what is stored follows the name.
ORDERS = (
    ("llama-3.2-1b", "ideal", ("int2", "int3", "int4", "int8", "fp16", "fp32")),
    ("llama-3.2-1b", "ideal", ("binary", "ternary", "fp16")),
    ("llama-3.2-1b", "webllm", ("q4f16_1", "q4f32_1", "q0f16", "q0f32")),
    ("llama-3.2-1b", "wllama-cpu", ("q2_k", "q3_k_m", "q4_k_m", "q5_k_m", "q6_k", "q8_0", "f16")),
    ("gemma-2b", "mediapipe", ("int4", "int8")),
    ("distilbert", "transformersjs-wasm", ("q8", "fp16", "fp32")),
    ("llama-3.2-1b", "transformersjs-webgpu", ("q4f16", "q4", "fp16", "fp32")),
)


@pytest.mark.parametrize(("model", "runtime", "precisions"), ORDERS)
def test_a_wider_precision_never_needs_fewer_weight_bytes(
    model: str, runtime: str, precisions: tuple[str, ...]
) -> None:
    """Where nothing stays wide on the narrow side only, more bits are more bytes."""
    about = subject(model, CATALOG)
    sizes = [
        store(about, CATALOG.runtime(runtime), precision).weights_bytes for precision in precisions
    ]

    assert sizes == sorted(sizes)
    assert len(set(sizes)) == len(sizes)


@pytest.mark.parametrize("runtime", [facts.id for facts in CATALOG.runtimes])
def test_every_model_answers_on_every_runtime(runtime: str) -> None:
    """Each model on each runtime it has, at every sixth of its precisions in turn."""
    here, asked = Device(), 0
    for number, model in enumerate(CATALOG.models):
        about = subject(model.id, CATALOG)
        facts = next((f for f in runtimes_of(about, CATALOG) if f.id == runtime), None)
        offered = precisions_of(about, facts) if facts else ()
        chosen = offered[number % 6 :: 6] or offered[:1]
        for precision in chosen:
            given_answer = _asked((model.id, runtime, precision), None, here)
            asked += 1
            assert given_answer.memory(Pool.PEAK).low >= 0
            assert given_answer.verdict.outcome in Outcome
    assert asked > 0
