"""Sizes and rates as people read them.

In: an interval of bytes, or of rates. Out: its text, in the signs of the language in use.
"""

from __future__ import annotations

from tabfit.i18n.language import amount, number
from tabfit.units import GB, KB, MB, Interval


def size(interval: Interval) -> str:
    """Return an interval as people read it: decimal units, a range to two figures.

    What is a small part of a megabyte is told in kilobytes.

    >>> from tabfit.units import exactly
    >>> size(Interval(1_700_000_000, 2_100_000_000, 2_300_000_000))
    '1.7–2.3 GB'
    >>> size(exactly(67_400_000))
    '67.4 MB'
    >>> size(exactly(32_768))
    '32.8 kB'
    >>> size(Interval(1_070_000_000, 1_090_000_000, 1_140_000_000))
    '1.1 GB'
    """
    unit, name = _unit(interval.high)
    low, likely, high = (end / unit for end in (interval.low, interval.likely, interval.high))
    if high - low <= 0.02 * high:
        return amount(_figures(likely, 3), name)
    ends = dict.fromkeys(_figures(end, 2) for end in (low, high))
    return amount("–".join(ends), name)


def rate(value: float) -> str:
    """Return how many of something happen in a second, to what an estimate of it can tell.

    >>> rate(0.62), rate(23.4), rate(3.21), rate(0.004)
    ('0.6', '23', '3.2', '0.004')
    """
    if value >= 10:
        return number(value, ".0f")
    return number(value, ".1f") if value >= 0.1 else number(value, ".1g")


def rates(low: float, high: float) -> str:
    """Return an interval of rates; one number where both ends read alike.

    Rates are known to a hundredth: what begins below that is said by its end.

    >>> rates(0.62, 3.0), rates(23.1, 23.4)
    ('0.6–3.0', '23')
    >>> rates(0.0, 0.83), rates(0.0, 0.0)
    ('≤ 0.8', '< 0.01')
    """
    first, last = rate(low), rate(high)
    if not low:
        return f"≤ {last}" if high else f"< {rate(0.01)}"
    return first if first == last else f"{first}–{last}"


def _unit(largest: int) -> tuple[int, str]:
    if largest >= 0.9995 * GB:
        return GB, "GB"
    return (MB, "MB") if largest >= 0.1 * MB or not largest else (KB, "kB")


def _figures(value: float, most: int) -> str:
    """Return a number with `most` significant figures, whole numbers kept whole.

    The low end of a wide interval may be a small part of its unit: one figure is enough then.

    >>> _figures(4.26, 2), _figures(0.034, 2), _figures(0.00001, 2)
    ('4.3', '0.03', '0')
    """
    if value < 0.1:
        return number(value, ".1g") if value >= 0.001 else "0"
    places = most - 1 if value < 1 else most - len(str(int(value)))
    return number(value, f",.{max(places, 0)}f")
