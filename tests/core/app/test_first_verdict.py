"""What documents carry for a first verdict leads the page's script to Python's own answer."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

from app import first_verdict
from app.site_data import catalog_requirements
from tabfit.catalog import Catalog
from tabfit.compare.comparisons import Judge, best
from tabfit.devices.device import read
from tabfit.gate.rules import needs_json, rules_json
from tabfit.i18n import language
from tests.core.gate.generated_devices import devices

ROOT = Path(__file__).parents[3]
CATALOG = Catalog()
#: Models that write, see, hear and sort, with few ways and with many.
MODELS = ("gemma-2b", "llama-3.2-1b", "qwen2.5-0.5b", "whisper-base", "distilbert", "gemini-nano")


def _carried(model: str) -> dict[str, Any]:
    said = re.fullmatch(r"<script[^>]*>(.*)</script>", first_verdict.script(model, CATALOG))
    assert said is not None
    carried: dict[str, Any] = json.loads(said[1])
    return carried


def _rules() -> dict[str, Any]:
    surveys = [
        survey
        for model in MODELS
        for line in catalog_requirements().lines(model)
        for survey in line.surveyed
    ]
    demands = {line.runtime: dict[str, bool]() for line in surveys}
    return rules_json.as_json(
        {**demands, **rules_json.gathered(needs_json.asked(surveys))}, CATALOG
    )


def test_the_same_way_and_verdict(tmp_path: Path) -> None:
    """On every device the script chooses the way that Compare does, and says the same of it."""
    cases, ways, every = list[dict[str, Any]](), set[tuple[str, str]](), [*devices(60, seed=7), {}]
    for device in every:
        on = Judge(CATALOG, read(device))
        for model in MODELS:
            row = best(catalog_requirements().lines(model), on)
            way = row.line.runtime, row.line.precision
            said = [*way, row.outcome, row.probability, row.because]
            ways.add(way)
            cases.append({"device": device, "model": model, "said": said})
    assert len(ways) > len(MODELS)  # what suits differs
    told = {"rules": _rules(), "models": {m: _carried(m) for m in MODELS}, "cases": cases}
    (tmp_path / "cases.json").write_text(json.dumps(told))
    engine, chooser = ROOT / "js" / "engine.js", ROOT / "static" / "best_way.js"
    run = subprocess.run(
        ["node", Path(__file__).with_suffix(".mjs"), engine, chooser, tmp_path / "cases.json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.stdout.strip(), run.stderr) == (f"{len(cases)} chosen, 0 otherwise", "")


def test_words() -> None:
    """Each word is there in the language in use, and nothing in it can end the element."""
    assert "<" not in first_verdict.script("gemma-2b", CATALOG).split(">", 1)[1][:-9]
    carried = _carried("gemma-2b")
    assert carried["chances"][15 - 1] == "By our estimate about 75 in 100 such devices manage."
    assert "Likely fits" in carried["headings"]["likely"]
    assert carried["ways"][0]["said"]["context"].endswith(" tokens")
    if language.use("de") == "de":
        assert "Likely" not in str(_carried("gemma-2b")["headings"])
    language.use(language.ENGLISH)
