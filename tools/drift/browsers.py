"""What browser-compat-data says otherwise than our tables of browsers.

In: what tools/drift/browsers.mjs prints, facts.json. Out: a sentence for each fact that differs.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
FACTS = HERE / "facts.json"
FEATURES = HERE.parent / "browser_features.mjs"


def drift() -> Iterator[str]:
    """Yield what the installed tables say otherwise; node reads them."""
    yield from differing(json.loads(FACTS.read_text(encoding="utf-8")), read())
    checked = subprocess.run(["node", FEATURES, "--check"], check=False, capture_output=True)
    if checked.returncode:
        yield "browser_features.json: not what the installed tables say; run make browsers"


def read() -> dict[str, Any]:
    """Return what browser-compat-data says of the facts that we use."""
    done = subprocess.run(
        ["node", HERE / "browsers.mjs"], check=True, capture_output=True, text=True
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def differing(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> Iterator[str]:
    """Yield a sentence for each fact of ours that they tell otherwise."""
    for name, row in ours.items():
        for browser, since in row.items():
            told = theirs.get(name, {}).get(browser)
            if browser != "used_by" and told != since:
                yield f"{name} in {browser}: since {since}, theirs {told} ({row['used_by']})"
