"""The three engines that tests are run in, one after the other."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from tests.engines.engine import Engine, played, webkitgtk
from tools.find_chromium import MISSING, found


@pytest.fixture(scope="module", params=["chromium", "firefox", "webkitgtk"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Yield each engine in turn."""
    if request.param == "webkitgtk":
        with webkitgtk() as browser:
            yield browser
        return
    path = shutil.which("firefox-esr") if request.param == "firefox" else found()
    if path is None:
        pytest.fail(f"{MISSING if request.param == 'chromium' else 'no firefox-esr'}")
    with played(request.param, path) as browser:
        yield browser
