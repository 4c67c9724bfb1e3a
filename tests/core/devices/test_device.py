"""Devices as data: every key of the contract is read, every wrong one is named."""

from __future__ import annotations

import pytest

from tabfit.devices.device import Device, Unasked, read, written
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
