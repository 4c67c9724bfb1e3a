"""Caches: every kind of attention against logs and figures that others printed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tabfit import architectures
from tabfit.model.architecture import Architecture, KeyValue, Kind, Layer, Tower
from tabfit.model.tensors import Inventory, Part
from tabfit.runtimes.memory.cache import TYPES, Allocation, cache_size, growth
from tabfit.storage.storage_type import F32
from tabfit.units import GIB, MIB, Tokens
from tests.accuracy.cache_sizes import (
    FORMULA,
    LLAMA_CPP,
    Choice,
    everything,
    kept_rows,
    left_out,
    of_catalogue,
    only,
    recurrent,
    rows,
    whole,
    windowed,
)
from tests.accuracy.onnx_sizes import Row, architecture_of

#: A tenth of a hundredth of a MiB more than what llama.cpp's two decimals leave open.
LOG = 0.0051 * MIB


@pytest.mark.parametrize("row", list(rows()), ids=lambda row: f"{row.model} {row.recipe}")
def test_caches_are_what_is_printed(row: Row) -> None:
    """Each cache of the table of published memory rounds to the printed figure."""
    assert row.inside


def test_every_row_with_a_cache_is_compared_or_has_its_reason() -> None:
    """No row is passed over in silence, and most are compared."""
    compared = [row for row in kept_rows() if not left_out(row)]

    assert len(compared) >= 30


# DeepSeek-AI 2025, arXiv:2505.09343 table 1: kilobytes a token at 16 bits.
@pytest.mark.parametrize(
    ("name", "kilobytes"),
    [
        ("deepseek-ai__DeepSeek-R1", 70.272),  # latent, of DeepSeek-V3's shape
        ("Qwen__Qwen2.5-72B", 327.680),  # grouped
        ("meta-llama__Llama-3.1-405B", 516.096),  # grouped
    ],
)
def test_bytes_per_token_are_the_published_ones(name: str, kilobytes: float) -> None:
    """Latent attention keeps one narrow vector a token, grouped attention a few heads."""
    assert growth(architecture_of(name), FORMULA) == round(1000 * kilobytes)


def test_without_the_latent_a_runtime_keeps_every_head() -> None:
    """Expanded, DeepSeek-V3's 61 layers keep 128 heads of 192 and 128: 71 times as much."""
    latent, expanded = (
        growth(architecture_of("deepseek-ai__DeepSeek-R1"), replace(FORMULA, latent=each))
        for each in (True, False)
    )
    assert expanded / latent == pytest.approx(71.1, abs=0.1)


JAMBA: dict[str, Any] = {
    "model_type": "jamba",
    "architectures": ["JambaForCausalLM"],
    "vocab_size": 65536,
    "hidden_size": 4096,
    "intermediate_size": 14336,
    "num_hidden_layers": 32,
    "num_attention_heads": 32,
    "num_key_value_heads": 8,
    "num_experts": 16,
    "num_experts_per_tok": 2,
    "mamba_d_state": 16,
    "mamba_d_conv": 4,
    "mamba_expand": 2,
    "attn_layer_period": 8,
    "attn_layer_offset": 4,
    "expert_layer_period": 2,
    "expert_layer_offset": 1,
}


# AI21 2024, arXiv:2403.19887 table 1: 256K tokens at 16 bits.
@pytest.mark.parametrize(
    ("architecture", "gibibytes"),
    [
        (architectures.read(JAMBA), 4),
        (architecture_of("mistralai__Mixtral-8x7B-v0.1"), 32),
        (architecture_of("meta-llama__Llama-2-7b-hf"), 128),
    ],
    ids=["Jamba", "Mixtral", "Llama 2 7B"],
)
def test_long_contexts_fill_what_the_paper_prints(
    architecture: Architecture, gibibytes: int
) -> None:
    """One layer in eight attends in Jamba; every head is kept in Llama 2."""
    attending = only(architecture, whole)

    assert cache_size(attending, Tokens(256 * 1024), FORMULA) == gibibytes * GIB


# Lines of llama.cpp's logs, quoted in public: "llama_kv_cache: size = … MiB (… cells, … layers)",
# "llama_memory_recurrent: size = … MiB (… cells, … layers, … seqs)".
@pytest.mark.parametrize(
    ("architecture", "chosen", "context", "changes", "mebibytes"),
    [
        # gpt-oss 20B, context 131072, n_ubatch 2048: windows of 128 take 2304 cells.
        ("gpt-oss-20b", whole, 131072, {"beyond_window": 2048}, 3072.0),
        ("gpt-oss-20b", windowed, 131072, {"beyond_window": 2048}, 54.0),
        # Gemma 2 2B, context 8192, four sequences: their windows reach as far as the context.
        ("gemma-2-2b", whole, 8192, {"sequences": 4}, 416.0),
        ("gemma-2-2b", windowed, 8192, {"sequences": 4}, 416.0),
        # Qwen3.5 9B: a state for each of four sequences, whatever the context.
        ("qwen3.5-9b", recurrent, 262144, {"sequences": 4}, 201.0),
        ("qwen3.5-9b", recurrent, 512, {"sequences": 4}, 201.0),
        # The same: eight of its 32 layers attend.
        ("qwen3.5-9b", whole, 135168, {"sequences": 4}, 4224.0),
    ],
)
def test_logged_caches(
    architecture: str, chosen: Choice, context: int, changes: dict[str, Any], mebibytes: float
) -> None:
    """Windows are padded, shared by the sequences; states are kept for each."""
    found = cache_size(
        only(of_catalogue(architecture), chosen), Tokens(context), replace(LLAMA_CPP, **changes)
    )
    assert found == pytest.approx(mebibytes * MIB, abs=LOG)


def _layers(*groups: tuple[int, int | None]) -> Architecture:
    """Return a decoder of eight heads of 128 in so many layers of each window."""
    layers = tuple(
        Layer(
            attention_heads=8,
            head_width=128,
            feed_forward=0,
            keeps=(KeyValue(key_value_heads=8, key_width=128, value_width=128, window=window),),
        )
        for count, window in groups
        for _ in range(count)
    )
    return Architecture(
        family="",
        head="",
        kind=Kind.DECODER,
        inventory=Inventory(()),
        towers=(Tower(part=Part.DECODER, hidden=1024, layers=layers),),
        vocabulary=0,
        outputs=0,
    )


def test_four_bit_caches() -> None:
    """Laguna's log at q4_0: 12 whole layers 13824.00 MiB, 36 windowed ones 40.50 MiB."""
    shape, kept = _layers((12, None), (36, 512)), replace(LLAMA_CPP, element=TYPES["q4_0"])
    sizes = [cache_size(only(shape, each), Tokens(2**20), kept) for each in (whole, windowed)]

    assert sizes == [13824 * MIB, 40.5 * MIB]


def test_keys_and_values_of_different_types() -> None:
    """With keys in q8_0 and values in q4_0 a cache is half of each."""
    shape, context = _layers((4, None)), Tokens(1024)
    eight, four = (replace(LLAMA_CPP, element=TYPES[name]) for name in ("q8_0", "q4_0"))
    mixed = replace(eight, values=TYPES["q4_0"])
    both = cache_size(shape, context, eight) + cache_size(shape, context, four)

    assert cache_size(shape, context, mixed) * 2 == both


# whisper.cpp's logs: "kv self size", "kv cross size". Base: before flash attention, in MiB;
# tiny: with it, padded to 256 positions, in MB of a million bytes.
@pytest.mark.parametrize(
    ("name", "block", "own", "crossed"),
    [
        ("openai__whisper-base", 1, 5.25 * MIB, 17.58 * MIB),
        ("openai__whisper-tiny", 256, 3.15e6, 9.44e6),
    ],
)
def test_cross_attention(name: str, block: int, own: float, crossed: float) -> None:
    """Whisper keeps 448 tokens of its own and the 1,500 positions of what it heard."""
    architecture = architecture_of(name)

    def size(*, of_encoder: bool) -> int:
        def chosen(kept: object) -> bool:
            return isinstance(kept, KeyValue) and (kept.positions is not None) is of_encoder

        kept = Allocation(block=block)
        return cache_size(only(architecture, chosen), Tokens(448), kept)

    assert size(of_encoder=False) == pytest.approx(own, rel=0.002)
    assert size(of_encoder=True) == pytest.approx(crossed, rel=0.002)


def test_shared_layers_keep_nothing() -> None:
    """Gemma 4 E2B: 15 of 35 layers own a cache; its phones' log has 12 MiB for the windowed 12."""
    shape = of_catalogue("gemma-4-e2b")

    assert cache_size(only(shape, windowed), Tokens(2048), LLAMA_CPP) == 12 * MIB


def test_an_encoder_keeps_nothing() -> None:
    """One pass over the input leaves nothing for a next token."""
    assert cache_size(architecture_of("BAAI__bge-small-en-v1.5"), Tokens(512), LLAMA_CPP) == 0


def test_single_precision_is_twice_half_precision() -> None:
    """WebLLM's q4f32 keeps 256 MiB for Llama 3.2 1B where q4f16 keeps 128 (its own list)."""
    shape = architecture_of("meta-llama__Llama-3.2-1B")
    half, single = (Allocation(element=kind, block=16) for kind in (TYPES["f16"], F32))

    assert cache_size(shape, Tokens(4096), half) == 128 * MIB
    assert cache_size(only(shape, everything), Tokens(4096), single) == 256 * MIB
