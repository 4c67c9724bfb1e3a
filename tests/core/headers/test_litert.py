"""Files of LiteRT, made by its own writers, against what its own reader lists in them.

`tools/oracle/litert_headers.py` made them; nothing here needs its packages.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from tabfit.errors import UnreadableHeader
from tabfit.headers import Header, drive, read

DATA = Path(__file__).parents[2] / "data/headers/litert.json"
ROWS: list[dict[str, Any]] = json.loads(DATA.read_text(encoding="utf-8"))["rows"]


def header_of(name: str, data: bytes) -> Header:
    """Return the header of a file in memory."""
    return drive(read(name, len(data)), lambda span: data[span.offset : span.offset + span.length])


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["name"])
def test_every_tensor_with_data_is_listed_once(row: dict[str, Any]) -> None:
    """Names, shapes and bytes are those that LiteRT's own schema reads, no more is read."""
    data = base64.b64decode(row["data"])
    header = header_of(row["name"], data)
    found = [[tensor.name, list(tensor.shape), tensor.size] for tensor in header.tensors]

    assert sorted(found) == sorted(row["tensors"])
    assert header.weights_bytes == sum(size for _name, _shape, size in row["tensors"])
    assert header.bytes_read <= len(data)
    assert header.kind == row["name"].rpartition(".")[2]


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.tflite", b"", "the file is empty"),
        ("a.tflite", b"PK\x03\x04" + bytes(40), "its list of files is missing"),
        ("a.task", b"\x80\x02}q\x00" + bytes(40), "a .task begins otherwise"),
        ("a.litertlm", b"LITERTLM" + bytes(60), "its list of sections ends at byte 0"),
        ("a.tflite", b"\xff\xff\xff\x7fTFL3" + bytes(40), "beyond its end"),
    ],
)
def test_what_is_none_is_refused_in_a_sentence(name: str, data: bytes, said: str) -> None:
    """Another file under that name, or one that points out of itself, is named as such."""
    with pytest.raises(UnreadableHeader, match=said):
        header_of(name, data)
