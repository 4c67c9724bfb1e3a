"""A family needs a release that knows it: said with the answer, and true of the release in use."""

from __future__ import annotations

from typing import Final

from tabfit.catalog import Catalog
from tabfit.devices.device import Device
from tabfit.estimate.answers import answer
from tabfit.estimate.scenario import Scenario

CATALOG: Final = Catalog()


def parts(version: str) -> list[int]:
    """Return a version's numbers."""
    return [int(each) for each in version.split(".")]


def test_the_release_in_use_has_every_family_it_is_said_to_have() -> None:
    """No family is listed that the reckoned release is too old for, and each has its source."""
    told = [facts for facts in CATALOG.runtimes if facts.first_releases]
    assert {facts.id for facts in told} >= {"mediapipe"}
    for facts in told:
        assert facts.sources["first_releases"]
        for family, first in facts.first_releases.items():
            assert family in facts.families
            assert parts(facts.version or "0") >= parts(first)


def test_gemma_4_says_which_mediapipe_it_needs() -> None:
    """Release 0.10.26 died 43 seconds after the start (google-ai-edge/mediapipe issue 6270)."""
    given = answer(Scenario(model="gemma-4-e2b", runtime="mediapipe"), CATALOG, Device())
    assert any("from release 0.10.27 on" in note for note in given.notes)
    older = answer(Scenario(model="gemma-2b", runtime="mediapipe"), CATALOG, Device())
    assert not any("from release" in note for note in older.notes)
