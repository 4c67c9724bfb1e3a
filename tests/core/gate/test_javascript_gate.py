"""Gates as modules say what the estimator says on the devices that pages run on, and stay small."""

from __future__ import annotations

import gzip
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tabfit.catalog import Catalog
from tabfit.cli import commands
from tabfit.devices.device import read
from tests.core.gate.generated_devices import devices, estimator

HERE = Path(__file__).parent
CATALOG = Catalog()
#: What a module may weigh: most of it is what other people's reports taught of systems, browsers
#: and makers of graphics, which a runtime on the processor asks less of.
MOST, MOST_COMPRESSED = 2_500, 1_500
WAYS = (
    ("distilbert", "transformersjs-wasm", "q8", 512),
    ("llama-3.2-1b", "webllm", "q4f16_1", 4096),
    ("whisper-base", "transformersjs-webgpu", "fp32", 448),
    ("llama-3.1-8b", "wllama-webgpu", "q4_k_m", 8192),
)
NUMBER = 1_000
TOLD = {
    "shader_f16": False,
    "max_buffer_size": 2**28,
    "max_storage_buffer_binding_size": 2**27,
    "max_compute_workgroup_storage_size": 16_384,
}


def in_page(device: dict[str, Any]) -> dict[str, Any]:
    """Return a device as a page's own browser tells it: no more, and no less."""
    made = {"platform": "linux", "browser": "other", "cross_origin_isolated": False, **device}
    for said in ("ram_bytes", "vram_bytes", "graphics"):
        made.pop(said, None)
    if {made["platform"], made["browser"]} & {"safari", "firefox", "ios", "ipados"}:
        made.pop("device_memory", None)
    flags = {"simd": True, "threads": False, "memory64": False, "jspi": False}
    made["wasm"] = {**flags, **made["wasm"]}
    adapter = made.setdefault("webgpu", None)
    if adapter is not None:
        made["webgpu"] = {**TOLD, **{k: v for k, v in adapter.items() if k != "fallback"}}
        made["webgpu"]["vendor"] = made["webgpu"].get("vendor", "").lower()
    return made


@pytest.mark.parametrize("way", WAYS, ids=lambda way: "-".join(map(str, way)))
def test_module(
    way: tuple[str, str, str, int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A module gives the estimator's word and chance for 1,000 devices, and names what it reads."""
    model, runtime, precision, context = way
    chosen = ["--runtime", runtime, "--precision", precision, "--context", str(context)]
    assert commands.main(["gate", model, *chosen]) == 0
    module = capsys.readouterr().out
    assert len(module.encode()) < MOST
    assert len(gzip.compress(module.encode())) < MOST_COMPRESSED
    assert f"tabfit gate {model}" in module
    estimated = estimator(model, runtime, precision, context, CATALOG)
    cases = []
    for each in map(in_page, devices(NUMBER, seed=7)):
        outcome, probability = estimated(read(each))
        cases.append([each, {"outcome": outcome, "probability": probability}])
    (tmp_path / "gate.mjs").write_text(module)
    (tmp_path / "cases.json").write_text(json.dumps(cases))
    said = subprocess.run(
        ["node", HERE / "run_gate.mjs", tmp_path / "gate.mjs", tmp_path / "cases.json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (said.stdout.strip()[:1500], said.stderr) == (f"{NUMBER} judged, 0 otherwise", "")
