"""The constants that shapes do not give, each a record: its value and how that is known.

Measured ones come from the bench (`make measure`, `tests/data/measured.json`): resident memory of
the tab above an empty page, Chromium 156 on Linux, Transformers.js 4.3.1, wllama 3.13. They were
fitted on its `fit` cases and judged on the others (2026-11): median error of the page's peak 2.1 %
over the judged cases, the worst 15 %. How models are loaded was taken apart besides
(`tests/data/load_path.json`). The mechanism behind each is told in `docs/memory-model.md`.
"""

from __future__ import annotations

from typing import Final

from tabfit.formula import Constant, Ends, Unit
from tabfit.i18n.language import later
from tabfit.units import MIB, Basis

_IN_TAB: Final = later("the runtime in the tab")
_NOT_COLLECTED: Final = later("share not yet collected")
_COPIES: Final = later("copies of the output table")

_BENCH: Final = later(
    "this project’s bench: memory of the tab above an empty page, Chromium 156 on Linux"
)
_FITTED: Final = later("fitted on this project’s bench, judged on other cases (page Accuracy)")
_CASES: Final = "tests/data/measured.json, cases of the split `fit`"


def mebibytes(low: int, likely: int, high: int) -> Ends:
    """Return ends in bytes."""
    return low * MIB, likely * MIB, high * MIB


def _measured(label: str, ends: Ends, note: str = "") -> Constant:
    fitted_on = f"{_CASES}: {note}" if note else _CASES
    return Constant(label, ends, basis=Basis.MEASURED, source=_BENCH, fitted_on=fitted_on)


def _fitted(label: str, ends: Ends, note: str, unit: Unit = Unit.BYTES) -> Constant:
    fitted_on = f"{_CASES}: {note}"
    return Constant(
        label, ends, unit=unit, basis=Basis.MEASURED, source=_FITTED, fitted_on=fitted_on
    )


# WebLLM

WEBLLM_FLOOR: Final = Constant(
    _IN_TAB,
    mebibytes(80, 150, 300),
    basis=Basis.ASSUMED,
    source=later("its script, its library and a tab that holds them"),
    fitted_on="no measurement: its compiled libraries are not built here",
)
WEBLLM_SHARDS: Final = Constant(
    later("shards in flight"),
    mebibytes(64, 128, 192),
    basis=Basis.ASSUMED,
    source=later("four shards of about 32 MB in flight"),
    fitted_on="the size of shards in MLC's repositories (tests/data/mlc)",
)
MLC_PIECE: Final = Constant(
    later("tokens at once"),
    (1024, 1024, 1024),
    unit=Unit.TOKENS,
    basis=Basis.LISTED,
    source=later("WebLLM’s libraries are compiled for pieces of 1024 (“cs1k”)"),
    fitted_on="names in WebLLM's list of models (tests/data/webllm_vram.csv)",
)
MLC_SPREAD: Final = Constant(
    later("spread"),
    (0.7, 1.0, 1.5),
    unit=Unit.SHARE,
    basis=Basis.LISTED,
    source=later(
        "how far rows of WebLLM’s own list lie from these rules, one in twenty on either side"
    ),
    fitted_on="tests/data/mlc/temporaries.csv and tests/data/webllm_vram.csv",
)
MLC_BATCH: Final = Constant(
    later("inputs at once"),
    (4, 4, 4),
    unit=Unit.NUMBERS,
    basis=Basis.LISTED,
    source=later("WebLLM’s encoders are compiled for 4 inputs at once, or for 32 (“b4”, “b32”)"),
    fitted_on="names in WebLLM's list of models (tests/data/webllm_vram.csv)",
)

# MediaPipe and LiteRT-LM

MEDIAPIPE_FLOOR: Final = Constant(
    _IN_TAB,
    mebibytes(100, 200, 350),
    basis=Basis.ASSUMED,
    source=later("a 300 MiB WebAssembly heap of which part is touched"),
    fitted_on="no measurement: it needs a GPU with more than software",
)
MEDIAPIPE_GPU_SHARE: Final = Constant(
    later("graphics memory per byte of file"),
    (0.96, 1.02, 1.08),
    unit=Unit.SHARE,
    basis=Basis.LISTED,
    source=later(
        "Google’s card of Gemma 3 27B: graphics memory 0.96 to 1.08 of the file on an M4 Max"
    ),
    fitted_on="the card's table; weights stream layer by layer, so that no copy is held",
)
MEDIAPIPE_IN_FLIGHT: Final = Constant(
    later("weights in flight"),
    mebibytes(32, 96, 300),
    basis=Basis.ASSUMED,
    source=later("one layer and the token table between network and graphics"),
    fitted_on="no measurement: sizes of layers and tables of the models it runs",
)
LITERTLM_HOLDS: Final = Constant(
    later("what the page may hold of the file"),
    (0, 0, 0.32),
    unit=Unit.SHARE,
    basis=Basis.REPORTED,
    source=later(
        "LiteRT-LM issue 2368: Gemma 4 E2B requires around 4 GB of free memory in a browser"
    ),
    fitted_on="no measurement: so that the upper end of that model is what its maker asks for",
)
MEDIAPIPE_PIECE: Final = Constant(
    later("tokens of a prompt at once"),
    (512, 512, 512),
    unit=Unit.TOKENS,
    basis=Basis.ASSUMED,
    source=later("half to twice the widest layer’s vectors, and logits of one token or of all"),
    fitted_on="no measurement: what other runtimes take",
)
MEDIAPIPE_ALIVE: Final = Constant(
    later("share of it alive"),
    (0.5, 1, 2),
    unit=Unit.SHARE,
    basis=Basis.ASSUMED,
    source=MEDIAPIPE_PIECE.origin,
    fitted_on="no measurement: it needs a GPU with more than software",
)

# Transformers.js

#: How far below and above its likely value a peak lies.
ORT_SPREAD: Final = _measured(
    later("spread"),
    mebibytes(25, 0, 110),
    "beside what a garbage collector does: compilers that overlap, or do not",
)


def around(likely: int) -> Ends:
    """Return a floor in mebibytes with the spread that compilers give it."""
    below, _likely, above = ORT_SPREAD.ends
    return max(likely * MIB - below, 0), likely * MIB, likely * MIB + above


ORT_HEAP_STEP: Final = Constant(
    later("one step of growth"),
    mebibytes(0, 0, 96),
    basis=Basis.MEASURED,
    source=later("Emscripten grows a heap by at most 96 MiB; a ViT was seen to use such a step"),
    fitted_on=(
        "Emscripten's MEMORY_GROWTH_GEOMETRIC_STEP and _CAP: a fifth, 96 MiB at most; seen where "
        "no large table leaves room for others"
    ),
)
ORT_DOWNLOAD: Final = _measured(later("the runtime while it fetches"), around(9))
ORT_LOAD: Final = _measured(_IN_TAB, around(228), "the asyncify build, while it loads")
ORT_READY: Final = _measured(_IN_TAB, around(190), "once loaded")
ORT_RUN: Final = _measured(_IN_TAB, around(235), "while it runs")
ORT_RUN_MIXED: Final = _measured(
    _IN_TAB,
    mebibytes(180, 280, 390),
    "kernels for whole numbers and half floats take longer to compile while they run",
)
ORT_ON_GPU: Final = _measured(
    _IN_TAB, mebibytes(110, 215, 250), "on WebGPU, without memory shared with the GPU process"
)
ORT_ON_GPU_RUN: Final = _measured(
    _IN_TAB, mebibytes(90, 130, 250), "likewise, once the weights are on the GPU"
)
ORT_OWN_HEAD: Final = _fitted(
    _COPIES,
    (1.5, 1.5, 1.5),
    "in 32-bit tables beyond the file's; a float product of its own is packed",
    Unit.SHARE,
)
ORT_SHARED_HEAD: Final = _fitted(
    _COPIES,
    (3.2, 3.2, 3.2),
    "a table shared with the input is transposed, stored and packed",
    Unit.SHARE,
)
ORT_SHARED_HEAD_AMONG_SMALL: Final = _fitted(
    _COPIES,
    (2.0, 2.0, 2.0),
    "one of the three copies fits the hole where other products are packed smaller",
    Unit.SHARE,
)
ORT_TURNED: Final = _fitted(
    _COPIES,
    (3.0, 3.0, 3.0),
    "external data on WebGPU: a shared table as it is read, as it is turned, and as it leaves",
    Unit.SHARE,
)
ORT_TO_CACHE: Final = Constant(
    later("copies on the way to the cache"),
    (1, 2, 2),
    unit=Unit.NUMBERS,
    basis=Basis.MEASURED,
    source=later("hub.js of Transformers.js: a response is made of the buffer, and read again"),
    fitted_on=(
        "Qwen2.5 0.5B q4f16 as one file, 2.0 files while read, 3.0 while cached; Llama 3.2 1B in "
        "two files, all of them and two more of one (docs/memory-model.md)"
    ),
)
ORT_SHARED_SMALL: Final = _fitted(
    later("small arrays on their way"), mebibytes(10, 40, 110), "RssShmem once the largest are off"
)
ORT_SECOND_WAITS: Final = _fitted(
    later("second array waiting at once"),
    (0.0, 0.6, 1.0),
    "RssShmem of 1.2 to 2.3 largest arrays: the second finds the first still waiting, or not",
    Unit.SHARE,
)
ORT_IN_FLIGHT: Final = _fitted(
    later("share held twice"),
    (0.0, 1.0, 1.0),
    "createBuffer's ledger and the GPU process: the largest array once more while it is copied",
    Unit.SHARE,
)
ORT_GPU_FLOOR: Final = _fitted(
    later("the runtime on the GPU"), mebibytes(0, 20, 90), "the GPU process without shared memory"
)
ORT_GPU_SHADERS: Final = _fitted(
    later("compiled shaders"), mebibytes(10, 40, 120), "the GPU process at the first pass"
)
ORT_GPU_SHADERS_EMULATED: Final = _measured(
    later("compiled shaders"),
    mebibytes(150, 210, 240),
    "shaders become machine code in the same process where the adapter is software",
)
ORT_FETCHED: Final = Constant(
    _NOT_COLLECTED,
    (0, 1, 1),
    unit=Unit.SHARE,
    basis=Basis.ASSUMED,
    source=later("a collection may free it early"),
    fitted_on=f"{_CASES}: the worst of them, where the fetched file was collected early",
)
ORT_FETCHED_LATER: Final = Constant(
    _NOT_COLLECTED,
    (0, 0, 1),
    unit=Unit.SHARE,
    basis=Basis.MEASURED,
    source=_BENCH,
    fitted_on=f"{_CASES}: on WebGPU the fetched file was gone by the first pass in all but one",
)
ORT_STEP_CACHES: Final = Constant(
    later("old and new at once"),
    (1, 2, 2),
    unit=Unit.SHARE,
    basis=Basis.ASSUMED,
    source=later("a step’s cache is a new array"),
    fitted_on="how graphs take and give the cache: as an input and as an output",
)
ORT_SCRIPT_COPY: Final = Constant(
    later("copy in JavaScript"),
    (0, 1, 1),
    unit=Unit.SHARE,
    basis=Basis.ASSUMED,
    source=later("collected at once, or not"),
    fitted_on="no measurement of its own: peaks with and without it were seen",
)

ORT_HEARD: Final = Constant(
    later("copies of the sound"),
    (1, 2, 3),
    unit=Unit.NUMBERS,
    basis=Basis.LISTED,
    source=later("one channel, or two and what they are mixed into"),
    fitted_on="transformers.js src/utils/audio.js, read_audio: an AudioBuffer's only channel as it "
    "is, or both beside a new Float32Array",
)
ORT_LEFT_BEHIND: Final = Constant(
    later("encoder’s caches left behind by a piece"),
    (0, 5.9, 9),
    unit=Unit.NUMBERS,
    basis=Basis.LISTED,
    source=later("transformers.js issue 1739: 1.6 GB after loading, 8.1 GB after 300 s"),
    fitted_on=(
        "that report: Whisper small, fp32 and q4, ten pieces of 30 s, 650 MB each, which is 5.9 "
        "times its 110.6 MB of encoder keys and values; 4.3.2 frees no more than 4.2.0; pieces "
        "that overlap are up to one and a half times as many"
    ),
)

# llama.cpp

LLAMA_PIECE: Final = Constant(
    later("tokens at once"),
    (512, 512, 512),
    unit=Unit.TOKENS,
    basis=Basis.LISTED,
    source=later("llama.cpp’s default micro-batch"),
    fitted_on="n_ubatch in wllama's log (tests/data/measured.json)",
)
WLLAMA_FLOOR: Final = _measured(_IN_TAB, mebibytes(50, 70, 80), "its wasm and worker")
WLLAMA_COMPILING: Final = _measured(
    later("kernels compiled while they run"), mebibytes(90, 115, 130)
)
WLLAMA_TRANSIT: Final = _fitted(
    _NOT_COLLECTED, (0.4, 0.68, 0.75), "pieces of the file read, while it loads", Unit.SHARE
)
WLLAMA_DOWNLOAD: Final = _fitted(
    _NOT_COLLECTED, (0.1, 0.3, 0.6), "pieces go to disk while it downloads", Unit.SHARE
)
WLLAMA_WARMED: Final = _measured(
    later("kernels compiled while it warms up"),
    mebibytes(0, 75, 150),
    "once loaded: -12 to 146 MiB, whatever the file's size",
)
WLLAMA_PIECES: Final = Constant(
    later("pieces collected by then"),
    mebibytes(512, 1536, 2048),
    basis=Basis.ASSUMED,
    source=later("wllama pull request 267: files of 4.7 to 12.1 GB took little more"),
    fitted_on="that report: whole browsers peaked at 6.8, 9.6 and 13.0 GB with 4.7, 9.0 and 12.1",
)
WLLAMA_SLOTS: Final = Constant(
    later("slots"),
    (4, 4, 4),
    unit=Unit.NUMBERS,
    basis=Basis.MEASURED,
    source=later("wllama’s own log: an output buffer of four rows"),
    fitted_on="tests/data/measured.json, `log` of the cases of wllama-cpu",
)
WLLAMA_ALL_LOGITS: Final = Constant(
    later("logits of a whole piece, perhaps"),
    (0, 0, 1),
    unit=Unit.SHARE,
    basis=Basis.ASSUMED,
    source=later("some drivers"),
    fitted_on="no measurement: nothing but software adapters here",
)
WLLAMA_BOOKKEEPING: Final = Constant(
    later("bookkeeping"),
    (18_432, 18_432, 18_432),
    basis=Basis.MEASURED,
    source=later("wllama’s own log, to 0.01 MiB"),
    fitted_on="tests/data/wllama_log.json, with 512 tokens at once",
)
WLLAMA_SPARE: Final = Constant(
    later("vectors other layers may keep"),
    (0, 0, 0.25),
    unit=Unit.SHARE,
    basis=Basis.ASSUMED,
    source=later("up to a quarter of the buffer"),
    fitted_on="no measurement: layers other than Llama's and Qwen's were not run",
)

WLLAMA_SPLIT_WORK: Final = Constant(
    later("share of it on the processor"),
    (0, 0.3, 1),
    unit=Unit.SHARE,
    basis=Basis.LISTED,
    source=later("a log of llama.cpp with 20 of 33 layers on the GPU: 128 of 498 MiB"),
    fitted_on="tests/data/wllama_log.json, the row of another project: host and card",
)

WLLAMA_SEEN: Final = Constant(
    later("share of it alive"),
    (0.9, 1, 1.1),
    unit=Unit.SHARE,
    basis=Basis.LISTED,
    source=later("logs of llama.cpp for four encoders of pictures: 0.93 to 1.00"),
    fitted_on="tests/data/projector_buffers.csv, the rows with flash attention",
)
WLLAMA_TRIED_SIDE: Final = Constant(
    later("squares on a side of the picture it is tried with"),
    (46, 46, 46),
    unit=Unit.NUMBERS,
    basis=Basis.LISTED,
    source=later("llama.cpp, where pictures keep their size"),
    fitted_on="tools/mtmd/clip.cpp, set_warmup_n_tokens; logs say 1472 x 1472 pixels of 32 each",
)
WLLAMA_SEEN_SCORES: Final = Constant(
    later("scores of a whole picture, perhaps"),
    (0, 0, 1),
    unit=Unit.SHARE,
    basis=Basis.LISTED,
    source=later("without flash attention, which WebGPU drivers may lack"),
    fitted_on="tests/data/projector_buffers.csv, the row without flash attention",
)

# The browser's own model

PROMPT_API_SESSION: Final = Constant(
    later("a session of the browser’s own model"),
    mebibytes(0, 5, 20),
    basis=Basis.ASSUMED,
    source=later("an object of the page; the browser keeps the model elsewhere"),
    fitted_on="no measurement: Chrome offers it on machines this project has not",
)
