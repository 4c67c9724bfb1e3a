"""What was said of reports that no fit had seen.

`tests/data/unseen_judgement.json` is what `python -m tools.budgets FILE` wrote each time that
reports were collected, before they entered the fit; no later fit changes it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import Final

from tests.accuracy.field_judgement import BANDS, Row, left_out_batches
from tests.accuracy.field_reports import base_rate_score, brier_score
from tests.accuracy.published import DATA

JUDGED: Final = DATA / "unseen_judgement.json"

Pairs = list[tuple[float, bool]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen(Row):
    """One report, what was said of it as told, and assuming the memory of such devices.

    `before` is what the rule in use until then said, `None` where none was changed.
    """

    assuming: float | None
    before: float | None = None

    @property
    def key(self) -> tuple[str, str, str, bool]:
        """Return what tells the report from others."""
        return self.source, self.report, self.runtime, self.ran


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Reports collected together, on a day, and how many reports of how many sources were known.

    `ends` are those between which chances lay in that fit: 0 and 1 where nothing drew them in.
    """

    date: str
    fit: dict[str, int]
    ends: dict[str, float]
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
    def undrawn(self) -> dict[tuple[str, str, str, bool], float | None]:
        """Return by report the chance, usual memory assumed, that every check held.

        It is what was said before that fit's ends drew it in, `None` where a limit ruled it out.
        """
        least, surest = self.ends["least"], self.ends["surest"]
        return {
            row.key: min((row.assuming - least) / (surest - least), 1.0) if row.assuming else None
            for row in self.rows
            if row.assuming is not None
        }

    def between(self, least: float, surest: float) -> Pairs:
        """Return chance and outcome of all as they would have been said between other ends."""
        found = ((self.undrawn[row.key], row.ran) for row in self.rows if row.key in self.undrawn)
        span = surest - least
        return [(0.0 if each is None else least + span * each, ran) for each, ran in found]

    @property
    def before(self) -> Pairs:
        """Return the same by the rule in use until then, where one was changed."""
        return [(row.before, row.ran) for row in self.rows if row.before is not None]

    @property
    def likely_and_died(self) -> list[Unseen]:
        """Return what was called likely, memory assumed or told, and died."""
        return [row for row in self.rows if not row.ran and (row.assuming or 0.0) >= BANDS[3]]

    @property
    def surely_wrong(self) -> list[Unseen]:
        """Return what was called likely at nine in ten as told and died of what is checked."""
        return [row for row in self.rows if row.surely_wrong]


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


def drawn_in() -> Pairs:
    """Return chance and outcome of all, between the ends that are fitted without their batch."""
    pairs = zip(batches(), left_out_batches(), strict=True)
    return [each for batch, ends in pairs for each in batch.between(ends.least, ends.surest)]


def blind_scores() -> tuple[float, float]:
    """Return the Brier score of those, and that of always saying the share of the other batches."""
    pairs = list(zip(batches(), left_out_batches(), strict=True))
    count = sum(len(batch.assuming) for batch, _ends in pairs)
    others = sum(len(batch.assuming) * ends.others for batch, ends in pairs) / count
    return brier_score(drawn_in()), others
