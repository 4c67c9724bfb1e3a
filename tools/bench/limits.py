"""What is asked of the page, and whether a record shows it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from tools.bench.compared_pages import BARE, PAGE
from tools.bench.records import Record
from tools.bench.visits import Visit

#: Bytes to the answer before Python started from its memory (3581f1e): pyodide.asm.wasm
#: 3,108,255, pyodide.asm.mjs 231,599, the standard library and the page's wheels 4,600,000, and
#: 110,000 of documents and scripts.
BYTES_BEFORE = 8_050_000
WARM, COLD_SLOW, BLOCKING, SHIFT, PYTHON, GROWTH = 0.8, 1.0, 100.0, 0.02, 16.0, 10.0


@dataclass(frozen=True, slots=True)
class Claim:
    """What is asked, what was found, and whether that is enough."""

    asked: str
    found: str
    holds: bool


def middle(record: Record, figure: str, *, page: str, cold: bool, slow: bool) -> float:
    """Return the median of one figure of some visits; NaN where there are none.

    `figure` is a field of `Visit`.
    """
    some = [
        each for each in record.visits if (each.page, each.cold, each.slow) == (page, cold, slow)
    ]
    return median(getattr(each, figure) for each in some) if some else float("nan")


def claims(record: Record) -> Iterator[Claim]:
    """Yield what is asked of the page."""
    yield _beside_bare(record, "warm", WARM, cold=False, slow=False)
    yield _beside_bare(record, "cold and slow", COLD_SLOW, cold=True, slow=True)
    ours = [each for each in record.visits if each.page.startswith(PAGE)]
    yield _at_most("longest blocking, slow", _worst(ours, "blocking", slow=True), BLOCKING, "ms")
    yield _at_most("layout shift, everywhere", max(each.shift for each in ours), SHIFT, "")
    sent = middle(record, "sent", page=PAGE, cold=True, slow=False)
    yield _at_most("bytes to the whole answer", sent, BYTES_BEFORE, "bytes")
    answered = max(parts["python"].p95 for parts in record.changes.values())
    yield _at_most("change to answer, Python's part, p95", answered, PYTHON, "ms")
    judged = record.growth["catalogue"]
    yield _at_most("catalogue × 10", judged[10] / judged[1], GROWTH, "× its time")


def _worst(visits: list[Visit], figure: str, *, slow: bool) -> float:
    """Return the worst page's median of a figure, cold or warm."""
    kinds: dict[tuple[str, bool], list[float]] = {}
    for each in visits:
        if each.slow == slow:
            kinds.setdefault((each.page, each.cold), []).append(getattr(each, figure))
    return max(map(median, kinds.values()))


def _beside_bare(record: Record, words: str, most: float, *, cold: bool, slow: bool) -> Claim:
    ours, bare = (
        middle(record, "verdict", page=page, cold=cold, slow=slow) for page in (PAGE, BARE)
    )
    asked = f"first verdict, {words}: at most {most} × bare Pyodide"
    found = f"{ours / bare:.2f} × ({ours:,.0f} and {bare:,.0f} ms)"
    return Claim(asked, found, ours / bare <= most)


def _at_most(words: str, found: float, most: float, unit: str) -> Claim:
    shown = f"{found:,.0f}" if found >= 100 else f"{found:.3g}"
    return Claim(
        f"{words}: at most {most:,} {unit}".strip(), f"{shown} {unit}".strip(), found <= most
    )
