"""How people's reports were judged by chances that never saw their source.

`tests/data/field_judgement.json` is what `make budgets` wrote: each source in turn left out of the
fits, and its reports asked.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from tabfit.verdict.probability import Outcome
from tests.accuracy import field_reports
from tests.accuracy.field_reports import base_rate_score, brier_score, source_of
from tests.accuracy.published import DATA

#: Bands of chance, by their lower ends.
BANDS: Final = (0.0, 0.25, 0.5, 0.75, 0.9)
#: How far the share that ran may lie outside its band, and how few reports say nothing.
TOLERANCE: Final = 0.12
FEWEST: Final = 10
#: Kinds that the checks of memory, limits and features are about.
CHECKED: Final = ("memory", "limit", "feature")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One report, and what was said of it."""

    source: str
    report: str
    runtime: str
    ran: bool
    kind: str
    outcome: str
    probability: float | None
    because: str

    @property
    def project(self) -> str:
        """Return the repository or site that says so."""
        return source_of({"source": self.source})

    @property
    def right(self) -> bool | None:
        """Return whether the chance lies on the report's side of a half."""
        return None if self.probability is None else (self.probability >= 0.5) is self.ran

    @property
    def surely_wrong(self) -> bool:
        """Return whether it was called likely at nine in ten and died of what is checked."""
        sure = (self.probability or 0.0) >= BANDS[-1]
        return sure and not self.ran and self.kind in CHECKED


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A batch of reports judged before they were known, between ends fitted without it.

    `brier` is the score of what was said of it then, drawn in between `least` and `surest`;
    `others` that of always saying the share that ran in the other batches.
    """

    date: str
    least: float
    surest: float
    brier: float
    others: float


@cache
def left_out_batches() -> tuple[LeftOut, ...]:
    """Return how each batch of `unseen_judgement.json` is told without it, in their order."""
    text = (DATA / "field_judgement.json").read_text(encoding="utf-8")
    return tuple(LeftOut(**row) for row in json.loads(text)["left_out"])


@cache
def rows() -> tuple[Row, ...]:
    """Return every report that is a question."""
    text = (DATA / "field_judgement.json").read_text(encoding="utf-8")
    return tuple(Row(**row) for row in json.loads(text)["rows"])


def _told() -> list[tuple[float, bool]]:
    return [(row.probability, row.ran) for row in rows() if row.probability is not None]


def brier() -> float:
    """Return the Brier score of the reports whose chance could be told."""
    return brier_score(_told())


def base_rate() -> float:
    """Return the Brier score of always saying the share that ran."""
    return base_rate_score(ran for _chance, ran in _told())


def bands() -> list[tuple[float, float, int, int]]:
    """Return each band's ends, its reports, and how many of them ran."""
    return banded(_told())


def banded(pairs: Sequence[tuple[float, bool]]) -> list[tuple[float, float, int, int]]:
    """Return each band's ends, and of chances and outcomes how many are in it and how many ran."""
    ends = zip(BANDS, (*BANDS[1:], 1.0), strict=True)
    return [(low, high, *_counted(pairs, low, high)) for low, high in ends]


def _counted(pairs: Sequence[tuple[float, bool]], low: float, high: float) -> tuple[int, int]:
    within = [ran for chance, ran in pairs if low <= chance < high]
    return len(within), sum(within)


def off_bands() -> list[str]:
    """Return the bands of enough reports in which too many or too few ran."""
    found = [(low, high, ran / count) for low, high, count, ran in bands() if count >= FEWEST]
    return [
        f"{low:.0%} to {high:.0%}: {share:.0%} ran"
        for low, high, share in found
        if not low - TOLERANCE <= share <= high + TOLERANCE
    ]


def words() -> dict[Outcome, tuple[int, int]]:
    """Return for each word how many ran and how many died; what was tried had a runtime."""
    counts = Counter((row.outcome, row.ran) for row in rows())
    return {
        word: (counts[word, True], counts[word, False])
        for word in Outcome
        if word is not Outcome.UNSUPPORTED
    }


def surely_wrong() -> list[Row]:
    """Return the reports called likely at nine in ten and more that died of what is checked."""
    return [row for row in rows() if row.surely_wrong]


def left_out() -> list[tuple[str, int]]:
    """Return why reports are no question, with how many there are of each."""
    return Counter(why for _name, why in field_reports.left_out()).most_common()
