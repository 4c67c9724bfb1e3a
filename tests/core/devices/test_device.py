"""Devices as data: every key of the contract is read, every wrong one is named."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tabfit.devices.device import PLATFORM_NAMES, PLATFORMS, Device, Unasked, read, written
from tabfit.errors import UnreadableDevice

WHOLE = {
    "name": "A laptop",
    "platform": "windows",
    "browser": "chrome",
    "browser_version": 150,
    "ram_bytes": 8 * 2**30,
    "device_memory": 8,
    "cores": 8,
    "graphics": "integrated",
    "vram_bytes": 2**30,
    "bandwidth_bytes_per_second": 51_200_000_000,
    "webgpu": {
        "vendor": "intel",
        "architecture": "xe-lpg",
        "fallback": False,
        "shader_f16": True,
        "subgroups": True,
        "max_buffer_size": 2**31,
        "max_storage_buffer_binding_size": 2**31 - 4,
        "max_compute_workgroup_storage_size": 32768,
    },
    "wasm": {"simd": True, "threads": True, "memory64": True, "jspi": True},
    "cross_origin_isolated": False,
    "storage": {"quota_bytes": 10**10, "usage_bytes": 0},
    "connection": {"downlink_mbps": 10, "type": "wifi", "save_data": False},
    "measured": {"gpu_bytes": 1, "page_bytes": 2, "bandwidth_bytes_per_second": 3},
}


def test_every_key_of_the_contract_is_read_and_written() -> None:
    """A device with everything known goes through unchanged."""
    assert written(read(WHOLE)) == WHOLE


def test_null_means_not_known_except_for_webgpu() -> None:
    """A null adapter was refused; any other null is the same as absence."""
    empty = dict.fromkeys(WHOLE)

    assert written(read(empty)) == {"webgpu": None}
    assert isinstance(read({}).webgpu, Unasked)
    assert read({}) == Device()


@pytest.mark.parametrize(
    ("version", "major"), [(147, 147), ("147.0.7390.54", 147), ("26.5", 26), ("18", 18)]
)
def test_a_version_is_read_as_its_first_number(version: object, major: int) -> None:
    """Browsers write versions as numbers or as dotted text."""
    assert read({"browser_version": version}).browser_version == major
    assert read({"platform_version": version}).platform_version == major


@pytest.mark.parametrize("version", ["123456", 10**6, -1, True, None])
def test_no_version_has_more_than_five_digits(version: object) -> None:
    """What docs/schema/device.json takes, a text of five digits or a whole number below a million.

    A null is not known.
    """
    if version is None:
        assert read({"browser_version": version}).browser_version is None
        return
    with pytest.raises(UnreadableDevice):
        read({"browser_version": version})


def test_texts_end_at_two_hundred_characters() -> None:
    """As docs/schema/device.json says (`maxLength`)."""
    assert read({"name": "x" * 200}).name == "x" * 200


@pytest.mark.parametrize(
    ("given", "key"),
    [
        ([], "device"),
        ("phone", "device"),
        ({"colour": "red"}, "colour"),
        ({"platform": "beos"}, "platform"),
        ({"platform": 3}, "platform"),
        ({"ram_bytes": -1}, "ram_bytes"),
        ({"ram_bytes": 2**60}, "ram_bytes"),
        ({"ram_bytes": "8 GB"}, "ram_bytes"),
        ({"ram_bytes": True}, "ram_bytes"),
        ({"ram_bytes": 1.5}, "ram_bytes"),
        ({"device_memory": -4}, "device_memory"),
        ({"device_memory": float("nan")}, "device_memory"),
        ({"browser_version": "new"}, "browser_version"),
        ({"name": "x" * 201}, "name"),
        ({"webgpu": 5}, "webgpu"),
        ({"webgpu": {"vram": 5}}, "webgpu.vram"),
        ({"wasm": {"simd": 1}}, "wasm.simd"),
        ({"storage": {"quota_bytes": {}}}, "storage.quota_bytes"),
    ],
)
def test_what_cannot_be_read_names_its_key(given: object, key: str) -> None:
    """One sentence says which key is wrong and what is accepted."""
    with pytest.raises(UnreadableDevice) as caught:
        read(given)

    assert caught.value.key == key


SCHEMA = json.loads((Path(__file__).parents[3] / "docs/schema/device.json").read_text())
#: For each type of the contract what is read as it is, and what is not.
OF_TYPE: dict[str, tuple[object, object]] = {
    "boolean": (True, 1),
    "string": ("x", 3),
    "number": (0.5, "x"),
    "integer": (3, 0.5),
}


def keys(schema: dict[str, Any], around: str = "") -> Iterator[tuple[str, str, object, object]]:
    """Yield each key of the contract: where it stands, its name, and what is read and refused."""
    for name, about in schema["properties"].items():
        if "properties" in about:
            yield from keys(about, name)
        elif "enum" in about:
            yield from ((around, name, each, "beos") for each in about["enum"] if each)
        elif "anyOf" in about:
            yield around, name, 147, "new"
        elif name != "history":
            yield around, name, *OF_TYPE[about["type"][0]]


@pytest.mark.parametrize(("around", "name", "accepted", "refused"), [*keys(SCHEMA)])
def test_what_the_published_schema_promises(
    around: str, name: str, accepted: object, refused: object
) -> None:
    """Every key and every name of docs/schema/device.json is read, and kept to its type."""
    given: list[dict[str, Any]] = [{name: accepted}, {name: refused}]
    good, bad = ({around: each} if around else each for each in given)
    assert written(read(good)) == good
    with pytest.raises(UnreadableDevice) as caught:
        read(bad)
    assert caught.value.key == (f"{around}.{name}" if around else name)


def test_a_browser_that_names_no_maker_has_said_nothing() -> None:
    """WebGPU lets `vendor` and `architecture` be empty (W3C WebGPU, GPUAdapterInfo)."""
    assert written(read({"name": "", "webgpu": {"vendor": "", "architecture": ""}})) == {
        "webgpu": {}
    }


def test_every_system_has_its_makers_name() -> None:
    """What a system is called, as its maker writes it."""
    assert {each.lower() for each in PLATFORM_NAMES.values()} == {*PLATFORM_NAMES} == {*PLATFORMS}
