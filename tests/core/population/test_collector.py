"""The collector of the how-to: the table's own columns, nothing more, and only after a yes."""

from __future__ import annotations

import csv
import json
import subprocess
from io import StringIO
from pathlib import Path
from typing import Any

from tabfit.devices.device import read
from tabfit.gate.rules.device_signals import flat
from tabfit.population.visits import csv_visits, sample
from tabfit.population.visits.columns import COLUMNS
from tabfit.units import GIB
from tests.core.gate.generated_devices import devices

COLLECTOR = Path(sample.__file__ or "").with_name("collector.mjs")
ROWS = """import { readFileSync } from "node:fs";
const { row, collect } = await import(process.argv[1]);
console.log(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(row)));"""
REFUSED = """const { collect } = await import(process.argv[1]);
globalThis.sessionStorage = { getItem: () => null, setItem: () => { throw Error("kept"); } };
const navigator = { sendBeacon: () => { throw Error("sent"); } };
Object.defineProperty(globalThis, "navigator", { value: navigator });
await collect("/visits", false); await collect("/visits"); console.log("nothing");"""


def node(program: str, given: str = "") -> str:
    """Return what a program prints that is told where the collector lies."""
    command = ["node", "--input-type=module", "-e", program, str(COLLECTOR)]
    done = subprocess.run(command, input=given, check=True, capture_output=True, text=True)
    return done.stdout


def told(device: dict[str, Any]) -> dict[str, Any]:
    """Return the row that a device should give: no browser tells installed memory or usage."""
    row = flat(read(device))
    for name in ("ram_bytes", "vram_bytes", "storage_usage_bytes"):
        row.pop(name, None)
    quota = row.get("storage_quota_bytes", 0)
    if quota > GIB:
        row["storage_quota_bytes"] = quota - quota % GIB
    return row


def test_rows_are_those_of_the_device_contract() -> None:
    """Of 500 devices made by chance each row is what Python flattens, and a table of visits."""
    made = devices(500, seed=12)
    rows = json.loads(node(ROWS, json.dumps(made)))
    for row, device in zip(rows, made, strict=True):
        same = {name: each.lower() if isinstance(each, str) else each for name, each in row.items()}
        assert {name: each for name, each in same.items() if each != ""} == told(device)
    text = StringIO()
    table = csv.DictWriter(text, COLUMNS[:-1])  # each row is one visit
    table.writeheader()
    table.writerows(rows)
    read_again = csv_visits.read(text.getvalue().encode().splitlines(keepends=True))
    assert sum(each.count for each in read_again) == len(made)


def test_without_a_yes_nothing_is_sent_or_kept() -> None:
    """Neither a no nor no answer sends anything."""
    assert node(REFUSED).strip() == "nothing"
