"""Chrome's built-in model: its published requirements, or what the browser says itself."""

from __future__ import annotations

from typing import Any

import pytest

from tabfit import catalog
from tabfit.devices.device import read
from tabfit.estimate import answers
from tabfit.estimate.answers import Answer
from tabfit.estimate.scenario import Scenario
from tabfit.verdict.probability import Outcome

LAPTOP = {"platform": "windows", "browser": "chrome", "device_memory": 16, "cores": 8}


def answered(**told: Any) -> Answer:
    """Return the answer for Gemini Nano on a laptop of which more is told."""
    return answers.answer(Scenario(model="gemini-nano"), catalog.read(), read({**LAPTOP, **told}))


def test_unasked_the_published_requirements_count() -> None:
    """A browser that was not asked is judged by system, memory and free space."""
    names = {check.name for check in answered().checks}
    assert {"platform", "built-in-memory", "built-in-storage"} <= names
    assert "availability" not in names


@pytest.mark.parametrize("told", ["available", "downloadable", "downloading"])
def test_the_browsers_own_word_stands_for_all(told: str) -> None:
    """What the browser offers itself is likely, even where the published figures are short."""
    found = answered(language_model=told, device_memory=2)
    assert found.verdict.outcome is Outcome.LIKELY
    assert [check.name for check in found.checks] == ["availability"]


def test_a_browser_without_the_model_is_a_no() -> None:
    """A browser that says unavailable is believed, whatever memory there is."""
    found = answered(language_model="unavailable")
    assert found.verdict.outcome is Outcome.NO
    assert found.verdict.because == "availability"


def test_memory_told_roughly_is_no_certainty() -> None:
    """Memory that may be more or less than asked makes it possible; untold memory, unknown."""
    found = answered()
    assert found.verdict.outcome is Outcome.MAY
    assert answered(device_memory=None).verdict.outcome is Outcome.UNKNOWN
