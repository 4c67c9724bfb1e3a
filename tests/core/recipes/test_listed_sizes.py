"""Published sizes in place of computed ones, and when the recipe's tensors are still told."""

from __future__ import annotations

from typing import NamedTuple

import pytest

import tabfit
from tabfit.recipes.listed_sizes import travelling, with_listed
from tabfit.recipes.stored_model import Content, File, Stored, total_size
from tabfit.units import Basis, exactly


class Listed(NamedTuple):
    """A file as a listing has it."""

    bytes: int
    name: str = "model.gguf"
    exact: bool = True
    source: str = "a listing"
    least: int | None = None


@pytest.mark.parametrize(
    ("share", "told"), [(0.92, True), (1.08, True), (0.88, False), (1.12, False)]
)
def test_tensors_are_told_where_listing_and_recipe_agree(share: float, *, told: bool) -> None:
    """A tenth apart, nobody knows how large each tensor of the published file is.

    Gemma 4 E2B for MediaPipe was such a file: 2.35 GB were computed for a table of a file of 2.00.
    """
    stored = tabfit.estimate("smollm2-135m", runtime="wllama-cpu", precision="q8_0").stored
    computed = total_size(file for file in stored.files if file.content is Content.WEIGHTS).likely
    found = with_listed(stored, [Listed(bytes=round(computed * share))])
    assert stored.tensors_known
    assert found.tensors_known is told


def weights_of(share: float, *, exact: bool = True) -> Stored:
    """Return a model's files where the listing is a share of what the recipe computes."""
    stored = tabfit.estimate("smollm2-135m", runtime="wllama-cpu", precision="q8_0").stored
    computed = total_size(file for file in stored.files if file.content is Content.WEIGHTS).likely
    return with_listed(stored, [Listed(bytes=round(computed * share), exact=exact)])


@pytest.mark.parametrize(("share", "said"), [(0.995, False), (1.005, False), (0.985, True)])
def test_a_difference_is_told_from_one_in_a_hundred_on(share: float, *, said: bool) -> None:
    """Less is not worth a reader's time."""
    assert any("our recipe computes" in note for note in weights_of(share).notes) is said


def test_a_rounded_listing_is_half_a_digit_wide() -> None:
    """Three digits are off by half of the last one: of 1.00 by one in two hundred."""
    files = weights_of(1.0, exact=False).files
    size = next(file.size for file in files if file.content is Content.WEIGHTS)
    assert size.low == pytest.approx(size.likely * 0.995, abs=1)
    assert size.high == pytest.approx(size.likely * 1.005, abs=1)


@pytest.mark.parametrize(
    ("name", "smaller"),
    [("tokenizer.json", True), ("merges.txt", True), ("tokenizer.model", False)],
)
def test_text_travels_compressed(name: str, *, smaller: bool) -> None:
    """A hub sends .json and .txt as gzip where it does at all (huggingface_hub issue 3269)."""
    size = exactly(1_000_000)
    listed = File(name=name, size=size, basis=Basis.LISTED, why="", content=Content.TOKENIZER)
    (file,) = travelling(Stored("onnx", "q4", (), (listed,))).files
    assert (file.size.low < 1_000_000) is smaller
    assert file.size.high == 1_000_000
