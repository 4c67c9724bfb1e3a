"""Charts as inline SVG: axes, bands, lines and dots whose text stays readable at 360 px.

In: values and words. Out: HTML. A plot's lines stretch with the page while its text keeps
its size, because places are percentages and only paths live in a stretched picture. A chart
states its finding in its label; the exact figures stand in a table beside it.

    x = logarithmic(ticks=[(512, "512"), (8192, "8k")], low=512, high=8192)
    y = linear(3 * GB, round_bytes)
    picture = plot("Memory grows from 1 to 3 GB", x, y, band(y, 1 * GB, 2 * GB), line(x, y, points))
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from math import floor, log10
from typing import Final

from app.components.html import Child, Html, joined, tag
from tabfit.i18n.language import amount, number
from tabfit.light_dataclass import dataclass
from tabfit.units import GB, MB

#: A place in a chart: where it lies on each axis, in the axes' own units.
Point = tuple[float, float]

#: The side of the square that stretched paths are drawn in.
_SQUARE = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """A scale with its ticks: values between `low` and `high` lie on the line from 0 to 1.

    >>> Axis(low=10, high=1000, ticks=(), log=True).share(100)
    0.5
    """

    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]
    log: bool = False

    def share(self, value: float) -> float:
        """Return where a value lies, 0 at the axis' beginning and 1 at its end; never beyond."""
        low, high, at = self.low, self.high, max(value, self.low)
        if self.log:
            low, high, at = log10(low), log10(high), log10(at)
        return min((at - low) / (high - low), 1.0) if high > low else 0.0


def linear(high: float, words: Callable[[int], str], most: int = 4) -> Axis:
    """Return an axis from nothing to a little more than `high`, with at most `most` round steps.

    >>> linear(950, str).ticks
    ((0, '0'), (500, '500'), (1000, '1000'))
    """
    step = _round_step(max(high, 1) / most)
    count = -int(-max(high, 1) // step)
    ticks = tuple((each * step, words(each * step) if each else "0") for each in range(count + 1))
    return Axis(low=0, high=count * step, ticks=ticks)


def _round_step(least: float) -> int:
    """Return the smallest of 1, 2, 5, 10, 20 ... that is at least `least`."""
    power = 10 ** floor(log10(least)) if least > 1 else 1
    return int(next(each * power for each in (1, 2, 5, 10) if each * power >= least))


def round_bytes(count: int) -> str:
    """Return a round number of bytes, as it stands on an axis.

    >>> round_bytes(2_000_000_000), round_bytes(500_000_000)
    ('2 GB', '500 MB')
    """
    unit, name = (GB, "GB") if count >= GB else (MB, "MB")
    return amount(number(count / unit, "g"), name)


def logarithmic(ticks: Iterable[tuple[float, str]], low: float, high: float) -> Axis:
    """Return an axis on which equal steps are equal factors; both ends are above nothing."""
    return Axis(low=low, high=high, ticks=tuple(ticks), log=True)


def scale(axis: Axis) -> Html:
    """Return an axis below level bars: its ticks in words."""
    first, *others = axis.ticks
    last = others.pop()
    ends = [(first, "start"), *((each, "middle") for each in others), (last, "end")]
    words = [
        tag("text", text, x=_across(axis, value), y="1.2em", text_anchor=anchor, class_=anchor)
        for (value, text), anchor in ends
    ]
    return tag("svg", words, class_="scale", width="100%", height="1.6em", focusable="false")


def lines(axis: Axis) -> Html:
    """Return an upright hairline at each tick of an axis below level bars."""
    places = [_across(axis, value) for value, _words in axis.ticks]
    return joined(tag("line", class_="grid", x1=at, x2=at, y1="0", y2="100%") for at in places)


# The frame


def plot(label: str, x: Axis, y: Axis, *marks: Child, class_: str = "") -> Html:
    """Return a chart: its axes, then its marks in the order they are drawn.

    `label` is what a screen reader says: the finding in one sentence.
    """
    return tag(
        "svg",
        [_level(y, *tick) for tick in y.ticks],
        [_place(x, *tick) for tick in x.ticks],
        marks,
        class_=f"plot {class_}".strip(),
        role="img",
        aria_label=label,
        width="100%",
        focusable="false",
    )


def _level(y: Axis, value: float, words: str) -> Html:
    at = _down(y, value)
    return joined(
        tag("line", class_="grid", x1="0", x2="100%", y1=at, y2=at),
        tag("text", words, class_="tick", x="-8", y=at, dy="0.35em", text_anchor="end"),
    )


def _place(x: Axis, value: float, words: str) -> Html:
    if not words:
        return Html("")
    return tag(
        "text",
        words,
        class_="tick",
        x=_across(x, value),
        y="100%",
        dy="1.5em",
        text_anchor="middle",
    )


def _across(x: Axis, value: float) -> str:
    return _percent(x.share(value))


def _down(y: Axis, value: float) -> str:
    return _percent(1 - y.share(value))


def _percent(share: float) -> str:
    return f"{100 * share:.2f}%"


# Marks


def band(y: Axis, low: float, high: float, opacity: float = 1.0) -> Html | None:
    """Return a band across the whole width, or nothing where it lies above the axis."""
    if low >= y.high:
        return None
    top, bottom = 1 - y.share(high), 1 - y.share(low)
    return tag(
        "rect",
        class_="band",
        x="0",
        width="100%",
        y=_percent(top),
        height=_percent(bottom - top),
        fill_opacity=f"{opacity:.2f}",
    )


def line(x: Axis, y: Axis, points: Sequence[Point], class_: str = "") -> Html:
    """Return a line through points; `class_` may be `dashed` or a part's name."""
    return _stretched("M" + "L".join(_spot(x, y, each) for each in points), f"line {class_}")


def area(
    x: Axis, y: Axis, low: Sequence[Point], high: Sequence[Point], class_: str = "spread"
) -> Html:
    """Return the area between two lines."""
    around = [*low, *reversed(high)]
    return _stretched("M" + "L".join(_spot(x, y, each) for each in around) + "Z", f"area {class_}")


def _spot(x: Axis, y: Axis, point: Point) -> str:
    across, down = _SQUARE * x.share(point[0]), _SQUARE * (1 - y.share(point[1]))
    return f"{across:.1f} {down:.1f}"


def _stretched(path: str, class_: str) -> Html:
    return tag(
        "svg",
        tag("path", d=path, class_=class_.strip()),
        viewBox=f"0 0 {_SQUARE} {_SQUARE}",
        preserveAspectRatio="none",
        width="100%",
        height="100%",
    )


def dot(x: Axis, y: Axis, at: Point, class_: str = "", radius: int = 5) -> Html:
    """Return a dot at a point, `radius` pixels wide each way."""
    where = {"cx": _across(x, at[0]), "cy": _down(y, at[1])}
    return tag("circle", class_=f"dot {class_}".strip(), r=radius, **where)


def rule(x: Axis, value: float, class_: str = "chosen") -> Html:
    """Return an upright line that marks one place of the x axis."""
    at = _across(x, value)
    return tag("line", class_=f"rule {class_}", x1=at, x2=at, y1="0", y2="100%")


def span(x: Axis, y: Axis, ends: Point, level: float, class_: str = "") -> Html:
    """Return a thick level line between two values of x: a range rather than a figure."""
    at = _down(y, level)
    return tag(
        "line",
        class_=f"span {class_}".strip(),
        x1=_across(x, ends[0]),
        x2=_across(x, ends[1]),
        y1=at,
        y2=at,
    )


def note(
    x: Axis,
    y: Axis,
    at: Point,
    words: str,
    class_: str = "",
    *,
    level: bool = False,
    right: bool | None = None,
) -> Html:
    """Return words beside a point, a little above it or level, where there is room or told."""
    right = x.share(at[0]) < 0.6 if right is None else right
    return tag(
        "text",
        words,
        class_=f"said {class_}".strip(),
        x=_across(x, at[0]),
        y=_down(y, at[1]),
        dx="10" if right else "-10",
        dy="0.35em" if level else "-0.7em",
        text_anchor="start" if right else "end",
    )


# Bars, legends and the table behind


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One row of a bar chart: its name, its length and what is written after it."""

    name: Child
    size: float
    words: Child
    class_: str = "weights"
    current: bool = False


def bars(caption: str, rows: Sequence[Bar], top: float | None = None) -> Html:
    """Return a bar chart that is a table: a name, a bar and its figure in each row."""
    longest = top or max((row.size for row in rows), default=0) or 1
    return tag(
        "table",
        tag("tbody", [_bar(row, longest) for row in rows]),
        class_="chart bars",
        aria_label=caption,
    )


def _bar(row: Bar, longest: float) -> Html:
    width = _percent(min(row.size / longest, 1))
    drawn = tag("rect", class_=f"part {row.class_}", width=width, y="22%", height="56%")
    picture = tag("svg", drawn, width="100%", height="100%", aria_hidden="true", focusable="false")
    return tag(
        "tr",
        tag("th", row.name, scope="row"),
        tag("td", picture, class_="bar"),
        tag("td", row.words, class_="number"),
        aria_current="true" if row.current else None,
    )


def stacked_bar(label: str, parts: Iterable[tuple[str, float]], *, y: str, height: str) -> Html:
    """Return one bar of parts beside each other: the class and the share of each, 1 in all.

    `y` is where the bar begins below the picture's top, `height` is how much of it it takes.
    """
    drawn, before = [], 0.0
    for class_, share in parts:
        at, width = _percent(before), _percent(share)
        drawn.append(tag("rect", class_=f"part {class_}", x=at, width=width, y=y, height=height))
        before += share
    return tag(
        "svg",
        drawn,
        width="100%",
        height="100%",
        role="img",
        aria_label=label,
        focusable="false",
    )


def legend(*keys: tuple[str, str]) -> Html:
    """Return what the colours and strokes mean: pairs of a mark's class and its words."""
    return tag("ul", [_key(*key) for key in keys], class_="legend")


def _key(class_: str, words: str) -> Html:
    return tag("li", tag("span", class_=f"swatch {class_}", aria_hidden="true"), words)


_TAG: Final = re.compile("<[^>]*>")
#: A figure, or a dash in its place.
_FIGURE: Final = re.compile(r"\s*([<≈~+−-]?\s*\d|–?\s*$)")


def table(caption: str, head: Sequence[str], rows: Iterable[Sequence[Child]]) -> Html:
    """Return a table that scrolls by itself where it is too wide; first cells name their rows."""
    first, *others = head
    made = [[joined(each) for each in row] for row in rows]
    numbers = [_numbers(column) for column in zip(*made, strict=True)][1:] or [True] * len(others)
    heads = [_head(each, number=kind) for each, kind in zip(others, numbers, strict=True)]
    return tag(
        "div",
        tag(
            "table",
            tag("caption", caption),
            tag("thead", tag("tr", tag("th", first, scope="col"), heads)),
            tag("tbody", [_row(each, numbers) for each in made]),
        ),
        class_="scroll",
        tabindex="0",
        role="region",
        aria_label=caption,
    )


def _numbers(column: Iterable[Html]) -> bool:
    """Return whether a column holds figures, which stand on the right; text begins on the left.

    >>> _numbers([Html("<b>3.7</b> GB"), Html("–")]), _numbers([Html("BERT, 12 layers")])
    (True, False)
    """
    return all(_FIGURE.match(_TAG.sub("", each)) for each in column)


def _head(words: str, *, number: bool) -> Html:
    return tag("th", words, scope="col", class_="number" if number else None)


def _row(cells: Sequence[Html], numbers: Iterable[bool]) -> Html:
    first, *others = cells
    rest = [
        tag("td", each, class_="number" if number else None)
        for each, number in zip(others, numbers, strict=True)
    ]
    return tag("tr", tag("th", first, scope="row"), rest)


def behind(summary: str, figures: Html) -> Html:
    """Return the exact figures behind a picture, folded until they are wanted."""
    return tag("details", tag("summary", summary), figures)
