"""JSON from strangers: read whole, but only when it is neither too large nor too deep.

In: bytes. Out: what they say, or `ValueError` with the end of a sentence.
Budget: 4 MiB of text, 400,000 commas, colons and brackets, 64 levels; some
50 MB of memory and half a second.
"""

from __future__ import annotations

import json
import re
from typing import Any

from tabfit.i18n.language import Message
from tabfit.units import MIB

MOST_BYTES = 4 * MIB
MOST_SIGNS = 400_000
MOST_DEPTH = 64
_SIGN = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[\[\]{}]', re.DOTALL)


def parse(text: bytes) -> object:
    """Return what a JSON text says, in whichever of Unicode's encodings it is written.

    >>> parse(b'{"a": [1, 2]}')
    {'a': [1, 2]}
    """
    if len(text) > MOST_BYTES:
        raise ValueError(Message("is longer than {most_bytes:,} bytes", most_bytes=MOST_BYTES))
    text = _as_utf8(text)
    if sum(map(text.count, (b",", b":", b"[", b"{"))) > MOST_SIGNS:
        raise ValueError(Message("has too many entries"))
    if _depth(text) > MOST_DEPTH:
        raise ValueError(Message("is nested more than {most_depth} deep", most_depth=MOST_DEPTH))
    try:
        return json.loads(text.decode())
    except ValueError:
        raise ValueError(Message("is not JSON")) from None


def _as_utf8(text: bytes) -> bytes:
    """Return a text that some editors and shells write with a mark before it, or in 16 bits."""
    encoding = json.detect_encoding(text)
    if encoding == "utf-8":
        return text
    try:
        return text.decode(encoding).encode()
    except ValueError:
        raise ValueError(Message("is not JSON")) from None


def _depth(text: bytes) -> int:
    depth = deepest = 0
    for found in _SIGN.finditer(text):
        sign = found[0]
        if sign in (b"[", b"{"):
            depth += 1
            deepest = max(deepest, depth)
        elif sign in (b"]", b"}"):
            depth -= 1
    return deepest


def parse_object(text: bytes) -> dict[str, Any]:
    """Return what a JSON text says where it is an object."""
    found = parse(text)
    if not isinstance(found, dict):
        raise TypeError(Message("is not an object"))
    return found
