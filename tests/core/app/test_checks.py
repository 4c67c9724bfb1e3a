"""The card of checks: where none is as bad as the verdict, it says why."""

from __future__ import annotations

import pytest

from app.pages.answer import checks
from tabfit.catalog import Catalog
from tabfit.devices.device import Device
from tabfit.estimate.answers import answer
from tabfit.estimate.scenario import Scenario

CATALOG = Catalog()


@pytest.mark.parametrize("model", ["gemma-2b", "llama-3.2-1b", "distilbert", "llama-3.1-70b"])
@pytest.mark.parametrize("device", ["iphone-13", "pixel-8-pro", "laptop-8gb-integrated"])
def test_a_verdict_worse_than_every_check_is_explained(model: str, device: str) -> None:
    """A visitor who sees ticks alone below *may fit* or *unlikely* reads that chances multiply."""
    given = answer(Scenario(model=model, device=device), CATALOG, Device())
    same = given.verdict.outcome in {each.outcome for each in given.checks}
    explained = "all of them together hold less often" in checks.card(given)

    assert explained == (given.verdict.outcome in ("may", "unlikely") and not same)
