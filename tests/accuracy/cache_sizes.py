"""How predicted caches compare with llama.cpp's logs and with published figures per token.

Every row of `runtime_memory.csv` that gives a cache by itself is either compared
or left out for a reason. Rows of windowed models give two caches, one line each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from tabfit import architectures
from tabfit.catalog import Catalog
from tabfit.model.architecture import Architecture, KeyValue, Layer, State
from tabfit.runtimes.memory.cache import TYPES, Allocation, cache_size
from tabfit.storage.storage_type import I8, StorageType
from tabfit.units import Tokens
from tests.accuracy.one_bit_sizes import llama
from tests.accuracy.onnx_sizes import Row, architecture_of
from tests.accuracy.published import table

#: llama.cpp's cells: whole blocks of 256, and a piece of the prompt beyond each window.
LLAMA_CPP = Allocation(block=256, windowed=True, beyond_window=512, latent=True)
#: A formula's: what the tokens need and no more.
FORMULA = Allocation(latent=True)

Choice = Callable[[object], bool]


def everything(kept: object) -> bool:
    """Choose every layer."""
    del kept
    return True


def whole(kept: object) -> bool:
    """Choose layers that look back at every token."""
    return isinstance(kept, KeyValue) and kept.window is None


def windowed(kept: object) -> bool:
    """Choose layers that look back at a window."""
    return isinstance(kept, KeyValue) and kept.window is not None


def attending(kept: object) -> bool:
    """Choose layers with keys and values, or a latent vector in their place."""
    return not isinstance(kept, State)


def recurrent(kept: object) -> bool:
    """Choose layers with a state of constant size."""
    return isinstance(kept, State)


def only(architecture: Architecture, chosen: Choice) -> Architecture:
    """Return the architecture with nothing kept but what is chosen."""
    towers = tuple(
        replace(tower, layers=tuple(_only(layer, chosen) for layer in tower.layers))
        for tower in architecture.towers
    )
    return replace(architecture, towers=towers)


def _only(layer: Layer, chosen: Choice) -> Layer:
    return replace(layer, keeps=tuple(kept for kept in layer.keeps if chosen(kept)))


def of_catalogue(name: str) -> Architecture:
    """Return the architecture of a catalogue model."""
    return architectures.read(Catalog().model(name).config or {})


def gemma_4(layers: int, **text: Any) -> Architecture:
    """Return a Gemma 4 decoder of the widths its logs show, five windowed layers to a whole one."""
    period = ("sliding_attention",) * 5 + ("full_attention",)
    given = {
        "model_type": "gemma4_text",
        "architectures": ["Gemma4ForCausalLM"],
        "num_hidden_layers": layers,
        "layer_types": list(period * (layers // 6)),
        "hidden_size": 2560,
        "intermediate_size": 10240,
        "num_attention_heads": 8,
        "head_dim": 256,
        "global_head_dim": 512,
        "vocab_size": 262144,
        "tie_word_embeddings": True,
        **text,
    }
    return architectures.read(given)


def gemma_4_e4b() -> Architecture:
    """Return Gemma 4 E4B's layers: 18 of 42 read the cache of others."""
    return gemma_4(42, num_key_value_heads=2, num_kv_shared_layers=18, sliding_window=512)


def gemma_4_12b() -> Architecture:
    """Return Gemma 4 12B's layers: whole ones share one key-value head for both."""
    return gemma_4(
        48,
        num_key_value_heads=8,
        num_global_key_value_heads=1,
        attention_k_eq_v=True,
        num_kv_shared_layers=0,
        sliding_window=1024,
        hidden_size_per_layer_input=0,
    )


def _config(name: str) -> Callable[[], Architecture]:
    return lambda: architecture_of(name)


def _model(name: str) -> Callable[[], Architecture]:
    return lambda: of_catalogue(name)


_SHAPES = {
    "openlm-research/open_llama_3b_v2": _config("openlm-research__open_llama_3b"),
    "Qwen/Qwen2.5-3B": _model("qwen2.5-3b"),
    "Qwen/Qwen2.5-0.5B": _config("Qwen__Qwen2.5-0.5B"),
    "Qwen/Qwen2.5-1.5B": _config("Qwen__Qwen2.5-1.5B"),
    "Qwen/Qwen3-1.7B": _model("qwen3-1.7b"),
    "meta-llama/Llama-3.1-8B": _config("meta-llama__Llama-3.1-8B"),
    "Qwen3.5-9B-class hybrid (32 layers, 8 full-attn)": _model("qwen3.5-9b"),
    "Qwen/Qwen3.5-27B": _config("Qwen__Qwen3.5-27B"),
    "openai/gpt-oss-120b": _config("openai__gpt-oss-120b"),
    "openai/gpt-oss-20b": _model("gpt-oss-20b"),
    "google/gemma-4-12B": gemma_4_12b,
    "google/gemma-4-E4B": gemma_4_e4b,
    "huggyllama/llama-30b": lambda: llama("LLaMA-30B"),
    "facebook/opt-13b": _config("facebook__opt-13b"),
    "openai-community/gpt2-xl": lambda: architectures.read(
        {
            "model_type": "gpt2",
            "architectures": ["GPT2LMHeadModel"],
            "n_embd": 1600,
            "n_layer": 48,
            "n_head": 25,
            "n_positions": 1024,
            "vocab_size": 50257,
        }
    ),
    "MiniMaxAI/MiniMax-M2": _config("MiniMaxAI__MiniMax-M2.7"),
    "LiquidAI/LFM2.5-1.2B-Instruct": _model("lfm2-1.2b"),
    "microsoft/Phi-4-mini-instruct": _model("phi-4-mini"),
    "HuggingFaceTB/SmolLM2-1.7B-Instruct": _model("smollm2-1.7b"),
}
_LAYERS = (
    ("full-attn", whole),
    ("SWA", windowed),
    ("recurrent state", recurrent),
    ("kv_cache", attending),
)

#: Rows with a cache that are not compared, by what their model or quantity begins with, and why.
LEFT_OUT = {
    "BAAI/bge-small": "that build kept a cache for encoders, which today's does not",
    "google/gemma-4-31B": "a pool that vLLM fills up to a share of the card",
    "arcee-ai/Trinity": "its config was not found",
    "google/gemma-3-1b-it": "the phone's log keeps one of two caches, the report adds weights",
    "google/gemma-3-27b-it": "the report adds weights and rounds to a tenth of a gigabyte",
    "google/gemma-4-E2B": "the phone's log keeps one of two caches",
}
#: Figures that their own source contradicts.
TRAPS = {
    ("facebook/opt-13b", "kv_cache per request"): "1.5625 GiB, printed as 1.6 GB",
}


def kept_rows() -> list[dict[str, str]]:
    """Return the rows that give a cache, alone or added up."""
    words = ("kv_cache", "recurrent state", "context total", "KV cache")
    return [
        row for row in table("runtime_memory.csv") if any(word in row["quantity"] for word in words)
    ]


def left_out(row: dict[str, str]) -> str:
    """Return why a row is not compared, empty where it is."""
    trap = TRAPS.get((row["model"], row["quantity"]), "")
    return trap or next(
        (why for start, why in LEFT_OUT.items() if row["model"].startswith(start)), ""
    )


def _element(row: dict[str, str]) -> StorageType:
    others = {"int8": I8, "fp8": I8, "bf16": TYPES["bf16"]}
    kind = row["kv_dtype"]
    return others.get(kind) or TYPES.get(kind, TYPES["f16"])


def allocation(row: dict[str, str]) -> Allocation:
    """Return how the row's runtime keeps a cache, in the row's type and number of sequences."""
    logged = row["runtime"].startswith(("llama", "llama.cpp"))
    element = TYPES["f16"] if "recurrent" in row["quantity"] else _element(row)
    if not logged:
        return replace(FORMULA, element=element)
    # llama-server opens four sequences by default; gpt-oss-120b's log says so ("4/1 seqs").
    sequences = 4 if row["model"] == "openai/gpt-oss-120b" else int(row["batch_seqs"] or 1)
    return replace(LLAMA_CPP, element=element, sequences=sequences)


def predicted(row: dict[str, str]) -> int:
    """Return the bytes of the cache that a row tells of."""
    chosen = next((of for start, of in _LAYERS if start in row["quantity"]), everything)
    architecture = only(_SHAPES[row["model"]](), chosen)
    context = Tokens(int(row["context_tokens"]))
    return cache_size(architecture, context, allocation(row))


def rounding(row: dict[str, str]) -> float:
    """Return how far a printed figure may lie from the truth.

    llama.cpp prints hundredths of a MiB, whose last zeros the table leaves out; whole MiB
    are cut off; others are rounded to their last digit.
    """
    unit = {"B": 0, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}[row["unit"]]
    digits = len(row["value"].partition(".")[2])
    if row["unit"] == "MiB":
        return 0.0051 * unit if digits else unit
    return 0.51 * unit / 10.0**digits


def rows() -> Iterator[Row]:
    """Yield a row for each cache compared; right where both round to the printed figure."""
    for row in kept_rows():
        if left_out(row):
            continue
        size, truth = predicted(row), int(row["bytes"])
        inside = abs(size - truth) <= rounding(row)
        asked = f"{row['context_tokens']} tokens {row['kv_dtype']}, {row['quantity']}"
        yield Row(row["model"], asked, size, size, size, truth, size / truth - 1, inside)
