"""Tables of visits: what a row says, and one sentence for each way to get one wrong."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tabfit.cli import command_line
from tabfit.errors import UnreadableVisits
from tabfit.population.visits import csv_visits, parquet_visits
from tabfit.population.visits.visit_classes import VisitClass

GOOD = b"platform,browser,webgpu,webgpu_shader_f16,cores,country,visits\n"

#: A malformed file, and what its sentence names: the row, the column and what is accepted.
MALFORMED = {
    "nothing in it": (b"", ("row 1", "'1'", "names the columns")),
    "an unknown column": (b"platform,colour\nios,red\n", ("row 1", "'colour'", "webgpu_vendor")),
    "a column twice": (b"platform,platform\nios,ios\n", ("row 1", "'platform'", "once")),
    "semicolons": (b"platform;browser\nios;safari\n", ("row 1", "'platform;browser'", "browser")),
    "no visits": (b"platform,browser\n", ("row 2", "'platform'", "no visits")),
    "an unknown platform": (b"platform\nios\nbeos\n", ("row 3", "'platform'", "android")),
    "a word for a number": (b"platform,cores\nios,many\n", ("row 2", "'cores'", "whole number")),
    "a number for a truth": (b"wasm_jspi\ntrue\n1\n", ("row 3", "'wasm_jspi'", "true, false")),
    "an answer nobody gives": (b"webgpu\nyes\n", ("row 2", "'webgpu'", "adapter, refused")),
    "a cell too few": (b"platform,browser\nios\n", ("row 2", "'browser'", "left empty")),
    "a cell too many": (b"platform\nios\nios,safari\n", ("row 3", "'2'", "first row names")),
    "a country in full": (b"platform,country\nios,Peru\n", ("row 2", "'country'", "DE")),
    "half a visit": (b"platform,visits\nios,0.5\n", ("row 2", "'visits'", "whole number")),
    "not UTF-8": (b"platform,webgpu_vendor\nios,\xff\n", ("row 2", "'webgpu_vendor'", "UTF-8")),
    "an open quotation mark": (b'platform,browser\nios,"safari\n', ("row 2", "'platform'", "4180")),
    "less than none": (b"storage_quota_bytes\n-5\n", ("row 2", "'storage_quota_bytes'", "2^50")),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_a_malformed_file_is_one_sentence(
    case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It names the row, the column and what is accepted; nothing else is printed, and exit is 2."""
    content, named = MALFORMED[case]
    file = tmp_path / "visits.csv"
    file.write_bytes(content)
    assert command_line.main(["coverage", "distilbert", str(file)]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    assert all(each in printed.err for each in named), printed.err


def told(visits: tuple[VisitClass, ...]) -> set[tuple[str | None, str | None, str, int]]:
    """Return what classes say."""
    return {
        (each.device.platform, each.device.browser, each.country, each.count) for each in visits
    }


def test_rows_that_say_the_same_are_one_class() -> None:
    """Case and order of rows do not matter, `visits` counts, and a row of none is left out."""
    rows = (
        b"iOS,safari,,,6,pe,2\n",
        b"ios,Safari,,,6,PE,3\n",
        b"\n",
        b"android,chrome,adapter,true,8,,1\n",
        b"android,chrome,refused,,8,,0\n",
    )
    found = csv_visits.read((b"\xef\xbb\xbf" + GOOD, *rows))
    assert told(found) == {("ios", "safari", "PE", 5), ("android", "chrome", "", 1)}
    adapter = found[1].device.adapter
    assert adapter is not None
    assert adapter.shader_f16 is True


def test_parquet_says_what_csv_does(tmp_path: Path) -> None:
    """The same table as Parquet, with columns of DuckDB's types, gives the same classes."""
    rows = GOOD + b"ios,safari,,,6,PE,2\nandroid,chrome,adapter,true,8,,1\nios,safari,,,6,PE,1\n"
    (tmp_path / "visits.csv").write_bytes(rows)
    file = tmp_path / "visits.parquet"
    duckdb.sql(f"COPY (FROM '{tmp_path}/visits.csv') TO '{file}'")
    assert set(parquet_visits.read(file)) == set(csv_visits.read(rows.splitlines(keepends=True)))


#: What a file of Parquet, whose columns are texts, can get wrong as one of CSV can.
ALSO_IN_PARQUET = (
    *("an unknown column", "no visits", "an unknown platform", "a word for a number"),
    *("a number for a truth", "an answer nobody gives", "a country in full", "half a visit"),
    "less than none",
)


@pytest.mark.parametrize("case", ALSO_IN_PARQUET)
def test_malformed_parquet_is_the_same_sentence(case: str, tmp_path: Path) -> None:
    """It says of Parquet what it says of CSV: the same row, the same column, the same words."""
    content, _named = MALFORMED[case]
    made, file = tmp_path / "visits.csv", tmp_path / "visits.parquet"
    made.write_bytes(content)
    duckdb.read_csv(str(made), header=True, all_varchar=True, sep=",").write_parquet(str(file))
    with pytest.raises(UnreadableVisits) as of_csv:
        csv_visits.read(content.splitlines(keepends=True))
    with pytest.raises(UnreadableVisits) as of_parquet:
        parquet_visits.read(file)
    assert str(of_parquet.value) == str(of_csv.value)


def test_wrong_parquet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A cell that no device has names its row and column; what is no Parquet says so."""
    file = tmp_path / "visits.parquet"
    duckdb.sql(f"COPY (SELECT 'ios' AS platform UNION ALL SELECT 'beos') TO '{file}'")
    with pytest.raises(UnreadableVisits, match="row 3, column 'platform' is 'beos'"):
        parquet_visits.read(file)
    file.write_bytes(b"no parquet")
    assert command_line.main(["coverage", "distilbert", str(file)]) == 2
    assert "a Parquet file is accepted" in capsys.readouterr().err
    assert command_line.main(["coverage", "distilbert", str(tmp_path / "none.parquet")]) == 2
    assert "No such file" in capsys.readouterr().err


def test_parquet_without_duckdb(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without the extra, one sentence says which it is."""
    (tmp_path / "visits.parquet").write_bytes(b"")
    monkeypatch.setitem(__import__("sys").modules, "duckdb", None)
    assert command_line.main(["coverage", "distilbert", str(tmp_path / "visits.parquet")]) == 2
    assert "pip install 'tabfit[data]'" in capsys.readouterr().err
