"""docs/schema/: what the command line prints, and what a device may say, as JSON Schemas."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from referencing import Registry, Resource

from tabfit.catalog import read
from tabfit.cli.start import main
from tabfit.devices import device
from tabfit.errors import UnreadableDevice
from tabfit.light_dataclass import field_names
from tabfit.units import Basis
from tabfit.verdict.probability import Outcome

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "schema"
CONFIG = "tests/data/configs/HuggingFaceTB__SmolLM2-135M.json"
NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))

# Commands whose JSON is tried; the first word names the schema.
COMMANDS = (
    "estimate gemma-2b --precision int4 --device iphone-13",
    "estimate distilbert --runtime transformersjs-wasm --precision q8",
    "estimate gemini-nano --device macbook-air-m2-16gb",
    "estimate llama-3.2-1b --runtime ideal --precision onebit --device laptop-8gb-integrated",
    f"estimate {CONFIG} --runtime wllama-cpu --precision q8_0",
    f"inspect {CONFIG}",
    "compare --device pixel-8-pro",
    "need smollm2-135m",
    "snippet gemma-2b --runtime webllm",
    "snippet gemini-nano",
    "coverage distilbert sample",
    "coverage sample",
    "check docs/how-to/tabfit.toml",
    "train llama-3.2-1b --qlora --gpus 2",
    "train mamba-130m",
    "models",
    "devices",
    "runtimes",
    "link https://example.org/#v=1&model=gemma-2b&context=512",
    'link #v=1&model=gemma-2b&device={"platform":"ios","ram_bytes":4294967296}',
)


@cache
def schema(name: str) -> Any:
    """Return a schema."""
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


@cache
def validator(name: str) -> Draft202012Validator:
    """Return what tells whether a value keeps to a schema."""
    every = [
        (each, Resource.from_contents(schema(each.removesuffix(".json")))) for each in _files()
    ]
    return Draft202012Validator(schema(name), registry=Registry().with_resources(every))


def _files() -> Iterator[str]:
    return (f"{name}.json" for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_each_is_a_schema(name: str) -> None:
    """Each file is a schema itself, and is called as it calls itself."""
    Draft202012Validator.check_schema(schema(name))
    assert schema(name)["$id"] == f"{name}.json"


@pytest.mark.parametrize("command", COMMANDS)
def test_the_command_line_keeps_to_its_schemas(
    command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a command prints is what its schema says; without a required key it is not."""
    monkeypatch.chdir(ROOT)
    assert main([*command.split(" "), "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    name = command.partition(" ")[0]
    validator(name).validate(printed)
    for key in schema(name)["required"]:
        with pytest.raises(ValidationError):
            validator(name).validate({k: v for k, v in printed.items() if k != key})


def test_bytes_are_whole_and_words_are_known(capsys: pytest.CaptureFixture[str]) -> None:
    """Half a byte, a sixth basis and an outcome that nobody knows are refused."""
    assert main(["estimate", "distilbert", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    for path, wrong in (
        (("weights_bytes",), 1.5),
        (("download", "basis"), "guessed"),
        (("verdict", "outcome"), "perhaps"),
        (("scenario", "device"), {"colour": 1}),
    ):
        changed = copy.deepcopy(printed)
        place = changed
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = wrong
        with pytest.raises(ValidationError):
            validator("estimate").validate(changed)


def test_words_are_those_of_the_code() -> None:
    """The schemas list the code's own words for a basis and an outcome."""
    for name in ("estimate", "compare"):
        assert {*schema(name)["$defs"]["basis"]["enum"]} == {*map(str, Basis)}
        assert schema(name)["$defs"]["outcome"]["enum"] == [*map(str, Outcome)]


def test_a_device_has_the_keys_that_are_read() -> None:
    """The schema of a device lists every key that the reader knows, in every group."""
    said = schema("device")["properties"]
    assert {*said} == {*field_names(device.Device)}
    for group, kind in device._GROUPS.items():
        assert {*said[group]["properties"]} == {*field_names(kind)}
    for key, choices in device._CHOICES.items():
        assert said[key]["enum"] == [*choices, None]


def test_every_catalogue_device_keeps_to_the_schema() -> None:
    """Each device of the catalogue is a device as data."""
    for row in read().devices:
        validator("device").validate(row.device)


@pytest.mark.parametrize(
    "given",
    [
        {"colour": 1},
        {"platform": "amiga"},
        {"ram_bytes": "much"},
        {"ram_bytes": -1},
        {"ram_bytes": 2**51},
        {"wasm": {"simd": 1}},
        {"webgpu": {"vram": 1}},
        {"name": "x" * 201},
        {"browser_version": "new"},
        {"device_memory": 2**21},
    ],
)
def test_a_device_is_refused_by_schema_and_reader_alike(given: dict[str, Any]) -> None:
    """What the reader refuses, the schema refuses."""
    assert not validator("device").is_valid(given)
    with pytest.raises(UnreadableDevice):
        device.read(given)
