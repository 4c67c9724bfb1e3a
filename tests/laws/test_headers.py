"""Laws of the header readers: any bytes are read or refused, within a budget."""

from __future__ import annotations

import contextlib
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import example, given, note, settings
from hypothesis import strategies as st

pytest.importorskip("gguf")
pytest.importorskip("onnx")
pytest.importorskip("safetensors")

from tabfit.architectures import read as read_architecture
from tabfit.errors import UnreadableConfig
from tabfit.headers import KINDS
from tabfit.headers.gguf.gguf_config import _NAMES, _TYPES, read_config
from tabfit.headers.header import Value, stored
from tabfit.storage.storage_type import F16
from tabfit.units import MIB
from tools.fuzz import damaged_headers

HEADERS = Path(__file__).parents[1] / "data" / "headers"
KEPT = sorted(path for path in HEADERS.glob("*.*") if path.suffix != ".json")
_PATTERNS = ("attention.sliding_window_pattern",)
MUTANTS = 40
EXAMPLES = 170  # x 40 mutants x 3 formats: 20,400 damaged headers


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=EXAMPLES, deadline=None)
@given(chance=st.integers(0, 2**64))
def test_damaged_headers_are_read_or_refused(kind: str, chance: int) -> None:
    """A damaged file gives a header or one sentence, and no more is read than is there."""
    source = damaged_headers.source(chance)
    for number in range(MUTANTS):
        note(f"mutant {number}")
        damaged_headers.examine(kind, damaged_headers.mutant(kind, source))


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=300, deadline=None)
@given(data=st.binary(max_size=400))
@example(data=b"")
@example(data=b"GGUF\x03\x00\x00\x00" + b"\xff" * 16)
@example(data=b"\xff" * 7 + b"\x00{}")
def test_any_bytes_are_read_or_refused(kind: str, data: bytes) -> None:
    """No bytes at all make a reader do anything but answer or refuse."""
    damaged_headers.examine(kind, data)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=300, deadline=None)
@given(chance=st.integers(0, 2**64), size=st.integers(0, 2**64))
def test_a_file_that_ends_elsewhere_than_said_is_read_or_refused(
    kind: str, chance: int, size: int
) -> None:
    """A wrong size does not mislead a reader into waiting or into a crash."""
    damaged_headers.examine(
        kind, damaged_headers.mutant(kind, damaged_headers.source(chance)), size
    )


@pytest.mark.parametrize("path", KEPT, ids=lambda path: path.name)
def test_what_once_went_wrong_is_read_or_refused(path: Path) -> None:
    """Every file kept from fuzzing still gives a header or one sentence."""
    damaged_headers.examine(path.suffix[1:], path.read_bytes())


VALUES = st.one_of(
    st.booleans(),
    st.integers(-(2**63), 2**64),
    st.floats(),
    st.text(max_size=8),
    st.lists(st.integers(-2, 2**32) | st.floats() | st.booleans(), max_size=4).map(tuple),
)
KEYS = st.fixed_dictionaries({}, optional=dict.fromkeys((*_NAMES, *_PATTERNS), VALUES))
SHAPES = st.lists(st.integers(0, 100), max_size=4).map(tuple)
TENSORS = st.dictionaries(
    st.sampled_from(
        ["token_embd.weight", "output.weight", "token_types.weight", "blk.0.attn_q.weight"]
    ),
    SHAPES,
)


@pytest.mark.parametrize("architecture", _TYPES)
@settings(max_examples=60, deadline=None)
@given(keys=KEYS, shapes=TENSORS, tokens=st.integers(0, 2**63))
def test_any_keys_tell_a_config_that_is_read_or_refused(
    architecture: str, keys: dict[str, Value], shapes: dict[str, tuple[int, ...]], tokens: int
) -> None:
    """However wrong the values of known keys are, nothing but the typed error comes of them."""
    metadata: dict[str, Value] = {f"{architecture}.{key}": value for key, value in keys.items()}
    metadata["general.architecture"] = architecture
    tensors = [stored(name, shape, F16, 0) for name, shape in shapes.items()]
    told = read_config(metadata, {"tokenizer.ggml.tokens": tokens}, tensors)
    assert told is not None
    with contextlib.suppress(UnreadableConfig):
        read_architecture(told)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=40, deadline=None)
@given(chance=st.integers(0, 2**64))
def test_damaged_headers_take_little_memory(kind: str, chance: int) -> None:
    """No damage to a small file makes a reader take more than a mebibyte beyond it."""
    source = damaged_headers.source(chance)
    damaged = [damaged_headers.mutant(kind, source) for _ in range(10)]
    tracemalloc.start()
    try:
        for data in damaged:
            tracemalloc.reset_peak()
            before = tracemalloc.get_traced_memory()[0]
            damaged_headers.examine(kind, data)
            assert tracemalloc.get_traced_memory()[1] - before < MIB
    finally:
        tracemalloc.stop()


@settings(max_examples=200, deadline=None)
@given(chance=st.integers(0, 2**64))
def test_a_damaged_gguf_config_is_an_architecture_or_refused(chance: int) -> None:
    """Whatever a header tells of the architecture, the config reader answers or refuses it."""
    header = damaged_headers.examine(
        "gguf", damaged_headers.mutant("gguf", damaged_headers.source(chance))
    )
    if header is not None and header.config is not None:
        try:
            read_architecture(header.config)
        except UnreadableConfig as error:
            note(str(error))
