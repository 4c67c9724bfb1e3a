"""The constants that shapes do not give: what each was fitted to, when, with what error.

Measured ones come from the bench (`make measure`, `tests/data/measured.json`):
resident memory of the tab above an empty page, Chromium 156 on Linux.
"""

from __future__ import annotations

from typing import Final

from willitfit.units import MIB, Interval

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

#: wllama's wasm, its worker and its glue: the bench.
WLLAMA_FLOOR: Final = Interval(60 * MIB, 100 * MIB, 160 * MIB)
#: How much of the file is held in JavaScript beside the heap while loading: the bench.
WLLAMA_TRANSIT_SHARE: Final = (0.05, 0.15, 1.0)

#: ONNX Runtime Web's wasm, its JavaScript and Transformers.js: the bench.
ORT_FLOOR: Final = Interval(150 * MIB, 190 * MIB, 230 * MIB)
#: Beside the weights in the heap while loading: the fetched file, its copy, unpacked parts.
ORT_LOAD_COPIES: Final = (1.8, 2.3, 2.6)
#: What of these stays resident afterwards.
ORT_KEPT_COPIES: Final = (1.0, 1.6, 2.4)
#: Graphics memory per byte of file, and the context's own buffers.
ORT_GPU_WEIGHTS: Final = (1.0, 2.2, 2.7)
ORT_GPU_FLOOR: Final = Interval(40 * MIB, 80 * MIB, 120 * MIB)
#: How much of one layer's activations the arena really holds.
ORT_ARENA: Final = (0.8, 1.5, 3.0)
#: Old and new cache alive together.
ORT_CACHE_TWICE: Final = 1.9
