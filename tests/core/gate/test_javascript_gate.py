"""Gates as modules say what the estimator says on the devices that pages run on, and stay small."""

from __future__ import annotations

import gzip
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tabfit.catalog import Catalog
from tabfit.cli import command_line
from tabfit.devices.device import Device, read
from tabfit.estimate.answers import answer
from tabfit.estimate.scenario import Scenario
from tabfit.gate import export_formats
from tabfit.runtimes.load_options import LoadOptions
from tabfit.units import Tokens
from tests.core.gate.generated_devices import devices, estimator

HERE = Path(__file__).parent
CATALOG = Catalog()
#: What a module may weigh: most of it is what other people's reports taught of systems, browsers
#: and makers of graphics, which a runtime on the processor asks less of.
MOST, MOST_COMPRESSED = 2_000, 1_350
WAYS = (
    ("distilbert", "transformersjs-wasm", "q8", 512),
    ("distilbert", "transformersjs-webgpu", "q4f16", 512),  # less room on emulated graphics
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
    "max_storage_buffers_per_shader_stage": 8,
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
        made["webgpu"] = {**TOLD, **adapter}
        made["webgpu"]["vendor"] = made["webgpu"].get("vendor", "").lower()
    return made


def judged(module: str, cases: list[Any], folder: Path) -> tuple[str, str]:
    """Return what Node says of a module and what the estimator said, and its errors."""
    (folder / "gate.mjs").write_text(module)
    (folder / "cases.json").write_text(json.dumps(cases))
    said = subprocess.run(
        ["node", HERE / "run_gate.mjs", folder / "gate.mjs", folder / "cases.json"],
        capture_output=True,
        text=True,
        check=False,
    )
    return said.stdout.strip()[:1500], said.stderr


def written(words: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """Return the module that a command writes."""
    assert command_line.main(["gate", *words]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("way", WAYS, ids=lambda way: "-".join(map(str, way)))
def test_module(
    way: tuple[str, str, str, int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A module gives the estimator's word and chance for 1,000 devices, and names what it reads."""
    model, runtime, precision, context = way
    chosen = ["--runtime", runtime, "--precision", precision, "--context", str(context)]
    module = written([model, *chosen], capsys)
    assert " ".join(["tabfit gate", model, *chosen]) in module
    estimated = estimator(model, runtime, precision, context, CATALOG)
    cases = []
    for each in map(in_page, devices(NUMBER, seed=7)):
        outcome, probability = estimated(read(each))
        cases.append([each, {"outcome": outcome, "probability": probability}])
    assert judged(module, cases, tmp_path) == (f"{NUMBER} judged, 0 otherwise", "")


def test_where_no_adapter_answered(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A module says *unknown* where a page has no answer to its asking, whatever else it tells."""
    module = written(["llama-3.2-1b", "--runtime", "webllm", "--precision", "q4f16_1"], capsys)
    cases: list[Any] = []
    for each in map(in_page, devices(20, seed=7)):
        del each["webgpu"]
        cases.append([each, {"outcome": "unknown", "probability": None}])
    assert judged(module, cases, tmp_path) == ("20 judged, 0 otherwise", "")


def test_what_a_page_tells_its_runtime(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The type of the cache, layers on the GPU and the prompt are in the rule and its command."""
    said = "--runtime wllama-webgpu --precision q4_k_m --context 8192 --prompt 64"
    told = f"{said} --kv q8_0 --gpu-layers 12"
    module = written(["llama-3.2-1b", *told.split()], capsys)
    assert f"tabfit gate llama-3.2-1b {told}\n" in module
    asked = Scenario(
        model="llama-3.2-1b",
        runtime="wllama-webgpu",
        precision="q4_k_m",
        context=Tokens(8192),
        prompt=Tokens(64),
        options=LoadOptions(kv="q8_0", gpu_layers=12),
    )
    verdicts = [
        (each, answer(asked, CATALOG, read(each)).verdict) for each in map(in_page, devices(80))
    ]
    cases = [
        [each, {"outcome": said.outcome, "probability": said.probability}]
        for each, said in verdicts
    ]
    assert judged(module, cases, tmp_path) == ("80 judged, 0 otherwise", "")
    usual = written(["llama-3.2-1b", *said.split()], capsys)
    assert usual.splitlines()[3:] != module.splitlines()[3:]


@pytest.mark.parametrize(
    "said", ["--ran 2GB", "--died 2GB", "--device macbook-air-m2", "--ram 8GB"]
)
def test_what_is_known_of_one_device(said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What is said of one device is refused in a sentence: a gate is for any."""
    assert command_line.main(["gate", "distilbert", *said.split()]) == 2
    assert f"{said.split(maxsplit=1)[0]} is of one device" in capsys.readouterr().err


def sizes(model: str, runtime: str | None = None) -> tuple[int, int]:
    """Return the bytes of a model's module, as it is and compressed with gzip."""
    given = answer(Scenario(model=model, runtime=runtime), CATALOG, Device())
    words = f"--runtime {given.facts.id} --precision {given.stored.precision}"
    asked = f"tabfit gate {model} {words} --context {given.context}"
    module = export_formats.as_javascript(given, asked).encode()
    return len(module), len(gzip.compress(module))


#: The catalogue's model that makes the largest module of a runtime.
LARGEST = (
    ("bert-base-multilingual-uncased-sentiment", "transformersjs-wasm", 1_400),
    ("deepseek-r1-distill-qwen-7b", "webllm", 1_900),
    ("gemma-7b", "mediapipe", 1_750),
    ("clip-vit-large-patch14", "transformersjs-webgpu", MOST),
    ("qwen2.5-72b", "wllama-webgpu", MOST),
)


@pytest.mark.parametrize(("model", "runtime", "most"), LARGEST)
def test_size(model: str, runtime: str, most: int) -> None:
    """A module is small, and smaller where it asks nothing of graphics."""
    own, compressed = sizes(model, runtime)
    assert own <= most
    assert compressed < MOST_COMPRESSED


@pytest.mark.slow
def test_every_size() -> None:
    """So is the module of every catalogue model as it is usually run."""
    found = {model: sizes(model) for model in CATALOG.models.ids}
    large = {
        model: each for model, each in found.items() if each[0] > MOST or each[1] >= MOST_COMPRESSED
    }
    assert not large
