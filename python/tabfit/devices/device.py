"""A device as data: what a browser, the catalogue or the visitor says of it.

In: a mapping with the keys below, any of them absent or null. Out: a `Device`,
or `UnreadableDevice` naming the key. Nothing is inferred here: `budgets` does.

`"webgpu": null` means asked and refused; the key's absence means not asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tabfit.devices import history
from tabfit.devices.history import MOST_BYTES, Trial
from tabfit.errors import Quoted, UnreadableDevice
from tabfit.i18n.language import Message
from tabfit.light_dataclass import dataclass, field_names
from tabfit.units import Bytes

PLATFORMS: Final = ("ios", "ipados", "android", "macos", "windows", "linux", "chromeos")
#: Systems as their makers write them.
PLATFORM_NAMES: Final = {
    "ios": "iOS",
    "ipados": "iPadOS",
    "android": "Android",
    "macos": "macOS",
    "windows": "Windows",
    "linux": "Linux",
    "chromeos": "ChromeOS",
}
BROWSERS: Final = ("chrome", "edge", "safari", "firefox", "samsung", "other")
GRAPHICS: Final = ("integrated", "discrete", "software")
#: What stands in for a graphics processor calls itself so, in any part of an adapter's name.
SOFTWARE: Final = ("swiftshader", "llvmpipe", "lavapipe", "basic render", "warp")
#: What `LanguageModel.availability()` answers (Prompt API explainer, webmachinelearning).
AVAILABILITY: Final = ("unavailable", "downloadable", "downloading", "available")


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapter:
    """What a WebGPU adapter says of itself: limits are tiers, never free memory."""

    vendor: str | None = None
    architecture: str | None = None
    fallback: bool | None = None
    shader_f16: bool | None = None
    subgroups: bool | None = None
    max_buffer_size: Bytes | None = None
    max_storage_buffer_binding_size: Bytes | None = None
    max_compute_workgroup_storage_size: Bytes | None = None
    max_storage_buffers_per_shader_stage: int | None = None

    @property
    def emulated(self) -> bool:
        """Return whether the processor computes in its place: said, or known by its name."""
        name = f"{self.vendor} {self.architecture}".lower()
        return bool(self.fallback) or any(each in name for each in SOFTWARE)


@dataclass(frozen=True, slots=True)
class Unasked:
    """Nobody asked for an adapter, so nothing is known of one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wasm:
    """Which WebAssembly features the browser accepts."""

    simd: bool | None = None
    threads: bool | None = None
    memory64: bool | None = None
    jspi: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    """What `navigator.storage.estimate()` says."""

    quota_bytes: Bytes | None = None
    usage_bytes: Bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """What `navigator.connection` says; Chrome rounds and caps it at 10 Mbit/s."""

    downlink_mbps: float | None = None
    type: str | None = None
    save_data: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What was measured on this device, when the visitor asked for it."""

    gpu_bytes: Bytes | None = None
    page_bytes: Bytes | None = None
    bandwidth_bytes_per_second: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """Everything known of a device; `None` is *not known*, never zero."""

    name: str | None = None
    platform: str | None = None
    browser: str | None = None
    browser_version: int | None = None
    platform_version: int | None = None
    secure_context: bool | None = None
    ram_bytes: Bytes | None = None
    device_memory: float | None = None
    cores: int | None = None
    graphics: str | None = None
    vram_bytes: Bytes | None = None
    bandwidth_bytes_per_second: int | None = None
    webgpu: Adapter | Unasked | None = Unasked()
    wasm: Wasm = Wasm()
    cross_origin_isolated: bool | None = None
    storage: Storage = Storage()
    connection: Connection = Connection()
    measured: Measured = Measured()
    language_model: str | None = None
    history: tuple[Trial, ...] = ()

    @property
    def adapter(self) -> Adapter | None:
        """Return the adapter if there is one that answered."""
        return self.webgpu if isinstance(self.webgpu, Adapter) else None

    @property
    def emulated(self) -> bool:
        """Return whether graphics are computed by the processor, as software."""
        adapter = self.adapter
        return self.graphics == "software" or (adapter is not None and adapter.emulated)

    @property
    def on_phone(self) -> bool:
        """Return whether a phone's or tablet's system decides over memory."""
        return self.platform in ("ios", "ipados", "android")

    @property
    def on_apple_mobile(self) -> bool:
        """Return whether every browser here is WebKit under one process limit."""
        return self.platform in ("ios", "ipados")


_GROUPS: Final[dict[str, type]] = {
    "webgpu": Adapter,
    "wasm": Wasm,
    "storage": Storage,
    "connection": Connection,
    "measured": Measured,
}
_CHOICES: Final = {
    "platform": PLATFORMS,
    "browser": BROWSERS,
    "graphics": GRAPHICS,
    "language_model": AVAILABILITY,
}
_FLAGS: Final = frozenset(
    {
        *("fallback", "shader_f16", "subgroups"),
        *("simd", "threads", "memory64", "jspi"),
        *("cross_origin_isolated", "secure_context", "save_data"),
    }
)
_FRACTIONS: Final = frozenset({"device_memory", "downlink_mbps"})
_TEXTS: Final = frozenset({"name", "vendor", "architecture", "type"})


def read(given: object) -> Device:
    """Return the device a mapping describes.

    An empty text says nothing, as where an adapter keeps its vendor to itself (WebGPU,
    GPUAdapterInfo). Raises `UnreadableDevice` naming the first key that is unknown or wrong.

    >>> read({"webgpu": {"vendor": ""}}).webgpu.vendor is None
    True
    >>> read({"platform": "android", "device_memory": 8}).device_memory
    8
    >>> read({"webgpu": None}).webgpu is None, read({}).webgpu
    (True, Unasked())
    """
    if not isinstance(given, Mapping):
        raise UnreadableDevice(
            "device", Message("is {given}; a JSON object is accepted", given=Quoted(given))
        )
    return Device(**_fields(Device, given, ""))


def _fields(kind: type, given: Mapping[Any, Any], prefix: str) -> dict[str, Any]:
    names = field_names(kind)
    found: dict[str, Any] = {}
    for key, value in given.items():
        if key not in names:
            raise UnreadableDevice(
                f"{prefix}{key}",
                Message(
                    "is not a key of a device; known are: {known}", known=", ".join(sorted(names))
                ),
            )
        if key in _GROUPS and kind is Device:
            found |= _group(key, value)
        elif key == "history" and value is not None:
            found[key] = history.read(value)
        elif value is not None and not (key in _TEXTS and value == ""):
            found[key] = _value(key, value, prefix)
    return found


def _group(key: str, value: object) -> dict[str, Any]:
    if value is None:
        return {"webgpu": None} if key == "webgpu" else {}
    if not isinstance(value, Mapping):
        raise UnreadableDevice(
            key, Message("is {given}; an object or null is accepted", given=Quoted(value))
        )
    return {key: _GROUPS[key](**_fields(_GROUPS[key], value, f"{key}."))}


def _value(key: str, value: object, prefix: str) -> object:
    where = prefix + key
    if key in _CHOICES:
        return _choice(where, value, _CHOICES[key])
    if key in _FLAGS:
        return _flag(where, value)
    if key in _TEXTS:
        return _text(where, value)
    if key in _FRACTIONS:
        return _fraction(where, value)
    if key in ("browser_version", "platform_version"):
        return _version(where, value)
    return _whole(where, value)


def _choice(where: str, value: object, accepted: tuple[str, ...]) -> str:
    text = value.lower() if isinstance(value, str) else None
    if text not in accepted:
        raise UnreadableDevice(
            where,
            Message(
                "is {given}; accepted are: {known}", given=Quoted(value), known=", ".join(accepted)
            ),
        )
    return text


def _flag(where: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise UnreadableDevice(
            where, Message("is {given}; true, false or null is accepted", given=Quoted(value))
        )
    return value


def _text(where: str, value: object) -> str:
    if not isinstance(value, str) or len(value) > 200:
        raise UnreadableDevice(
            where,
            Message("is {given}; text of at most 200 characters is accepted", given=Quoted(value)),
        )
    return value


def _fraction(where: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 2**20:
        raise UnreadableDevice(
            where,
            Message("is {given}; a number from 0 to 1048576 is accepted", given=Quoted(value)),
        )
    return value


def _version(where: str, value: object) -> int:
    major = value.split(".", 1)[0] if isinstance(value, str) else value
    if isinstance(major, str) and major.isascii() and major.isdigit() and len(major) < 6:
        return int(major)
    if isinstance(major, bool) or not isinstance(major, int) or not 0 <= major < 10**6:
        raise UnreadableDevice(
            where, Message("is {given}; a version such as 147 is accepted", given=Quoted(value))
        )
    return major


def _whole(where: str, value: object) -> int:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST_BYTES:
        raise UnreadableDevice(
            where,
            Message("is {given}; a whole number from 0 to 2^50 is accepted", given=Quoted(value)),
        )
    return value


def written(device: Device) -> dict[str, Any]:
    """Return the mapping that `read` turns back into the same device.

    >>> written(read({"ram_bytes": 8589934592, "wasm": {"simd": True}}))
    {'ram_bytes': 8589934592, 'wasm': {'simd': True}}
    """
    out: dict[str, Any] = {}
    for name in field_names(Device):
        value = getattr(device, name)
        if name == "webgpu" and value is None:
            out["webgpu"] = None
        elif name in _GROUPS:
            known = {} if isinstance(value, Unasked) else _known(value)
            if known or isinstance(value, Adapter):
                out[name] = known
        elif name == "history":
            out |= {name: history.written(value)} if value else {}
        elif value is not None:
            out[name] = value
    return out


def _known(group: Adapter | Wasm | Storage | Connection | Measured) -> dict[str, Any]:
    pairs = ((name, getattr(group, name)) for name in field_names(type(group)))
    return {name: value for name, value in pairs if value is not None}
