"""Gates as SQL say what the estimator says, in DuckDB, and are written in other dialects."""

from __future__ import annotations

from random import Random
from typing import Any

import duckdb
import pytest
import sqlglot

from tabfit.catalog import Catalog
from tabfit.cli import commands
from tabfit.devices.device import read
from tabfit.estimate.answers import answer
from tabfit.estimate.scenario import Scenario
from tabfit.gate.signals import NUMBERS, SIGNALS, TRUTH, WORDS, flat
from tests.core.gate.generated_devices import devices

CATALOG = Catalog()
WAYS = (
    ("distilbert", "transformersjs-wasm", "q8"),
    ("llama-3.2-1b", "webllm", "q4f16_1"),
    ("gemini-nano", "prompt-api", "builtin"),
)
VISITS = 100_000


def visitors() -> list[dict[str, Any]]:
    """Return devices as browsers tell them; nobody said what memory is installed."""
    made = devices(1_000, seed=9)
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


@pytest.fixture(scope="module")
def table() -> duckdb.DuckDBPyConnection:
    """Return a database of visits, each by one of a thousand devices."""
    database = duckdb.connect()
    columns = ", ".join(f"{name} {kind(name)}" for name in SIGNALS)
    database.execute(f"CREATE TABLE devices (number INTEGER, {columns})")
    places = ", ".join("?" for _ in SIGNALS)
    for number, each in enumerate(visitors()):
        told = flat(read(each))
        row = [number, *(told.get(name) for name in SIGNALS)]
        database.execute(f"INSERT INTO devices VALUES (?, {places})", row)  # noqa: S608
    chance = Random(5)  # noqa: S311 - nothing is kept secret by it
    drawn = ", ".join(str(chance.randrange(1_000)) for _ in range(VISITS))
    database.execute(f"CREATE TABLE drawn AS SELECT UNNEST([{drawn}]) AS number")
    database.execute("CREATE TABLE visits AS SELECT * FROM drawn JOIN devices USING (number)")
    return database


@pytest.mark.parametrize("way", WAYS, ids=lambda way: "-".join(way))
def test_duckdb(
    way: tuple[str, str, str],
    table: duckdb.DuckDBPyConnection,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Of 100,000 visits none comes out otherwise, word or chance."""
    model, runtime, precision = way
    chosen = ["--runtime", runtime, "--precision", precision, "--as", "sql"]
    assert commands.main(["gate", model, *chosen]) == 0
    query = capsys.readouterr().out
    asked = Scenario(model=model, runtime=runtime, precision=precision)
    said = [answer(asked, CATALOG, read(each)).verdict for each in visitors()]
    rows = table.execute(f"SELECT number, outcome, probability FROM ({query})").fetchall()  # noqa: S608
    assert len(rows) == VISITS
    expected = [(each.outcome.value, each.probability) for each in said]
    assert sum((outcome, chance) != expected[number] for number, outcome, chance in rows) == 0


@pytest.mark.parametrize("dialect", ["bigquery", "spark", "postgres", "snowflake"])
def test_dialect(dialect: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A query is written in other dialects, which read it again."""
    assert commands.main(["gate", "distilbert", "--as", "sql", "--dialect", dialect]) == 0
    query = capsys.readouterr().out
    assert sqlglot.parse_one(query, read=dialect).find(sqlglot.exp.Case)


def test_unknown_dialect(capsys: pytest.CaptureFixture[str]) -> None:
    """A dialect that nobody knows is named in one sentence."""
    assert commands.main(["gate", "distilbert", "--as", "sql", "--dialect", "klingon"]) == 2
    assert "klingon" in capsys.readouterr().err
