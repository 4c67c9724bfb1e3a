"""How each constant is known, and from where: what the comments beside it say, for readers.

In: a constant's name in `runtimes.constants`, `budgets` or `speed`. Out: its basis and source.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tabfit.i18n.language import _, later
from tabfit.units import Basis

_BENCH: Final = (
    Basis.MEASURED,
    later("this project’s bench: memory of the tab above an empty page, Chromium 156 on Linux"),
)
_FITTED: Final = (
    Basis.MEASURED,
    later("fitted on this project’s bench, judged on other cases (page Accuracy)"),
)

#: Constants of the runtimes, named as in `runtimes.constants` and the runtimes’ own modules.
RUNTIMES: Final[Mapping[str, tuple[Basis, str]]] = {
    "WEBLLM_FLOOR": (Basis.ASSUMED, later("its script, its library and a tab that holds them")),
    "WEBLLM_SHARDS": (Basis.ASSUMED, later("four shards of about 32 MB in flight")),
    "MEDIAPIPE_FLOOR": (
        Basis.ASSUMED,
        later("a 300 MiB WebAssembly heap of which part is touched"),
    ),
    "MEDIAPIPE_GPU_SHARE": (
        Basis.LISTED,
        later(
            "Google’s card of Gemma 3 27B: graphics memory 0.96 to 1.08 of the file on an M4 Max"
        ),
    ),
    "LLAMA_PIECE": (Basis.LISTED, later("llama.cpp’s default micro-batch")),
    "MLC_PIECE": (
        Basis.LISTED,
        later("WebLLM’s libraries are compiled for pieces of 1024 (“cs1k”)"),
    ),
    "BELOW": _BENCH,
    "ABOVE": _BENCH,
    "ORT_HEAP_STEP": (
        Basis.MEASURED,
        later("Emscripten grows a heap by at most 96 MiB; a ViT was seen to use such a step"),
    ),
    "ORT_DOWNLOAD": _BENCH,
    "ORT_LOAD": _BENCH,
    "ORT_READY": _BENCH,
    "ORT_RUN": _BENCH,
    "ORT_RUN_MIXED": _BENCH,
    "ORT_ON_GPU": _BENCH,
    "ORT_OWN_HEAD": _FITTED,
    "ORT_SHARED_HEAD": _FITTED,
    "ORT_SHARED_HEAD_AMONG_SMALL": _FITTED,
    "ORT_GPU_FLOOR": _FITTED,
    "ORT_GPU_WEIGHTS": _FITTED,
    "ORT_GPU_EXTERNAL": (
        Basis.ASSUMED,
        later("transformers.js pull request 1747: 2.9 GB peaked at 2.1 files, one in JavaScript"),
    ),
    "ORT_GPU_SHADERS": _FITTED,
    "ORT_GPU_SHADERS_EMULATED": _BENCH,
    "WLLAMA_FLOOR": _BENCH,
    "WLLAMA_COMPILING": _BENCH,
    "WLLAMA_TRANSIT": _FITTED,
    "WLLAMA_DOWNLOAD": _FITTED,
    "WLLAMA_LEFT": _FITTED,
    "WLLAMA_PIECES": (
        Basis.ASSUMED,
        later("wllama pull request 267: files of 4.4 to 11.3 GiB took little more"),
    ),
    "WLLAMA_SLOTS": (Basis.MEASURED, later("wllama’s own log: an output buffer of four rows")),
    "IN_FLIGHT": (
        Basis.ASSUMED,
        later("one layer and the token table between network and graphics"),
    ),
    "SESSION": (
        Basis.ASSUMED,
        later("an object of the page; the browser keeps the model elsewhere"),
    ),
    "SPREAD": (
        Basis.LISTED,
        later(
            "how far rows of WebLLM’s own list lie from these rules, one in twenty on either side"
        ),
    ),
}

#: Rules that say how much of a device’s memory a tab may take.
BUDGETS: Final[Mapping[str, tuple[Basis, str]]] = {
    "IPHONE": (
        Basis.ASSUMED,
        later("WebKit pull requests 49472 and 11787; webgpu-bench; wllama issues 18 and 72"),
    ),
    "IPAD": (Basis.ASSUMED, later("webgpu-bench commits 3877bd6 and f59fbdb")),
    "ANDROID": (Basis.ASSUMED, later("web-llm issues 209, 262, 524 and 759; mlc-llm issue 2703")),
    "SHARED": (
        Basis.ASSUMED,
        later("web-llm issue 759 and other reports of laptops that ran or died"),
    ),
    "UNIFIED": (
        Basis.ASSUMED,
        later("llama.cpp reports for Apple silicon: 11 GB of 16; transformers.js issue 759"),
    ),
    "MAC_SAFARI": (
        Basis.ASSUMED,
        later("WebKit MemoryPressureHandler.cpp and reports of tabs ended"),
    ),
    "TAB": (
        Basis.ASSUMED,
        later("Chrome’s renderer may address 8 GB and more; it rarely gets it all"),
    ),
    "VRAM_SHARE": (
        Basis.ASSUMED,
        later("a card keeps some for the screen; allocations are rounded up"),
    ),
    "UNKNOWN_CARD": (
        Basis.ASSUMED,
        later("8 GB is the commonest card (Steam survey, January 2026)"),
    ),
    "APPLE_MOBILE_RAM": (Basis.ASSUMED, later("iPhones and iPads on sale have 3 to 12 GB")),
    "WASM_ON": (
        Basis.ASSUMED,
        later("MuJoCo pull request 3529; webgpu-bench 1aba3ab; transformers.js 1319; wllama 18"),
    ),
    "WASM_ON_SMALL_ANDROID": (
        Basis.ASSUMED,
        later("transformers.js issue 1319; WebAssembly/design issue 1397; web-llm issue 524"),
    ),
    "WIDE_ADDRESSES_FROM": (
        Basis.LISTED,
        later("Chrome 89 runs in 64 bits on Android phones of 8 GB and more"),
    ),
    "SYNTHETIC_QUOTA": (
        Basis.LISTED,
        later("Chrome reports what is used and at most 10 GiB more, whatever is free"),
    ),
}

#: What tokens per second rest on.
SPEEDS: Final[Mapping[str, tuple[Basis, str]]] = {
    "USUAL": (Basis.ASSUMED, later("data sheets of the catalogue’s devices of this kind")),
    "REACHED": (
        Basis.ASSUMED,
        later(
            "llama.cpp on WebGPU on one laptop: Q8_0 50 of 100 GB/s, Q4_K_M 35, Q3_K_M 24, Q2_K 20"
        ),
    ),
    "ON_PHONES": (Basis.ASSUMED, later("Pixel 8 Pro: 13 % of 68 GB/s at 4 bits")),
    "WASM_MOVES": (
        Basis.ASSUMED,
        later("1 to 7 GB/s seen in WebAssembly, whatever the memory could"),
    ),
    "GAIN_ON_GPU": (
        Basis.ASSUMED,
        later(
            "192 runs of llama.cpp on WebGPU in Chrome on one laptop, prompts of 18 to 58 tokens"
        ),
    ),
    "GAIN_IN_WASM": (
        Basis.ASSUMED,
        later(
            "191 runs of llama.cpp in WebAssembly in Chrome on one laptop, "
            "prompts of 18 to 58 tokens"
        ),
    ),
}

_EVERY: Final = {**RUNTIMES, **BUDGETS, **SPEEDS}


def known(name: str) -> tuple[Basis, str]:
    """Return how a constant is known and where from; every constant used has its row.

    >>> known("ORT_LOAD")[0]
    <Basis.MEASURED: 'measured'>
    """
    basis, source = _EVERY[name]
    return basis, _(source)
