"""Headers of model files: bytes -> tensors. Total: a `Header`, or `UnreadableHeader`.

In: a file's bytes, in the ranges a reader asks for; it opens nothing itself. Out: a `Header`:
tensors with shapes and types, metadata, and for GGUF the config it tells of.

    read             which reader a file needs, and shards put together again
    safetensors  gguf/  onnx  litert   one for each format
    header           what every reader returns
    encodings/       what formats are written in: protocol buffers, FlatBuffers, names of types
    packed_weights   packed words counted as the weights they hold
    other_files      files that are no model of a kind read here, and the way to an answer
    not_models       adapters, projectors and others that are no model

Imports `model`, `storage` and `recipes` (what is stored is told in their values).
"""

from tabfit.headers.encodings.byte_spans import Reading, Span, drive, drive_async
from tabfit.headers.header import Header
from tabfit.headers.read import KINDS, first_reading, join, kind_of, parts_of, read
from tabfit.headers.safetensors import read_index

__all__ = [
    "KINDS",
    "Header",
    "Reading",
    "Span",
    "drive",
    "drive_async",
    "first_reading",
    "join",
    "kind_of",
    "parts_of",
    "read",
    "read_index",
]
