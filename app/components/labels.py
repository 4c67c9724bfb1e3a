"""The page's words for names that the core uses, and numbers as people read them."""

from __future__ import annotations

from typing import Final

from tabfit.devices.device import PLATFORM_NAMES
from tabfit.i18n.language import Words, _, amount, later, number, plural
from tabfit.i18n.size_text import size
from tabfit.units import GIB, Basis, Interval, exactly
from tabfit.verdict.probability import Outcome

#: Each basis in a word.
KNOWN: Final = Words(
    {
        Basis.LISTED: later("listed"),
        Basis.MEASURED: later("measured"),
        Basis.REPORTED: later("reported"),
        Basis.COMPUTED: later("computed"),
        Basis.ASSUMED: later("assumed"),
    }
)

#: What each basis means, for a title.
BASES: Final = Words(
    {
        Basis.LISTED: later("a published size or data sheet"),
        Basis.MEASURED: later("measured by this project, or on this device"),
        Basis.REPORTED: later("told by the browser or by you"),
        Basis.COMPUTED: later("computed from the model's shapes"),
        Basis.ASSUMED: later("assumed, with the reason given"),
    }
)

#: An outcome beside a small thing.
SHORT: Final = Words(
    {
        Outcome.LIKELY: later("likely"),
        Outcome.MAY: later("may"),
        Outcome.UNLIKELY: later("unlikely"),
        Outcome.NO: later("no"),
        Outcome.UNKNOWN: later("cannot tell"),
        Outcome.UNSUPPORTED: later("no browser yet"),
    }
)

PLATFORMS: Final = Words({**PLATFORM_NAMES, "ios": later("an iPhone"), "ipados": later("an iPad")})

BROWSERS: Final = Words(
    {
        "chrome": "Chrome",
        "edge": "Edge",
        "safari": "Safari",
        "firefox": "Firefox",
        "samsung": "Samsung Internet",
        "other": later("This browser"),
    }
)


def bytes_(count: int) -> str:
    """Return a size as browsers say it: powers of ten, three figures.

    >>> bytes_(1_346_502_656)
    '1.35 GB'
    """
    return size(exactly(count))


def between(interval: Interval) -> str:
    """Return an interval of bytes."""
    return size(interval)


def gibibytes(count: int) -> str:
    """Return installed memory as it is sold: 8 GB means 8 x 2^30 bytes.

    >>> gibibytes(8 * 2**30), gibibytes(5 * 2**29)
    ('8', '2.5')
    """
    return number(count / GIB, ".3g")


def gigabytes(count: int) -> str:
    """Return installed memory with its unit.

    >>> gigabytes(8 * 2**30)
    '8 GB'
    """
    return amount(gibibytes(count), "GB")


def tokens(count: int) -> str:
    """Return a number of tokens with its unit."""
    return plural("{count} token", "{count} tokens", count)


def duration(seconds: int) -> str:
    """Return a time as people say it.

    >>> duration(40), duration(130), duration(8000)
    ('40 s', '2 min', '2 h')
    """
    if seconds < 90:
        return _("{count} s", count=max(seconds, 1))
    if seconds < 5400:
        return _("{count} min", count=round(seconds / 60))
    return _("{count} h", count=round(seconds / 3600))
