"""What one run of the bench found, as it is kept in a file and written into the document."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tools.bench.changes import Spread
from tools.bench.visits import Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One run: when and where, and each part's figures, in ms, bytes or visits a second."""

    date: str
    machine: str
    browser: str
    visits: tuple[Visit, ...]
    changes: dict[str, dict[str, Spread]]
    growth: dict[str, dict[int, float]]  # by what grows: milliseconds by how much
    rates: dict[str, dict[int, float]]  # by who counts: visits a second by how many
    processes: dict[str, float]
    both: dict[str, tuple[float, float]] = field(default_factory=dict)


def written(record: Record) -> str:
    """Return it as JSON."""
    return json.dumps(asdict(record), indent=1) + "\n"


def read(text: str) -> Record:
    """Return the record of a text that `written` made."""
    told: dict[str, Any] = json.loads(text)
    spreads = {
        page: {name: Spread(**each) for name, each in parts.items()}
        for page, parts in told["changes"].items()
    }
    both = {name: (page, here) for name, (page, here) in told["both"].items()}
    return Record(
        **{name: told[name] for name in ("date", "machine", "browser", "processes")},
        visits=tuple(Visit(**each) for each in told["visits"]),
        changes=spreads,
        growth={name: _by_number(each) for name, each in told["growth"].items()},
        rates={name: _by_number(each) for name, each in told["rates"].items()},
        both=both,
    )


def _by_number(told: dict[str, float]) -> dict[int, float]:
    return {int(name): value for name, value in told.items()}


def today() -> str:
    """Return the date in UTC."""
    return datetime.now(UTC).date().isoformat()


def machine() -> str:
    """Return the machine in words: processors, memory, system, and what else it was doing."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    name = next((each for each in names if each != "unknown"), platform.machine())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    system = f"{platform.system()} {platform.release()}"
    load = f"load {os.getloadavg()[0]:.1f} when it began"
    return f"{os.cpu_count()} × {name}, {memory:.0f} GiB, {system}, {load}"
