"""The largest model for each share of the visitors: a falling staircase, and its table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from app.components.charts import svg_chart
from app.components.charts.svg_chart import Point
from app.components.html import Html, joined, section, tag
from app.components.labels import SHORT
from tabfit.i18n.language import _, number
from tabfit.population.coverage.model_coverage import Reach, largest
from tabfit.verdict.probability import Outcome

#: The share that the finding is about.
MOST: Final = 0.9
#: Parameters that stand on the axis.
TICKS: Final = tuple(power * 10**at for at in range(6, 13) for power in (1, 3))
Href = Callable[[Reach], str]


def card(found: Sequence[Reach], task: str, href: Href) -> Html:
    """Return the curve of a task's models, largest first, with the table behind it."""
    title = _("The largest model for your visitors")
    steps = staircase(found)
    inside = _curve(steps) if steps else None
    return section(
        title,
        _finding(found, task),
        inside,
        _table(found, href),
        class_="card",
        aria_label=title,
    )


def staircase(found: Sequence[Reach]) -> list[Reach]:
    """Return the models that no larger one reaches as many visits as, the largest first."""
    kept: list[Reach] = []
    best = 0.0
    for each in found:
        share = each.way.all.likely.share
        if share > best:
            kept.append(each)
            best = share
    return kept


def _finding(found: Sequence[Reach], task: str) -> str:
    reached = largest(found)
    for share in sorted(reached, reverse=True):
        each = reached[share]
        if each is not None:
            return _(
                "{model} is the largest ({task}) that likely runs for {share} of the visits that "
                "can be judged.",
                model=each.model.name,
                task=task,
                share=number(share, ".0%"),
            )
    return _("No model ({task}) likely runs for a quarter of them.", task=task)


def _curve(steps: Sequence[Reach]) -> Html:
    sizes = [each.model.parameters or 1 for each in steps]
    low, high = min(sizes) / 2, max(sizes) * 2
    ticks = [(each, _short(each)) for each in TICKS if low <= each <= high]
    y = svg_chart.logarithmic(ticks, low, high)
    x = svg_chart.linear(100, lambda value: number(value / 100, ".0%"))
    ends = [(100 * each.way.all.likely.share, float(each.model.parameters or 1)) for each in steps]
    return joined(
        svg_chart.plot(
            _("The larger a model, the fewer visitors it likely runs for"),
            x,
            y,
            svg_chart.line(x, y, _corners(ends)),
            [svg_chart.dot(x, y, each) for each in ends],
        ),
        tag("p", _("share of the visits that can be judged"), class_="axis-name"),
        svg_chart.legend(("line", _("parameters of the largest model that likely runs"))),
    )


def _corners(ends: Sequence[Point]) -> list[Point]:
    """Return a line that is level up to each share and then falls."""
    corners: list[Point] = []
    before = 0.0
    for share, size in ends:
        corners += [(before, size), (share, size)]
        before = share
    return corners


def _short(count: int) -> str:
    """Return a number of parameters as it stands on an axis.

    >>> _short(3 * 10**8), _short(10**9)
    ('300 M', '1 B')
    """
    for unit, name in ((10**9, _("B")), (10**6, _("M"))):
        if count >= unit:
            return f"{number(count / unit, 'g')} {name}"
    return number(count, ",")


def _table(found: Sequence[Reach], href: Href) -> Html:
    rows = [_row(share, each, href) for share, each in largest(found).items()]
    heads = (_("visitors"), _("model"), SHORT[Outcome.LIKELY], SHORT[Outcome.UNKNOWN])
    return svg_chart.table(_("The largest model that likely runs for that many"), heads, rows)


def _row(share: float, each: Reach | None, href: Href) -> tuple[Html | str, ...]:
    if each is None:
        return number(share, ".0%"), _("none"), "–", "–"
    named = tag("a", each.model.name, href=href(each), data_change=True)
    whole = each.way.all
    return (
        number(share, ".0%"),
        named,
        number(whole.likely.share, ".1%"),
        number(whole.unknown.share, ".1%"),
    )
