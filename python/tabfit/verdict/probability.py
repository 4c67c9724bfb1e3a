"""Outcomes: how a need compares with what there is, as a word and a probability.

In: two intervals. Out: the probability that the need is met, and its word.
Both intervals are read as distributions: low is the 5th percentile, likely the
median, high the 95th. The probability can only rise when any end of what there
is rises, and only fall when any end of the need rises.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from enum import StrEnum
from itertools import pairwise
from typing import Any, Final

from tabfit.units import Interval
from tabfit.verdict.constants import LIKELY_FROM, STEPS, TAIL, UNLIKELY_TO


class Outcome(StrEnum):
    """The words, from best to worst; *unknown* and *unsupported* stand apart.

    *Unsupported* is a model that no browser runtime loads, whatever the device.
    """

    LIKELY = "likely"
    MAY = "may"
    UNLIKELY = "unlikely"
    NO = "no"
    UNKNOWN = "unknown"
    UNSUPPORTED = "unsupported"


#: The words by the numbers that stand for them in arrays.
OUTCOMES: Final = tuple(Outcome)

#: The words from the best to the worst; where nothing is known, something may yet run.
RANK: Final = {
    Outcome.LIKELY: 0,
    Outcome.MAY: 1,
    Outcome.UNKNOWN: 2,
    Outcome.UNLIKELY: 3,
    Outcome.NO: 4,
    Outcome.UNSUPPORTED: 5,
}

_LIKELY, _MAY, _UNLIKELY = (
    OUTCOMES.index(each) for each in (Outcome.LIKELY, Outcome.MAY, Outcome.UNLIKELY)
)


def choose(condition: bool, yes: float, no: float) -> float:  # noqa: FBT001 - it chooses
    """Return one of two finite numbers; the condition may be an array of truths.

    >>> choose(True, 0.6, 1.0), choose(False, 0.6, 1.0)
    (0.6, 1.0)

    Source: arithmetic, x c + y (1 - c), which arrays take too.
    """
    return yes * condition + no * (1 - condition)


#: The share of a distribution that lies below each of its points.
POINT_SHARES: Final = (0.0, 0.05, 0.5, 0.95, 1.0)
#: The share between each point and the next.
_WIDTHS: Final = tuple(upper - lower for lower, upper in pairwise(POINT_SHARES))
#: `constants.STEPS` and `TAIL`, as they are used in every comparison.
_STEPS, _TAIL = STEPS.exact, TAIL.likely


def points_of(interval: Interval) -> tuple[float, ...]:
    """Return the values below which an interval's `POINT_SHARES` lie."""
    return (
        interval.low / _TAIL,
        interval.low * 1.0,
        interval.likely * 1.0,
        interval.high * 1.0,
        interval.high * _TAIL,
    )


def _step(number: int) -> tuple[int, float]:
    """Return between which points a step's share lies, and how far along."""
    share = (number + 0.5) / _STEPS
    at = min(max(bisect_right(POINT_SHARES, share) - 1, 0), len(POINT_SHARES) - 2)
    return at, (share - POINT_SHARES[at]) / (POINT_SHARES[at + 1] - POINT_SHARES[at])


_EVERY_STEP: Final = tuple(_step(number) for number in range(_STEPS))


def _sum_below(points: tuple[float, ...], rising: Sequence[float]) -> float:
    """Return the sum of how much of a distribution lies below each of some rising values."""
    lowest, highest = points[0], points[-1]
    found, at = 0.0, 0
    for value in rising:
        if value <= lowest:
            continue
        if value >= highest:
            found += 1.0
        else:
            while points[at + 1] <= value:
                at += 1
            span = points[at + 1] - points[at]
            found += POINT_SHARES[at] + _WIDTHS[at] * (value - points[at]) / span
    return found


def _shares_below(points: tuple[float, ...], values: Any) -> float:  # noqa: ANN401 - an array
    """Return the same for an array of values: the sum of each step's part, whichever they reach."""
    below = 0.0
    for at, (lower, upper) in enumerate(pairwise(points)):
        width = _WIDTHS[at]
        if upper > lower:
            slope = width / (upper - lower)
            below = below + (values.clip(lower, upper) * slope - lower * slope)
        else:
            below = below + (values >= upper) * width
    reached: float = (values > points[0]) * below
    return reached


def probability(need: Interval, have: Interval) -> float:
    """Return the probability that `need` is at most `have`.

    >>> probability(Interval(1, 1, 1), Interval(5, 6, 7))
    1.0
    >>> probability(Interval(5, 6, 7), Interval(1, 2, 3))
    0.0
    >>> round(probability(Interval(4, 6, 9), Interval(4, 6, 9)), 1)
    0.5

    Source: this project's reading of two intervals as distributions; how often such chances held is
    in docs/accuracy.md.
    """
    unknown = getattr(have, "chance_of", None)
    if unknown is not None:  # only a name for what devices will tell (`tabfit.gate`)
        named: float = unknown(need)
        return named
    sure, never = apart(need, have)
    if hasattr(sure, "shape"):
        many: float = _probabilities(need, have, sure, never)
        return many
    return 1.0 if sure else 0.0 if never else weighed(need, have)


def _probabilities(need: Any, have: Interval, sure: Any, never: Any) -> Any:  # noqa: ANN401 - arrays
    """Return the same for arrays of needs, weighing only those that may go either way."""
    chance = sure * 1.0
    between = ~(sure | never)
    if between.any():
        ends = (end[between] for end in (need.low, need.likely, need.high))
        chance[between] = weighed(type(need)(*ends), have)
    return chance


def apart(need: Interval, have: Interval) -> tuple[bool, bool]:
    """Return whether the need surely lies below what there is, and whether surely above.

    The ends of either may be arrays.
    """
    return need.high * _TAIL < have.low / _TAIL, need.low / _TAIL > have.high * _TAIL


def weighed(need: Interval, have: Interval) -> float:
    """Return the probability where the intervals may meet.

    Only arithmetic and comparisons touch the need, here and in `apart`, so its ends may be
    arrays: a grid weighs many at once by these very functions.

    Source: as of `probability`, by equally likely needs (the midpoints of a sum).
    """
    there, every = points_of(have), thresholds(need)
    if hasattr(every[0], "shape"):
        return rounded(1.0 - sum(_shares_below(there, each) for each in every) / _STEPS)
    return rounded(1.0 - _sum_below(there, every) / _STEPS)


def thresholds(need: Interval) -> list[float]:
    """Return the needs that stand for an interval, each as likely as any other."""
    wanted = points_of(need)
    spans = [upper - lower for lower, upper in pairwise(wanted)]
    return [wanted[at] + spans[at] * part for at, part in _EVERY_STEP]


def rounded(chance: float) -> float:
    """Return a chance to four places; what lies halfway goes up, whatever the noise of floats.

    >>> rounded(0.47505), rounded(1.0)
    (0.4751, 1.0)

    Source: this project's choice, so that the engine, JavaScript and SQL round alike.
    """
    return (chance * 10_000 + 0.500_000_1) // 1 / 10_000


def word(chance: float) -> Outcome:
    """Return the word for a probability; never *no*, which only a hard limit says.

    >>> word(0.8), word(0.5), word(0.1)
    (<Outcome.LIKELY: 'likely'>, <Outcome.MAY: 'may'>, <Outcome.UNLIKELY: 'unlikely'>)
    """
    return OUTCOMES[int(place(chance))]


def place(chance: float) -> float:
    """Return where in `OUTCOMES` the word for a probability stands; for an array, each one's.

    Source: `LIKELY_FROM` and `UNLIKELY_TO`, fitted on reports.
    """
    unlikely = choose(chance <= UNLIKELY_TO.likely, _UNLIKELY, _MAY)
    return choose(chance >= LIKELY_FROM.likely, _LIKELY, unlikely)
