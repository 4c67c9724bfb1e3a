"""Shares of a count, and how far chance may have moved them.

In: counts. Out: a share with its interval.
"""

from __future__ import annotations

from math import sqrt
from typing import Final, NamedTuple

#: The normal distribution's 97.5th percentile: intervals hold in nineteen cases of twenty.
NINETEEN_OF_TWENTY: Final = 1.959963984540054


class Share(NamedTuple):
    """A share, and the interval that holds the true one in nineteen cases of twenty."""

    share: float
    low: float
    high: float


def wilson(count: int, total: int) -> Share:
    """Return a share of a count with its score interval, which never leaves 0 to 1.

    It takes visits as drawn one by one: visits of the same person are not, and what a count
    leaves out (visitors who declined to be counted) is in no interval.

    Source: Wilson 1927, Journal of the American Statistical Association 22:209.

    >>> [round(each, 4) for each in wilson(81, 263)]  # Newcombe 1998, table I: 0.2553 to 0.3662
    [0.308, 0.2553, 0.3662]
    """
    if not total:
        return Share(0.0, 0.0, 1.0)
    square = NINETEEN_OF_TWENTY**2
    share = count / total
    middle = share + square / (2 * total)
    reach = NINETEEN_OF_TWENTY * sqrt(share * (1 - share) / total + square / (4 * total**2))
    whole = 1 + square / total
    return Share(share, max((middle - reach) / whole, 0.0), min((middle + reach) / whole, 1.0))
