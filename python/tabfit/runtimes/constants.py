"""The constants that shapes do not give: what each was fitted to, when, with what error.

Measured ones come from the bench (`make measure`, `tests/data/measured.json`):
resident memory of the tab above an empty page, Chromium 156 on Linux.
"""

from __future__ import annotations

from typing import Final

from tabfit.units import MIB, Interval

#: WebLLM's JavaScript, its library and the shards in flight (four of about 32 MB): assumed.
WEBLLM_FLOOR: Final = Interval(80 * MIB, 150 * MIB, 300 * MIB)
WEBLLM_SHARDS: Final = Interval(64 * MIB, 128 * MIB, 192 * MIB)

#: MediaPipe's wasm starts with a 300 MiB heap of which part is touched: assumed.
MEDIAPIPE_FLOOR: Final = Interval(100 * MIB, 200 * MIB, 350 * MIB)
#: Weights stream layer by layer; published GPU memory is 0.96-1.08 of the file
#: (Gemma 3 27B on an M4 Max, Google's model card).
MEDIAPIPE_GPU_SHARE: Final = (0.96, 1.02, 1.08)

#: llama.cpp computes a prompt in pieces of this many tokens.
LLAMA_PIECE: Final = 512
#: MLC compiles its prompt step for this many tokens at once ("cs1k").
MLC_PIECE: Final = 1024

# The rest was fitted on the bench's `fit` cases and judged on the others (2026-11, Chromium 156
# on Linux, Transformers.js 4.3.1, wllama 3.8): median error of the page's peak 2.4 % over the
# judged cases, the worst 19 %, where the fetched file was collected early. The mechanism behind
# each is told in tests/runtimes/model_notes.md.

#: A peak's spread beside what a garbage collector does: compilers that overlap, or do not.
BELOW: Final = 25 * MIB
ABOVE: Final = 110 * MIB


def around(likely: int) -> Interval:
    """Return a floor with the spread that compilers give it."""
    return Interval(max(likely - BELOW, 0), likely, likely + ABOVE)


#: The heap grows by a fifth, and by 96 MiB at most (Emscripten's settings
#: MEMORY_GROWTH_GEOMETRIC_STEP and _CAP): where no large table leaves room for others, as in a
#: ViT, one such step more than the tensors need was seen to be used.
ORT_HEAP_STEP: Final = Interval(0, 0, 96 * MIB)

#: Transformers.js with ONNX Runtime's asyncify build, phase by phase.
ORT_DOWNLOAD: Final = around(9 * MIB)
ORT_LOAD: Final = around(228 * MIB)
ORT_READY: Final = around(190 * MIB)
ORT_RUN: Final = around(235 * MIB)
#: Kernels for whole numbers and for half floats take longer to compile while they run.
ORT_RUN_MIXED: Final = Interval(180 * MIB, 280 * MIB, 390 * MIB)
ORT_ON_GPU: Final = around(310 * MIB)

#: What an output head takes beyond its file, in 32-bit tables: a float product of its own is
#: packed; a table shared with the input is transposed, stored and packed, and one of the three
#: fits the hole where other products are packed smaller.
ORT_OWN_HEAD: Final = 1.5
ORT_SHARED_HEAD: Final = 3.2
ORT_SHARED_HEAD_AMONG_SMALL: Final = 2.0

#: Graphics memory: a base, and per byte of weights what ONNX Runtime and Dawn hold with staging.
ORT_GPU_FLOOR: Final = Interval(30 * MIB, 60 * MIB, 90 * MIB)
ORT_GPU_WEIGHTS: Final = (1.0, 1.5, 1.7)
#: External data pass no pool: a 2.9 GB model peaked at 2.1 files, one of them in JavaScript
#: (transformers.js pull request 1747).
ORT_GPU_EXTERNAL: Final = (1.0, 1.1, 1.5)
#: Shaders become machine code in the same process where the adapter is software.
ORT_GPU_SHADERS: Final = Interval(10 * MIB, 40 * MIB, 120 * MIB)
ORT_GPU_SHADERS_EMULATED: Final = Interval(150 * MIB, 210 * MIB, 240 * MIB)

#: wllama: its wasm and worker; kernels compiled again while they run.
WLLAMA_FLOOR: Final = Interval(50 * MIB, 70 * MIB, 80 * MIB)
WLLAMA_COMPILING: Final = Interval(90 * MIB, 115 * MIB, 130 * MIB)
#: Pieces of the file read and not yet collected, a share of it.
WLLAMA_TRANSIT: Final = (0.4, 0.68, 0.75)
#: While it downloads, pieces go to disk.
WLLAMA_DOWNLOAD: Final = (0.1, 0.3, 0.6)
#: What of the pieces is left once loaded.
WLLAMA_LEFT: Final = (0.0, 0.35, 0.7)
#: However large the file, pieces are collected before they are more than this: whole browsers
#: peaked at 6.3, 8.9 and 12.1 GiB with files of 4.4, 8.4 and 11.3 GiB on the processor (wllama
#: pull request 267).
WLLAMA_PIECES: Final = Interval(512 * MIB, 1536 * MIB, 2048 * MIB)
#: Sequences that the server side prepares output for.
WLLAMA_SLOTS: Final = 4
