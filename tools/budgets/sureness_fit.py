"""How sure anybody can be: the ends between which the chance of a verdict lies.

In: what rates that never saw a report say of it before anything is drawn in, and whether it ran.
Out: the share that ran where every check spoke against it, and the share that ran where none did,
by least squares of the outcome on the chance.

Rates that leave a source out were still made by people who had read it: each rule that it taught is
in them. So of reports that were judged before they were read (`tests/data/unseen_judgement.json`)
what was said then is taken, and of the others what rates say that never saw their source. Of those
only threads are counted, in which people tell of many devices with either outcome: result files say
what ran on the few good machines of those who wrote them. Where no memory is told, such devices'
usual one is assumed (`usual_memory`): threads that tell it are the fewer, and of other failures.
What a limit rules out says nothing of it.

How well it holds is told by leaving each batch of reports out in turn (`left_out`). A slope and an
intercept in logits in place of the two ends do there as well as they (0.250 against 0.252 over the
first 195 reports), and reports judged blind weighed twice or four times no better: fewer things to
explain are kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from tabfit.verdict.sureness import FARTHEST
from tests.accuracy.field_reports import brier_score
from tests.accuracy.unseen_reports import batches
from tools.budgets.cases import Case

#: So many reports tell no more places of a share.
PLACES: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """A case and the chance that all checks hold, by rates that never saw it.

    The chance is `None` where a limit rules it out, or where none is given whatever the memory.
    `batch` is the number of the batch in which it was judged before anybody knew it, if any.
    """

    case: Case
    chance: float | None
    batch: int | None = None

    @property
    def counted(self) -> bool:
        """Return whether the ends are fitted on it."""
        return self.chance is not None and (self.batch is not None or self.case.of_thread)


def as_said(unseen: Sequence[Unseen]) -> list[Unseen]:
    """Return the same with what was said blind in place of what rates say, where there is such."""
    said = {
        key: (number, chance)
        for number, batch in enumerate(batches())
        for key, chance in batch.undrawn.items()
    }
    return [_as_said(each, said) for each in unseen]


def _as_said(each: Unseen, said: dict[Any, tuple[int, float | None]]) -> Unseen:
    report = each.case.report
    key = report.row["source"], report.name, report.said.facts.id, report.ran
    if key not in said:
        return each
    batch, chance = said[key]
    return replace(each, chance=chance, batch=batch)


def fit(unseen: Sequence[Unseen]) -> dict[str, Any]:
    """Return the ends, as `failure_rates.json` keeps them."""
    rows = [each for each in unseen if each.counted]
    chance = np.array([each.chance for each in rows])
    ran = np.array([float(each.case.ran) for each in rows])
    weights = np.sqrt([each.case.weight for each in rows])
    design = np.stack([1 - chance, chance], axis=1) * weights[:, None]
    ends, *_rest = np.linalg.lstsq(design, ran * weights, rcond=None)
    least, surest = np.clip(ends, *FARTHEST)
    return {
        "least": round(float(least), PLACES),
        "surest": round(float(surest), PLACES),
        "reports": len(rows),
        "blind": sum(each.batch is not None for each in rows),
    }


def left_out(unseen: Sequence[Unseen]) -> Iterator[dict[str, Any]]:
    """Yield for each batch judged blind the ends that are fitted without it, and how they do.

    `brier` is the score of what was said of the batch, drawn in between those ends; `others` that
    of always saying the share that ran in the other batches.
    """
    for number, batch in enumerate(batches()):
        ends = fit([each for each in unseen if each.batch != number])
        told = batch.between(ends["least"], ends["surest"])
        rest = [row.ran for other in batches() if other is not batch for row in other.rows]
        share = sum(rest) / len(rest)
        yield {
            "date": batch.date,
            "least": ends["least"],
            "surest": ends["surest"],
            "brier": round(brier_score(told), 4),
            "others": round(brier_score((share, ran) for _chance, ran in told), 4),
        }
