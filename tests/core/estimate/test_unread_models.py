"""Models of which only the files are known: what is listed is used, the rest is not guessed."""

from __future__ import annotations

from typing import Any

import pytest

from tabfit import catalog, explain
from tabfit.devices.budgets import Pool
from tabfit.devices.device import Device
from tabfit.errors import UnreadableConfig
from tabfit.estimate.answers import answer
from tabfit.estimate.imported_model import subject
from tabfit.estimate.scenario import Scenario
from tabfit.hub import HubResult, ListedFile
from tabfit.hub.download_variants import variants_of
from tabfit.hub.listing import Listing
from tabfit.units import Basis, Bytes
from tabfit.verdict.probability import Outcome

CATALOG = catalog.read()


def unread(*names: str, config: dict[str, Any] | None = None) -> HubResult:
    """Return a repository of a model type that nothing here reads."""
    files = [ListedFile(name, Bytes(3 * 10**8)) for name in names]
    listing = Listing(name="made/unread", commit=None, files=tuple(files))
    return HubResult(
        source="hf:made/unread",
        name="made/unread",
        kind="config",
        config=config,
        variants=variants_of(listing),
    )


def test_files_of_an_unread_type_are_answered_with_what_is_listed() -> None:
    """The download is listed, the memory known from below alone, and the type is named."""
    about = subject(
        unread("onnx/model_quantized.onnx", config={"model_type": "never_seen"}), CATALOG
    )
    given = answer(Scenario(model=about.id), CATALOG, Device(ram_bytes=Bytes(2**34)), about)

    assert given.facts.id == "transformersjs-wasm"
    assert given.download.likely == 3 * 10**8
    assert given.download_basis is Basis.LISTED
    assert given.verdict.outcome is Outcome.UNKNOWN
    assert any("never_seen" in note for note in given.notes)


def test_files_that_alone_fill_more_than_there_is_hardly_fit() -> None:
    """What is known from below is enough to say that it hardly fits, never that it does."""
    about = subject(unread("model-Q4_K_M.gguf"), CATALOG)
    asked = Scenario(model=about.id, runtime="wllama-cpu")
    outcomes = [
        answer(asked, CATALOG, Device(ram_bytes=Bytes(ram)), about).verdict.outcome
        for ram in (2**26, 2**28, 2**34)
    ]

    assert outcomes == [Outcome.NO, Outcome.UNLIKELY, Outcome.UNKNOWN]


def test_a_type_nobody_reads_and_no_files_to_load_is_refused() -> None:
    """Without files that a browser loads there is nothing to say but the type's name."""
    with pytest.raises(UnreadableConfig, match="never_seen"):
        subject(unread("model.safetensors", config={"model_type": "never_seen"}), CATALOG)


def test_what_an_unread_model_holds_in_formulas_is_what_is_estimated() -> None:
    """The formula behind the least it needs gives that figure."""
    about = subject(unread("model-Q4_K_M.gguf"), CATALOG)
    given = answer(Scenario(model=about.id), CATALOG, Device(), about)

    found = explain.explain_one(given, "memory-peak")
    assert found is not None
    assert found.result[1] == given.memory(Pool.PEAK).likely
