"""Sizes of tokenizer files against published ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tabfit.architectures import read
from tabfit.model.tokenizer import TokenizerKind
from tabfit.recipes.stored_model import Content
from tabfit.recipes.tokenizer_size import (
    COMPRESSED_BELOW,
    small_files,
    tokenizer_size,
    travelled,
)
from tabfit.units import exactly

DATA = Path(__file__).parents[2] / "data"
ROWS: list[dict[str, Any]] = json.loads((DATA / "onnx" / "tokenizers.json").read_text())["rows"]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["name"])
def test_a_published_tokenizer_lies_in_the_interval(row: dict[str, Any]) -> None:
    """Every published tokenizer.json is between the two ends for its kind and vocabulary."""
    size = tokenizer_size(TokenizerKind(row["kind"]), row["vocabulary"])
    assert size.low <= row["bytes"] <= size.high


@pytest.mark.parametrize("row", [row for row in ROWS if row["gzip"]], ids=lambda row: row["name"])
def test_compression_stays_in_its_interval(row: dict[str, Any]) -> None:
    """What gzip makes of a real tokenizer lies between the ends said for the way."""
    way = travelled(exactly(row["bytes"]))
    assert way.low <= row["gzip"] <= way.high or row["bytes"] > COMPRESSED_BELOW


def test_large_tokenizers_travel_as_they_are() -> None:
    """A file above what the hub compresses arrives with every byte."""
    assert travelled(exactly(30_000_000)) == exactly(30_000_000)


def test_a_speech_model_fetches_how_to_prepare_sound() -> None:
    """A speech model fetches its preprocessor's config beside the tokenizer."""
    config = json.loads((DATA / "configs" / "openai__whisper-base.json").read_text())
    names = [file.name for file in small_files(read(config))]
    assert "preprocessor_config.json" in names
    assert "tokenizer.json" in names


def test_small_files_say_what_they_are() -> None:
    """Only tokenizer and config files are listed beside the weights."""
    config = json.loads((DATA / "configs" / "google__gemma-3-270m.json").read_text())
    architecture = read(config)
    kinds = {file.content for file in small_files(architecture)}
    assert kinds == {Content.CONFIG, Content.TOKENIZER}
    assert architecture.tokenizer.kind is TokenizerKind.BYTE_PAIR
