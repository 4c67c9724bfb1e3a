"""A page of three lines that uses the npm package from node_modules, and a server of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from app.browser import probes
from tests.core.gate.test_rules_json import models, rules
from tools import npm_package
from tools.serve import Site

#: Three lines, besides where a bundler or an import map finds the package.
THREE_LINES: Final = """<!doctype html><meta charset="utf-8"><title>Fits?</title>
<script type="importmap">{"imports": {"tabfit": "./node_modules/tabfit/index.js",
"tabfit/badge": "./node_modules/tabfit/badge.js"}}</script>
<script type="module">import "tabfit/badge"; import { canRun } from "tabfit";
document.querySelector("output").value = (await canRun("distilbert")).outcome;</script>
<output></output><tabfit-badge model="llama-3.2-1b" runtime="webllm"></tabfit-badge>
"""


def data() -> dict[str, Any]:
    """Return rules and needs of a few models, as the package carries them."""
    return {"rules": {**rules(), "agent": probes.tables()}, "models": models()}


@contextmanager
def served(root: Path, carried: dict[str, Any]) -> Iterator[str]:
    """Lay the page with its node_modules into a folder, and yield its address."""
    package = root / "node_modules" / "tabfit"
    npm_package.lay_code(package)
    (package / "data" / "models").mkdir(parents=True, exist_ok=True)
    (package / "data" / "rules.json").write_text(json.dumps(carried["rules"]))
    for name, needs in carried["models"].items():
        (package / "data" / "models" / f"{name}.json").write_text(json.dumps(needs))
    (root / "index.html").write_text(THREE_LINES)
    with Site(root).running() as server:
        yield server.address
