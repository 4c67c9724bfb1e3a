"""How cost grows: with the catalogue, with contexts, with the size of a file, with visits.

Each figure is the least of a few runs, in CPython, of one thread the processor's time: what is of
interest is how one figure of a row stands to another.
"""

from __future__ import annotations

import json
import struct
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import duckdb
import numpy as np

from tabfit.catalog import Catalog
from tabfit.catalog.reader import text_of
from tabfit.compare.catalog_requirements import CatalogRequirements, joined_models
from tabfit.compare.comparisons import compare
from tabfit.compare.run_requirements import requirements_of_precision
from tabfit.compare.verdict_grid import judge_table, requirements_table
from tabfit.devices.device import Device
from tabfit.estimate.answers import place
from tabfit.estimate.subjects import subject
from tabfit.gate.rules.device_signals import NUMBERS, SIGNALS, TRUTH, WORDS, flat
from tabfit.light_dataclass import replace
from tabfit.population.coverage.class_coverage import Population
from tabfit.population.coverage.model_coverage import coverage_of
from tabfit.population.visits import sample
from tabfit.units import Tokens
from tools.dist.paths import DIST, ROOT

CATALOGUES = (1, 2, 5, 10)
CONTEXTS = (8, 32, 128)
SIZES = (10**8, 10**9, 10**10)  # bytes of a file
VISITS = (10**5, 10**6, 10**7, 10**8)
TABLE = 10**6  # rows of the largest table that is made
TIMES = 3
DEVICE = "pixel-8-pro"
SPARK = ROOT / ".spark" / "bin" / "python"
WAY = ("llama-3.2-1b", "webllm", "q4f16_1")
TENSORS = 300  # of the made-up file, as many as a large model has


def least(
    act: Callable[[], object], times: int = TIMES, clock: Callable[[], float] = time.perf_counter
) -> float:
    """Return the milliseconds of the quickest of some runs, by a clock that tells seconds."""
    taken = []
    for _ in range(times):
        began = clock()
        act()
        taken.append(1000 * (clock() - began))
    return min(taken)


def catalogues() -> dict[int, float]:
    """Return what it takes to read a catalogue so many times as large and judge all of it."""
    (wheel,) = (DIST / "code").glob("*/app-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        lines = json.loads(archive.read("app/catalog_requirements.json"))
    rows = json.loads(text_of("model"))["rows"]
    return {times: _judged(rows, lines, times) for times in CATALOGUES}


def _judged(rows: list[dict[str, object]], lines: dict[str, object], times: int) -> float:
    copies = [f"-copy-{each}" for each in range(times - 1)]
    text = joined_models(
        f"{json.dumps(name + end)}:{json.dumps(line)}"
        for end in ("", *copies)
        for name, line in lines.items()
    )
    more = [_renamed(row, end) for end in copies for row in rows]

    def judged() -> None:
        catalog = Catalog().extended(models=more)
        compare(catalog, place(DEVICE, Device(), catalog), CatalogRequirements(catalog, text))

    return least(judged, clock=time.process_time)


def _renamed(row: dict[str, object], end: str) -> dict[str, object]:
    return {**row, "id": f"{row['id']}{end}", "name": f"{row['name']}{end}", "aliases": []}


def contexts() -> dict[int, float]:
    """Return what it takes to judge one way to run a model at so many contexts, as arrays."""
    catalog = Catalog()
    about, facts = subject(WAY[0], catalog), catalog.runtime(WAY[1])
    device = place(DEVICE, Device(), catalog)
    found = {}
    for count in CONTEXTS:
        asked = [Tokens(1024 * (1 + each)) for each in range(count)]
        table = requirements_table(requirements_of_precision(about, facts, WAY[2], asked), asked)
        found[count] = least(partial(judge_table, table, device, catalog), clock=time.process_time)
    return found


def headers() -> dict[int, float]:
    """Return what `tabfit inspect` takes for a file of so many bytes, of which most are holes."""
    with tempfile.TemporaryDirectory() as folder:
        return {size: _inspected(Path(folder) / f"{size}.safetensors", size) for size in SIZES}


def _inspected(path: Path, size: int) -> float:
    each = (size // TENSORS) // 2048 * 2048
    header = {
        f"model.layers.{at}.weight": {
            "dtype": "F16",
            "shape": [each // 2048, 1024],
            "data_offsets": [at * each, (at + 1) * each],
        }
        for at in range(TENSORS)
    }
    text = json.dumps(header).encode()
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        file.truncate(8 + len(text) + TENSORS * each)
    command = [sys.executable, "-m", "tabfit", "inspect", str(path), "--json"]
    taken = least(lambda: subprocess.run(command, check=True, capture_output=True, cwd=ROOT), 3)
    path.unlink()
    return taken


def visits(counts: Sequence[int] = VISITS) -> dict[str, dict[int, float]]:
    """Return how many visits a second are judged, by the query in DuckDB and by numpy.

    By the same query in PySpark too, where `make test-spark` has installed it.
    """
    told = _query()
    spark = {"PySpark": {TABLE: _in_spark()}} if SPARK.exists() and TABLE in counts else {}
    return {
        "DuckDB": {count: _a_second(count, _queried(count, told)) for count in counts},
        "numpy": {count: _a_second(count, _counted(count)) for count in counts},
        **spark,
    }


def _a_second(count: int, act: Callable[[], object]) -> float:
    return 1000 * count / least(act, 3 if count < 10**7 else 1)


def _in_spark() -> float:
    """Return how many visits of a million PySpark judges a second, each as DuckDB judges it."""
    database, query = _visits(TABLE), _query()
    with tempfile.TemporaryDirectory() as folder:
        names = [f"{folder}/{name}" for name in ("visits.parquet", "expected.csv", "gate.sql")]
        database.execute(f"COPY visits TO '{names[0]}' (FORMAT PARQUET)")
        judged = query.replace("FROM visits", "FROM devices")
        database.execute(
            f"COPY (SELECT number, outcome, probability FROM ({judged})) "  # noqa: S608 - our own
            f"TO '{names[1]}' (HEADER false)"
        )
        Path(names[2]).write_text(_query("--dialect", "spark"), encoding="utf-8")
        command = [str(SPARK), str(ROOT / "tools" / "spark_visits.py"), *names]
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    alike, seconds = said.splitlines()
    if alike != f"{TABLE} judged, 0 otherwise":
        raise ValueError(alike)
    return TABLE / float(seconds.split()[0])


def _query(*more: str) -> str:
    """Return the query that `tabfit gate` writes."""
    words = ["gate", WAY[0], "--runtime", WAY[1], "--as", "sql", *more]
    command = [sys.executable, "-m", "tabfit", *words]
    return subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout


def _queried(count: int, query: str) -> Callable[[], object]:
    """Return what asks DuckDB for the outcomes of visits.

    A table of more than a million is that many times a table of one million.
    """
    database = _visits(min(count, TABLE))
    database.execute(f"PREPARE asked AS SELECT outcome, COUNT(*) FROM ({query}) GROUP BY outcome")  # noqa: S608
    times = max(1, count // TABLE)
    return lambda: [database.execute("EXECUTE asked").fetchall() for _ in range(times)]


def _visits(count: int) -> duckdb.DuckDBPyConnection:
    """Return a database of visits, each by one of the sample's devices, whose number it has."""
    database = duckdb.connect()
    database.execute("SET enable_progress_bar = false")
    columns = ", ".join(f"{name} {_kind(name)}" for name in SIGNALS)
    database.execute(f"CREATE TABLE devices (number BIGINT, {columns})")
    kinds = [flat(each.device) for each in sample.read()]
    rows = [(number, *map(told.get, SIGNALS)) for number, told in enumerate(kinds)]
    places = ", ".join("?" for _ in range(len(SIGNALS) + 1))
    database.executemany(f"INSERT INTO devices VALUES ({places})", rows)  # noqa: S608 - our own
    database.execute(
        f"CREATE TABLE visits AS SELECT devices.* FROM range({count}) AS drawn (visit) "  # noqa: S608
        f"JOIN devices ON number = visit % {len(rows)}"
    )
    return database


def _kind(column: str) -> str:
    """Return the type of a column in DuckDB."""
    if column in NUMBERS:
        return "BIGINT"
    if column == "device_memory":
        return "DOUBLE"
    return "BOOLEAN" if WORDS[column] == TRUTH else "VARCHAR"


def _counted(count: int) -> Callable[[], object]:
    """Return what counts visits by kind with numpy and judges each kind once."""
    catalog = Catalog()
    about, facts = subject(WAY[0], catalog), catalog.runtime(WAY[1])
    kinds = sample.read()
    drawn = (np.arange(count, dtype=np.int64) % len(kinds)).astype(np.int16)

    def counted() -> None:
        counts = np.bincount(drawn, minlength=len(kinds))
        told = [replace(each, count=int(many)) for each, many in zip(kinds, counts, strict=True)]
        coverage_of(about, facts, WAY[2], Population(told))

    return counted
