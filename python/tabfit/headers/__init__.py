"""Headers of model files: bytes -> tensors. Total: a `Header`, or `UnreadableHeader`.

A reader asks for ranges of bytes and is sent them; it opens nothing itself.
"""

from tabfit.headers.byte_spans import Reading, Span, drive, drive_async
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
