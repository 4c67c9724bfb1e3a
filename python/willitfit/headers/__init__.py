"""Headers of model files: bytes -> tensors. Total: a `Header`, or `UnreadableHeader`.

A reader asks for ranges of bytes and is sent them; it opens nothing itself.
"""

from willitfit.headers.header import Header
from willitfit.headers.read import KINDS, first_reading, join, kind_of, parts_of, read
from willitfit.headers.safetensors import read_index
from willitfit.headers.spans import Reading, Span, drive, drive_slowly

__all__ = [
    "KINDS",
    "Header",
    "Reading",
    "Span",
    "drive",
    "drive_slowly",
    "first_reading",
    "join",
    "kind_of",
    "parts_of",
    "read",
    "read_index",
]
