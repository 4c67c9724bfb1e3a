"""A prompt is not a context: what Transformers.js computes with follows what it reads at once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tabfit import architectures, catalog, runtimes
from tabfit.devices.budgets import Pool
from tabfit.devices.device import Device
from tabfit.estimate.answers import answer
from tabfit.estimate.scenario import Scenario
from tabfit.model.architecture import Architecture
from tabfit.runtimes import Load
from tabfit.runtimes.memory.footprint import Footprint
from tabfit.units import MIB, Tokens
from tests.runtimes.bench.shapes import SHAPES

QWEN = architectures.read(SHAPES["qwen2.5-0.5b"])
GEMMA = architectures.read(
    {
        "model_type": "gemma3_text",
        "architectures": ["Gemma3ForCausalLM"],
        "hidden_size": 640,
        "num_hidden_layers": 18,
        "num_attention_heads": 4,
        "num_key_value_heads": 1,
        "head_dim": 256,
        "intermediate_size": 2048,
        "vocab_size": 262144,
        "max_position_embeddings": 32768,
    }
)
RUNTIME = runtimes.named("transformersjs-webgpu")


def _load(prompt: int | None, context: int = 32768, architecture: Architecture = QWEN) -> Load:
    return Load(
        architecture=architecture,
        stored=RUNTIME.store(architecture, "q4f16", None),
        context=Tokens(context),
        prompt=None if prompt is None else Tokens(prompt),
    )


def test_a_long_prompt_is_charged_whole() -> None:
    """Every token of a prompt adds at least its logits, and nothing is capped on the way."""
    short, long = (RUNTIME.workspace(_load(prompt)).likely for prompt in (2048, 8192))

    assert long - short > (8192 - 2048) * 151_936 * 4


def test_a_context_alone_reads_nothing_at_once() -> None:
    """However long a conversation may become, the same prompt needs the same work."""
    assert RUNTIME.workspace(_load(256, 512)) == RUNTIME.workspace(_load(256, 32768))


def test_a_prompt_that_nobody_told_is_a_page_long() -> None:
    """Unless the context is shorter."""
    assert RUNTIME.workspace(_load(None)) == RUNTIME.workspace(_load(512))
    assert RUNTIME.workspace(_load(None, 64)) == RUNTIME.workspace(_load(64, 64))


def test_builds_with_a_packed_table_answer_for_the_last_token() -> None:
    """Their graphs can be asked for one token's logits, which optimum's cannot."""
    need = RUNTIME.workspace(_load(2048, architecture=GEMMA))

    assert need.likely < 600 * MIB
    assert need.high > 2048 * 262_144 * 4


def test_logits_come_back_to_the_tab() -> None:
    """What the GPU answers passes shared memory, and JavaScript keeps a copy."""
    plain, long = (
        Footprint(tuple(p for p in RUNTIME.phases(_load(prompt)) if p.name == "prefill"))
        for prompt in (16, 1040)
    )

    grown = long.peak_in(Pool.PAGE).likely - plain.peak_in(Pool.PAGE).likely
    assert grown == pytest.approx(2 * 1024 * 151_936 * 4, rel=0.05)


def test_external_data_need_less_of_the_tab() -> None:
    """Weights beside the graph are copied once, and on WebGPU pass no heap but for the table."""
    one = _load(256)
    files = tuple(replace(each, name=f"{each.name}_data") for each in one.stored.files)
    beside = replace(one, stored=replace(one.stored, files=files))
    needs = [Footprint(RUNTIME.phases(load)).peak_in(Pool.PAGE) for load in (one, beside)]

    assert needs[0].likely - needs[1].likely > one.stored.weights_bytes


def test_the_processor_works_in_the_heap() -> None:
    """A first pass lies in WebAssembly's memory there, beyond what loading left free."""
    asked = Scenario(model="sam-vit-base", runtime="transformersjs-wasm")
    load = answer(asked, catalog.read(), Device()).load
    own = runtimes.named("transformersjs-wasm")
    held, work = own.heap(load), own.workspace(load)
    free = load.stored.download.likely + max(each.size for each in load.stored.tensors)

    assert held is not None
    assert work.likely > 2 * 2**30  # SAM's tables of scores: 64 x 64 places with each other
    assert held.likely > work.likely
    assert held.likely < work.likely + 3 * free
