"""Find a Chromium for the page tests, or install one; prints its path."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
)
HEADLESS = "chromium-headless-shell"  # Debian's, without windows: a page opens for half the work
MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
MISSING = (
    "no Chromium found: install Chromium or Chrome"
    " (on Debian and Ubuntu: apt-get install chromium), or set CHROMIUM to its path"
)


def found() -> str | None:
    """Return the path of the browser the tests drive, or None.

    `CHROMIUM` in the environment comes first, then what is on the path, then
    Playwright's own download.
    """
    return next((path for path in _candidates() if path and Path(path).is_file()), None)


def found_headless() -> str | None:
    """Return a Chromium that has no windows, where there is one, else what `found` returns."""
    return os.environ.get("CHROMIUM") or shutil.which(HEADLESS) or found()


def _candidates() -> Iterator[str | None]:
    yield os.environ.get("CHROMIUM")
    yield from map(shutil.which, NAMES)
    yield MAC
    yield _playwrights_own()


def _playwrights_own() -> str | None:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return None
    with sync_playwright() as playwright:
        return playwright.chromium.executable_path


def install() -> None:
    """Install Chromium from Debian's packages, or else Playwright's own build."""
    if shutil.which("apt-get") and os.geteuid() == 0:
        unasked = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        wanted = (["install", "-y", name] for name in ("chromium", HEADLESS))
        for command in (["update"], *wanted):
            subprocess.run(["apt-get", "-q", *command], env=unasked, check=False, stdout=sys.stderr)
    else:
        command = [sys.executable, "-m", "playwright", "install", "chromium"]
        subprocess.run(command, check=False, stdout=sys.stderr)  # what it prints is the path alone


def main() -> None:
    """Print the path of a Chromium, installing one when there is none."""
    if found() is None:
        install()
    path = found()
    if path is None:
        sys.exit(MISSING)
    print(path)


if __name__ == "__main__":
    main()
