"""Gates as SQL say what the estimator says, in DuckDB, and are written in other dialects."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
import sqlglot

from tabfit.catalog import Catalog
from tabfit.cli import command_line
from tabfit.devices.device import read
from tabfit.gate.many_devices.alike_devices import AlikeDevices
from tabfit.gate.many_devices.device_classes import cuts_of
from tabfit.gate.many_devices.vectorized_verdicts import Columns
from tabfit.gate.rules.device_signals import SIGNALS, flat, read_flat
from tabfit.verdict.decide import WITHOUT_CHANCE
from tabfit.verdict.probability import OUTCOMES
from tests.core.gate import synthetic_visits
from tests.core.gate.generated_devices import estimator
from tests.core.gate.synthetic_visits import DEVICES, DRAWN, VISITS, visitors
from tests.core.gate.test_alike_devices import trees
from tests.core.gate.test_many_devices import columns_of, surveys

CATALOG = Catalog()
#: Ways, and how many visits each is judged for.
WAYS = (
    ("llama-3.2-1b", "webllm", "q4f16_1", 20_000),
    ("distilbert", "transformersjs-wasm", "q8", 20_000),
    ("llama-3.1-8b", "wllama-webgpu", "q4_k_m", 20_000),
    ("gemini-nano", "prompt-api", "builtin", 20_000),
)


@pytest.fixture(scope="module")
def table() -> duckdb.DuckDBPyConnection:
    """Return a database of visits."""
    return synthetic_visits.database()


@pytest.mark.parametrize("way", WAYS, ids=lambda way: "-".join(way[:3]))
def test_duckdb(
    way: tuple[str, str, str, int],
    table: duckdb.DuckDBPyConnection,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Of thousands of visits by a thousand devices none comes out otherwise, word or chance."""
    model, runtime, precision, number = way
    chosen = ["--runtime", runtime, "--precision", precision, "--as", "sql"]
    assert command_line.main(["gate", model, *chosen]) == 0
    query = capsys.readouterr().out
    assert query.count("FROM visits") == 1
    query = query.replace("FROM visits", f"FROM (FROM visits LIMIT {number})")
    estimated = estimator(model, runtime, precision, None, CATALOG)
    expected = [estimated(read(each)) for each in visitors()]
    found = table.execute(
        "SELECT number, outcome, probability, COUNT(*) "  # noqa: S608 - the gate's own query
        f"FROM ({query}) GROUP BY ALL"
    ).fetchall()
    assert sum(count for *_said, count in found) == number
    assert len({outcome for outcome, _chance in expected}) > 2
    assert {device for device, *_said in found} == set(range(DEVICES))
    otherwise = [each for each in found if (each[1], each[2]) != expected[each[0]]]
    assert not otherwise


def test_a_million_different_visits(
    table: duckdb.DuckDBPyConnection, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of a million, each with numbers of its own, none comes out otherwise than as arrays.

    Those are held to the estimator by tests of their own, and here a thousand of the visits.
    """
    way = WAYS[0][:3]
    command = ["gate", way[0], "--runtime", way[1], "--precision", way[2], "--as", "sql"]
    assert command_line.main(command) == 0
    query = capsys.readouterr().out.replace("FROM visits", "FROM different")
    names = ", ".join(DRAWN)
    table.execute(f"CREATE TEMP TABLE said AS {query}")
    said = table.execute(
        f"SELECT number, list_position(?, outcome) - 1 AS place, probability, {names} "  # noqa: S608
        "FROM said ORDER BY visit",
        [[each.value for each in OUTCOMES]],
    ).fetchnumpy()
    alike = AlikeDevices(_columns(said), cuts_of(trees(way)))
    found, _rows, of = alike.judged(surveys(*way), 0, CATALOG.runtime(way[1]))
    unsaid = np.isin(found.places, [OUTCOMES.index(each) for each in WITHOUT_CHANCE])
    chances = np.where(unsaid, -1.0, found.chances)[of]
    assert len(of) == VISITS
    assert np.array_equal(said["place"], found.places[of])
    assert np.array_equal(np.ma.filled(said["probability"], -1.0), chances)
    estimated = estimator(*way, None, CATALOG)
    some = table.execute(
        f"SELECT outcome, probability, {', '.join(SIGNALS)} FROM said WHERE visit % 1000 = 7"  # noqa: S608
    ).fetchall()
    assert len(some) == VISITS // 1000
    for outcome, probability, *told in some:
        device = read_flat(dict(zip(SIGNALS, told, strict=True)))
        assert (outcome, probability) == estimated(device)


def _columns(said: dict[str, Any]) -> Columns:
    """Return the signals of visits: words of their device, numbers of their own."""
    kinds = columns_of([flat(read(each)) for each in visitors()])
    at = said["number"]
    words = {name: each._replace(codes=each.codes[at]) for name, each in kinds.words.items()}
    numbers = {name: np.ma.filled(said[name].astype(float), np.nan) for name in DRAWN}
    return Columns(len(at), words, numbers)


def test_join_with_classes(
    table: duckdb.DuckDBPyConnection, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A join with the table of their classes says the same of a million visits, none left out."""
    visits, classes = tmp_path / "visits.csv", tmp_path / "classes.csv"
    table.sql("SELECT * EXCLUDE (number) FROM devices").write_csv(str(visits))
    words = ["gate", "llama-3.2-1b", "--runtime", "webllm", "--precision", "q4f16_1", "--as"]
    assert command_line.main([*words, "classes", "--visits", str(visits)]) == 0
    classes.write_text(capsys.readouterr().out)
    assert command_line.main([*words, "join"]) == 0
    query = capsys.readouterr().out
    types = "{'visit_class': 'VARCHAR', 'outcome': 'VARCHAR', 'probability': 'DOUBLE'}"
    told = f"FROM read_csv('{classes}', columns={types}, header=true)"
    table.execute(f"CREATE TABLE classes AS {told}")
    found = table.execute(
        "SELECT number, outcome, probability, COUNT(*) "  # noqa: S608 - the gate's own query
        f"FROM ({query}) GROUP BY ALL"
    ).fetchall()
    estimated = estimator("llama-3.2-1b", "webllm", "q4f16_1", None, CATALOG)
    expected = [estimated(read(each)) for each in visitors()]
    assert sum(count for *_said, count in found) == VISITS
    assert not [each for each in found if (each[1], each[2]) != expected[each[0]]]


def test_classes_as_statements(capsys: pytest.CaptureFixture[str]) -> None:
    """Where no file can be loaded, statements make the same table of classes, in any dialect."""
    words = ["gate", "llama-3.2-1b", "--runtime", "webllm", "--as"]
    assert command_line.main([*words, "classes"]) == 0
    _names, *listed = csv.reader(io.StringIO(capsys.readouterr().out))
    for dialect in ("duckdb", "postgres", "snowflake"):
        assert command_line.main([*words, "inserts", "--dialect", dialect]) == 0
        made = duckdb.connect()
        for each in sqlglot.transpile(capsys.readouterr().out, read=dialect, write="duckdb"):
            made.execute(each)
        assert made.execute("FROM classes").fetchall() == [
            (key, outcome, float(chance) if chance else None) for key, outcome, chance in listed
        ]


@pytest.mark.parametrize("form", ["sql", "join"])
@pytest.mark.parametrize("dialect", ["bigquery", "spark", "postgres", "snowflake"])
def test_dialect(dialect: str, form: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A query is written in other dialects, which read it again."""
    assert command_line.main(["gate", "distilbert", "--as", form, "--dialect", dialect]) == 0
    query = capsys.readouterr().out
    assert sqlglot.parse_one(query, read=dialect).find(sqlglot.exp.Case)


def test_unknown_dialect(capsys: pytest.CaptureFixture[str]) -> None:
    """A dialect that nobody knows is named in one sentence."""
    assert command_line.main(["gate", "distilbert", "--as", "sql", "--dialect", "klingon"]) == 2
    assert "klingon" in capsys.readouterr().err
