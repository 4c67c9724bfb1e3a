"""Visits as arrays: the shares of one by one, in classes, and wrong tables told alike."""

from __future__ import annotations

import csv
from io import StringIO
from typing import Any

import pytest

from tabfit.catalog import Catalog
from tabfit.devices.device import read
from tabfit.errors import UnreadableVisits
from tabfit.estimate.subjects import subject
from tabfit.gate.many_devices import device_classes
from tabfit.gate.rules import rules_from_json, rules_json
from tabfit.gate.rules.device_signals import flat
from tabfit.population.coverage import many_visits, model_coverage
from tabfit.population.coverage.class_coverage import Coverage, Population, Tally
from tabfit.population.visits import csv_lines, csv_visits, sample, table_cells, visit_columns
from tabfit.population.visits.columns import COLUMNS
from tabfit.population.visits.visit_classes import DistinctRow
from tests.core.gate.generated_devices import devices
from tests.core.population.test_visits import MALFORMED

CATALOG = Catalog()
WAY = ("distilbert", "transformersjs-wasm", "q8")


def gathered(content: bytes, piece: int = 7, cuts: Any = None) -> many_visits.ManyVisits:
    """Return the visits of a file that is read in pieces of so many bytes."""
    lines = csv_lines.CountedLines(by_column=True)
    for at in range(0, len(content), piece):
        lines.take(content[at : at + piece])
    return many_visits.ManyVisits(visit_columns.read(lines.cells()), cuts)


def covered(population: Any) -> Coverage:
    """Return what the way comes to."""
    model, runtime, precision = WAY
    about = subject(model, CATALOG)
    return model_coverage.coverage_of(about, CATALOG.runtime(runtime), precision, population)


def figures(tally: Tally) -> tuple[Any, ...]:
    """Return a tally's counts and its chances, as far as sums in another order agree."""
    return {**tally.counts}, round(tally.chances, 6)


def assert_alike(many: Coverage, one_by_one: Coverage) -> None:
    """Assert that two ways of counting say the same."""
    assert figures(many.all) == figures(one_by_one.all)
    for name, parts in one_by_one.by.items():
        assert {w: figures(t) for w, t in many.by[name].items()} == {
            w: figures(t) for w, t in parts.items()
        }


def visits(count: int) -> bytes:
    """Return a table of devices made by chance, with a country and how often each came."""
    text = StringIO()
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    for at, each in enumerate(devices(count, seed=31)):
        writer.writerow({**flat(read(each)), "country": ("DE", "", "PE")[at % 3], "visits": at % 5})
    return text.getvalue().encode()


def test_arrays_say_what_one_by_one_does() -> None:
    """Of 500 devices with weights and countries every share is the same, in classes or not."""
    content = visits(500)
    lines = content.splitlines(keepends=True)
    one_by_one = covered(Population(csv_visits.read(lines)))
    assert len(one_by_one.by["country"]) == 3
    assert_alike(covered(gathered(content, 999)), one_by_one)


def test_the_sample_in_classes() -> None:
    """With the rules' cuts visits collapse into fewer classes, and no share moves."""
    demands = {WAY[1]: dict[str, bool]()}
    rules = rules_from_json.WrittenRules(rules_json.as_json(demands, CATALOG))
    cuts = device_classes.cuts_of(rules.trees())
    found = many_visits.ManyVisits(visit_columns.read(sample.lines().cells()), cuts)
    assert found.classes < len(sample.read()) / 4
    assert found.total == sum(each.count for each in sample.read())
    assert_alike(covered(found), covered(Population(sample.read())))


@pytest.mark.parametrize("case", MALFORMED)
def test_wrong_tables_are_told_alike(case: str) -> None:
    """A malformed file has the command line's own sentence, whichever way it is read."""
    content = MALFORMED[case][0]
    with pytest.raises(UnreadableVisits) as told:
        csv_visits.read(content.splitlines(keepends=True))
    with pytest.raises(UnreadableVisits) as arrays:
        gathered(content)
    assert str(arrays.value) == str(told.value)


def test_the_first_wrong_row_is_named() -> None:
    """Of several mistakes the one that stands first is told, whatever the order of columns."""
    content = b"cores,platform\n8,ios\n8,beos\nmany,ios\n"
    with pytest.raises(UnreadableVisits, match="row 3, column 'platform'"):
        gathered(content)


def test_rows_of_a_database_are_read_as_texts_are() -> None:
    """Rows whose cells are numbers and truths, as Parquet has them, come to the same shares."""
    names = ["platform", "webgpu", "webgpu_shader_f16", "storage_quota_bytes", "visits"]
    rows = [
        ("android", "adapter", True, 2**33 + 1, 2),
        ("ios", None, None, None, 1),
        ("windows", "refused", False, 5, 3),
    ]
    told = [
        DistinctRow(cells=(*row[:-1], None), row=at + 2, count=row[-1])
        for at, row in enumerate(rows)
    ]
    text = "\n".join([",".join(names), *(_line(row) for row in rows)]).encode()
    found = many_visits.ManyVisits(visit_columns.read(table_cells.of_rows(names, told)))
    assert_alike(covered(found), covered(gathered(text)))


def _line(row: tuple[Any, ...]) -> str:
    return ",".join("" if cell is None else str(cell) for cell in row)


@pytest.mark.parametrize("wrong", ["-5", "x", "1.5", "9" * 20, "1e5", "nan", "\u00b2"])
def test_a_wrong_number_among_many_is_named(wrong: str) -> None:
    """Numbers are read by the column; the row of one that is none, or beyond its bounds, too."""
    lines = [
        "platform,storage_quota_bytes",
        *(f"ios,{at}" for at in range(3000)),
        f"ios,{wrong}",
        "ios,7",
    ]
    content = "\n".join(lines).encode()
    with pytest.raises(UnreadableVisits, match="row 3002, column 'storage_quota_bytes'") as arrays:
        gathered(content, 10_000)
    with pytest.raises(UnreadableVisits) as told:
        csv_visits.read(content.splitlines(keepends=True))
    assert str(arrays.value) == str(told.value)


def test_lines_that_differ_are_taken_apart_as_they_come(monkeypatch: pytest.MonkeyPatch) -> None:
    """No share moves where few lines repeat, nor where those that do are made one on the way."""
    head, *lines = visits(200).splitlines(keepends=True)
    odd = b'"ios"' + b"," * (len(COLUMNS) - 1) + b"3\r\n"  # not plain, and another each time
    content = head + b"".join([*lines, odd, b"\n", *reversed(lines), *lines, odd])
    one_by_one = Population(csv_visits.read(content.splitlines(keepends=True)))
    monkeypatch.setattr(csv_lines, "MANY", 20)
    monkeypatch.setattr(csv_lines, "MOST_LINES", 202)
    found = gathered(content, 2_500)
    assert (found.total, found.differ) == (one_by_one.total, len({*lines, odd}))
    assert_alike(covered(found), covered(one_by_one))


def test_lines_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file without line breaks, and one of too many rows that differ, are refused."""
    lines = csv_lines.CountedLines()
    with pytest.raises(UnreadableVisits, match="row 1, column '1' is on a line longer than 65,536"):
        lines.take(b"x" * 70_000)
    monkeypatch.setattr(csv_lines, "MOST_LINES", 2)
    with pytest.raises(UnreadableVisits, match="row 5, column 'cores' is beyond 2 rows"):
        csv_lines.CountedLines().take(b"cores\n1\n2\n3\n4\n")
    monkeypatch.setattr(csv_lines, "MANY", 1)
    with pytest.raises(UnreadableVisits, match="row 6, column 'cores' is beyond 2 rows"):
        gathered(b"cores\n1\n2\n1\n2\n3", 4)
