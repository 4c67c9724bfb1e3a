"""What a tab may use, drawn as it is known: the darker, the less likely that there is so much.

In: an interval and where an axis ends. Out: pieces of that axis with how unlikely each is.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from app.components.html import Html, tag
from tabfit.light_dataclass import dataclass
from tabfit.units import Interval, exactly
from tabfit.verdict.probability import probability

#: Into how many pieces the fading part is cut: few enough to stay small, too many to be seen.
_PIECES: Final = 12
#: What is less unlikely than this is not drawn.
_LEAST: Final = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A piece of an axis, and the chance that a tab may not use as much as there."""

    start: float
    end: float
    unlikely: float


def pieces(have: Interval, top: int) -> Iterator[Piece]:
    """Yield the pieces up to `top`; beyond the last end of the interval there is but one."""
    low, high = have.low * 0.85, have.high * 1.15
    step = max(high - low, 1) / _PIECES
    for number in range(_PIECES):
        start = low + number * step
        unlikely = 1 - probability(exactly(round(start + step / 2)), have)
        if start < top and unlikely >= _LEAST:
            yield Piece(start=start, end=min(start + step, top), unlikely=unlikely)
    if high < top:
        yield Piece(start=high, end=top, unlikely=1.0)


def behind_bar(have: Interval | None, top: int) -> Iterator[Html]:
    """Yield the pieces as they stand behind a level bar; nothing where nothing is known."""
    for piece in pieces(have, top) if have else ():
        yield tag(
            "rect",
            class_="band",
            x=share(piece.start, top),
            width=share(piece.end - piece.start, top),
            height="100%",
            style=f"--unlikely: {piece.unlikely:.0%}",
        )


def share(value: float, top: int) -> str:
    """Return where a value stands on an axis from nothing to `top`, as an attribute of SVG."""
    return f"{min(100 * value / top, 100):.2f}%"


def cut(have: Interval, top: int) -> bool:
    """Return whether a tab may use more than the axis shows."""
    return have.high > top
