"""How near predictions came to what others published and to what the bench measured.

In: `accuracy_figures.json`, which `make accuracy` writes from the rows behind
`docs/accuracy.md`. Out: the same as values.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from tabfit.i18n.language import later
from tabfit.light_dataclass import dataclass
from tabfit.units import Bytes, Interval
from tabfit.verdict.probability import Outcome

PLACE: Final = Path(__file__).with_name("accuracy_figures.json")
#: Shares of error that rows are counted within.
WITHIN: Final = (0.001, 0.01, 0.05, 0.12)
#: Why people's reports are left out, as `tests/data/field_reports.jsonl` words it, gathered here
#: for those who translate them.
REASONS: Final = (
    later("another runtime than those this project answers for"),
    later("the runtime is not offered this model"),
    later("no model of this size and kind stands in"),
    later("another runtime, on two kinds of phone at once, and it sometimes died"),
    later("the release could not run this family at all, whatever the memory"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RelativeError:
    """One figure that was predicted, beside the published one."""

    model: str
    what: str
    predicted: Bytes
    published: Bytes
    inside: bool

    @property
    def error(self) -> float:
        """Return how far the prediction is off, as a share of what was published."""
        return self.predicted / self.published - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorSummary:
    """How far off a whole kind of figures is.

    `inside` counts the intervals that hold what was published, `within` the rows no
    further off than each share of `WITHIN`. `furthest` are the worst, in order.
    """

    key: str
    rows: int
    median: float
    worst: float
    inside: int
    within: tuple[int, ...]
    furthest: tuple[RelativeError, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredPeak:
    """One measured peak; `judged` ones were not seen when constants were fitted."""

    id: str
    judged: bool
    measured: Bytes
    predicted: Interval

    @property
    def error(self) -> float:
        """Return how far the likely value is off, as a share of what was measured."""
        return self.predicted.likely / self.measured - 1

    @property
    def inside(self) -> bool:
        """Return whether the interval holds what was measured."""
        return self.predicted.low <= self.measured <= self.predicted.high


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldReport:
    """Somebody's report on whose wrong side the chance lay, judged without its source."""

    name: str
    ran: bool
    said: Outcome
    chance: float
    kind: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """The reports that were given a chance from `low` to below `high`, and how many ran."""

    low: float
    high: float
    reports: int
    ran: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """How chances fitted on the reports of all other sources compare with what happened.

    `brier` is the mean square of chance less outcome (Brier 1950), `base_rate` what always saying
    the share that ran would give. `words` counts by word those that ran and those that died.
    """

    reports: int
    sources: int
    told: int
    right: int
    brier: float
    base_rate: float
    bands: tuple[Band, ...]
    words: dict[str, tuple[int, int]]
    wrong: tuple[FieldReport, ...]

    def count(self, said: Outcome, *, ran: bool) -> int:
        """Return how many reports were given this word and really ran, or died."""
        return self.words[said][0 if ran else 1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Blind:
    """How chances came out of reports that were judged before anybody here had read them.

    Each batch of reports is told between ends that are fitted without it. `brier` is the mean
    square of chance less outcome, `others` what always saying the share that ran in the other
    batches would give.
    """

    reports: int
    brier: float
    others: float


@dataclass(frozen=True, kw_only=True)
class Accuracy:
    """Everything known of how accurate the estimator is."""

    measured_on: str
    versions: dict[str, str]
    errors: tuple[ErrorSummary, ...]
    peaks: tuple[MeasuredPeak, ...]
    graphics: tuple[MeasuredPeak, ...]
    blind: Blind
    judgement: Judgement
    left_out: tuple[tuple[str, int], ...]  # by a reason among `REASONS`

    @property
    def judged(self) -> tuple[MeasuredPeak, ...]:
        """Return the measured peaks that no constant was fitted on."""
        return tuple(each for each in self.peaks if each.judged)


@lru_cache(maxsize=1)
def read() -> Accuracy:
    """Return what `make accuracy` wrote."""
    rows = json.loads(PLACE.read_text(encoding="utf-8"))
    return Accuracy(
        measured_on=rows["measured_on"],
        versions=rows["versions"],
        errors=tuple(_errors(each) for each in rows["errors"]),
        peaks=tuple(_peak(each) for each in rows["peaks"]),
        graphics=tuple(_peak(each) for each in rows["graphics"]),
        blind=Blind(**rows["blind"]),
        judgement=_judgement(rows["judgement"]),
        left_out=tuple((why, count) for why, count in rows["left_out"]),
    )


def _errors(row: dict[str, Any]) -> ErrorSummary:
    lists = {"within": tuple(row["within"]), "furthest": tuple(map(_far, row["furthest"]))}
    return ErrorSummary(**{**row, **lists})


def _far(row: list[Any]) -> RelativeError:
    model, what, predicted, published, inside = row
    return RelativeError(
        model=model, what=what, predicted=predicted, published=published, inside=inside
    )


def _peak(row: list[Any]) -> MeasuredPeak:
    name, judged, measured, low, likely, high = row
    return MeasuredPeak(
        id=name, judged=judged, measured=measured, predicted=Interval(low, likely, high)
    )


def _report(row: list[Any]) -> FieldReport:
    name, ran, said, chance, kind, source = row
    return FieldReport(
        name=name, ran=ran, said=Outcome(said), chance=chance, kind=kind, source=source
    )


def _judgement(row: dict[str, Any]) -> Judgement:
    names = ("low", "high", "reports", "ran")
    bands = tuple(Band(**dict(zip(names, each, strict=True))) for each in row["bands"])
    words = {word: (ran, died) for word, (ran, died) in row["words"].items()}
    wrong = tuple(_report(each) for each in row["wrong"])
    return Judgement(**{**row, "bands": bands, "words": words, "wrong": wrong})
