"""Laws of listed files: no tensor is larger than its file, and none is measured that is unlike."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pytest

from tabfit.catalog import Catalog, Model
from tabfit.devices.device import Device
from tabfit.errors import TabfitError
from tabfit.estimate.answer_json import estimate
from tabfit.estimate.answers import Answer, answer
from tabfit.estimate.scenario import Scenario
from tabfit.recipes.listed_sizes import TRUSTED
from tabfit.recipes.stored_model import Content, total_size
from tabfit.verdict.probability import Outcome

CATALOG: Final = Catalog()
LISTED: Final = [
    model
    for model in CATALOG.models
    if any(offer.files for each in model.published for offer in each.offers.values())
]
MEASURED: Final = {"largest-buffer", "largest-tensor"}


def answers(model: Model) -> Iterator[Answer]:
    """Yield the answer of every runtime at each of its precisions whose files are listed."""
    for runtime in CATALOG.runtimes:
        for publication in model.publications(*runtime.formats):
            for offer in publication.offers.values():
                asked = Scenario(model=model.id, runtime=runtime.id, precision=offer.precision)
                try:
                    given = answer(asked, CATALOG, Device())
                except TabfitError:
                    continue
                if offer.files and given.stored.tensors:
                    yield given


@pytest.mark.parametrize("model", LISTED, ids=lambda model: model.id)
def test_no_tensor_is_told_that_is_larger_than_its_file(model: Model) -> None:
    """Where the largest tensor is told it fits the published files, and checks rest on it.

    Where the recipe is off by more than a tenth it is not told, the check of it says *cannot
    tell*, and a note names the difference.
    """
    for given in answers(model):
        found = {check.name: check for check in given.checks}
        told = estimate(given)["largest_tensor_bytes"]
        listed = total_size(f for f in given.stored.files if f.content is Content.WEIGHTS)
        if told is not None:
            assert told <= listed.high
            assert "unlike-tensors" not in found
            continue
        assert any("our recipe computes" in note for note in given.notes)
        assert not MEASURED & set(found)
        if given.facts.needs.webgpu:
            assert found["unlike-tensors"].outcome is Outcome.UNKNOWN


def test_gemma_4_for_mediapipe_is_not_refused_for_a_buffer_of_its_recipe() -> None:
    """A table of 2.35 GB was computed for a file of 2.00 GB: nobody can say how large it is."""
    given = answer(Scenario(model="gemma-4-e2b", runtime="mediapipe"), CATALOG, Device())
    assert not given.stored.tensors_known
    assert given.download.likely < given.stored.largest_tensor.size
    assert 0 < TRUSTED.likely < 1
