"""A million visits made by chance in DuckDB, each by one of a thousand devices."""

from __future__ import annotations

import json
from typing import Any

import duckdb

from tabfit.devices.device import read
from tabfit.gate.rules.device_signals import NUMBERS, SIGNALS, TRUTH, WORDS, flat
from tests.core.gate.generated_devices import devices

DEVICES, VISITS = 1_000, 1_000_000


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
    made.execute(
        "CREATE TABLE visits AS SELECT devices.* FROM range(?) AS drawn(visit) "
        "JOIN devices ON number = hash(visit) % ?",
        [VISITS, DEVICES],
    )
    return made


def _literal(value: Any) -> str:
    if isinstance(value, str):
        return f"'{value}'"
    return "NULL" if value is None else json.dumps(value)
