"""Run the bench and write what it found, or only write the document anew."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

from playwright.sync_api import Playwright, sync_playwright

from tools.bench import growth, processes
from tools.bench.changes import Spread, changes
from tools.bench.compared_pages import BARE, HELLO, PAGE, laid_out
from tools.bench.document import written
from tools.bench.limits import claims
from tools.bench.records import Record, machine, read, today
from tools.bench.records import written as kept
from tools.bench.slow_site import SlowSite
from tools.bench.visits import Visit, profile, round_of
from tools.dist.paths import ROOT
from tools.find_chromium import MISSING, found

DOCUMENT = ROOT / "docs" / "performance.md"
RECORD = ROOT / "build" / "bench-record.json"
COMPARE, MODEL = f"{PAGE}compare/", f"{PAGE}m/llama-3.2-1b/"
#: In turn, so that a busy moment of the machine meets them all.
ROUNDS = (PAGE, BARE, HELLO, COMPARE, MODEL, PAGE, BARE, PAGE, BARE)


@dataclass(frozen=True, slots=True)
class Extent:
    """How much is done: the pages in turn, warm visits of each, changes, and visits judged."""

    rounds: tuple[str, ...]
    warm: int
    changes: int
    visits: tuple[int, ...]


WHOLE = Extent(ROUNDS, 2, 200, growth.VISITS)
QUICK = Extent((PAGE, BARE), 1, 20, growth.VISITS[:1])

Found = TypeVar("Found")


def main() -> None:
    """Run every part, keep the record, write the document and print what is asked of the page."""
    parser = argparse.ArgumentParser(description="Time what people wait for.")
    parser.add_argument("--again", action="store_true", help="write the last record's document")
    parser.add_argument("--quick", action="store_true", help="do a part of it, for a first look")
    asked = parser.parse_args()
    if not asked.again:
        RECORD.parent.mkdir(exist_ok=True)
        RECORD.write_text(kept(_record(QUICK if asked.quick else WHOLE)), encoding="utf-8")
    record = read(RECORD.read_text(encoding="utf-8"))
    DOCUMENT.write_text(written(record), encoding="utf-8")
    for each in claims(record):
        print(f"{'ok' if each.holds else 'NO':3} {each.asked}: {each.found}")


def _record(extent: Extent) -> Record:
    chromium = found()
    if chromium is None:
        raise SystemExit(MISSING)
    where = machine()  # before the bench itself is what it does
    with SlowSite(laid_out()).running() as site, sync_playwright() as driver:
        with profile(driver, chromium) as (context, _):
            browser = f"Chromium {context.browser.version if context.browser else ''}".strip()
        visits = tuple(_visits(driver, chromium, site, extent))
        changed = _told("changes", dict(_changes(driver, chromium, site, extent.changes)))
    grown = {
        "catalogue": growth.catalogues(),
        "contexts": growth.contexts(),
        "bytes of a file": growth.headers(),
    }
    return Record(
        date=today(),
        machine=where,
        browser=browser,
        visits=visits,
        changes=changed,
        growth=_told("growth", grown),
        rates=_told("visits a second", growth.visits(extent.visits)),
        processes=_told("processes", processes.processes()),
        both=_told("in both", processes.in_both()),
    )


def _visits(driver: Playwright, chromium: str, site: SlowSite, extent: Extent) -> Iterator[Visit]:
    for page in extent.rounds:
        for visit in round_of(driver, chromium, site, page, extent.warm):
            yield _told("visit", visit)


def _changes(
    driver: Playwright, chromium: str, site: SlowSite, count: int
) -> Iterator[tuple[str, dict[str, Spread]]]:
    for page in (PAGE, COMPARE, MODEL):
        with profile(driver, chromium) as (context, _):
            yield page, changes(context, site, page, count)


def _told(what: str, figures: Found) -> Found:
    """Print figures as they come, and return them."""
    print(f"{what}: {figures}", flush=True)
    return figures


if __name__ == "__main__":
    main()
