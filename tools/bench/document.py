"""The document: what a record shows, as tables in Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from tools.accuracy.document import table
from tools.bench.compared_pages import BARE, HELLO, PAGE
from tools.bench.limits import claims, middle
from tools.bench.records import Record
from tools.bench.visits import Visit

NAMES = {BARE: "bare Pyodide, one line", HELLO: "PyScript's hello", PAGE: "`/`"}
KINDS = {
    (True, False): "cold",
    (False, False): "warm",
    (True, True): "cold, slow",
    (False, True): "warm, slow",
}
HEAD = """# How fast it is

`make bench` writes this page. It opens the site, built as it is published, in Chromium, from
a server on the same machine that serves brotli and the headers of `_headers`, and beside it, in
the same run and from the same files, what others start Python with. What counts are the ratios;
the milliseconds are one machine's.

- *First verdict*: the word for this device, its chance, the way to run the model and its download
  stand on the page, by rules that the estimator wrote at build time and a script walks
  (`static/first_verdict.js`; tests hold them to the estimator). *Whole answer*: Python's own, with
  its reasons, has taken their place. A bare page is as far as both when its line is there.
- *Cold* is a new profile of the browser; *warm* a later visit in it, with what the browser and the
  service worker kept. *Slow*: all processes of the browser run a quarter of the time; cold visits
  also come over 9 Mbit/s, each answer 150 ms late.
- *Blocking* is the longest task of the page's own thread (0: none took 50 ms). *Bytes* are the
  answers, as they went over the wire, to all that was asked before the whole answer. *Memory* is
  the tab's process (PSS).
"""
REASONS = """What does not hold, and why, as looked into on 2026-11-30:

- *The whole answer* on a slow line. Some 7.5 MB are asked for before it, and 4.9 MB by bare
  Pyodide: 6.6 and 4.4 s at 9 Mbit/s, before anything else is counted. Of ours Pyodide's
  WebAssembly is 2.8 MB, its script 0.2 MB, and the memory that Python starts from most of the
  rest: 4.2 MB at brotli's highest quality, 4.8 MB at quality 9, in which the rest of this is told.
  With nothing of ours in it that memory is 2.1 MB, with what one first answer needs 4.0 MB; the
  other pages and all families of models are the rest. Therefore the first verdict does without:
  its rules, their engine and the model's needs are some 15 kB.
- *Tried, and left.* A memory for answers alone was 4.4 of 5.0 MB, and what other pages add to it
  3.1 MB, as importing changes counts all over: every other page, and keeping the site, would cost
  2.5 MB more. Without the bodies of functions that no first answer runs it is 0.4 MB smaller at
  most: places in memory (1.7 MB) do not compress, code does. Bytes sorted by their place in a
  word, or places told by their distance, make it larger.
- *Blocking.* The longest tasks are the browser's own style and layout, first of the document, then
  of the answer. Leaving out what lies below the screen (`content-visibility`) changed nothing that
  could be told from noise.
- *Change to answer.* An answer is worked out with all that lie one choice away, and on Compare a
  change of device has the whole catalogue judged.
- *Catalogue × 10.* Time grows with the length; what lies beyond ten comes and goes with the run
  (6.4 to 13.2 in twelve runs on a busy machine), with and without the collector of garbage.
- *This machine* was about half as fast as when the last table was made (bare Pyodide, warm: 588 ms
  then): the ratios say more than the milliseconds.
"""
STLITE = """stlite (Streamlit in the page) is not among them. Its npm package brings Streamlit's
wheel (tried with `@stlite/browser` 1.9.2), but numpy, pandas, Pillow and fastparquet built for its
Pyodide lie on jsDelivr alone; no package index has them, and the bench asks nobody else.
"""
GROWTH = """In CPython: the whole catalogue read and judged on a device, one model's precision
judged at so many contexts as arrays, and `tabfit inspect` of a safetensors file, of which only the
header is read."""
RATES = """Visits judged a second: the query of `tabfit gate --as sql` in DuckDB, more than a
million of them as so many times a table of one million; rows counted by kind with numpy, of
which `tabfit.population` judges each kind once; and the query in PySpark on two cores, from
Parquet"""
SPARK = "PySpark"
#: What ends the sentence before, by whether it was there.
SPARK_THERE, SPARK_MISSING = (
    ".",
    f". {SPARK} was not installed in this run (`make test-spark` does).",
)


def written(record: Record) -> str:
    """Return the whole document."""
    parts = [
        HEAD,
        f"Last run: {record.date}, {record.browser}, on {record.machine}.",
        "## What is asked of it",
        table((("asked", "found", "holds"), *_claims(record))),
        REASONS,
        "## Visits",
        table((_VISITS, *_visits(record))),
        STLITE,
        "## A change",
        "Milliseconds from a change of a list to its answer on the page, plain.",
        table((("page", "what", "changes", "p50", "p95"), *_changes(record))),
        "## Growth",
        GROWTH,
        table((("what", "how much", "ms", "beside the first"), *_growth(record))),
        RATES + (SPARK_THERE if SPARK in record.rates else SPARK_MISSING),
        table((("who", "visits", "a second"), *_rates(record))),
        "## The command line, and Python in the page",
        table((("a process", "processor, ms", "beside an empty one"), *_processes(record))),
        table((("in one interpreter", "Pyodide, ms", "CPython, ms", "ratio"), *_both(record))),
    ]
    return "\n\n".join(part.rstrip("\n") for part in parts) + "\n"


def _claims(record: Record) -> Iterator[tuple[str, ...]]:
    for each in claims(record):
        yield each.asked, each.found, "yes" if each.holds else "**no**"


_VISITS = (
    *("page", "visit", "first paint, ms", "first verdict, ms", "× bare"),
    *("whole answer, ms", "× bare"),
    *("blocking, ms", "shift", "bytes", "memory, MB"),
)


def _visits(record: Record) -> Iterator[tuple[str, ...]]:
    for page in dict.fromkeys(each.page for each in record.visits):
        for (cold, slow), kind in KINDS.items():
            some = [v for v in record.visits if (v.page, v.cold, v.slow) == (page, cold, slow)]
            if some:
                bare = middle(record, "ready", page=BARE, cold=cold, slow=slow)
                yield _name(page), f"{kind} ({len(some)})", *_figures(some, bare)


def _figures(some: list[Visit], bare: float) -> Iterator[str]:
    found = {name: median(getattr(each, name) for each in some) for name in Visit.__slots__[3:]}
    yield f"{found['paint']:,.0f}"
    for each in ("verdict", "ready"):
        yield f"{found[each]:,.0f}"
        yield f"{found[each] / bare:.2f}"
    yield f"{found['blocking']:.0f}"
    yield f"{found['shift']:.3f}"
    yield f"{found['sent']:,.0f}"
    yield f"{found['memory'] / 1e6:.0f}"


def _name(page: str) -> str:
    return NAMES.get(page) or f"`{page.removeprefix(PAGE)}`"


def _changes(record: Record) -> Iterator[tuple[str, ...]]:
    for page, parts in record.changes.items():
        for what, each in parts.items():
            yield _name(page), what, str(each.count), f"{each.p50:.1f}", f"{each.p95:.1f}"


def _growth(record: Record) -> Iterator[tuple[str, ...]]:
    for what, figures in record.growth.items():
        first = next(iter(figures.values()))
        for count, taken in figures.items():
            yield what, f"{count:,}", f"{taken:,.1f}", f"{taken / first:.2f}"


def _rates(record: Record) -> Iterator[tuple[str, ...]]:
    for who, figures in record.rates.items():
        for count, rate in figures.items():
            yield who, f"{count:,}", f"{rate:,.0f}"


def _processes(record: Record) -> Iterator[tuple[str, ...]]:
    empty = next(iter(record.processes.values()))
    for name, taken in record.processes.items():
        yield name, f"{taken:.0f}", f"{taken / empty:.1f}"


def _both(record: Record) -> Iterator[tuple[str, ...]]:
    for name, (page, here) in record.both.items():
        yield name, f"{page:.1f}", f"{here:.1f}", f"{page / here:.1f}"
