"""The signals that decide, as flat columns, and a device that is read one signal at a time.

A column is a key of the device contract (docs/contracts.md), the groups flattened with `_`:
`webgpu_vendor`, `storage_quota_bytes`. One is added: `webgpu` says whether an adapter answered
(`"adapter"`), was asked for and refused (`"refused"`), or was never asked for (`None`).

Left out is what only a person or a test can tell (a device's name, what was measured on it) and
what decides nothing. Words that a column may hold beyond those the engine tells apart count as
`decision_tree.UNLISTED`, a `device_memory` between two that browsers say as the smaller; a
`storage_usage_bytes` that is not told is nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from tabfit.devices import device as contract
from tabfit.devices.browser_features import vendors_of_systems
from tabfit.devices.budgets import APART_VENDORS, SHARING_VENDORS
from tabfit.devices.device import Adapter, Device, Storage, Unasked, Wasm
from tabfit.gate.rules.decision_tree import UNLISTED, Path
from tabfit.gate.rules.symbols import Reckoned, Told
from tabfit.light_dataclass import field_names
from tabfit.verdict.check_kinds.graphics import SMALL_WORKGROUPS
from tabfit.verdict.failure_rates import vendors_reported

#: Columns that hold one of a few words or truths, with what they hold beside *not known*.
TRUTH: Final = (True, False)
WORDS: Final[Mapping[str, tuple[Any, ...]]] = {
    "platform": contract.PLATFORMS,
    "browser": contract.BROWSERS,
    "graphics": contract.GRAPHICS,
    "language_model": contract.AVAILABILITY,
    "webgpu": ("adapter", "refused"),
    "webgpu_vendor": (
        *sorted({*SHARING_VENDORS, *APART_VENDORS, *vendors_of_systems(), *vendors_reported()}),
        UNLISTED,
    ),
    "webgpu_architecture": (*sorted(SMALL_WORKGROUPS), UNLISTED),
    "webgpu_fallback": TRUTH,
    "webgpu_shader_f16": TRUTH,
    "wasm_threads": TRUTH,
    "wasm_memory64": TRUTH,
    "wasm_jspi": TRUTH,
    "cross_origin_isolated": TRUTH,
    "secure_context": TRUTH,
}
#: What `navigator.deviceMemory` says in any browser, in GiB (w3c/device-memory at f2a13e3).
SAID_MEMORY: Final = (0.25, 0.5, 1, 2, 4, 8, 16, 32)
#: Columns that hold whole numbers.
NUMBERS: Final = (
    *("browser_version", "platform_version", "cores", "ram_bytes", "vram_bytes"),
    "webgpu_max_buffer_size",
    "webgpu_max_storage_buffer_binding_size",
    "webgpu_max_compute_workgroup_storage_size",
    "webgpu_max_storage_buffers_per_shader_stage",
    *("storage_quota_bytes", "storage_usage_bytes"),
)
SIGNALS: Final = (*WORDS, "device_memory", *NUMBERS)
#: The groups of a device's keys, which columns flatten with `_`.
GROUPS: Final = ("webgpu", "wasm", "storage")


def flat(device: Device) -> dict[str, Any]:
    """Return a device's signals by column; those not known are left out.

    >>> flat(contract.read({"platform": "ios", "webgpu": {"vendor": "apple"}}))
    {'platform': 'ios', 'webgpu': 'adapter', 'webgpu_vendor': 'apple'}
    """
    found = {name: signal_of(device, name) for name in SIGNALS}
    return {name: value for name, value in found.items() if value not in (None, "")}


def signal_of(device: Device, name: str) -> Any:  # noqa: ANN401 - whatever a column holds
    """Return what one column says of a device: nothing, or an empty text, where it is not known.

    >>> signal_of(contract.read({"webgpu": {"vendor": "Apple"}}), "webgpu_vendor")
    'apple'
    """
    if name == "webgpu":
        asked = not isinstance(device.webgpu, Unasked)
        return ("adapter" if device.adapter else "refused") if asked else None
    group, _, key = name.partition("_")
    if group not in GROUPS:
        return getattr(device, name)
    value = getattr(getattr(device, group), key, None)
    return value.lower() if isinstance(value, str) else value


def read_flat(columns: Mapping[str, Any]) -> Device:
    """Return the device that a row of columns describes; `None` is *not known*.

    Raises `UnreadableDevice` as `devices.device.read` does.

    >>> read_flat({"webgpu": "refused", "wasm_jspi": True}).wasm.jspi
    True
    """
    given: dict[str, Any] = {}
    for name, value in columns.items():
        group, _, key = name.partition("_")
        if value is None or name == "webgpu":
            continue
        if group in GROUPS:
            given.setdefault(group, {})[key] = value
        else:
            given[name] = value
    asked = columns.get("webgpu")
    if asked == "refused":
        given["webgpu"] = None
    elif asked == "adapter":
        given.setdefault("webgpu", {})
    else:
        given.pop("webgpu", None)
    return contract.read(given)


def read_signal(path: Path, name: str, number: type = Told) -> Any:  # noqa: ANN401 - what it holds
    """Return a signal as the path has it: a word, a truth, a `number`, or `None`."""
    if name == "storage_usage_bytes":  # nothing told is nothing used, as `budgets.storage` has it
        return number(path, ("told", name))
    if name in NUMBERS:
        known = path.choose(("known", name), (True, False))
        return number(path, ("told", name)) if known else None
    possible = SAID_MEMORY if name == "device_memory" else WORDS[name]
    return path.choose(("is", name), (*possible, None))


def device_on(path: Path, number: type = Reckoned) -> Device:
    """Return a device whose signals are read from a path, and nothing else known of it.

    `number` is what whole numbers are read as: `Told` for budgets, which are formulas.
    """
    made: Device = _part(Device, "", path, number)
    return made


_PARTS: Final = {"wasm": Wasm, "storage": Storage}


@cache
def _reading(kind: type, prefix: str) -> type:
    """Return a class like `kind` whose fields are read when somebody asks."""
    fields, usual = field_names(kind), kind()

    def read(self: Any, name: str) -> Any:  # noqa: ANN401 - as `object` has it
        if name not in fields:
            return object.__getattribute__(self, name)
        path, number = (object.__getattribute__(self, each) for each in ("path", "number"))
        column = prefix + name
        if column == "webgpu":
            asked = {None: Unasked(), "refused": None}
            answer = read_signal(path, "webgpu")
            return asked[answer] if answer in asked else _part(Adapter, "webgpu_", path, number)
        if column in _PARTS:
            return _part(_PARTS[column], f"{column}_", path, number)
        return read_signal(path, column, number) if column in SIGNALS else getattr(usual, name)

    return type(kind.__name__, (kind,), {"__getattribute__": read})


def _part(kind: type, prefix: str, path: Path, number: type) -> Any:  # noqa: ANN401 - of that kind
    made: Any = object.__new__(_reading(kind, prefix))
    object.__setattr__(made, "path", path)
    object.__setattr__(made, "number", number)
    return made
