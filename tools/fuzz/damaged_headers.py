"""Damaged headers: what a broken download, a bad writer or an attacker would send.

In: a sound file and a source of chance. Out: bytes that are nearly a file, and
a verdict on what a reader made of them. Used by the laws and by `make fuzz`.
"""

from __future__ import annotations

import base64
import json
import random
import struct
from collections.abc import Callable
from pathlib import Path

from tabfit.errors import UnreadableHeader
from tabfit.headers import Header, drive, read
from tabfit.headers.encodings.byte_spans import LONGEST_READING, Span
from tools import sample_files

LITERT = Path(__file__).parents[2] / "tests/data/headers/litert.json"
NUMBERS = (0, 1, 2, 7, 8, 9, 31, 32, 127, 128, 255, 256, 2**15, 2**16, 2**20, 2**31 - 1, 2**31,
           2**32 - 1, 2**32, 2**53, 2**62, 2**63 - 1, 2**63, 2**64 - 1)  # fmt: skip
WORDS: dict[str, tuple[bytes, ...]] = {
    "safetensors": (
        *(
            b'"',
            b"{",
            b"}",
            b"[",
            b"]",
            b",",
            b":",
            b"\\",
            b"\\u0000",
            b"\\ud800",
            b"\x00",
            b"\xff",
        ),
        *(b"null", b"true", b"-1", b"1e999", b"NaN", b"0.5", b"9" * 30, b"[" * 64, b"{" * 64),
        *(b'"dtype":"F4"', b'"shape":[]', b'"data_offsets":[0,0]', b'"__metadata__":{}'),
        *(b"[0,4294967296,4294967296]", b"<script>alert(1)</script>", "\u202e\U0001f600".encode()),
    ),
    "gguf": (
        *(struct.pack("<I", n) for n in range(13)),
        *(struct.pack("<IQ", 9, n) for n in (0, 1, 2**20, 2**62)),
        *(b"general.alignment", b"general.architecture", b"llama.block_count", b"GGUF", b"\xff"),
        *(b"<img src=x onerror=alert(1)>", b"\x00" * 16),
    ),
    "onnx": (
        *(bytes([number << 3 | wire]) for number in range(1, 16) for wire in range(8)),
        *(b"\xff" * 9 + b"\x01", b"\xff" * 11, b"\x80" * 8, b"\xa0\x01\x05", b"\x3a\x00"),
        *(b"\x2a\x7f", b"\x0a" * 32, b"../../etc/passwd", b"<svg/onload=alert(1)>", b"\xc3\x28"),
    ),
}
_PLACES = (*(struct.pack("<I", n) for n in range(0, 64, 4)), b"TFL3", b"\xff" * 4, b"\x00" * 8)
WORDS |= {
    "tflite": _PLACES,
    "task": (*_PLACES, b"PK\x03\x04", b"PK\x05\x06", b"PK\x01\x02"),
    "litertlm": (*_PLACES, b"LITERTLM", struct.pack("<Q", 2**40)),
}
TINY = {"embed": (4, 8), "layer.0.weight": (8, 8), "layer.0.bias": (8,), "norm": ()}


def _litert() -> dict[str, tuple[bytes, ...]]:
    """Return the small files that LiteRT's own writers made, by ending."""
    rows = json.loads(LITERT.read_text(encoding="utf-8"))["rows"]
    return {
        kind: tuple(
            base64.b64decode(row["data"]) for row in rows if row["name"].endswith(f".{kind}")
        )
        for kind in ("tflite", "task", "litertlm")
    }


def _seeds() -> dict[str, tuple[bytes, ...]]:
    rows = {name: shape for name, shape in TINY.items() if shape}
    tensors = [
        sample_files.initialiser(name, sample_files.zeros(shape)) for name, shape in TINY.items()
    ]
    outside = [
        sample_files.initialiser("far", sample_files.zeros((3, 4)), outside="model.onnx_data")
    ]
    return {
        **_litert(),
        "safetensors": (
            sample_files.safetensors_file(TINY),
            sample_files.safetensors_file({}, "int8"),
        ),
        "gguf": (
            sample_files.gguf_file(rows, "F16", vocabulary=5),
            sample_files.gguf_file({}, vocabulary=0),
        ),
        "onnx": (
            sample_files.onnx_file(tensors),
            sample_files.onnx_file(outside, [sample_files.branching(*tensors)]),
        ),
    }


SEEDS = _seeds()


def _overwrite(data: bytearray, chance: random.Random, words: tuple[bytes, ...]) -> None:
    word = chance.choice(words)
    at = chance.randrange(len(data) + 1)
    data[at : at + len(word)] = word


def _insert(data: bytearray, chance: random.Random, words: tuple[bytes, ...]) -> None:
    at = chance.randrange(len(data) + 1)
    data[at:at] = chance.choice(words) * chance.choice((1, 1, 1, 2, 50))


def _number(data: bytearray, chance: random.Random, _words: tuple[bytes, ...]) -> None:
    at = chance.randrange(len(data) + 1)
    code = chance.choice(("<Q", "<I", ">Q", "<H", "<B"))
    size = struct.calcsize(code)
    data[at : at + size] = struct.pack(code, chance.choice(NUMBERS) % 2 ** (8 * size))


def _flip(data: bytearray, chance: random.Random, _words: tuple[bytes, ...]) -> None:
    if data:
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def _cut(data: bytearray, chance: random.Random, _words: tuple[bytes, ...]) -> None:
    at = chance.randrange(len(data) + 1)
    del data[at : at + chance.choice((1, 2, 8, 40, len(data)))]


def _repeat(data: bytearray, chance: random.Random, _words: tuple[bytes, ...]) -> None:
    at = chance.randrange(len(data) + 1)
    data[at:at] = data[at : at + chance.choice((1, 8, 40, 200))] * chance.choice((1, 2, 20))


Change = Callable[[bytearray, random.Random, tuple[bytes, ...]], None]
CHANGES: tuple[Change, ...] = (_overwrite, _insert, _number, _number, _flip, _flip, _cut, _repeat)


def source(chance: int | str) -> random.Random:
    """Return a source of chance that gives the same damage for the same number."""
    return random.Random(chance)  # noqa: S311


def mutant(kind: str, chance: random.Random) -> bytes:
    """Return a damaged file of one format: a few changes, mostly near its front.

    Half of the safetensors get their length right again, so that the damage
    reaches what lies behind it.
    """
    data = bytearray(chance.choice(SEEDS[kind]))
    for _ in range(chance.choice((1, 1, 2, 3, 8))):
        chance.choice(CHANGES)(data, chance, WORDS[kind])
    if kind == "safetensors" and len(data) > 8 and chance.random() < 0.5:
        end = data.rfind(b"}") + 1
        data[:8] = struct.pack("<Q", max(0, end - 8))
    return bytes(data)


def examine(kind: str, data: bytes, size: int | None = None) -> Header | None:
    """Return the header, `None` where it was refused; any other outcome is raised.

    The bytes are those of a file of `size`, which may be a lie.
    """
    told = len(data) if size is None else size
    asked = 0

    def fetch(span: Span) -> bytes:
        nonlocal asked
        answer = data[span.offset : span.offset + span.length]
        asked += len(answer)
        return answer

    try:
        header = drive(read(f"model.{kind}", told), fetch)
    except UnreadableHeader as error:
        if "\n" in str(error) or len(str(error)) > 1000:
            raise ValueError(f"not one short sentence: {error}") from error
        return None
    if not (header.bytes_read == asked <= min(len(data), LONGEST_READING)):
        raise ValueError(f"{header.bytes_read} bytes said to be read, {asked} were")
    if any(t.size < 0 or any(n < 0 for n in t.shape) for t in header.tensors):
        raise ValueError("a size below nothing")
    return header
