"""Drift: a row that the installed packages tell otherwise is named, and today none is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.accuracy.published import table
from tools.drift import __main__ as whole
from tools.drift import browsers, packages, registry

ROWS = whole._rows("runtimes.json")


def test_nothing_has_drifted() -> None:
    """Versions, sizes, kernels, WebLLM's list and browsers' facts are those that are installed."""
    assert [*whole.drift()] == []


def _changed(name: str, **changes: Any) -> list[dict[str, Any]]:
    return [{**row, **changes} for row in ROWS if row["id"] == name]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"version": "3.8.1"}, "version 3.8.1, @wllama/wllama is"),
        ({"package": "@wllama/none"}, "is not installed"),
        ({"files": [{"name": "wllama.wasm", "bytes": 2378957}]}, "2,378,957 bytes, gzip makes"),
        ({"files": [{"name": "wllama.exe", "bytes": 1}]}, "no file wllama.exe"),
        ({"lacking_precisions": ["mxfp4"]}, "mxfp4 is said to be lacking"),
        ({"needs": {"shader_f16_for": ["tq1_0"]}}, "tq1_0 has no kernel"),
    ],
)
def test_a_row_that_is_out_of_date(changes: dict[str, Any], told: str) -> None:
    """Each kind of drift is found, and said of its row."""
    found = [*packages.drift(_changed("wllama-webgpu", **changes), whole.MODULES)]
    assert any(told in each and each.startswith("wllama-webgpu") for each in found)


def test_kernels_of_the_package_itself() -> None:
    """In wllama 3.13 WebGPU computes MXFP4, NVFP4, Q1_0 and Q2_0, and no ternary type."""
    found = packages.kernels(whole.MODULES / packages.KERNELS[1])
    assert {"mxfp4", "nvfp4", "q1_0", "q2_0", "q4_k", "iq4_xs"} <= found
    assert not {"tq1_0", "tq2_0"} & found


def test_a_list_of_models_that_changed() -> None:
    """An id that is new, one that is gone and one that was added are each said."""
    ids = packages.model_ids(whole.MODULES)
    assert len(ids) == 165  # two of DeepSeek R1's are commented out
    left_out = json.loads(whole.LEFT_OUT.read_text("utf-8"))["not_in_catalogue"]
    models = whole._rows("models.json")
    (new,) = packages.lists(models, left_out[1:], whole.MODULES)
    assert new == f"webllm: {left_out[0]} is listed and not known here"
    (gone,) = packages.lists(models, [*left_out, "gone-MLC"], whole.MODULES)
    assert gone == "webllm: gone-MLC is not listed any more"
    ours = min(packages.catalogue_ids(models))
    assert f"webllm: {ours} is in the catalogue now" in [
        *packages.lists(models, [*left_out, ours], whole.MODULES)
    ]


def test_what_webllm_asks_of_each_model() -> None:
    """Memory and context of every id are those of the installed package's own list."""
    models = whole._rows("models.json")
    assert [*packages.entries_differing(models, whole.MODULES)] == []
    memory = {row["model_id"]: float(row["vram_required_MB"]) for row in table("webllm_vram.csv")}
    entries = packages.entries(whole.MODULES)
    assert {name: said["vram_required_MB"] for name, said in entries.items()} == memory
    offer = {"model_id": "gemma-4-E2B-it-q4f16_1-MLC", "vram_required_MB": 1, "context": 4096}
    row = {"published": [{"format": "mlc", "precisions": {"q4f16_1": offer}}]}
    (said,) = packages.entries_differing([row], whole.MODULES)
    assert said == "webllm: gemma-4-E2B-it-q4f16_1-MLC: vram_required_MB 1, theirs 3387.37"


def test_a_fact_of_browsers_that_changed() -> None:
    """A version that moved is said with what uses it."""
    ours = {"prompt_api": {"chrome": 148, "used_by": "a row"}}
    assert [*browsers.differing(ours, {"prompt_api": {"chrome": 148}})] == []
    (said,) = browsers.differing(ours, {"prompt_api": {"chrome": 150}})
    assert said == "prompt_api in chrome: since 148, theirs 150 (a row)"


def test_newer_versions_are_asked_for_one_by_one(tmp_path: Path) -> None:
    """What npm says of a pinned package is compared with the pin."""
    manifest = tmp_path / "package.json"
    pins = {"dependencies": {"a": "1.0.0"}, "devDependencies": {"b": "2.0.0"}}
    manifest.write_text(json.dumps(pins))
    told = {"a": "1.0.0", "b": "2.1.0"}
    assert [*registry.drift(manifest, told.__getitem__)] == ["b: 2.0.0 is pinned, 2.1.0 is out"]
