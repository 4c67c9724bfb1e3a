"""A million visits made by chance in DuckDB, each by one of a thousand devices.

In `visits` their numbers are the device's, in `different` each visit has numbers of its own.
"""

from __future__ import annotations

import json
from typing import Any

import duckdb

from tabfit.devices.device import read
from tabfit.gate.rules.device_signals import NUMBERS, SIGNALS, TRUTH, WORDS, flat
from tests.core.gate.generated_devices import devices

DEVICES, VISITS = 1_000, 1_000_000
#: Between which powers of two the numbers of a visit of its own lie.
DRAWN = {
    **dict.fromkeys(("browser_version", "platform_version"), (3, 8)),
    "cores": (0, 5),
    **dict.fromkeys(("webgpu_max_buffer_size", "storage_quota_bytes"), (24, 37)),
    "webgpu_max_storage_buffer_binding_size": (24, 32),
    "webgpu_max_compute_workgroup_storage_size": (14, 17),
    "webgpu_max_storage_buffers_per_shader_stage": (3, 6),
    "storage_usage_bytes": (10, 31),
}


def visitors() -> list[dict[str, Any]]:
    """Return devices as browsers tell them; nobody said what memory is installed."""
    made = devices(DEVICES, seed=9)
    for each in made:
        for said in ("ram_bytes", "vram_bytes"):
            each.pop(said, None)
        if each.get("graphics") != "software":
            each.pop("graphics", None)
    return made


def kind(column: str) -> str:
    """Return the type of a column."""
    if column in NUMBERS:
        return "BIGINT"
    if column == "device_memory":
        return "DOUBLE"
    return "BOOLEAN" if WORDS[column] == TRUTH else "VARCHAR"


def database() -> duckdb.DuckDBPyConnection:
    """Return a database with the tables `devices` and `visits`; `number` is a visit's device."""
    made = duckdb.connect()
    columns = ", ".join(f"{name} {kind(name)}" for name in SIGNALS)
    made.execute(f"CREATE TABLE devices (number INTEGER, {columns})")
    rows = []
    for number, each in enumerate(visitors()):
        told = flat(read(each))
        row = (number, *(told.get(name) for name in SIGNALS))
        rows.append(f"({', '.join(map(_literal, row))})")
    made.execute(f"INSERT INTO devices VALUES {', '.join(rows)}")  # noqa: S608 - own devices
    _draw(made)
    made.execute(
        "CREATE TABLE visits AS SELECT devices.* FROM range(?) AS drawn(visit) "
        "JOIN devices ON number = hash(visit) % ?",
        [VISITS, DEVICES],
    )
    return made


def _draw(made: duckdb.DuckDBPyConnection) -> None:
    """Make the table `different`; what a device does not tell its visits do not either."""
    part = 2**40
    drawn = ", ".join(
        f"CASE WHEN {name} IS NULL THEN NULL ELSE CAST(floor(pow(2, {low} + ({high} - {low}) "
        f"* (hash(visit, '{name}') % {part}) / {part})) AS BIGINT) END AS {name}"
        for name, (low, high) in DRAWN.items()
    )
    made.execute(
        f"CREATE TABLE different AS SELECT visit, devices.* REPLACE ({drawn}) "  # noqa: S608 - own
        "FROM range(?) AS drawn(visit) JOIN devices ON number = hash(visit) % ?",
        [VISITS, DEVICES],
    )


def _literal(value: Any) -> str:
    if isinstance(value, str):
        return f"'{value}'"
    return "NULL" if value is None else json.dumps(value)
