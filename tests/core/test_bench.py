"""The bench writes what it recorded: every figure in its row, and whether a limit holds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from urllib.request import urlopen

import pytest

from tools.bench.changes import Spread
from tools.bench.compared_pages import BARE, PAGE
from tools.bench.document import written
from tools.bench.limits import claims
from tools.bench.records import Record, read
from tools.bench.records import written as kept
from tools.bench.slow_site import Link, SlowSite
from tools.bench.visits import Visit

ROOT = Path(__file__).resolve().parents[2]


def visit(
    page: str, ready: float, *, cold: bool = False, slow: bool = False, verdict: float = 0.0
) -> Visit:
    """Return a visit that took so many milliseconds."""
    return Visit(
        page=page,
        cold=cold,
        slow=slow,
        paint=90.0,
        verdict=verdict or ready,
        ready=ready,
        blocking=60.0 if slow else 0.0,
        shift=0.004,
        sent=7_000_000 if cold else 500,
        memory=150_000_000,
    )


RECORD = Record(
    date="2026-11-30",
    machine="2 × a processor, 8 GiB, Linux 6",
    browser="Chromium 156",
    visits=(
        *(visit(PAGE, ready, verdict=ready / 2) for ready in (500.0, 560.0, 9_000.0)),
        *(visit(BARE, ready) for ready in (790.0, 800.0, 810.0)),
        visit(PAGE, 9_100.0, cold=True, slow=True),
        visit(BARE, 7_000.0, cold=True, slow=True),
        visit(PAGE, 1_900.0, cold=True),
    ),
    changes={PAGE: {"whole": Spread(200, 20.0, 31.0), "python": Spread(200, 12.0, 15.5)}},
    growth={"catalogue": {1: 10.0, 10: 81.0}},
    rates={"DuckDB": {100_000: 2_500_000.0}},
    processes={"an empty interpreter": 10.0, "tabfit inspect": 45.0},
    both={"answer, again": (30.0, 10.0)},
)


def test_a_record_is_read_as_it_was_kept() -> None:
    """What a run found comes out of its file as it went in."""
    assert read(kept(RECORD)) == RECORD


def test_limits_are_judged_by_medians() -> None:
    """One slow visit of three changes nothing; what is beyond its limit does not hold."""
    found = {each.asked: (each.found, each.holds) for each in claims(RECORD)}

    assert found["first verdict, warm: at most 0.8 × bare Pyodide"] == (
        "0.35 × (280 and 800 ms)",
        True,
    )
    assert found["first verdict, cold and slow: at most 1.0 × bare Pyodide"] == (
        "1.30 × (9,100 and 7,000 ms)",
        False,
    )
    assert found["catalogue × 10: at most 10.0 × its time"] == ("8.1 × its time", True)


@pytest.mark.parametrize(("p95", "holds"), [(16.0, True), (16.1, False)])
def test_a_change_at_its_limit(p95: float, *, holds: bool) -> None:
    """A limit itself holds, a tenth beyond it does not."""
    changed = {PAGE: {"whole": Spread(200, 20.0, 31.0), "python": Spread(200, 12.0, p95)}}
    found = [each for each in claims(replace(RECORD, changes=changed)) if "p95" in each.asked]
    assert [each.holds for each in found] == [holds]


def test_the_document_has_every_part() -> None:
    """Each table has its rows, with what stands beside what."""
    text = written(RECORD)

    assert "Last run: 2026-11-30, Chromium 156, on 2 × a processor, 8 GiB, Linux 6." in text
    assert "| `/` | warm (3) | 90 | 280 | 0.35 | 560 | 0.70 | 0 | 0.004 | 500 | 150 |" in text
    assert "| first verdict, cold and slow: at most 1.0 × bare Pyodide |" in text
    assert "| **no** |" in text
    assert "| `/` | python | 200 | 12.0 | 15.5 |" in text
    assert "| catalogue | 10 | 81.0 | 8.10 |" in text
    assert "| DuckDB | 100,000 | 2,500,000 |" in text
    assert "from\nParquet. PySpark was not installed in this run (`make test-spark` does)." in text
    spark = replace(RECORD, rates={**RECORD.rates, "PySpark": {1_000_000: 900_000.0}})
    assert "from\nParquet.\n" in written(spark)
    assert "| tabfit inspect | 45 | 4.5 |" in text
    assert "| answer, again | 30.0 | 10.0 | 3.0 |" in text


def test_the_document_is_in_the_contents() -> None:
    """The document that the bench writes is found from the documentation's contents."""
    assert "performance.md" in (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    assert (ROOT / "docs" / "performance.md").is_file()


def test_a_slow_link_tells_what_went_over_it(tmp_path: Path) -> None:
    """Every answer is noted with its path, its status and all its bytes, whatever the pace."""
    (tmp_path / "a.txt").write_bytes(b"x" * 40_000)
    with SlowSite(tmp_path).running() as site:
        site.link = Link(rate=1e9, latency=0.001)
        with urlopen(f"{site.address}a.txt", timeout=10) as answer:
            assert len(answer.read()) == 40_000
    (asked,) = site.asked
    assert (asked.path, asked.status) == ("/a.txt", 200)
    assert 40_000 < asked.sent < 41_000
    assert site.bytes_before(asked.began) == asked.sent
    assert site.bytes_before(asked.began - 1) == 0
