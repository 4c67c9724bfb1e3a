"""How near predictions came to what others published and to what the bench measured.

In: `accuracy.json`, which `make accuracy` writes from the rows behind
`docs/accuracy.md`. Out: the same as values.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from tabfit.estimate.outcome import Outcome
from tabfit.light_dataclass import dataclass
from tabfit.units import Bytes, Interval

PLACE: Final = Path(__file__).with_name("accuracy.json")
#: Shares of error that rows are counted within.
WITHIN: Final = (0.001, 0.01, 0.05, 0.12)


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
    """Somebody's report of a model that ran or died, and what this project says of it."""

    name: str
    ran: bool
    said: Outcome
    chance: float | None
    note: str
    source: str

    @property
    def right(self) -> bool | None:
        """Return whether the chance lies on the report's side; `None` where none was told."""
        return None if self.chance is None else (self.chance >= 0.5) is self.ran


@dataclass(frozen=True, kw_only=True)
class Accuracy:
    """Everything known of how accurate the estimator is."""

    measured_on: str
    versions: dict[str, str]
    errors: tuple[ErrorSummary, ...]
    peaks: tuple[MeasuredPeak, ...]
    graphics: tuple[MeasuredPeak, ...]
    reports: tuple[FieldReport, ...]
    left_out: tuple[tuple[str, str], ...]

    @property
    def judged(self) -> tuple[MeasuredPeak, ...]:
        """Return the measured peaks that no constant was fitted on."""
        return tuple(each for each in self.peaks if each.judged)

    @property
    def told(self) -> tuple[FieldReport, ...]:
        """Return the reports of which a chance could be told."""
        return tuple(each for each in self.reports if each.chance is not None)

    def count(self, said: Outcome, *, ran: bool) -> int:
        """Return how many reports were given this word and really ran, or died."""
        return sum(each.said is said and each.ran is ran for each in self.reports)


def brier(reports: Iterable[FieldReport]) -> float:
    """Return the mean square of chance less outcome: 0 is perfect, 0.25 says nothing.

    Source: Brier 1950, "Verification of forecasts expressed in terms of probability".
    """
    squares = [((each.chance or 0.0) - each.ran) ** 2 for each in reports]
    return sum(squares) / len(squares)


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
        reports=tuple(_report(each) for each in rows["reports"]),
        left_out=tuple((name, why) for name, why in rows["left_out"]),
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
    name, ran, said, chance, note, source = row
    return FieldReport(
        name=name, ran=ran, said=Outcome(said), chance=chance, note=note, source=source
    )
