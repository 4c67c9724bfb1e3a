"""What was said of reports that no fit had seen.

`tests/data/unseen_judgement.json` is what `python -m tools.budgets FILE` wrote each time that
reports were collected, before they entered the fit; no later fit changes it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import Final

from tests.accuracy.field_judgement import BANDS, CHECKED
from tests.accuracy.field_reports import base_rate_score, brier_score
from tests.accuracy.published import DATA

JUDGED: Final = DATA / "unseen_judgement.json"

Pairs = list[tuple[float, bool]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """One report, what was said of it as told, and assuming the memory of such devices."""

    source: str
    report: str
    runtime: str
    ran: bool
    kind: str
    outcome: str
    probability: float | None
    assuming: float | None
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Reports collected together, on a day, and how many reports of how many sources were known."""

    date: str
    fit: dict[str, int]
    collected: int
    rows: tuple[Unseen, ...]

    @property
    def told(self) -> Pairs:
        """Return chance and outcome of those whose memory was told."""
        return [(row.probability, row.ran) for row in self.rows if row.probability is not None]

    @property
    def assuming(self) -> Pairs:
        """Return chance and outcome of all, with the memory that such devices mostly have."""
        return [(row.assuming, row.ran) for row in self.rows if row.assuming is not None]

    @property
    def likely_and_died(self) -> list[Unseen]:
        """Return what was called likely, memory assumed or told, and died."""
        return [row for row in self.rows if not row.ran and (row.assuming or 0.0) >= BANDS[3]]

    @property
    def surely_wrong(self) -> list[Unseen]:
        """Return what was called likely at nine in ten as told and died of what is checked."""
        return [
            row
            for row in self.rows
            if not row.ran and (row.probability or 0.0) >= BANDS[-1] and row.kind in CHECKED
        ]


@cache
def batches() -> tuple[Batch, ...]:
    """Return every batch, the oldest first."""
    written = json.loads(JUDGED.read_text(encoding="utf-8"))["batches"]
    return tuple(
        Batch(**{**batch, "rows": tuple(Unseen(**row) for row in batch["rows"])})
        for batch in written
    )


def scores(pairs: Pairs) -> tuple[float, float]:
    """Return the Brier score, and that of always saying the share that ran.

    >>> scores([(1.0, True), (0.5, False)])
    (0.125, 0.25)
    """
    return brier_score(pairs), base_rate_score(ran for _chance, ran in pairs)


def banded(pairs: Pairs) -> list[tuple[float, float, int, int]]:
    """Return each band's ends, its reports, and how many of them ran."""
    ends = zip(BANDS, (*BANDS[1:], 1.0), strict=True)
    return [(low, high, *_counted(pairs, low, high)) for low, high in ends]


def _counted(pairs: Pairs, low: float, high: float) -> tuple[int, int]:
    within = [ran for chance, ran in pairs if low <= chance < high]
    return len(within), sum(within)
